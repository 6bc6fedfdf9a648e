//! Queries over tickets, their history and their attempts.

pub mod attempts;
pub mod board;
mod columns;
mod history;
mod lists;
mod rows;

pub use history::*;
pub use lists::*;
pub use rows::*;
