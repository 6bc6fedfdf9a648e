//! What the office decides of what was asked.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::super::Unit;
use super::super::days::{end_of, local_day, plus};
use super::{Answer, Model, NEW, WORKING, Who};

/// What the office says to a request.
pub(super) struct Said {
    pub request: Uuid,
    pub yes: bool,
    pub unit: Option<Unit>,
    pub wrongly: bool,
    pub days: Option<u32>,
    pub day: Option<NaiveDate>,
}

/// Working days that a department gets where the office says nothing.
const USUAL_DAYS: u32 = 5;

impl Model {
    pub(super) fn decide(&mut self, who: &Who, said: Said, now: DateTime<Utc>) -> Answer {
        use Answer::{Applied, Conflict, Refused, Waiting};
        let Said { request, yes, unit, wrongly, days, day } = said;
        let Some(place) = self.requests.iter().position(|known| known.id == request && known.open) else {
            return Conflict;
        };
        let known = self.requests[place].clone();
        // Asked before the date, and the date passed before it was answered: the unit is not charged for the time in between.
        let missed = |due: DateTime<Utc>| known.asked_at <= due && due < now;
        let passed = self.official.is_some_and(missed) || self.due.is_some_and(missed);
        let since = if passed { known.asked_at } else { now };
        if !yes {
            self.requests[place].open = false;
            self.send_back_denied += u32::from(known.what == "send_back");
            return Applied;
        }
        if known.what == "send_back" {
            let Some(unit) = unit.or(known.unit) else { return Refused("unreadable") };
            if !NEW.contains(&self.state) || self.unit == Some(unit) {
                return Conflict;
            }
            self.lift(known.asked_at);
            if self.state == "in_progress" {
                self.go("issued");
            }
            self.unit = Some(unit);
            self.settle(unit);
            self.idle = 0;
            if wrongly {
                self.issued = Some(now);
                self.start_clock(now);
                self.run_anew(now);
            } else {
                self.stood_still(since, now);
            }
            self.attempts.iter_mut().for_each(|attempt| attempt.current = false);
            self.to_sign = None;
            self.lapse();
            return Applied;
        }
        if known.what == "refer" {
            let Some(department) = unit.or(known.unit) else { return Refused("unreadable") };
            let last = day.unwrap_or_else(|| plus(local_day(now), days.unwrap_or(USUAL_DAYS)));
            if last < local_day(now) || !WORKING.contains(&self.state) || self.unit == Some(department) {
                return Conflict;
            }
            self.go("on_hold");
            (self.held, self.review, self.referred_to) = (Some(since), None, Some(department.id()));
            self.referral = Some((request, end_of(last)));
            self.requests[place].open = false;
            self.lift(known.asked_at);
            return Applied;
        }
        let Some(day) =
            day.or(known.day).filter(|day| *day >= local_day(now) && WORKING.contains(&self.state))
        else {
            return Conflict;
        };
        if known.what == "hold" {
            self.go("on_hold");
            (self.held, self.review) = (Some(since), Some(day));
            self.requests[place].open = false;
            self.lift(known.asked_at);
            return Applied;
        }
        if self.official.is_none_or(|due| end_of(day) <= due) || self.is_beyond_zero(day, now) {
            return Conflict;
        }
        // Two persons, and both mean the same day: whoever spoke last is seconded or contradicted.
        let last = self.agreed.iter().rfind(|(of, ..)| *of == request);
        let seconded = last.is_some_and(|(_, person, meant)| *person != who.person && *meant == day);
        if self.extensions > 0 && !seconded {
            self.agreed.push((request, who.person, day));
            return Waiting;
        }
        self.extensions += 1;
        self.official = Some(end_of(day));
        self.due = self.due.max(self.official);
        self.free = self.free.map(|(due, _)| (due.max(end_of(day)), end_of(day)));
        self.requests[place].open = false;
        self.lift(known.asked_at);
        Applied
    }
}
