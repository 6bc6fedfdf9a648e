//! A candidate of a draw, drawn or not, and what was found.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "look_back_item")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub look_back_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub ticket_id: Uuid,
    pub county_id: Uuid,
    pub township_id: Uuid,
    pub flagged: bool,
    pub drawn: bool,
    pub state: String,
    pub looked_at: Option<DateTimeUtc>,
    pub looked_day: Option<String>,
    pub person_id: Option<Uuid>,
    pub operation_id: Option<Uuid>,
    pub note: String,
    pub drawn_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
