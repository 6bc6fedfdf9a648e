//! One sea-orm entity per table, private to `store`.

pub mod audit;
pub mod change;
pub mod meta;
