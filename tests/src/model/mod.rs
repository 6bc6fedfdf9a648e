//! A second opinion on tickets: what each command has to do, written from the rules (domain.md 4.1 to 4.4) and not from the program.
//!
//! It shares no code with `lalian::domain`. Its calendar is Monday to Friday, which is what the shipped one says from December 2026 on.

mod campaign;
mod commands;
mod days;
mod ticket;

pub use campaign::{Campaign, Campaigns};
pub use commands::Command;
pub use days::{day_of, end_of, local_day};
pub use ticket::{Answer, Model, Who};

use uuid::Uuid;

/// Who may hold a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Township(Uuid),
    Department(Uuid),
}

impl Unit {
    pub fn id(self) -> Uuid {
        match self {
            Self::Township(id) | Self::Department(id) => id,
        }
    }

    pub fn kind(self) -> &'static str {
        match self {
            Self::Township(_) => "township",
            Self::Department(_) => "department",
        }
    }
}

/// From where to where a ticket may ever go; anything else in a history is a fault of the program.
pub const STEPS: &[(&str, &str)] = &[
    ("pending", "issued"),
    ("pending", "declined"),
    ("pending", "merged"),
    ("pending", "void"),
    ("issued", "in_progress"),
    ("issued", "merged"),
    ("issued", "void"),
    ("in_progress", "issued"),
    ("in_progress", "submitted"),
    ("in_progress", "on_hold"),
    ("in_progress", "void"),
    ("rework", "submitted"),
    ("rework", "on_hold"),
    ("rework", "void"),
    ("on_hold", "in_progress"),
    ("on_hold", "void"),
    ("submitted", "closed"),
    ("submitted", "rework"),
    ("submitted", "void"),
    ("closed", "rework"),
];
