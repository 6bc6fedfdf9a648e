//! Who did what, from where, to which row.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub seq: i64,
    pub county_id: Option<Uuid>,
    pub at: DateTimeUtc,
    pub person_id: Option<Uuid>,
    pub post_id: Option<Uuid>,
    pub session_id: Option<Uuid>,
    pub device_id: Option<Uuid>,
    pub address: Option<String>,
    pub request_id: Option<String>,
    pub action: String,
    pub noun: String,
    pub object_id: Option<String>,
    pub hash_before: Option<String>,
    pub hash_after: Option<String>,
    pub reason: String,
    pub device_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
