//! The one function that applies the table of transitions. Nobody else writes a state.

use super::deadline::DeadlineRules;
use super::effects::effects;
use super::request::Asked;
pub use super::transition::{Row, TABLE, Transition};
pub use super::zeroing::is_beyond as is_beyond_zero;
use super::{State, Ticket, turn, unit::DeadlineUnit, zeroing};
use crate::domain::{
    clock::{Instant, local_day},
    people::role::UnitKind,
    standards::calendar::end_of_day,
};
use chrono::{NaiveDate, TimeDelta};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use Transition as T;

/// The last moment of a repair for its unit, and the official one.
pub type Dates = (Instant, Instant);

/// In whose place somebody signs, as the history keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delegated {
    pub id: Uuid,
    pub by: Uuid,
    pub by_name: String,
}

/// What happens to a ticket, with all that its transition needs.
#[derive(Debug, Clone)]
pub enum Step {
    Issue {
        unit_kind: UnitKind,
        unit_id: Uuid,
        number: String,
        severity: Option<String>,
        is_static: Option<bool>,
        deadline_days: Option<i32>,
        deadline_unit: Option<DeadlineUnit>,
        control_hours: Option<i32>,
        note: String,
    },
    Decline {
        reason: String,
    },
    Withdraw {
        reason: String,
    },
    Accept {
        person_named: String,
        acceptor: Uuid,
    },
    /// Accepted on a printed sheet; somebody else may enter it.
    AcceptOnPaper {
        signed_by: String,
        /// By the sheet, where that can count.
        signed_at: Option<Instant>,
        acceptor: Option<Uuid>,
    },
    Attempt {
        attempt_id: Uuid,
        /// Who took the photos, in words, where that was somebody without an account.
        taken_by: Option<String>,
    },
    Stage {
        note: String,
    },
    Submit {
        attempt_id: Uuid,
        note: String,
        delegation: Option<Delegated>,
    },
    Pass {
        attempt_id: Uuid,
        on_site: bool,
        note: String,
    },
    Fail {
        attempt_id: Uuid,
        reason: String,
        note: String,
        on_site: bool,
    },
    AskVoid {
        reason: String,
    },
    Void {
        reason: String,
    },
    Keep {
        reason: String,
    },
    Release,
    Sight {
        finding_id: Uuid,
    },
    Ask {
        request_id: Uuid,
        asked: Asked,
        reason: String,
    },
    Deny {
        request_id: Uuid,
        asked: Asked,
        note: String,
    },
    AskApproval {
        request_id: Uuid,
        day: NaiveDate,
    },
    WithdrawAsk {
        request_id: Uuid,
    },
    SendBack {
        request_id: Uuid,
        unit_kind: UnitKind,
        unit_id: Uuid,
        wrongly_routed: bool,
        /// When it was asked for, where its date passed while the office thought: the unit is not charged for that time. So below.
        waited: Option<Instant>,
        note: String,
    },
    Extend {
        request_id: Uuid,
        day: NaiveDate,
        note: String,
    },
    Hold {
        request_id: Uuid,
        review_day: NaiveDate,
        waited: Option<Instant>,
        note: String,
    },
    Resume {
        note: String,
    },
    Refer {
        request_id: Uuid,
        department_id: Uuid,
        days: u32,
        last_day: NaiveDate,
        waited: Option<Instant>,
        note: String,
    },
    ReferDone {
        request_id: Uuid,
        note: String,
    },
    ReferReturn {
        request_id: Uuid,
        reason: String,
    },
    Escalate {
        step: i32,
    },
    Merge {
        into: Uuid,
        note: String,
    },
    TakeIn {
        ticket_id: Uuid,
        sightings: i32,
    },
    Relapse {
        finding_id: Uuid,
        note: String,
    },
    Overdue,
    Lift {
        because: Transition,
    },
    ControlOverdue,
    LiftControl {
        because: Transition,
    },
    Remind {
        note: String,
    },
    Edit {
        severity: Option<String>,
        is_static: Option<bool>,
        due_day: Option<NaiveDate>,
        reason: String,
    },
    MarkHard {
        hard: bool,
        ask: String,
    },
    AnswerHard {
        coordinator: String,
        until: NaiveDate,
        note: String,
    },
    NotShown {
        verdict_id: Uuid,
        file_id: Uuid,
    },
    Shown {
        verdict_id: Uuid,
        file_id: Uuid,
    },
    Archive,
    // campaigns, look-backs, projects
    JoinCampaign {
        campaign_id: Uuid,
        name: String,
        day: NaiveDate,
        baseline: bool,
        /// It was counted in it before, and its date did not hold in between.
        again: bool,
    },
    LeaveCampaign {
        campaign_id: Uuid,
        name: String,
        why: LeftBy,
        /// The earliest date of those that still run.
        next: Option<NaiveDate>,
        /// Its dates by everything but campaigns ([`super::free_dates::free_dates`]).
        free: Option<Dates>,
    },
    LookBack {
        look_back_id: Uuid,
        held: bool,
        note: String,
    },
    Milestone {
        project_id: Uuid,
        milestone_id: Uuid,
        name: String,
        done_on: NaiveDate,
        note: String,
    },
}

