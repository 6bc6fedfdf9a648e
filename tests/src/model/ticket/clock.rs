//! What time does to a ticket: its dates, what stands still, and what the clock alone does.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

use super::super::days::{between, day_of, end_of, local_day, plus};
use super::{ISSUED, Model, WITH_UNIT};

impl Model {
    pub(super) fn start_clock(&mut self, now: DateTime<Utc>) {
        if self.round.is_some() {
            // Of what its unit may not know of yet, no clock runs.
            return;
        }
        let (before, due) = (self.due, Some(end_of(plus(local_day(now), self.days))));
        (self.due, self.official, self.free) = (due, due, due.zip(due));
        self.keep_to_zero(before, now);
        // New work is to be brought under control anew.
        self.control_due = self.control.map(|hours| now + TimeDelta::hours(i64::from(hours)));
        (self.control_done, self.control_missed, self.control_late) = (None, false, false);
    }

    /// Its round may be known from now on; the clock of what was issued starts now. Answers whether one did.
    pub fn release(&mut self, now: DateTime<Utc>) -> bool {
        self.round = None;
        let counted = self.state == "closed" || ISSUED.contains(&self.state);
        self.version += i64::from(counted);
        if self.state == "issued" {
            self.issued = Some(now);
            self.start_clock(now);
            self.first = self.due;
        }
        self.state == "issued"
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
        let before = self.due;
        let move_on = |due: DateTime<Utc>| if days == 0 { due } else { end_of(plus(day_of(due), days)) };
        (self.due, self.official) = (self.due.map(move_on), self.official.map(move_on));
        self.free = self.free.map(|(due, official)| (move_on(due), move_on(official)));
        self.keep_to_zero(before, to);
    }

    /// The zeroing date shifts for nobody, and takes nothing back that was promised before. One that has passed says nothing of new work.
    fn keep_to_zero(&mut self, promised: Option<DateTime<Utc>>, now: DateTime<Utc>) {
        let Some(zero) = self.zero.map(end_of).filter(|zero| *zero > now) else { return };
        let last = promised.map_or(zero, |due| due.max(zero));
        (self.due, self.official) =
            (self.due.map(|due| due.min(last)), self.official.map(|due| due.min(zero)));
    }

    /// A check is over and found it wanting: the clock stood still for that time, and a working day is left for it all the same. That day
    /// makes nothing on time.
    pub(super) fn returned(&mut self, now: DateTime<Utc>) {
        let before = self.official;
        self.stood_still(self.submitted.expect("it was submitted"), now);
        if let Some(zero) = self.zero.map(end_of).filter(|zero| before.is_some_and(|due| due <= *zero)) {
            // What stood under the zeroing date while it was checked stands under it still, also when it has passed.
            self.official = self.official.map(|due| due.min(zero));
            self.due = self.due.map(|due| due.min(zero));
        }
        let grace = end_of(plus(local_day(now), 1));
        self.due = self.due.map(|due| due.max(grace));
        self.free = self.free.map(|(due, official)| (due.max(grace), official));
    }

    /// Whether a zeroing date that is still to come lies before this day.
    pub(super) fn is_beyond_zero(&self, day: NaiveDate, now: DateTime<Utc>) -> bool {
        self.zero.is_some_and(|zero| zero >= local_day(now) && day > zero)
    }

    /// A campaign holds it from now on.
    pub(in crate::model) fn held_to(&mut self, day: NaiveDate, now: DateTime<Utc>) {
        let before = self.dates();
        self.zero = Some(day);
        self.keep_to_zero(None, now);
        self.told_anew(before, now);
        self.version += 1;
    }

    /// A campaign that ended early holds it no more, and what its date took comes back as far as the next one leaves it. What is closed keeps
    /// the date by which it was judged.
    pub(in crate::model) fn let_go(&mut self, next: Option<NaiveDate>, now: DateTime<Utc>) {
        self.zero = next;
        self.version += 1;
        if let Some((due, official)) = self.free.filter(|_| self.is_open()) {
            let before = self.dates();
            (self.due, self.official) = (self.due.max(Some(due)), self.official.max(Some(official)));
            self.keep_to_zero(before.0, now);
            self.told_anew(before, now);
        }
    }

    /// The campaign that held it is over, and its date stands; where another one still runs, that one holds it now.
    pub(in crate::model) fn held_on(&mut self, next: NaiveDate, now: DateTime<Utc>) {
        let before = self.dates();
        self.zero = Some(next);
        self.version += 1;
        if self.is_open() {
            self.keep_to_zero(before.0, now);
            self.told_anew(before, now);
        }
    }

    pub(super) fn dates(&self) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        (self.due, self.official)
    }

    /// A date that lies ahead again is a new one: nobody has been told that it passed.
    pub(super) fn told_anew(
        &mut self,
        before: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
        now: DateTime<Utc>,
    ) {
        if before != self.dates() && self.official.is_none_or(|due| due > now) {
            self.escalated = 0;
        }
    }

    /// Whether campaigns count it: static, issued, with or behind its unit.
    pub fn counts(&self) -> bool {
        self.is_static && self.round.is_none() && (self.state == "closed" || ISSUED.contains(&self.state))
    }

    /// Whether a running campaign takes it in.
    pub fn is_to_zero(&self) -> bool {
        self.counts() && self.state != "closed"
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
            let before = self.dates();
            self.resume(now);
            self.told_anew(before, now);
            self.version += 1;
        }
        let month = |at: DateTime<Utc>| (local_day(at).year(), local_day(at).month());
        if self.state == "closed" && !self.archived && self.closed.is_some_and(|at| month(at) < month(now)) {
            self.archived = true;
            self.version += 1;
        }
    }
}
