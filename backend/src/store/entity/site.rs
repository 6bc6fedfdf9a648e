//! A place that is inspected.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "site")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub county_id: Uuid,
    pub code: String,
    pub kind: String,
    pub name: String,
    pub township_id: Uuid,
    pub village_id: Uuid,
    pub lon: f64,
    pub lat: f64,
    pub datum: String,
    pub coord_source: String,
    pub status: String,
    pub outside: Option<bool>,
    pub version: i32,
    pub search: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
