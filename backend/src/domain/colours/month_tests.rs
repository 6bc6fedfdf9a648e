//! Months by hand, each rule at its edge, and random histories whose facts must fit together.

use super::*;
use crate::domain::{
    colours::{
        behind,
        history::{Line, Story, by_township},
        why::Why,
    },
    standards::calendar::{Calendar, end_of_day},
    tickets::State,
};
use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;
use serde_json::{Value, json};

const OURS: Uuid = Uuid::from_u128(1);
const OTHERS: Uuid = Uuid::from_u128(2);

fn day(day: u32) -> Instant {
    // 10:00 in Shanghai, in November 2026.
    end_of_day(NaiveDate::from_ymd_opt(2026, 11, day).unwrap()) - TimeDelta::hours(14)
}

fn midnight(day: u32) -> Instant {
    end_of_day(NaiveDate::from_ymd_opt(2026, 11, day).unwrap())
}

fn november() -> Span {
    Span { from: midnight(1) - TimeDelta::days(1), to: midnight(30) }
}

fn line(transition: &str, to: State, at: Instant, data: Value) -> Line {
    Line {
        version: 1,
        transition: transition.into(),
        to,
        reason: String::new(),
        data,
        observed_at: at,
        accepted_at: at,
    }
}

/// Opened, issued and accepted on the second, due on a day at 24:00.
fn story(id: u128, due: u32) -> Story {
    let dates = json!({
        "unit_kind": "township", "unit_id": OURS, "due_at": midnight(due), "official_due_at": midnight(due),
    });
    Story {
        id: Uuid::from_u128(id),
        number: format!("26-{id:04}"),
        self_found: false,
        opened_for: Some(OURS),
        lines: vec![
            line("T1", State::Pending, day(2), json!({})),
            Line { version: 2, ..line("T2", State::Issued, day(2), dates) },
            Line { version: 3, ..line("T5", State::InProgress, day(2), json!({ "late": false })) },
        ],
    }
}

fn then(mut story: Story, transition: &str, to: State, on: u32, data: Value) -> Story {
    let version = i32::try_from(story.lines.len()).unwrap() + 1;
    story.lines.push(Line { version, ..line(transition, to, day(on), data) });
    story
}

fn submitted(story: Story, on: u32, late: bool) -> Story {
    then(story, "T10", State::Submitted, on, json!({ "late": late, "arrived_late": false }))
}

fn closed(story: Story, on: u32, late: bool) -> Story {
    then(submitted(story, on, late), "T11", State::Closed, on, json!({}))
}

fn not_done(story: Story, on: u32) -> Story {
    let mut story = then(submitted(story, on, false), "T12", State::Rework, on, json!({}));
    story.lines.last_mut().unwrap().reason = "not_done".into();
    story
}

fn rows_of(stories: &[Story], township: Uuid, span: Span) -> Vec<Behind> {
    let own = by_township(stories).remove(&township).unwrap_or_default();
    behind::rows(&own, township, span, (&Calendar::shipped(), &ColourRules::default()))
}

fn reasoned(stories: &[Story], former: Option<Colour>) -> Reasoning {
    reason(&rows_of(stories, OURS, november()), november().to, &ColourRules::default(), former)
}

/// Why a figure counts what it counts, and the version of the event that says so.
fn told(stories: &[Story], figure: Figure) -> Vec<(Why, i32)> {
    let rows = rows_of(stories, OURS, november());
    figure.of(&rows).into_iter().map(|row| (row.why, row.event)).collect()
}

fn hits(reasoning: &Reasoning) -> Vec<MonthRule> {
    reasoning.rules.iter().filter(|rule| rule.hit).map(|rule| rule.rule).collect()
}

#[test]
fn a_clean_month_is_green_and_nothing_hits() {
    let stories: Vec<Story> = (10..14).map(|id| closed(story(id, 20), 10, false)).collect();
    let seen = reasoned(&stories, None);
    assert_eq!((seen.colour, hits(&seen)), (Colour::Green, vec![]));
    let facts = seen.facts;
    assert_eq!((facts.due, facts.base, facts.on_time, facts.late), (4, 4, 4, 0));
    assert_eq!(facts.rate_permille, Some(1_000));
    assert_eq!(reasoned(&[], None).colour, Colour::Green, "nothing was due");
}

