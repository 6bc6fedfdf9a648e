//! What the office decides of what was asked.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::Unit;
use super::super::days::{end_of, local_day, plus};
use super::{Answer, Model, NEW, WORKING, Who};

impl Model {
    pub(super) fn decide(
        &mut self,
        who: &Who,
        (request, yes, unit, wrongly, days): (Uuid, bool, Option<Unit>, bool, Option<u32>),
        now: DateTime<Utc>,
    ) -> Answer {
        use Answer::{Applied, Conflict, Refused, Waiting};
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
            let Some((department, days)) = unit.or(known.unit).zip(days) else {
                return Refused("unreadable");
            };
            if !WORKING.contains(&self.state) || self.unit == Some(department) {
                return Conflict;
            }
            self.go("on_hold");
            (self.held, self.review, self.referred_to) = (Some(since), None, Some(department.id()));
            self.referral = Some((request, end_of(plus(local_day(now), days))));
            self.requests[place].open = false;
            self.lift(known.asked_at);
            return Applied;
        }
        let Some(day) = known.day.filter(|day| *day >= local_day(now) && WORKING.contains(&self.state))
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
        if self.official.is_none_or(|due| end_of(day) <= due) {
            return Conflict;
        }
        let seconded = self.agreed.iter().any(|(of, person)| *of == request && *person != who.person);
        if self.extensions > 0 && !seconded {
            self.agreed.push((request, who.person));
            return Waiting;
        }
        self.extensions += 1;
        self.official = Some(end_of(day));
        self.due = self.due.max(self.official);
        self.requests[place].open = false;
        self.lift(known.asked_at);
        Applied
    }
}
