//! What phones report of themselves: contact, what they still hold, and the chain of their receipts.

use crate::{
    domain::clock::Instant,
    store::{Conn, Error, Tx, entity::device},
};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockType},
};
use uuid::Uuid;

use device::Column as C;

/// The end of a device's receipt chain.
#[derive(Debug, Clone, Default)]
pub struct Chain {
    pub receipts: i64,
    pub last_hash: Option<String>,
}

/// Reads the chain's end and holds the device's row until the transaction ends, so that receipts queue.
pub async fn lock_chain(tx: &Tx, device: Uuid) -> Result<Option<Chain>, Error> {
    let row: Option<(i64, Option<String>)> = device::Entity::find_by_id(device)
        .select_only()
        .column(C::Receipts)
        .column(C::LastReceiptHash)
        .lock(LockType::Update)
        .into_tuple()
        .one(tx.raw())
        .await?;
    Ok(row.map(|(receipts, last_hash)| Chain { receipts, last_hash }))
}

/// What a contact tells of a device.
#[derive(Debug, Clone, Default)]
pub struct Contact {
    /// How far it has sealed.
    pub sealed_through: Option<i64>,
    /// The number that just came.
    pub received: Option<i64>,
    /// The new end of its chain, when a receipt was signed.
    pub chain: Option<Chain>,
}

/// A device was heard of.
pub async fn contact(tx: &Tx, device: Uuid, at: Instant, contact: Contact) -> Result<(), Error> {
    let mut update = device::Entity::update_many().col_expr(C::LastContactAt, Expr::value(at));
    // A report can overtake an older one; numbers only grow.
    if let Some(seq) = contact.sealed_through {
        update = update.col_expr(C::SealedThrough, greatest(C::SealedThrough, seq));
    }
    if let Some(seq) = contact.received {
        update = update.col_expr(C::LastSeq, greatest(C::LastSeq, seq));
    }
    if let Some(chain) = contact.chain {
        update = update
            .col_expr(C::Receipts, Expr::value(chain.receipts))
            .col_expr(C::LastReceiptHash, Expr::value(chain.last_hash));
    }
    update.filter(C::Id.eq(device)).exec(tx.raw()).await?;
    Ok(())
}

fn greatest(column: C, value: i64) -> sea_orm::sea_query::SimpleExpr {
    Expr::case(Expr::col(column).lt(value), Expr::value(value)).finally(Expr::col(column)).into()
}

/// What a phone says it still holds.
#[derive(Debug, Clone)]
pub struct Held {
    pub operations: i32,
    pub files: i32,
    pub oldest_at: Option<Instant>,
    pub free_bytes: Option<i64>,
    pub persisted: Option<bool>,
    pub app_version: Option<String>,
}

/// Keeps the report for the unsent board.
pub async fn report(tx: &Tx, device: Uuid, held: Held) -> Result<(), Error> {
    device::Entity::update_many()
        .col_expr(C::HeldOperations, Expr::value(held.operations))
        .col_expr(C::HeldFiles, Expr::value(held.files))
        .col_expr(C::OldestHeldAt, Expr::value(held.oldest_at))
        .col_expr(C::FreeBytes, Expr::value(held.free_bytes))
        .col_expr(C::Persisted, Expr::value(held.persisted))
        .col_expr(C::AppVersion, Expr::value(held.app_version))
        .filter(C::Id.eq(device))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// Every device of a county, longest silent first.
pub async fn of_county(conn: &impl Conn, county: Uuid) -> Result<Vec<device::Model>, Error> {
    Ok(device::Entity::find()
        .filter(C::CountyId.eq(county))
        .order_by_asc(C::LastContactAt)
        .all(conn.raw())
        .await?)
}
