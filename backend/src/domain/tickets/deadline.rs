//! When a ticket is due (domain.md 4.4, decisions.md 5): counted in working days from issue, ends at 24:00 local.

use chrono::{NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use serde::{Deserialize, Serialize};

use super::{State, Ticket, unit::DeadlineUnit};
use crate::domain::clock::{Instant, SHANGHAI, local_day};
use crate::domain::colours::rules::ColourRules;
use crate::domain::standards::calendar::{Calendar, end_of_day, start_of_day};
use crate::domain::standards::settings::CountySettings;

/// Hours in which a county's offices work; a setting of the county.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WorkingHours(
    /// Spans of a day, from and to, in order and apart.
    Vec<(NaiveTime, NaiveTime)>,
);

impl Default for WorkingHours {
    /// 09:00–12:00 and 14:00–18:00.
    fn default() -> Self {
        let hour = |h| NaiveTime::MIN + TimeDelta::hours(h);
        Self(vec![(hour(9), hour(12)), (hour(14), hour(18))])
    }
}

impl WorkingHours {
    /// `None` when the spans are empty, backwards or overlap.
    pub fn new(spans: Vec<(NaiveTime, NaiveTime)>) -> Option<Self> {
        let ordered = spans.windows(2).all(|pair| pair[0].1 <= pair[1].0);
        let forward = spans.iter().all(|(from, to)| from < to);
        (!spans.is_empty() && ordered && forward).then_some(Self(spans))
    }

    /// Working time between two instants; none when the second is not later.
    fn between(&self, calendar: &Calendar, from: Instant, to: Instant) -> TimeDelta {
        let last = local_day(to);
        let days = local_day(from).iter_days().take_while(|day| *day <= last);
        let worked = days.filter(|day| calendar.is_working_day(*day)).flat_map(|day| {
            self.0.iter().map(move |(open, close)| {
                let (open, close) = (moment(day, *open).max(from), moment(day, *close).min(to));
                (close - open).max(TimeDelta::zero())
            })
        });
        worked.fold(TimeDelta::zero(), |sum, span| sum + span)
    }

    /// The instant at which `left` of working time has passed since `from`.
    fn after(&self, calendar: &Calendar, from: Instant, mut left: TimeDelta) -> Instant {
        if left <= TimeDelta::zero() {
            return from;
        }
        let mut day = local_day(from);
        // A day of hours is at least a moment long, so the guard is for broken calendars only.
        for _ in 0..1_000 {
            if calendar.is_working_day(day) {
                for (open, close) in &self.0 {
                    let (open, close) = (moment(day, *open).max(from), moment(day, *close));
                    if close <= open {
                        continue;
                    }
                    if close - open >= left {
                        return open + left;
                    }
                    left -= close - open;
                }
            }
            day = day.succ_opt().unwrap_or(day);
        }
        end_of_day(day)
    }
}

/// A local time of a day as an instant; a fixed offset knows every one exactly once.
fn moment(day: NaiveDate, time: NaiveTime) -> Instant {
    let local = day.and_time(time);
    SHANGHAI.from_local_datetime(&local).single().map_or_else(|| local.and_utc(), |at| at.with_timezone(&Utc))
}

/// How a county counts; all of it settings with defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadlineRules {
    pub calendar: Calendar,
    pub hours: WorkingHours,
    /// Working hours that a "same day" ticket leaves at least.
    pub least_hours: u32,
    /// Working days within which a unit accepts.
    pub accept_days: u32,
    /// Working days that a unit means to be ready before its date 提前量; 0 = none.
    pub lead_days: u32,
    /// Working days that a returned repair has at least.
    pub rework_days: u32,
    /// Working days before the due day from which a ticket counts as due soon 临期.
    pub soon_days: u32,
    /// Share of its time, in percent, within which it counts so at the earliest.
    pub soon_percent: u32,
    /// Days after closing within which a fault that is seen again counts as the same one: static, dynamic.
    pub relapse_days: (u32, u32),
    /// From when on a ticket rises by a level.
    pub colours: ColourRules,
    /// Working days without a step of the unit that are long.
    pub no_progress_days: u32,
    /// Working days that the county allows itself for a check.
    pub check_days: u32,
    /// Severities that pass on site only.
    pub on_site: Vec<String>,
    /// Days within which a signed sheet counts at the time that stands on it.
    pub signed_sheet_days: u32,
}

