//! What came of looking at titles again; only ever added to.

use crate::store::{Conn, Error, Tx, entity::honour_recheck};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder};
use uuid::Uuid;

use honour_recheck::Column as C;

/// A recheck as stored.
pub type RecheckRow = honour_recheck::Model;

pub async fn insert(tx: &Tx, row: RecheckRow) -> Result<(), Error> {
    honour_recheck::Entity::insert(row.into_active_model()).exec_without_returning(tx.raw()).await?;
    Ok(())
}

/// Those of these titles, newest first.
pub async fn of_honours(
    conn: &impl Conn,
    county: Uuid,
    honours: Vec<Uuid>,
) -> Result<Vec<RecheckRow>, Error> {
    Ok(honour_recheck::Entity::find()
        .filter(C::CountyId.eq(county).and(C::HonourId.is_in(honours)))
        .order_by_desc(C::MadeAt)
        .order_by_desc(C::Id)
        .all(conn.raw())
        .await?)
}
