//! A stored file of one county, named by its hash.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "file")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub county_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub sha256: String,
    pub bytes: i64,
    pub media_type: String,
    pub stored_at: DateTimeUtc,
    pub width: i32,
    pub height: i32,
    pub derivatives: String,
    pub flags: Json,
    pub erased_at: Option<DateTimeUtc>,
    pub checked_at: Option<DateTimeUtc>,
    pub broken_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
