//! A group robot or mail boxes that a unit is told by; where they are is sealed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notice_channel")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub county_id: Uuid,
    pub kind: String,
    pub name: String,
    pub unit_kind: String,
    pub unit_id: Uuid,
    pub sealed: String,
    pub mask: String,
    pub signed: bool,
    pub paused: bool,
    pub removed: bool,
    pub created_by: Option<Uuid>,
    pub created_at: DateTimeUtc,
    pub last_sent_at: Option<DateTimeUtc>,
    pub last_failure: Option<String>,
    pub last_failure_at: Option<DateTimeUtc>,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
