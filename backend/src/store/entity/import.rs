//! What a file would do, has done, or did until it was undone.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub county_id: Option<Uuid>,
    pub name: String,
    pub state: String,
    pub datum: String,
    pub sha256: String,
    pub digest: String,
    pub summary: Json,
    pub made_by: Uuid,
    pub made_at: DateTimeUtc,
    pub applied_by: Option<Uuid>,
    pub applied_at: Option<DateTimeUtc>,
    pub undone_by: Option<Uuid>,
    pub undone_at: Option<DateTimeUtc>,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
