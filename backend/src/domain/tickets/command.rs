//! Commands on a ticket, as people seal them, and the reasons that the forms offer.

use super::{
    request::Asked,
    unit::{DeadlineUnit, Stage},
};
use crate::domain::{clock::Instant, field::envelope::Place, people::role::UnitKind};
use chrono::NaiveDate;
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
    /// What those are counted in, where that is to be another than the item's.
    #[serde(default)]
    pub deadline_unit: Option<DeadlineUnit>,
    /// Hours of the clock within which it is to be under control, where that is to be another than the item's.
    #[serde(default)]
    pub control_hours: Option<i32>,
    #[serde(default)]
    pub note: String,
}

/// `ticket.decline/1`, `ticket.void/1` and `ticket.keep/1`: T3, T14, and the no to it.
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
    /// It was accepted on a printed sheet.
    #[serde(default)]
    pub paper: Option<SignedSheet>,
}

/// Who signed a sheet, and when by what stands on it.
#[derive(Debug, Clone, Deserialize)]
pub struct SignedSheet {
    pub signed_by: String,
    pub signed_at: Instant,
}

/// `ticket.rectify/1` (records an attempt) and `ticket.submit/1` (T10).
#[derive(Debug, Clone, Deserialize)]
pub struct AttemptBody {
    #[serde(flatten)]
    pub target: Target,
    pub attempt_id: Uuid,
    #[serde(default)]
    pub note: String,
    /// What came by a link of the village and is taken over now.
    #[serde(default)]
    pub village_draft_id: Option<Uuid>,
}

/// `ticket.stage/1`: what cannot wait is under control.
#[derive(Debug, Clone, Deserialize)]
pub struct StageBody {
    #[serde(flatten)]
    pub target: Target,
    pub stage: Stage,
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

/// `ticket.ask/1`: send-back, extension or hold.
#[derive(Debug, Clone, Deserialize)]
pub struct AskBody {
    #[serde(flatten)]
    pub target: Target,
    /// Made by the author, so that a repeat is the same request.
    pub request_id: Uuid,
    pub what: Asked,
    pub reason: String,
    /// The new last day, or the day of review.
    #[serde(default)]
    pub wanted_day: Option<NaiveDate>,
    /// What is done in the meantime; the plan.
    #[serde(default)]
    pub measure: String,
    /// The building work that explains it.
    #[serde(default)]
    pub project_id: Option<Uuid>,
    /// Who should do it instead.
    #[serde(default)]
    pub unit_kind: Option<UnitKind>,
    #[serde(default)]
    pub unit_id: Option<Uuid>,
}

/// `ticket.decide/1`: T6, T7, T8, or no.
#[derive(Debug, Clone, Deserialize)]
pub struct DecideBody {
    #[serde(flatten)]
    pub target: Target,
    pub request_id: Uuid,
    pub verdict: Decision,
    #[serde(default)]
    pub note: String,
    /// The agreed day where it is another than the wanted one.
    #[serde(default)]
    pub day: Option<NaiveDate>,
    /// Working days that the department gets.
    #[serde(default)]
    pub days: Option<u32>,
    /// The new owner where it is another than the wanted one.
    #[serde(default)]
    pub unit_kind: Option<UnitKind>,
    #[serde(default)]
    pub unit_id: Option<Uuid>,
    /// The first routing was wrong, so the clock starts anew.
    #[serde(default)]
    pub wrongly_routed: bool,
}

/// What the office says to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Approved,
    Denied,
}

/// `ticket.withdraw_ask/1`.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct WithdrawAskBody {
    #[serde(flatten)]
    pub target: Target,
    pub request_id: Uuid,
}

/// `ticket.resume/1` (T9) and `ticket.remind/1` (T16).
#[derive(Debug, Clone, Deserialize)]
pub struct NoteBody {
    #[serde(flatten)]
    pub target: Target,
    #[serde(default)]
    pub note: String,
}

/// `ticket.refer_done/1`: the department has done its part.
#[derive(Debug, Clone, Deserialize)]
pub struct ReferDoneBody {
    #[serde(flatten)]
    pub target: Target,
    pub request_id: Uuid,
    #[serde(default)]
    pub note: String,
}

/// `ticket.refer_return/1`: the department cannot, and says why.
#[derive(Debug, Clone, Deserialize)]
pub struct ReferReturnBody {
    #[serde(flatten)]
    pub target: Target,
    pub request_id: Uuid,
    pub reason: String,
}

/// `ticket.merge/1`: T4.
#[derive(Debug, Clone, Deserialize)]
pub struct MergeBody {
    #[serde(flatten)]
    pub target: Target,
    pub into_ticket_id: Uuid,
    #[serde(default)]
    pub note: String,
}

/// `ticket.relapse/1`: T13.
#[derive(Debug, Clone, Deserialize)]
pub struct RelapseBody {
    #[serde(flatten)]
    pub target: Target,
    pub finding_id: Uuid,
    #[serde(default)]
    pub note: String,
}

/// `ticket.edit/1`: T17; what is null stays.
#[derive(Debug, Clone, Deserialize)]
pub struct EditBody {
    #[serde(flatten)]
    pub target: Target,
    #[serde(default)]
    pub severity: Option<String>,
    #[serde(default)]
    pub is_static: Option<bool>,
    #[serde(default)]
    pub due_day: Option<NaiveDate>,
    pub reason: String,
}

/// `ticket.mark_hard/1`.
#[derive(Debug, Clone, Deserialize)]
pub struct HardBody {
    #[serde(flatten)]
    pub target: Target,
    pub hard: bool,
    /// What is asked of the county.
    #[serde(default)]
    pub ask: String,
}

/// `ticket.answer_hard/1`: the county's answer to what a hard case asks of it.
#[derive(Debug, Clone, Deserialize)]
pub struct AnswerHardBody {
    #[serde(flatten)]
    pub target: Target,
    /// Who coordinates, in words: an office, a department, a person.
    pub coordinator: String,
    /// Until when.
    pub until: NaiveDate,
    #[serde(default)]
    pub note: String,
}

/// `ticket.archive/1`: T18.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct ArchiveBody {
    #[serde(flatten)]
    pub target: Target,
}

/// `ticket.look_back/1`: a drawn ticket is looked at again.
#[derive(Debug, Clone, Deserialize)]
pub struct LookBackBody {
    #[serde(flatten)]
    pub target: Target,
    pub result: LookedBack,
    #[serde(default)]
    pub note: String,
    #[serde(default)]
    pub position: Option<Place>,
}

/// `ticket.milestone/1`: a step of the building work behind it is done.
#[derive(Debug, Clone, Deserialize)]
pub struct MilestoneDone {
    #[serde(flatten)]
    pub target: Target,
    pub project_id: Uuid,
    pub milestone_id: Uuid,
    pub done_on: NaiveDate,
    #[serde(default)]
    pub note: String,
}

/// What a look at a closed ticket found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookedBack {
    Held,
    NotHeld,
}

impl LookedBack {
    pub fn is_held(self) -> bool {
        self == Self::Held
    }
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
