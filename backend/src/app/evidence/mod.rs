//! What photos prove: weighing each one as it becomes known, telling those who check, and letting them overrule.

pub mod album;
pub mod flags;
mod surroundings;
pub mod weigh;
