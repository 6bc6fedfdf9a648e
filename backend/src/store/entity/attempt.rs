//! One claim that a ticket is repaired.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub county_id: Uuid,
    pub ticket_id: Uuid,
    pub no: i32,
    pub operation_id: Uuid,
    pub person_id: Uuid,
    pub post_id: Uuid,
    pub note: String,
    pub state: String,
    pub submitted_by: Option<Uuid>,
    pub submitted_at: Option<DateTimeUtc>,
    pub submitted_accepted_at: Option<DateTimeUtc>,
    pub verified_by: Option<Uuid>,
    pub verified_at: Option<DateTimeUtc>,
    pub reason: Option<String>,
    pub verdict_note: String,
    pub taken_by: Option<String>,
    pub observed_at: DateTimeUtc,
    pub accepted_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
