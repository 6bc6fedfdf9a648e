//! The queue of work that follows a transaction, and named leases.
//!
//! A job is visible while `state` is `waiting` and `run_at` has passed. Claiming moves `run_at` to the end of the lease, so a job whose
//! worker died comes back by itself. `dedupe_key` is unique while a job waits and given up when it ends.

use super::{Conn, Error, Tx, entity::job, entity::lease};
use crate::domain::clock::Instant;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, LockBehavior, LockType, OnConflict},
};
use serde_json::Value;
use uuid::Uuid;

const WAITING: &str = "waiting";
const DONE: &str = "done";
/// Failed as often as it may; the office's machine room looks at it.
const DEAD: &str = "dead";

/// A job as the writing use case asks for it.
#[derive(Debug, Clone)]
pub struct NewJob {
    pub id: Uuid,
    pub kind: &'static str,
    /// While a job with this key waits, another one is not added.
    pub dedupe_key: Option<String>,
    pub payload: Value,
    /// Lower runs first.
    pub priority: i32,
    pub run_at: Instant,
}

/// A job that this worker holds until `lease_until`.
#[derive(Debug, Clone)]
pub struct Claimed {
    pub id: Uuid,
    pub kind: String,
    pub payload: Value,
    /// This attempt included.
    pub attempts: u32,
}

/// Adds a job in the same transaction as what it follows from.
pub async fn enqueue(tx: &Tx, now: Instant, new: NewJob) -> Result<(), Error> {
    let row = job::ActiveModel {
        id: Set(new.id),
        kind: Set(new.kind.to_owned()),
        dedupe_key: Set(new.dedupe_key),
        payload: Set(new.payload),
        priority: Set(new.priority),
        run_at: Set(new.run_at),
        state: Set(WAITING.to_owned()),
        attempts: Set(0),
        lease_until: Set(None),
        worker: Set(None),
        last_error: Set(None),
        created_at: Set(now),
        finished_at: Set(None),
    };
    job::Entity::insert(row)
        .on_conflict(OnConflict::column(job::Column::DedupeKey).do_nothing().to_owned())
        .exec_without_returning(tx.raw())
        .await?;
    Ok(())
}

/// True when a job may run now.
pub async fn is_due(conn: &impl Conn, now: Instant) -> Result<bool, Error> {
    let due: Option<Uuid> = job::Entity::find()
        .select_only()
        .column(job::Column::Id)
        .filter(job::Column::State.eq(WAITING))
        .filter(job::Column::RunAt.lte(now))
        .limit(1)
        .into_tuple()
        .one(conn.raw())
        .await?;
    Ok(due.is_some())
}

/// Takes the next job that may run, for this worker alone, until `lease_until`.
pub async fn claim(
    tx: &Tx,
    worker: Uuid,
    now: Instant,
    lease_until: Instant,
) -> Result<Option<Claimed>, Error> {
    let next = job::Entity::find()
        .select_only()
        .column(job::Column::Id)
        .filter(job::Column::State.eq(WAITING))
        .filter(job::Column::RunAt.lte(now))
        .order_by_asc(job::Column::Priority)
        .order_by_asc(job::Column::RunAt)
        .limit(1)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_query();
    let rows = job::Entity::update_many()
        .col_expr(job::Column::Worker, Expr::value(worker))
        .col_expr(job::Column::RunAt, Expr::value(lease_until))
        .col_expr(job::Column::LeaseUntil, Expr::value(lease_until))
        .col_expr(job::Column::Attempts, Expr::col(job::Column::Attempts).add(1))
        .filter(job::Column::Id.in_subquery(next))
        .exec_with_returning(tx.raw())
        .await?;
    Ok(rows.into_iter().next().map(|row| Claimed {
        id: row.id,
        kind: row.kind,
        payload: row.payload,
        attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
    }))
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    Done,
    Again { at: Instant, error: String },
    Dead { error: String },
}

/// Writes how an attempt ended. `false` when the lease was lost meanwhile and somebody else has the job.
pub async fn end(tx: &Tx, job: Uuid, worker: Uuid, now: Instant, ending: Ending) -> Result<bool, Error> {
    let mut update = job::Entity::update_many()
        .col_expr(job::Column::Worker, Expr::value(Option::<Uuid>::None))
        .col_expr(job::Column::LeaseUntil, Expr::value(Option::<Instant>::None));
    let close = |state: &str| {
        [
            (job::Column::State, Expr::value(state.to_owned())),
            (job::Column::FinishedAt, Expr::value(Some(now))),
            (job::Column::DedupeKey, Expr::value(Option::<String>::None)),
        ]
    };
    let mut set = Vec::new();
    match ending {
        Ending::Done => set.extend(close(DONE)),
        Ending::Again { at, error } => {
            set.push((job::Column::RunAt, Expr::value(at)));
            set.push((job::Column::LastError, Expr::value(Some(error))));
        }
        Ending::Dead { error } => {
            set.extend(close(DEAD));
            set.push((job::Column::LastError, Expr::value(Some(error))));
        }
    }
    for (column, value) in set {
        update = update.col_expr(column, value);
    }
    let done = update
        .filter(job::Column::Id.eq(job))
        .filter(job::Column::Worker.eq(worker))
        .filter(job::Column::State.eq(WAITING))
        .exec(tx.raw())
        .await?;
    Ok(done.rows_affected == 1)
}

/// Forgets jobs that ended well before `before`. Dead ones stay for a person to look at.
pub async fn forget_done(tx: &Tx, before: Instant) -> Result<u64, Error> {
    let gone = job::Entity::delete_many()
        .filter(job::Column::State.eq(DONE))
        .filter(job::Column::RunAt.lt(before))
        .exec(tx.raw())
        .await?;
    Ok(gone.rows_affected)
}

/// Takes a name until `until` when nobody holds it any more. Exactly one of any number of callers gets `true`.
pub async fn take_lease(
    tx: &Tx,
    name: &str,
    holder: Uuid,
    now: Instant,
    until: Instant,
) -> Result<bool, Error> {
    let row = lease::ActiveModel { name: Set(name.to_owned()), holder: Set(holder), until: Set(until) };
    let taken = lease::Entity::insert(row)
        .on_conflict(
            OnConflict::column(lease::Column::Name)
                .update_columns([lease::Column::Holder, lease::Column::Until])
                .action_and_where(Expr::col((lease::Entity, lease::Column::Until)).lte(now))
                .to_owned(),
        )
        .exec_without_returning(tx.raw())
        .await?;
    Ok(taken == 1)
}
