//! What photos prove: weighing each one as it becomes known, telling those who check, and letting them overrule.

pub mod album;
pub mod clocks;
pub mod custody;
pub mod flags;
pub mod page;
pub mod scrub;
mod surroundings;
pub mod tallies;
pub mod verdicts;
pub mod verify;
pub mod weigh;
