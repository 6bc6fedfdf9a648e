//! Backups, and what comes back from them.

mod certificate;
mod doctor;
mod drill;
mod faults;
mod full;
mod schedule;
