//! The real program, as an operator starts, stops and kills it.

mod hygiene;
mod serving;
mod settings;
