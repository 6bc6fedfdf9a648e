//! Queries over places.

pub mod divisions;
pub mod sites;