impl Step {
    pub fn transition(&self) -> Transition {
        match self {
            Step::Issue { .. } => T::T2,
            Step::Decline { .. } => T::T3,
            Step::Withdraw { .. } => T::Withdrawn,
            Step::Accept { .. } | Step::AcceptOnPaper { .. } => T::T5,
            Step::Attempt { .. } => T::Attempt,
            Step::Stage { .. } => T::Stage,
            Step::Submit { .. } => T::T10,
            Step::Pass { .. } => T::T11,
            Step::Fail { .. } => T::T12,
            Step::AskVoid { .. } => T::VoidAsked,
            Step::Void { .. } => T::T14,
            Step::Keep { .. } => T::VoidDenied,
            Step::Release => T::Release,
            Step::Sight { .. } => T::Sighting,
            Step::Ask { asked, .. } => asked.transition(),
            Step::Deny { .. } => T::Denied,
            Step::AskApproval { .. } => T::ApprovalAsked,
            Step::WithdrawAsk { .. } => T::AskWithdrawn,
            Step::SendBack { .. } => T::T6,
            Step::Extend { .. } => T::T7,
            Step::Hold { .. } => T::T8,
            Step::Resume { .. } => T::T9,
            Step::Refer { .. } => T::Referred,
            Step::ReferDone { .. } => T::ReferDone,
            Step::ReferReturn { .. } => T::ReferReturned,
            Step::Escalate { .. } => T::Escalated,
            Step::Merge { .. } => T::T4,
            Step::TakeIn { .. } => T::TookIn,
            Step::Relapse { .. } => T::T13,
            Step::Overdue => T::T15,
            Step::Lift { .. } => T::Lifted,
            Step::ControlOverdue => T::ControlOverdue,
            Step::LiftControl { .. } => T::ControlLifted,
            Step::Remind { .. } => T::T16,
            Step::Edit { .. } => T::T17,
            Step::MarkHard { .. } => T::HardCase,
            Step::AnswerHard { .. } => T::HardAnswered,
            Step::NotShown { .. } => T::NotShown,
            Step::Shown { .. } => T::Shown,
            Step::Archive => T::T18,
            Step::JoinCampaign { .. } => T::CampaignJoined,
            Step::LeaveCampaign { .. } => T::CampaignLeft,
            Step::LookBack { .. } => T::LookedBack,
            Step::Milestone { .. } => T::Milestone,
        }
    }
}

/// Why a campaign's date holds no more for a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftBy {
    /// The campaign is over.
    Ended,
    NotStatic,
    /// Another unit has it, in a township that is not of the campaign.
    Moved,
}

impl LeftBy {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::NotStatic => "not_static",
            Self::Moved => "moved",
        }
    }
}

