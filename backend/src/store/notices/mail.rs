//! The mail server of a county.

use crate::store::{Conn, Error, Tx, entity::notice_mail};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter,
    sea_query::OnConflict,
};
use uuid::Uuid;

use notice_mail::Column as M;

/// A mail server as stored.
pub type Mail = notice_mail::Model;

pub async fn get(conn: &impl Conn, county: Uuid) -> Result<Option<Mail>, Error> {
    Ok(notice_mail::Entity::find_by_id(county).one(conn.raw()).await?)
}

/// Puts it over the version that was seen (0 = none), which its own version follows; false when another one is there by now.
pub async fn put(tx: &Tx, row: Mail) -> Result<bool, Error> {
    let (county, seen) = (row.county_id, row.version - 1);
    if seen == 0 {
        let none = OnConflict::column(M::CountyId).do_nothing().to_owned();
        let rows = notice_mail::Entity::insert(row.into_active_model())
            .on_conflict(none)
            .exec_without_returning(tx.raw())
            .await?;
        return Ok(rows == 1);
    }
    let mut active = row.into_active_model().reset_all();
    active.county_id = sea_orm::ActiveValue::Unchanged(county);
    let touched = notice_mail::Entity::update_many()
        .set(active)
        .filter(M::CountyId.eq(county).and(M::Version.eq(seen)))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected == 1)
}
