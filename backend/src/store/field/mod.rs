//! Queries over field.

pub mod files;
pub mod uploads;
