//! The real program, as an operator starts, stops and kills it.

mod crash;
mod demo;
mod hygiene;
mod serving;
mod settings;
