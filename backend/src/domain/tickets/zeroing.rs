//! The date of a zeroing campaign on its tickets (domain.md 4.4): the earlier of it and the due date, at the start and at issue while the
//! campaign runs; it moves for nobody.

use super::Ticket;
use super::deadline::DeadlineRules;
use super::machine::{Step, When};
use crate::domain::{
    clock::{Instant, local_day},
    standards::calendar::end_of_day,
};
use chrono::NaiveDate;
use serde_json::{Value, json};

/// Whether a new date would lie beyond a zeroing date that is still to come.
pub fn is_beyond(ticket: &Ticket, day: NaiveDate, now: Instant) -> bool {
    ticket.zero_day.is_some_and(|zero| zero >= local_day(now) && day > zero)
}

/// Keeps both dates within the zeroing date, whatever the step moved (`due` and `official` are the dates before it). A date that has passed
/// holds only for what stood under it and was under check: a relapse, the end of a hold or another unit begin new work, which has its own
/// time.
pub(super) fn hold(
    ticket: &mut Ticket,
    (due, official): (Option<Instant>, Option<Instant>),
    step: &Step,
    when: When,
    rules: &DeadlineRules,
) {
    let Some(zero) = ticket.zero_day.map(end_of_day) else { return };
    let returned = matches!(step, Step::Fail { .. }) && official.is_some_and(|due| due <= zero);
    if zero <= when.accepted_at && !returned {
        return;
    }
    ticket.official_due_at = ticket.official_due_at.map(|due| due.min(zero));
    // The working day that a returned repair was given may end later; no other step takes it back.
    let given = due.filter(|_| !returned && !matches!(step, Step::JoinCampaign { .. }));
    let last = given.map_or(zero, |due| due.max(zero));
    ticket.due_at = ticket.due_at.map(|due| due.min(last));
    if returned {
        // A returned repair has its working day all the same; it never makes anything on time.
        let grace = rules.due_at(when.accepted_at, rules.rework_days);
        ticket.due_at = ticket.due_at.map(|due| due.max(grace));
    }
}

