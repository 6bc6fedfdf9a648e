//! Use cases over standards: checklists and their import, the working-day calendar.

pub mod calendar;
pub mod checklists;
pub mod departments;
pub mod examples;
pub mod import_checklists;
pub mod settings;
