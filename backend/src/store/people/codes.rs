//! One-time codes that open an account once.

use crate::{
    domain::clock::Instant,
    store::{Conn, Error, Tx, entity::one_time_code},
};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, sea_query::Expr};
use uuid::Uuid;

/// A code by its hash.
pub use crate::store::entity::one_time_code::Model as CodeRow;

pub async fn get(conn: &impl Conn, hash: &str) -> Result<Option<CodeRow>, Error> {
    Ok(one_time_code::Entity::find_by_id(hash.to_owned()).one(conn.raw()).await?)
}

/// Makes a code the only one of its person.
pub async fn replace(tx: &Tx, row: CodeRow) -> Result<(), Error> {
    withdraw(tx, row.person_id).await?;
    one_time_code::Entity::insert(row.into_active_model()).exec_without_returning(tx.raw()).await?;
    Ok(())
}

/// Withdraws the codes of a person that were never used.
pub async fn withdraw(tx: &Tx, person: Uuid) -> Result<(), Error> {
    one_time_code::Entity::delete_many()
        .filter(one_time_code::Column::PersonId.eq(person))
        .filter(one_time_code::Column::UsedAt.is_null())
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// Uses a code; false when somebody was faster.
pub async fn use_once(tx: &Tx, hash: &str, at: Instant) -> Result<bool, Error> {
    let used = one_time_code::Entity::update_many()
        .col_expr(one_time_code::Column::UsedAt, Expr::value(at))
        .filter(one_time_code::Column::Hash.eq(hash))
        .filter(one_time_code::Column::UsedAt.is_null())
        .exec(tx.raw())
        .await?;
    Ok(used.rows_affected == 1)
}

/// Forgets codes that ended before an instant.
pub async fn forget_ended(tx: &Tx, before: Instant) -> Result<(), Error> {
    let ended = one_time_code::Column::ExpiresAt.lt(before);
    one_time_code::Entity::delete_many().filter(ended).exec(tx.raw()).await?;
    Ok(())
}
