//! A photo that came by a link.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "village_photo")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub link_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub sha256: String,
    pub county_id: Uuid,
    pub draft_id: Option<Uuid>,
    pub no: i32,
    pub bytes: i64,
    pub media_type: String,
    pub received_at: DateTimeUtc,
    pub taken_at: Option<DateTimeUtc>,
    pub position: Option<Json>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
