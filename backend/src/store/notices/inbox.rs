//! The inbox of a duty: written once an event, unit and duty, read by whoever holds the post, narrowed to tickets that the reader may see.

use crate::{
    domain::{
        clock::Instant,
        notices::{events::Address, kind::NoticeKind},
        page::{Cursor, PageRequest},
        people::{role::Role, scope::Scope},
        tickets::State,
    },
    store::{
        Conn, Error, Tx,
        colours::leaders,
        entity::{notice, notice_seen, ticket},
        tickets::scoped,
    },
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Alias, Expr, OnConflict, Query, SelectStatement},
};
use serde_json::Value;
use uuid::Uuid;

use notice::Column as N;

/// A notice as stored.
pub type Notice = notice::Model;

/// A notice to be written. The same key is written once for each unit and duty.
#[derive(Debug, Clone)]
pub struct NewNotice {
    pub id: Uuid,
    pub county_id: Uuid,
    pub kind: NoticeKind,
    pub event_key: String,
    pub to: Address,
    pub ticket_id: Option<Uuid>,
    pub data: Value,
    pub urgent: bool,
    pub at: Instant,
}

/// Who reads: a person in a post that is addressed, and the tickets that this post may see now.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    pub person_id: Uuid,
    pub unit_id: Uuid,
    pub duty: Role,
    pub scope: Scope,
    pub now: Instant,
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct NoticeFilter {
    /// All, when none is named.
    pub kinds: Vec<NoticeKind>,
    /// Group and kind that do not go together.
    pub nothing: bool,
    pub unseen: Option<bool>,
    pub ticket_id: Option<Uuid>,
}

/// False when it is there already.
pub async fn insert(tx: &Tx, new: NewNotice) -> Result<bool, Error> {
    let row = notice::ActiveModel {
        id: Set(new.id),
        county_id: Set(new.county_id),
        kind: Set(new.kind.as_str().into()),
        event_key: Set(new.event_key),
        unit_kind: Set(new.to.unit_kind.as_str().into()),
        unit_id: Set(new.to.unit_id),
        duty: Set(new.to.duty.as_str().into()),
        ticket_id: Set(new.ticket_id),
        data: Set(new.data),
        urgent: Set(new.urgent),
        at: Set(new.at),
        ..Default::default()
    };
    let rows = notice::Entity::insert(row)
        .on_conflict(OnConflict::columns([N::EventKey, N::UnitId, N::Duty]).do_nothing().to_owned())
        .exec_without_returning(tx.raw())
        .await?;
    Ok(rows == 1)
}

/// One page, newest first, `limit + 1` rows, each with whether its reader has seen it.
pub async fn list(
    conn: &impl Conn,
    reader: &Reader,
    filter: &NoticeFilter,
    page: &PageRequest,
) -> Result<Vec<(Notice, bool)>, Error> {
    let mut query = notice::Entity::find().filter(told(reader)).filter(narrowed(filter, reader));
    if let Some(Cursor { key, .. }) = &page.after {
        query = query.filter(N::Seq.lt(key.parse::<i64>().unwrap_or(i64::MAX)));
    }
    let rows = query.order_by_desc(N::Seq).limit(page.limit + 1).all(conn.raw()).await?;
    let seen: Vec<i64> = notice_seen::Entity::find()
        .select_only()
        .column(notice_seen::Column::Seq)
        .filter(notice_seen::Column::PersonId.eq(reader.person_id))
        .filter(notice_seen::Column::Seq.is_in(rows.iter().map(|row| row.seq)))
        .into_tuple()
        .all(conn.raw())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let known = seen.contains(&row.seq);
            (row, known)
        })
        .collect())
}

/// Where the page after this one begins.
pub fn cursor(row: &Notice) -> Cursor {
    Cursor { key: row.seq.to_string(), id: row.id }
}

/// What of one kind a reader has.
#[derive(Debug, Clone, FromQueryResult)]
pub struct KindSum {
    pub kind: String,
    pub urgent: bool,
    pub n: i64,
    /// Different tickets.
    pub tickets: i64,
    /// With a ticket at all; the others count one each.
    pub with_ticket: i64,
    pub latest: i64,
}

