//! The township's own monthly look at its sites 自查: until when a month's are asked for, and which month's stand still.

use crate::domain::{
    clock::{Instant, local_day},
    colours::colour::Month,
    standards::calendar::end_of_day,
};
use chrono::{Datelike, NaiveDate};

/// The last day for a month's self-checks; `None` where the county asks for none (day 0).
pub fn due_day(month: Month, day: u32) -> Option<NaiveDate> {
    local_day(month.span().0).with_day(day)
}

/// The latest month whose self-checks were due at `before` or earlier.
pub fn due_by(day: u32, before: Instant) -> Option<Month> {
    let month = Month::of(before);
    [month, month.former()]
        .into_iter()
        .find(|month| due_day(*month, day).is_some_and(|due| end_of_day(due) <= before))
}

/// The first day of a month: a self-check since then is of this month, or makes up for it.
pub fn first_day(month: Month) -> NaiveDate {
    let day = local_day(month.span().0);
    day.with_day(1).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse::<chrono::DateTime<chrono::FixedOffset>>().unwrap().to_utc()
    }

    #[test]
    fn a_months_are_due_at_the_end_of_their_day_and_until_the_next_ones_are() {
        let month = |text: &str| Month::parse(text).unwrap();
        assert_eq!(due_day(month("2026-11"), 25), "2026-11-25".parse().ok());
        assert_eq!((due_day(month("2026-11"), 0), due_by(0, at("2026-11-25T12:00:00+08:00"))), (None, None));
        for (before, due) in [
            ("2026-11-25T23:59:59+08:00", "2026-10"),
            ("2026-11-26T00:00:00+08:00", "2026-11"),
            ("2026-12-25T12:00:00+08:00", "2026-11"),
        ] {
            assert_eq!(due_by(25, at(before)), Some(month(due)), "{before}");
        }
        assert_eq!(first_day(month("2026-11")).to_string(), "2026-11-01");
    }
}
