//! The one table of transitions (domain.md 4.3): from where, by what, to where.

use super::State;

/// The numbers of domain.md 4.3, and what happens beside them without a change of state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transition {
    /// A finding opens it.
    T1,
    /// Issued to a unit.
    T2,
    /// Declined.
    T3,
    /// The same fault as another ticket's; its evidence goes there.
    T4,
    /// Accepted by the unit.
    T5,
    /// Sent back by the unit with the office's consent: another unit has it.
    T6,
    /// More time, with the office's consent.
    T7,
    /// Put on hold 挂账, with the office's consent: the clock stands still.
    T8,
    /// Resumed: the clock runs on.
    T9,
    /// A stage of what cannot wait is done: under control; no change of state.
    Stage,
    /// The hour for that passed and nobody reported it; no change of state.
    ControlOverdue,
    /// That taken back: it was under control, or the repair put forward, in time, and we learned of it late.
    ControlLifted,
    /// A repair is submitted for checking.
    T10,
    /// Checked: closed.
    T11,
    /// Checked: sent back.
    T12,
    /// Seen again soon after closing 反弹.
    T13,
    /// Voided by two persons.
    T14,
    /// Its due date passed while the unit held it; no change of state.
    T15,
    /// Reminded 催办; no change of state.
    T16,
    /// Severity, kind or date put right, with a reason; no change of state.
    T17,
    /// Put on file at the end of a month; stays closed.
    T18,
    /// T15 taken back: it was made or asked for in time, and we learned of it late.
    Lifted,
    /// The unit asks to send it back; no change of state, like the other requests.
    AskedSendBack,
    /// The unit asks for more time.
    AskedExtension,
    /// The unit asks for a hold.
    AskedHold,
    /// The unit asks that a department does it.
    AskedReferral,
    /// Referred to a department 提请部门办理, with the office's consent: the unit's clock stands still, the department's runs.
    Referred,
    /// The department has done its part: the unit's clock runs on.
    ReferDone,
    /// The department cannot: the unit's clock runs on.
    ReferReturned,
    /// The delay is told one step higher; no change of state.
    Escalated,
    /// The office does not agree to a request.
    Denied,
    /// The first of two persons agrees to a further extension.
    ApprovalAsked,
    /// The unit takes its request back.
    AskWithdrawn,
    /// Another ticket of the same fault was merged into this one.
    TookIn,
    /// Marked as more than its unit can do, with what is asked of the county.
    HardCase,
    /// The county says who coordinates it, and until when; no change of state and of no date.
    HardAnswered,
    /// It counts in a zeroing campaign from now on; no change of state.
    CampaignJoined,
    /// A campaign ended before its date, which no longer holds; no change of state.
    CampaignLeft,
    /// Looked at again after closing 回头看; no change of state.
    LookedBack,
    /// A step of the building work behind it is done; no change of state.
    Milestone,
    /// Seen again while open; no change of state.
    Sighting,
    /// An attempt is recorded; no change of state.
    Attempt,
    /// The first of two persons asks for voiding; no change of state.
    VoidAsked,
    /// A second person does not agree to voiding; no change of state.
    VoidDenied,
    /// A hidden round is released: the clock of a unit that has not begun starts; no change of state.
    Release,
    /// Its author withdrew the finding before anything was issued.
    Withdrawn,
    /// Two people found that a photo does not show the repair; no change of state.
    NotShown,
    /// That was taken back.
    Shown,
}

use Transition as T;

/// One row: from where, by which transition, to where (`None` = stays).
pub struct Row {
    pub transition: Transition,
    pub name: &'static str,
    pub from: &'static [State],
    pub to: Option<State>,
}

