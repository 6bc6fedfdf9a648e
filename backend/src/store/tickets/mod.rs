//! Queries over tickets, their history and their attempts.

pub mod attempts;
pub mod board;
pub mod checks;
mod columns;
mod counts;
mod filter;
mod history;
mod lists;
pub mod reporters;
pub mod requests;
mod rows;
mod sweep;

pub use counts::*;
pub use filter::*;
pub use history::*;
pub use lists::*;
pub use rows::*;
pub use sweep::*;
