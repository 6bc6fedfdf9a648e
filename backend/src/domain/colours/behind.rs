//! The rows behind a township's month: each ticket with the event that made it count. Every figure, rule and counter is worked out from these
//! rows, so that a number and the list that it opens cannot differ.

use super::{
    history::{Stood, Story, Told},
    level::overdue_days,
    month::{Span, had},
    rules::ColourRules,
    why::{Figure, Why},
};
use crate::domain::{clock::Instant, page::Cursor, standards::calendar::Calendar, tickets::State};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

/// A ticket behind a figure, and why it stands there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = MonthRow)]
pub struct Behind {
    pub ticket_id: Uuid,
    pub number: String,
    pub why: Why,
    /// The event of the ticket that made it count, by its version.
    pub event: i32,
    /// When it counts.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub at: Instant,
    /// The date or hour that it is measured by.
    #[schema(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Instant>,
}

impl Behind {
    fn key(&self) -> (Instant, Uuid, i32, Why) {
        (self.at, self.ticket_id, self.event, self.why)
    }

    /// Where the page after this row begins.
    pub fn cursor(&self) -> Cursor {
        Cursor {
            key: format!("{}.{}.{}", self.at.timestamp_micros(), self.event, self.why as u8),
            id: self.ticket_id,
        }
    }

    /// Whether it comes after a cursor; `None` for one that is not of such a list.
    pub fn is_after(&self, cursor: &Cursor) -> Option<bool> {
        let mut parts = cursor.key.split('.').map(str::parse::<i64>);
        let (at, event, why) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
        let own = (self.at.timestamp_micros(), self.ticket_id, i64::from(self.event), self.why as i64);
        Some(own > (at, cursor.id, event, why))
    }
}

/// The rows of one township's month, oldest first.
pub fn rows(
    stories: &[&Story],
    township: Uuid,
    span: Span,
    (calendar, lines): (&Calendar, &ColourRules),
) -> Vec<Behind> {
    let mut rows = Vec::new();
    for story in stories.iter().filter(|story| story.counts()) {
        let stood = story.stood(span.to);
        let mut add = |why, told: Told, by| {
            rows.push(Behind {
                ticket_id: story.id,
                number: story.number.clone(),
                why,
                event: told.event,
                at: told.at,
                by,
            });
        };
        let had = had(&stood, township, span);
        if story.self_found {
            if had {
                add(Why::SelfFound, stood.opened, None);
            }
            continue;
        }
        for one in story.happened(span.from, span.to) {
            if one.unit == Some(township) {
                add(one.what, Told { event: one.event, at: one.at }, one.by);
            }
        }
        if had {
            match stood.closed {
                Some(closed) => add(Why::HadClosed, closed, None),
                None => add(Why::HadOpen, stood.given, None),
            }
        }
        if stood.unit == Some(township) {
            by_date(&stood, span, calendar, lines, add);
        }
    }
    rows.sort_by_key(Behind::key);
    rows
}

/// What a ticket's date makes of it.
fn by_date(
    stood: &Stood,
    span: Span,
    calendar: &Calendar,
    lines: &ColourRules,
    mut add: impl FnMut(Why, Told, Option<Instant>),
) {
    let Some(due) = stood.official_due.filter(|due| *due <= span.to) else { return };
    if let Some(passed) = stood.due.filter(|due| stood.state.is_with_unit() && *due <= span.to) {
        let days = overdue_days(calendar, passed, span.to - chrono::TimeDelta::microseconds(1));
        let why = if days > lines.long_days { Why::OverdueLong } else { Why::Overdue };
        add(why, stood.dated, Some(passed));
    }
    if due <= span.from {
        return;
    }
    let put_forward = stood.put_forward.unwrap_or(stood.dated);
    let (why, told) = match (stood.state, stood.in_time) {
        (State::OnHold, _) => (Why::Held, stood.held.unwrap_or(stood.dated)),
        (State::Submitted, Some(true)) => (Why::Waiting, put_forward),
        (State::Closed, Some(true)) => (Why::OnTime, put_forward),
        _ => (Why::Late, put_forward),
    };
    add(why, told, Some(due));
}

impl Figure {
    /// Its rows among those of a month, in their order.
    pub fn of(self, rows: &[Behind]) -> Vec<&Behind> {
        let mut seen = BTreeSet::new();
        rows.iter()
            .filter(|row| self.counts().contains(&row.why))
            .filter(|row| !self.of_tickets() || seen.insert(row.ticket_id))
            .collect()
    }

    /// The number itself.
    pub fn count(self, rows: &[Behind]) -> u32 {
        u32::try_from(self.of(rows).len()).unwrap_or(u32::MAX)
    }

    /// Its tickets, each once.
    pub fn tickets(self, rows: &[Behind]) -> Vec<Uuid> {
        let ids: BTreeSet<Uuid> = self.of(rows).into_iter().map(|row| row.ticket_id).collect();
        ids.into_iter().collect()
    }
}
