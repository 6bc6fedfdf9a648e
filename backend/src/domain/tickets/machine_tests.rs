//! What the table promises, over its every cell and over random histories.

#![expect(clippy::single_match_else, reason = "both outcomes of a step stand side by side")]

use super::machine::{self, NotAllowed, Step, TABLE, Transition, When};
use super::replay::{Replayed, replay};
use super::request::Asked;
use super::unit::DeadlineUnit;
use super::{State, Ticket, deadline::DeadlineRules};
use crate::domain::{
    clock::Instant,
    people::role::UnitKind,
    standards::{calendar::Calendar, settings::CountySettings},
};
use chrono::{NaiveDate, TimeDelta, TimeZone, Utc};
use proptest::prelude::*;
use uuid::Uuid;

pub(super) const UNIT: Uuid = Uuid::from_u128(7);
pub(super) const ATTEMPT: Uuid = Uuid::from_u128(8);

pub(super) fn rules() -> DeadlineRules {
    DeadlineRules::new(Calendar::shipped(), &CountySettings::default())
}

pub(super) fn morning(day: u32) -> Instant {
    Utc.with_ymd_and_hms(2026, 6, day, 1, 0, 0).unwrap()
}

fn when(at: Instant) -> When {
    When { observed_at: at, accepted_at: at, effective: at }
}

pub(super) fn ticket(state: State) -> Ticket {
    let (finding, county, reporter) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(6));
    Ticket {
        state,
        title: "站牌缺损".into(),
        severity: "major".into(),
        is_static: true,
        source: "review".into(),
        department: "transport".into(),
        deadline_days: 5,
        control_hours: Some(4),
        place_township_id: Some(Uuid::from_u128(3)),
        place_village_id: Some(Uuid::from_u128(4)),
        unit_id: Some(Uuid::from_u128(3)),
        site_id: Some(Uuid::from_u128(5)),
        item_code: "BUS-01".into(),
        border: true,
        attempt_id: Some(ATTEMPT),
        visible_from: Some(morning(1)),
        ..Ticket::fresh(finding, county, reporter, morning(1), morning(1))
    }
}

fn issue() -> Step {
    Step::Issue {
        unit_kind: UnitKind::Township,
        unit_id: UNIT,
        number: "26-0001".into(),
        severity: None,
        is_static: None,
        deadline_days: None,
        deadline_unit: None,
        control_hours: None,
        note: String::new(),
    }
}

fn steps() -> Vec<Step> {
    let text = String::new;
    vec![
        issue(),
        Step::Decline { reason: text() },
        Step::Withdraw { reason: text() },
        Step::Accept { person_named: text(), acceptor: UNIT },
        Step::Attempt { attempt_id: ATTEMPT, taken_by: None },
        Step::Stage { note: text() },
        Step::Submit { attempt_id: ATTEMPT, note: text(), delegation: None },
        Step::Pass { attempt_id: ATTEMPT, on_site: true, note: text() },
        Step::Fail { attempt_id: ATTEMPT, reason: "partial".into(), note: text(), on_site: false },
        Step::AskVoid { reason: text() },
        Step::Void { reason: text() },
        Step::Keep { reason: text() },
        Step::Release,
        Step::Sight { finding_id: UNIT },
        ask(Asked::SendBack),
        ask(Asked::Extension),
        ask(Asked::Hold),
        ask(Asked::Refer),
        Step::Deny { request_id: REQUEST, asked: Asked::SendBack, note: text() },
        Step::AskApproval { request_id: REQUEST, day: june(20) },
        Step::WithdrawAsk { request_id: REQUEST },
        send_back(false),
        extend(20),
        Step::Hold { request_id: REQUEST, review_day: june(20), waited: None, note: text() },
        Step::Resume { note: text() },
        Step::Merge { into: UNIT, note: text() },
        Step::TakeIn { ticket_id: UNIT, sightings: 2 },
        Step::Relapse { finding_id: UNIT, note: text() },
        Step::Overdue,
        Step::Lift { because: Transition::T10 },
        Step::ControlOverdue,
        Step::LiftControl { because: Transition::Stage },
        Step::Remind { note: text() },
        Step::Edit { severity: None, is_static: Some(false), due_day: Some(june(20)), reason: text() },
        Step::MarkHard { hard: true, ask: text() },
        Step::AnswerHard { coordinator: text(), until: june(20), note: text() },
        Step::NotShown { verdict_id: UNIT, file_id: ATTEMPT },
        Step::Shown { verdict_id: UNIT, file_id: ATTEMPT },
        Step::Archive,
        refer(),
        Step::ReferDone { request_id: REQUEST, note: text() },
        Step::ReferReturn { request_id: REQUEST, reason: text() },
        Step::Escalate { step: 2 },
        // campaigns, look-backs, projects
        Step::JoinCampaign { campaign_id: UNIT, name: text(), day: june(20), baseline: true, again: false },
        Step::LeaveCampaign { campaign_id: UNIT, next: None, free: None },
        Step::LookBack { look_back_id: UNIT, held: true, note: text() },
        Step::Milestone {
            project_id: UNIT,
            milestone_id: ATTEMPT,
            name: text(),
            done_on: june(1),
            note: text(),
        },
    ]
}

