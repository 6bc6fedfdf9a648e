//! What figures and exports are made of, in words and rules.

pub mod ledger;
pub mod lists;
pub mod spans;
pub mod words;
