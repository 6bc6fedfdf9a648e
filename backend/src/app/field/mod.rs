//! What the field brings: sealed operations and the files that they name.

mod append;
pub mod lanes;
pub mod photos;
pub mod settle;
pub mod uploads;

pub use append::{Cut, Piece};
