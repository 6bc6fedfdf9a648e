//! The level of a ticket, 0 to 3, with every reason for it (domain.md 4.5). A function of the ticket as its events have left it, the
//! calendar and the hour; nothing of it is stored, so nothing of it can be stale.

use crate::domain::{
    clock::{Instant, local_day},
    standards::calendar::{Calendar, end_of_day, start_of_day},
    tickets::{State, Ticket, deadline::DeadlineRules},
};
use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// States in which a ticket has a level: issued and not ended.
pub const LEVELLED: [State; 5] =
    [State::Issued, State::InProgress, State::Submitted, State::Rework, State::OnHold];

/// How urgent a ticket has become, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TicketLevel {
    /// 0 on track, 1 soon due or reminded, 2 and 3 as the county has set.
    pub level: u8,
    /// The strongest first.
    pub reasons: Vec<LevelReason>,
}

/// One reason with its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LevelReason {
    pub code: LevelCode,
    /// What this reason alone makes.
    pub level: u8,
    /// How many there are: times, or working days.
    pub count: u32,
    /// From how many on it counts; of `overdue`, up to how many working days it is level 2.
    pub limit: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LevelCode {
    NotTheRepair,
    Hollow,
    Reissued,
    Overdue,
    Rework,
    AcceptedLate,
    Reminded,
    DueSoon,
}

/// Works the level out.
pub fn level(ticket: &Ticket, rules: &DeadlineRules, now: Instant) -> TicketLevel {
    let mut reasons = Vec::new();
    if LEVELLED.contains(&ticket.state) {
        let lines = &rules.colours;
        let mut count = |code, level, count: i32, limit: u32| {
            let count = u32::try_from(count).unwrap_or(0);
            if count >= limit {
                reasons.push(LevelReason { code, level, count, limit });
            }
        };
        count(LevelCode::NotTheRepair, 3, ticket.not_shown, 1);
        count(LevelCode::Hollow, 3, ticket.hollow, lines.hollow);
        count(LevelCode::Reissued, 3, ticket.reissued, lines.reissued);
        count(LevelCode::Rework, 2, ticket.rework, lines.rework);
        count(LevelCode::AcceptedLate, 2, ticket.late_accepts, lines.accepted_late);
        // Where the unit's clock stands still, its dates say nothing.
        if ticket.state.is_with_unit() {
            count(LevelCode::Reminded, 1, ticket.idle_reminders, 1);
            reasons.extend(by_date(ticket, rules, now));
        }
    }
    reasons.sort_by_key(|reason| (std::cmp::Reverse(reason.level), reason.code));
    TicketLevel { level: reasons.first().map_or(0, |reason| reason.level), reasons }
}

fn by_date(ticket: &Ticket, rules: &DeadlineRules, now: Instant) -> Option<LevelReason> {
    if let Some(due) = ticket.due_at.filter(|due| *due < now) {
        let (count, limit) = (overdue_days(&rules.calendar, due, now), rules.colours.overdue_days);
        let level = if count > limit { 3 } else { 2 };
        return Some(LevelReason { code: LevelCode::Overdue, level, count, limit });
    }
    rules.is_soon(ticket, now).then_some(LevelReason {
        code: LevelCode::DueSoon,
        level: 1,
        count: 0,
        limit: 0,
    })
}

/// The day that is due: 24:00 of a day is the first moment of the next.
pub fn due_day(due: Instant) -> NaiveDate {
    local_day(due - TimeDelta::microseconds(1))
}

/// Working days after the due day, up to and with today.
pub fn overdue_days(calendar: &Calendar, due: Instant, now: Instant) -> u32 {
    u32::try_from(calendar.working_days_between(due_day(due), local_day(now))).unwrap_or(u32::MAX)
}

/// What is due at this instant or earlier is more than `days` working days overdue at `now`; what is due later is not.
pub fn overdue_beyond(calendar: &Calendar, now: Instant, days: u32) -> Instant {
    let tomorrow = local_day(now).succ_opt().unwrap_or_else(|| local_day(now));
    start_of_day(calendar.sub_working_days(tomorrow, days.saturating_add(1)))
}

