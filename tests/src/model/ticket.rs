//! One ticket by the rules, and what each command has to be answered with.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::commands::{Command, asks};
use super::days::{between, day_of, end_of, local_day, plus};
use super::{STEPS, Unit};

/// Somebody who acts: what the rules ask about a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    pub name: String,
    pub role: &'static str,
    pub person: Uuid,
    /// The post's unit; of the county's own people the county.
    pub unit: Uuid,
    /// The township of a township or village post.
    pub township: Option<Uuid>,
}

impl Who {
    fn is_county(&self) -> bool {
        matches!(self.role, "office" | "inspector" | "county_leader")
    }
}

/// What a command is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Applied,
    Waiting,
    Conflict,
    Refused(&'static str),
}

#[derive(Debug, Clone)]
struct Attempt {
    id: Uuid,
    by: Uuid,
    signed_by: Option<Uuid>,
    /// Recorded and never put forward.
    fresh: bool,
    /// Recorded for the present work: by this unit, since it last came back.
    current: bool,
}

#[derive(Debug, Clone)]
struct Request {
    id: Uuid,
    what: &'static str,
    open: bool,
    day: Option<NaiveDate>,
    unit: Option<Unit>,
    asked_at: DateTime<Utc>,
}

/// A ticket, as the rules have it.
#[derive(Debug, Clone)]
pub struct Model {
    pub id: Uuid,
    pub state: &'static str,
    pub unit: Option<Unit>,
    pub place: Uuid,
    pub village: Option<Uuid>,
    /// Whoever told of the fault: first, when it came back, or as a ticket that was merged into this one.
    pub reporters: Vec<Uuid>,
    pub is_static: bool,
    /// The department that supervises this kind of fault.
    pub supervisor: Option<Uuid>,
    pub version: i64,
    days: u32,
    issued: Option<DateTime<Utc>>,
    due: Option<DateTime<Utc>>,
    official: Option<DateTime<Utc>>,
    first: Option<DateTime<Utc>>,
    submitted: Option<DateTime<Utc>>,
    closed: Option<DateTime<Utc>>,
    held: Option<DateTime<Utc>>,
    review: Option<NaiveDate>,
    overdue: Option<DateTime<Utc>>,
    archived: bool,
    /// Of what cannot wait: the hours, by when it is to be under control, when that was reported, the hour that passed without a report.
    control: Option<u32>,
    control_due: Option<DateTime<Utc>>,
    control_done: Option<DateTime<Utc>>,
    control_missed: bool,
    control_late: bool,
    attempts: Vec<Attempt>,
    under_check: Option<Uuid>,
    requests: Vec<Request>,
    void_asked: Vec<Uuid>,
    agreed: Vec<(Uuid, Uuid)>,
    idle: u32,
    rework: u32,
    hollow: u32,
    slow: u32,
    relapse: u32,
    reminders: u32,
    reissued: u32,
    send_back_denied: u32,
    extensions: u32,
    hard: bool,
    /// How far up its delay was told.
    escalated: u32,
    /// The newest repair that waits for a signature.
    to_sign: Option<Uuid>,
    /// The department that it was referred to, also afterwards; the request and its last moment while it runs.
    referred_to: Option<Uuid>,
    referral: Option<(Uuid, DateTime<Utc>)>,
}

const WITH_UNIT: [&str; 3] = ["issued", "in_progress", "rework"];
const WORKING: [&str; 2] = ["in_progress", "rework"];
const NEW: [&str; 2] = ["issued", "in_progress"];
const ISSUED: [&str; 5] = ["issued", "in_progress", "submitted", "rework", "on_hold"];
const HELD: [&str; 4] = ["issued", "in_progress", "rework", "on_hold"];

impl Model {
    /// A finding's ticket before anything was done, as the office reads it.
    pub fn pending(row: &Value, reporter: Uuid, supervisor: Option<Uuid>) -> Self {
        let id = |key: &str| row[key].as_str().and_then(|text| text.parse().ok());
        Self {
            id: id("id").expect("an id"),
            state: "pending",
            // Whose it will be unless the office says otherwise.
            unit: id("unit_id").map(Unit::Township),
            place: id("township_id").expect("a place"),
            village: id("village_id"),
            reporters: vec![reporter],
            is_static: row["is_static"] == true,
            supervisor,
            version: row["version"].as_i64().expect("a version"),
            days: 0,
            issued: None,
            due: None,
            official: None,
            first: None,
            submitted: None,
            closed: None,
            held: None,
            review: None,
            overdue: None,
            archived: false,
            control: None,
            control_due: None,
            control_done: None,
            control_missed: false,
            control_late: false,
            attempts: Vec::new(),
            under_check: None,
            requests: Vec::new(),
            void_asked: Vec::new(),
            agreed: Vec::new(),
            idle: 0,
            rework: 0,
            hollow: 0,
            slow: 0,
            relapse: 0,
            reminders: 0,
            reissued: 0,
            send_back_denied: 0,
            extensions: 0,
            hard: false,
            escalated: 0,
            to_sign: None,
            referred_to: None,
            referral: None,
        }
    }

