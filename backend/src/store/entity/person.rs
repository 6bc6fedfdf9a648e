//! Somebody with an account.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub county_id: Option<Uuid>,
    pub login: String,
    pub name: String,
    pub phone: Option<String>,
    pub locale: String,
    pub password_hash: Option<String>,
    pub must_change_password: bool,
    pub status: String,
    pub created_at: DateTimeUtc,
    pub version: i32,
    pub search: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
