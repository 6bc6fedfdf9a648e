//! The one table of transitions (domain.md 4.3) and the one function that applies them. Nobody else writes a state.

use super::deadline::DeadlineRules;
use super::{State, Ticket};
use crate::domain::{
    clock::{Instant, local_day},
    people::role::UnitKind,
    standards::calendar::end_of_day,
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

/// The numbers of domain.md 4.3. Those not in [`TABLE`] yet come with "Tickets to the very end".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transition {
    /// A finding opens it.
    T1,
    /// Issued to a unit.
    T2,
    /// Declined.
    T3,
    /// Accepted by the unit.
    T5,
    /// A repair is submitted for checking.
    T10,
    /// Checked: closed.
    T11,
    /// Checked: sent back.
    T12,
    /// Voided by two persons.
    T14,
    /// Seen again while open; no change of state.
    Sighting,
    /// An attempt is recorded; no change of state.
    Attempt,
    /// The first of two persons asks for voiding; no change of state.
    VoidAsked,
    /// A hidden round is released: the clock of a unit that has not begun starts; no change of state.
    Release,
    /// Its author withdrew the finding before anything was issued.
    Withdrawn,
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
    Row { transition: T::T5, name: "T5", from: &[State::Issued], to: Some(State::InProgress) },
    Row {
        transition: T::T10,
        name: "T10",
        from: &[State::InProgress, State::Rework],
        to: Some(State::Submitted),
    },
    Row { transition: T::T11, name: "T11", from: &[State::Submitted], to: Some(State::Closed) },
    Row { transition: T::T12, name: "T12", from: &[State::Submitted], to: Some(State::Rework) },
    Row { transition: T::T14, name: "T14", from: &State::OPEN, to: Some(State::Void) },
    Row { transition: T::Sighting, name: "sighting", from: &State::OPEN, to: None },
    Row { transition: T::Attempt, name: "attempt", from: &State::WITH_UNIT, to: None },
    Row { transition: T::VoidAsked, name: "void_asked", from: &State::OPEN, to: None },
    Row { transition: T::Release, name: "release", from: &State::COUNTED, to: None },
    Row { transition: T::Withdrawn, name: "withdrawn", from: &[State::Pending], to: Some(State::Declined) },
];

impl Transition {
    pub fn name(self) -> &'static str {
        if self == T::T1 { "T1" } else { self.row().map_or("", |row| row.name) }
    }

    fn row(self) -> Option<&'static Row> {
        TABLE.iter().find(|row| row.transition == self)
    }
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
    Attempt {
        attempt_id: Uuid,
    },
    Submit {
        attempt_id: Uuid,
        note: String,
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
    Release,
    Sight {
        finding_id: Uuid,
    },
}

