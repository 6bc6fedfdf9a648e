//! T4: two tickets of one fault become one. What people saw and sent is shown with the other; it counts once.

use super::step::{Done, conflict, payload, step, target};
use crate::{
    app::{
        AppResult,
        field::{
            answer::Refusal,
            entry::{Effect, Entry},
        },
    },
    domain::{
        field::inspection::MAX_TEXT,
        places::position::Point,
        tickets::{
            Ticket,
            command::MergeBody,
            machine::{self, Step, Transition},
        },
    },
    store,
};
use uuid::Uuid;

/// How far apart two reports of one fault away from a site may lie, in metres.
const NEAR_M: f64 = 200.0;

/// Merges a ticket into another open one of the same fault.
pub(super) async fn merge(entry: &Entry<'_>) -> Done {
    let body: MergeBody = payload!(entry);
    let (from, into) = (body.target.ticket_id, body.into_ticket_id);
    // Rounds before tickets, as a release does, and both in one order, so that two merges cannot wait for each other.
    let hidden = [hidden_round(entry, from.min(into)).await?, hidden_round(entry, from.max(into)).await?];
    let (ticket, other) = if from <= into {
        let ticket = target!(entry, from);
        (ticket, store::tickets::lock(entry.tx, entry.author.scope, entry.now(), into).await?)
    } else {
        let other = store::tickets::lock(entry.tx, entry.author.scope, entry.now(), into).await?;
        (target!(entry, from), other)
    };
    let Some(mut other) = other else { return Ok(Ok(Effect::refused(Refusal::UnknownTicket))) };
    let fits = hidden[0] == hidden[1]
        && ticket.id != other.id
        && other.state.is_open()
        && same_fault(&ticket, &other)
        && machine::allows(ticket.state, Transition::T4);
    if !fits {
        return Ok(Ok(conflict(entry, ticket).await?));
    }
    let sightings = ticket.sightings;
    let what = Step::Merge { into: other.id, note: entry.text(&body.note, MAX_TEXT) };
    let done = step(entry, ticket, &what).await?;
    let (ticket, mut effect) = match done {
        Ok(done) => done,
        Err(conflict) => return Ok(Ok(conflict)),
    };
    let operations = store::field::findings::move_to(entry.tx, entry.county, ticket.id, other.id).await?;
    store::field::named::move_to(entry.tx, entry.county, ticket.id, other.id, operations).await?;
    let taken = Step::TakeIn { ticket_id: ticket.id, sightings };
    if let Ok(event) = machine::apply(&mut other, &taken, entry.when(), entry.facts.deadlines()) {
        store::tickets::update(entry.tx, &other).await?;
        effect.changed.push(entry.record(&other, &event, other.unit_id).await?);
    }
    Ok(Ok(effect))
}

/// The round of a ticket that the townships may not know of yet.
async fn hidden_round(entry: &Entry<'_>, id: Uuid) -> AppResult<Option<Uuid>> {
    let Some(round) = store::tickets::round_of(entry.tx, entry.county, id).await? else { return Ok(None) };
    let held = store::rounds::hold(entry.tx, entry.county, round).await?;
    Ok(held.filter(|round| round.visible_from.is_none()).map(|round| round.id))
}

/// The same item at the same site; away from sites, close by.
fn same_fault(one: &Ticket, other: &Ticket) -> bool {
    let point = |ticket: &Ticket| {
        let (lon, lat) = ticket.lon.zip(ticket.lat)?;
        Point::new(lon, lat).ok()
    };
    one.item_code == other.item_code
        && match (one.site_id, other.site_id) {
            (Some(site), Some(other)) => site == other,
            (None, None) => {
                point(one).zip(point(other)).is_some_and(|(here, there)| here.distance_m(there) <= NEAR_M)
            }
            _ => false,
        }
}
