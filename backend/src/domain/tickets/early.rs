//! What an older rule wrote down too early: it went by the official date alone, also while a returned repair still had its days.

use super::free_dates::Line;
use crate::domain::clock::Instant;
use serde_json::Value;

/// Whether the T15 that stands, by these lines of history (oldest first), was written before the date that its unit had been given last.
pub fn is_early<'a>(lines: impl IntoIterator<Item = Line<'a>>) -> bool {
    let (mut due, mut early) = (None::<Instant>, false);
    for line in lines {
        if line.data.get("official_due_at").is_some() {
            due = line.read("due_at");
        }
        match line.transition {
            "T15" => early = due.is_some_and(|due| due > line.accepted_at),
            "overdue_lifted" => early = false,
            _ if line.data.get("overdue_at").is_some_and(Value::is_null) => early = false,
            _ => {}
        }
    }
    early
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_was_written_before_the_last_given_date_is_early() {
        let at = |day: u32| format!("2026-11-{day:02}T16:00:00Z").parse::<Instant>().unwrap();
        let dates = |due: u32| json!({ "due_at": at(due), "official_due_at": at(8) });
        let (issued, returned, passed) = (dates(8), dates(10), json!({ "due_at": at(8) }));
        let anew = json!({ "due_at": at(20), "official_due_at": at(20), "overdue_at": null });
        let none = json!({});
        let told = |lines: &[(&str, &Value, u32)]| {
            is_early(lines.iter().map(|(transition, data, day)| Line {
                transition,
                data,
                observed_at: at(*day),
                accepted_at: at(*day),
            }))
        };
        let (issue, fail) = (("T2", &issued, 1), ("T12", &returned, 8));
        assert!(told(&[issue, fail, ("T15", &passed, 9)]), "its days were not over");
        assert!(!told(&[issue, fail, ("T15", &passed, 11)]), "they were");
        assert!(!told(&[issue, ("T15", &passed, 9), ("T12", &returned, 9)]), "late before it was returned");
        assert!(
            !told(&[issue, fail, ("T15", &passed, 9), ("overdue_lifted", &none, 9)]),
            "taken back already"
        );
        assert!(!told(&[issue, fail, ("T15", &passed, 9), ("T17", &anew, 9)]), "a date of its own since");
    }
}
