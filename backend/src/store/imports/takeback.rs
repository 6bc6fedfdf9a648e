//! Taking back what an import made: rows that nobody names, at the version that it left them.

use crate::store::{
    Conn as _, Error, Tx,
    entity::{
        checklist, department, division, one_time_code, person, post, setting, setting_version, site,
        site_kind,
    },
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter};
use uuid::Uuid;

macro_rules! removal {
    ($($name:ident $entity:ident;)*) => {$(
        /// Removes a row that is still at this version; false when it is not.
        pub async fn $name(tx: &Tx, id: Uuid, version: i32) -> Result<bool, Error> {
            use $entity::Column as C;
            let gone = $entity::Entity::delete_many()
                .filter(C::Id.eq(id).and(C::Version.eq(version)))
                .exec(tx.raw())
                .await?;
            Ok(gone.rows_affected == 1)
        }
    )*};
}

removal! {
    division division;
    site site;
    post post;
    checklist checklist;
    site_kind site_kind;
    department department;
}

/// Removes what a county set: it goes with the county.
pub async fn settings(tx: &Tx, county: Uuid) -> Result<(), Error> {
    setting::Entity::delete_many().filter(setting::Column::CountyId.eq(county)).exec(tx.raw()).await?;
    setting_version::Entity::delete_many()
        .filter(setting_version::Column::CountyId.eq(county))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// Removes a person who never chose a password, with the codes that were made for him.
pub async fn person(tx: &Tx, id: Uuid, version: i32) -> Result<bool, Error> {
    use person::Column as C;
    one_time_code::Entity::delete_many()
        .filter(one_time_code::Column::PersonId.eq(id))
        .exec(tx.raw())
        .await?;
    let gone = person::Entity::delete_many()
        .filter(C::Id.eq(id).and(C::Version.eq(version)).and(C::PasswordHash.is_null()))
        .exec(tx.raw())
        .await?;
    Ok(gone.rows_affected == 1)
}

/// Puts a retired version of a checklist into use again.
pub async fn revive(tx: &Tx, id: Uuid, version: i32, status: &'static str) -> Result<bool, Error> {
    use checklist::Column as C;
    let touched = checklist::Entity::update_many()
        .set(checklist::ActiveModel {
            status: Set(status.to_owned()),
            version: Set(version + 1),
            ..Default::default()
        })
        .filter(C::Id.eq(id).and(C::Version.eq(version)))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected == 1)
}