pub(super) const REQUEST: Uuid = Uuid::from_u128(10);
pub(super) const OTHER_UNIT: Uuid = Uuid::from_u128(11);

pub(super) fn june(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, day).unwrap()
}

/// 24:00 of a day of June.
pub(super) fn end_of(day: u32) -> Instant {
    Utc.with_ymd_and_hms(2026, 6, day, 16, 0, 0).unwrap()
}

pub(super) fn ask(asked: Asked) -> Step {
    Step::Ask { request_id: REQUEST, asked, reason: String::new() }
}

pub(super) fn send_back(wrongly_routed: bool) -> Step {
    Step::SendBack {
        request_id: REQUEST,
        unit_kind: UnitKind::Township,
        unit_id: OTHER_UNIT,
        wrongly_routed,
        waited: None,
        note: String::new(),
    }
}

pub(super) fn refer() -> Step {
    Step::Refer {
        request_id: REQUEST,
        department_id: OTHER_UNIT,
        days: 5,
        last_day: june(20),
        waited: None,
        note: String::new(),
    }
}

pub(super) fn extend(day: u32) -> Step {
    Step::Extend { request_id: REQUEST, day: june(day), note: String::new() }
}

/// The same ticket with the dates that a step of [`steps`] needs on the second of June.
fn fitting(step: &Step, ticket: Ticket) -> Ticket {
    let due = match step {
        Step::Overdue | Step::Escalate { .. } => Some(morning(1)),
        _ => Some(morning(3)),
    };
    let overdue_at = matches!(step, Step::Lift { .. }).then(|| morning(1));
    let control_overdue_at = matches!(step, Step::LiftControl { .. }).then(|| morning(1));
    let not_shown = i32::from(matches!(step, Step::Shown { .. }));
    let referral_id = matches!(step, Step::ReferDone { .. } | Step::ReferReturn { .. }).then_some(REQUEST);
    Ticket {
        due_at: due,
        official_due_at: due,
        closed_at: Some(morning(1)),
        hard_case: ticket.hard_case || matches!(step, Step::AnswerHard { .. }),
        overdue_at,
        not_shown,
        referral_id,
        control_due_at: Some(morning(1)),
        control_overdue_at,
        ..ticket
    }
}

/// A ticket that was issued on the first of June (due on the eighth) and accepted on the second.
pub(super) fn in_progress() -> Ticket {
    let mut it = ticket(State::Pending);
    run(&mut it, &issue(), 1);
    run(&mut it, &Step::Accept { person_named: String::new(), acceptor: UNIT }, 2);
    it
}

pub(super) fn run(it: &mut Ticket, step: &Step, day: u32) -> machine::Event {
    machine::apply(it, step, when(morning(day)), &rules()).unwrap()
}

pub(super) fn refuses(it: &Ticket, step: &Step, day: u32) {
    let mut after = it.clone();
    assert_eq!(machine::apply(&mut after, step, when(morning(day)), &rules()), Err(NotAllowed));
    assert_eq!(&after, it, "a refused step changes nothing");
}

#[test]
fn every_row_has_a_step_and_each_step_a_row() {
    let mut by_step: Vec<_> = steps().iter().map(Step::transition).collect();
    let mut by_row: Vec<_> = TABLE.iter().map(|row| row.transition).collect();
    by_step.sort_by_key(|t| t.name());
    by_row.sort_by_key(|t| t.name());
    assert_eq!(by_step, by_row);
}

#[test]
fn a_step_does_what_its_row_says_and_nothing_elsewhere() {
    for state in State::ALL {
        for step in steps() {
            let row = TABLE.iter().find(|row| row.transition == step.transition()).unwrap();
            let before = fitting(&step, ticket(state));
            let mut after = before.clone();
            match machine::apply(&mut after, &step, when(morning(2)), &rules()) {
                Ok(event) => {
                    assert!(row.from.contains(&state), "{} from {state:?}", row.name);
                    assert_eq!(after.state, row.to.unwrap_or(state));
                    assert_eq!((event.from, event.to, event.version), (Some(state), after.state, 2));
                }
                Err(NotAllowed) => {
                    assert!(!row.from.contains(&state), "{} from {state:?}", row.name);
                    assert_eq!(after, before, "a refused step changes nothing");
                }
            }
        }
    }
}

/// A closed ticket comes back, is put on file, is shown with its round when it was fixed on the spot, or something is noted of it; nothing else.
const MOVES_CLOSED: [Transition; 9] = [
    Transition::T13,
    Transition::T18,
    Transition::Release,
    // What is only noted of it.
    Transition::NotShown,
    Transition::Shown,
    Transition::CampaignJoined,
    Transition::CampaignLeft,
    Transition::LookedBack,
    Transition::Milestone,
];

