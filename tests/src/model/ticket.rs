//! One ticket by the rules: what is known of it, and what the office has to read.

mod again;
mod ask;
mod clock;
mod decide;
mod obey;
mod row;
mod sight;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use uuid::Uuid;

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

#[derive(Debug, Clone, PartialEq)]
struct Attempt {
    id: Uuid,
    by: Uuid,
    signed_by: Option<Uuid>,
    /// Recorded and never put forward.
    fresh: bool,
    /// Recorded for the present work: by this unit, since it last came back.
    current: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Request {
    id: Uuid,
    what: &'static str,
    open: bool,
    day: Option<NaiveDate>,
    unit: Option<Unit>,
    asked_at: DateTime<Utc>,
}

/// A ticket, as the rules have it.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub id: Uuid,
    pub state: &'static str,
    pub unit: Option<Unit>,
    pub place: Uuid,
    pub village: Option<Uuid>,
    /// Whoever told of the fault: first, when it came back, or as a ticket that was merged into this one.
    pub reporters: Vec<Uuid>,
    /// Pictures of the fault, its own and those of tickets that were merged into it.
    pub pictures: usize,
    pub is_static: bool,
    /// The department that supervises this kind of fault.
    pub supervisor: Option<Uuid>,
    pub version: i64,
    days: u32,
    issued: Option<DateTime<Utc>>,
    due: Option<DateTime<Utc>>,
    official: Option<DateTime<Utc>>,
    /// Both dates as they would be without any zeroing campaign.
    free: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// The last day of the zeroing campaign that holds it.
    pub(super) zero: Option<NaiveDate>,
    /// It lies at a site of the kind that narrow campaigns take.
    pub at_shelter: bool,
    /// The round that nobody may know of yet, in which it was found.
    pub round: Option<Uuid>,
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
    /// By when the county checks it; of each check that was made, whether that was late.
    check_due: Option<DateTime<Utc>>,
    pub checks: Vec<bool>,
    requests: Vec<Request>,
    void_asked: Vec<Uuid>,
    /// What came of each draw in which it was drawn to be looked at again, newest last.
    looks: Vec<&'static str>,
    agreed: Vec<(Uuid, Uuid, NaiveDate)>,
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
            pictures: row["before"].as_array().map_or(0, Vec::len),
            is_static: row["is_static"] == true,
            supervisor,
            version: row["version"].as_i64().expect("a version"),
            days: 0,
            issued: None,
            due: None,
            official: None,
            free: None,
            round: None,
            zero: None,
            at_shelter: row["site_id"].is_string(),
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
            check_due: None,
            checks: Vec::new(),
            requests: Vec::new(),
            void_asked: Vec::new(),
            looks: Vec::new(),
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

    /// What was asked for, and to which day.
    pub fn asked(&self, request: Uuid) -> Option<(&'static str, Option<NaiveDate>)> {
        let known = self.requests.iter().find(|known| known.id == request)?;
        Some((known.what, known.day))
    }

    /// The request by which a department has it now.
    pub fn referred(&self) -> Option<Uuid> {
        self.referral.map(|(request, _)| request)
    }

    /// Whether nothing happens to it any more.
    pub fn is_over(&self) -> bool {
        ["declined", "merged", "void"].contains(&self.state)
    }

    /// Whether the hour of control passed without a report.
    pub fn is_out_of_control(&self) -> bool {
        self.control_missed
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

    fn go(&mut self, to: &'static str) {
        assert!(STEPS.contains(&(self.state, to)), "the model itself never goes from {} to {to}", self.state);
        self.state = to;
    }

    /// Nobody decides any more what was asked.
    fn lapse(&mut self) {
        self.requests.iter_mut().for_each(|request| request.open = false);
    }

    /// Whether it is open, so that another ticket of its fault may come to it.
    pub fn can_take_in(&self) -> bool {
        self.is_open()
    }

    /// Another ticket of the fault came to this one.
    pub fn take_in(&mut self, other: &Self) {
        self.reporters.extend(&other.reporters);
        self.pictures += other.pictures;
        self.version += 1;
    }

    /// The place follows the township that was chosen.
    fn settle(&mut self, unit: Unit) {
        if let Unit::Township(id) = unit
            && id != self.place
        {
            (self.place, self.village) = (id, None);
        }
    }
}
