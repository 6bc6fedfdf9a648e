//! What a unit asked of the office about a ticket, and what became of it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ticket_request")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub county_id: Uuid,
    pub ticket_id: Uuid,
    pub what: String,
    pub state: String,
    pub reason: String,
    pub wanted_day: Option<String>,
    pub measure: String,
    pub unit_kind: Option<String>,
    pub unit_id: Option<Uuid>,
    pub asked_by: Uuid,
    pub asked_post: Uuid,
    pub asked_at: DateTimeUtc,
    pub operation_id: Uuid,
    pub decided_by: Option<Uuid>,
    pub decided_at: Option<DateTimeUtc>,
    pub note: String,
    pub day: Option<String>,
    pub wrongly_routed: bool,
    pub decision_id: Option<Uuid>,
    pub project_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