#[test]
fn of_few_tickets_their_number_counts_and_of_ten_their_share() {
    let of = |late: u128, all: u128| {
        let stories: Vec<Story> = (0..all).map(|id| closed(story(id + 10, 20), 21, id < late)).collect();
        let seen = reasoned(&stories, None);
        (seen.colour, hits(&seen))
    };
    assert_eq!(of(1, 9), (Colour::Green, vec![]), "one of nine is under 90 %, and only one");
    assert_eq!(of(2, 9), (Colour::Yellow, vec![MonthRule::LateCount]));
    assert_eq!(of(1, 10), (Colour::Green, vec![]), "exactly 90 %");
    assert_eq!(of(2, 10), (Colour::Yellow, vec![MonthRule::OnTimeRate]));
    assert_eq!(of(2, 20), (Colour::Green, vec![]));
}

#[test]
fn overdue_tickets_make_yellow_then_red_and_one_long_one_is_enough() {
    // Due on 20 November: overdue since then, six working days on the thirtieth.
    let open = |count: u128| (0..count).map(|id| story(id + 10, 20)).collect::<Vec<Story>>();
    assert_eq!(hits(&reasoned(&open(3), None)), [MonthRule::LateCount, MonthRule::OverdueYellow]);
    let five = reasoned(&open(5), None);
    assert_eq!(five.colour, Colour::Red);
    assert_eq!(
        five.rules.iter().find(|rule| rule.rule == MonthRule::OverdueRed).unwrap().ticket_ids.len(),
        5
    );
    // Ten working days after the sixteenth is the thirtieth; from the fifteenth (a Sunday) it is eleven.
    assert_eq!(reasoned(&[story(10, 16)], None).facts.overdue_long, 0);
    let long = reasoned(&[story(10, 15)], None);
    assert_eq!((long.colour, long.facts.overdue_long), (Colour::Red, 1));
    assert_eq!(long.tickets.get(&Uuid::from_u128(10)).map(String::as_str), Some("26-0010"));
}

#[test]
fn what_was_found_at_checks_counts_in_the_month_of_the_check() {
    let one = reasoned(&[not_done(story(10, 30), 12)], None);
    assert!(hits(&one).contains(&MonthRule::HollowYellow) && one.colour == Colour::Yellow);
    let two = reasoned(&[not_done(story(10, 30), 12), not_done(story(11, 30), 20)], None);
    assert!(hits(&two).contains(&MonthRule::HollowRed));
    // The number opens its rows: twice at one ticket are one row.
    let twice = reasoned(&[not_done(not_done(story(10, 30), 12), 20)], None);
    let named = &twice.rules.iter().find(|rule| rule.rule == MonthRule::HollowRed).unwrap().ticket_ids;
    assert_eq!(
        (twice.facts.hollow, named.len(), hits(&twice).contains(&MonthRule::HollowRed)),
        (1, 1, false)
    );
    let mut october = not_done(story(10, 30), 12);
    october.lines.last_mut().unwrap().accepted_at = november().from - TimeDelta::seconds(1);
    assert_eq!(reasoned(&[october], None).facts.hollow, 0);

    let verdict = json!({ "verdict_id": Uuid::from_u128(77), "file_id": Uuid::from_u128(78) });
    let found =
        then(submitted(story(10, 25), 20, false), "repair_not_shown", State::Submitted, 21, verdict.clone());
    assert_eq!(hits(&reasoned(std::slice::from_ref(&found), None)), [MonthRule::NotTheRepair]);
    // Lifted later, in December: known today, so it counts no more.
    let mut lifted = then(found, "repair_shown", State::Submitted, 21, verdict);
    lifted.lines.last_mut().unwrap().accepted_at = midnight(30) + TimeDelta::days(3);
    assert_eq!(reasoned(&[lifted], None).colour, Colour::Green);
}

#[test]
fn holds_waiting_checks_and_what_the_township_found_itself_make_nothing_red() {
    let held = |id| then(story(id, 15), "T8", State::OnHold, 10, json!({}));
    let waiting = |id| submitted(story(id, 15), 14, false);
    let stories: Vec<Story> = (10..16).map(held).chain((20..26).map(waiting)).collect();
    let seen = reasoned(&stories, None);
    assert_eq!((seen.colour, seen.facts.held, seen.facts.waiting, seen.facts.base), (Colour::Green, 6, 6, 0));
    assert_eq!(seen.facts.rate_permille, None);
    let own: Vec<Story> =
        (10..20).map(|id| Story { self_found: true, ..not_done(story(id, 5), 4) }).collect();
    let seen = reasoned(&own, None);
    assert_eq!((seen.colour, seen.facts.self_found, seen.facts.due), (Colour::Green, 10, 0));
}

