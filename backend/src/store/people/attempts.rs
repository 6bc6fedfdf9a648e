//! Failed sign-ins by (account, source), counted before the password is looked at, so that a burst counts in full.

use crate::{
    domain::{clock::Instant, people::delay},
    store::{Conn, Error, Tx, entity::login_attempt},
};
use chrono::TimeDelta;
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};

/// Counts one try. While the source has to wait, answers how long and counts nothing.
pub async fn count(tx: &Tx, key: &str, now: Instant) -> Result<Option<TimeDelta>, Error> {
    use login_attempt::Column;
    let before = login_attempt::Entity::find_by_id(key.to_owned()).one(tx.raw()).await?;
    if let Some(row) = &before
        && now < row.blocked_until
    {
        return Ok(Some(row.blocked_until - now));
    }
    let fresh = before.as_ref().is_none_or(|row| delay::is_forgotten(row.last_at, now));
    let failures =
        if fresh { Expr::value(1) } else { Expr::col((login_attempt::Entity, Column::Failures)).add(1) };
    let row = login_attempt::ActiveModel {
        key: Set(key.to_owned()),
        failures: Set(1),
        last_at: Set(now),
        blocked_until: Set(now),
    };
    let counted = login_attempt::Entity::insert(row)
        .on_conflict(
            OnConflict::column(Column::Key)
                .value(Column::Failures, failures)
                .update_column(Column::LastAt)
                .to_owned(),
        )
        .exec_with_returning(tx.raw())
        .await?;
    let wait = delay::after(counted.failures);
    if wait > TimeDelta::zero() {
        let row = login_attempt::ActiveModel {
            key: Unchanged(key.to_owned()),
            blocked_until: Set(now + wait),
            ..Default::default()
        };
        login_attempt::Entity::update(row).exec(tx.raw()).await?;
    }
    Ok(None)
}

/// A sign-in that succeeded wipes its source's count.
pub async fn forget(tx: &Tx, key: &str) -> Result<(), Error> {
    login_attempt::Entity::delete_by_id(key.to_owned()).exec(tx.raw()).await?;
    Ok(())
}

/// Forgets sources that have been quiet for so long that they would start anew.
pub async fn forget_quiet(tx: &Tx, now: Instant) -> Result<(), Error> {
    let quiet = login_attempt::Column::LastAt.lte(now - delay::FORGOTTEN_AFTER);
    login_attempt::Entity::delete_many().filter(quiet).exec(tx.raw()).await?;
    Ok(())
}