/// One line of a ticket's history, to be appended.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub version: i32,
    pub transition: &'static str,
    pub from: Option<State>,
    pub to: State,
    pub reason: String,
    pub data: Value,
}

/// When a step happened: `observed_at` by the author's corrected clock, `accepted_at` when we got it.
#[derive(Debug, Clone, Copy)]
pub struct When {
    pub observed_at: Instant,
    pub accepted_at: Instant,
    /// The one that on-time questions go by ([`crate::domain::field::times::Times::effective`]).
    pub effective: Instant,
}

/// The state does not allow it; the ticket is untouched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAllowed;

/// True when the table allows this transition in this state.
pub fn allows(state: State, transition: Transition) -> bool {
    transition.row().is_some_and(|row| row.from.contains(&state))
}

/// Applies one step, or leaves the ticket as it was.
pub fn apply(
    ticket: &mut Ticket,
    step: &Step,
    when: When,
    rules: &DeadlineRules,
) -> Result<Event, NotAllowed> {
    let transition = step.transition();
    let row = transition.row().filter(|row| row.from.contains(&ticket.state)).ok_or(NotAllowed)?;
    if !fits(ticket, step, when, rules) {
        return Err(NotAllowed);
    }
    let from = ticket.state;
    let dates = (ticket.due_at, ticket.official_due_at);
    let lead = (ticket.lead_days, ticket.internal_due_at);
    let control = (ticket.control_due_at, ticket.control_done_at);
    let (reason, mut data) = effects(ticket, step, when, rules);
    if row.to.unwrap_or(from).is_open() {
        zeroing::hold(ticket, dates, step, when, rules);
    }
    let moved = dates != (ticket.due_at, ticket.official_due_at);
    if moved || lead.0 != ticket.lead_days {
        ticket.internal_due_at = rules.internal_due_at(ticket, when.accepted_at);
    }
    // Whatever moved a date says where to, and a returned repair always: each one is explained by the events before it.
    if let Value::Object(said) = &mut data
        && (moved || matches!(step, Step::Fail { .. }))
    {
        said.insert("due_at".into(), json!(ticket.due_at));
        said.insert("official_due_at".into(), json!(ticket.official_due_at));
    }
    if let Value::Object(said) = &mut data
        && lead != (ticket.lead_days, ticket.internal_due_at)
    {
        said.insert("lead_days".into(), json!(ticket.lead_days));
        said.insert("internal_due_at".into(), json!(ticket.internal_due_at));
    }
    if let Value::Object(said) = &mut data
        // A new clock, which begins the stage anew.
        && (control.0 != ticket.control_due_at || (control.1.is_some() && ticket.control_done_at.is_none()))
    {
        said.insert("control_due_at".into(), json!(ticket.control_due_at));
    }
    ticket.state = row.to.unwrap_or(from);
    if let Value::Object(said) = &mut data {
        turn::keep(ticket, step, when, moved, said);
        // Who doubts that it was accepted late reads by when it should have been.
        if matches!(transition, Transition::T2 | Transition::T6 | Transition::Release)
            && let Some(by) = rules.accept_due_at(ticket).filter(|_| ticket.due_at.is_some())
        {
            said.insert("accept_by".into(), json!(by));
        }
    }
    ticket.version += 1;
    Ok(Event {
        version: ticket.version,
        transition: row.name,
        from: Some(from),
        to: ticket.state,
        reason,
        data,
    })
}

/// Whether a step would be applied to this ticket now.
pub fn would_apply(ticket: &Ticket, step: &Step, when: When, rules: &DeadlineRules) -> bool {
    allows(ticket.state, step.transition()) && fits(ticket, step, when, rules)
}

