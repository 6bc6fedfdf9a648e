//! Queries over places.

pub mod divisions;
pub mod honours;
pub mod sites;
