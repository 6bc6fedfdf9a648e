//! A talk or a referral, as people held and wrote it down; never edited, only corrected by another.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "talk_record")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub county_id: Uuid,
    pub kind: String,
    pub township_id: Uuid,
    pub held_on: String,
    pub participants: String,
    pub subject: String,
    pub agreed: String,
    pub colour_ids: Json,
    pub ticket_ids: Json,
    pub corrects_id: Option<Uuid>,
    pub made_by: Uuid,
    pub made_post: Uuid,
    pub made_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
