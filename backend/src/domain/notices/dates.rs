//! When the clock reminds: so many working days before a ticket is due, and before the county's days of the month.

use crate::domain::standards::calendar::Calendar;
use chrono::{Datelike, Days, Months, NaiveDate};

/// Which of these numbers of working days before `due_day` falls on `today`, if any. A reminder never falls on a day off.
pub fn days_left(calendar: &Calendar, due_days: &[u32], due_day: NaiveDate, today: NaiveDate) -> Option<u32> {
    if !calendar.is_working_day(today) || due_day < today {
        return None;
    }
    let mut numbers: Vec<u32> = due_days.to_vec();
    numbers.sort_unstable();
    numbers.into_iter().find(|n| calendar.sub_working_days(due_day, *n) == today)
}

/// How near a day is, in the steps of the reminders: the smallest of these numbers of working days before it that has come. A step begins on
/// the working day on which its reminder is told, and lasts over the days off behind it.
pub fn nearness(calendar: &Calendar, due_days: &[u32], due_day: NaiveDate, today: NaiveDate) -> Option<u32> {
    let mut numbers: Vec<u32> = due_days.to_vec();
    numbers.sort_unstable();
    numbers.into_iter().find(|n| due_day >= today && calendar.sub_working_days(due_day, *n) <= today)
}

/// The last day that a reminder of today may be about.
pub fn horizon(calendar: &Calendar, due_days: &[u32], today: NaiveDate) -> NaiveDate {
    let most = due_days.iter().copied().max().unwrap_or(0);
    // Days off behind the last working day belong to it: a date on one of them is never rolled over.
    let next = calendar.add_working_days(today, most + 1);
    next.checked_sub_days(Days::new(1)).unwrap_or(next)
}

/// The day of a month that a number stands for: 31 is the last day of a shorter month. Days off do not move it.
pub fn day_of_month(month: NaiveDate, number: u32) -> Option<NaiveDate> {
    let first = month.with_day(1)?;
    let last = first.checked_add_months(Months::new(1))?.pred_opt()?;
    first.with_day(number.clamp(1, last.day()))
}

/// The monthly dates of which today is the working day before: those are reminded of now.
pub fn monthly_today(calendar: &Calendar, numbers: &[u32], today: NaiveDate) -> Vec<NaiveDate> {
    if !calendar.is_working_day(today) {
        return Vec::new();
    }
    // A date early in a month is reminded of at the end of the month before.
    let months = [Some(today), today.checked_add_months(Months::new(1))];
    let dates = months
        .into_iter()
        .flatten()
        .flat_map(|month| numbers.iter().filter_map(move |n| day_of_month(month, *n)));
    let mut due: Vec<NaiveDate> =
        dates.filter(|date| *date > today && calendar.sub_working_days(*date, 1) == today).collect();
    due.sort_unstable();
    due.dedup();
    due
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn reminders_fall_on_working_days_before_the_due_day() {
        let calendar = Calendar::shipped();
        let left = |due: &str, today: &str| days_left(&calendar, &[7, 3, 1], day(due), day(today));
        for (due, today, days) in [
            ("2026-11-30", "2026-11-27", Some(1)), // Monday: told on Friday
            ("2026-11-30", "2026-11-28", None),    // not on Saturday
            ("2026-11-30", "2026-11-25", Some(3)),
            ("2026-11-30", "2026-11-19", Some(7)),
            ("2026-11-30", "2026-11-26", None),
            ("2026-11-29", "2026-11-27", Some(1)), // a Sunday is not moved; the working day before it is Friday
            ("2026-11-29", "2026-11-30", None),
            ("2026-10-08", "2026-09-30", Some(1)), // over the week of the national day
        ] {
            assert_eq!(left(due, today), days, "{due} on {today}");
        }
    }

    #[test]
    fn a_day_is_as_near_as_its_last_reminder_says() {
        let calendar = Calendar::shipped();
        let near = |due: &str, today: &str| nearness(&calendar, &[7, 3, 1], day(due), day(today));
        for (due, today, step) in [
            ("2026-11-30", "2026-11-18", None),
            ("2026-11-30", "2026-11-19", Some(7)),
            ("2026-11-30", "2026-11-24", Some(7)),
            ("2026-11-30", "2026-11-25", Some(3)),
            ("2026-11-30", "2026-11-28", Some(1)), // the weekend behind the Friday that told of it
            ("2026-11-30", "2026-11-30", Some(1)),
            ("2026-11-30", "2026-12-01", None),
        ] {
            assert_eq!(near(due, today), step, "{due} on {today}");
        }
    }

    #[test]
    fn the_monthly_date_is_told_on_the_working_day_before_and_never_moved() {
        let calendar = Calendar::shipped();
        let told = |today: &str, numbers: &[u32]| monthly_today(&calendar, numbers, day(today));
        assert_eq!(told("2026-11-24", &[25]), [day("2026-11-25")]);
        assert_eq!(told("2026-11-25", &[25]), []);
        // 25 October 2026 is a Sunday: it stays the 25th, and Friday the 23rd reminds of it.
        assert_eq!(told("2026-10-23", &[25]), [day("2026-10-25")]);
        assert_eq!(told("2026-10-24", &[25]), []);
        // Day 31 of a short month is its last; the 1st is told in the month before.
        assert_eq!(told("2026-11-27", &[31, 1]), [day("2026-11-30")]);
        assert_eq!(told("2026-11-30", &[31, 1]), [day("2026-12-01")]);
        assert_eq!(told("2026-02-27", &[30, 31]), [day("2026-02-28")]);
    }

    proptest! {
        #[test]
        fn each_number_is_told_exactly_once_before_every_due_day(offset in 60_u64..1_000, n in 1_u32..10) {
            let calendar = Calendar::shipped();
            let due = day("2024-01-01") + Days::new(offset);
            let days = (0..60).filter_map(|back| due.checked_sub_days(Days::new(back)));
            let told: Vec<NaiveDate> = days.filter(|today| days_left(&calendar, &[n], due, *today) == Some(n)).collect();
            prop_assert_eq!(told.len(), 1);
            prop_assert!(calendar.is_working_day(told[0]) && told[0] < due);
            prop_assert!(due <= horizon(&calendar, &[n], told[0]));
        }

        #[test]
        fn each_month_is_told_of_once(month in 0_u32..30, number in 1_u32..32) {
            let calendar = Calendar::shipped();
            let date = day_of_month(day("2024-01-01") + Months::new(month), number).unwrap();
            let days = (0..40).filter_map(|back| date.checked_sub_days(Days::new(back)));
            let told = days.filter(|today| monthly_today(&calendar, &[number], *today).contains(&date)).count();
            prop_assert_eq!(told, 1);
        }
    }
}
