//! One local database: one install of one person, with the key that seals its work.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "device")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub county_id: Option<Uuid>,
    pub person_id: Uuid,
    pub name: String,
    pub public_key: String,
    pub credential_hash: Option<String>,
    pub created_at: DateTimeUtc,
    pub revoked_at: Option<DateTimeUtc>,
    pub last_contact_at: DateTimeUtc,
    pub app_version: Option<String>,
    pub user_agent: Option<String>,
    pub sealed_through: i64,
    pub last_seq: i64,
    pub held_operations: i32,
    pub held_files: i32,
    pub oldest_held_at: Option<DateTimeUtc>,
    pub free_bytes: Option<i64>,
    pub persisted: Option<bool>,
    pub receipts: i64,
    pub last_receipt_hash: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
