//! What the office has to read of a ticket.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::Unit;
use super::{Model, WITH_UNIT};

impl Model {
    /// What the office has to read of it.
    pub fn row(&self, now: DateTime<Utc>) -> Value {
        // Told of what came back with its hour gone by, also before the clock comes round to count it.
        let gone = self.control_due.is_some_and(|due| due < now);
        let unreported = self.control_done.is_none() && WITH_UNIT.contains(&self.state);
        let control_late = self.control_due.is_some() && (self.control_late || (gone && unreported));
        json!({
            "state": self.state, "version": self.version, "unit_id": self.unit.map(Unit::id), "township_id": self.place,
            "village_id": self.village, "due_at": self.due, "official_due_at": self.official, "first_due_at": self.first, "zero_day": self.zero, "look_back": self.looks.last(),
            "check_due_at": self.check_due,
            "overdue_at": self.overdue, "review_day": self.review, "attempts": self.attempts.len(), "rework": self.rework,
            "relapse": self.relapse, "reminders": self.reminders, "reissued": self.reissued,
            "send_back_denied": self.send_back_denied, "extensions": self.extensions, "hard_case": self.hard,
            "archived": self.archived, "escalated": self.escalated, "to_sign_id": self.to_sign,
            "referral_due": self.referral.map(|(_, due)| due), "control_due": self.control_due, "control_done": self.control_done,
            "control_late": control_late, "open_requests": self.requests.iter().filter(|request| request.open).count(),
        })
    }

    /// Counters that no screen shows by themselves; their events do.
    pub fn counters(&self) -> Value {
        json!({ "slow": self.slow, "hollow": self.hollow })
    }
}
