//! Queries over evidence: what was read from pictures, and what is odd about photos.

pub mod around;
pub mod blurs;
pub mod flags;
pub mod pictures;
pub mod stored;
pub mod verdicts;
