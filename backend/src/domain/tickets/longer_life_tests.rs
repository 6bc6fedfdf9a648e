//! Requests, reminders, relapses and dates put right: what they do to clocks and counters, day by day.

use super::deadline::DeadlineRules;
use super::fixtures::{
    ATTEMPT, OTHER_UNIT, REQUEST, UNIT, ask, end_of, extend, in_progress, issue, june, morning, refuses,
    rules, run, send_back, ticket, when,
};
use super::machine::{self, Step, When};
use super::request::Asked;
use super::transition::Transition;
use super::unit::DeadlineUnit;
use super::{State, Ticket};
use chrono::TimeDelta;
use serde_json::json;

#[test]
fn more_time_is_asked_for_in_time_and_keeps_the_first_date() {
    let mut it = in_progress();
    assert_eq!(it.official_due_at, Some(end_of(8)));
    refuses(&it, &ask(Asked::Extension), 9);
    run(&mut it, &ask(Asked::Extension), 8);
    // Asked for in time; the office answers late, and the answer still counts.
    refuses(&it, &extend(8), 9);
    refuses(&it, &extend(9), 10);
    run(&mut it, &extend(12), 10);
    assert_eq!((it.due_at, it.official_due_at), (Some(end_of(12)), Some(end_of(12))));
    assert_eq!((it.first_due_at, it.extensions), (Some(end_of(8)), 1));
    refuses(&it, &extend(11), 10);
}

#[test]
fn a_lead_gives_the_unit_a_date_of_its_own() {
    let early = |days| DeadlineRules { lead_days: days, ..rules() };
    let step = |it: &mut Ticket, step: &Step, day, days| {
        machine::apply(it, step, when(morning(day)), &early(days)).unwrap().data
    };
    let mut it = ticket(State::Pending);
    let said = step(&mut it, &issue(), 1, 2);
    assert_eq!((it.official_due_at, it.internal_due_at), (Some(end_of(8)), Some(end_of(4))));
    assert_eq!((&said["lead_days"], &said["internal_due_at"]), (&json!(2), &json!(end_of(4))));
    let accept = Step::Accept { person_named: String::new(), acceptor: UNIT };
    step(&mut it, &accept, 2, 2);
    // It goes with the official date, by the number of the day on which the clock began, whatever the county sets since.
    step(&mut it, &ask(Asked::Extension), 3, 5);
    step(&mut it, &extend(12), 3, 5);
    assert_eq!(
        (it.official_due_at, it.internal_due_at, it.lead_days),
        (Some(end_of(12)), Some(end_of(10)), 2)
    );
    // Late is who misses the official date, and nobody before.
    assert!(!it.is_overdue(end_of(11)) && it.is_overdue(end_of(12) + TimeDelta::seconds(1)));
    // Less time than the lead is no time to be early in; neither is what hours count.
    for (days, unit) in [(1, DeadlineUnit::WorkingDays), (40, DeadlineUnit::WorkingHours)] {
        let mut short = Ticket { deadline_days: days, deadline_unit: unit, ..ticket(State::Pending) };
        let said = step(&mut short, &issue(), 1, 2);
        assert_eq!((short.internal_due_at, &said["internal_due_at"]), (None, &json!(null)));
    }
    let mut none = ticket(State::Pending);
    let said = step(&mut none, &issue(), 1, 0);
    assert!(none.internal_due_at.is_none() && said.get("lead_days").is_none(), "{said}");
}

#[test]
fn a_hold_stops_the_clock_and_moves_both_dates_by_the_working_days_held() {
    let mut it = in_progress();
    let hold = Step::Hold { request_id: REQUEST, review_day: june(10), waited: None, note: String::new() };
    refuses(&it, &hold, 11);
    run(&mut it, &hold, 3);
    assert_eq!((it.state, it.held_at, it.review_day), (State::OnHold, Some(morning(3)), Some(june(10))));
    assert!(!it.is_overdue(morning(20)), "the clock stands still");
    // Wednesday the 3rd to Wednesday the 10th: five working days.
    run(&mut it, &Step::Resume { note: String::new() }, 10);
    assert_eq!((it.state, it.held_at, it.review_day), (State::InProgress, None, None));
    assert_eq!((it.due_at, it.official_due_at), (Some(end_of(15)), Some(end_of(15))));
    assert_eq!(it.first_due_at, Some(end_of(8)));
}

