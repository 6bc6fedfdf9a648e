//! The append-only record of who did what (decisions.md 6).

use super::{Conn, Error, Tx, entity::audit, people::persons, search::contains};
use crate::domain::clock::Instant;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// One line of the record; `app` fills the who from the caller.
#[derive(Debug, Clone, Default)]
pub struct AuditRow {
    pub county_id: Option<Uuid>,
    pub person_id: Option<Uuid>,
    pub post_id: Option<Uuid>,
    pub session_id: Option<Uuid>,
    pub device_id: Option<Uuid>,
    pub address: Option<String>,
    pub request_id: Option<String>,
    pub action: &'static str,
    pub noun: &'static str,
    pub object_id: Option<String>,
    pub hash_before: Option<String>,
    pub hash_after: Option<String>,
    pub reason: String,
    pub device_at: Option<Instant>,
}

/// Appends one line in the same transaction as what it tells of.
pub async fn append(tx: &Tx, at: Instant, row: AuditRow) -> Result<(), Error> {
    audit::Entity::insert(audit::ActiveModel {
        county_id: Set(row.county_id),
        at: Set(at),
        person_id: Set(row.person_id),
        post_id: Set(row.post_id),
        session_id: Set(row.session_id),
        device_id: Set(row.device_id),
        address: Set(row.address),
        request_id: Set(row.request_id),
        action: Set(row.action.to_owned()),
        noun: Set(row.noun.to_owned()),
        object_id: Set(row.object_id),
        hash_before: Set(row.hash_before),
        hash_after: Set(row.hash_after),
        reason: Set(row.reason),
        device_at: Set(row.device_at),
        ..Default::default()
    })
    .exec_without_returning(tx.raw())
    .await?;
    Ok(())
}

/// A line as stored.
pub type AuditLine = audit::Model;

/// Which lines; absent = all.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    pub object_id: Option<String>,
    pub person_id: Option<Uuid>,
    pub noun: Option<String>,
    /// Not about this noun.
    pub except: Option<String>,
    /// From this moment on.
    pub from: Option<Instant>,
    /// Before this moment.
    pub to: Option<Instant>,
    /// Words of the reason or of whoever did it (name, first sounds, login, number); whoever asks bounds the time as well, for no index helps.
    pub words: Option<String>,
    /// With `words`: or one of these objects.
    pub objects: Vec<String>,
}

/// One page of a county's record, or of what belongs to no county, newest first, `limit + 1` rows.
pub async fn list(
    conn: &impl Conn,
    county: Option<Uuid>,
    filter: &AuditFilter,
    before: Option<i64>,
    limit: u64,
) -> Result<Vec<AuditLine>, Error> {
    use audit::Column as C;
    let mut query = audit::Entity::find().filter(match county {
        Some(county) => C::CountyId.eq(county),
        None => C::CountyId.is_null(),
    });
    if let Some(id) = &filter.object_id {
        query = query.filter(C::ObjectId.eq(id));
    }
    if let Some(person) = filter.person_id {
        query = query.filter(C::PersonId.eq(person));
    }
    if let Some(noun) = &filter.noun {
        query = query.filter(C::Noun.eq(noun));
    }
    if let Some(noun) = &filter.except {
        query = query.filter(C::Noun.ne(noun));
    }
    if let Some(from) = filter.from {
        query = query.filter(C::At.gte(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(C::At.lt(to));
    }
    if let Some(words) = &filter.words {
        let told = Condition::any()
            .add(contains(C::Reason, words))
            .add(C::PersonId.in_subquery(persons::called(words)))
            .add_option((!filter.objects.is_empty()).then(|| C::ObjectId.is_in(&filter.objects)));
        query = query.filter(told);
    }
    if let Some(seq) = before {
        query = query.filter(C::Seq.lt(seq));
    }
    Ok(query.order_by_desc(C::Seq).limit(limit + 1).all(conn.raw()).await?)
}
