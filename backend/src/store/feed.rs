//! Reading the change feed. Writing it is [`super::changes`].

use super::{Conn, Error, entity::change};
use crate::domain::{clock::Instant, people::scope::Scope};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

use change::Column as C;

/// One change with its number.
#[derive(Debug, Clone)]
pub struct Numbered {
    pub seq: i64,
    pub noun: String,
    pub object_id: Uuid,
    pub version: i32,
    pub gone: bool,
    /// Whose it was before the change, and after it.
    pub units: [Option<Uuid>; 2],
}

/// Changes after `cursor` that may concern the scope, in order, made before `until` (the watermark: a transaction that
/// took a lower number may still commit).
pub async fn after(
    conn: &impl Conn,
    scope: Scope,
    cursor: i64,
    until: Instant,
    limit: u64,
    now: Instant,
) -> Result<Vec<Numbered>, Error> {
    Ok(change::Entity::find()
        .filter(C::Seq.gt(cursor))
        .filter(C::At.lte(until))
        .filter(scoped(scope, now))
        .order_by_asc(C::Seq)
        .limit(limit)
        .all(conn.raw())
        .await?
        .into_iter()
        .map(|row| Numbered {
            seq: row.seq,
            noun: row.noun,
            object_id: row.object_id,
            version: row.version,
            gone: row.gone,
            units: [row.township_before, row.township_after],
        })
        .collect())
}

/// The newest number made before `until`; 0 when there is none.
pub async fn newest(conn: &impl Conn, county: Uuid, until: Instant) -> Result<i64, Error> {
    let seq: Option<Option<i64>> = change::Entity::find()
        .select_only()
        .column_as(C::Seq.max(), "seq")
        .filter(C::CountyId.eq(county))
        .filter(C::At.lte(until))
        .into_tuple()
        .one(conn.raw())
        .await?;
    Ok(seq.flatten().unwrap_or(0))
}

/// The oldest number that is still kept.
pub async fn oldest(conn: &impl Conn, county: Uuid) -> Result<i64, Error> {
    let seq: Option<i64> = change::Entity::find()
        .select_only()
        .column(C::Seq)
        .filter(C::CountyId.eq(county))
        .order_by_asc(C::Seq)
        .limit(1)
        .into_tuple()
        .one(conn.raw())
        .await?;
    Ok(seq.unwrap_or(0))
}

/// Rows of a township (before or after the change), register rows of no township, or everything of the county. A row that leaves
/// a township is told to it by `township_before`; whether it may be read is decided when it is read. What a township may not hear of
/// yet is left out here already: even "removed" would tell that somebody was there.
fn scoped(scope: Scope, now: Instant) -> Condition {
    let all = Condition::all();
    match scope {
        Scope::Platform => all.add(Expr::val(1).eq(0)),
        Scope::County { county } => all.add(C::CountyId.eq(county)),
        // Visits are none of a department's business. Which tickets it supervises their rows say; see `sync`.
        Scope::Department { county, .. } => {
            all.add(C::CountyId.eq(county)).add(C::Noun.ne("inspections")).add(C::VisibleFrom.lte(now))
        }
        Scope::Own { county, person } => all.add(C::CountyId.eq(county)).add(
            Condition::any()
                .add(C::PersonId.eq(person))
                .add(C::Noun.eq("tickets"))
                .add(C::Noun.ne("inspections").and(C::VisibleFrom.lte(now))),
        ),
        Scope::Township { county, township } | Scope::Village { county, township, .. } => {
            let nobodys = Condition::all()
                .add(C::TownshipAfter.is_null())
                .add(C::TownshipBefore.is_null())
                .add(C::Noun.is_not_in(["tickets", "inspections"]));
            let ours = Condition::any()
                .add(C::TownshipAfter.eq(township))
                .add(C::TownshipBefore.eq(township))
                .add(nobodys);
            all.add(C::CountyId.eq(county)).add(C::VisibleFrom.lte(now)).add(ours)
        }
    }
}
