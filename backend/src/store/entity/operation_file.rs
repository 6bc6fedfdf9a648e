//! A file that an operation names, and how far it has come.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "operation_file")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub operation_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub file_id: Uuid,
    pub county_id: Uuid,
    pub ord: i32,
    pub sha256: String,
    pub bytes: i64,
    pub media_type: String,
    pub role: String,
    pub item_path: Option<String>,
    pub instance_key: Option<String>,
    pub urgent: bool,
    pub state: String,
    pub sidecar: Json,
    pub flags: Json,
    pub subject: String,
    pub subject_id: Uuid,
    pub township_id: Option<Uuid>,
    pub village_id: Option<Uuid>,
    pub person_id: Uuid,
    pub visible_from: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
