//! Keys of desk writes with the answers they got.

use super::{Conn, Error, Tx, entity::idempotency};
use crate::domain::clock::Instant;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};
use serde_json::Value;
use uuid::Uuid;

/// What a key stands for.
#[derive(Debug, Clone)]
pub struct Seen {
    pub fingerprint: String,
    pub response: Value,
}

/// Takes a key; false when it is taken. A twin under way blocks here until it is decided.
pub async fn claim(tx: &Tx, person: Uuid, key: &str, fingerprint: &str, now: Instant) -> Result<bool, Error> {
    let row = idempotency::ActiveModel {
        person_id: Set(person),
        key: Set(key.to_owned()),
        fingerprint: Set(fingerprint.to_owned()),
        status: Set(0),
        response: Set(Value::Null),
        created_at: Set(now),
    };
    let conflict = OnConflict::columns([idempotency::Column::PersonId, idempotency::Column::Key])
        .do_nothing()
        .to_owned();
    let rows =
        idempotency::Entity::insert(row).on_conflict(conflict).exec_without_returning(tx.raw()).await?;
    Ok(rows == 1)
}

/// Stores the answer of a claimed key.
pub async fn complete(tx: &Tx, person: Uuid, key: &str, response: Value) -> Result<(), Error> {
    idempotency::Entity::update_many()
        .set(idempotency::ActiveModel { status: Set(200), response: Set(response), ..Default::default() })
        .filter(idempotency::Column::PersonId.eq(person))
        .filter(idempotency::Column::Key.eq(key))
        .exec(tx.raw())
        .await?;
    Ok(())
}

pub async fn find(conn: &impl Conn, person: Uuid, key: &str) -> Result<Option<Seen>, Error> {
    let row = idempotency::Entity::find_by_id((person, key.to_owned())).one(conn.raw()).await?;
    Ok(row.map(|row| Seen { fingerprint: row.fingerprint, response: row.response }))
}

/// Forgets keys that came in before this instant.
pub async fn forget(tx: &Tx, before: Instant) -> Result<(), Error> {
    let old = idempotency::Entity::delete_many().filter(idempotency::Column::CreatedAt.lt(before));
    old.exec(tx.raw()).await.map(drop).map_err(Error::from)
}
