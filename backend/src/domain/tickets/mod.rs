//! Tickets 整改单: states, the one table of transitions, commands and deadlines.

pub mod command;
pub mod deadline;
pub mod machine;
pub mod state;
pub mod ticket;

pub use state::State;
pub use ticket::Ticket;
