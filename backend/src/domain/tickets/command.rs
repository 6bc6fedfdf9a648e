//! Commands on a ticket, as people seal them, and the reasons that the forms offer.

use crate::domain::{field::envelope::Place, people::role::UnitKind};
use serde::Deserialize;
use uuid::Uuid;

/// What every command names: the ticket, and the version that the person saw.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Target {
    pub ticket_id: Uuid,
    #[serde(default)]
    pub seen_version: Option<i32>,
}

/// `ticket.issue/1`: T2 by hand, with choice of unit.
#[derive(Debug, Clone, Deserialize)]
pub struct IssueBody {
    #[serde(flatten)]
    pub target: Target,
    pub unit_kind: UnitKind,
    pub unit_id: Uuid,
    #[serde(default)]
    pub severity: Option<String>,
    #[serde(default)]
    pub is_static: Option<bool>,
    #[serde(default)]
    pub deadline_days: Option<i32>,
    #[serde(default)]
    pub note: String,
}

/// `ticket.decline/1` and `ticket.void/1`: T3, T14.
#[derive(Debug, Clone, Deserialize)]
pub struct ReasonBody {
    #[serde(flatten)]
    pub target: Target,
    pub reason: String,
}

/// `ticket.accept/1`: T5, naming who takes it up.
#[derive(Debug, Clone, Deserialize)]
pub struct AcceptBody {
    #[serde(flatten)]
    pub target: Target,
    #[serde(default)]
    pub person_named: String,
}

/// `ticket.rectify/1` (records an attempt) and `ticket.submit/1` (T10).
#[derive(Debug, Clone, Deserialize)]
pub struct AttemptBody {
    #[serde(flatten)]
    pub target: Target,
    pub attempt_id: Uuid,
    #[serde(default)]
    pub note: String,
}

/// `ticket.verify/1`: T11, T12.
#[derive(Debug, Clone, Deserialize)]
pub struct VerifyBody {
    #[serde(flatten)]
    pub target: Target,
    pub attempt_id: Uuid,
    pub verdict: Verdict,
    #[serde(default)]
    pub reason: Option<String>,
    #[serde(default)]
    pub note: String,
    #[serde(default)]
    pub on_site: bool,
    #[serde(default)]
    pub position: Option<Place>,
}

/// Whether a repair holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Passed,
    Failed,
}

/// Why a repair was sent back; words that never accuse.
pub const FAIL_REASONS: [&str; 4] = ["not_done", "partial", "wrong_place", "unclear_photo"];
/// Severities of findings and tickets.
pub const SEVERITIES: [&str; 3] = ["critical", "major", "minor"];