#[test]
fn sending_back_keeps_the_dates_unless_the_first_routing_was_wrong() {
    for (wrong, due) in [(false, end_of(8)), (true, end_of(10))] {
        let mut it = in_progress();
        run(&mut it, &send_back(wrong), 3);
        assert_eq!((it.state, it.unit_id, it.acceptor_id), (State::Issued, Some(OTHER_UNIT), None));
        assert_eq!(it.place_township_id, Some(OTHER_UNIT), "the place follows the township");
        assert_eq!((it.official_due_at, it.first_due_at), (Some(due), Some(end_of(8))));
        refuses(&it, &send_back(wrong), 4);
    }
    let mut it = in_progress();
    run(&mut it, &Step::Deny { request_id: REQUEST, asked: Asked::Extension, note: String::new() }, 3);
    assert_eq!(it.send_back_denied, 0);
    run(&mut it, &Step::Deny { request_id: REQUEST, asked: Asked::SendBack, note: String::new() }, 3);
    assert_eq!((it.send_back_denied, it.state), (1, State::InProgress));
}

#[test]
fn nobody_is_reminded_of_what_he_may_not_know_of() {
    let remind = Step::Remind { note: String::new() };
    let mut hidden = Ticket { visible_from: None, ..ticket(State::Issued) };
    refuses(&hidden, &remind, 2);
    run(&mut hidden, &Step::Release, 2);
    run(&mut hidden, &remind, 2);
    assert_eq!(hidden.reminders, 1);
}

#[test]
fn two_reminders_without_anything_done_in_between_count_as_issued_again() {
    let mut it = in_progress();
    let remind = Step::Remind { note: String::new() };
    run(&mut it, &remind, 3);
    run(&mut it, &Step::Attempt { attempt_id: ATTEMPT, taken_by: None }, 3);
    run(&mut it, &remind, 4);
    assert_eq!((it.reminders, it.reissued), (2, 0));
    run(&mut it, &remind, 5);
    run(&mut it, &remind, 5);
    assert_eq!((it.reminders, it.reissued), (4, 1));
    run(&mut it, &remind, 6);
    assert_eq!((it.reminders, it.reissued), (5, 2), "every second one");
}

#[test]
fn a_passed_date_is_written_down_once_and_taken_back_when_it_was_met() {
    let mut it = in_progress();
    refuses(&it, &Step::Overdue, 8);
    run(&mut it, &Step::Overdue, 10);
    assert_eq!((it.overdue_at, it.slow), (Some(end_of(8)), 1));
    refuses(&it, &Step::Overdue, 11);
    run(&mut it, &Step::Lift { because: Transition::T10 }, 11);
    assert_eq!((it.overdue_at, it.slow), (None, 0));
}

#[test]
fn a_fault_comes_back_within_its_days_and_gets_a_new_clock() {
    let closed = |is_static| Ticket {
        is_static,
        issued_at: Some(morning(1)),
        first_due_at: Some(end_of(8)),
        closed_at: Some(morning(2)),
        archived_at: Some(morning(3)),
        ..ticket(State::Closed)
    };
    let again = Step::Relapse { finding_id: UNIT, note: String::new() };
    refuses(&closed(false), &again, 10);
    refuses(&closed(true), &again, 1);
    refuses(&Ticket { unit_id: None, ..closed(true) }, &again, 10);
    for (is_static, day) in [(false, 8), (true, 30)] {
        let mut it = closed(is_static);
        run(&mut it, &again, day);
        assert_eq!((it.state, it.relapse, it.sightings), (State::Rework, 1, 2));
        assert_eq!((it.closed_at, it.archived_at), (None, None));
        assert_eq!((it.issued_at, it.first_due_at), (Some(morning(1)), Some(end_of(8))));
        assert!(it.official_due_at > Some(morning(day)));
    }
}

