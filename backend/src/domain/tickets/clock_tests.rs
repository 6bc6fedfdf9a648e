//! The clocks of a ticket: of its repair, of a check, and of what is to be under control first.

use super::fixtures::{ATTEMPT, UNIT, end_of, issue, morning, refuses, rules, run, ticket, when};
use super::machine::{self, NotAllowed, Step, When};
use super::unit::DeadlineUnit;
use super::{State, Ticket, transition::Transition};
use chrono::{TimeDelta, TimeZone, Utc};

#[test]
fn a_sheet_accepts_at_its_time_and_the_county_has_three_days_for_a_check() {
    let mut it = ticket(State::Pending);
    run(&mut it, &issue(), 1);
    let signed =
        Step::AcceptOnPaper { signed_by: "王某".into(), signed_at: Some(morning(2)), acceptor: None };
    let event = run(&mut it, &signed, 9);
    assert_eq!((it.slow, it.accepted_at, event.data["late"].as_bool()), (0, Some(morning(2)), Some(false)));
    // Wednesday 3 June; three working days end on Monday the 8th.
    run(&mut it, &Step::Submit { attempt_id: ATTEMPT, note: String::new(), delegation: None }, 3);
    assert_eq!(it.check_due_at, Some(end_of(8)));
    assert!(!it.is_check_late(morning(8)) && it.is_check_late(morning(9)));
    let mut late = it.clone();
    let pass = Step::Pass { attempt_id: ATTEMPT, on_site: true, note: String::new() };
    assert_eq!(run(&mut late, &pass, 9).data["check_late"].as_bool(), Some(true));
    assert_eq!(run(&mut it, &pass, 8).data["check_late"].as_bool(), Some(false));
    let at = |signed_at| {
        let issued = Ticket { issued_at: Some(morning(2)), ..ticket(State::Issued) };
        machine::sheet_counts(&issued, signed_at, when(morning(20)), &rules())
    };
    assert_eq!([1, 2, 11, 21].map(|day| at(morning(day))), [false, false, true, false]);
}

#[test]
fn issuing_settles_the_place_and_starts_the_clock() {
    let mut pending = ticket(State::Pending);
    // Monday 1 June, five working days: the clock ends on Monday 8 June at 24:00 local.
    machine::apply(&mut pending, &issue(), when(morning(1)), &rules()).unwrap();
    assert_eq!(pending.place_township_id, Some(UNIT));
    assert_eq!(pending.place_village_id, None, "the village of another township is not kept");
    assert!(!pending.border);
    assert_eq!(pending.due_at, Some(Utc.with_ymd_and_hms(2026, 6, 8, 16, 0, 0).unwrap()));
    assert_eq!(pending.official_due_at, pending.first_due_at);
}

#[test]
fn what_nobody_may_know_of_is_issued_without_a_clock_until_its_release() {
    let mut hidden = Ticket { visible_from: None, ..ticket(State::Pending) };
    machine::apply(&mut hidden, &issue(), when(morning(1)), &rules()).unwrap();
    assert_eq!(hidden.issued_at, Some(morning(1)));
    assert_eq!((hidden.due_at, hidden.official_due_at, hidden.first_due_at), (None, None, None));
    assert!(!hidden.is_overdue(morning(30)));
    machine::apply(&mut hidden, &Step::Release, when(morning(22)), &rules()).unwrap();
    assert_eq!((hidden.issued_at, hidden.visible_from), (Some(morning(22)), Some(morning(22))));
    assert!(hidden.due_at.is_some_and(|due| due > morning(22)) && hidden.due_at == hidden.official_due_at);
}

#[test]
fn a_check_stops_the_clock_and_a_return_leaves_a_working_day() {
    let mut it = ticket(State::Pending);
    machine::apply(&mut it, &issue(), when(morning(1)), &rules()).unwrap();
    let official = it.official_due_at.unwrap();
    for (step, day) in [
        (Step::Accept { person_named: String::new(), acceptor: UNIT }, 2),
        (Step::Submit { attempt_id: ATTEMPT, note: String::new(), delegation: None }, 3),
        (
            Step::Fail { attempt_id: ATTEMPT, reason: "not_done".into(), note: String::new(), on_site: true },
            5,
        ),
    ] {
        machine::apply(&mut it, &step, when(morning(day)), &rules()).unwrap();
    }
    assert_eq!((it.rework, it.hollow, it.last_reason.as_deref()), (1, 1, Some("not_done")));
    assert_eq!(it.official_due_at, Some(official + TimeDelta::days(2)), "two working days under check");
    assert!(it.due_at >= it.official_due_at);
    assert_eq!(it.first_due_at, Some(official));
}

#[test]
fn made_in_time_but_arrived_late_is_on_time_and_says_so() {
    let mut it = ticket(State::Pending);
    machine::apply(&mut it, &issue(), when(morning(1)), &rules()).unwrap();
    machine::apply(
        &mut it,
        &Step::Accept { person_named: String::new(), acceptor: UNIT },
        when(morning(2)),
        &rules(),
    )
    .unwrap();
    let (made, arrived) = (morning(8), morning(10));
    let late = When { observed_at: made, accepted_at: arrived, effective: made };
    let event = machine::apply(
        &mut it,
        &Step::Submit { attempt_id: ATTEMPT, note: String::new(), delegation: None },
        late,
        &rules(),
    )
    .unwrap();
    assert_eq!(
        (event.data["late"].as_bool(), event.data["arrived_late"].as_bool()),
        (Some(false), Some(true))
    );
    assert!(!it.is_overdue(arrived));
}

