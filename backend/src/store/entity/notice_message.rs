//! A message on its way out, and what became of it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notice_message")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub county_id: Uuid,
    pub channel_id: Option<Uuid>,
    pub push_id: Option<Uuid>,
    pub dedupe_key: String,
    pub kind: String,
    pub state: String,
    pub urgent: i32,
    pub subject: String,
    pub body: String,
    pub attempts: i32,
    pub created_at: DateTimeUtc,
    pub not_before: DateTimeUtc,
    pub worker: Option<Uuid>,
    pub lease_until: Option<DateTimeUtc>,
    pub tried_at: Option<DateTimeUtc>,
    pub sent_at: Option<DateTimeUtc>,
    pub reason: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
