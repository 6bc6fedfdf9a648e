//! Sums over the rows of a list: by state, township, site and day, narrowed as the list is.

use super::{
    columns::state,
    filter::{Falls, Filter, counted, narrowed, within},
    rows::scoped,
};
use crate::{
    domain::{
        clock::Instant,
        people::scope::Scope,
        standards::calendar::start_of_day,
        tickets::{State, dues::DueKind},
    },
    store::{Conn, Error, entity::ticket},
};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

use ticket::Column as C;

/// How many tickets in scope stand in each state.
pub async fn count_by_state(
    conn: &impl Conn,
    scope: Scope,
    now: Instant,
    filter: &Filter,
) -> Result<HashMap<State, i64>, Error> {
    #[derive(FromQueryResult)]
    struct Row {
        state: String,
        n: i64,
    }
    let rows = ticket::Entity::find()
        .select_only()
        .column(C::State)
        .column_as(C::Id.count(), "n")
        .filter(within(filter, scope, now))
        .filter(narrowed(filter, scope, now))
        .group_by(C::State)
        .into_model::<Row>()
        .all(conn.raw())
        .await?;
    rows.into_iter().map(|row| Ok((state(&row.state)?, row.n))).collect()
}

/// How many tickets in scope lie in each township.
pub async fn count_by_township(
    conn: &impl Conn,
    scope: Scope,
    now: Instant,
    filter: &Filter,
) -> Result<HashMap<Uuid, i64>, Error> {
    let rows: Vec<(Option<Uuid>, i64)> = ticket::Entity::find()
        .select_only()
        .column(C::PlaceTownshipId)
        .column_as(C::Id.count(), "n")
        .filter(within(filter, scope, now))
        .filter(narrowed(filter, scope, now))
        .group_by(C::PlaceTownshipId)
        .into_tuple()
        .all(conn.raw())
        .await?;
    Ok(rows.into_iter().filter_map(|(id, n)| Some((id?, n))).collect())
}

/// What the zero board counts of one ticket.
#[derive(Debug, FromQueryResult)]
pub struct CountedRow {
    pub place_township_id: Option<Uuid>,
    pub issued_at: Option<Instant>,
    pub state: String,
    pub closed_at: Option<Instant>,
}

/// The rows in scope that the zero board counts.
pub async fn counted_rows(conn: &impl Conn, scope: Scope, now: Instant) -> Result<Vec<CountedRow>, Error> {
    Ok(ticket::Entity::find()
        .select_only()
        .columns([C::PlaceTownshipId, C::IssuedAt, C::State, C::ClosedAt])
        .filter(scoped(scope, now))
        .filter(counted(now))
        .into_model()
        .all(conn.raw())
        .await?)
}

/// How many open tickets in scope each of these sites has; sites without any are not named.
pub async fn open_by_site(
    conn: &impl Conn,
    scope: Scope,
    now: Instant,
    sites: Vec<Uuid>,
) -> Result<HashMap<Uuid, i64>, Error> {
    let rows: Vec<(Uuid, i64)> = ticket::Entity::find()
        .select_only()
        .column(C::SiteId)
        .column_as(C::Id.count(), "n")
        .filter(scoped(scope, now))
        .filter(C::SiteId.is_in(sites).and(C::State.is_in(State::OPEN.map(State::as_str))))
        .group_by(C::SiteId)
        .into_tuple()
        .all(conn.raw())
        .await?;
    Ok(rows.into_iter().collect())
}

/// When each ticket was issued and is due, of those that have both.
pub async fn spans(
    conn: &impl Conn,
    scope: Scope,
    now: Instant,
    filter: &Filter,
) -> Result<Vec<(Instant, Instant)>, Error> {
    Ok(ticket::Entity::find()
        .select_only()
        .columns([C::IssuedAt, C::DueAt])
        .filter(within(filter, scope, now))
        .filter(narrowed(filter, scope, now))
        .filter(C::IssuedAt.is_not_null().and(C::DueAt.is_not_null()))
        .into_tuple()
        .all(conn.raw())
        .await?)
}

/// When what a list is narrowed to by `falls` ends, and of how many rows: an instant (of the time to accept that of the issue), or the day
/// on which a hold is looked at again.
pub async fn falls_at(
    conn: &impl Conn,
    scope: Scope,
    now: Instant,
    filter: &Filter,
) -> Result<Vec<(Instant, i64)>, Error> {
    let Some(Falls { kind, .. }) = filter.falls else { return Ok(Vec::new()) };
    let column = match kind {
        DueKind::Repair => C::DueAt,
        DueKind::Internal => C::InternalDueAt,
        DueKind::Accept => C::IssuedAt,
        DueKind::Check => C::CheckDueAt,
        DueKind::Control => C::ControlDueAt,
        DueKind::Review => C::ReviewDay,
        DueKind::Referral => C::ReferralDueAt,
    };
    let rows = ticket::Entity::find()
        .select_only()
        .column(column)
        .column_as(C::Id.count(), "n")
        .filter(within(filter, scope, now))
        .filter(narrowed(filter, scope, now))
        .group_by(column);
    if kind == DueKind::Review {
        let rows: Vec<(Option<String>, i64)> = rows.into_tuple().all(conn.raw()).await?;
        let day = |text: Option<String>| text.and_then(|text| text.parse().ok());
        return Ok(rows.into_iter().filter_map(|(text, n)| Some((start_of_day(day(text)?), n))).collect());
    }
    let rows: Vec<(Option<Instant>, i64)> = rows.into_tuple().all(conn.raw()).await?;
    Ok(rows.into_iter().filter_map(|(at, n)| Some((at?, n))).collect())
}
