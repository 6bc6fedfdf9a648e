//! Events that may make notices, written with them and taken by the job. Nothing is missed when a transaction commits late, because
//! nothing is skipped by number: a row stays until it was read.

use crate::store::{
    Conn, Error, Tx,
    entity::{notice_event, ticket_event},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::LockType,
};
use uuid::Uuid;

use notice_event::Column as C;

/// An event as the job reads it.
pub type Event = ticket_event::Model;

/// Leaves an event for the job; called by whatever appends events.
pub async fn leave(tx: &Tx, county: Uuid, ticket: Uuid, event: Uuid) -> Result<(), Error> {
    let row = notice_event::ActiveModel {
        event_id: Set(event),
        county_id: Set(county),
        ticket_id: Set(ticket),
        ..Default::default()
    };
    notice_event::Entity::insert(row).exec_without_returning(tx.raw()).await?;
    Ok(())
}

/// Whether anything waits.
pub async fn waits(conn: &impl Conn) -> Result<bool, Error> {
    let one: Option<i64> = notice_event::Entity::find()
        .select_only()
        .column(C::Seq)
        .limit(1)
        .into_tuple()
        .one(conn.raw())
        .await?;
    Ok(one.is_some())
}

/// Takes the oldest ones out; they are gone when the transaction commits. A second taker waits for the first, so that whoever comes back with
/// nothing knows that what was there is told.
pub async fn take(tx: &Tx, limit: u64) -> Result<Vec<Event>, Error> {
    let rows = notice_event::Entity::find()
        .order_by_asc(C::Seq)
        .limit(limit)
        .lock(LockType::Update)
        .all(tx.raw())
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    notice_event::Entity::delete_many()
        .filter(C::Seq.is_in(rows.iter().map(|row| row.seq)))
        .exec(tx.raw())
        .await?;
    let mut events = ticket_event::Entity::find()
        .filter(ticket_event::Column::Id.is_in(rows.iter().map(|row| row.event_id)))
        .all(tx.raw())
        .await?;
    // In the order in which they were left.
    events.sort_by_key(|event| rows.iter().position(|row| row.event_id == event.id));
    Ok(events)
}
