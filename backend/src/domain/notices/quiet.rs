//! When a message may go out: not in quiet hours; after a failure with growing pauses.

use super::settings::{NoticeRules, time_of_day};
use crate::domain::clock::{Instant, SHANGHAI};
use chrono::{NaiveTime, TimeDelta, TimeZone};

/// The first instant from `at` on that is not quiet.
pub fn after_quiet(rules: &NoticeRules, at: Instant) -> Instant {
    let (Some(from), Some(to)) = (time_of_day(&rules.quiet_from), time_of_day(&rules.quiet_to)) else {
        return at;
    };
    let local = at.with_timezone(&SHANGHAI);
    let time = local.time();
    if !is_quiet(from, to, time) {
        return at;
    }
    // A span over midnight ends on the next day.
    let day = if time >= to {
        local.date_naive().succ_opt().unwrap_or(local.date_naive())
    } else {
        local.date_naive()
    };
    SHANGHAI.from_local_datetime(&day.and_time(to)).single().map_or(at, |end| end.to_utc())
}

fn is_quiet(from: NaiveTime, to: NaiveTime, time: NaiveTime) -> bool {
    if from <= to { from <= time && time < to } else { time >= from || time < to }
}

/// How long to wait before the next try; `None` when there is none.
pub fn pause(tries: u32) -> Option<TimeDelta> {
    Some(TimeDelta::minutes(match tries {
        0 | 1 => 1,
        2 => 5,
        3 => 20,
        4 => 60,
        5 => 180,
        _ => return None,
    }))
}

/// After this long a message tells what was, not what is.
pub const GOOD_FOR: TimeDelta = TimeDelta::hours(24);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        format!("{text}:00+08:00").parse::<chrono::DateTime<chrono::FixedOffset>>().unwrap().to_utc()
    }

    #[test]
    fn quiet_hours_end_in_the_morning() {
        let rules = NoticeRules::default();
        for (when, then) in [
            ("2026-11-24T19:59", "2026-11-24T19:59"),
            ("2026-11-24T20:00", "2026-11-25T08:00"),
            ("2026-11-25T00:00", "2026-11-25T08:00"),
            ("2026-11-25T07:59", "2026-11-25T08:00"),
            ("2026-11-25T08:00", "2026-11-25T08:00"),
        ] {
            assert_eq!(after_quiet(&rules, at(when)), at(then), "{when}");
        }
        let noon =
            NoticeRules { quiet_from: "12:00".into(), quiet_to: "14:00".into(), ..NoticeRules::default() };
        assert_eq!(after_quiet(&noon, at("2026-11-24T13:00")), at("2026-11-24T14:00"));
        assert_eq!(after_quiet(&noon, at("2026-11-24T23:00")), at("2026-11-24T23:00"));
        let never =
            NoticeRules { quiet_from: "12:00".into(), quiet_to: "12:00".into(), ..NoticeRules::default() };
        assert_eq!(after_quiet(&never, at("2026-11-24T12:00")), at("2026-11-24T12:00"));
    }

    #[test]
    fn pauses_grow_and_end() {
        let pauses: Vec<_> = (1..9).map_while(pause).collect();
        assert!(pauses.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(pauses.len(), 5);
    }
}
