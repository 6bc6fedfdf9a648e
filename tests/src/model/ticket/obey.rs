//! What each command has to be answered with: one arm a command.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::commands::Command;
use super::super::days::{end_of, local_day, plus};
use super::{Answer, Attempt, HELD, ISSUED, Model, WITH_UNIT, WORKING, Who};

/// A command as it was given.
pub(super) struct Given<'a> {
    pub who: &'a Who,
    pub command: &'a Command,
    pub now: DateTime<Utc>,
}

impl Model {
    /// Gives a command, and answers as the program has to. `other` tells whether another ticket is of the same fault and open.
    pub fn give(
        &mut self,
        who: &Who,
        command: &Command,
        now: DateTime<Utc>,
        other: impl Fn(Uuid) -> bool,
    ) -> Answer {
        if !command.roles().contains(&who.role) {
            return Answer::Refused("not_permitted");
        }
        if !command.is_readable() {
            return Answer::Refused("unreadable");
        }
        if !self.is_seen_by(who) {
            return Answer::Refused("unknown_ticket");
        }
        let before = self.clone();
        let answer = self.obey(&Given { who, command, now }, other);
        // The picture of whoever comes too late is kept with the ticket all the same.
        let pictures = before.pictures + usize::from(matches!(command, Command::Relapse { .. }));
        match answer {
            Answer::Applied | Answer::Waiting => {
                self.version += 1;
                self.told_anew(before.dates(), now);
                if self.state != "on_hold" {
                    self.referral = None;
                }
            }
            Answer::Conflict | Answer::Refused(_) => *self = before,
        }
        if !matches!(answer, Answer::Refused(_)) {
            self.pictures = pictures;
        }
        if answer == Answer::Applied && !self.is_open() {
            self.lapse();
        }
        answer
    }