/// Joins or leaves.
pub(super) fn count(ticket: &mut Ticket, step: &Step, when: When) -> (String, Value) {
    let today = local_day(when.accepted_at);
    match step {
        Step::JoinCampaign { campaign_id, name, day, baseline, again } => {
            ticket.campaigns += i32::from(!again);
            let known = ticket.zero_day.filter(|zero| *zero >= today);
            ticket.zero_day = Some(known.map_or(*day, |zero| zero.min(*day)));
            let data = json!({
                "campaign_id": campaign_id, "name": name, "day": day, "baseline": baseline, "again": again,
                "zero_day": ticket.zero_day,
            });
            (String::new(), data)
        }
        Step::LeaveCampaign { campaign_id, name, why, next, free } => {
            ticket.zero_day = *next;
            if let Some((due, official)) = free {
                // Given back; another campaign's date holds it again (`hold`). Nothing that was promised is taken back.
                ticket.due_at = ticket.due_at.max(Some(*due));
                ticket.official_due_at = ticket.official_due_at.max(Some(*official));
            }
            let data =
                json!({ "campaign_id": campaign_id, "name": name, "why": why.as_str(), "zero_day": next });
            (String::new(), data)
        }
        _ => (String::new(), json!({})),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{State, machine};
    use super::*;
    use crate::domain::{
        people::role::UnitKind,
        standards::{calendar::Calendar, settings::CountySettings},
    };
    use uuid::Uuid;

    fn at(text: &str) -> Instant {
        format!("{text}:00+08:00").parse::<chrono::DateTime<chrono::FixedOffset>>().unwrap().to_utc()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn apply(ticket: &mut Ticket, step: &Step, when: &str) -> Option<Value> {
        let rules = DeadlineRules::new(Calendar::plain(), &CountySettings::default());
        let now = at(when);
        let when = When { observed_at: now, accepted_at: now, effective: now };
        machine::apply(ticket, step, when, &rules).ok().map(|event| event.data)
    }

    fn issued() -> Ticket {
        let made = at("2026-11-02T09:00");
        let mut ticket = Ticket {
            visible_from: Some(made),
            deadline_days: 30,
            is_static: true,
            severity: "minor".into(),
            ..Ticket::fresh(Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3), made, made)
        };
        let issue = Step::Issue {
            unit_kind: UnitKind::Township,
            unit_id: Uuid::from_u128(4),
            number: "26-0001".into(),
            severity: None,
            is_static: None,
            deadline_days: None,
            deadline_unit: None,
            control_hours: None,
            note: String::new(),
        };
        apply(&mut ticket, &issue, "2026-11-02T10:00").unwrap();
        let accept = Step::Accept { person_named: String::new(), acceptor: Uuid::from_u128(5) };
        apply(&mut ticket, &accept, "2026-11-02T11:00").unwrap();
        ticket
    }

    fn join(day: NaiveDate) -> Step {
        Step::JoinCampaign {
            campaign_id: Uuid::from_u128(6),
            name: "清零".into(),
            day,
            baseline: true,
            again: false,
        }
    }

    #[test]
    fn joining_takes_the_earlier_date_and_says_so() {
        let mut ticket = issued();
        let data = apply(&mut ticket, &join(day("2026-11-20")), "2026-11-10T09:00").unwrap();
        let zero = Some(end_of_day(day("2026-11-20")));
        assert_eq!(
            (ticket.due_at, ticket.official_due_at, ticket.zero_day),
            (zero, zero, Some(day("2026-11-20")))
        );
        assert_eq!(data["official_due_at"], json!(zero));
        // A later one changes nothing, an earlier one does; both count.
        let data = apply(&mut ticket, &join(day("2026-11-30")), "2026-11-11T09:00").unwrap();
        assert!(data.get("official_due_at").is_none());
        apply(&mut ticket, &join(day("2026-11-18")), "2026-11-11T10:00").unwrap();
        assert_eq!((ticket.official_due_at, ticket.campaigns), (Some(end_of_day(day("2026-11-18"))), 3));
    }

    #[test]
    fn it_moves_for_nobody() {
        let mut ticket = issued();
        apply(&mut ticket, &join(day("2026-11-20")), "2026-11-10T09:00").unwrap();
        let zero = Some(end_of_day(day("2026-11-20")));
        let extend = Step::Extend { request_id: Uuid::nil(), day: day("2026-11-25"), note: String::new() };
        assert_eq!(apply(&mut ticket, &extend, "2026-11-11T09:00"), None);
        let edit = Step::Edit {
            severity: None,
            is_static: None,
            due_day: Some(day("2026-11-25")),
            reason: "x".into(),
        };
        assert_eq!(apply(&mut ticket, &edit, "2026-11-11T09:00"), None);
        // The county checks for ten days; the date stays, the returned repair has its working day.
        let attempt_id = Uuid::from_u128(7);
        apply(
            &mut ticket,
            &Step::Submit { attempt_id, note: String::new(), delegation: None },
            "2026-11-12T09:00",
        )
        .unwrap();
        let fail = Step::Fail { attempt_id, reason: "partial".into(), note: String::new(), on_site: true };
        let mut early = ticket.clone();
        // Checked before the day: it stood under the day already, nothing moves, and the history says the dates that hold.
        let data = apply(&mut early, &fail, "2026-11-16T09:00").unwrap();
        assert_eq!((early.due_at, early.official_due_at), (zero, zero));
        assert_eq!((&data["due_at"], &data["official_due_at"]), (&json!(zero), &json!(zero)));
        apply(&mut ticket, &fail, "2026-11-23T09:00").unwrap();
        assert_eq!(ticket.official_due_at, zero);
        assert_eq!(ticket.due_at, Some(end_of_day(day("2026-11-24"))));
        // After the date new work has its own time.
        apply(
            &mut ticket,
            &Step::Submit { attempt_id, note: String::new(), delegation: None },
            "2026-11-23T10:00",
        )
        .unwrap();
        apply(
            &mut ticket,
            &Step::Pass { attempt_id, on_site: true, note: String::new() },
            "2026-11-23T11:00",
        )
        .unwrap();
        let relapse = Step::Relapse { finding_id: Uuid::from_u128(8), note: String::new() };
        apply(&mut ticket, &relapse, "2026-11-25T09:00").unwrap();
        assert_eq!(ticket.state, State::Rework);
        assert!(ticket.official_due_at > zero);
    }

    #[test]
    fn what_is_done_in_the_working_day_of_a_returned_repair_does_not_shorten_it() {
        let mut ticket = issued();
        apply(&mut ticket, &join(day("2026-11-20")), "2026-11-10T09:00").unwrap();
        let attempt_id = Uuid::from_u128(7);
        let submit = Step::Submit { attempt_id, note: String::new(), delegation: None };
        apply(&mut ticket, &submit, "2026-11-19T09:00").unwrap();
        let fail = Step::Fail { attempt_id, reason: "partial".into(), note: String::new(), on_site: true };
        // On the last day itself, a Friday: the working day is Monday.
        apply(&mut ticket, &fail, "2026-11-20T09:00").unwrap();
        let given = Some(end_of_day(day("2026-11-23")));
        assert_eq!(ticket.due_at, given);
        let again = Step::Attempt { attempt_id: Uuid::from_u128(9), taken_by: None };
        apply(&mut ticket, &again, "2026-11-20T10:00").unwrap();
        assert_eq!((ticket.due_at, ticket.official_due_at), (given, Some(end_of_day(day("2026-11-20")))));
    }

    #[test]
    fn a_campaign_that_ended_early_no_longer_holds() {
        let mut ticket = issued();
        apply(&mut ticket, &join(day("2026-11-20")), "2026-11-10T09:00").unwrap();
        let free = Some((at("2026-12-15T00:00"), at("2026-12-15T00:00")));
        let leave = |next| Step::LeaveCampaign {
            campaign_id: Uuid::from_u128(6),
            name: "清零".into(),
            why: machine::LeftBy::Ended,
            next,
            free,
        };
        let mut other = ticket.clone();
        let data = apply(&mut ticket, &leave(None), "2026-11-12T09:00").unwrap();
        assert_eq!((ticket.due_at, ticket.official_due_at), free.unzip());
        assert_eq!(data["official_due_at"], json!(ticket.official_due_at));
        // Where another one still runs, its date holds.
        apply(&mut other, &leave(Some(day("2026-11-27"))), "2026-11-12T09:00").unwrap();
        assert_eq!(other.official_due_at, Some(end_of_day(day("2026-11-27"))));
        let extend = Step::Extend { request_id: Uuid::nil(), day: day("2026-12-25"), note: String::new() };
        assert!(apply(&mut ticket, &extend, "2026-11-13T09:00").is_some());
    }
}
