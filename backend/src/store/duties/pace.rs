//! How often strangers ask: one row an asker, overwritten with each window, so that all processes count on and a restart forgets nothing.

use crate::{
    domain::clock::Instant,
    store::{Conn, Error, Tx, entity::pace},
};
use chrono::TimeDelta;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{Expr, OnConflict, SimpleExpr},
};

use pace::Column as C;

/// What one asker asked in the window that began at `since`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    pub since: Instant,
    pub asked: i32,
}

/// Counts one request and answers how many that makes in the present window. One statement: whoever asks at the same moment is counted
/// before or after, never together.
pub async fn count(tx: &Tx, key: &str, now: Instant, window: TimeDelta) -> Result<Asked, Error> {
    let anew = |then: SimpleExpr, otherwise: SimpleExpr| -> SimpleExpr {
        let since = || Expr::col((pace::Entity, C::Since));
        // A window that begins long after now was counted by a clock that has been set back since.
        let over = Condition::any().add(since().lte(now - window)).add(since().gt(now + window));
        Expr::case(over, then).finally(otherwise).into()
    };
    let counted =
        pace::Entity::insert(pace::ActiveModel { key: Set(key.to_owned()), since: Set(now), asked: Set(1) })
            .on_conflict(
                OnConflict::column(C::Key)
                    .value(C::Asked, anew(Expr::value(1), Expr::col((pace::Entity, C::Asked)).add(1)))
                    .value(C::Since, anew(Expr::value(now), Expr::col((pace::Entity, C::Since))))
                    .to_owned(),
            )
            .exec_with_returning(tx.raw())
            .await?;
    Ok(Asked { since: counted.since, asked: counted.asked })
}

/// The present window as it stands; counts nothing.
pub async fn asked(conn: &impl Conn, key: &str, now: Instant, window: TimeDelta) -> Result<Asked, Error> {
    let row = pace::Entity::find_by_id(key.to_owned()).one(conn.raw()).await?;
    let present = row.filter(|row| row.since > now - window && row.since <= now + window);
    Ok(present.map_or(Asked { since: now, asked: 0 }, |row| Asked { since: row.since, asked: row.asked }))
}

/// Forgets windows that are over. Answers how many.
pub async fn forget(tx: &Tx, before: Instant) -> Result<u64, Error> {
    Ok(pace::Entity::delete_many().filter(C::Since.lte(before)).exec(tx.raw()).await?.rows_affected)
}
