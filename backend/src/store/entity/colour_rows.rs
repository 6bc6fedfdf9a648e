//! The rows behind the figures of a township's month, beside it: only whoever opens a number reads them.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "colour_rows")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub colour_id: Uuid,
    pub county_id: Uuid,
    pub rows: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
