//! One sealed piece of work, its bytes verbatim, and what the server made of it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "operation")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub server_seq: i64,
    pub id: Uuid,
    pub county_id: Uuid,
    pub kind: String,
    pub person_id: Uuid,
    pub post_id: Uuid,
    pub device_id: Option<Uuid>,
    pub device_seq: Option<i64>,
    pub hash: String,
    pub body: Vec<u8>,
    pub signature: Option<String>,
    pub status: String,
    pub outcome: String,
    pub flags: Json,
    pub problem: Option<Json>,
    pub answer: Json,
    pub subject: Option<String>,
    pub subject_id: Option<Uuid>,
    pub files: i32,
    pub missing: i32,
    pub made_at: DateTimeUtc,
    pub observed_at: DateTimeUtc,
    pub uncertainty_ms: i64,
    pub accepted_at: DateTimeUtc,
    pub completed_at: Option<DateTimeUtc>,
    pub receipt: Option<String>,
    pub township_id: Option<Uuid>,
    pub visible_from: Option<DateTimeUtc>,
    pub decision: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
