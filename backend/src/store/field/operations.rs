//! Operations as they were sealed. Uniqueness is the database's: insert or return, never look then insert.

use crate::{
    domain::{
        clock::Instant,
        field::{flag::Flag, kind::Kind},
        page::{Cursor, PageRequest},
        people::scope::Scope,
    },
    store::{
        Conn, Error, Tx,
        entity::{device_slot, operation, quarantine},
    },
};
use chrono::{DateTime, SecondsFormat};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict, Query},
};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

use operation::Column as C;

/// An operation as stored.
pub type OperationRow = operation::Model;

/// What is known when an operation enters; the rest follows in the same transaction.
#[derive(Debug, Clone)]
pub struct NewOperation {
    pub id: Uuid,
    pub county_id: Uuid,
    pub kind: String,
    pub person_id: Uuid,
    pub post_id: Uuid,
    pub device: Option<(Uuid, i64)>,
    pub hash: String,
    pub body: Vec<u8>,
    pub signature: Option<String>,
    pub made_at: Instant,
    pub observed_at: Instant,
    pub uncertainty_ms: i64,
    pub accepted_at: Instant,
    pub files: i32,
}

/// Inserts and returns the server's number, or `None` when this id is already there.
pub async fn insert(tx: &Tx, new: NewOperation) -> Result<Option<i64>, Error> {
    let statement = Query::insert()
        .into_table(operation::Entity)
        .columns([
            C::Id,
            C::CountyId,
            C::Kind,
            C::PersonId,
            C::PostId,
            C::DeviceId,
            C::DeviceSeq,
            C::Hash,
            C::Body,
            C::Signature,
            C::Status,
            C::Outcome,
            C::Flags,
            C::Answer,
            C::Files,
            C::Missing,
            C::MadeAt,
            C::ObservedAt,
            C::UncertaintyMs,
            C::AcceptedAt,
        ])
        .values_panic([
            new.id.into(),
            new.county_id.into(),
            new.kind.into(),
            new.person_id.into(),
            new.post_id.into(),
            new.device.map(|d| d.0).into(),
            new.device.map(|d| d.1).into(),
            new.hash.into(),
            new.body.into(),
            new.signature.into(),
            "accepted".into(),
            "nothing".into(),
            Value::Array(Vec::new()).into(),
            Value::Null.into(),
            new.files.into(),
            new.files.into(),
            new.made_at.into(),
            new.observed_at.into(),
            new.uncertainty_ms.into(),
            new.accepted_at.into(),
        ])
        .on_conflict(OnConflict::column(C::Id).do_nothing().to_owned())
        .returning_col(C::ServerSeq)
        .to_owned();
    match tx.raw().query_one(&statement).await? {
        Some(row) => Ok(Some(row.try_get_by_index(0)?)),
        None => Ok(None),
    }
}

/// Takes a number of a device; `false` when another operation holds it already (a fork).
pub async fn take_slot(tx: &Tx, device: Uuid, seq: i64, operation: Uuid) -> Result<bool, Error> {
    let slot =
        device_slot::ActiveModel { device_id: Set(device), seq: Set(seq), operation_id: Set(operation) };
    let rows = device_slot::Entity::insert(slot)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.raw())
        .await?;
    if rows == 1 {
        return Ok(true);
    }
    let holder = device_slot::Entity::find_by_id((device, seq)).one(tx.raw()).await?;
    Ok(holder.is_some_and(|slot| slot.operation_id == operation))
}

