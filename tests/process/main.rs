//! The real program, as an operator starts, stops and kills it.

mod crash;
mod demo;
mod hygiene;
mod kill;
mod people;
mod serving;
mod settings;
