//! A ticket as columns and back.

use crate::{
    domain::{
        field::flag::Flag,
        page::fold,
        people::role::UnitKind,
        tickets::{State, Ticket},
    },
    store::{Error, entity::ticket},
};
use chrono::SecondsFormat;

/// Sorts after every real due date.
const NO_DUE: &str = "9999";

pub(super) fn due_sort(ticket: &Ticket) -> String {
    ticket.due_at.map_or_else(|| NO_DUE.to_owned(), |due| due.to_rfc3339_opts(SecondsFormat::Micros, true))
}

pub(super) fn state(text: &str) -> Result<State, Error> {
    State::parse(text).ok_or_else(|| Error::Inconsistent {
        table: "ticket",
        column: "state",
        value: text.to_owned(),
    })
}

pub(super) fn model(ticket: &Ticket) -> ticket::Model {
    let t = ticket.clone();
    ticket::Model {
        due_sort: due_sort(ticket),
        search: fold(&format!(
            "{} {} {} {}",
            t.number.as_deref().unwrap_or_default(),
            t.title,
            t.item_code,
            t.note
        )),
        id: t.id,
        county_id: t.county_id,
        number: t.number,
        state: t.state.as_str().to_owned(),
        title: t.title,
        note: t.note,
        severity: t.severity,
        is_static: t.is_static,
        restricted: t.restricted,
        makes: t.makes,
        source: t.source,
        department: t.department,
        deadline_days: t.deadline_days,
        place_township_id: t.place_township_id,
        place_village_id: t.place_village_id,
        unit_kind: t.unit_kind.as_str().to_owned(),
        unit_id: t.unit_id,
        site_id: t.site_id,
        item_code: t.item_code,
        instance_key: t.instance_key,
        lon: t.lon,
        lat: t.lat,
        accuracy_m: t.accuracy_m,
        border: t.border,
        round_id: t.round_id,
        finding_id: t.finding_id,
        reporter_id: t.reporter_id,
        observed_at: t.observed_at,
        created_at: t.created_at,
        issued_at: t.issued_at,
        due_at: t.due_at,
        official_due_at: t.official_due_at,
        first_due_at: t.first_due_at,
        accepted_at: t.accepted_at,
        acceptor_id: t.acceptor_id,
        submitted_at: t.submitted_at,
        closed_at: t.closed_at,
        attempts: t.attempts,
        rework: t.rework,
        hollow: t.hollow,
        slow: t.slow,
        sightings: t.sightings,
        seen_while_submitted: t.seen_while_submitted,
        attempt_id: t.attempt_id,
        last_reason: t.last_reason,
        missing_files: t.missing_files,
        flags: serde_json::to_value(t.flags).unwrap_or_default(),
        visible_from: t.visible_from,
        relapse: t.relapse,
        reminders: t.reminders,
        idle_reminders: t.idle_reminders,
        reissued: t.reissued,
        send_back_denied: t.send_back_denied,
        extensions: t.extensions,
        hard_case: t.hard_case,
        hard_ask: Some(t.hard_ask),
        held_at: t.held_at,
        review_day: t.review_day.map(|day| day.to_string()),
        merged_into_id: t.merged_into_id,
        linked_ticket_id: t.linked_ticket_id,
        archived_at: t.archived_at,
        overdue_at: t.overdue_at,
        late_accepts: t.late_accepts,
        not_shown: t.not_shown,
        version: t.version,
    }
}

impl TryFrom<ticket::Model> for Ticket {
    type Error = Error;

    fn try_from(m: ticket::Model) -> Result<Self, Error> {
        Ok(Self {
            state: state(&m.state)?,
            unit_kind: UnitKind::parse(&m.unit_kind).ok_or_else(|| Error::Inconsistent {
                table: "ticket",
                column: "unit_kind",
                value: m.unit_kind.clone(),
            })?,
            flags: serde_json::from_value::<Vec<Flag>>(m.flags).unwrap_or_default(),
            id: m.id,
            county_id: m.county_id,
            number: m.number,
            title: m.title,
            note: m.note,
            severity: m.severity,
            is_static: m.is_static,
            restricted: m.restricted,
            makes: m.makes,
            source: m.source,
            department: m.department,
            deadline_days: m.deadline_days,
            place_township_id: m.place_township_id,
            place_village_id: m.place_village_id,
            unit_id: m.unit_id,
            site_id: m.site_id,
            item_code: m.item_code,
            instance_key: m.instance_key,
            lon: m.lon,
            lat: m.lat,
            accuracy_m: m.accuracy_m,
            border: m.border,
            round_id: m.round_id,
            finding_id: m.finding_id,
            reporter_id: m.reporter_id,
            observed_at: m.observed_at,
            created_at: m.created_at,
            issued_at: m.issued_at,
            due_at: m.due_at,
            official_due_at: m.official_due_at,
            first_due_at: m.first_due_at,
            accepted_at: m.accepted_at,
            acceptor_id: m.acceptor_id,
            submitted_at: m.submitted_at,
            closed_at: m.closed_at,
            attempts: m.attempts,
            rework: m.rework,
            hollow: m.hollow,
            slow: m.slow,
            sightings: m.sightings,
            seen_while_submitted: m.seen_while_submitted,
            attempt_id: m.attempt_id,
            last_reason: m.last_reason,
            missing_files: m.missing_files,
            visible_from: m.visible_from,
            relapse: m.relapse,
            reminders: m.reminders,
            idle_reminders: m.idle_reminders,
            reissued: m.reissued,
            send_back_denied: m.send_back_denied,
            extensions: m.extensions,
            hard_case: m.hard_case,
            hard_ask: m.hard_ask.unwrap_or_default(),
            held_at: m.held_at,
            review_day: m.review_day.and_then(|day| day.parse().ok()),
            merged_into_id: m.merged_into_id,
            linked_ticket_id: m.linked_ticket_id,
            archived_at: m.archived_at,
            overdue_at: m.overdue_at,
            late_accepts: m.late_accepts,
            not_shown: m.not_shown,
            version: m.version,
        })
    }
}
