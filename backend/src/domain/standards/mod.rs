//! Standards are data: working days, checklists, and the logic in them.

pub mod calendar;
pub mod check;
pub mod checklist;
pub mod judge;
pub mod logic;
pub mod score;
pub mod settings;
mod sight;
#[cfg(test)]
mod tests;
