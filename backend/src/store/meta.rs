//! Facts about this installation, by key.

use super::{Conn, Error, Tx, entity::meta};
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};

/// Renewed by a restore; phones that see another epoch reconcile and resync in full.
pub const EPOCH: &str = "epoch";
/// The backup set that was put back into this database last.
pub const RESTORED: &str = "restored";
/// Present when this database holds the demo county.
pub const DEMO: &str = "demo";

/// Which installation this is, through restores too: its mark on the backups that it makes.
pub const INSTALLATION: &str = "installation";

pub async fn get(conn: &impl Conn, key: &str) -> Result<Option<String>, Error> {
    Ok(meta::Entity::find_by_id(key.to_owned()).one(conn.raw()).await?.map(|row| row.value))
}

pub async fn set(tx: &Tx, key: &str, value: String) -> Result<(), Error> {
    meta::Entity::insert(meta::ActiveModel { key: Set(key.to_owned()), value: Set(value) })
        .on_conflict(OnConflict::column(meta::Column::Key).update_column(meta::Column::Value).to_owned())
        .exec_without_returning(tx.raw())
        .await?;
    Ok(())
}