/// Sums by kind, of all or of what is not seen yet.
pub async fn by_kind(
    conn: &impl Conn,
    reader: &Reader,
    filter: &NoticeFilter,
) -> Result<Vec<KindSum>, Error> {
    Ok(notice::Entity::find()
        .select_only()
        .columns([N::Kind, N::Urgent])
        .column_as(N::Seq.count(), "n")
        .column_as(Expr::col((notice::Entity, N::TicketId)).count_distinct(), "tickets")
        .column_as(N::TicketId.count(), "with_ticket")
        .column_as(N::Seq.max(), "latest")
        .filter(told(reader))
        .filter(narrowed(filter, reader))
        .group_by(N::Kind)
        .group_by(N::Urgent)
        .into_model()
        .all(conn.raw())
        .await?)
}

/// When these were written.
pub async fn times(conn: &impl Conn, numbers: Vec<i64>) -> Result<Vec<(i64, Instant)>, Error> {
    Ok(notice::Entity::find()
        .select_only()
        .columns([N::Seq, N::At])
        .filter(N::Seq.is_in(numbers))
        .into_tuple()
        .all(conn.raw())
        .await?)
}

/// How many a reader has not seen.
pub async fn unseen(conn: &impl Conn, reader: &Reader) -> Result<i64, Error> {
    let filter = NoticeFilter { unseen: Some(true), ..NoticeFilter::default() };
    let n: Option<i64> = notice::Entity::find()
        .select_only()
        .column_as(N::Seq.count(), "n")
        .filter(told(reader))
        .filter(narrowed(&filter, reader))
        .into_tuple()
        .one(conn.raw())
        .await?;
    Ok(n.unwrap_or(0))
}

/// Marks what the reader has as seen: these ids, or all of the filter. What is not his stays as it is.
pub async fn mark(
    tx: &Tx,
    reader: &Reader,
    filter: &NoticeFilter,
    ids: Option<Vec<Uuid>>,
) -> Result<(), Error> {
    let rows: SelectStatement = notice::Entity::find()
        .select_only()
        .expr_as(Expr::val(reader.person_id), "person_id")
        .column(N::Seq)
        .filter(told(reader))
        .filter(narrowed(filter, reader))
        .filter(Condition::all().add_option(ids.map(|ids| N::Id.is_in(ids))))
        .into_query();
    let mut insert = Query::insert();
    insert.into_table(notice_seen::Entity).columns([notice_seen::Column::PersonId, notice_seen::Column::Seq]);
    insert.select_from(rows).map_err(|error| Error::Inconsistent {
        table: "notice_seen",
        column: "seq",
        value: error.to_string(),
    })?;
    insert.on_conflict(
        OnConflict::columns([notice_seen::Column::PersonId, notice_seen::Column::Seq])
            .do_nothing()
            .to_owned(),
    );
    tx.raw().execute(&insert).await?;
    Ok(())
}