impl Step {
    pub fn transition(&self) -> Transition {
        match self {
            Step::Issue { .. } => T::T2,
            Step::Decline { .. } => T::T3,
            Step::Withdraw { .. } => T::Withdrawn,
            Step::Accept { .. } => T::T5,
            Step::Attempt { .. } => T::Attempt,
            Step::Submit { .. } => T::T10,
            Step::Pass { .. } => T::T11,
            Step::Fail { .. } => T::T12,
            Step::AskVoid { .. } => T::VoidAsked,
            Step::Void { .. } => T::T14,
            Step::Release => T::Release,
            Step::Sight { .. } => T::Sighting,
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
    // A check belongs to the attempt that was submitted, not to whichever is newest.
    if let Step::Pass { attempt_id, .. } | Step::Fail { attempt_id, .. } = step
        && ticket.attempt_id != Some(*attempt_id)
    {
        return Err(NotAllowed);
    }
    let from = ticket.state;
    let (reason, data) = effects(ticket, step, when, rules);
    ticket.state = row.to.unwrap_or(from);
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

/// What a step changes beside the state.
fn effects(ticket: &mut Ticket, step: &Step, when: When, rules: &DeadlineRules) -> (String, Value) {
    match step {
        Step::Issue { unit_kind, unit_id, number, severity, is_static, deadline_days, note } => {
            ticket.unit_kind = *unit_kind;
            ticket.unit_id = Some(*unit_id);
            ticket.number = Some(number.clone());
            ticket.severity = severity.clone().unwrap_or_else(|| ticket.severity.clone());
            ticket.is_static = is_static.unwrap_or(ticket.is_static);
            ticket.deadline_days = deadline_days.unwrap_or(ticket.deadline_days);
            // A border case is settled by whoever issues it; the place follows the township that was chosen.
            if *unit_kind == UnitKind::Township && ticket.place_township_id != Some(*unit_id) {
                (ticket.place_township_id, ticket.place_village_id) = (Some(*unit_id), None);
            }
            ticket.border = false;
            // The clock starts when we issue, whatever a phone believes; of a hidden round, when it is released.
            ticket.issued_at = Some(when.accepted_at);
            if ticket.visible_from.is_some() {
                start_clock(ticket, when.accepted_at, rules);
            }
            let due = ticket.due_at;
            (
                note.clone(),
                json!({ "unit_kind": unit_kind, "unit_id": unit_id, "number": number, "due_at": due }),
            )
        }
        Step::Decline { reason }
        | Step::Withdraw { reason }
        | Step::Void { reason }
        | Step::AskVoid { reason } => (reason.clone(), json!({})),
        Step::Accept { person_named, acceptor } => {
            ticket.accepted_at = Some(when.effective);
            ticket.acceptor_id = Some(*acceptor);
            let late =
                ticket.issued_at.is_some_and(|at| when.effective > rules.due_at(at, rules.accept_days));
            ticket.slow += i32::from(late);
            (String::new(), json!({ "person_named": person_named, "late": late }))
        }
        Step::Attempt { attempt_id } => {
            ticket.attempts += 1;
            (String::new(), json!({ "attempt_id": attempt_id, "no": ticket.attempts }))
        }
        Step::Submit { attempt_id, note } => {
            ticket.attempt_id = Some(*attempt_id);
            ticket.submitted_at = Some(when.effective);
            ticket.seen_while_submitted = false;
            let late = ticket.official_due_at.is_some_and(|due| when.effective > due);
            // Made in time, arrived late: the clock of the making counts, and the history says so.
            let arrived_late = !late && ticket.official_due_at.is_some_and(|due| when.accepted_at > due);
            (note.clone(), json!({ "attempt_id": attempt_id, "late": late, "arrived_late": arrived_late }))
        }
        Step::Pass { attempt_id, on_site, note } => {
            ticket.closed_at = Some(when.effective);
            (note.clone(), json!({ "attempt_id": attempt_id, "on_site": on_site }))
        }
        Step::Fail { attempt_id, reason, note, on_site } => {
            ticket.rework += 1;
            ticket.hollow += i32::from(reason == "not_done");
            ticket.last_reason = Some(reason.clone());
            // The unit's clock stood still during the check; the rest of it runs on, with one working day at least.
            if let (Some(due), Some(official), Some(submitted)) =
                (ticket.due_at, ticket.official_due_at, ticket.submitted_at)
            {
                let check =
                    rules.calendar.working_days_between(local_day(submitted), local_day(when.effective));
                ticket.official_due_at = Some(later(official, check, rules));
                let grace = rules.due_at(when.accepted_at, rules.rework_days);
                ticket.due_at = Some(later(due, check, rules).max(grace));
            }
            let data = json!({ "attempt_id": attempt_id, "on_site": on_site, "due_at": ticket.due_at, "note": note });
            (reason.clone(), data)
        }
        Step::Release => {
            ticket.visible_from = Some(when.accepted_at);
            // What was fixed on the spot, or was begun by a department that knew, keeps its dates.
            if ticket.state == State::Issued {
                start_clock(ticket, when.accepted_at, rules);
            }
            (String::new(), json!({ "due_at": ticket.due_at }))
        }
        Step::Sight { finding_id } => {
            ticket.sightings += 1;
            // A sighting may be told late, after its hidden round: what was seen before the repair says nothing of it.
            let repaired = ticket.submitted_at.is_none_or(|at| at <= when.effective);
            ticket.seen_while_submitted |= ticket.state == State::Submitted && repaired;
            (String::new(), json!({ "finding_id": finding_id }))
        }
    }
}

fn start_clock(ticket: &mut Ticket, at: Instant, rules: &DeadlineRules) {
    let due = Some(rules.due_at(at, u32::try_from(ticket.deadline_days).unwrap_or(0)));
    ticket.issued_at = Some(at);
    (ticket.due_at, ticket.official_due_at, ticket.first_due_at) = (due, due, due);
}

/// A due date moved by whole working days; it ends at 24:00 as before.
fn later(due: Instant, working_days: usize, rules: &DeadlineRules) -> Instant {
    if working_days == 0 {
        return due;
    }
    let last = local_day(due - TimeDelta::microseconds(1));
    end_of_day(rules.calendar.add_working_days(last, u32::try_from(working_days).unwrap_or(u32::MAX)))
}
