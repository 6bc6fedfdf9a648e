//! The real program, as an operator starts, stops and kills it.

mod serving;
mod settings;