impl DeadlineRules {
    pub fn new(calendar: Calendar, settings: &CountySettings) -> Self {
        let set = &settings.deadlines;
        Self {
            calendar,
            hours: settings.hours().unwrap_or_default(),
            least_hours: set.same_day_hours,
            accept_days: set.accept_days,
            lead_days: set.lead_days,
            rework_days: set.rework_days,
            soon_days: set.due_soon_days,
            soon_percent: set.due_soon_percent,
            relapse_days: (set.relapse_static_days, set.relapse_dynamic_days),
            colours: settings.colours.clone(),
            no_progress_days: settings.duties.no_progress_days,
            check_days: settings.checks.check_days,
            on_site: settings.checks.on_site.clone(),
            signed_sheet_days: settings.checks.signed_sheet_days,
        }
    }

    /// How long after closing a fault can come back as the same one.
    pub fn relapse_within(&self, is_static: bool) -> TimeDelta {
        let (fixed, moving) = self.relapse_days;
        TimeDelta::days(i64::from(if is_static { fixed } else { moving }))
    }

    /// When a ticket issued at `issued_at` is due.
    ///
    /// The count starts with the next working day and day n ends at 24:00. With 0 days: 24:00 of the day of issue, weekends
    /// included, or `least_hours` working hours after issue, whichever is later.
    pub fn due_at(&self, issued_at: Instant, days: u32) -> Instant {
        let day = local_day(issued_at);
        if days > 0 {
            return end_of_day(self.calendar.add_working_days(day, days));
        }
        let least = TimeDelta::hours(i64::from(self.least_hours));
        end_of_day(day).max(self.hours.after(&self.calendar, issued_at, least))
    }

    /// When something that is given `amount` of a unit at `from` is due.
    pub fn due_in(&self, from: Instant, unit: DeadlineUnit, amount: u32) -> Instant {
        let hours = TimeDelta::hours(i64::from(amount));
        match unit {
            DeadlineUnit::WorkingDays => self.due_at(from, amount),
            DeadlineUnit::WorkingHours => self.hours.after(&self.calendar, from, hours),
            DeadlineUnit::UrgentHours => from + hours,
        }
    }

    /// A date after the clock stood still from one instant to another: moved by as much as it is counted in.
    pub fn rested(&self, due: Instant, unit: DeadlineUnit, (from, to): (Instant, Instant)) -> Instant {
        match unit {
            DeadlineUnit::WorkingDays => {
                let days = self.calendar.working_days_between(local_day(from), local_day(to));
                if days == 0 {
                    return due;
                }
                let last = local_day(due - TimeDelta::microseconds(1));
                end_of_day(self.calendar.add_working_days(last, u32::try_from(days).unwrap_or(u32::MAX)))
            }
            DeadlineUnit::WorkingHours => {
                self.hours.after(&self.calendar, due, self.hours.between(&self.calendar, from, to))
            }
            DeadlineUnit::UrgentHours => due + (to - from).max(TimeDelta::zero()),
        }
    }

    /// The unit's own date: 24:00 of so many working days before the official one. None where the county sets no lead, where hours are
    /// counted, and where that day is already over or runs at `now`: less time than the lead is no time to be early in.
    pub fn internal_due_at(&self, ticket: &Ticket, now: Instant) -> Option<Instant> {
        let lead = u32::try_from(ticket.lead_days).ok().filter(|days| *days > 0)?;
        let due = ticket.official_due_at.filter(|_| ticket.deadline_unit == DeadlineUnit::WorkingDays)?;
        let day = self.calendar.sub_working_days(local_day(due - TimeDelta::microseconds(1)), lead);
        (day > local_day(now)).then(|| end_of_day(day))
    }

    /// From when on a ticket is due soon (domain.md 4.4): 00:00 of the day after which at most `soon_days` working days are
    /// left, or the last quarter of its working days, rounded up, where that is later. Where even that day began before the
    /// ticket was issued, the last quarter of its hours: one day's work is not "soon" from its first minute.
    pub fn soon_from(&self, issued_at: Instant, due_at: Instant) -> Instant {
        // 24:00 of a day is the first moment of the next; the day that is due is the one before it.
        let due_day = local_day(due_at - TimeDelta::microseconds(1));
        let given = self.calendar.working_days_between(local_day(issued_at), due_day);
        let share = u32::try_from(given).unwrap_or(u32::MAX).saturating_mul(self.soon_percent).div_ceil(100);
        let by_days = start_of_day(self.calendar.sub_working_days(due_day, self.soon_days.min(share)));
        if by_days > issued_at {
            return by_days;
        }
        let percent = i32::try_from(self.soon_percent.min(100)).unwrap_or(100);
        due_at - (due_at - issued_at).max(TimeDelta::zero()) / 100 * percent
    }

