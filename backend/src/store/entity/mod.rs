//! One sea-orm entity per table, private to `store`.

pub mod attempt;
pub mod audit;
pub mod change;
pub mod checklist;
pub mod counter;
pub mod department;
pub mod device_slot;
pub mod division;
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
pub mod setting;
pub mod site;
pub mod site_kind;
pub mod static_day;
pub mod ticket;
pub mod ticket_event;
pub mod upload;
