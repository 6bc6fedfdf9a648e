//! How the schema got here: one file a step, portable between SQLite and PostgreSQL.
//!
//! Steps never name the program's entities, so an old step keeps meaning what it meant. Rules of the house:
//! no native enums, triggers or defaults from the database's clock; text keys of at most 32 characters for states;
//! `county_id` leads the indexes of big tables; changes only add (expand and contract), because old replicas run on.

mod m0001_people;
mod m0002_places;
mod m0003_standards;
mod m0004_field;
mod m0005_tickets;
mod m0006_system;
mod m0007_desk;
mod m0008_examples;
mod m0009_paper;
mod m0010_heard_of;
mod m0011_hidden_findings;
mod m0012_evidence;
mod m0013_verdicts;
mod m0014_blurs;
mod m0015_requests;
mod m0016_colours;
mod m0017_duties;
mod m0018_notices;
mod m0019_campaigns;
mod m0021_imports;
mod m0022_codes;
mod m0023_comfort;
mod m0024_backups;
mod m0025_audit;
mod m0026_control;
mod m0027_pace;
mod m0028_self_checks;
mod m0029_audit_by_post;
mod m0031_code_counties;
mod m0032_overdue;
mod m0033_months;
mod m0034_month_rows;
mod m0036_rechecks;
mod m0037_lead;
mod table;

pub use sea_orm_migration::prelude::MigratorTrait;
use sea_orm_migration::prelude::{MigrationTrait, async_trait};

/// Every step in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_people::Step),
            Box::new(m0002_places::Step),
            Box::new(m0003_standards::Step),
            Box::new(m0004_field::Step),
            Box::new(m0005_tickets::Step),
            Box::new(m0006_system::Step),
            Box::new(m0007_desk::Step),
            Box::new(m0008_examples::Step),
            Box::new(m0009_paper::Step),
            Box::new(m0010_heard_of::Step),
            Box::new(m0011_hidden_findings::Step),
            Box::new(m0012_evidence::Step),
            Box::new(m0013_verdicts::Step),
            Box::new(m0014_blurs::Step),
            Box::new(m0015_requests::Step),
            Box::new(m0016_colours::Step),
            Box::new(m0017_duties::Step),
            Box::new(m0018_notices::Step),
            Box::new(m0019_campaigns::Step),
            Box::new(m0021_imports::Step),
            Box::new(m0022_codes::Step),
            Box::new(m0023_comfort::Step),
            Box::new(m0024_backups::Step),
            Box::new(m0025_audit::Step),
            Box::new(m0026_control::Step),
            Box::new(m0027_pace::Step),
            Box::new(m0028_self_checks::Step),
            Box::new(m0029_audit_by_post::Step),
            Box::new(m0031_code_counties::Step),
            Box::new(m0032_overdue::Step),
            Box::new(m0033_months::Step),
            Box::new(m0034_month_rows::Step),
            Box::new(m0036_rechecks::Step),
            Box::new(m0037_lead::Step),
        ]
    }
}
