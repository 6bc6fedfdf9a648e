//! What each step changes beside the state: clocks and counters (domain.md 4.3, 4.4). Called by the machine only.

use super::deadline::DeadlineRules;
use super::machine::{Step, When};
use super::request::Asked;
use super::turn::{LADDER, overdue_days};
use super::zeroing;
use super::{State, Ticket};
use crate::domain::{
    clock::{Instant, local_day},
    people::role::{Role, UnitKind},
    standards::calendar::end_of_day,
};
use chrono::TimeDelta;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// What a step changes beside the state.
pub(super) fn effects(
    ticket: &mut Ticket,
    step: &Step,
    when: When,
    rules: &DeadlineRules,
) -> (String, Value) {
    match step {
        Step::Issue { .. } => issued(ticket, step, when, rules),
        Step::Decline { reason }
        | Step::Withdraw { reason }
        | Step::Void { reason }
        | Step::Keep { reason }
        | Step::AskVoid { reason } => (reason.clone(), json!({})),
        Step::Accept { person_named, acceptor } => {
            let late = accepted(ticket, when.effective, Some(*acceptor), rules);
            let data = json!({
                "person_named": person_named, "late": late, "issued_at": ticket.issued_at,
                "accepted_at": ticket.accepted_at,
            });
            (String::new(), data)
        }
        Step::AcceptOnPaper { signed_by, signed_at, acceptor } => {
            let late = accepted(ticket, signed_at.unwrap_or(when.effective), *acceptor, rules);
            let data = json!({
                "person_named": signed_by, "signed_by": signed_by, "signed_at": signed_at, "late": late,
                "issued_at": ticket.issued_at, "accepted_at": ticket.accepted_at,
            });
            (String::new(), data)
        }
        Step::Attempt { attempt_id, taken_by } => {
            ticket.attempts += 1;
            ticket.idle_reminders = 0;
            let data = json!({ "attempt_id": attempt_id, "no": ticket.attempts });
            (String::new(), with(data, "taken_by", taken_by.as_ref()))
        }
        Step::Stage { note } => {
            let late = ticket.control_due_at.is_some_and(|due| when.effective > due);
            // What the sweep has written down counts once; what was made in time is taken back by a step of its own.
            let told = ticket.control_overdue_at.is_some();
            (ticket.control_done_at, ticket.control_late) = (Some(when.effective), late || told);
            ticket.slow += i32::from(late && !told);
            ticket.idle_reminders = 0;
            let data = json!({ "stage": "control", "late": late, "due_at": ticket.control_due_at });
            (note.clone(), with(data, "told", (late && told).then_some(true)))
        }
        Step::Submit { .. } | Step::Pass { .. } | Step::Fail { .. } => checking(ticket, step, when, rules),
        Step::Release => {
            ticket.visible_from = Some(when.accepted_at);
            // What was fixed on the spot, or was begun by a department that knew, keeps its dates.
            if ticket.state == State::Issued || (ticket.state == State::Rework && ticket.due_at.is_none()) {
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
        Step::Ask { .. } | Step::Deny { .. } | Step::AskApproval { .. } | Step::WithdrawAsk { .. } => {
            asking(ticket, step)
        }
        Step::SendBack { .. } | Step::Extend { .. } | Step::Hold { .. } | Step::Resume { .. } => {
            clocks(ticket, step, when, rules)
        }
        Step::Refer { .. } | Step::ReferDone { .. } | Step::ReferReturn { .. } => {
            referral(ticket, step, when, rules)
        }
        Step::Merge { .. } | Step::TakeIn { .. } | Step::Relapse { .. } => again(ticket, step, when, rules),
        Step::Overdue
        | Step::Lift { .. }
        | Step::ControlOverdue
        | Step::LiftControl { .. }
        | Step::Remind { .. }
        | Step::Edit { .. }
        | Step::MarkHard { .. }
        | Step::AnswerHard { .. }
        | Step::NotShown { .. }
        | Step::Shown { .. }
        | Step::Escalate { .. }
        | Step::Archive => desk(ticket, step, when, rules),
        Step::JoinCampaign { .. } | Step::LeaveCampaign { .. } => zeroing::count(ticket, step, when),
        Step::LookBack { look_back_id, held, note } => {
            let result = if *held { "held" } else { "not_held" };
            (note.clone(), json!({ "draw_id": look_back_id, "result": result }))
        }
        // Building work explains; it never moves a date.
        Step::Milestone { project_id, milestone_id, name, done_on, note } => {
            ticket.idle_reminders = 0;
            let data = json!({
                "project_id": project_id, "milestone_id": milestone_id, "name": name, "done_on": done_on,
            });
            (note.clone(), data)
        }
    }
}

/// It becomes a unit's, with a clock of its own.
fn issued(ticket: &mut Ticket, step: &Step, when: When, rules: &DeadlineRules) -> (String, Value) {
    let Step::Issue {
        unit_kind,
        unit_id,
        number,
        severity,
        is_static,
        deadline_days,
        deadline_unit,
        control_hours,
        note,
    } = step
    else {
        return (String::new(), json!({}));
    };
    ticket.unit_kind = *unit_kind;
    ticket.unit_id = Some(*unit_id);
    ticket.number = Some(number.clone());
    ticket.severity = severity.clone().unwrap_or_else(|| ticket.severity.clone());
    ticket.is_static = is_static.unwrap_or(ticket.is_static);
    ticket.deadline_unit = deadline_unit.unwrap_or(ticket.deadline_unit);
    ticket.deadline_days = deadline_days.unwrap_or(ticket.deadline_days);
    ticket.control_hours = control_hours.or(ticket.control_hours);
    // A border case is settled by whoever issues it; the place follows the township that was chosen.
    place(ticket, *unit_kind, *unit_id);
    ticket.border = false;
    // The clock starts when we issue, whatever a phone believes; of a hidden round, when it is released.
    ticket.issued_at = Some(when.accepted_at);
    if ticket.visible_from.is_some() {
        start_clock(ticket, when.accepted_at, rules);
    }
    let due = ticket.due_at;
    (note.clone(), json!({ "unit_kind": unit_kind, "unit_id": unit_id, "number": number, "due_at": due }))
}

/// A claim that it is repaired, and what the check found.
fn checking(ticket: &mut Ticket, step: &Step, when: When, rules: &DeadlineRules) -> (String, Value) {
    match step {
        Step::Submit { attempt_id, note, delegation } => {
            ticket.attempt_id = Some(*attempt_id);
            ticket.submitted_at = Some(when.effective);
            ticket.seen_while_submitted = false;
            ticket.idle_reminders = 0;
            let late = ticket.official_due_at.is_some_and(|due| when.effective > due);
            // Made in time, arrived late: the clock of the making counts, and the history says so.
            let arrived_late = !late && ticket.official_due_at.is_some_and(|due| when.accepted_at > due);
            // The county's own clock runs from when it got the claim, whatever a phone believes.
            ticket.check_due_at = Some(rules.due_at(when.accepted_at, rules.check_days));
            let data = json!({
                "attempt_id": attempt_id, "late": late, "arrived_late": arrived_late, "check_due_at": ticket.check_due_at,
            });
            (note.clone(), with(data, "delegation", delegation.as_ref()))
        }
        Step::Pass { attempt_id, on_site, note } => {
            ticket.closed_at = Some(when.effective);
            let late = is_late_check(ticket, when);
            (note.clone(), json!({ "attempt_id": attempt_id, "on_site": on_site, "check_late": late }))
        }
        Step::Fail { attempt_id, reason, note, on_site } => {
            ticket.rework += 1;
            ticket.hollow += i32::from(reason == "not_done");
            ticket.last_reason = Some(reason.clone());
            // The unit's clock stood still during the check; the rest of it runs on, with one working day at least.
            if let Some(submitted) = ticket.submitted_at {
                // Until the county got the verdict: before that the unit could not know of it, whatever the verifier's phone says.
                stood_still(ticket, submitted, when.accepted_at, rules);
                let grace = rules.due_at(when.accepted_at, rules.rework_days);
                ticket.due_at = ticket.due_at.map(|due| due.max(grace));
            }
            let data = json!({
                "attempt_id": attempt_id, "on_site": on_site, "note": note,
                "check_late": is_late_check(ticket, when),
            });
            (reason.clone(), data)
        }
        _ => (String::new(), json!({})),
    }
}

/// The same with one thing more that not every event has.
fn with(mut data: Value, key: &str, said: Option<impl Serialize>) -> Value {
    if let Some(said) = said {
        data[key] = json!(said);
    }
    data
}

/// Requests, and what is said to them without a change.
fn asking(ticket: &mut Ticket, step: &Step) -> (String, Value) {
    match step {
        Step::Ask { request_id, asked, reason } => {
            (reason.clone(), json!({ "request_id": request_id, "what": asked }))
        }
        Step::Deny { request_id, asked, note } => {
            ticket.send_back_denied += i32::from(*asked == Asked::SendBack);
            (note.clone(), json!({ "request_id": request_id, "what": asked }))
        }
        Step::AskApproval { request_id, day } => {
            (String::new(), json!({ "request_id": request_id, "day": day }))
        }
        Step::WithdrawAsk { request_id } => (String::new(), json!({ "request_id": request_id })),
        _ => (String::new(), json!({})),
    }
}

/// The same fault elsewhere or once more.
fn again(ticket: &mut Ticket, step: &Step, when: When, rules: &DeadlineRules) -> (String, Value) {
    match step {
        Step::Merge { into, note } => {
            ticket.merged_into_id = Some(*into);
            (note.clone(), json!({ "into_ticket_id": into }))
        }
        Step::TakeIn { ticket_id, sightings } => {
            ticket.sightings += sightings;
            (String::new(), json!({ "ticket_id": ticket_id, "sightings": sightings }))
        }
        Step::Relapse { finding_id, note } => {
            let closed = ticket.closed_at.take();
            ticket.archived_at = None;
            ticket.relapse += 1;
            ticket.sightings += 1;
            // A new clock for the new work; of a hidden round, when it is released. The first date stays on record.
            if ticket.visible_from.is_some() {
                let first = ticket.first_due_at;
                let issued = ticket.issued_at;
                let official = ticket.official_due_at;
                start_clock(ticket, when.accepted_at, rules);
                ticket.issued_at = issued.or(ticket.issued_at);
                ticket.first_due_at = first.or(ticket.first_due_at);
                ticket.official_due_at = ticket.official_due_at.max(official);
                ticket.due_at = ticket.due_at.max(ticket.official_due_at);
            }
            (note.clone(), json!({ "finding_id": finding_id, "closed_at": closed }))
        }
        _ => (String::new(), json!({})),
    }
}

/// What the office, the sweep and whoever marks a hard case do beside the repair.
fn desk(ticket: &mut Ticket, step: &Step, when: When, rules: &DeadlineRules) -> (String, Value) {
    match step {
        Step::Overdue => {
            ticket.overdue_at = ticket.due_at;
            ticket.slow += 1;
            (String::new(), json!({ "due_at": ticket.due_at }))
        }
        Step::Lift { because } => {
            ticket.overdue_at = None;
            ticket.slow -= 1;
            (String::new(), json!({ "because": because.name() }))
        }
        Step::ControlOverdue => {
            (ticket.control_overdue_at, ticket.control_late) = (ticket.control_due_at, true);
            ticket.slow += 1;
            // Named apart from the dates that an event moves, as in an escalation.
            (String::new(), json!({ "stage": "control", "passed": ticket.control_due_at }))
        }
        Step::LiftControl { because } => {
            (ticket.control_overdue_at, ticket.control_late) = (None, false);
            ticket.slow -= 1;
            (String::new(), json!({ "because": because.name() }))
        }
        Step::Remind { note } => {
            ticket.reminders += 1;
            ticket.idle_reminders += 1;
            // Told twice and nothing done in between: it was issued again, in effect 反复交办.
            let again = ticket.idle_reminders % 2 == 0;
            ticket.reissued += i32::from(again);
            (note.clone(), json!({ "no": ticket.reminders, "reissued": again }))
        }
        Step::Edit { severity, is_static, due_day, reason } => {
            let before = json!({
                "severity": ticket.severity, "is_static": ticket.is_static, "due_at": ticket.due_at,
                "official_due_at": ticket.official_due_at,
            });
            ticket.severity = severity.clone().unwrap_or_else(|| ticket.severity.clone());
            ticket.is_static = is_static.unwrap_or(ticket.is_static);
            if let Some(day) = due_day {
                let due = Some(end_of_day(*day));
                (ticket.due_at, ticket.official_due_at) = (due, due);
            }
            let after = json!({
                "severity": ticket.severity, "is_static": ticket.is_static, "due_at": ticket.due_at,
                "official_due_at": ticket.official_due_at,
            });
            (reason.clone(), json!({ "before": before, "after": after }))
        }
        Step::MarkHard { hard, ask } => {
            ticket.hard_case = *hard;
            ticket.hard_ask.clone_from(ask);
            (ask.clone(), json!({ "hard": hard }))
        }
        // Help moves no date: that is asked for, and given, by itself.
        Step::AnswerHard { coordinator, until, note } => {
            (note.clone(), json!({ "coordinator": coordinator, "until": until }))
        }
        // What to do about it is said at the photo; nothing here speaks of intent.
        Step::NotShown { verdict_id, file_id } => {
            ticket.not_shown += 1;
            (String::new(), json!({ "verdict_id": verdict_id, "file_id": file_id }))
        }
        Step::Shown { verdict_id, file_id } => {
            ticket.not_shown -= 1;
            (String::new(), json!({ "verdict_id": verdict_id, "file_id": file_id }))
        }
        Step::Escalate { step } => {
            let told = ticket.escalated.clamp(0, 3)..(*step).clamp(0, 3);
            let to: Vec<Role> = told
                .filter_map(|step| LADDER.get(usize::try_from(step).ok()?))
                .flat_map(|roles| roles.iter().copied())
                .collect();
            ticket.escalated = *step;
            let days = overdue_days(ticket, when.accepted_at, rules);
            // Named apart from the dates that an event moves: this one moves none.
            (String::new(), json!({ "step": step, "to": to, "overdue_days": days, "passed": ticket.due_at }))
        }
        Step::Archive => {
            ticket.archived_at = Some(when.accepted_at);
            (String::new(), json!({}))
        }
        _ => (String::new(), json!({})),
    }
}

/// What an agreed request does to the clock, and the end of a hold.
fn clocks(ticket: &mut Ticket, step: &Step, when: When, rules: &DeadlineRules) -> (String, Value) {
    match step {
        Step::SendBack { request_id, unit_kind, unit_id, wrongly_routed, waited, note } => {
            let former = ticket.unit_id.replace(*unit_id);
            ticket.unit_kind = *unit_kind;
            place(ticket, *unit_kind, *unit_id);
            (ticket.accepted_at, ticket.acceptor_id) = (None, None);
            ticket.idle_reminders = 0;
            if *wrongly_routed && ticket.due_at.is_some() {
                let first = ticket.first_due_at;
                start_clock(ticket, when.accepted_at, rules);
                ticket.first_due_at = first;
            } else if let Some(asked) = waited {
                stood_still(ticket, *asked, when.accepted_at, rules);
            }
            let data = json!({
                "request_id": request_id, "unit_kind": unit_kind, "unit_id": unit_id, "former_unit_id": former,
                "wrongly_routed": wrongly_routed,
            });
            (note.clone(), with(data, "waited", waited.as_ref()))
        }
        Step::Extend { request_id, day, note } => {
            ticket.extensions += 1;
            let due = Some(end_of_day(*day));
            // A returned repair may have had longer for itself; nothing that was promised is taken back.
            (ticket.due_at, ticket.official_due_at) = (ticket.due_at.max(due), due);
            (note.clone(), json!({ "request_id": request_id, "day": day, "no": ticket.extensions }))
        }
        Step::Hold { request_id, review_day, waited, note } => {
            (ticket.held_at, ticket.review_day) = (waited.or(Some(when.accepted_at)), Some(*review_day));
            let data = json!({ "request_id": request_id, "review_day": review_day });
            (note.clone(), with(data, "waited", waited.as_ref()))
        }
        Step::Resume { note } => {
            (ticket.review_day, ticket.idle_reminders) = (None, 0);
            let recalled = ticket.referral_id;
            let (held, days) = run_on(ticket, when, rules);
            let mut data = json!({ "held_at": held, "working_days": days });
            if let Some(request) = recalled {
                (data["request_id"], data["recalled"]) = (json!(request), json!(true));
            }
            (note.clone(), data)
        }
        _ => (String::new(), json!({})),
    }
}

/// A department has it for a while; the unit's clock stands still as in a hold.
fn referral(ticket: &mut Ticket, step: &Step, when: When, rules: &DeadlineRules) -> (String, Value) {
    match step {
        Step::Refer { request_id, department_id, days, last_day, waited, note } => {
            let due = end_of_day(*last_day);
            (ticket.held_at, ticket.review_day) = (waited.or(Some(when.accepted_at)), None);
            (ticket.referred_to_id, ticket.referral_id, ticket.referral_due_at) =
                (Some(*department_id), Some(*request_id), Some(due));
            let data = json!({
                "request_id": request_id, "department_id": department_id, "days": days, "referral_due_at": due,
            });
            (note.clone(), with(data, "waited", waited.as_ref()))
        }
        Step::ReferDone { request_id, note: said } | Step::ReferReturn { request_id, reason: said } => {
            let late = ticket.referral_due_at.is_some_and(|due| when.effective > due);
            let (held, days) = run_on(ticket, when, rules);
            let data =
                json!({ "request_id": request_id, "late": late, "held_at": held, "working_days": days });
            (said.clone(), data)
        }
        _ => (String::new(), json!({})),
    }
}

/// The end of a time in which the clock stood still: since when, and how many working days.
fn run_on(ticket: &mut Ticket, when: When, rules: &DeadlineRules) -> (Option<Instant>, usize) {
    let held = ticket.held_at.take();
    (held, held.map_or(0, |held| stood_still(ticket, held, when.accepted_at, rules)))
}

/// The unit has it; answers whether that took it longer than it should.
fn accepted(ticket: &mut Ticket, at: Instant, acceptor: Option<Uuid>, rules: &DeadlineRules) -> bool {
    let accept_by = rules.accept_due_at(ticket);
    (ticket.accepted_at, ticket.acceptor_id) = (Some(at), acceptor);
    ticket.idle_reminders = 0;
    let late = accept_by.is_some_and(|by| at > by);
    ticket.slow += i32::from(late);
    ticket.late_accepts += i32::from(late);
    late
}

fn is_late_check(ticket: &Ticket, when: When) -> bool {
    ticket.check_due_at.is_some_and(|due| when.effective > due)
}

/// The place follows the township that was chosen.
fn place(ticket: &mut Ticket, kind: UnitKind, unit: Uuid) {
    if kind == UnitKind::Township && ticket.place_township_id != Some(unit) {
        (ticket.place_township_id, ticket.place_village_id) = (Some(unit), None);
    }
}

/// Both dates move by the time in which the unit's clock stood still, in what they are counted in; answers how many working days that was.
fn stood_still(ticket: &mut Ticket, from: Instant, to: Instant, rules: &DeadlineRules) -> usize {
    let unit = ticket.deadline_unit;
    let moved = |due: Instant| rules.rested(due, unit, (from, to));
    (ticket.due_at, ticket.official_due_at) = (ticket.due_at.map(moved), ticket.official_due_at.map(moved));
    rules.calendar.working_days_between(local_day(from), local_day(to))
}

fn start_clock(ticket: &mut Ticket, at: Instant, rules: &DeadlineRules) {
    let given = u32::try_from(ticket.deadline_days).unwrap_or(0);
    let due = Some(rules.due_in(at, ticket.deadline_unit, given));
    ticket.issued_at = Some(at);
    (ticket.due_at, ticket.official_due_at, ticket.first_due_at) = (due, due, due);
    ticket.lead_days = i32::try_from(rules.lead_days).unwrap_or_default();
    // New work is to be brought under control anew.
    let hours = ticket.control_hours.map(|hours| TimeDelta::hours(i64::from(hours)));
    (ticket.control_due_at, ticket.control_done_at) = (hours.map(|hours| at + hours), None);
    (ticket.control_late, ticket.control_overdue_at) = (false, None);
}
