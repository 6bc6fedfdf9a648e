//! What the clock alone moves: tickets newly overdue or past their hour of control, holds whose day of review has come, closed ones to be put on file. By keyset
//! over indexes of their own, so a sweep costs what it finds, however many tickets there are.

use crate::{
    domain::{clock::Instant, tickets::State},
    store::{Conn, Error, entity::ticket},
};
use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

use ticket::Column as C;

/// A ticket that the sweep looks at: its county and its id.
pub type Due = (Uuid, Uuid);

/// Tickets with their unit whose date passed before `now` and of which no event says so yet, after a keyset. The official date leads the index
/// and is never the later one.
pub async fn newly_overdue(
    conn: &impl Conn,
    now: Instant,
    after: Option<(Instant, Uuid)>,
    limit: u64,
) -> Result<Vec<(Instant, Due)>, Error> {
    let untold = C::OverdueAt.is_null().and(C::DueAt.lt(now));
    passed(conn, C::OfficialDueAt, untold, now, after, limit).await
}

/// Tickets with their unit whose hour of control passed before `now`, that nobody has reported and of which no event says so yet,
/// after a keyset.
pub async fn newly_out_of_control(
    conn: &impl Conn,
    now: Instant,
    after: Option<(Instant, Uuid)>,
    limit: u64,
) -> Result<Vec<(Instant, Due)>, Error> {
    let untold = C::ControlOverdueAt.is_null().and(C::ControlDoneAt.is_null());
    passed(conn, C::ControlDueAt, untold, now, after, limit).await
}

/// Tickets with their unit of which `due` passed before `now` and that `untold` lets through, after a keyset.
async fn passed(
    conn: &impl Conn,
    due: C,
    untold: Expr,
    now: Instant,
    after: Option<(Instant, Uuid)>,
    limit: u64,
) -> Result<Vec<(Instant, Due)>, Error> {
    let mut query = ticket::Entity::find()
        .select_only()
        .columns([due, C::CountyId, C::Id])
        .filter(untold)
        .filter(C::State.is_in(State::WITH_UNIT.map(State::as_str)))
        .filter(due.lt(now));
    if let Some((at, id)) = after {
        query = query.filter(Condition::any().add(due.gt(at)).add(due.eq(at).and(C::Id.gt(id))));
    }
    let rows: Vec<(Instant, Uuid, Uuid)> =
        query.order_by_asc(due).order_by_asc(C::Id).limit(limit).into_tuple().all(conn.raw()).await?;
    Ok(rows.into_iter().map(|(at, county, id)| (at, (county, id))).collect())
}

/// Held tickets whose day of review is `today` or earlier.
pub async fn to_review(conn: &impl Conn, today: NaiveDate, limit: u64) -> Result<Vec<Due>, Error> {
    Ok(ticket::Entity::find()
        .select_only()
        .columns([C::CountyId, C::Id])
        .filter(C::State.eq(State::OnHold.as_str()).and(C::ReviewDay.lte(today.to_string())))
        .order_by_asc(C::ReviewDay)
        .order_by_asc(C::Id)
        .limit(limit)
        .into_tuple()
        .all(conn.raw())
        .await?)
}

/// Open tickets that are written down as overdue by an earlier date than their unit was given last, by id.
pub async fn overdue_before_due(
    conn: &impl Conn,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Due>, Error> {
    Ok(ticket::Entity::find()
        .select_only()
        .columns([C::CountyId, C::Id])
        .filter(C::OverdueAt.is_not_null().and(Expr::col(C::DueAt).gt(Expr::col(C::OverdueAt))))
        .filter(C::State.is_in(State::OPEN.map(State::as_str)))
        .filter(Condition::all().add_option(after.map(|id| C::Id.gt(id))))
        .order_by_asc(C::Id)
        .limit(limit)
        .into_tuple()
        .all(conn.raw())
        .await?)
}

/// Closed tickets that are not on file yet and were closed before `before`.
pub async fn to_archive(conn: &impl Conn, before: Instant, limit: u64) -> Result<Vec<Due>, Error> {
    Ok(ticket::Entity::find()
        .select_only()
        .columns([C::CountyId, C::Id])
        .filter(C::State.eq(State::Closed.as_str()).and(C::ArchivedAt.is_null()))
        .filter(C::ClosedAt.lt(before))
        .order_by_asc(C::ClosedAt)
        .order_by_asc(C::Id)
        .limit(limit)
        .into_tuple()
        .all(conn.raw())
        .await?)
}

/// Tickets of a county with their unit whose date was `late` or earlier and whose delay has not been told up to `step`.
pub async fn to_escalate(
    conn: &impl Conn,
    county: Uuid,
    step: i32,
    late: Instant,
    limit: u64,
) -> Result<Vec<Due>, Error> {
    Ok(ticket::Entity::find()
        .select_only()
        .columns([C::CountyId, C::Id])
        .filter(C::CountyId.eq(county))
        .filter(C::State.is_in(State::WITH_UNIT.map(State::as_str)))
        .filter(C::Escalated.lt(step).and(C::Escalated.lt(3)))
        .filter(C::OfficialDueAt.lte(late).and(C::DueAt.lte(late)).and(C::VisibleFrom.is_not_null()))
        .order_by_asc(C::OfficialDueAt)
        .order_by_asc(C::Id)
        .limit(limit)
        .into_tuple()
        .all(conn.raw())
        .await?)
}
