//! What the table promises, over its every cell and over random histories.

#![expect(clippy::single_match_else, reason = "both outcomes of a step stand side by side")]

use super::deadline::DeadlineRules;
use super::fixtures::{ATTEMPT, UNIT, fitting, morning, refuses, rules, run, steps, ticket, when};
use super::machine::{self, NotAllowed, Step, TABLE, Transition, When};
use super::replay::{Replayed, replay};
use super::{State, Ticket};
use chrono::TimeDelta;
use proptest::prelude::*;
use uuid::Uuid;

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
fn a_check_of_another_attempt_is_not_a_check() {
    let stale = Step::Pass { attempt_id: Uuid::from_u128(99), on_site: true, note: String::new() };
    let mut submitted = ticket(State::Submitted);
    assert_eq!(machine::apply(&mut submitted, &stale, when(morning(2)), &rules()), Err(NotAllowed));
    assert_eq!(submitted, ticket(State::Submitted));
}

proptest! {
    /// Whatever people send in whatever order: versions count steps, ends are final, dates never move back.
    #[test]
    fn random_histories_keep_the_promises(picks in proptest::collection::vec((0..steps().len(), 0..40_i64), 1..60), lead in 0_u32..4) {
        let rules = DeadlineRules { lead_days: lead, ..rules() };
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
            match machine::apply(&mut it, &steps()[pick], when(at), &rules) {
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
                    // A unit's own date lies before the official one, and there is none where the county sets no lead.
                    prop_assert!(it.internal_due_at.is_none_or(|own| lead > 0 && Some(own) < it.official_due_at));
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
