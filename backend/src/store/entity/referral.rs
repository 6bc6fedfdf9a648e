//! A ticket that waits for a department, with its own clock; its id is that of the request.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "referral")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub county_id: Uuid,
    pub ticket_id: Uuid,
    pub department_id: Uuid,
    pub days: i32,
    pub given_at: DateTimeUtc,
    pub due_at: DateTimeUtc,
    pub state: String,
    pub ended_at: Option<DateTimeUtc>,
    pub late: bool,
    pub note: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
