//! The tickets of a month with their events, read by indexes of their own, so that a month costs what it holds and not what ever was.

use crate::{
    domain::{
        clock::Instant,
        colours::{
            history::{Line, Story},
            month::Span,
        },
        tickets::State,
    },
    store::{
        Conn, Error,
        entity::{ticket, ticket_event},
    },
};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Select,
};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

use ticket::Column as C;
use ticket_event::Column as E;

/// Tickets of one query for events.
const CHUNK: usize = 500;
/// What a township finds itself.
const SELF_CHECK: &str = "self_check";

#[derive(FromQueryResult)]
struct Told {
    id: Uuid,
    number: Option<String>,
    source: String,
    place_township_id: Option<Uuid>,
}

#[derive(FromQueryResult)]
struct Event {
    ticket_id: Uuid,
    transition: String,
    to_state: String,
    reason: String,
    data: serde_json::Value,
    observed_at: Instant,
    accepted_at: Instant,
}

/// Every ticket that may matter to a span, of which townships may know at `now`: open ones, those closed or due since it began, and those
/// of whose photos something was found.
pub async fn of_span(conn: &impl Conn, county: Uuid, span: Span, now: Instant) -> Result<Vec<Story>, Error> {
    let open = [State::Issued, State::InProgress, State::Submitted, State::Rework, State::OnHold];
    let queries = [
        C::State.is_in(open.map(State::as_str)),
        C::ClosedAt.gte(span.from),
        C::OfficialDueAt.gt(span.from),
        C::NotShown.gt(0),
    ];
    let mut found: BTreeMap<Uuid, Told> = BTreeMap::new();
    for wanted in queries {
        let rows = known(county, span, now).filter(wanted).into_model::<Told>().all(conn.raw()).await?;
        found.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    let ids: Vec<Uuid> = found.keys().copied().collect();
    let mut lines: HashMap<Uuid, Vec<Line>> = HashMap::new();
    for chunk in ids.chunks(CHUNK) {
        let events = ticket_event::Entity::find()
            .select_only()
            .columns([
                E::TicketId,
                E::Transition,
                E::ToState,
                E::Reason,
                E::Data,
                E::ObservedAt,
                E::AcceptedAt,
            ])
            .filter(E::TicketId.is_in(chunk.iter().copied()))
            .order_by_asc(E::TicketId)
            .order_by_asc(E::Version)
            .into_model::<Event>()
            .all(conn.raw())
            .await?;
        for event in events {
            lines.entry(event.ticket_id).or_default().push(line(event)?);
        }
    }
    Ok(found
        .into_values()
        .map(|told| Story {
            lines: lines.remove(&told.id).unwrap_or_default(),
            id: told.id,
            number: told.number.unwrap_or_default(),
            self_found: told.source == SELF_CHECK,
            opened_for: told.place_township_id,
        })
        .collect())
}

fn known(county: Uuid, span: Span, now: Instant) -> Select<ticket::Entity> {
    ticket::Entity::find()
        .select_only()
        .columns([C::Id, C::Number, C::Source, C::PlaceTownshipId])
        .filter(C::CountyId.eq(county).and(C::CreatedAt.lt(span.to)).and(C::VisibleFrom.lte(now)))
        .filter(C::State.is_in(State::COUNTED.map(State::as_str)))
}

fn line(event: Event) -> Result<Line, Error> {
    let to = State::parse(&event.to_state).ok_or(Error::Inconsistent {
        table: "ticket_event",
        column: "to_state",
        value: event.to_state,
    })?;
    Ok(Line {
        transition: event.transition,
        to,
        reason: event.reason,
        data: event.data,
        observed_at: event.observed_at,
        accepted_at: event.accepted_at,
    })
}
