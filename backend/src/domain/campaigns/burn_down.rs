//! The burn-down of a campaign by day: what was open from the start, what was found since as a band of its own (so that honest
//! inspection does not look like failure), and the ideal line, which falls by working days to zero.

use super::member::Sum;
use crate::domain::standards::calendar::Calendar;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One local day; what is open is counted at its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BurnDay {
    pub day: NaiveDate,
    pub ideal: f64,
    pub baseline_open: i32,
    pub fresh_open: i32,
    /// Found on this day.
    pub fresh: i32,
    pub closed: i32,
    pub left_out: i32,
}

/// One point of the ideal line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IdealDay {
    pub day: NaiveDate,
    pub left: f64,
}

/// Longest campaign that is drawn, in days.
const LONGEST: usize = 800;

/// The ideal line from the first day to the deadline: the same share each working day, nothing on the others.
pub fn ideal(calendar: &Calendar, first: NaiveDate, deadline: NaiveDate, baseline: i32) -> Vec<IdealDay> {
    let all = calendar.working_days_between(first, deadline);
    let mut gone = 0;
    let mut line = Vec::new();
    for day in first.iter_days().take(LONGEST).take_while(|day| *day <= deadline.max(first)) {
        if day > first && calendar.is_working_day(day) {
            gone += 1;
        }
        let share = if all == 0 { f64::from(u8::from(day < deadline)) } else { rest(gone, all) };
        line.push(IdealDay { day, left: tenth(f64::from(baseline) * share) });
    }
    line
}

fn rest(gone: usize, all: usize) -> f64 {
    let number = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    1.0 - number(gone.min(all)) / number(all)
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// Day by day from the first to the last one that is drawn.
pub fn days(sums: &BTreeMap<NaiveDate, Sum>, ideal: &[IdealDay], last: NaiveDate) -> Vec<BurnDay> {
    let Some(first) = ideal.first().map(|point| point.day) else { return Vec::new() };
    let mut open = Sum::default();
    let mut drawn = Vec::new();
    for day in first.iter_days().take(LONGEST).take_while(|day| *day <= last.max(first)) {
        let on = sums.get(&day).copied().unwrap_or_default();
        open = open.plus(on);
        drawn.push(BurnDay {
            day,
            ideal: ideal.iter().find(|point| point.day == day).map_or(0.0, |point| point.left),
            baseline_open: open.baseline - open.closed_baseline - open.left_baseline,
            fresh_open: open.fresh - open.closed_fresh - open.left_fresh,
            fresh: on.fresh,
            closed: on.closed_baseline + on.closed_fresh,
            left_out: on.left_baseline + on.left_fresh,
        });
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_ideal_line_falls_on_working_days_only() {
        // Friday to Tuesday: two working days.
        let line = ideal(&Calendar::plain(), day("2026-11-20"), day("2026-11-24"), 10);
        let left: Vec<f64> = line.iter().map(|point| point.left).collect();
        assert_eq!(left, [10.0, 10.0, 10.0, 5.0, 0.0]);
        // Without a working day in between everything is due at the end.
        let line = ideal(&Calendar::plain(), day("2026-11-21"), day("2026-11-22"), 4);
        assert_eq!(line.iter().map(|point| point.left).collect::<Vec<_>>(), [4.0, 0.0]);
        assert_eq!(ideal(&Calendar::plain(), day("2026-11-21"), day("2026-11-21"), 4).len(), 1);
    }

    #[test]
    fn new_findings_are_a_band_of_their_own() {
        let sums = BTreeMap::from([
            (day("2026-11-20"), Sum { baseline: 10, ..Sum::default() }),
            (day("2026-11-21"), Sum { fresh: 2, closed_baseline: 3, ..Sum::default() }),
            (day("2026-11-23"), Sum { closed_fresh: 1, left_baseline: 1, ..Sum::default() }),
        ]);
        let line = ideal(&Calendar::plain(), day("2026-11-20"), day("2026-11-30"), 10);
        let drawn = days(&sums, &line, day("2026-11-23"));
        let open: Vec<(i32, i32)> = drawn.iter().map(|one| (one.baseline_open, one.fresh_open)).collect();
        assert_eq!(open, [(10, 0), (7, 2), (7, 2), (6, 1)]);
        assert_eq!((drawn[3].closed, drawn[3].left_out), (1, 1));
    }
}