#[test]
fn what_cannot_wait_is_under_control_first_and_late_control_is_slow() {
    for (hour, late) in [(4, false), (5, true)] {
        let mut it =
            Ticket { deadline_unit: DeadlineUnit::UrgentHours, deadline_days: 24, ..ticket(State::Pending) };
        let issued = morning(6);
        let event = machine::apply(&mut it, &issue(), when(issued), &rules()).unwrap();
        assert_eq!(it.control_due_at, Some(issued + TimeDelta::hours(4)), "on a Saturday too");
        assert_eq!(it.official_due_at, Some(issued + TimeDelta::hours(24)));
        assert!(event.data.get("control_due_at").is_some(), "{event:?}");
        let at = issued + TimeDelta::hours(hour);
        let event =
            machine::apply(&mut it, &Step::Stage { note: "已围挡".into() }, when(at), &rules()).unwrap();
        assert_eq!(
            (event.data["late"].as_bool(), it.slow, it.state),
            (Some(late), i32::from(late), State::Issued)
        );
        assert_eq!(it.control_done_at, Some(at));
        refuses(&it, &Step::Stage { note: String::new() }, 7);
        // A check that takes a night gives exactly that night back.
        for (step, hours) in [
            (Step::Accept { person_named: String::new(), acceptor: UNIT }, 6),
            (Step::Submit { attempt_id: ATTEMPT, note: String::new(), delegation: None }, 10),
            (
                Step::Fail {
                    attempt_id: ATTEMPT,
                    reason: "partial".into(),
                    note: String::new(),
                    on_site: true,
                },
                22,
            ),
        ] {
            machine::apply(&mut it, &step, when(issued + TimeDelta::hours(hours)), &rules()).unwrap();
        }
        assert_eq!(it.official_due_at, Some(issued + TimeDelta::hours(36)));
    }
}

#[test]
fn control_that_nobody_reports_counts_once_whoever_is_first() {
    let stage = Step::Stage { note: String::new() };
    let issued = morning(6);
    let hour = |n| when(issued + TimeDelta::hours(n));
    let mut it = ticket(State::Pending);
    machine::apply(&mut it, &issue(), when(issued), &rules()).unwrap();
    let due = issued + TimeDelta::hours(4);
    let step = |it: &mut Ticket, step: &Step, at: When| machine::apply(it, step, at, &rules());
    assert_eq!(step(&mut it, &Step::ControlOverdue, hour(4)), Err(NotAllowed), "not before it has passed");
    let mut reported = it.clone();
    step(&mut reported, &stage, hour(5)).unwrap();
    assert_eq!(step(&mut reported, &Step::ControlOverdue, hour(6)), Err(NotAllowed));
    assert_eq!((reported.slow, reported.control_overdue_at), (1, None));

    let event = step(&mut it, &Step::ControlOverdue, hour(5)).unwrap();
    assert_eq!((it.slow, it.control_late, it.control_overdue_at), (1, true, Some(due)));
    assert_eq!(event.data["passed"], serde_json::json!(due));
    assert_eq!(step(&mut it, &Step::ControlOverdue, hour(6)), Err(NotAllowed), "once");
    // Reported later it stays as it is; made in time and arrived late it is taken back.
    let mut late = it.clone();
    let event = step(&mut late, &stage, hour(6)).unwrap();
    assert_eq!((event.data["late"].as_bool(), event.data["told"].as_bool()), (Some(true), Some(true)));
    assert_eq!((late.slow, late.control_late, late.control_done_at), (1, true, Some(hour(6).effective)));
    assert_eq!(step(&mut late, &Step::ControlOverdue, hour(7)), Err(NotAllowed));
    let made = When { effective: hour(3).effective, ..hour(6) };
    let event = step(&mut it, &stage, made).unwrap();
    assert_eq!((event.data["late"].as_bool(), event.data["told"].as_bool()), (Some(false), None));
    step(&mut it, &Step::LiftControl { because: Transition::Stage }, made).unwrap();
    assert_eq!((it.slow, it.control_late, it.control_overdue_at), (0, false, None));
    assert_eq!(step(&mut it, &Step::ControlOverdue, hour(8)), Err(NotAllowed));

    // New work is to be brought under control anew.
    let closed = Ticket { closed_at: Some(hour(9).effective), ..Ticket { state: State::Closed, ..late } };
    let mut again = closed;
    step(&mut again, &Step::Relapse { finding_id: UNIT, note: String::new() }, hour(20)).unwrap();
    assert_eq!((again.control_late, again.control_overdue_at, again.control_done_at), (false, None, None));
    step(&mut again, &Step::ControlOverdue, hour(25)).unwrap();
    assert_eq!(again.slow, 2);
}

#[test]
fn late_acceptance_counts_as_slow_once() {
    let mut it = ticket(State::Pending);
    machine::apply(&mut it, &issue(), when(morning(1)), &rules()).unwrap();
    machine::apply(
        &mut it,
        &Step::Accept { person_named: String::new(), acceptor: UNIT },
        when(morning(9)),
        &rules(),
    )
    .unwrap();
    assert_eq!(it.slow, 1);
}
