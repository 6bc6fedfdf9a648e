//! Review rounds: their mode, how they issue, and from when townships may see them.

use crate::{
    domain::clock::Instant,
    store::{Conn, Error, Tx, entity::round},
};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockType},
};
use uuid::Uuid;

use round::Column as C;

/// A round as stored.
pub type RoundRow = round::Model;

pub async fn insert(tx: &Tx, row: RoundRow) -> Result<(), Error> {
    round::Entity::insert(row.into_active_model()).exec_without_returning(tx.raw()).await?;
    Ok(())
}

/// A round of this county.
pub async fn get(conn: &impl Conn, county: Uuid, id: Uuid) -> Result<Option<RoundRow>, Error> {
    Ok(round::Entity::find_by_id(id).filter(C::CountyId.eq(county)).one(conn.raw()).await?)
}

/// A round of this county, locked for change.
pub async fn lock(tx: &Tx, county: Uuid, id: Uuid) -> Result<Option<RoundRow>, Error> {
    Ok(round::Entity::find_by_id(id)
        .filter(C::CountyId.eq(county))
        .lock(LockType::Update)
        .one(tx.raw())
        .await?)
}

/// A round of this county as it stays until this transaction ends: a hidden one is held, so that what enters beside its release is
/// either shown by the release or sees it done.
pub async fn hold(tx: &Tx, county: Uuid, id: Uuid) -> Result<Option<RoundRow>, Error> {
    let hidden = |row: &RoundRow| row.visible_from.is_none();
    let seen = get(tx, county, id).await?;
    if !seen.as_ref().is_some_and(hidden) {
        return Ok(seen);
    }
    Ok(round::Entity::find_by_id(id)
        .filter(C::CountyId.eq(county))
        .lock(LockType::Share)
        .one(tx.raw())
        .await?)
}

/// The rounds of a county, newest first; the township side gets only what is released.
pub async fn list(
    conn: &impl Conn,
    county: Uuid,
    released_by: Option<Instant>,
) -> Result<Vec<RoundRow>, Error> {
    let mut query = round::Entity::find().filter(C::CountyId.eq(county));
    if let Some(now) = released_by {
        query = query.filter(C::VisibleFrom.lte(now));
    }
    Ok(query.order_by_desc(C::CreatedAt).limit(200).all(conn.raw()).await?)
}

/// Shows a round to the township side.
pub async fn release(tx: &Tx, row: &RoundRow, at: Instant) -> Result<(), Error> {
    round::Entity::update_many()
        .col_expr(C::VisibleFrom, Expr::value(at))
        .col_expr(C::Version, Expr::value(row.version + 1))
        .filter(C::Id.eq(row.id).and(C::Version.eq(row.version)))
        .exec(tx.raw())
        .await?;
    Ok(())
}
