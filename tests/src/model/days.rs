//! Days as a county counts them: Shanghai, Monday to Friday.

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, TimeDelta, Utc, Weekday};

fn shanghai() -> FixedOffset {
    FixedOffset::east_opt(8 * 3600).expect("eight hours")
}

/// The local day of an instant.
pub fn local_day(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&shanghai()).date_naive()
}

/// 24:00 of a local day.
pub fn end_of(day: NaiveDate) -> DateTime<Utc> {
    let midnight = (day + Days::new(1)).and_hms_opt(0, 0, 0).expect("midnight");
    midnight.and_local_timezone(shanghai()).single().expect("one midnight").with_timezone(&Utc)
}

/// The day whose 24:00 this is.
pub fn day_of(end: DateTime<Utc>) -> NaiveDate {
    local_day(end - TimeDelta::seconds(1))
}

fn works(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The nth working day after a day.
pub fn plus(mut day: NaiveDate, mut n: u32) -> NaiveDate {
    while n > 0 {
        day = day + Days::new(1);
        n -= u32::from(works(day));
    }
    day
}

/// Working days after one day, up to and with another.
pub fn between(from: NaiveDate, to: NaiveDate) -> u32 {
    let (mut day, mut n) = (from, 0);
    while day < to {
        day = day + Days::new(1);
        n += u32::from(works(day));
    }
    n
}
