//! Standards are data: working days, checklists, and the logic in them.

pub mod calendar;
pub mod checklist;
pub mod judge;
pub mod logic;
