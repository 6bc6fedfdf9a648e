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
    ColumnTrait, Condition, DbBackend, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select, Statement,
};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

use ticket::Column as C;
use ticket_event::Column as E;

/// Tickets of one query for events.
const CHUNK: usize = 500;
/// Something was found of a photo.
const NOT_SHOWN: &str = "repair_not_shown";
/// Another unit has it.
const PASSED_ON: &str = "T6";
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
    version: i32,
    transition: String,
    to_state: String,
    reason: String,
    data: serde_json::Value,
    observed_at: Instant,
    accepted_at: Instant,
}

/// The tickets that may matter to a span, by what an index of its own finds: open ones, those closed since it began, and those due in it.
/// What was closed before it and is due after it is nothing to it.
fn candidates(county: Uuid, of: Option<Uuid>, span: Span, now: Instant) -> [Select<ticket::Entity>; 3] {
    let open = [State::Issued, State::InProgress, State::Submitted, State::Rework, State::OnHold];
    [
        C::State.is_in(open.map(State::as_str)),
        C::ClosedAt.gte(span.from),
        C::OfficialDueAt.gt(span.from).and(C::OfficialDueAt.lte(span.to)),
    ]
    .map(|wanted| {
        let own = Condition::all().add_option(of.map(|township| C::PlaceTownshipId.eq(township)));
        known(county, span, now).filter(wanted).filter(own)
    })
}

/// What the database is asked for them, for whoever looks at how it goes about it.
pub fn statements(
    backend: DbBackend,
    county: Uuid,
    of: Option<Uuid>,
    span: Span,
    now: Instant,
) -> [Statement; 3] {
    candidates(county, of, span, now).map(|query| query.build(backend))
}

/// Every ticket that may matter to a span, of which townships may know at `now`; of one township those that it has or had in it. Beside
/// [`candidates`] those of whose photos something was found in the span, and those that the township passed on since.
pub async fn of_span(
    conn: &impl Conn,
    county: Uuid,
    of: Option<Uuid>,
    span: Span,
    now: Instant,
) -> Result<Vec<Story>, Error> {
    let mut found: BTreeMap<Uuid, Told> = BTreeMap::new();
    for query in candidates(county, of, span, now) {
        let rows = query.into_model::<Told>().all(conn.raw()).await?;
        found.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    let mut named = with_event(conn, county, NOT_SHOWN, span.from).await?;
    if of.is_some() {
        named.extend(with_event(conn, county, PASSED_ON, span.from).await?);
    }
    // By their ids, which a planner knows to be few; of a query inside the query it does not.
    for chunk in named.chunks(CHUNK) {
        let by_id = known(county, span, now).filter(C::Id.is_in(chunk.iter().copied()));
        let rows = by_id.into_model::<Told>().all(conn.raw()).await?;
        found.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    let ids: Vec<Uuid> = found.keys().copied().collect();
    let mut lines: HashMap<Uuid, Vec<Line>> = HashMap::new();
    for chunk in ids.chunks(CHUNK) {
        let events = ticket_event::Entity::find()
            .select_only()
            .columns([
                E::TicketId,
                E::Version,
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

/// The tickets to which this happened since a moment.
async fn with_event(
    conn: &impl Conn,
    county: Uuid,
    transition: &str,
    from: Instant,
) -> Result<Vec<Uuid>, Error> {
    Ok(ticket_event::Entity::find()
        .select_only()
        .column(E::TicketId)
        .distinct()
        .filter(E::CountyId.eq(county).and(E::Transition.eq(transition)).and(E::AcceptedAt.gte(from)))
        .into_tuple()
        .all(conn.raw())
        .await?)
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
        version: event.version,
        transition: event.transition,
        to,
        reason: event.reason,
        data: event.data,
        observed_at: event.observed_at,
        accepted_at: event.accepted_at,
    })
}
