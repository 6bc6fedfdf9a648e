//! Field work: sealed operations, what they carry, when they happened, and what is odd about them.

pub mod area;
pub mod checksum;
pub mod envelope;
pub mod flag;
#[cfg(test)]
mod golden_tests;
pub mod inspection;
pub mod kind;
pub mod media;
pub mod receipt;
pub mod sheet;
pub mod times;
