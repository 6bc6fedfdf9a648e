//! Sums of a campaign by township and local day.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign_day")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub campaign_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub township_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub local_day: String,
    pub baseline: i32,
    pub fresh: i32,
    pub closed_baseline: i32,
    pub closed_fresh: i32,
    pub left_baseline: i32,
    pub left_fresh: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
