//! Covers that the office put over areas of photos, newest first. They belong to the bytes, whoever named them.

use crate::{
    domain::field::media::Sha256,
    store::{Conn, Error, Tx, entity::photo_blur},
};
use photo_blur::Column as C;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// A cover as stored.
pub type Blur = photo_blur::Model;

/// As many as are ever shown of one photo.
const MOST: u64 = 100;

pub async fn insert(tx: &Tx, row: Blur) -> Result<(), Error> {
    photo_blur::Entity::insert(row.into_active_model()).exec_without_returning(tx.raw()).await?;
    Ok(())
}

/// The covers of these bytes.
pub async fn of_bytes(conn: &impl Conn, county: Uuid, sha256: Sha256) -> Result<Vec<Blur>, Error> {
    Ok(photo_blur::Entity::find()
        .filter(C::CountyId.eq(county).and(C::Sha256.eq(sha256.to_string())))
        .order_by_desc(C::MadeAt)
        .order_by_desc(C::Id)
        .limit(MOST)
        .all(conn.raw())
        .await?)
}

/// The one that counts.
pub async fn newest(conn: &impl Conn, county: Uuid, sha256: Sha256) -> Result<Option<Blur>, Error> {
    Ok(of_bytes(conn, county, sha256).await?.into_iter().next())
}
