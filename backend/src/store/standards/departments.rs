//! County departments: units that posts, items and tickets name by their key.

use crate::store::{Conn, Error, Tx, entity::department};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Unchanged, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel,
    QueryFilter, QueryOrder,
};
use uuid::Uuid;

use department::Column as C;

pub type Department = department::Model;

pub async fn of_county(conn: &impl Conn, county: Uuid) -> Result<Vec<Department>, Error> {
    Ok(department::Entity::find()
        .filter(C::CountyId.eq(county))
        .order_by_asc(C::Code)
        .all(conn.raw())
        .await?)
}

/// The department with this key.
pub async fn of_code(conn: &impl Conn, county: Uuid, code: &str) -> Result<Option<Department>, Error> {
    let one = department::Entity::find().filter(C::CountyId.eq(county).and(C::Code.eq(code)));
    Ok(one.one(conn.raw()).await?)
}

pub async fn insert(tx: &Tx, row: Department) -> Result<(), Error> {
    department::Entity::insert(row.into_active_model()).exec_without_returning(tx.raw()).await?;
    Ok(())
}

/// Writes the next version; false when somebody else wrote it first.
pub async fn update(tx: &Tx, row: Department) -> Result<bool, Error> {
    let (id, before) = (row.id, row.version - 1);
    let mut row = row.into_active_model().reset_all();
    row.id = Unchanged(id);
    let touched = department::Entity::update_many()
        .set(row)
        .filter(C::Id.eq(id).and(C::Version.eq(before)))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected == 1)
}
