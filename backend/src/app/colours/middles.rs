//! The middles of a county's month, kept for some minutes: to work them out takes every township's month, while each township that asks needs
//! but its own beside them. What is shown says as of when it is.

use crate::domain::{clock::Instant, colours::share::Medians};
use chrono::TimeDelta;
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};
use uuid::Uuid;

/// How old a middle may be that is shown.
const KEPT: TimeDelta = TimeDelta::minutes(10);
/// Months that are kept at once; far above what is read in ten minutes.
const MOST: usize = 1_000;

/// By county and month, with when they were worked out. Each process keeps its own.
#[derive(Debug, Clone, Default)]
pub struct Middles(Arc<RwLock<Kept>>);

type Kept = HashMap<(Uuid, String), (Instant, Medians)>;

impl Middles {
    /// What is still young enough.
    pub(super) fn known(&self, county: Uuid, month: &str, now: Instant) -> Option<(Instant, Medians)> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(&(county, month.to_owned())).copied();
        found.filter(|(at, _)| *at <= now && now - *at < KEPT)
    }

    pub(super) fn keep(&self, county: Uuid, month: String, now: Instant, medians: Medians) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert((county, month), (now, medians));
    }

    /// Nothing of what was kept holds any more, as when a county is put back.
    pub fn forget(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_middle_is_shown_for_ten_minutes_and_never_from_the_future() {
        let (middles, county) = (Middles::default(), Uuid::from_u128(1));
        let now: Instant = "2026-11-30T10:00:00Z".parse().unwrap();
        middles.keep(county, "2026-11".into(), now, Medians { slow: Some(7), ..Medians::default() });
        let known =
            |month: &str, minutes: i64| middles.known(county, month, now + TimeDelta::minutes(minutes));
        assert_eq!(known("2026-11", 9).map(|(at, medians)| (at, medians.slow)), Some((now, Some(7))));
        assert_eq!((known("2026-11", 10), known("2026-11", -1), known("2026-10", 1)), (None, None, None));
        assert_eq!(middles.known(Uuid::from_u128(2), "2026-11", now), None);
        middles.forget();
        assert_eq!(known("2026-11", 1), None);
    }
}
