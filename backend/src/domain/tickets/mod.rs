//! Tickets 整改单: states, the one table of transitions, commands and deadlines.

#[cfg(test)]
mod clock_tests;
pub mod command;
pub mod deadline;
pub mod dues;
pub mod early;
mod effects;
#[cfg(test)]
mod fixtures;
pub mod free_dates;
#[cfg(test)]
mod longer_life_tests;
pub mod machine;
#[cfg(test)]
mod machine_tests;
pub mod replay;
pub mod request;
pub mod state;
pub mod ticket;
pub mod transition;
pub mod turn;
pub mod unit;
pub mod zeroing;

pub use state::State;
pub use ticket::Ticket;
