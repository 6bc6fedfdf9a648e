//! What a ticket leaves behind: its history, its number, and the day's sums of the zero board. Written once, only added to.

use crate::{
    domain::{
        clock::Instant,
        notices,
        tickets::{Ticket, machine::Event},
    },
    store::{
        Conn, Error, Tx,
        entity::{counter, static_day, ticket_event},
        notices::outbox,
    },
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict, Query},
};
use uuid::Uuid;

/// Who and when of a history line.
#[derive(Debug, Clone, Copy)]
pub struct EventBy {
    pub operation_id: Option<Uuid>,
    pub person_id: Option<Uuid>,
    pub post_id: Option<Uuid>,
    pub observed_at: Instant,
    pub accepted_at: Instant,
}

/// The id of a line of history, which follows from ticket and version.
pub fn event_id(ticket: Uuid, version: i32) -> Uuid {
    Uuid::new_v5(&ticket, &version.to_be_bytes())
}

/// Appends one line of history. Its id follows from ticket and version, so a repeat cannot double it.
pub async fn append_event(tx: &Tx, ticket: &Ticket, event: &Event, by: EventBy) -> Result<(), Error> {
    let id = event_id(ticket.id, event.version);
    ticket_event::Entity::insert(ticket_event::ActiveModel {
        id: Set(id),
        county_id: Set(ticket.county_id),
        ticket_id: Set(ticket.id),
        version: Set(event.version),
        transition: Set(event.transition.to_owned()),
        from_state: Set(event.from.map(|state| state.as_str().to_owned())),
        to_state: Set(event.to.as_str().to_owned()),
        operation_id: Set(by.operation_id),
        person_id: Set(by.person_id),
        post_id: Set(by.post_id),
        reason: Set(event.reason.clone()),
        data: Set(event.data.clone()),
        observed_at: Set(by.observed_at),
        accepted_at: Set(by.accepted_at),
    })
    .exec_without_returning(tx.raw())
    .await?;
    // What units are told follows from events alone; the job reads it from here.
    if notices::events::tells(event.transition) {
        outbox::leave(tx, ticket.county_id, ticket.id, id).await?;
    }
    Ok(())
}

/// One line of history, as stored.
pub type EventRow = ticket_event::Model;

/// The whole history of a ticket that the caller has already been given.
pub async fn events(conn: &impl Conn, ticket: &Ticket) -> Result<Vec<EventRow>, Error> {
    Ok(ticket_event::Entity::find()
        .filter(ticket_event::Column::TicketId.eq(ticket.id))
        .order_by_asc(ticket_event::Column::Version)
        .all(conn.raw())
        .await?)
}

/// The tickets of these lines of history.
pub async fn tickets_of(conn: &impl Conn, events: Vec<Uuid>) -> Result<Vec<(Uuid, Uuid)>, Error> {
    use ticket_event::Column as E;
    let rows = ticket_event::Entity::find().select_only().columns([E::Id, E::TicketId]);
    Ok(rows.filter(E::Id.is_in(events)).into_tuple().all(conn.raw()).await?)
}

/// The next number of a county's series.
pub async fn next_number(tx: &Tx, county: Uuid, series: &str) -> Result<i64, Error> {
    use counter::Column as N;
    let statement = Query::insert()
        .into_table(counter::Entity)
        .columns([N::CountyId, N::Name, N::Value])
        .values_panic([county.into(), series.into(), 1_i64.into()])
        .on_conflict(
            OnConflict::columns([N::CountyId, N::Name])
                .value(N::Value, Expr::col((counter::Entity, N::Value)).add(1))
                .to_owned(),
        )
        .returning_col(N::Value)
        .to_owned();
    let row = tx.raw().query_one(&statement).await?;
    let row =
        row.ok_or(Error::Inconsistent { table: "counter", column: "value", value: series.to_owned() })?;
    Ok(row.try_get_by_index(0)?)
}

/// Adds to the day's sums that the zero board is drawn from.
pub async fn count_static(
    tx: &Tx,
    county: Uuid,
    township: Uuid,
    day: String,
    opened: i32,
    closed: i32,
) -> Result<(), Error> {
    use static_day::Column as S;
    static_day::Entity::insert(static_day::ActiveModel {
        county_id: Set(county),
        township_id: Set(township),
        local_day: Set(day),
        opened: Set(opened),
        closed: Set(closed),
    })
    .on_conflict(
        OnConflict::columns([S::CountyId, S::TownshipId, S::LocalDay])
            .value(S::Opened, Expr::col((static_day::Entity, S::Opened)).add(opened))
            .value(S::Closed, Expr::col((static_day::Entity, S::Closed)).add(closed))
            .to_owned(),
    )
    .exec_without_returning(tx.raw())
    .await?;
    Ok(())
}
