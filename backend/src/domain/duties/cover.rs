//! Until when a duty is held without a gap.

use crate::domain::clock::Instant;

/// How a duty is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cover {
    /// By nobody now.
    Nobody,
    /// Without a gap until then.
    Until(Instant),
    /// Without an end that is known.
    Open,
}

/// Follows the spans (from, to) from `now` on, each taking over before the one before it ends.
pub fn cover(spans: &[(Instant, Option<Instant>)], now: Instant) -> Cover {
    let mut until = now;
    loop {
        let next = spans
            .iter()
            .filter(|(from, to)| *from <= until && to.is_none_or(|to| to > until))
            .map(|(_, to)| *to)
            .max_by_key(|to| to.map_or(Instant::MAX_UTC, |to| to));
        match next {
            Some(None) => return Cover::Open,
            Some(Some(to)) => until = to,
            None if until == now => return Cover::Nobody,
            None => return Cover::Until(until),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Instant {
        Instant::UNIX_EPOCH + chrono::TimeDelta::hours(hour)
    }

    #[test]
    fn a_successor_in_time_leaves_no_gap() {
        let now = at(10);
        assert_eq!(cover(&[], now), Cover::Nobody);
        assert_eq!(cover(&[(at(0), Some(at(10)))], now), Cover::Nobody);
        assert_eq!(cover(&[(at(11), None)], now), Cover::Nobody);
        assert_eq!(cover(&[(at(0), Some(at(20)))], now), Cover::Until(at(20)));
        assert_eq!(cover(&[(at(0), Some(at(20))), (at(21), None)], now), Cover::Until(at(20)));
        assert_eq!(cover(&[(at(20), Some(at(30))), (at(0), Some(at(20)))], now), Cover::Until(at(30)));
        assert_eq!(cover(&[(at(0), Some(at(20))), (at(5), Some(at(12))), (at(20), None)], now), Cover::Open);
        assert_eq!(cover(&[(at(0), None)], now), Cover::Open);
    }
}
