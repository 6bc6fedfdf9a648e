//! The day for accepting and the hour of control, each at its edge: counted when they passed, once, whoever wrote it down and when.

use crate::domain::{
    clock::Instant,
    colours::{
        history::{Happened, Line, Story},
        why::Why,
    },
    tickets::State,
};
use serde_json::{Value, json};
use uuid::Uuid;

const OURS: Uuid = Uuid::from_u128(1);
const OTHERS: Uuid = Uuid::from_u128(2);

fn at(text: &str) -> Instant {
    format!("2026-{text}:00+08:00").parse::<chrono::DateTime<chrono::FixedOffset>>().unwrap().to_utc()
}

/// Each line: its transition, the state behind it, when, and what it says.
fn story(lines: &[(&str, State, &str, Value)]) -> Story {
    let told = |(place, (transition, to, when, data)): (usize, &(&str, State, &str, Value))| Line {
        version: i32::try_from(place).unwrap() + 1,
        transition: (*transition).into(),
        to: *to,
        reason: String::new(),
        data: data.clone(),
        observed_at: data["made"].as_str().map_or_else(|| at(when), at),
        accepted_at: at(when),
    };
    Story {
        id: Uuid::from_u128(9),
        number: "26-0009".into(),
        self_found: false,
        opened_for: Some(OURS),
        lines: lines.iter().enumerate().map(told).collect(),
    }
}

/// Issued on Monday the 30th, to be accepted on the first of December.
fn issued(more: &[(&str, State, &str, Value)]) -> Story {
    let given = json!({ "unit_id": OURS, "unit_kind": "township", "accept_by": at("12-02T00:00") });
    let begin =
        [("T1", State::Pending, "11-30T09:00", json!({})), ("T2", State::Issued, "11-30T10:00", given)];
    story(&begin.into_iter().chain(more.iter().cloned()).collect::<Vec<_>>())
}

fn happened(story: &Story, now: &str) -> Vec<Happened> {
    story.happened(at("11-01T00:00"), at(now))
}

fn told(story: &Story, now: &str) -> Vec<(Why, i32)> {
    happened(story, now).into_iter().map(|one| (one.what, one.event)).collect()
}

#[test]
fn what_nobody_accepts_counts_as_soon_as_its_day_is_over_and_goes_on_counting_once() {
    let waiting = issued(&[]);
    assert_eq!(told(&waiting, "12-01T23:59"), []);
    assert_eq!(told(&waiting, "12-02T00:00"), [(Why::NotAccepted, 2)]);
    assert_eq!(told(&waiting, "12-31T00:00"), [(Why::NotAccepted, 2)]);
    let accepted = |when, late| issued(&[("T5", State::InProgress, when, json!({ "late": late }))]);
    let late = happened(&accepted("12-09T10:00", true), "12-31T00:00");
    assert_eq!((late[0].what, late[0].event, late.len()), (Why::AcceptedLate, 3, 1));
    assert_eq!(
        late[0].at,
        happened(&waiting, "12-31T00:00")[0].at,
        "at its limit, however late somebody came"
    );
    // A signed sheet that was entered late says that it was in time.
    assert_eq!(told(&accepted("12-09T10:00", false), "12-31T00:00"), []);
}

#[test]
fn a_day_that_ends_with_the_month_counts_in_it() {
    let given = json!({ "unit_id": OURS, "unit_kind": "township", "accept_by": at("12-01T00:00") });
    let story = story(&[
        ("T1", State::Pending, "11-27T09:00", json!({})),
        ("T2", State::Issued, "11-27T10:00", given),
        ("T5", State::InProgress, "12-03T10:00", json!({ "late": true })),
    ]);
    let of = |from, to| story.happened(at(from), at(to)).len();
    assert_eq!((of("11-01T00:00", "12-01T00:00"), of("12-01T00:00", "12-31T00:00")), (1, 0));
}

#[test]
fn sending_back_in_time_is_an_answer_and_what_never_was_theirs_counts_for_nobody() {
    let back = |wrongly: bool, waited: Option<&str>| {
        let mut data = json!({
            "unit_id": OTHERS, "unit_kind": "township", "wrongly_routed": wrongly, "accept_by": at("12-02T00:00"),
        });
        if let Some(asked) = waited {
            data["waited"] = json!(at(asked));
        }
        issued(&[("T6", State::Issued, "12-04T10:00", data)])
    };
    assert_eq!(told(&back(false, None), "12-31T00:00"), [(Why::NotAccepted, 2)]);
    assert_eq!(happened(&back(false, None), "12-31T00:00")[0].unit, Some(OURS));
    assert_eq!(told(&back(false, Some("12-01T10:00")), "12-31T00:00"), []);
    assert_eq!(told(&back(true, None), "12-31T00:00"), []);
    // The day had passed before the second township got it.
    let mut late = back(false, Some("12-01T10:00"));
    late.lines.push(Line {
        version: 4,
        transition: "T5".into(),
        to: State::InProgress,
        data: json!({ "late": true }),
        ..late.lines[2].clone()
    });
    assert_eq!(told(&late, "12-31T00:00"), []);
}

