//! Queries over places.

pub mod divisions;
mod found;
pub mod honours;
pub mod rechecks;
pub mod sites;

pub(in crate::store) use found::{Columns, at_place};
