//! Queries over tickets, their history and their attempts.

pub mod attempts;
pub mod board;
pub mod rows;

pub use rows::*;