    /// By when an issued ticket should be accepted; `None` once it is.
    pub fn accept_due_at(&self, ticket: &Ticket) -> Option<Instant> {
        let waits = ticket.state == State::Issued;
        ticket.issued_at.filter(|_| waits).map(|issued| self.due_at(issued, self.accept_days))
    }

    /// Whether this ticket is due soon 临期: the one meaning of chips, levels, lists, counts and messages.
    pub fn is_soon(&self, ticket: &Ticket, now: Instant) -> bool {
        ticket.state.is_with_unit()
            && ticket
                .issued_at
                .zip(ticket.due_at)
                .is_some_and(|(issued, due)| self.is_due_soon(now, issued, due))
    }

    /// Due soon, but not overdue.
    pub fn is_due_soon(&self, now: Instant, issued_at: Instant, due_at: Instant) -> bool {
        self.soon_from(issued_at, due_at) <= now && now < due_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Instant {
        format!("{text}:00+08:00")
            .parse::<chrono::DateTime<chrono::FixedOffset>>()
            .unwrap()
            .with_timezone(&Utc)
    }

    fn rules() -> DeadlineRules {
        DeadlineRules::new(Calendar::shipped(), &CountySettings::default())
    }

    #[test]
    fn counting_starts_on_the_next_working_day_and_ends_at_midnight() {
        for (issued, days, due) in [
            ("2026-11-23T10:00", 1, "2026-11-25T00:00"), // Monday: Tuesday 24:00
            ("2026-11-23T23:59", 5, "2026-12-01T00:00"), // Monday: the next Monday 24:00
            ("2026-11-21T10:00", 1, "2026-11-24T00:00"), // Saturday: Monday 24:00
            ("2026-02-13T10:00", 1, "2026-02-15T00:00"), // Friday before a worked Saturday
            ("2026-02-13T10:00", 3, "2026-02-26T00:00"), // over the spring festival
            ("2026-11-23T00:00", 1, "2026-11-25T00:00"), // midnight belongs to the day that begins
        ] {
            assert_eq!(rules().due_at(at(issued), days), at(due), "{issued} + {days}");
        }
    }

    #[test]
    fn same_day_is_midnight_or_four_working_hours() {
        for (issued, due) in [
            ("2026-11-23T09:00", "2026-11-24T00:00"), // 4 hours fit before the evening
            ("2026-11-23T13:00", "2026-11-24T00:00"), // 14:00 to 18:00 is exactly enough
            ("2026-11-23T16:30", "2026-11-24T11:30"), // 1.5 h today, 2.5 h tomorrow morning
            ("2026-11-23T20:00", "2026-11-24T15:00"), // after hours: 3 h in the morning, 1 h in the afternoon
            ("2026-11-20T17:00", "2026-11-23T12:00"), // Friday afternoon reaches into Monday
            ("2026-11-21T10:00", "2026-11-23T15:00"), // on a Saturday
            ("2026-02-14T17:00", "2026-02-24T12:00"), // a worked Saturday before nine days off
        ] {
            assert_eq!(rules().due_at(at(issued), 0), at(due), "{issued}");
        }
    }

    #[test]
    fn due_soon_is_two_working_days_or_the_last_quarter() {
        for (issued, days, soon) in [
            ("2026-11-16T10:00", 5, "2026-11-19T00:00"), // two working days are left
            ("2026-11-02T10:00", 20, "2026-11-26T00:00"), // of a long time too
            ("2026-11-16T10:00", 3, "2026-11-18T00:00"), // one day: a quarter of three, rounded up
            ("2026-11-16T10:00", 1, "2026-11-17T14:30"), // the last quarter of 38 hours
            ("2026-11-16T12:00", 0, "2026-11-16T21:00"), // of twelve hours
        ] {
            let due = rules().due_at(at(issued), days);
            assert_eq!(rules().soon_from(at(issued), due), at(soon), "{issued} + {days}");
        }
        let (issued, due) = (at("2026-11-16T10:00"), at("2026-11-24T00:00"));
        assert!(!rules().is_due_soon(at("2026-11-18T23:59"), issued, due));
        assert!(rules().is_due_soon(at("2026-11-19T00:00"), issued, due));
        assert!(!rules().is_due_soon(due, issued, due), "at the due moment it is overdue, not soon");
    }

    #[test]
    fn hours_are_checked() {
        let t = |h| NaiveTime::from_hms_opt(h, 0, 0).unwrap();
        assert!(WorkingHours::new(vec![]).is_none());
        assert!(WorkingHours::new(vec![(t(9), t(9))]).is_none());
        assert!(WorkingHours::new(vec![(t(9), t(13)), (t(12), t(18))]).is_none());
        assert_eq!(WorkingHours::new(vec![(t(9), t(12)), (t(14), t(18))]), Some(WorkingHours::default()));
    }

    fn instants() -> impl Strategy<Value = Instant> {
        (0_i64..3 * 366 * 24 * 60).prop_map(|minutes| at("2024-01-01T00:00") + TimeDelta::minutes(minutes))
    }

    proptest! {
        #[test]
        fn a_due_date_is_later_with_more_days_and_never_early(issued in instants(), days in 0_u32..60) {
            let rules = rules();
            let due = rules.due_at(issued, days);
            prop_assert!(due > issued);
            prop_assert!(due >= end_of_day(local_day(issued)));
            prop_assert!(due <= rules.due_at(issued, days + 1));
            prop_assert!(rules.soon_from(issued, due) < due);
            prop_assert!(rules.soon_from(issued, due) > issued);
            if days > 0 {
                let day = local_day(due - TimeDelta::microseconds(1));
                prop_assert_eq!(due, end_of_day(day));
                prop_assert!(rules.calendar.is_working_day(day));
                prop_assert_eq!(rules.calendar.working_days_between(local_day(issued), day), days as usize);
            }
        }

        #[test]
        fn issuing_later_is_never_due_earlier(issued in instants(), wait in 0_i64..100_000, days in 0_u32..20) {
            let rules = rules();
            prop_assert!(rules.due_at(issued, days) <= rules.due_at(issued + TimeDelta::minutes(wait), days));
        }

        /// Hours of the clock are hours of the clock, and working hours are counted open minute by open minute.
        #[test]
        fn hours_are_given_in_full(issued in instants(), hours in 1_u32..30) {
            let rules = rules();
            prop_assert_eq!(rules.due_in(issued, DeadlineUnit::UrgentHours, hours) - issued, TimeDelta::hours(i64::from(hours)));
            let due = rules.due_in(issued, DeadlineUnit::WorkingHours, hours);
            let worked = rules.hours.between(&rules.calendar, issued, due);
            prop_assert_eq!(worked, TimeDelta::hours(i64::from(hours)));
            let open = (0..(due - issued).num_minutes()).filter(|m| {
                let local = (issued + TimeDelta::minutes(*m)).with_timezone(&SHANGHAI);
                rules.calendar.is_working_day(local.date_naive())
                    && rules.hours.0.iter().any(|(from, to)| (*from..*to).contains(&local.time()))
            });
            prop_assert_eq!(i64::try_from(open.count()).unwrap(), i64::from(hours) * 60);
        }

        /// Whatever it is counted in: rest moves a date by nothing less than nothing, and two rests one after the other as one.
        #[test]
        fn rest_never_takes_time_away(issued in instants(), first in 0_i64..20_000, second in 0_i64..20_000, hours in 1_u32..30) {
            let rules = rules();
            let (from, middle) = (issued, issued + TimeDelta::minutes(first));
            let to = middle + TimeDelta::minutes(second);
            for unit in DeadlineUnit::ALL {
                let due = rules.due_in(issued, unit, hours);
                let once = rules.rested(due, unit, (from, to));
                prop_assert!(once >= due);
                prop_assert_eq!(rules.rested(due, unit, (to, from)), due);
                let twice = rules.rested(rules.rested(due, unit, (from, middle)), unit, (middle, to));
                prop_assert_eq!(twice, once);
            }
        }

        #[test]
        fn four_hours_of_work_always_remain(issued in instants()) {
            let rules = rules();
            let due = rules.due_at(issued, 0);
            // Count the open minutes between issue and due, the slow way.
            let minutes = (due - issued).num_minutes();
            let open = (0..minutes).filter(|m| {
                let local = (issued + TimeDelta::minutes(*m)).with_timezone(&SHANGHAI);
                rules.calendar.is_working_day(local.date_naive())
                    && rules.hours.0.iter().any(|(from, to)| (*from..*to).contains(&local.time()))
            });
            prop_assert!(open.count() >= 240);
        }
    }
}
