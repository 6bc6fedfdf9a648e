//! How long a source waits after failed sign-ins: longer each time, never for ever, and only that source.

use crate::domain::clock::Instant;
use chrono::TimeDelta;

/// Tries that cost nothing: fat fingers on a phone in the sun.
const FREE: i32 = 5;
const LONGEST: TimeDelta = TimeDelta::minutes(15);
/// A source that was quiet for so long starts anew.
pub const FORGOTTEN_AFTER: TimeDelta = TimeDelta::hours(24);

/// The wait after so many failures: none, then 1, 2, 4 … seconds, at most a quarter of an hour.
pub fn after(failures: i32) -> TimeDelta {
    match u32::try_from(failures - FREE) {
        Err(_) | Ok(0) => TimeDelta::zero(),
        Ok(more) => TimeDelta::seconds(1 << (more - 1).min(20)).min(LONGEST),
    }
}

/// True when the last failure is too long ago to count.
pub fn is_forgotten(last: Instant, now: Instant) -> bool {
    now - last >= FORGOTTEN_AFTER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_and_stops_at_a_quarter_of_an_hour() {
        let seconds: Vec<i64> = [0, 1, 5, 6, 7, 8, 15, 16, 1000].map(|n| after(n).num_seconds()).into();
        assert_eq!(seconds, [0, 0, 0, 1, 2, 4, 512, 900, 900]);
        assert_eq!(after(i32::MAX), LONGEST);
        assert_eq!(after(i32::MIN + FREE), TimeDelta::zero());
    }
}
