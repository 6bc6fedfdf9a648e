//! A backup that was made or tried.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "backup")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub name: String,
    pub target: String,
    pub made_by: String,
    pub state: String,
    pub epoch: Uuid,
    pub started_at: DateTimeUtc,
    pub heard_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
    pub newest_seq: i64,
    pub uncovered: Json,
    pub sealed: bool,
    pub with_keys: bool,
    pub rows: i64,
    pub rows_bytes: i64,
    pub files: i64,
    pub files_done: i64,
    pub files_new: i64,
    pub bytes_new: i64,
    pub faults: i32,
    pub problem: Option<String>,
    pub detail: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