/// What the table cannot say: beside the state, dates and names must fit.
fn fits(ticket: &Ticket, step: &Step, when: When, rules: &DeadlineRules) -> bool {
    let today = local_day(when.accepted_at);
    match step {
        // A check belongs to the attempt that was submitted, not to whichever is newest.
        Step::Pass { attempt_id, .. } | Step::Fail { attempt_id, .. } => {
            ticket.attempt_id == Some(*attempt_id) && !needs_visit(ticket, step, rules)
        }
        // Nobody signs for what the unit does not know of, or is reminded of it.
        Step::AcceptOnPaper { .. } | Step::Remind { .. } => ticket.visible_from.is_some(),
        // More time is asked for before the time is over.
        Step::Ask { asked: Asked::Extension, .. } => {
            ticket.official_due_at.is_some_and(|due| when.effective < due)
        }
        Step::Stage { .. } => ticket.control_due_at.is_some() && ticket.control_done_at.is_none(),
        Step::SendBack { unit_id, .. } => ticket.unit_id != Some(*unit_id),
        Step::Extend { day, .. } | Step::AskApproval { day, .. } => {
            *day >= today
                && ticket.official_due_at.is_some_and(|due| end_of_day(*day) > due)
                && !zeroing::is_beyond(ticket, *day, when.accepted_at)
        }
        Step::Hold { review_day, .. } => *review_day >= today,
        Step::Refer { department_id, last_day, .. } => {
            *last_day >= today && ticket.unit_id != Some(*department_id)
        }
        Step::ReferDone { request_id, .. } | Step::ReferReturn { request_id, .. } => {
            ticket.referral_id == Some(*request_id)
        }
        Step::Escalate { step } => {
            ticket.escalated < *step && ticket.visible_from.is_some() && ticket.is_overdue(when.accepted_at)
        }
        Step::Merge { into, .. } => *into != ticket.id,
        Step::Relapse { .. } => relapses(ticket, when.effective, rules),
        Step::Overdue => is_newly_overdue(ticket, when.accepted_at),
        Step::Lift { .. } => ticket.overdue_at.is_some(),
        Step::ControlOverdue => {
            ticket.control_overdue_at.is_none() && ticket.is_control_overdue(when.accepted_at)
        }
        Step::LiftControl { .. } => ticket.control_overdue_at.is_some(),
        Step::Shown { .. } => ticket.not_shown > 0,
        // What has no clock yet gets no date by hand.
        Step::Edit { due_day: Some(day), .. } => {
            *day >= today && ticket.due_at.is_some() && !zeroing::is_beyond(ticket, *day, when.accepted_at)
        }
        Step::AnswerHard { until, .. } => ticket.hard_case && *until >= today,
        Step::Archive => ticket.archived_at.is_none(),
        _ => true,
    }
}

/// Whether the time on a signed sheet can count: after the issue, before it was entered, and not long ago.
pub fn sheet_counts(ticket: &Ticket, signed_at: Instant, when: When, rules: &DeadlineRules) -> bool {
    let longest = TimeDelta::days(i64::from(rules.signed_sheet_days));
    ticket.issued_at.is_some_and(|issued| issued <= signed_at)
        && signed_at <= when.effective
        && when.effective - signed_at <= longest
}

/// Passing by photo where the county wants somebody on site.
pub fn needs_visit(ticket: &Ticket, step: &Step, rules: &DeadlineRules) -> bool {
    matches!(step, Step::Pass { on_site: false, .. }) && rules.on_site.contains(&ticket.severity)
}

/// Whether a closed fault that is seen at `seen` is the same one come back: within the county's days of closing, not before it.
pub fn relapses(ticket: &Ticket, seen: Instant, rules: &DeadlineRules) -> bool {
    ticket.unit_id.is_some()
        && ticket
            .closed_at
            .is_some_and(|closed| closed < seen && seen <= closed + rules.relapse_within(ticket.is_static))
}

/// Whether the sweep has something to write: once a clock, and only while its unit holds it.
pub fn is_newly_overdue(ticket: &Ticket, now: Instant) -> bool {
    ticket.overdue_at.is_none() && ticket.state.is_with_unit() && ticket.is_overdue(now)
}
