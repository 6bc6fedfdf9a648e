//! Figures.

mod payloads;

fn main() {}