    /// Requests that nobody has decided.
    pub fn open_requests(&self) -> Vec<(Uuid, &'static str)> {
        self.requests
            .iter()
            .filter(|request| request.open)
            .map(|request| (request.id, request.what))
            .collect()
    }

    /// Every attempt that was ever recorded, newest last.
    pub fn attempt_ids(&self) -> Vec<Uuid> {
        self.attempts.iter().map(|attempt| attempt.id).collect()
    }

    /// Every request that was ever made.
    pub fn request_ids(&self) -> Vec<Uuid> {
        self.requests.iter().map(|request| request.id).collect()
    }

    fn is_open(&self) -> bool {
        self.state == "pending" || ISSUED.contains(&self.state)
    }

    /// Whether somebody may know of it: the county always; once it is issued, the unit that has it, the village where it lies, and the department that
    /// supervises its kind.
    pub fn is_seen_by(&self, who: &Who) -> bool {
        if who.is_county() {
            return true;
        }
        if self.issued.is_none() {
            return false;
        }
        let held_by = |unit: Uuid| self.unit.is_some_and(|held| held.id() == unit);
        match who.role {
            "department" => {
                held_by(who.unit) || self.supervisor == Some(who.unit) || self.referred_to == Some(who.unit)
            }
            "village_cadre" => self.village == Some(who.unit) && who.township.is_some_and(held_by),
            _ => held_by(who.unit),
        }
    }

    /// Who may read it: whoever it concerns, and the township or village on whose land a department repairs it.
    pub fn is_read_by(&self, who: &Who) -> bool {
        let on_land = match who.role {
            "village_cadre" => self.village == Some(who.unit),
            "main_leader" | "deputy_leader" | "desk_officer" => who.township == Some(self.place),
            _ => false,
        };
        let departments = matches!(self.unit, Some(Unit::Department(_)));
        self.is_seen_by(who) || (self.issued.is_some() && departments && on_land)
    }

    fn is_own(&self, who: &Who) -> bool {
        let own = who.township.unwrap_or(who.unit);
        !who.is_county() && self.unit.is_some_and(|unit| unit.id() == own)
    }

    fn go(&mut self, to: &'static str) {
        assert!(STEPS.contains(&(self.state, to)), "the model itself never goes from {} to {to}", self.state);
        self.state = to;
    }

    fn start_clock(&mut self, now: DateTime<Utc>) {
        let due = Some(end_of(plus(local_day(now), self.days)));
        (self.due, self.official) = (due, due);
        // New work is to be brought under control anew.
        self.control_due = self.control.map(|hours| now + TimeDelta::hours(i64::from(hours)));
        (self.control_done, self.control_missed, self.control_late) = (None, false, false);
    }

    /// A date of its own that lies ahead can pass in its turn, whatever passed before.
    fn run_anew(&mut self, now: DateTime<Utc>) {
        if self.official > Some(now) {
            self.overdue = None;
        }
    }

    /// Both dates move by the working days in which the unit could do nothing.
    fn stood_still(&mut self, from: DateTime<Utc>, to: DateTime<Utc>) {
        let days = between(local_day(from), local_day(to));
        let move_on = |due: DateTime<Utc>| if days == 0 { due } else { end_of(plus(day_of(due), days)) };
        (self.due, self.official) = (self.due.map(move_on), self.official.map(move_on));
    }

    /// Nobody decides any more what was asked.
    fn lapse(&mut self) {
        self.requests.iter_mut().for_each(|request| request.open = false);
    }

