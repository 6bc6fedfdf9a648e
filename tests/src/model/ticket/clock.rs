//! What time does to a ticket: its dates, what stands still, and what the clock alone does.

use chrono::{DateTime, Datelike, TimeDelta, Utc};

use super::super::days::{between, day_of, end_of, local_day, plus};
use super::{Model, WITH_UNIT};

impl Model {
    pub(super) fn start_clock(&mut self, now: DateTime<Utc>) {
        let due = Some(end_of(plus(local_day(now), self.days)));
        (self.due, self.official) = (due, due);
        // New work is to be brought under control anew.
        self.control_due = self.control.map(|hours| now + TimeDelta::hours(i64::from(hours)));
        (self.control_done, self.control_missed, self.control_late) = (None, false, false);
    }

    /// A date of its own that lies ahead can pass in its turn, whatever passed before.
    pub(super) fn run_anew(&mut self, now: DateTime<Utc>) {
        if self.official > Some(now) {
            self.overdue = None;
        }
    }

    /// Both dates move by the working days in which the unit could do nothing.
    pub(super) fn stood_still(&mut self, from: DateTime<Utc>, to: DateTime<Utc>) {
        let days = between(local_day(from), local_day(to));
        let move_on = |due: DateTime<Utc>| if days == 0 { due } else { end_of(plus(day_of(due), days)) };
        (self.due, self.official) = (self.due.map(move_on), self.official.map(move_on));
    }

    /// More time was asked for before the date that was written down as missed.
    pub(super) fn lift(&mut self, at: DateTime<Utc>) {
        if self.overdue.is_some_and(|due| at <= due) {
            self.overdue = None;
            self.slow -= 1;
            self.version += 1;
            self.escalated = 0;
        }
    }

    pub(super) fn resume(&mut self, now: DateTime<Utc>) {
        self.go("in_progress");
        let held = self.held.take().expect("it was held");
        (self.review, self.idle) = (None, 0);
        self.stood_still(held, now);
    }

    /// What the clock alone does.
    pub fn sweep(&mut self, now: DateTime<Utc>) {
        if self.overdue.is_none() && WITH_UNIT.contains(&self.state) && self.due.is_some_and(|due| due < now)
        {
            // What came back has its own days: late by the date that was given last.
            self.overdue = self.due;
            self.slow += 1;
            self.version += 1;
        }
        if !self.control_missed
            && self.control_done.is_none()
            && WITH_UNIT.contains(&self.state)
            && self.control_due.is_some_and(|due| due < now)
        {
            (self.control_missed, self.control_late) = (true, true);
            self.slow += 1;
            self.version += 1;
        }
        let late = self.due.filter(|due| *due < now && WITH_UNIT.contains(&self.state));
        let days = late.map_or(0, |due| between(day_of(due), local_day(now)));
        let step = [(6, 3), (3, 2), (1, 1)]
            .into_iter()
            .find(|(least, _)| days >= *least)
            .map_or(0, |(_, step)| step);
        if step > self.escalated {
            self.escalated = step;
            self.version += 1;
        }
        if self.state == "on_hold" && self.review.is_some_and(|day| day <= local_day(now)) {
            self.resume(now);
            self.version += 1;
        }
        let month = |at: DateTime<Utc>| (local_day(at).year(), local_day(at).month());
        if self.state == "closed" && !self.archived && self.closed.is_some_and(|at| month(at) < month(now)) {
            self.archived = true;
            self.version += 1;
        }
    }
}