#[test]
fn ended_tickets_never_move() {
    for state in State::ALL.into_iter().filter(|state| !state.is_open()) {
        for step in steps() {
            if state == State::Closed && MOVES_CLOSED.contains(&step.transition()) {
                continue;
            }
            let mut ended = fitting(&step, ticket(state));
            assert_eq!(machine::apply(&mut ended, &step, when(morning(2)), &rules()), Err(NotAllowed));
        }
    }
}

#[test]
fn a_release_starts_the_clock_of_what_was_not_begun_and_moves_nothing_else() {
    for state in State::COUNTED {
        let before = ticket(state);
        let mut after = before.clone();
        machine::apply(&mut after, &Step::Release, when(morning(2)), &rules()).unwrap();
        assert_eq!(after.visible_from, Some(morning(2)));
        assert_eq!((after.state, after.closed_at), (before.state, before.closed_at));
        let started = after.issued_at == Some(morning(2)) && after.due_at.is_some();
        // What came back while its round was hidden has no clock yet either.
        let begins = matches!(state, State::Issued | State::Rework);
        assert!(if begins { started } else { after.due_at == before.due_at }, "{state:?}");
    }
}

#[test]
fn a_sighting_that_is_told_late_weighs_on_a_repair_only_when_made_after_it() {
    for (seen, weighs) in [(morning(1), false), (morning(3), true)] {
        let mut it = Ticket { submitted_at: Some(morning(2)), ..ticket(State::Submitted) };
        let late = When { observed_at: seen, accepted_at: morning(4), effective: seen };
        machine::apply(&mut it, &Step::Sight { finding_id: UNIT }, late, &rules()).unwrap();
        assert_eq!((it.sightings, it.seen_while_submitted), (ticket(State::Submitted).sightings + 1, weighs));
    }
}

#[test]
fn a_severe_fault_passes_on_site_only_and_may_be_sent_back_by_photo() {
    let pass = |on_site| Step::Pass { attempt_id: ATTEMPT, on_site, note: String::new() };
    refuses(&ticket(State::Submitted), &pass(false), 2);
    run(&mut ticket(State::Submitted), &pass(true), 2);
    let mut minor = Ticket { severity: "minor".into(), ..ticket(State::Submitted) };
    run(&mut minor, &pass(false), 2);
    let fail =
        Step::Fail { attempt_id: ATTEMPT, reason: "partial".into(), note: String::new(), on_site: false };
    run(&mut ticket(State::Submitted), &fail, 2);
}

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
fn a_check_of_another_attempt_is_not_a_check() {
    let stale = Step::Pass { attempt_id: Uuid::from_u128(99), on_site: true, note: String::new() };
    let mut submitted = ticket(State::Submitted);
    assert_eq!(machine::apply(&mut submitted, &stale, when(morning(2)), &rules()), Err(NotAllowed));
    assert_eq!(submitted, ticket(State::Submitted));
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

proptest! {
    /// Whatever people send in whatever order: versions count steps, ends are final, dates never move back.
    #[test]
    fn random_histories_keep_the_promises(picks in proptest::collection::vec((0..steps().len(), 0..40_i64), 1..60)) {
        let mut it = ticket(State::Pending);
        let mut history = vec![machine::Event {
            version: 1, transition: "T1", from: None, to: State::Pending, reason: String::new(), data: serde_json::json!({}),
        }];
        let mut at = morning(1);
        let mut applied = 1;
        let mut ended = false;
        for (pick, hours) in picks {
            at += TimeDelta::hours(hours);
            let before = it.clone();
            match machine::apply(&mut it, &steps()[pick], when(at), &rules()) {
                Ok(event) => {
                    applied += 1;
                    let transition = steps()[pick].transition();
                    prop_assert!(!ended || MOVES_CLOSED.contains(&transition));
                    prop_assert_eq!(event.version, applied);
                    history.push(event);
                    // What the history says is what is stored.
                    prop_assert_eq!(replay(&history), Some(Replayed::stored(&it)));
                    if let (Some(old), Some(new)) = (before.official_due_at, it.official_due_at)
                        && ![Transition::Release, Transition::T17, Transition::CampaignJoined].contains(&transition)
                    {
                        prop_assert!(new >= old);
                    }
                    // The first date stays on record, whatever is agreed later.
                    if before.first_due_at.is_some() && transition != Transition::Release {
                        prop_assert_eq!(it.first_due_at, before.first_due_at);
                    }
                    prop_assert_eq!(it.held_at.is_some(), it.state == State::OnHold || (before.held_at.is_some() && !it.state.is_open()));
                    ended = !it.state.is_open();
                }
                Err(NotAllowed) => prop_assert_eq!(&it, &before),
            }
            prop_assert_eq!(it.version, applied);
        }
    }
}