#[test]
fn a_repair_made_in_time_counts_from_its_making_however_late_it_arrived() {
    let mut late = submitted(story(10, 20), 20, false);
    let put = late.lines.last_mut().unwrap();
    put.data = json!({ "late": false, "arrived_late": true });
    put.accepted_at = midnight(30) + TimeDelta::days(2);
    let seen = reasoned(&[late], None);
    assert_eq!((seen.facts.overdue_open, seen.facts.waiting), (0, 1));
}

#[test]
fn another_unit_takes_its_tickets_with_it_and_what_is_void_counts_for_nobody() {
    let to = |unit: Uuid, kind: &str| json!({ "unit_kind": kind, "unit_id": unit });
    let moved = then(story(10, 5), "T6", State::Issued, 4, to(OTHERS, "township"));
    let department = then(story(11, 5), "T6", State::Issued, 4, to(OTHERS, "department"));
    let void = then(story(12, 5), "T14", State::Void, 28, json!({}));
    let stories = [moved, department, void];
    assert_eq!(reasoned(&stories, None).facts, MonthFacts::default());
    let seen = MonthFacts::of(&rows_of(&stories, OTHERS, november()));
    assert_eq!(seen.overdue_open, 1, "the department's is no township's");
}

#[test]
fn two_yellows_make_red_and_better_goes_by_one_step_after_a_clean_month() {
    let yellow = || vec![not_done(story(10, 30), 12)];
    let clean = || vec![closed(story(10, 20), 10, false)];
    for (stories, former, colour, why) in [
        (yellow(), Some(Colour::Green), Colour::Yellow, vec![MonthRule::HollowYellow]),
        (yellow(), Some(Colour::Yellow), Colour::Red, vec![MonthRule::HollowYellow, MonthRule::TwoYellows]),
        (yellow(), Some(Colour::Red), Colour::Red, vec![MonthRule::HollowYellow, MonthRule::OneStep]),
        (clean(), Some(Colour::Red), Colour::Yellow, vec![MonthRule::OneStep]),
        (clean(), Some(Colour::Yellow), Colour::Green, vec![]),
        (clean(), None, Colour::Green, vec![]),
    ] {
        // Late as well as hollow would hit twice; only hollow is wanted here.
        let seen = reasoned(&stories, former);
        let hit: Vec<MonthRule> =
            hits(&seen).into_iter().filter(|rule| *rule != MonthRule::LateCount).collect();
        assert_eq!((seen.colour, hit), (colour, why), "{former:?}");
    }
}

#[test]
fn each_number_opens_its_rows_and_each_row_the_event_that_made_it_count() {
    let stories = [
        closed(story(10, 20), 10, false),
        closed(story(11, 20), 21, true),
        then(story(12, 20), "T8", State::OnHold, 10, json!({})),
        submitted(story(13, 20), 14, false),
        story(14, 20),
        story(15, 3),
        not_done(not_done(story(16, 30), 12), 20),
        Story { self_found: true, ..story(17, 20) },
    ];
    assert_eq!(told(&stories, Figure::OnTime), [(Why::OnTime, 4)]);
    // One put forward late, three not at all: those are told by what set their date.
    assert_eq!(told(&stories, Figure::Late).into_iter().filter(|row| *row == (Why::Late, 4)).count(), 1);
    assert_eq!(told(&stories, Figure::Late).into_iter().filter(|row| *row == (Why::Late, 2)).count(), 2);
    assert_eq!(told(&stories, Figure::Held), [(Why::Held, 4)]);
    assert_eq!(told(&stories, Figure::Waiting), [(Why::Waiting, 4)]);
    assert_eq!(told(&stories, Figure::OverdueLong), [(Why::OverdueLong, 2)]);
    assert_eq!(told(&stories, Figure::SelfFound), [(Why::SelfFound, 1)]);
    // The rule counts the ticket, the counter both times.
    assert_eq!(told(&stories, Figure::Hollow), [(Why::Hollow, 5)]);
    assert_eq!(told(&stories, Figure::HollowTimes), [(Why::Hollow, 5), (Why::Hollow, 7)]);
    assert_eq!(told(&stories, Figure::Handled).len(), 7);
    assert_eq!(told(&stories, Figure::Due).len(), 7);
}

