//! One sea-orm entity per table, private to `store`.

pub mod attempt;
pub mod audit;
pub mod change;
pub mod counter;
pub mod department;
pub mod device_slot;
pub mod file;
pub mod finding;
pub mod idempotency;
pub mod inspection;
pub mod job;
pub mod lease;
pub mod meta;
pub mod operation;
pub mod operation_file;
pub mod quarantine;
pub mod round;
pub mod static_day;
pub mod ticket;
pub mod ticket_event;
pub mod upload;
