//! Draws of closed tickets, their candidates, and what was found.

use crate::{
    domain::{
        clock::Instant,
        look_backs::ItemState,
        page::{Cursor, PageRequest},
        tickets::State,
    },
    store::{
        Conn, Error, Tx,
        entity::{look_back, look_back_item, photo_verdict, ticket},
    },
};
use chrono::{NaiveDate, SecondsFormat};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, JoinType, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
    sea_query::{Expr, LockType, OnConflict, SelectStatement},
};
use std::collections::HashSet;
use uuid::Uuid;

use look_back::Column as L;
use look_back_item::Column as I;
use ticket::Column as T;

/// A draw as stored.
pub type LookBack = look_back::Model;
/// A candidate as stored.
pub type Item = look_back_item::Model;

/// Rows of one statement; far below what either database takes as parameters.
const AT_ONCE: usize = 500;

/// Tickets closed within these instants, with their townships; those of rounds that are not released are nobody's work yet.
pub async fn closed_within(
    conn: &impl Conn,
    county: Uuid,
    now: Instant,
    (from, to): (Instant, Instant),
) -> Result<Vec<(Uuid, Uuid)>, Error> {
    let rows: Vec<(Uuid, Option<Uuid>)> = ticket::Entity::find()
        .select_only()
        .columns([T::Id, T::PlaceTownshipId])
        .filter(T::CountyId.eq(county).and(T::State.eq(State::Closed.as_str())))
        .filter(T::ClosedAt.gte(from).and(T::ClosedAt.lt(to)))
        .filter(T::VisibleFrom.lte(now).and(T::PlaceTownshipId.is_not_null()))
        .order_by_asc(T::Id)
        .into_tuple()
        .all(conn.raw())
        .await?;
    Ok(rows.into_iter().filter_map(|(id, township)| Some((id, township?))).collect())
}

/// Townships where two people found since then that a photo does not show its repair.
pub async fn not_the_repair_since(
    conn: &impl Conn,
    county: Uuid,
    since: Instant,
) -> Result<HashSet<Uuid>, Error> {
    use photo_verdict::Column as V;
    let of = photo_verdict::Entity::belongs_to(ticket::Entity).from(V::TicketId).to(T::Id);
    let rows: Vec<Option<Uuid>> = photo_verdict::Entity::find()
        .select_only()
        .column(T::PlaceTownshipId)
        .join(JoinType::InnerJoin, of.into())
        .filter(V::CountyId.eq(county).and(V::State.eq("confirmed")).and(V::DecidedAt.gte(since)))
        .into_tuple()
        .all(conn.raw())
        .await?;
    Ok(rows.into_iter().flatten().collect())
}

/// Inserts a draw unless its span has one that stands; the database decides when two draw at once.
pub async fn insert(tx: &Tx, row: LookBack, items: &[Item]) -> Result<bool, Error> {
    let rows = look_back::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.raw())
        .await?;
    if rows != 1 {
        return Ok(false);
    }
    for some in items.chunks(AT_ONCE) {
        let rows = some.iter().cloned().map(IntoActiveModel::into_active_model);
        look_back_item::Entity::insert_many(rows).exec_without_returning(tx.raw()).await?;
    }
    Ok(true)
}

pub async fn get(conn: &impl Conn, county: Uuid, id: Uuid) -> Result<Option<LookBack>, Error> {
    Ok(look_back::Entity::find_by_id(id).filter(L::CountyId.eq(county)).one(conn.raw()).await?)
}

/// Locked for change.
pub async fn lock(tx: &Tx, county: Uuid, id: Uuid) -> Result<Option<LookBack>, Error> {
    Ok(look_back::Entity::find_by_id(id)
        .filter(L::CountyId.eq(county))
        .lock(LockType::Update)
        .one(tx.raw())
        .await?)
}

/// One page of draws, newest first.
pub async fn list(conn: &impl Conn, county: Uuid, page: &PageRequest) -> Result<Vec<LookBack>, Error> {
    let mut query = look_back::Entity::find().filter(L::CountyId.eq(county));
    if let Some(Cursor { key, id }) = &page.after {
        let at = key.parse::<Instant>().unwrap_or_default();
        query =
            query.filter(Condition::any().add(L::DrawnAt.lt(at)).add(L::DrawnAt.eq(at).and(L::Id.lt(*id))));
    }
    Ok(query.order_by_desc(L::DrawnAt).order_by_desc(L::Id).limit(page.limit + 1).all(conn.raw()).await?)
}

/// Where the next page after this draw starts.
pub fn cursor(row: &LookBack) -> Cursor {
    Cursor { key: row.drawn_at.to_rfc3339_opts(SecondsFormat::Micros, true), id: row.id }
}

/// All candidates of a draw, by ticket.
pub async fn items(conn: &impl Conn, id: Uuid) -> Result<Vec<Item>, Error> {
    Ok(look_back_item::Entity::find()
        .filter(I::LookBackId.eq(id))
        .order_by_asc(I::TicketId)
        .all(conn.raw())
        .await?)
}

