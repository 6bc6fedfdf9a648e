//! Devices: local databases with the key that seals their work and the credential that sends it.

use super::persons;
use crate::{
    domain::{clock::Instant, people::scope::Scope},
    store::{Conn, Error, Tx, entity::device, search::contains},
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use device::Column as C;

/// A device; `public_key` is its JWK as canonical JSON text.
pub use crate::store::entity::device::Model as DeviceRow;

pub async fn get(conn: &impl Conn, id: Uuid) -> Result<Option<DeviceRow>, Error> {
    Ok(device::Entity::find_by_id(id).one(conn.raw()).await?)
}

/// Registers a device; false when its id is taken.
pub async fn insert(tx: &Tx, row: DeviceRow) -> Result<bool, Error> {
    let added = device::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(device::Column::Id).do_nothing().to_owned())
        .exec_without_returning(tx.raw())
        .await?;
    Ok(added == 1)
}

/// What a sign-in on a known device renews.
#[derive(Debug, Clone)]
pub struct Renewal {
    pub name: String,
    pub credential_hash: String,
    pub app_version: Option<String>,
    pub user_agent: Option<String>,
    pub at: Instant,
}

pub async fn renew(tx: &Tx, id: Uuid, renewal: Renewal) -> Result<(), Error> {
    let row = device::ActiveModel {
        id: Unchanged(id),
        name: Set(renewal.name),
        credential_hash: Set(Some(renewal.credential_hash)),
        app_version: Set(renewal.app_version),
        user_agent: Set(renewal.user_agent),
        last_contact_at: Set(renewal.at),
        ..Default::default()
    };
    device::Entity::update(row).exec(tx.raw()).await?;
    Ok(())
}

/// Revokes a device; false when it was revoked before.
pub async fn revoke(tx: &Tx, id: Uuid, at: Instant) -> Result<bool, Error> {
    let revoked = device::Entity::update_many()
        .col_expr(device::Column::RevokedAt, Expr::value(at))
        .filter(device::Column::Id.eq(id))
        .filter(device::Column::RevokedAt.is_null())
        .exec(tx.raw())
        .await?;
    Ok(revoked.rows_affected == 1)
}

/// Newest contact first; with `words`, those whose name or person is called so.
pub async fn list(conn: &impl Conn, seen: Seen, words: Option<&str>) -> Result<Vec<DeviceRow>, Error> {
    let called = words.map(|words| {
        Condition::any().add(contains(C::Name, words)).add(C::PersonId.in_subquery(persons::called(words)))
    });
    let query = device::Entity::find().filter(seen.condition().add_option(called));
    Ok(query.order_by_desc(C::LastContactAt).order_by_asc(C::Id).limit(2000).all(conn.raw()).await?)
}

/// A device that the caller sees.
pub async fn seen(conn: &impl Conn, seen: Seen, id: Uuid) -> Result<Option<DeviceRow>, Error> {
    Ok(device::Entity::find_by_id(id).filter(seen.condition()).one(conn.raw()).await?)
}

/// Whose devices: one's own, and those of the people whose accounts are in `kept`.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    pub own: Uuid,
    pub kept: Option<Scope>,
}

impl Seen {
    fn condition(self) -> Condition {
        let kept = self.kept.map(|scope| match scope {
            Scope::County { county } => C::CountyId.eq(county),
            scope => C::PersonId.in_subquery(persons::ids(scope)),
        });
        Condition::all().add(Condition::any().add(C::PersonId.eq(self.own)).add_option(kept))
    }
}
