//! A ticket's counters and dates worked out from its history alone. Stored values are only a shortcut to these: a township that doubts a
//! number is shown the events that make it.

use super::machine::Event;
use super::{State, Ticket};
use crate::domain::clock::Instant;
use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// What the history says.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, as in the ticket")]
pub struct Replayed {
    pub version: i32,
    pub state: State,
    pub due_at: Option<Instant>,
    pub official_due_at: Option<Instant>,
    pub internal_due_at: Option<Instant>,
    pub lead_days: i32,
    pub overdue_at: Option<Instant>,
    pub review_day: Option<NaiveDate>,
    pub attempts: i32,
    pub rework: i32,
    pub hollow: i32,
    pub slow: i32,
    pub sightings: i32,
    pub relapse: i32,
    pub reminders: i32,
    pub reissued: i32,
    pub send_back_denied: i32,
    pub extensions: i32,
    pub escalated: i32,
    pub to_sign_id: Option<Uuid>,
    pub referral_due_at: Option<Instant>,
    pub hard_case: bool,
    pub archived: bool,
    pub idle_reminders: i32,
    pub late_accepts: i32,
    pub not_shown: i32,
    pub campaigns: i32,
    pub zero_day: Option<NaiveDate>,
    pub control_due_at: Option<Instant>,
    pub control_done: bool,
    pub control_late: bool,
    pub control_overdue_at: Option<Instant>,
}

impl Replayed {
    /// The same of a ticket as it is stored.
    pub fn stored(ticket: &Ticket) -> Self {
        Self {
            version: ticket.version,
            state: ticket.state,
            due_at: ticket.due_at,
            official_due_at: ticket.official_due_at,
            internal_due_at: ticket.internal_due_at,
            lead_days: ticket.lead_days,
            overdue_at: ticket.overdue_at,
            review_day: ticket.review_day,
            attempts: ticket.attempts,
            rework: ticket.rework,
            hollow: ticket.hollow,
            slow: ticket.slow,
            sightings: ticket.sightings,
            relapse: ticket.relapse,
            reminders: ticket.reminders,
            reissued: ticket.reissued,
            send_back_denied: ticket.send_back_denied,
            extensions: ticket.extensions,
            escalated: ticket.escalated,
            to_sign_id: ticket.to_sign_id,
            referral_due_at: ticket.referral_due_at,
            hard_case: ticket.hard_case,
            archived: ticket.archived_at.is_some(),
            idle_reminders: ticket.idle_reminders,
            late_accepts: ticket.late_accepts,
            not_shown: ticket.not_shown,
            campaigns: ticket.campaigns,
            zero_day: ticket.zero_day,
            control_due_at: ticket.control_due_at,
            control_done: ticket.control_done_at.is_some(),
            control_late: ticket.control_late,
            control_overdue_at: ticket.control_overdue_at,
        }
    }

    /// A ticket just opened, seen once.
    fn opened(state: State) -> Self {
        Self {
            version: 0,
            state,
            due_at: None,
            official_due_at: None,
            internal_due_at: None,
            lead_days: 0,
            overdue_at: None,
            review_day: None,
            attempts: 0,
            rework: 0,
            hollow: 0,
            slow: 0,
            sightings: 1,
            relapse: 0,
            reminders: 0,
            reissued: 0,
            send_back_denied: 0,
            extensions: 0,
            escalated: 0,
            to_sign_id: None,
            referral_due_at: None,
            hard_case: false,
            archived: false,
            idle_reminders: 0,
            late_accepts: 0,
            not_shown: 0,
            campaigns: 0,
            zero_day: None,
            control_due_at: None,
            control_done: false,
            control_late: false,
            control_overdue_at: None,
        }
    }

    fn add(&mut self, event: &Event) {
        let says = |key: &str| event.data[key].as_bool() == Some(true);
        (self.version, self.state) = (event.version, event.to);
        if event.data.get("official_due_at").is_some() {
            self.due_at = read(event, "due_at");
            self.official_due_at = read(event, "official_due_at");
        }
        if event.data.get("internal_due_at").is_some() {
            self.internal_due_at = read(event, "internal_due_at");
            self.lead_days = read(event, "lead_days").unwrap_or_default();
        }
        if event.data.get("control_due_at").is_some() {
            (self.control_due_at, self.control_done) = (read(event, "control_due_at"), false);
            (self.control_late, self.control_overdue_at) = (false, None);
        }
        // What the unit does ends the row of reminders that it left unanswered.
        if matches!(event.transition, "T5" | "T6" | "T9" | "T10" | "attempt" | "stage" | "milestone") {
            self.idle_reminders = 0;
        }
        if event.data["escalated"] == 0 {
            self.escalated = 0;
        }
        if event.data.get("overdue_at").is_some_and(serde_json::Value::is_null) {
            self.overdue_at = None;
        }
        if event.to != State::OnHold {
            self.referral_due_at = None;
        }
        match event.transition {
            "T5" => {
                self.slow += i32::from(says("late"));
                self.late_accepts += i32::from(says("late"));
            }
            "T7" => self.extensions += 1,
            "T8" => self.review_day = read(event, "review_day"),
            "T9" => self.review_day = None,
            "repair_not_shown" => self.not_shown += 1,
            "repair_shown" => self.not_shown -= 1,
            "T12" => {
                self.rework += 1;
                self.hollow += i32::from(event.reason == "not_done");
            }
            "T6" | "T10" => self.to_sign_id = None,
            "referred" => self.referral_due_at = read(event, "referral_due_at"),
            "escalated" => self.escalated = read(event, "step").unwrap_or_default(),
            "T13" => {
                self.to_sign_id = None;
                self.relapse += 1;
                self.sightings += 1;
                self.archived = false;
            }
            "T15" => {
                self.slow += 1;
                self.overdue_at = read(event, "due_at");
            }
            "overdue_lifted" => {
                self.slow -= 1;
                self.overdue_at = None;
            }
            "stage" => {
                self.slow += i32::from(says("late") && !says("told"));
                self.control_late |= says("late");
                self.control_done = true;
            }
            "control_overdue" => {
                self.slow += 1;
                (self.control_late, self.control_overdue_at) = (true, read(event, "passed"));
            }
            "control_lifted" => {
                self.slow -= 1;
                (self.control_late, self.control_overdue_at) = (false, None);
            }
            "T16" => {
                self.reminders += 1;
                self.idle_reminders += 1;
                self.reissued += i32::from(says("reissued"));
            }
            "T18" => self.archived = true,
            "attempt" => {
                self.attempts += 1;
                self.to_sign_id = read(event, "attempt_id");
            }
            "sighting" => self.sightings += 1,
            "took_in" => self.sightings += read::<i32>(event, "sightings").unwrap_or_default(),
            "denied" => self.send_back_denied += i32::from(event.data["what"] == "send_back"),
            "campaign_joined" => {
                self.campaigns += i32::from(!says("again"));
                self.zero_day = read(event, "zero_day");
            }
            "campaign_left" => self.zero_day = read(event, "zero_day"),
            "hard_case" => self.hard_case = says("hard"),
            _ => {}
        }
    }
}

fn read<T: DeserializeOwned>(event: &Event, key: &str) -> Option<T> {
    serde_json::from_value(event.data[key].clone()).ok()
}

/// Works a ticket out from its whole history, oldest first; `None` without one.
pub fn replay<'a>(events: impl IntoIterator<Item = &'a Event>) -> Option<Replayed> {
    let mut replayed = None;
    for event in events {
        replayed.get_or_insert_with(|| Replayed::opened(event.to)).add(event);
    }
    replayed
}