/// What the server made of an operation.
#[derive(Debug, Clone)]
pub struct Settled {
    pub status: &'static str,
    pub outcome: &'static str,
    pub flags: Vec<Flag>,
    pub problem: Option<Value>,
    pub answer: Value,
    pub subject: Option<(&'static str, Uuid)>,
    pub missing: i32,
    pub completed_at: Option<Instant>,
    pub receipt: Option<String>,
    pub accepted_at: Instant,
    pub observed_at: Instant,
}

/// Writes what became of it, in the transaction that did it.
pub async fn settle(tx: &Tx, id: Uuid, settled: Settled) -> Result<(), Error> {
    operation::Entity::update_many()
        .col_expr(C::Status, Expr::value(settled.status))
        .col_expr(C::Outcome, Expr::value(settled.outcome))
        .col_expr(C::Flags, Expr::value(flags_json(&settled.flags)))
        .col_expr(C::Problem, Expr::value(settled.problem))
        .col_expr(C::Answer, Expr::value(settled.answer))
        .col_expr(C::Subject, Expr::value(settled.subject.map(|s| s.0.to_owned())))
        .col_expr(C::SubjectId, Expr::value(settled.subject.map(|s| s.1)))
        .col_expr(C::Missing, Expr::value(settled.missing))
        .col_expr(C::CompletedAt, Expr::value(settled.completed_at))
        .col_expr(C::Receipt, Expr::value(settled.receipt))
        .col_expr(C::AcceptedAt, Expr::value(settled.accepted_at))
        .col_expr(C::ObservedAt, Expr::value(settled.observed_at))
        .filter(C::Id.eq(id))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// The last files have come: the operation is complete and has its receipt.
pub async fn complete(tx: &Tx, id: Uuid, at: Instant, receipt: String) -> Result<(), Error> {
    operation::Entity::update_many()
        .col_expr(C::Missing, Expr::value(0))
        .col_expr(C::CompletedAt, Expr::value(at))
        .col_expr(C::Receipt, Expr::value(receipt))
        .filter(C::Id.eq(id))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// How many files are still on their way.
pub async fn set_missing(tx: &Tx, id: Uuid, missing: i32) -> Result<(), Error> {
    operation::Entity::update_many()
        .col_expr(C::Missing, Expr::value(missing))
        .filter(C::Id.eq(id))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// The office's decision on a refused operation.
pub async fn decide(tx: &Tx, id: Uuid, status: &str, decision: String) -> Result<(), Error> {
    operation::Entity::update_many()
        .col_expr(C::Status, Expr::value(status))
        .col_expr(C::Decision, Expr::value(decision))
        .filter(C::Id.eq(id))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// An operation, for the door and for jobs; callers that show it use [`visible`].
pub async fn find(conn: &impl Conn, id: Uuid) -> Result<Option<OperationRow>, Error> {
    Ok(operation::Entity::find().filter(C::Id.eq(id)).one(conn.raw()).await?)
}

/// Whose work these operations are.
pub async fn people(conn: &impl Conn, operations: Vec<Uuid>) -> Result<HashMap<Uuid, Uuid>, Error> {
    let rows: Vec<(Uuid, Uuid)> = operation::Entity::find()
        .select_only()
        .columns([C::Id, C::PersonId])
        .filter(C::Id.is_in(operations))
        .into_tuple()
        .all(conn.raw())
        .await?;
    Ok(rows.into_iter().collect())
}

/// Those of these operations that are of one kind.
pub async fn of_kind(conn: &impl Conn, kind: Kind, operations: Vec<Uuid>) -> Result<HashSet<Uuid>, Error> {
    let mut found = HashSet::new();
    for chunk in operations.chunks(500) {
        let rows: Vec<Uuid> = operation::Entity::find()
            .select_only()
            .column(C::Id)
            .filter(C::Id.is_in(chunk.iter().copied()).and(C::Kind.eq(kind.as_str())))
            .into_tuple()
            .all(conn.raw())
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

/// An operation of one's own, or any of one's county for a county scope.
pub async fn visible(
    conn: &impl Conn,
    scope: Scope,
    person: Uuid,
    id: Uuid,
) -> Result<Option<OperationRow>, Error> {
    let mut who = Condition::any().add(C::PersonId.eq(person));
    if let Scope::County { county } = scope {
        who = who.add(C::CountyId.eq(county));
    }
    Ok(operation::Entity::find().filter(C::Id.eq(id)).filter(who).one(conn.raw()).await?)
}

/// How many of these are known (`after` waits for all).
pub async fn count_known(conn: &impl Conn, county: Uuid, ids: Vec<Uuid>) -> Result<u64, Error> {
    use sea_orm::PaginatorTrait;
    Ok(operation::Entity::find()
        .filter(C::CountyId.eq(county).and(C::Id.is_in(ids)))
        .count(conn.raw())
        .await?)
}

/// What one device's list is compared with: id, hash, number, status, completeness, in the server's order.
#[derive(Debug, Clone, sea_orm::FromQueryResult)]
pub struct Known {
    pub id: Uuid,
    pub hash: String,
    pub server_seq: i64,
    pub device_seq: Option<i64>,
    pub status: String,
    pub missing: i32,
}

/// Everything of a device from a number on.
pub async fn of_device(conn: &impl Conn, device: Uuid, from_seq: i64) -> Result<Vec<Known>, Error> {
    Ok(operation::Entity::find()
        .select_only()
        .columns([C::Id, C::Hash, C::ServerSeq, C::DeviceSeq, C::Status, C::Missing])
        .filter(C::DeviceId.eq(device).and(C::DeviceSeq.gte(from_seq)))
        .order_by_asc(C::ServerSeq)
        .into_model()
        .all(conn.raw())
        .await?)
}

/// A list for the office: refused ones, or accepted ones with flags or that met a moved ticket; newest first.
pub async fn list(
    conn: &impl Conn,
    county: Uuid,
    refused: bool,
    page: &PageRequest,
) -> Result<Vec<OperationRow>, Error> {
    let mut query = operation::Entity::find().filter(C::CountyId.eq(county));
    query = if refused {
        query.filter(C::Status.eq("refused"))
    } else {
        let odd = Expr::col(C::Flags).cast_as("text").ne("[]").or(C::Outcome.eq("conflict"));
        query.filter(C::Status.eq("accepted")).filter(odd)
    };
    if let Some(after) = &page.after {
        query = query.filter(C::ServerSeq.lt(after.key.parse::<i64>().unwrap_or(i64::MAX)));
    }
    Ok(query.order_by_desc(C::ServerSeq).limit(page.limit + 1).all(conn.raw()).await?)
}

/// How many refused operations wait for a decision.
pub async fn count_refused(conn: &impl Conn, county: Uuid) -> Result<i64, Error> {
    use sea_orm::PaginatorTrait;
    let n = operation::Entity::find()
        .filter(C::CountyId.eq(county).and(C::Status.eq("refused")))
        .count(conn.raw())
        .await?;
    Ok(i64::try_from(n).unwrap_or(i64::MAX))
}

/// How many files each of these operations still waits for.
pub async fn missing_of(conn: &impl Conn, ids: Vec<Uuid>) -> Result<HashMap<Uuid, usize>, Error> {
    let rows: Vec<(Uuid, i32)> = operation::Entity::find()
        .select_only()
        .columns([C::Id, C::Missing])
        .filter(C::Id.is_in(ids))
        .into_tuple()
        .all(conn.raw())
        .await?;
    Ok(rows.into_iter().map(|(id, n)| (id, usize::try_from(n).unwrap_or_default())).collect())
}

/// Operations about one subject (a visit's revisions), oldest first.
pub async fn of_subject(conn: &impl Conn, county: Uuid, subject: Uuid) -> Result<Vec<OperationRow>, Error> {
    Ok(operation::Entity::find()
        .filter(C::SubjectId.eq(subject).and(C::CountyId.eq(county)))
        .order_by_asc(C::ServerSeq)
        .all(conn.raw())
        .await?)
}

/// The operations about these subjects, each with its subject.
pub async fn ids_of_subjects(
    conn: &impl Conn,
    county: Uuid,
    subjects: Vec<Uuid>,
) -> Result<Vec<(Uuid, Uuid)>, Error> {
    Ok(operation::Entity::find()
        .select_only()
        .columns([C::Id, C::SubjectId])
        .filter(C::SubjectId.is_in(subjects).and(C::CountyId.eq(county)))
        .into_tuple()
        .all(conn.raw())
        .await?)
}

fn flags_json(flags: &[Flag]) -> Value {
    serde_json::to_value(flags).unwrap_or_else(|_| Value::Array(Vec::new()))
}

/// A body that could not name itself, as kept.
pub type QuarantineRow = quarantine::Model;

/// Keeps a body by its hash; the same bytes of the same person are one row. At most `cap` a person, the oldest stay.
pub async fn quarantine(tx: &Tx, row: QuarantineRow, cap: u64) -> Result<bool, Error> {
    use sea_orm::{IntoActiveModel, PaginatorTrait};
    let held = quarantine::Entity::find()
        .filter(quarantine::Column::PersonId.eq(row.person_id))
        .count(tx.raw())
        .await?;
    if held >= cap {
        return Ok(false);
    }
    quarantine::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.raw())
        .await?;
    Ok(true)
}

/// Kept bodies of a county, newest first; one more than the page holds when there are more.
pub async fn quarantined(
    conn: &impl Conn,
    county: Uuid,
    page: &PageRequest,
) -> Result<Vec<QuarantineRow>, Error> {
    use quarantine::Column as Q;
    let mut query = quarantine::Entity::find().filter(Q::CountyId.eq(county));
    if let Some(Cursor { key, id }) = &page.after {
        let at = key.parse::<Instant>().unwrap_or(DateTime::UNIX_EPOCH);
        query = query
            .filter(Condition::any().add(Q::ReceivedAt.lt(at)).add(Q::ReceivedAt.eq(at).and(Q::Id.lt(*id))));
    }
    let query = query.order_by_desc(Q::ReceivedAt).order_by_desc(Q::Id);
    Ok(query.limit(page.limit + 1).all(conn.raw()).await?)
}

/// Where the next page after this body starts.
pub fn quarantine_cursor(row: &QuarantineRow) -> Cursor {
    Cursor { key: row.received_at.to_rfc3339_opts(SecondsFormat::Micros, true), id: row.id }
}

/// The newest number that an operation has; 0 before the first.
pub async fn newest_seq(conn: &impl Conn) -> Result<i64, Error> {
    let newest = operation::Entity::find().select_only().column(C::ServerSeq).order_by_desc(C::ServerSeq);
    Ok(newest.into_tuple().one(conn.raw()).await?.unwrap_or_default())
}
