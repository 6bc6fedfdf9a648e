//! Lists of tickets: one by its number, and pages by due date or newest first.

use super::{
    columns::due_sort,
    filter::{Filter, narrowed, within},
};
use crate::{
    domain::{
        clock::Instant,
        page::{Cursor, PageRequest},
        people::scope::Scope,
        tickets::Ticket,
    },
    store::{Conn, Error, entity::ticket},
};
use chrono::SecondsFormat;
use sea_orm::{ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};

use ticket::Column as C;

/// The ticket of this number in a county.
pub async fn numbered(conn: &impl Conn, scope: Scope, number: &str) -> Result<Option<Ticket>, Error> {
    let Some(county) = scope.county() else { return Ok(None) };
    let query = ticket::Entity::find().filter(C::CountyId.eq(county).and(C::Number.eq(number)));
    query.one(conn.raw()).await?.map(Ticket::try_from).transpose()
}

/// One page, `limit + 1` rows, by due date (or newest first).
pub async fn list(
    conn: &impl Conn,
    scope: Scope,
    now: Instant,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Vec<Ticket>, Error> {
    let mut query =
        ticket::Entity::find().filter(within(filter, scope, now)).filter(narrowed(filter, scope, now));
    if let Some(Cursor { key, id }) = &page.after {
        query = query.filter(if filter.newest_first {
            let at = key.parse::<Instant>().unwrap_or(now);
            Condition::any().add(C::CreatedAt.lt(at)).add(C::CreatedAt.eq(at).and(C::Id.lt(*id)))
        } else {
            Condition::any()
                .add(C::DueSort.gt(key.clone()))
                .add(C::DueSort.eq(key.clone()).and(C::Id.gt(*id)))
        });
    }
    query = if filter.newest_first {
        query.order_by_desc(C::CreatedAt).order_by_desc(C::Id)
    } else {
        query.order_by_asc(C::DueSort).order_by_asc(C::Id)
    };
    query.limit(page.limit + 1).all(conn.raw()).await?.into_iter().map(Ticket::try_from).collect()
}

/// Where the next page after this ticket starts.
pub fn cursor(ticket: &Ticket, newest_first: bool) -> Cursor {
    let key = if newest_first {
        ticket.created_at.to_rfc3339_opts(SecondsFormat::Micros, true)
    } else {
        due_sort(ticket)
    };
    Cursor { key, id: ticket.id }
}
