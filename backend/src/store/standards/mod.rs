//! Queries over standards.

pub mod checklists;
pub mod departments;
pub mod kinds;
pub mod settings;
