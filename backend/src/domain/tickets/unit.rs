//! What a deadline is counted in, and the stages of what cannot wait: first under control, then repaired.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the time of a ticket is counted in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeadlineUnit {
    #[default]
    WorkingDays,
    /// Hours in which the county's offices work.
    WorkingHours,
    /// Hours of the clock, nights and holidays too.
    UrgentHours,
}

impl DeadlineUnit {
    pub const ALL: [Self; 3] = [Self::WorkingDays, Self::WorkingHours, Self::UrgentHours];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WorkingDays => "working_days",
            Self::WorkingHours => "working_hours",
            Self::UrgentHours => "urgent_hours",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.as_str() == text)
    }

    /// For rows and files that say nothing where it is the usual one.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
    pub fn is_usual(&self) -> bool {
        *self == Self::WorkingDays
    }
}

/// A step towards the end of an urgent ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Nobody can come to harm any more: closed off, switched off, guarded.
    Control,
    Repair,
}
