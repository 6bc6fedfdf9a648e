//! Tickets and steps that the tests of this folder start from.

use super::machine::{self, LeftBy, NotAllowed, Step, Transition, When};
use super::request::Asked;
use super::{State, Ticket, deadline::DeadlineRules};
use crate::domain::{
    clock::Instant,
    people::role::UnitKind,
    standards::{calendar::Calendar, settings::CountySettings},
};
use chrono::{NaiveDate, TimeZone, Utc};
use uuid::Uuid;

pub(super) const UNIT: Uuid = Uuid::from_u128(7);
pub(super) const ATTEMPT: Uuid = Uuid::from_u128(8);

pub(super) fn rules() -> DeadlineRules {
    DeadlineRules::new(Calendar::shipped(), &CountySettings::default())
}

pub(super) fn morning(day: u32) -> Instant {
    Utc.with_ymd_and_hms(2026, 6, day, 1, 0, 0).unwrap()
}

pub(super) fn when(at: Instant) -> When {
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

pub(super) fn issue() -> Step {
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

pub(super) fn steps() -> Vec<Step> {
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
        Step::LeaveCampaign { campaign_id: UNIT, name: text(), why: LeftBy::Ended, next: None, free: None },
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
pub(super) fn fitting(step: &Step, ticket: Ticket) -> Ticket {
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