/// Takes marks back.
pub async fn unmark(tx: &Tx, person: Uuid, ids: Vec<Uuid>) -> Result<(), Error> {
    let rows = notice::Entity::find().select_only().column(N::Seq).filter(N::Id.is_in(ids)).into_query();
    notice_seen::Entity::delete_many()
        .filter(notice_seen::Column::PersonId.eq(person))
        .filter(notice_seen::Column::Seq.in_subquery(rows))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// Takes away notices of a ticket that it has settled, with their marks; those of one duty may stay.
pub async fn settle(tx: &Tx, ticket: Uuid, kinds: &[NoticeKind], but: Option<Role>) -> Result<(), Error> {
    let settled = Condition::all()
        .add(N::TicketId.eq(ticket))
        .add(N::Kind.is_in(kinds.iter().map(|kind| kind.as_str())))
        .add_option(but.map(|duty| N::Duty.ne(duty.as_str())));
    take_away(tx, settled).await
}

/// Takes away these kinds of a county's tickets that are at their end, however they came there.
pub async fn settle_ended(tx: &Tx, county: Uuid, kinds: &[NoticeKind]) -> Result<(), Error> {
    // Asked row by row: notices are few and kept for weeks, ended tickets are many and stay.
    let its = Expr::col((ticket::Entity, ticket::Column::Id)).equals((notice::Entity, N::TicketId));
    let ended = ticket::Entity::find()
        .select_only()
        .column(ticket::Column::Id)
        .filter(its)
        .filter(ticket::Column::State.is_not_in(State::OPEN.map(State::as_str)))
        .into_query();
    let settled = Condition::all()
        .add(N::CountyId.eq(county))
        .add(N::Kind.is_in(kinds.iter().map(|kind| kind.as_str())))
        .add(Expr::exists(ended));
    take_away(tx, settled).await
}

/// Takes away what was told of no ticket under these keys.
pub async fn settle_keys(tx: &Tx, county: Uuid, keys: &[String]) -> Result<(), Error> {
    for chunk in keys.chunks(500) {
        let keys = N::EventKey.is_in(chunk.iter().map(String::as_str));
        take_away(tx, Condition::all().add(N::CountyId.eq(county)).add(keys)).await?;
    }
    Ok(())
}

/// The keys under which these kinds are told now.
pub async fn keys(conn: &impl Conn, county: Uuid, kinds: &[NoticeKind]) -> Result<Vec<String>, Error> {
    Ok(notice::Entity::find()
        .select_only()
        .column(N::EventKey)
        .distinct()
        .filter(N::CountyId.eq(county).and(N::Kind.is_in(kinds.iter().map(|kind| kind.as_str()))))
        .into_tuple()
        .all(conn.raw())
        .await?)
}

async fn take_away(tx: &Tx, settled: Condition) -> Result<(), Error> {
    let rows = notice::Entity::find().select_only().column(N::Seq).filter(settled.clone()).into_query();
    notice_seen::Entity::delete_many()
        .filter(notice_seen::Column::Seq.in_subquery(rows))
        .exec(tx.raw())
        .await?;
    notice::Entity::delete_many().filter(settled).exec(tx.raw()).await?;
    Ok(())
}

/// Takes away what was told of requests that have their answer, with the marks; a ticket has few that wait.
pub async fn settle_requests(
    tx: &Tx,
    ticket: Uuid,
    has_answer: impl Fn(&Value) -> bool,
) -> Result<(), Error> {
    let rows: Vec<(i64, Value)> = notice::Entity::find()
        .select_only()
        .columns([N::Seq, N::Data])
        .filter(N::TicketId.eq(ticket).and(N::Kind.eq(NoticeKind::RequestWaiting.as_str())))
        .into_tuple()
        .all(tx.raw())
        .await?;
    let settled: Vec<i64> =
        rows.into_iter().filter(|(_, data)| has_answer(data)).map(|(seq, _)| seq).collect();
    if settled.is_empty() {
        return Ok(());
    }
    notice_seen::Entity::delete_many()
        .filter(notice_seen::Column::Seq.is_in(settled.iter().copied()))
        .exec(tx.raw())
        .await?;
    notice::Entity::delete_many().filter(N::Seq.is_in(settled)).exec(tx.raw()).await?;
    Ok(())
}

/// Forgets a county's notices from before, with their marks; what is told as long as it is so stays.
pub async fn forget(tx: &Tx, county: Uuid, before: Instant, stays: &[NoticeKind]) -> Result<(), Error> {
    let old = Condition::all()
        .add(N::At.lt(before).and(N::CountyId.eq(county)))
        .add(N::Kind.is_not_in(stays.iter().map(|kind| kind.as_str())));
    take_away(tx, old).await
}

/// Addressed to the reader's duty, and of no ticket that he may not see.
fn told(reader: &Reader) -> Condition {
    let may_see = ticket::Entity::find()
        .select_only()
        .expr(Expr::val(1))
        .filter(scoped(reader.scope, reader.now))
        .filter(Expr::col((ticket::Entity, ticket::Column::Id)).equals((notice::Entity, N::TicketId)))
        .into_query();
    // A county's leader also reads what is addressed to whoever is in charge of a township.
    let charge = (reader.duty == Role::CountyLeader)
        .then(|| N::UnitId.in_subquery(leaders::townships_of(reader.person_id)));
    Condition::all()
        .add(Condition::any().add(N::UnitId.eq(reader.unit_id)).add_option(charge))
        .add(N::Duty.eq(reader.duty.as_str()))
        .add(Condition::any().add(N::TicketId.is_null()).add(Expr::exists(may_see)))
}

fn narrowed(filter: &NoticeFilter, reader: &Reader) -> Condition {
    let mark = notice_seen::Entity::find()
        .select_only()
        .expr(Expr::val(1))
        .filter(notice_seen::Column::PersonId.eq(reader.person_id))
        .filter(
            Expr::col((notice_seen::Entity, notice_seen::Column::Seq))
                .equals((Alias::new("notice"), Alias::new("seq"))),
        )
        .into_query();
    Condition::all()
        .add_option(filter.nothing.then(|| Expr::val(1).eq(0)))
        .add_option(
            (!filter.kinds.is_empty()).then(|| N::Kind.is_in(filter.kinds.iter().map(|kind| kind.as_str()))),
        )
        .add_option(filter.ticket_id.map(|id| N::TicketId.eq(id)))
        .add_option(filter.unseen.map(|unseen| {
            let seen = Expr::exists(mark);
            if unseen { seen.not() } else { seen }
        }))
}
