//! The mail server of a county; its password is sealed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notice_mail")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub county_id: Uuid,
    pub host: String,
    pub port: i32,
    pub security: String,
    pub login: String,
    pub sealed: Option<String>,
    pub sender: String,
    pub sender_name: String,
    pub version: i32,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
