//! A clock that is put forward: the quarter before today is lived through in a few seconds, through the ordinary use cases.

use crate::domain::clock::{Clock, Instant, SHANGHAI};
use chrono::{Datelike, Days, NaiveDate, TimeDelta, Weekday};
use std::sync::{Arc, Mutex, PoisonError};

/// Stands still until somebody puts it forward.
pub(super) struct Walking(Mutex<Instant>);

impl Walking {
    pub(super) fn new(at: Instant) -> Arc<Self> {
        Arc::new(Self(Mutex::new(at)))
    }

    /// Puts it forward; never back.
    pub(super) fn put_to(&self, at: Instant) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = at.max(*now);
    }
}

impl Clock for Walking {
    /// A little later each time, so that what follows has a later time.
    fn now(&self) -> Instant {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now += TimeDelta::microseconds(1);
        *now
    }
}

/// So many days before (or after) a day, at a local time in minutes; people work from Monday to Friday.
pub(super) fn at_work(today: NaiveDate, days: i64, minute: i64) -> Instant {
    at(to_work(moved(today, days)), minute)
}

/// A local time of a day.
pub(super) fn at(day: NaiveDate, minute: i64) -> Instant {
    let midnight = day.and_time(chrono::NaiveTime::MIN) + TimeDelta::minutes(minute);
    let local = midnight.and_local_timezone(SHANGHAI).single();
    local.map_or_else(|| midnight.and_utc(), |local| local.to_utc())
}

pub(super) fn moved(day: NaiveDate, days: i64) -> NaiveDate {
    let by = Days::new(days.unsigned_abs());
    if days < 0 { day - by } else { day + by }
}

fn to_work(day: NaiveDate) -> NaiveDate {
    match day.weekday() {
        Weekday::Sat => moved(day, 2),
        Weekday::Sun => moved(day, 1),
        _ => day,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_only_goes_forward_and_nobody_works_on_a_sunday() {
        let sunday = NaiveDate::from_ymd_opt(2026, 11, 29).unwrap();
        assert_eq!(at_work(sunday, 0, 9 * 60).to_rfc3339(), "2026-11-30T01:00:00+00:00");
        assert_eq!(at_work(sunday, -2, 9 * 60).to_rfc3339(), "2026-11-27T01:00:00+00:00");
        let clock = Walking::new(at(sunday, 0));
        clock.put_to(at(sunday, -60));
        assert!(clock.now() > at(sunday, 0));
        clock.put_to(at(sunday, 60));
        assert!(clock.now() > at(sunday, 60) && clock.now() < at(sunday, 61));
    }
}
