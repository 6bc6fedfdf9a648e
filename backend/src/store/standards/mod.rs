//! Queries over standards.

pub mod checklists;
pub mod departments;
pub mod examples;
pub mod kinds;
pub mod settings;
