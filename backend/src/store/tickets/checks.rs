//! Events of a span by their kind, for figures of how long things took; an index of their own keeps them apart from the years before.

use crate::{
    domain::clock::Instant,
    store::{
        Conn, Error,
        entity::{ticket, ticket_event},
    },
};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use ticket_event::Column as E;

/// A step of a ticket, and whose ticket it is now.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Happened {
    pub ticket_id: Uuid,
    pub number: Option<String>,
    pub version: i32,
    pub transition: String,
    pub reason: String,
    pub data: serde_json::Value,
    pub observed_at: Instant,
    pub accepted_at: Instant,
    pub unit_id: Option<Uuid>,
    pub place_township_id: Option<Uuid>,
}

/// Tickets of one query; far below what either database takes as parameters.
const AT_ONCE: usize = 400;

/// Everything of these kinds that came in within these instants, both included.
pub async fn within(
    conn: &impl Conn,
    county: Uuid,
    kinds: &[&str],
    (from, to): (Instant, Instant),
) -> Result<Vec<Happened>, Error> {
    Ok(named()
        .filter(E::CountyId.eq(county).and(E::Transition.is_in(kinds.iter().copied())))
        .filter(E::AcceptedAt.gte(from).and(E::AcceptedAt.lte(to)))
        .order_by_asc(E::AcceptedAt)
        .order_by_asc(E::Id)
        .into_model()
        .all(conn.raw())
        .await?)
}

/// Everything of one kind that ever happened to these tickets.
pub async fn of_tickets(
    conn: &impl Conn,
    kind: &str,
    mut tickets: Vec<Uuid>,
) -> Result<Vec<Happened>, Error> {
    tickets.sort_unstable();
    tickets.dedup();
    let mut found = Vec::new();
    for some in tickets.chunks(AT_ONCE) {
        let query = named().filter(E::TicketId.is_in(some.iter().copied()).and(E::Transition.eq(kind)));
        found.extend(query.order_by_asc(E::Version).into_model::<Happened>().all(conn.raw()).await?);
    }
    Ok(found)
}

fn named() -> sea_orm::Select<ticket_event::Entity> {
    let ticket = ticket_event::Entity::belongs_to(ticket::Entity).from(E::TicketId).to(ticket::Column::Id);
    ticket_event::Entity::find()
        .select_only()
        .columns([E::TicketId, E::Version, E::Transition, E::Reason, E::Data, E::ObservedAt, E::AcceptedAt])
        .column(ticket::Column::Number)
        .column(ticket::Column::UnitId)
        .column(ticket::Column::PlaceTownshipId)
        .join(JoinType::InnerJoin, ticket.into())
}
