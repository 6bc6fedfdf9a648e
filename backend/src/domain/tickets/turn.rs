//! What a ticket remembers of whose turn it is: since when its unit has done nothing, which repair waits for a signature, how far its
//! delay has been told, and which department has it. All of it follows from the events.

use super::deadline::DeadlineRules;
use super::machine::{Step, When};
use super::transition::Transition as T;
use super::{State, Ticket};
use crate::domain::{
    clock::{Instant, local_day},
    people::role::Role,
    standards::calendar::start_of_day,
};
use chrono::{NaiveDate, TimeDelta};
use serde_json::{Map, Value, json};

/// Who is told at each step of delay.
pub const LADDER: [&[Role]; 3] =
    [&[Role::DeskOfficer, Role::DeputyLeader], &[Role::MainLeader], &[Role::CountyLeader]];

/// Called by the machine after a step, with the dates from before it; `said` is the data of its event.
pub(super) fn keep(ticket: &mut Ticket, step: &Step, when: When, moved: bool, said: &mut Map<String, Value>) {
    match step.transition() {
        // The unit did something, or its turn began.
        T::T2
        | T::T5
        | T::T6
        | T::T9
        | T::T10
        | T::T12
        | T::T13
        | T::Release
        | T::Attempt
        | T::Stage
        | T::Milestone
        | T::AskedSendBack
        | T::AskedExtension
        | T::AskedHold
        | T::AskedReferral
        | T::AskWithdrawn
        | T::ReferDone
        | T::ReferReturned => ticket.progress_at = Some(when.accepted_at),
        _ => {}
    }
    match step {
        Step::Attempt { attempt_id, .. } => ticket.to_sign_id = Some(*attempt_id),
        Step::Submit { .. } | Step::SendBack { .. } | Step::Relapse { .. } => ticket.to_sign_id = None,
        _ => {}
    }
    let new_deadline = moved && ticket.official_due_at.is_none_or(|due| due > when.accepted_at);
    if ticket.escalated > 0 && (new_deadline || matches!(step, Step::Lift { .. } | Step::Relapse { .. })) {
        ticket.escalated = 0;
        said.insert("escalated".into(), json!(0));
    }
    if ticket.overdue_at.is_some_and(|passed| !is_lifted(step, passed))
        && is_new_clock(step)
        && ticket.official_due_at > Some(when.accepted_at)
    {
        // What passed stays in the history; the new date can be kept, or pass in its turn.
        ticket.overdue_at = None;
        said.insert("overdue_at".into(), Value::Null);
    }
    if ticket.state != State::OnHold {
        (ticket.referral_id, ticket.referral_due_at) = (None, None);
    }
}

/// Steps that give a date of its own. What only moves the old one by a time that stood still is the same clock, missed once; a further
/// extension was asked for in time and lifts.
fn is_new_clock(step: &Step) -> bool {
    matches!(
        step,
        Step::SendBack { wrongly_routed: true, .. }
            | Step::Relapse { .. }
            | Step::Edit { due_day: Some(_), .. }
    )
}

/// What was asked before the date that passed: it is taken back as such, right after the step.
fn is_lifted(step: &Step, passed: Instant) -> bool {
    matches!(step, Step::SendBack { waited: Some(asked), .. } if *asked <= passed)
}

/// Working days since the last day on which it could be done in time.
pub fn overdue_days(ticket: &Ticket, now: Instant, rules: &DeadlineRules) -> usize {
    let last = |due: Instant| local_day(due - TimeDelta::microseconds(1));
    ticket
        .due_at
        .filter(|due| *due < now)
        .map_or(0, |due| rules.calendar.working_days_between(last(due), local_day(now)))
}

impl DeadlineRules {
    /// A unit whose last step is earlier than this has done nothing for the county's number of whole working days.
    pub fn idle_before(&self, now: Instant) -> Instant {
        start_of_day(self.calendar.sub_working_days(local_day(now), self.no_progress_days))
    }

    /// What was due at this instant or earlier is `days` working days late.
    pub fn late_before(&self, now: Instant, days: u32) -> Instant {
        let tomorrow: NaiveDate = local_day(now).succ_opt().unwrap_or(local_day(now));
        start_of_day(self.calendar.sub_working_days(tomorrow, days))
    }

    /// Nothing has been done for long, by whoever has the ticket.
    pub fn is_idle(&self, ticket: &Ticket, now: Instant) -> bool {
        ticket.state.is_with_unit()
            && ticket.visible_from.is_some()
            && ticket.progress_at.is_some_and(|at| at < self.idle_before(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::standards::{calendar::Calendar, settings::CountySettings};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn at(text: &str) -> Instant {
        text.parse::<chrono::DateTime<chrono::FixedOffset>>().unwrap().to_utc()
    }

    fn rules() -> DeadlineRules {
        DeadlineRules::new(Calendar::shipped(), &CountySettings::default())
    }

    fn issued(progress: Instant, due: Instant) -> Ticket {
        let mut ticket = Ticket::fresh(Uuid::nil(), Uuid::nil(), Uuid::nil(), progress, progress);
        ticket.state = State::InProgress;
        ticket.visible_from = Some(progress);
        (ticket.progress_at, ticket.due_at, ticket.official_due_at) = (Some(progress), Some(due), Some(due));
        ticket
    }

    #[test]
    fn five_whole_working_days_without_a_step_are_long() {
        // Monday to Friday of the next week are five; a weekend is none.
        let ticket = issued(at("2026-11-16T10:00:00+08:00"), at("2027-01-01T00:00:00+08:00"));
        assert!(!rules().is_idle(&ticket, at("2026-11-23T23:59:00+08:00")));
        assert!(rules().is_idle(&ticket, at("2026-11-24T00:00:00+08:00")));
        let hidden = Ticket { visible_from: None, ..ticket.clone() };
        assert!(!rules().is_idle(&hidden, at("2026-12-24T00:00:00+08:00")));
        let held = Ticket { state: State::OnHold, ..ticket };
        assert!(!rules().is_idle(&held, at("2026-12-24T00:00:00+08:00")));
    }

    #[test]
    fn the_first_working_day_after_the_date_is_one_day_late() {
        // Due on Friday 24:00.
        let ticket = issued(at("2026-11-16T10:00:00+08:00"), at("2026-11-21T00:00:00+08:00"));
        for (now, late) in [
            ("2026-11-20T23:00:00+08:00", 0),
            ("2026-11-22T12:00:00+08:00", 0),
            ("2026-11-23T00:00:00+08:00", 1),
            ("2026-11-25T08:00:00+08:00", 3),
        ] {
            assert_eq!(overdue_days(&ticket, at(now), &rules()), late, "{now}");
        }
    }

    proptest! {
        #[test]
        fn the_limits_and_the_counts_say_the_same(hours in 0_i64..20_000, later in 1_i64..2_000, days in 1_u32..20) {
            let due = at("2024-02-01T00:00:00+08:00") + TimeDelta::hours(hours);
            let now = due + TimeDelta::hours(later);
            let ticket = issued(due, due);
            let rules = DeadlineRules { no_progress_days: days, ..rules() };
            let days = days as usize;
            prop_assert_eq!(due <= rules.late_before(now, u32::try_from(days).unwrap()), overdue_days(&ticket, now, &rules) >= days);
            let yesterday = local_day(now).pred_opt().unwrap();
            let passed = rules.calendar.working_days_between(local_day(due), yesterday);
            prop_assert_eq!(rules.is_idle(&ticket, now), passed >= days);
        }
    }
}
