//! Who answers for an honoured place, by post.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "liaison")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub county_id: Uuid,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub township_id: Uuid,
    pub post_id: Uuid,
    pub named_by: Uuid,
    pub since: DateTimeUtc,
    pub ended_at: Option<DateTimeUtc>,
    pub reason: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
