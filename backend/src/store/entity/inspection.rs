//! One visit to a site with every answer.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "inspection")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub county_id: Uuid,
    pub operation_id: Uuid,
    pub round_id: Option<Uuid>,
    pub site_id: Uuid,
    pub checklist_id: Option<Uuid>,
    pub township_id: Uuid,
    pub village_id: Uuid,
    pub person_id: Uuid,
    pub post_id: Uuid,
    pub outcome: String,
    pub answers: Json,
    pub passes: i32,
    pub fails: i32,
    pub not_applicable: i32,
    pub not_observed: i32,
    pub score_permille: i32,
    pub people_present: String,
    pub note: String,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub accuracy_m: Option<f64>,
    pub distance_m: Option<f64>,
    pub observed_at: DateTimeUtc,
    pub local_day: String,
    pub accepted_at: DateTimeUtc,
    pub visible_from: Option<DateTimeUtc>,
    pub revision: i32,
    pub version: i32,
    pub capture: Option<String>,
    pub entered_by: Option<Uuid>,
    pub filled_by: Option<String>,
    pub far_reason: Option<String>,
    /// By whom, as of findings: a township's own is `self_check`. `None` in rows of older programs.
    pub source: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
