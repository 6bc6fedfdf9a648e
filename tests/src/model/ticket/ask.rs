//! What a unit asks of the office, takes back, or brings to an end for others.

use super::super::Unit;
use super::super::commands::{Command, asks};
use super::super::days::local_day;
use super::decide::Said;
use super::obey::Given;
use super::{Answer, Model, NEW, Request, WORKING};

impl Model {
    /// The commands on requests.
    pub(super) fn requested(&mut self, given: &Given<'_>) -> Answer {
        use Answer::{Applied, Conflict, Refused};
        let Given { who, command, now } = *given;
        let (state, today) = (self.state, local_day(now));
        match command {
            Command::Ask { request, what, day, unit } => {
                if !self.is_own(who) || !asks(what).contains(&who.role) {
                    return Refused("not_permitted");
                }
                if *what == "refer" && !matches!(self.unit, Some(Unit::Township(_))) {
                    return Refused("not_permitted");
                }
                if *what == "refer" && !matches!(unit, Some(Unit::Department(_))) {
                    return Refused("unreadable");
                }
                let fits = match *what {
                    "send_back" => NEW.contains(&state),
                    "extension" => WORKING.contains(&state) && self.official.is_some_and(|due| now < due),
                    _ => WORKING.contains(&state),
                };
                let taken = self.requests.iter().any(|known| known.open && known.what == *what);
                let known = self.requests.iter().any(|known| known.id == *request);
                let beyond = *what == "extension" && day.is_some_and(|day| self.is_beyond_zero(day, now));
                if day.is_some_and(|day| day < today) || beyond || !fits || taken || known {
                    return Conflict;
                }
                let made = Request { id: *request, what, open: true, day: *day, unit: *unit, asked_at: now };
                self.requests.push(made);
                Applied
            }
            Command::Decide { request, yes, unit, wrongly, days, day, .. } => {
                let said = Said {
                    request: *request,
                    yes: *yes,
                    unit: *unit,
                    wrongly: *wrongly,
                    days: *days,
                    day: *day,
                };
                self.decide(who, said, now)
            }
            Command::Withdraw { request } => {
                if !self.is_own(who) {
                    return Refused("not_permitted");
                }
                let Some(known) = self.requests.iter_mut().find(|known| known.id == *request && known.open)
                else {
                    return Conflict;
                };
                if !asks(known.what).contains(&who.role) {
                    return Refused("not_permitted");
                }
                known.open = false;
                Applied
            }
            Command::ReferDone { request } | Command::ReferReturn { request, .. } => {
                if self.referred_to != Some(who.unit) {
                    return Refused("not_permitted");
                }
                if state != "on_hold" || self.referral.is_none_or(|(running, _)| running != *request) {
                    return Conflict;
                }
                let idle = self.idle;
                self.resume(now);
                self.idle = idle;
                Applied
            }
            _ => unreachable!("no command on a request: {command:?}"),
        }
    }
}
