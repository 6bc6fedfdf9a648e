//! Something odd about a photo where an operation names it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "photo_flag")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub county_id: Uuid,
    pub operation_id: Uuid,
    pub file_id: Uuid,
    pub ticket_id: Option<Uuid>,
    pub code: String,
    pub strength: String,
    pub reason: Json,
    pub other_operation_id: Option<Uuid>,
    pub other_file_id: Option<Uuid>,
    pub raised_at: DateTimeUtc,
    pub overruled_by: Option<Uuid>,
    pub overruled_at: Option<DateTimeUtc>,
    pub overrule_reason: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