#[test]
fn a_date_put_right_is_never_in_the_past_and_tells_what_was() {
    let mut it = in_progress();
    let edit = |day| Step::Edit {
        severity: Some("critical".into()),
        is_static: None,
        due_day: Some(june(day)),
        reason: "险".into(),
    };
    refuses(&it, &edit(2), 3);
    refuses(&Ticket { due_at: None, ..it.clone() }, &edit(4), 3);
    let event = run(&mut it, &edit(4), 3);
    assert_eq!(
        (it.severity.as_str(), it.due_at, it.official_due_at),
        ("critical", Some(end_of(4)), Some(end_of(4)))
    );
    assert_eq!((event.data["before"]["severity"].as_str(), event.reason.as_str()), (Some("major"), "险"));
    assert_eq!(it.first_due_at, Some(end_of(8)));
}

#[test]
fn a_new_clock_can_run_over_in_its_turn_and_a_moved_one_is_missed_once() {
    let missed = || {
        let mut it = in_progress();
        run(&mut it, &Step::Overdue, 10);
        it
    };
    let edit = Step::Edit { severity: None, is_static: None, due_day: Some(june(12)), reason: "改".into() };
    for (step, day) in [(edit, 15), (send_back(true), 19)] {
        let mut it = missed();
        let event = run(&mut it, &step, 11);
        assert_eq!((it.overdue_at, it.slow), (None, 1), "the history keeps what passed");
        assert_eq!(event.data.get("overdue_at"), Some(&serde_json::Value::Null));
        let due = it.official_due_at;
        refuses(&it, &Step::Overdue, 11);
        run(&mut it, &Step::Overdue, day);
        assert_eq!((it.overdue_at, it.slow), (due, 2));
        refuses(&it, &Step::Overdue, day);
    }
    // The former unit's clock goes on with another unit, and a hold moves what was missed already.
    let mut it = missed();
    run(&mut it, &send_back(false), 11);
    refuses(&it, &Step::Overdue, 20);
    let mut it = missed();
    run(
        &mut it,
        &Step::Hold { request_id: REQUEST, review_day: june(12), waited: None, note: String::new() },
        11,
    );
    run(&mut it, &Step::Resume { note: String::new() }, 12);
    refuses(&it, &Step::Overdue, 30);
}

#[test]
fn a_returned_repair_is_charged_from_when_the_county_had_the_verdict() {
    // Handed in on Wednesday the 3rd, looked at on the 4th without a signal, told on the 12th.
    let mut it = in_progress();
    run(&mut it, &Step::Submit { attempt_id: ATTEMPT, note: String::new(), delegation: None }, 3);
    let fail =
        Step::Fail { attempt_id: ATTEMPT, reason: "partial".into(), note: String::new(), on_site: true };
    let when = When { observed_at: morning(4), accepted_at: morning(12), effective: morning(4) };
    machine::apply(&mut it, &fail, when, &rules()).unwrap();
    assert_eq!((it.due_at, it.official_due_at), (Some(end_of(17)), Some(end_of(17))));
}

#[test]
fn what_the_unit_shows_in_between_is_progress() {
    let milestone = Step::Milestone {
        project_id: UNIT,
        milestone_id: ATTEMPT,
        name: String::new(),
        done_on: june(4),
        note: String::new(),
    };
    for step in [milestone, Step::Stage { note: String::new() }] {
        let mut it = Ticket { control_due_at: Some(morning(9)), ..in_progress() };
        run(&mut it, &Step::Remind { note: String::new() }, 3);
        run(&mut it, &step, 4);
        assert_eq!((it.progress_at, it.idle_reminders), (Some(morning(4)), 0));
    }
}