    #[expect(clippy::too_many_lines, reason = "one arm a command, as the table of the rules has one row")]
    fn obey(&mut self, given: &Given<'_>, other: impl Fn(Uuid) -> bool) -> Answer {
        use Answer::{Applied, Conflict, Refused, Waiting};
        let Given { who, command, now } = *given;
        let today = local_day(now);
        let state = self.state;
        let only = |allowed: bool| if allowed { Applied } else { Conflict };
        match command {
            Command::Issue { unit, days, control } => {
                if state != "pending" {
                    return Conflict;
                }
                self.go("issued");
                (self.unit, self.days, self.issued) = (Some(*unit), *days, Some(now));
                self.control = *control;
                self.settle(*unit);
                self.start_clock(now);
                self.first = self.due;
                Applied
            }
            Command::Decline if state == "pending" => {
                self.go("declined");
                Applied
            }
            Command::Accept => {
                if !self.is_own(who) {
                    return Refused("not_permitted");
                }
                if state != "issued" {
                    return Conflict;
                }
                self.go("in_progress");
                let in_time = self.issued.map(|at| end_of(plus(local_day(at), 1)));
                self.slow += u32::from(in_time.is_some_and(|end| now > end));
                self.idle = 0;
                Applied
            }
            Command::Stage => {
                if !self.is_own(who) {
                    return Refused("not_permitted");
                }
                let Some(due) = self.control_due.filter(|_| self.control_done.is_none()) else {
                    return Conflict;
                };
                if !WITH_UNIT.contains(&state) {
                    return Conflict;
                }
                // Late counts once: here, or when the clock found that nobody had reported it.
                self.slow += u32::from(now > due && !self.control_missed);
                self.control_late |= now > due;
                (self.control_done, self.idle) = (Some(now), 0);
                Applied
            }
            Command::Rectify { attempt } => {
                if !self.is_own(who) {
                    return Refused("not_permitted");
                }
                if self.attempts.iter().any(|known| known.id == *attempt) || !WITH_UNIT.contains(&state) {
                    return Conflict;
                }
                let made =
                    Attempt { id: *attempt, by: who.person, signed_by: None, fresh: true, current: true };
                self.attempts.push(made);
                (self.idle, self.to_sign) = (0, Some(*attempt));
                Applied
            }
            Command::Submit { attempt } => {
                // A desk officer signs only where a deputy has given leave, which nobody here has.
                if !self.is_own(who) || who.role == "desk_officer" {
                    return Refused("not_permitted");
                }
                let usable = |known: &&mut Attempt| known.id == *attempt && known.fresh && known.current;
                let Some(known) = self.attempts.iter_mut().find(usable) else { return Conflict };
                if !WORKING.contains(&state) {
                    return Conflict;
                }
                (known.fresh, known.signed_by) = (false, Some(who.person));
                self.go("submitted");
                (self.under_check, self.submitted, self.idle) = (Some(*attempt), Some(now), 0);
                self.to_sign = None;
                // The county's own clock (domain.md 4.4): three working days.
                self.check_due = Some(end_of(plus(today, 3)));
                Applied
            }
            Command::Verify { attempt, failed } => {
                let Some(known) = self.attempts.iter().find(|known| known.id == *attempt) else {
                    return Conflict;
                };
                // A department looks at what others repaired.
                if who.role == "department" && (self.is_own(who) || self.referred_to == Some(who.unit)) {
                    return Refused("not_permitted");
                }
                let mine = self.reporters.contains(&who.person)
                    || [Some(known.by), known.signed_by].contains(&Some(who.person));
                if mine || state != "submitted" || self.under_check != Some(*attempt) {
                    return Conflict;
                }
                self.checks.push(self.check_due.is_some_and(|due| due < now));
                let Some(reason) = failed else {
                    self.go("closed");
                    self.closed = Some(now);
                    return Applied;
                };
                self.go("rework");
                self.rework += 1;
                self.hollow += u32::from(*reason == "not_done");
                self.returned(now);
                Applied
            }
            Command::Void { .. } => {
                if !self.is_open() {
                    return Conflict;
                }
                if self.void_asked.iter().any(|person| *person != who.person) {
                    self.go("void");
                    return Applied;
                }
                self.void_asked.push(who.person);
                Waiting
            }
            Command::Keep { .. } => {
                if !self.is_open() || self.void_asked.iter().all(|person| *person == who.person) {
                    return Conflict;
                }
                self.void_asked.clear();
                Applied
            }
            Command::Ask { .. }
            | Command::Decide { .. }
            | Command::Withdraw { .. }
            | Command::ReferDone { .. }
            | Command::ReferReturn { .. } => self.requested(given),
            Command::Resume if state == "on_hold" => {
                self.resume(now);
                Applied
            }
            Command::Merge { into } => {
                if *into == self.id || !["pending", "issued"].contains(&state) || !other(*into) {
                    return Conflict;
                }
                self.go("merged");
                Applied
            }
            Command::Relapse { .. } => self.comes_back(who.person, now),
            // Nobody is reminded of what he may not know of.
            Command::Remind if HELD.contains(&state) && self.round.is_none() => {
                self.reminders += 1;
                self.idle += 1;
                self.reissued += u32::from(self.idle.is_multiple_of(2));
                Applied
            }
            Command::Edit { day, fixed, .. } => {
                let fits = |day| day >= today && self.due.is_some() && !self.is_beyond_zero(day, now);
                let dated = day.is_none_or(fits);
                if !self.is_open() || !dated {
                    return Conflict;
                }
                if let Some(day) = day {
                    let end = end_of(*day);
                    // A date that was set by hand stands; one that was there already says nothing new.
                    if self.official != Some(end) {
                        self.free = Some((end, end));
                    }
                    (self.due, self.official) = (Some(end), Some(end));
                    self.run_anew(now);
                }
                self.is_static = fixed.unwrap_or(self.is_static);
                Applied
            }
            Command::Hard { hard } => {
                if !self.is_own(who) && !who.is_county() {
                    return Refused("not_permitted");
                }
                if !ISSUED.contains(&state) {
                    return Conflict;
                }
                self.hard = *hard;
                Applied
            }
            Command::AnswerHard { until } => only(self.hard && ISSUED.contains(&state) && *until >= today),
            Command::Archive => {
                let answer = only(state == "closed" && !self.archived);
                self.archived = true;
                answer
            }
            Command::LookBack { held } => self.is_looked_at(*held, now),
            Command::Decline | Command::Resume | Command::Remind => Conflict,
        }
    }
}
