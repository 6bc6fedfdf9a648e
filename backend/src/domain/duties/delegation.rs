//! Whether a delegation allows a signature: by severity, by day, for one desk officer or for all of the township.

use crate::domain::clock::{Instant, local_day};
use chrono::NaiveDate;
use uuid::Uuid;

/// What a deputy allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leave {
    /// `None` = every desk officer of the township.
    pub desk_post_id: Option<Uuid>,
    pub severities: Vec<String>,
    /// The first day and the last, both included; `None` for days that cannot be read.
    pub days: Option<(NaiveDate, NaiveDate)>,
    pub created_at: Instant,
    pub revoked_at: Option<Instant>,
}

impl Leave {
    /// Whether it allows whoever holds this post something at this instant. What was signed before it was given or after it was taken
    /// back is not covered, whatever day it is.
    pub fn covers(&self, desk_post: Uuid, at: Instant) -> bool {
        self.is_on(at) && self.desk_post_id.is_none_or(|post| post == desk_post)
    }

    /// Whether it is good at this instant.
    pub fn is_on(&self, at: Instant) -> bool {
        let day = local_day(at);
        self.days.is_some_and(|(from, to)| from <= day && day <= to)
            && self.created_at <= at
            && self.revoked_at.is_none_or(|end| at < end)
    }

    pub fn allows(&self, severity: &str) -> bool {
        self.severities.iter().any(|one| one == severity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse::<chrono::DateTime<chrono::FixedOffset>>().unwrap().to_utc()
    }

    #[test]
    fn it_counts_from_when_it_was_given_until_it_was_taken_back_or_its_last_day_ended() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let leave = Leave {
            desk_post_id: None,
            severities: vec!["minor".into()],
            days: Some((day("2026-11-23"), day("2026-11-25"))),
            created_at: at("2026-11-23T10:00:00+08:00"),
            revoked_at: None,
        };
        for (time, covered) in [
            ("2026-11-23T09:59:59+08:00", false),
            ("2026-11-23T10:00:00+08:00", true),
            ("2026-11-25T23:59:59+08:00", true),
            ("2026-11-26T00:00:00+08:00", false),
        ] {
            assert_eq!(leave.covers(Uuid::nil(), at(time)), covered, "{time}");
        }
        let back = Leave { revoked_at: Some(at("2026-11-24T12:00:00+08:00")), ..leave.clone() };
        assert!(back.covers(Uuid::nil(), at("2026-11-24T11:59:59+08:00")));
        assert!(!back.covers(Uuid::nil(), at("2026-11-24T12:00:00+08:00")));
        let one = Leave { desk_post_id: Some(Uuid::from_u128(1)), ..leave.clone() };
        assert!(one.covers(Uuid::from_u128(1), at("2026-11-24T12:00:00+08:00")));
        assert!(!one.covers(Uuid::from_u128(2), at("2026-11-24T12:00:00+08:00")));
        assert!(leave.allows("minor") && !leave.allows("major"));
    }
}
