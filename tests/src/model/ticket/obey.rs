//! What each command has to be answered with: one arm a command.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::Unit;
use super::super::commands::{Command, asks};
use super::super::days::{end_of, local_day, plus};
use super::decide::Said;
use super::{Answer, Attempt, HELD, ISSUED, Model, NEW, Request, WITH_UNIT, WORKING, Who};

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
        if !is_readable(command) {
            return Answer::Refused("unreadable");
        }
        if !self.is_seen_by(who) {
            return Answer::Refused("unknown_ticket");
        }
        let before = self.clone();
        let answer = self.obey(who, command, now, other);
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
    fn obey(
        &mut self,
        who: &Who,
        command: &Command,
        now: DateTime<Utc>,
        other: impl Fn(Uuid) -> bool,
    ) -> Answer {
        use Answer::{Applied, Conflict, Refused, Waiting};
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
            Command::Relapse { .. } => {
                if !self.is_relapse(now) {
                    return Conflict;
                }
                self.looked("not_held");
                self.go("rework");
                self.relapse += 1;
                self.reporters.push(who.person);
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
                Applied
            }
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
            Command::LookBack { held } => {
                // Within its days a fault that is back is a relapse, with its finding.
                if state != "closed" || !self.waits_for_a_look() || (!held && self.is_relapse(now)) {
                    return Conflict;
                }
                self.looked(if *held { "held" } else { "not_held" });
                Applied
            }
            Command::Decline | Command::Resume | Command::Remind => Conflict,
        }
    }
}

/// Whether a command says what it has to say.
fn is_readable(command: &Command) -> bool {
    match command {
        Command::Void { reason } | Command::Keep { reason } | Command::Edit { reason, .. } => {
            !reason.trim().is_empty()
        }
        Command::Ask { what, day, .. } => ["send_back", "refer"].contains(what) || day.is_some(),
        Command::ReferReturn { reason, .. } => !reason.trim().is_empty(),
        Command::Decide { yes: false, note, .. } => !note.trim().is_empty(),
        _ => true,
    }
}