fn histories() -> impl Strategy<Value = Vec<Story>> {
    let steps = proptest::collection::vec((0_usize..9, 2_u32..31), 0..8);
    proptest::collection::vec((steps, 3_u32..31, any::<bool>()), 0..25).prop_map(|all| {
        all.into_iter()
            .enumerate()
            .map(|(id, (mut steps, due, self_found))| {
                steps.sort_by_key(|(_, on)| *on);
                let begun = Story { self_found, ..story(id as u128 + 10, due) };
                steps.into_iter().fold(begun, |story, (what, on)| match what {
                    0 => submitted(story, on, on > due),
                    1 => then(story, "T11", State::Closed, on, json!({})),
                    2 => not_done(story, on),
                    3 => then(story, "T8", State::OnHold, on, json!({})),
                    4 => then(story, "T9", State::InProgress, on, json!({})),
                    5 => then(
                        story,
                        "T6",
                        State::Issued,
                        on,
                        json!({ "unit_kind": "township", "unit_id": OTHERS }),
                    ),
                    6 => then(story, "T15", State::InProgress, on, json!({})),
                    7 => then(story, "overdue_lifted", State::InProgress, on, json!({})),
                    _ => then(story, "T16", State::InProgress, on, json!({ "reissued": on % 2 == 0 })),
                })
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn the_facts_of_any_month_fit_together(stories in histories(), former in 0_usize..4) {
        let former = Colour::ALL.get(former).copied();
        let seen = reasoned(&stories, former);
        let facts = seen.facts;
        prop_assert_eq!(facts.base, facts.due - facts.held - facts.waiting);
        prop_assert_eq!(facts.base, facts.on_time + facts.late);
        prop_assert!(facts.overdue_long <= facts.overdue_open);
        prop_assert!(facts.rate_permille.is_none_or(|rate| rate <= 1_000));
        prop_assert!(seen.colour >= seen.by_rules);
        // Every rule that counts tickets names them, and every name has its number.
        for rule in &seen.rules {
            prop_assert!(rule.ticket_ids.iter().all(|id| seen.tickets.contains_key(id)));
        }
        if let Some(former) = former {
            prop_assert!(seen.colour >= former.better(), "never two steps at once");
        }
        // A page of any list begins behind the row that the page before it ended with.
        let rows = rows_of(&stories, OURS, november());
        for figure in Figure::ALL {
            let own = figure.of(&rows);
            for (place, row) in own.iter().enumerate() {
                let after = own.iter().filter(|other| other.is_after(&row.cursor()) == Some(true)).count();
                prop_assert_eq!(after, own.len() - place - 1, "{:?}", figure);
            }
        }
        // Without what the township found itself nothing is different but how many of those there were.
        let others: Vec<Story> = stories.iter().filter(|story| !story.self_found).cloned().collect();
        let without = reasoned(&others, former);
        prop_assert_eq!(MonthFacts { self_found: 0, ..facts }, without.facts);
        prop_assert_eq!(seen.colour, without.colour);
    }

    /// One more ticket that is late never makes a month better.
    #[test]
    fn more_trouble_is_never_greener(stories in histories(), due in 3_u32..29) {
        let before = reasoned(&stories, None);
        let mut more = stories;
        more.push(not_done(story(999, due), due + 1));
        prop_assert!(reasoned(&more, None).colour >= before.colour);
    }

    #[test]
    fn counters_of_a_month_and_of_its_two_halves_agree(stories in histories(), cut in 2_u32..29) {
        use crate::domain::colours::share::count;
        let whole = november();
        let (first, second) = (Span { to: midnight(cut), ..whole }, Span { from: midnight(cut), ..whole });
        let of = |span| count(&rows_of(&stories, OURS, span)).counters;
        let (all, one, two) = (of(whole), of(first), of(second));
        for (sum, parts) in [
            (&all.slow, [&one.slow, &two.slow]), (&all.hollow, [&one.hollow, &two.hollow]),
            (&all.reminders, [&one.reminders, &two.reminders]), (&all.reissued, [&one.reissued, &two.reissued]),
        ] {
            prop_assert_eq!(sum.count, parts[0].count + parts[1].count);
        }
    }
}
