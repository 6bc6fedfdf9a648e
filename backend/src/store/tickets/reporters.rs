//! Who told of a ticket's fault beside its first reporter: whoever found that it came back, and whoever told of it as a ticket that was
//! merged in since.

use crate::{
    domain::tickets::{Ticket, machine::Transition},
    store::{
        Conn, Error,
        entity::{finding, ticket, ticket_event},
    },
};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect};
use std::collections::HashSet;
use uuid::Uuid;

/// Tickets of one query; far below what either database takes as parameters.
const AT_ONCE: usize = 400;

/// Those of these tickets that this person told of so.
pub async fn also_by(conn: &impl Conn, person: Uuid, tickets: &[Uuid]) -> Result<HashSet<Uuid>, Error> {
    use finding::Column as F;
    use ticket_event::Column as E;
    let mut told = HashSet::new();
    for some in tickets.chunks(AT_ONCE) {
        let came_back: Vec<Uuid> = ticket_event::Entity::find()
            .select_only()
            .column(E::TicketId)
            .filter(E::TicketId.is_in(some.iter().copied()).and(E::PersonId.eq(person)))
            .filter(E::Transition.eq(Transition::T13.name()))
            .into_tuple()
            .all(conn.raw())
            .await?;
        told.extend(came_back);
        let seen: Vec<(Uuid, Option<Uuid>)> = finding::Entity::find()
            .select_only()
            .columns([F::Id, F::TicketId])
            .filter(F::TicketId.is_in(some.iter().copied()).and(F::PersonId.eq(person)))
            .into_tuple()
            .all(conn.raw())
            .await?;
        // What was only seen again never opened a ticket of its own.
        let own: Vec<Uuid> = seen.iter().map(|(id, _)| Ticket::id_of(*id)).collect();
        let opened: Vec<Uuid> = ticket::Entity::find()
            .select_only()
            .column(ticket::Column::Id)
            .filter(ticket::Column::Id.is_in(own))
            .into_tuple()
            .all(conn.raw())
            .await?;
        let opened: HashSet<Uuid> = opened.into_iter().collect();
        told.extend(
            seen.into_iter()
                .filter(|(id, _)| opened.contains(&Ticket::id_of(*id)))
                .filter_map(|(_, now)| now),
        );
    }
    Ok(told)
}
