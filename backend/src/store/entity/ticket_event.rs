//! Every step of a ticket, append-only.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ticket_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub county_id: Uuid,
    pub ticket_id: Uuid,
    pub version: i32,
    pub transition: String,
    pub from_state: Option<String>,
    pub to_state: String,
    pub operation_id: Option<Uuid>,
    pub person_id: Option<Uuid>,
    pub post_id: Option<Uuid>,
    pub reason: String,
    pub data: Json,
    pub observed_at: DateTimeUtc,
    pub accepted_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
