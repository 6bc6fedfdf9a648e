//! What a duty of a unit is told.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notice")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub seq: i64,
    pub id: Uuid,
    pub county_id: Uuid,
    pub kind: String,
    pub event_key: String,
    pub unit_kind: String,
    pub unit_id: Uuid,
    pub duty: String,
    pub ticket_id: Option<Uuid>,
    pub data: Json,
    pub urgent: bool,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
