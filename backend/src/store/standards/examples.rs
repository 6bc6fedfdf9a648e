//! Example pictures of checklist items, by hash; written once and never changed.

use crate::{
    domain::{clock::Instant, people::scope::Scope, standards::checklist::Picture},
    store::{Conn, Error, Tx, entity::example},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};
use uuid::Uuid;

use example::Column as C;

/// A picture with its type.
pub type ExampleRow = example::Model;

/// The picture of this hash; standards are open to every post of the county.
pub async fn get(conn: &impl Conn, scope: Scope, sha256: &str) -> Result<Option<ExampleRow>, Error> {
    let Some(county) = scope.county() else { return Ok(None) };
    Ok(example::Entity::find_by_id((county, sha256.to_owned())).one(conn.raw()).await?)
}

/// Keeps a picture; one that is there already stays as it is.
pub async fn insert(tx: &Tx, county: Uuid, now: Instant, picture: &Picture) -> Result<(), Error> {
    // Looked for first only to spare the writing: equal hashes are equal bytes, and the key decides a race.
    let here = example::Entity::find().filter(C::CountyId.eq(county)).filter(C::Sha256.eq(&picture.sha256));
    if here.one(tx.raw()).await?.is_some() {
        return Ok(());
    }
    let row = example::ActiveModel {
        county_id: Set(county),
        sha256: Set(picture.sha256.clone()),
        media_type: Set(picture.media_type.to_owned()),
        bytes: Set(picture.bytes.clone()),
        created_at: Set(now),
    };
    example::Entity::insert(row)
        .on_conflict(OnConflict::columns([C::CountyId, C::Sha256]).do_nothing().to_owned())
        .exec_without_returning(tx.raw())
        .await?;
    Ok(())
}
