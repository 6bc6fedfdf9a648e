//! A title that a place or a site holds.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "honour")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub county_id: Uuid,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub township_id: Uuid,
    pub level: String,
    pub title: String,
    pub year: i32,
    pub valid_until: Option<String>,
    pub recheck_day: Option<String>,
    pub revoked_at: Option<DateTimeUtc>,
    pub revoke_reason: String,
    pub note: String,
    pub created_at: DateTimeUtc,
    pub version: i32,
    pub search: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