/// Every transition that is wired, in the order of domain.md 4.3.
pub const TABLE: &[Row] = &[
    Row { transition: T::T2, name: "T2", from: &[State::Pending], to: Some(State::Issued) },
    Row { transition: T::T3, name: "T3", from: &[State::Pending], to: Some(State::Declined) },
    Row { transition: T::T4, name: "T4", from: &[State::Pending, State::Issued], to: Some(State::Merged) },
    Row { transition: T::T5, name: "T5", from: &[State::Issued], to: Some(State::InProgress) },
    Row { transition: T::T6, name: "T6", from: NEW, to: Some(State::Issued) },
    Row { transition: T::T7, name: "T7", from: WORKING, to: None },
    Row { transition: T::T8, name: "T8", from: WORKING, to: Some(State::OnHold) },
    Row { transition: T::T9, name: "T9", from: &[State::OnHold], to: Some(State::InProgress) },
    Row { transition: T::T10, name: "T10", from: WORKING, to: Some(State::Submitted) },
    Row { transition: T::T11, name: "T11", from: &[State::Submitted], to: Some(State::Closed) },
    Row { transition: T::T12, name: "T12", from: &[State::Submitted], to: Some(State::Rework) },
    Row { transition: T::T13, name: "T13", from: &[State::Closed], to: Some(State::Rework) },
    Row { transition: T::T14, name: "T14", from: &State::OPEN, to: Some(State::Void) },
    Row { transition: T::T15, name: "T15", from: &State::WITH_UNIT, to: None },
    Row { transition: T::T16, name: "T16", from: HELD, to: None },
    Row { transition: T::T17, name: "T17", from: &State::OPEN, to: None },
    Row { transition: T::T18, name: "T18", from: &[State::Closed], to: None },
    Row { transition: T::Lifted, name: "overdue_lifted", from: &State::OPEN, to: None },
    Row { transition: T::Sighting, name: "sighting", from: &State::OPEN, to: None },
    Row { transition: T::Attempt, name: "attempt", from: &State::WITH_UNIT, to: None },
    Row { transition: T::Stage, name: "stage", from: &State::WITH_UNIT, to: None },
    Row { transition: T::ControlOverdue, name: "control_overdue", from: &State::WITH_UNIT, to: None },
    Row { transition: T::ControlLifted, name: "control_lifted", from: &State::OPEN, to: None },
    Row { transition: T::AskedSendBack, name: "asked", from: NEW, to: None },
    Row { transition: T::AskedExtension, name: "asked", from: WORKING, to: None },
    Row { transition: T::AskedHold, name: "asked", from: WORKING, to: None },
    Row { transition: T::AskedReferral, name: "asked", from: WORKING, to: None },
    Row { transition: T::Referred, name: "referred", from: WORKING, to: Some(State::OnHold) },
    Row { transition: T::ReferDone, name: "refer_done", from: &[State::OnHold], to: Some(State::InProgress) },
    Row {
        transition: T::ReferReturned,
        name: "refer_returned",
        from: &[State::OnHold],
        to: Some(State::InProgress),
    },
    Row { transition: T::Escalated, name: "escalated", from: &State::WITH_UNIT, to: None },
    Row { transition: T::Denied, name: "denied", from: ISSUED, to: None },
    Row { transition: T::ApprovalAsked, name: "approval_asked", from: WORKING, to: None },
    Row { transition: T::AskWithdrawn, name: "ask_withdrawn", from: ISSUED, to: None },
    Row { transition: T::TookIn, name: "took_in", from: &State::OPEN, to: None },
    Row { transition: T::HardCase, name: "hard_case", from: ISSUED, to: None },
    Row { transition: T::HardAnswered, name: "hard_answered", from: ISSUED, to: None },
    Row { transition: T::CampaignJoined, name: "campaign_joined", from: &State::COUNTED, to: None },
    Row { transition: T::CampaignLeft, name: "campaign_left", from: &State::COUNTED, to: None },
    Row { transition: T::LookedBack, name: "looked_back", from: &[State::Closed], to: None },
    Row { transition: T::Milestone, name: "milestone", from: &State::COUNTED, to: None },
    Row { transition: T::VoidAsked, name: "void_asked", from: &State::OPEN, to: None },
    Row { transition: T::VoidDenied, name: "void_denied", from: &State::OPEN, to: None },
    Row { transition: T::Release, name: "release", from: &State::COUNTED, to: None },
    Row { transition: T::NotShown, name: "repair_not_shown", from: &State::COUNTED, to: None },
    Row { transition: T::Shown, name: "repair_shown", from: &State::COUNTED, to: None },
    Row { transition: T::Withdrawn, name: "withdrawn", from: &[State::Pending], to: Some(State::Declined) },
];

/// The unit has it and no repair was put forward yet.
const NEW: &[State] = &[State::Issued, State::InProgress];
/// The unit is at work.
const WORKING: &[State] = &[State::InProgress, State::Rework];
/// It is the unit's turn, be it later.
const HELD: &[State] = &[State::Issued, State::InProgress, State::Rework, State::OnHold];
/// Open, and a unit's.
const ISSUED: &[State] = &[State::Issued, State::InProgress, State::Submitted, State::Rework, State::OnHold];

impl Transition {
    pub fn name(self) -> &'static str {
        if self == T::T1 { "T1" } else { self.row().map_or("", |row| row.name) }
    }

    pub(super) fn row(self) -> Option<&'static Row> {
        TABLE.iter().find(|row| row.transition == self)
    }
}
