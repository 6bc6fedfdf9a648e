//! Positions and outlines as they were given, where they were converted.

use crate::{
    domain::{clock::Instant, places::bd09::SourceDatum},
    store::{Conn, Error, Tx, entity::place_source},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

/// What was given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    pub object_id: Uuid,
    pub datum: SourceDatum,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub boundary: Option<String>,
}

/// What these objects were given as, where that was converted.
pub async fn of(conn: &impl Conn, objects: &[Uuid]) -> Result<HashMap<Uuid, Source>, Error> {
    let mut found = HashMap::new();
    for chunk in objects.chunks(1000) {
        let of = place_source::Column::ObjectId.is_in(chunk.iter().copied());
        for row in place_source::Entity::find().filter(of).all(conn.raw()).await? {
            let datum = SourceDatum::parse(&row.datum).unwrap_or_default();
            let source = Source {
                object_id: row.object_id,
                datum,
                lon: row.lon,
                lat: row.lat,
                boundary: row.boundary,
            };
            found.insert(row.object_id, source);
        }
    }
    Ok(found)
}

/// Forgets what these objects were given as: they are as given now, or gone.
pub async fn clear(tx: &Tx, objects: &[Uuid]) -> Result<(), Error> {
    for chunk in objects.chunks(1000) {
        let of = place_source::Column::ObjectId.is_in(chunk.iter().copied());
        place_source::Entity::delete_many().filter(of).exec(tx.raw()).await?;
    }
    Ok(())
}

/// Keeps what was given, in the place of what was kept before.
pub async fn keep(tx: &Tx, county: Uuid, at: Instant, sources: &[Source]) -> Result<(), Error> {
    clear(tx, &sources.iter().map(|source| source.object_id).collect::<Vec<_>>()).await?;
    for chunk in sources.chunks(1000) {
        let models = chunk.iter().map(|source| place_source::ActiveModel {
            object_id: Set(source.object_id),
            county_id: Set(county),
            datum: Set(source.datum.as_str().to_owned()),
            lon: Set(source.lon),
            lat: Set(source.lat),
            boundary: Set(source.boundary.clone()),
            at: Set(at),
        });
        place_source::Entity::insert_many(models).exec_without_returning(tx.raw()).await?;
    }
    Ok(())
}
