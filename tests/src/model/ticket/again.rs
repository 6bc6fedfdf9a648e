//! What is done again after it was closed: looks that were drawn, and a fault that came back.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

use super::super::days::local_day;
use super::{Answer, Model};

impl Model {
    /// Whether a draw of what was closed on these days has it among its candidates.
    pub fn was_closed_within(&self, from: NaiveDate, to: NaiveDate) -> bool {
        let day = self.closed.map(local_day);
        self.state == "closed" && day.is_some_and(|day| from <= day && day <= to)
    }

    /// It was drawn to be looked at again.
    pub fn drawn(&mut self) {
        self.looks.push("waiting");
    }

    /// Somebody looked, or the fault came back: every draw that waits for it has its answer.
    fn looked(&mut self, found: &'static str) {
        self.looks.iter_mut().filter(|look| **look == "waiting").for_each(|look| *look = found);
    }

    fn waits_for_a_look(&self) -> bool {
        self.looks.contains(&"waiting")
    }

    /// Whether a fault that is seen now is this one come back (T13).
    fn is_relapse(&self, now: DateTime<Utc>) -> bool {
        let days = TimeDelta::days(if self.is_static { 30 } else { 7 });
        self.state == "closed" && self.closed.is_some_and(|closed| closed < now && now <= closed + days)
    }

    /// Somebody saw the fault again.
    pub(super) fn comes_back(&mut self, person: Uuid, now: DateTime<Utc>) -> Answer {
        if !self.is_relapse(now) {
            return Answer::Conflict;
        }
        self.looked("not_held");
        self.go("rework");
        self.relapse += 1;
        self.reporters.push(person);
        // What was asked of the former life says nothing of this one.
        self.void_asked.clear();
        (self.closed, self.archived) = (None, false);
        let official = self.official;
        let free = self.free;
        self.start_clock(now);
        self.official = self.official.max(official);
        self.due = self.due.max(self.official);
        // The later of both, and no zeroing date behind it.
        self.free = self.free.zip(free).map(|((_, new), (_, old))| (new.max(old), new.max(old)));
        self.run_anew(now);
        self.attempts.iter_mut().for_each(|attempt| attempt.current = false);
        (self.to_sign, self.escalated) = (None, 0);
        Answer::Applied
    }

    /// Somebody looked at it, as a draw asked.
    pub(super) fn is_looked_at(&mut self, held: bool, now: DateTime<Utc>) -> Answer {
        // Within its days a fault that is back is a relapse, with its finding.
        if self.state != "closed" || !self.waits_for_a_look() || (!held && self.is_relapse(now)) {
            return Answer::Conflict;
        }
        self.looked(if held { "held" } else { "not_held" });
        Answer::Applied
    }
}
