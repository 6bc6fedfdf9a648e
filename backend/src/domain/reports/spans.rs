//! How long things took, as an office reads it: the middle one and the slow end, in hours with one decimal.

use chrono::TimeDelta;

/// The value below which this share of the spans lies, nearest rank; `None` without any.
pub fn percentile(spans: &mut [TimeDelta], percent: usize) -> Option<f64> {
    if spans.is_empty() {
        return None;
    }
    spans.sort_unstable();
    let rank = (spans.len() * percent.min(100)).div_ceil(100).max(1);
    spans.get(rank - 1).map(|span| hours(*span))
}

/// The middle one; of an even number the mean of the two in the middle.
pub fn median(spans: &mut [TimeDelta]) -> Option<f64> {
    spans.sort_unstable();
    let middle = spans.len() / 2;
    match (spans.len() % 2, spans.get(middle)) {
        (_, None) => None,
        (1, Some(one)) => Some(hours(*one)),
        (_, Some(upper)) => Some(hours((spans[middle - 1] + *upper) / 2)),
    }
}

/// In hours with one decimal.
pub fn hours(span: TimeDelta) -> f64 {
    let tenths = (span.num_minutes().max(0) + 3) / 6;
    f64::from(u32::try_from(tenths).unwrap_or(u32::MAX)) / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_and_the_slow_end() {
        let spans = |hours: &[i64]| hours.iter().map(|h| TimeDelta::hours(*h)).collect::<Vec<_>>();
        assert_eq!(median(&mut []), None);
        assert_eq!(median(&mut spans(&[5])), Some(5.0));
        assert_eq!(median(&mut spans(&[9, 1, 2])), Some(2.0));
        assert_eq!(median(&mut spans(&[1, 2])), Some(1.5));
        let mut ten = spans(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        assert_eq!((percentile(&mut ten, 90), percentile(&mut ten, 0)), (Some(9.0), Some(1.0)));
        assert_eq!(percentile(&mut [], 90), None);
        assert_eq!(median(&mut [TimeDelta::minutes(-5)]), Some(0.0), "a clock that was wrong");
    }
}
