//! What a post's unit is called and where it lies: divisions and departments by id.

use crate::{
    domain::people::role::UnitKind,
    store::{
        Conn, Error,
        entity::{department, division},
    },
};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

/// A unit that posts and tickets name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    pub id: Uuid,
    pub kind: UnitKind,
    pub name: String,
    pub county_id: Uuid,
    /// The township of a village, the county of a township.
    pub parent_id: Option<Uuid>,
}

#[derive(FromQueryResult)]
struct DivisionRow {
    id: Uuid,
    kind: String,
    name: String,
    county_id: Uuid,
    parent_id: Option<Uuid>,
}

/// The units of these ids, whichever kind they are; unknown ids are absent.
pub async fn by_ids(conn: &impl Conn, ids: &[Uuid]) -> Result<HashMap<Uuid, Unit>, Error> {
    let mut units = HashMap::new();
    for chunk in ids.chunks(1000) {
        use division::Column as C;
        let query = division::Entity::find().filter(C::Id.is_in(chunk.iter().copied()));
        let query = query.select_only().columns([C::Id, C::Kind, C::Name, C::CountyId, C::ParentId]);
        for row in query.into_model::<DivisionRow>().all(conn.raw()).await? {
            // Levels above a county may come; nobody holds a post there yet.
            let Some(kind) = UnitKind::parse(&row.kind) else { continue };
            let DivisionRow { id, name, county_id, parent_id, .. } = row;
            units.insert(id, Unit { id, kind, name, county_id, parent_id });
        }
        let departments =
            department::Entity::find().filter(department::Column::Id.is_in(chunk.iter().copied()));
        for row in departments.all(conn.raw()).await? {
            let kind = UnitKind::Department;
            units.insert(
                row.id,
                Unit { id: row.id, kind, name: row.name_zh, county_id: row.county_id, parent_id: None },
            );
        }
    }
    Ok(units)
}