#[test]
fn events_of_before_count_when_somebody_came_late() {
    let given = json!({ "unit_id": OURS, "unit_kind": "township" });
    let story = story(&[
        ("T1", State::Pending, "11-27T09:00", json!({})),
        ("T2", State::Issued, "11-27T10:00", given),
        ("T5", State::InProgress, "12-03T10:00", json!({ "late": true })),
    ]);
    assert_eq!(told(&story, "12-31T00:00"), [(Why::AcceptedLate, 3)]);
    assert_eq!(happened(&story, "12-31T00:00")[0].at, at("12-03T10:00"));
}

/// Accepted at once, to be under control by two o'clock.
fn dangerous(more: &[(&str, State, &str, Value)]) -> Story {
    let given = json!({ "unit_id": OURS, "unit_kind": "township", "control_due_at": at("11-30T14:00") });
    let begin = [
        ("T1", State::Pending, "11-30T09:00", json!({})),
        ("T2", State::Issued, "11-30T10:00", given),
        ("T5", State::InProgress, "11-30T10:30", json!({ "late": false })),
    ];
    story(&begin.into_iter().chain(more.iter().cloned()).collect::<Vec<_>>())
}

#[test]
fn an_hour_that_nobody_reports_counts_when_it_passes_whether_it_was_written_down_or_not() {
    let busy = State::InProgress;
    let (none, late) = (json!({}), json!({ "late": true }));
    let when = |story: &Story| happened(story, "12-31T00:00").first().map(|one| one.at);
    let limit = at("11-30T14:00") - chrono::TimeDelta::microseconds(1);
    let silent = dangerous(&[]);
    assert_eq!(
        (told(&silent, "11-30T13:59"), told(&silent, "11-30T14:00")),
        (vec![], vec![(Why::ControlNotReported, 2)])
    );
    let swept = dangerous(&[("control_overdue", busy, "12-01T08:00", none.clone())]);
    assert_eq!(told(&swept, "12-31T00:00"), [(Why::ControlNotReported, 4)]);
    let reported = dangerous(&[("stage", busy, "12-01T09:00", late.clone())]);
    assert_eq!(told(&reported, "12-31T00:00"), [(Why::ControlLate, 4)]);
    let both = dangerous(&[
        ("control_overdue", busy, "12-01T08:00", none.clone()),
        ("stage", busy, "12-01T09:00", json!({ "late": true, "told": true })),
    ]);
    assert_eq!(told(&both, "12-31T00:00"), [(Why::ControlLate, 5)]);
    for story in [&silent, &swept, &reported, &both] {
        assert_eq!(when(story), Some(limit), "in the month of the hour, not of the writing");
    }
    let lifted = dangerous(&[
        ("control_overdue", busy, "12-01T08:00", none.clone()),
        ("stage", busy, "12-01T09:00", json!({ "late": false })),
        ("control_lifted", busy, "12-01T09:00", none.clone()),
    ]);
    assert_eq!(told(&lifted, "12-31T00:00"), []);
    let in_time = dangerous(&[("stage", busy, "11-30T13:00", json!({ "late": false }))]);
    assert_eq!(told(&in_time, "12-31T00:00"), []);
    let mended = dangerous(&[("T10", State::Submitted, "11-30T18:00", json!({ "made": "11-30T13:00" }))]);
    assert_eq!(told(&mended, "12-31T00:00"), [], "repaired before its hour, and heard of late");
}

#[test]
fn an_hour_that_passed_while_the_county_had_it_counts_when_it_came_back() {
    let story = dangerous(&[
        ("T10", State::Submitted, "11-30T13:00", json!({})),
        ("T12", State::Rework, "12-02T10:00", json!({})),
        ("control_overdue", State::Rework, "12-02T10:01", json!({})),
    ]);
    let found = happened(&story, "12-31T00:00");
    assert_eq!(
        found.iter().map(|one| (one.what, one.event, one.at)).collect::<Vec<_>>(),
        [(Why::ControlNotReported, 6, at("12-02T10:01"))]
    );
}