/// Nothing that is due later than this is due soon at `now`.
pub fn soon_within(rules: &DeadlineRules, now: Instant) -> Instant {
    end_of_day(rules.calendar.add_working_days(local_day(now), rules.soon_days.saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::standards::settings::CountySettings;
    use chrono::{DateTime, Utc};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn at(text: &str) -> Instant {
        format!("{text}:00+08:00").parse::<DateTime<chrono::FixedOffset>>().unwrap().with_timezone(&Utc)
    }

    fn rules() -> DeadlineRules {
        DeadlineRules::new(Calendar::shipped(), &CountySettings::default())
    }

    /// Issued on Monday 16 November, due on Monday 23 at 24:00.
    fn ticket() -> Ticket {
        let issued = at("2026-11-16T10:00");
        let due = Some(at("2026-11-24T00:00"));
        Ticket {
            state: State::InProgress,
            issued_at: Some(issued),
            due_at: due,
            official_due_at: due,
            ..Ticket::fresh(Uuid::nil(), Uuid::nil(), Uuid::nil(), issued, issued)
        }
    }

    fn level_at(ticket: &Ticket, text: &str) -> (u8, Vec<LevelCode>) {
        let level = level(ticket, &rules(), at(text));
        (level.level, level.reasons.into_iter().map(|reason| reason.code).collect())
    }

    #[test]
    fn a_ticket_climbs_with_the_days() {
        for (now, expected, why) in [
            ("2026-11-18T10:00", 0, vec![]),
            ("2026-11-20T10:00", 1, vec![LevelCode::DueSoon]),
            ("2026-11-24T00:00", 0, vec![]), // the moment itself is neither soon nor late
            ("2026-11-24T00:01", 2, vec![LevelCode::Overdue]),
            ("2026-11-30T23:59", 2, vec![LevelCode::Overdue]), // five working days
            ("2026-12-01T00:00", 3, vec![LevelCode::Overdue]),
        ] {
            assert_eq!(level_at(&ticket(), now), (expected, why), "{now}");
        }
        let reason = level(&ticket(), &rules(), at("2026-11-28T09:00")).reasons[0];
        assert_eq!((reason.count, reason.limit), (4, 5), "a Saturday adds nothing");
    }

    #[test]
    fn what_happened_counts_wherever_it_lies_and_dates_only_with_the_unit() {
        let worn = Ticket { rework: 2, late_accepts: 2, idle_reminders: 1, reissued: 3, ..ticket() };
        let all = [
            LevelCode::Reissued,
            LevelCode::Overdue,
            LevelCode::Rework,
            LevelCode::AcceptedLate,
            LevelCode::Reminded,
        ];
        assert_eq!(level_at(&worn, "2026-12-10T10:00"), (3, all.to_vec()));
        for state in [State::Submitted, State::OnHold] {
            let resting = Ticket { state, reissued: 0, ..worn.clone() };
            let why = vec![LevelCode::Rework, LevelCode::AcceptedLate];
            assert_eq!(level_at(&resting, "2026-12-10T10:00"), (2, why), "{state:?}");
        }
        for state in [State::Pending, State::Closed, State::Void, State::Merged, State::Declined] {
            let ended = Ticket { state, not_shown: 1, ..worn.clone() };
            assert_eq!(level_at(&ended, "2026-12-10T10:00"), (0, vec![]), "{state:?}");
        }
        let found = Ticket { hollow: 1, not_shown: 1, ..ticket() };
        let why = vec![LevelCode::NotTheRepair, LevelCode::Hollow];
        assert_eq!(level_at(&found, "2026-11-18T10:00"), (3, why));
    }

    fn instants() -> impl Strategy<Value = Instant> {
        (0_i64..3 * 366 * 24 * 60).prop_map(|minutes| at("2024-01-01T00:00") + TimeDelta::minutes(minutes))
    }

    proptest! {
        /// The list asks the database with one instant, the view counts days: they must agree on every day of three years.
        #[test]
        fn the_instant_and_the_days_agree(due in instants(), late in 0_i64..60 * 24 * 60, days in 0_u32..20) {
            let (rules, now) = (rules(), due + TimeDelta::minutes(late));
            let beyond = overdue_days(&rules.calendar, due, now) > days;
            prop_assert_eq!(due <= overdue_beyond(&rules.calendar, now, days), beyond);
        }

        #[test]
        fn nothing_is_due_soon_outside_the_span(issued in instants(), wait in 0_i64..40 * 24 * 60, days in 0_u32..30) {
            let (rules, now) = (rules(), issued + TimeDelta::minutes(wait));
            let due = rules.due_at(issued, days);
            prop_assert!(!rules.is_due_soon(now, issued, due) || due <= soon_within(&rules, now));
        }

        /// Waiting never makes a ticket greener once it is late.
        #[test]
        fn lateness_only_grows(late in 1_i64..40 * 24 * 60, more in 0_i64..40 * 24 * 60) {
            let due = at("2026-11-24T00:00");
            let then = level(&ticket(), &rules(), due + TimeDelta::minutes(late)).level;
            prop_assert!(then >= 2);
            prop_assert!(level(&ticket(), &rules(), due + TimeDelta::minutes(late + more)).level >= then);
        }
    }
}
