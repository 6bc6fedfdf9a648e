//! What a county sets for itself, by key. Absent = the default that the program documents.

use crate::{
    domain::clock::Instant,
    store::{
        Conn, Error, Tx,
        entity::{setting, setting_version},
    },
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, sea_query::OnConflict,
};
use serde_json::Value;
use uuid::Uuid;

use setting::Column as C;

/// A value and its version.
pub type Setting = setting::Model;

pub async fn get(conn: &impl Conn, county: Uuid, key: &str) -> Result<Option<Setting>, Error> {
    Ok(setting::Entity::find_by_id((county, key.to_owned())).one(conn.raw()).await?)
}

/// All settings whose keys begin with `prefix`.
pub async fn with_prefix(conn: &impl Conn, county: Uuid, prefix: &str) -> Result<Vec<Setting>, Error> {
    Ok(setting::Entity::find()
        .filter(C::CountyId.eq(county).and(C::Key.starts_with(prefix)))
        .all(conn.raw())
        .await?)
}

/// Sets a value over the version that the writer saw (0 = none); false when another one is there by now.
pub async fn put(
    tx: &Tx,
    county: Uuid,
    key: &str,
    value: Value,
    seen: i32,
    at: Instant,
) -> Result<bool, Error> {
    let row = setting::ActiveModel {
        county_id: Set(county),
        key: Set(key.to_owned()),
        value: Set(value.clone()),
        version: Set(seen + 1),
        updated_at: Set(at),
    };
    if seen == 0 {
        let none = OnConflict::columns([C::CountyId, C::Key]).do_nothing().to_owned();
        return Ok(
            setting::Entity::insert(row).on_conflict(none).exec_without_returning(tx.raw()).await? == 1
        );
    }
    let touched = setting::Entity::update_many()
        .set(setting::ActiveModel {
            value: Set(value),
            version: Set(seen + 1),
            updated_at: Set(at),
            ..Default::default()
        })
        .filter(C::CountyId.eq(county).and(C::Key.eq(key)).and(C::Version.eq(seen)))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected == 1)
}

/// A setting as it was once, and who made it so.
pub type SettingVersion = setting_version::Model;

/// Keeps a version for ever.
pub async fn keep(tx: &Tx, version: SettingVersion) -> Result<(), Error> {
    setting_version::Entity::insert(version.into_active_model()).exec_without_returning(tx.raw()).await?;
    Ok(())
}

/// The newest versions, newest first.
pub async fn history(
    conn: &impl Conn,
    county: Uuid,
    key: &str,
    limit: u64,
) -> Result<Vec<SettingVersion>, Error> {
    use setting_version::Column as V;
    Ok(setting_version::Entity::find()
        .filter(V::CountyId.eq(county).and(V::Key.eq(key)))
        .order_by_desc(V::Version)
        .limit(limit)
        .all(conn.raw())
        .await?)
}

/// The version that was in force at a moment; none while the county had changed nothing.
pub async fn as_of(
    conn: &impl Conn,
    county: Uuid,
    key: &str,
    at: Instant,
) -> Result<Option<SettingVersion>, Error> {
    use setting_version::Column as V;
    Ok(setting_version::Entity::find()
        .filter(V::CountyId.eq(county).and(V::Key.eq(key)).and(V::At.lte(at)))
        .order_by_desc(V::Version)
        .one(conn.raw())
        .await?)
}
