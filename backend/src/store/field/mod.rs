//! Queries over field work: operations, their files, visits, findings.

pub mod erasures;
pub mod files;
pub mod findings;
pub mod inspections;
pub mod named;
pub mod operations;
pub mod phones;
pub mod self_checks;
pub mod uploads;
pub mod visible;
