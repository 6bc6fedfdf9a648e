//! Tickets 整改单: states, the one table of transitions, commands and deadlines.

pub mod command;
pub mod deadline;
pub mod machine;
#[cfg(test)]
mod machine_tests;
pub mod state;
pub mod ticket;

pub use state::State;
pub use ticket::Ticket;
