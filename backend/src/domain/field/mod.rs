//! field: words and rules.

pub mod media;
