//! The record of backups: which are under way, which are complete, and what the newest complete one vouches for.

use crate::{
    domain::clock::Instant,
    store::{Conn, Error, Tx, entity::backup, entity::operation},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

use backup::Column as C;

/// A backup as stored.
pub type Backup = backup::Model;

pub const RUNNING: &str = "running";
pub const DONE: &str = "done";
pub const FAILED: &str = "failed";
/// `made_by` of one that was tried out somewhere: nobody relies on it.
pub const TRIAL: &str = "trial";

/// Numbers that one statement names at most.
const NUMBERS: usize = 5_000;

pub async fn insert(tx: &Tx, row: Backup) -> Result<(), Error> {
    backup::Entity::insert(row.into_active_model()).exec_without_returning(tx.raw()).await?;
    Ok(())
}

/// What has come of it so far; false when it is not under way any more.
pub async fn update(tx: &Tx, row: Backup) -> Result<bool, Error> {
    let id = row.id;
    let mut active = row.into_active_model().reset_all();
    active.id = sea_orm::ActiveValue::NotSet;
    let done = backup::Entity::update_many()
        .set(active)
        .filter(C::Id.eq(id).and(C::State.eq(RUNNING)))
        .exec(tx.raw())
        .await?;
    Ok(done.rows_affected == 1)
}

/// The one that is under way, by its last sign of life.
pub async fn running(conn: &impl Conn) -> Result<Option<Backup>, Error> {
    Ok(backup::Entity::find()
        .filter(C::State.eq(RUNNING))
        .order_by_desc(C::StartedAt)
        .one(conn.raw())
        .await?)
}

/// Those that died without a word are told as such.
pub async fn end_silent(tx: &Tx, now: Instant) -> Result<(), Error> {
    backup::Entity::update_many()
        .col_expr(C::State, Expr::value(FAILED))
        .col_expr(C::FinishedAt, Expr::value(now))
        .col_expr(C::Problem, Expr::value("interrupted"))
        .filter(C::State.eq(RUNNING))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// Those of these names that are ours.
pub async fn named(conn: &impl Conn, names: &[String]) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    for names in names.chunks(NUMBERS) {
        let query = backup::Entity::find().select_only().column(C::Name).filter(C::Name.is_in(names));
        found.extend(query.into_tuple::<String>().all(conn.raw()).await?);
    }
    Ok(found)
}

/// Newest first.
pub async fn list(conn: &impl Conn, limit: u64) -> Result<Vec<Backup>, Error> {
    Ok(backup::Entity::find().order_by_desc(C::StartedAt).limit(limit).all(conn.raw()).await?)
}

/// The newest complete one that counts, of one life of the server or of any.
pub async fn newest_done(conn: &impl Conn, epoch: Option<Uuid>) -> Result<Option<Backup>, Error> {
    let mut query = backup::Entity::find().filter(C::State.eq(DONE).and(C::MadeBy.ne(TRIAL)));
    if let Some(epoch) = epoch {
        query = query.filter(C::Epoch.eq(epoch));
    }
    Ok(query.order_by_desc(C::StartedAt).one(conn.raw()).await?)
}

/// Those that were begun by this at or after a moment, however they ended.
pub async fn since(conn: &impl Conn, made_by: &str, since: Instant) -> Result<Vec<Backup>, Error> {
    Ok(backup::Entity::find()
        .filter(C::MadeBy.eq(made_by).and(C::StartedAt.gte(since)))
        .all(conn.raw())
        .await?)
}

/// The lowest of these numbers that is an operation of this device with a receipt by now.
pub async fn lowest_confirmed(conn: &impl Conn, device: Uuid, numbers: &[i64]) -> Result<Option<i64>, Error> {
    use operation::Column as O;
    let mut lowest = None;
    for numbers in numbers.chunks(NUMBERS) {
        let found: Option<i64> = operation::Entity::find()
            .select_only()
            .column(O::ServerSeq)
            .filter(O::DeviceId.eq(device).and(O::Receipt.is_not_null()))
            .filter(O::ServerSeq.is_in(numbers.iter().copied()))
            .order_by_asc(O::ServerSeq)
            .limit(1)
            .into_tuple()
            .one(conn.raw())
            .await?;
        lowest = [lowest, found].into_iter().flatten().min();
    }
    Ok(lowest)
}
