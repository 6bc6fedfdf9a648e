//! A fault somebody saw.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "finding")]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub county_id: Uuid,
    pub operation_id: Uuid,
    pub inspection_id: Option<Uuid>,
    pub site_id: Option<Uuid>,
    pub item_code: String,
    pub instance_key: String,
    pub title: String,
    pub note: String,
    pub severity: String,
    pub is_static: bool,
    pub restricted: bool,
    pub makes: String,
    pub source: String,
    pub department: String,
    pub deadline_days: i32,
    pub township_id: Option<Uuid>,
    pub village_id: Option<Uuid>,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub accuracy_m: Option<f64>,
    pub border: bool,
    pub fixed_on_spot: bool,
    pub state: String,
    pub ticket_id: Option<Uuid>,
    pub person_id: Uuid,
    pub post_id: Uuid,
    pub observed_at: DateTimeUtc,
    pub local_day: String,
    pub accepted_at: DateTimeUtc,
    pub visible_from: Option<DateTimeUtc>,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
