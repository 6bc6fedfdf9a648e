//! What of a ticket falls due on a day: the kinds that a calendar shows and that a list is narrowed to, so that a count and its rows are one.

use super::deadline::DeadlineRules;
use crate::domain::clock::Instant;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which clock of a ticket ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DueKind {
    /// The repair, as long as its unit has it.
    Repair,
    /// The unit's own date before it.
    Internal,
    /// The time to accept.
    Accept,
    /// The county's own check.
    Check,
    /// What cannot wait is to be under control.
    Control,
    /// A hold is looked at again.
    Review,
    /// A department that was asked answers.
    Referral,
}

impl DueKind {
    pub const ALL: [Self; 7] = [
        Self::Repair,
        Self::Internal,
        Self::Accept,
        Self::Check,
        Self::Control,
        Self::Review,
        Self::Referral,
    ];
}

/// Longest time to accept in days, days off included: a setting has at most 30 working days.
const ACCEPT_REACH_DAYS: i64 = 120;

impl DeadlineRules {
    /// Between which instants (after the first, up to and with the second) tickets were issued whose time to accept ends after `from`, up
    /// to and with `to`. Later issues end later, so the answer is one span.
    pub fn issued_between(&self, (from, to): (Instant, Instant)) -> (Instant, Instant) {
        (self.last_issue_due_by(from), self.last_issue_due_by(to))
    }

    /// The latest issue whose time to accept ends by `due`, to the microsecond that the database keeps.
    fn last_issue_due_by(&self, due: Instant) -> Instant {
        let (mut low, mut high) = (due - TimeDelta::days(ACCEPT_REACH_DAYS), due);
        while high - low > TimeDelta::microseconds(1) {
            let half = (high - low).num_microseconds().unwrap_or(i64::MAX) / 2;
            let middle = low + TimeDelta::microseconds(half);
            if self.due_at(middle, self.accept_days) <= due {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        clock::local_day,
        standards::{
            calendar::{Calendar, end_of_day, start_of_day},
            settings::CountySettings,
        },
    };
    use chrono::{Days, NaiveDate};
    use proptest::prelude::*;

    proptest! {
        /// Whatever the county allows: an issue lies in the span of the day on which its time to accept ends, and in no other.
        #[test]
        fn an_issue_is_found_by_the_day_of_its_end(minutes in 0_i64..700_000, days in 0_u32..12) {
            let mut settings = CountySettings::default();
            settings.deadlines.accept_days = days;
            let rules = DeadlineRules::new(Calendar::shipped(), &settings);
            let first: NaiveDate = "2025-01-01".parse().unwrap();
            let issued = start_of_day(first) + TimeDelta::minutes(minutes);
            let ends = local_day(rules.due_at(issued, days) - TimeDelta::microseconds(1));
            for (day, wanted) in [(ends, true), (ends - Days::new(1), false), (ends + Days::new(1), false)] {
                let (after, until) = rules.issued_between((start_of_day(day), end_of_day(day)));
                prop_assert_eq!(after < issued && issued <= until, wanted, "{} issued {}", day, issued);
            }
        }
    }
}
