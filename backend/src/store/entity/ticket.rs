//! The obligation to repair.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "ticket")]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub county_id: Uuid,
    pub number: Option<String>,
    pub state: String,
    pub title: String,
    pub note: String,
    pub severity: String,
    pub is_static: bool,
    pub restricted: bool,
    pub makes: String,
    pub source: String,
    pub department: String,
    pub deadline_days: i32,
    pub place_township_id: Option<Uuid>,
    pub place_village_id: Option<Uuid>,
    pub unit_kind: String,
    pub unit_id: Option<Uuid>,
    pub site_id: Option<Uuid>,
    pub item_code: String,
    pub instance_key: String,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub accuracy_m: Option<f64>,
    pub border: bool,
    pub round_id: Option<Uuid>,
    pub finding_id: Uuid,
    pub reporter_id: Uuid,
    pub observed_at: DateTimeUtc,
    pub created_at: DateTimeUtc,
    pub issued_at: Option<DateTimeUtc>,
    pub due_at: Option<DateTimeUtc>,
    pub official_due_at: Option<DateTimeUtc>,
    pub first_due_at: Option<DateTimeUtc>,
    pub accepted_at: Option<DateTimeUtc>,
    pub acceptor_id: Option<Uuid>,
    pub submitted_at: Option<DateTimeUtc>,
    pub closed_at: Option<DateTimeUtc>,
    pub attempts: i32,
    pub rework: i32,
    pub hollow: i32,
    pub slow: i32,
    pub sightings: i32,
    pub seen_while_submitted: bool,
    pub attempt_id: Option<Uuid>,
    pub last_reason: Option<String>,
    pub missing_files: i32,
    pub flags: Json,
    pub visible_from: Option<DateTimeUtc>,
    pub due_sort: String,
    pub version: i32,
    pub search: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