/// How many candidates of these draws stand where.
pub async fn counts(conn: &impl Conn, ids: Vec<Uuid>) -> Result<Vec<(Uuid, ItemState, i64)>, Error> {
    let rows: Vec<(Uuid, String, i64)> = look_back_item::Entity::find()
        .select_only()
        .column(I::LookBackId)
        .column(I::State)
        .column_as(I::TicketId.count(), "n")
        .filter(I::LookBackId.is_in(ids))
        .group_by(I::LookBackId)
        .group_by(I::State)
        .into_tuple()
        .all(conn.raw())
        .await?;
    Ok(rows.into_iter().filter_map(|(id, word, n)| Some((id, ItemState::parse(&word)?, n))).collect())
}

/// The newest draw of each of these tickets that drew it.
pub async fn of_tickets(conn: &impl Conn, tickets: Vec<Uuid>) -> Result<Vec<Item>, Error> {
    Ok(look_back_item::Entity::find()
        .filter(I::TicketId.is_in(tickets).and(I::Drawn.eq(true)))
        .filter(I::State.ne(ItemState::Dropped.as_str()))
        .order_by_asc(I::DrawnAt)
        .all(conn.raw())
        .await?)
}

/// The draw for which a ticket waits to be looked at, locked for change.
pub async fn waiting(tx: &Tx, ticket: Uuid) -> Result<Option<Item>, Error> {
    Ok(look_back_item::Entity::find()
        .filter(I::TicketId.eq(ticket).and(I::State.eq(ItemState::Waiting.as_str())))
        .order_by_asc(I::DrawnAt)
        .limit(1)
        .lock(LockType::Update)
        .one(tx.raw())
        .await?)
}

/// What was found, when and by whom.
#[derive(Debug, Clone)]
pub struct Found {
    pub state: ItemState,
    pub at: Instant,
    pub day: NaiveDate,
    pub person_id: Option<Uuid>,
    pub operation_id: Option<Uuid>,
    pub note: String,
}

/// Ends whatever waits for this ticket; answers how many draws that were.
pub async fn end(tx: &Tx, ticket: Uuid, found: Found) -> Result<u64, Error> {
    let touched = look_back_item::Entity::update_many()
        .col_expr(I::State, Expr::value(found.state.as_str()))
        .col_expr(I::LookedAt, Expr::value(found.at))
        .col_expr(I::LookedDay, Expr::value(found.day.to_string()))
        .col_expr(I::PersonId, Expr::value(found.person_id))
        .col_expr(I::OperationId, Expr::value(found.operation_id))
        .col_expr(I::Note, Expr::value(found.note))
        .filter(I::TicketId.eq(ticket).and(I::State.eq(ItemState::Waiting.as_str())))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected)
}

/// Makes room for another draw of the same span: what nobody looked at is dropped.
pub async fn redone(tx: &Tx, id: Uuid, by: Uuid) -> Result<(), Error> {
    look_back::Entity::update_many()
        .col_expr(L::RedoneBy, Expr::value(by))
        .filter(L::Id.eq(id))
        .exec(tx.raw())
        .await?;
    look_back_item::Entity::update_many()
        .col_expr(I::State, Expr::value(ItemState::Dropped.as_str()))
        .filter(I::LookBackId.eq(id).and(I::State.eq(ItemState::Waiting.as_str())))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// How many were looked at on these days, by township and what was found.
pub async fn looked(
    conn: &impl Conn,
    county: Uuid,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Vec<(Uuid, ItemState, i64)>, Error> {
    let found = [ItemState::Held, ItemState::NotHeld].map(ItemState::as_str);
    let rows: Vec<(Uuid, String, i64)> = look_back_item::Entity::find()
        .select_only()
        .column(I::TownshipId)
        .column(I::State)
        .column_as(I::TicketId.count(), "n")
        .filter(I::CountyId.eq(county).and(I::State.is_in(found)))
        .filter(I::LookedDay.gte(from.to_string()).and(I::LookedDay.lte(to.to_string())))
        .group_by(I::TownshipId)
        .group_by(I::State)
        .into_tuple()
        .all(conn.raw())
        .await?;
    Ok(rows.into_iter().filter_map(|(id, word, n)| Some((id, ItemState::parse(&word)?, n))).collect())
}

/// Ids of tickets that were drawn and stand so.
pub(in crate::store) fn tickets_with(county: Uuid, state: ItemState, draw: Option<Uuid>) -> SelectStatement {
    look_back_item::Entity::find()
        .select_only()
        .column(I::TicketId)
        .filter(
            Condition::all()
                .add(I::CountyId.eq(county))
                .add(I::State.eq(state.as_str()))
                .add_option(draw.map(|id| I::LookBackId.eq(id))),
        )
        .into_query()
}
