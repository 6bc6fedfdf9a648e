//! A draw of closed tickets that are looked at again.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "look_back")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub county_id: Uuid,
    pub from_day: String,
    pub to_day: String,
    pub seed: String,
    pub percent: i32,
    pub flagged_percent: i32,
    pub flagged_days: i32,
    pub drawn_by: Uuid,
    pub drawn_at: DateTimeUtc,
    pub reason: String,
    pub redo_of: Option<Uuid>,
    pub redone_by: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
