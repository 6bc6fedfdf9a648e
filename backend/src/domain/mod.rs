//! Words and rules: pure, no async, no I/O, no SQL, no HTTP.

pub mod problem;