    /// More time was asked for before the date that was written down as missed.
    fn lift(&mut self, at: DateTime<Utc>) {
        if self.overdue.is_some_and(|due| at <= due) {
            self.overdue = None;
            self.slow -= 1;
            self.version += 1;
            self.escalated = 0;
        }
    }

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
        match answer {
            Answer::Applied | Answer::Waiting => {
                self.version += 1;
                // A date that lies ahead again is a new one: nobody has been told that it passed.
                let moved = (before.due, before.official) != (self.due, self.official);
                if moved && self.official.is_none_or(|due| due > now) {
                    self.escalated = 0;
                }
                if self.state != "on_hold" {
                    self.referral = None;
                }
            }
            Answer::Conflict | Answer::Refused(_) => *self = before,
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
                let Some(reason) = failed else {
                    self.go("closed");
                    self.closed = Some(now);
                    return Applied;
                };
                self.go("rework");
                self.rework += 1;
                self.hollow += u32::from(*reason == "not_done");
                self.stood_still(self.submitted.expect("it was submitted"), now);
                self.due = self.due.max(Some(end_of(plus(today, 1))));
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
                if day.is_some_and(|day| day < today) || !fits || taken || known {
                    return Conflict;
                }
                let made = Request { id: *request, what, open: true, day: *day, unit: *unit, asked_at: now };
                self.requests.push(made);
                Applied
            }
            Command::Decide { request, yes, unit, wrongly, days, .. } => {
                self.decide(who, (*request, *yes, *unit, *wrongly, *days), now)
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
                let days = TimeDelta::days(if self.is_static { 30 } else { 7 });
                let soon = self.closed.is_some_and(|closed| closed < now && now <= closed + days);
                if state != "closed" || !soon {
                    return Conflict;
                }
                self.go("rework");
                self.relapse += 1;
                self.reporters.push(who.person);
                // What was asked of the former life says nothing of this one.
                self.void_asked.clear();
                (self.closed, self.archived) = (None, false);
                let official = self.official;
                self.start_clock(now);
                self.official = self.official.max(official);
                self.due = self.due.max(self.official);
                self.run_anew(now);
                self.attempts.iter_mut().for_each(|attempt| attempt.current = false);
                (self.to_sign, self.escalated) = (None, 0);
                Applied
            }
            Command::Remind if HELD.contains(&state) => {
                self.reminders += 1;
                self.idle += 1;
                self.reissued += u32::from(self.idle.is_multiple_of(2));
                Applied
            }
            Command::Edit { day, .. } => {
                let dated = day.is_none_or(|day| day >= today && self.due.is_some());
                if !self.is_open() || !dated {
                    return Conflict;
                }
                if let Some(day) = day {
                    (self.due, self.official) = (Some(end_of(*day)), Some(end_of(*day)));
                    self.run_anew(now);
                }
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
            Command::Decline | Command::Resume | Command::Remind => Conflict,
        }
    }

    fn decide(
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

    /// Whether it is open, so that another ticket of its fault may come to it.
    pub fn can_take_in(&self) -> bool {
        self.is_open()
    }

    /// Another ticket of the fault came to this one.
    pub fn take_in(&mut self, reporters: &[Uuid]) {
        self.reporters.extend(reporters);
        self.version += 1;
    }

    fn resume(&mut self, now: DateTime<Utc>) {
        self.go("in_progress");
        let held = self.held.take().expect("it was held");
        (self.review, self.idle) = (None, 0);
        self.stood_still(held, now);
    }

    /// The place follows the township that was chosen.
    fn settle(&mut self, unit: Unit) {
        if let Unit::Township(id) = unit
            && id != self.place
        {
            (self.place, self.village) = (id, None);
        }
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

    /// What the office has to read of it.
    pub fn row(&self) -> Value {
        json!({
            "state": self.state, "version": self.version, "unit_id": self.unit.map(Unit::id), "township_id": self.place,
            "village_id": self.village, "due_at": self.due, "official_due_at": self.official, "first_due_at": self.first,
            "overdue_at": self.overdue, "review_day": self.review, "attempts": self.attempts.len(), "rework": self.rework,
            "relapse": self.relapse, "reminders": self.reminders, "reissued": self.reissued,
            "send_back_denied": self.send_back_denied, "extensions": self.extensions, "hard_case": self.hard,
            "archived": self.archived, "escalated": self.escalated, "to_sign_id": self.to_sign,
            "referral_due": self.referral.map(|(_, due)| due), "control_due": self.control_due, "control_done": self.control_done,
            "control_late": self.control_due.is_some() && self.control_late, "open_requests": self.requests.iter().filter(|request| request.open).count(),
        })
    }

    /// Counters that no screen shows by themselves; their events do.
    pub fn counters(&self) -> Value {
        json!({ "slow": self.slow, "hollow": self.hollow })
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
