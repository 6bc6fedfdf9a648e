//! Whether a fault becomes somebody's obligation: issued (T2), declined (T3), or voided by two persons (T14).

use super::step::{Done, conflict, files, only, payload, step, target, unit_exists};
use crate::{
    app::{
        AppResult,
        field::{
            entry::{Effect, Entry, Outcome},
            findings,
        },
    },
    domain::{
        clock::Instant,
        field::{envelope::Unreadable, inspection::MAX_TEXT},
        tickets::{
            Ticket,
            command::{IssueBody, ReasonBody, SEVERITIES},
            machine::{self, Step, Transition},
        },
    },
    store::{self, Tx, tickets::EventRow},
};
use uuid::Uuid;

/// T2 by hand, with choice of unit.
pub(super) async fn issue(entry: &Entry<'_>) -> Done {
    let body: IssueBody = payload!(entry);
    if !unit_exists(entry, body.unit_kind, body.unit_id).await?
        || body.severity.as_deref().is_some_and(|word| !SEVERITIES.contains(&word))
    {
        return Ok(Err(Unreadable { cause: "unit or severity".into() }));
    }
    // Its round before the ticket, as a release does; a ticket never changes its round.
    let round = match store::tickets::round_of(entry.tx, entry.county, body.target.ticket_id).await? {
        Some(id) => store::rounds::hold(entry.tx, entry.county, id).await?,
        None => None,
    };
    let mut ticket = target!(entry, body.target.ticket_id);
    if !machine::allows(ticket.state, Transition::T2) {
        return Ok(Ok(conflict(entry, ticket).await?));
    }
    // No time at all is "the same day" in working days, and nothing in hours.
    let least = i32::from(!body.deadline_unit.unwrap_or(ticket.deadline_unit).is_usual());
    let visible_from = findings::Openness::of(round.as_ref(), entry.now()).visible_from;
    let what = Step::Issue {
        unit_kind: body.unit_kind,
        unit_id: body.unit_id,
        number: findings::number(entry).await?,
        severity: body.severity,
        is_static: body.is_static,
        deadline_days: body.deadline_days.map(|days| days.clamp(least, 400)),
        deadline_unit: body.deadline_unit,
        control_hours: body.control_hours.map(|hours| hours.clamp(1, 168)),
        note: entry.text(&body.note, MAX_TEXT),
    };
    let changed = findings::issue(entry, &mut ticket, &what, visible_from).await?;
    if let Some(at) = ticket.visible_from {
        show_evidence(entry.tx, &ticket, at).await?;
    }
    let missing = files(entry, &ticket).await?;
    Ok(Ok(Effect {
        changed: vec![changed],
        subject: Some(("ticket", ticket.id)),
        missing,
        township: ticket.place_township_id,
        ..Effect::default()
    }))
}

/// Shows a ticket's own finding and its files to whoever repairs; sightings of rounds that are still hidden stay so.
pub async fn show_evidence(tx: &Tx, ticket: &Ticket, at: Instant) -> AppResult<()> {
    let county = ticket.county_id;
    store::field::findings::show(tx, county, ticket.finding_id, at).await?;
    let hidden = store::field::findings::hidden_operations(tx, county, ticket.id, ticket.finding_id).await?;
    Ok(store::field::named::release(tx, county, ticket.id, hidden, at).await?)
}

/// T3.
pub(super) async fn decline(entry: &Entry<'_>) -> Done {
    let body: ReasonBody = payload!(entry);
    let ticket = target!(entry, body.target.ticket_id);
    only(entry, ticket, &Step::Decline { reason: entry.text(&body.reason, MAX_TEXT) }).await
}

/// T14: an office head gives a reason, a second person confirms.
pub(super) async fn void(entry: &Entry<'_>) -> Done {
    let body: ReasonBody = payload!(entry);
    let ticket = target!(entry, body.target.ticket_id);
    let reason = entry.text(&body.reason, MAX_TEXT);
    if reason.trim().is_empty() {
        return Ok(Err(Unreadable { cause: "reason".into() }));
    }
    let by_another = asks_void(&store::tickets::events(entry.tx, &ticket).await?, entry.author.person_id);
    if !by_another {
        let done = step(entry, ticket, &Step::AskVoid { reason }).await?;
        return Ok(Ok(match done {
            Ok((_, effect)) => Effect { outcome: Outcome::Waiting, ..effect },
            Err(conflict) => conflict,
        }));
    }
    // It should never have counted: it leaves the board's sums.
    only(entry, ticket, &Step::Void { reason }).await
}

/// Whether somebody else asked to void it and has no answer: not since a second person said no, nor since the fault came back.
pub(super) fn asks_void(events: &[EventRow], me: Uuid) -> bool {
    let ends = [Transition::VoidDenied.name(), Transition::T13.name()];
    let now = events.iter().rposition(|event| ends.contains(&event.transition.as_str()));
    let since = now.map_or(events, |end| &events[end + 1..]);
    since.iter().any(|event| event.transition == Transition::VoidAsked.name() && event.person_id != Some(me))
}

/// A second person says no to voiding, with a reason.
pub(super) async fn keep(entry: &Entry<'_>) -> Done {
    let body: ReasonBody = payload!(entry);
    let ticket = target!(entry, body.target.ticket_id);
    let reason = entry.text(&body.reason, MAX_TEXT);
    if reason.trim().is_empty() {
        return Ok(Err(Unreadable { cause: "reason".into() }));
    }
    if !asks_void(&store::tickets::events(entry.tx, &ticket).await?, entry.author.person_id) {
        return Ok(Ok(conflict(entry, ticket).await?));
    }
    only(entry, ticket, &Step::Keep { reason }).await
}
