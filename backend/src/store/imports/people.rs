//! People as an import compares and changes them: many logins at once, names and numbers put right.

use crate::store::{Conn, Error, Tx, entity::person, people::persons::PersonRow};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter};
use uuid::Uuid;

use person::Column as C;

/// The accounts of these logins, of whatever county: a login is unique in the installation.
pub async fn by_logins(conn: &impl Conn, logins: &[String]) -> Result<Vec<PersonRow>, Error> {
    let mut found = Vec::new();
    for chunk in logins.chunks(1000) {
        let query = person::Entity::find().filter(C::Login.is_in(chunk));
        found.extend(query.all(conn.raw()).await?);
    }
    Ok(found)
}

/// The accounts of a county that have these names: somebody whose number changed is found by nothing else.
pub async fn by_names(conn: &impl Conn, county: Uuid, names: &[String]) -> Result<Vec<PersonRow>, Error> {
    let mut found = Vec::new();
    for chunk in names.chunks(1000) {
        let query = person::Entity::find().filter(C::CountyId.eq(county).and(C::Name.is_in(chunk)));
        found.extend(query.all(conn.raw()).await?);
    }
    Ok(found)
}

/// Writes name, number and search text over the version before; false when somebody else changed the person meanwhile.
pub async fn update(tx: &Tx, row: &PersonRow) -> Result<bool, Error> {
    let touched = person::Entity::update_many()
        .set(person::ActiveModel {
            name: Set(row.name.clone()),
            phone: Set(row.phone.clone()),
            search: Set(row.search.clone()),
            version: Set(row.version),
            ..Default::default()
        })
        .filter(C::Id.eq(row.id).and(C::Version.eq(row.version - 1)))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected == 1)
}
