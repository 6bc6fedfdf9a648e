//! Leave that a deputy gives desk officers to sign in his place.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "delegation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub county_id: Uuid,
    pub township_id: Uuid,
    pub deputy_post_id: Uuid,
    pub deputy_person_id: Uuid,
    pub desk_post_id: Option<Uuid>,
    pub severities: Json,
    pub from_day: String,
    pub to_day: String,
    pub reason: String,
    pub created_at: DateTimeUtc,
    pub revoked_at: Option<DateTimeUtc>,
    pub revoked_by: Option<Uuid>,
    pub revoke_reason: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
