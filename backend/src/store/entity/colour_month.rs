//! The colour of a township's month: proposed, confirmed, published, and what became of an appeal.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "colour_month")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub county_id: Uuid,
    pub township_id: Uuid,
    pub month: String,
    pub proposal: String,
    pub reasoning: Json,
    pub counters: Json,
    pub proposed_at: DateTimeUtc,
    pub colour: Option<String>,
    pub reason: String,
    pub confirmed_by: Option<Uuid>,
    pub confirmed_at: Option<DateTimeUtc>,
    pub published_by: Option<Uuid>,
    pub published_at: Option<DateTimeUtc>,
    pub appeal_until: Option<DateTimeUtc>,
    pub plan_due: Option<DateTimeUtc>,
    pub after_appeal: Option<String>,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
