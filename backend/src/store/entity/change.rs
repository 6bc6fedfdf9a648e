//! One row for each change that a phone may have to hear of.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "change")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub seq: i64,
    pub county_id: Uuid,
    pub noun: String,
    pub object_id: Uuid,
    pub version: i32,
    pub township_before: Option<Uuid>,
    pub township_after: Option<Uuid>,
    pub village_id: Option<Uuid>,
    pub person_id: Option<Uuid>,
    pub visible_from: Option<DateTimeUtc>,
    pub gone: bool,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
