//! Messages on their way out. A row is claimed by one worker for a while; one that is claimed and not recorded in that time may have
//! arrived, and is given up rather than sent twice.

use crate::{
    domain::{
        clock::Instant,
        page::{Cursor, PageRequest},
    },
    store::{Conn, Error, Tx, entity::notice_message},
};
use chrono::SecondsFormat;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, LockBehavior, LockType, OnConflict},
};
use uuid::Uuid;

use notice_message::Column as M;

pub const QUEUED: &str = "queued";
pub const SENDING: &str = "sending";
pub const SENT: &str = "sent";
/// Tried again at `not_before`.
pub const FAILED: &str = "failed";
pub const GIVEN_UP: &str = "given_up";

/// A message as stored.
pub type Message = notice_message::Model;

/// False when one with the same key is there: nothing is said twice.
pub async fn insert(tx: &Tx, row: Message) -> Result<bool, Error> {
    let rows = notice_message::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(M::DedupeKey).do_nothing().to_owned())
        .exec_without_returning(tx.raw())
        .await?;
    Ok(rows == 1)
}

pub async fn get(conn: &impl Conn, county: Uuid, id: Uuid) -> Result<Option<Message>, Error> {
    Ok(notice_message::Entity::find_by_id(id).filter(M::CountyId.eq(county)).one(conn.raw()).await?)
}

/// Adds to an urgent message that waits and was not tried yet; false when there is none.
pub async fn add_urgent(tx: &Tx, channel: Uuid, n: i32) -> Result<bool, Error> {
    let touched = notice_message::Entity::update_many()
        .col_expr(M::Urgent, Expr::col(M::Urgent).add(n))
        .filter(M::ChannelId.eq(channel).and(M::Kind.eq("urgent")))
        .filter(M::State.eq(QUEUED).and(M::Attempts.eq(0)))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected > 0)
}

/// Whether a browser is to be woken already.
pub async fn push_waits(conn: &impl Conn, push: Uuid) -> Result<bool, Error> {
    let waits =
        notice_message::Entity::find().filter(M::PushId.eq(push).and(M::State.is_in([QUEUED, FAILED])));
    Ok(waits.count(conn.raw()).await? > 0)
}

/// Whether anything may go out now, or was left half done.
pub async fn is_due(conn: &impl Conn, now: Instant) -> Result<bool, Error> {
    let due: Option<Uuid> = notice_message::Entity::find()
        .select_only()
        .column(M::Id)
        .filter(
            Condition::any()
                .add(M::State.is_in([QUEUED, FAILED]).and(M::NotBefore.lte(now)))
                .add(M::State.eq(SENDING).and(M::LeaseUntil.lt(now))),
        )
        .limit(1)
        .into_tuple()
        .one(conn.raw())
        .await?;
    Ok(due.is_some())
}

/// Takes the next message that may go out, or this one whatever its time, for one worker alone.
pub async fn claim(
    tx: &Tx,
    only: Option<Uuid>,
    worker: Uuid,
    now: Instant,
    lease_until: Instant,
) -> Result<Option<Message>, Error> {
    let mut query = notice_message::Entity::find().filter(M::State.is_in([QUEUED, FAILED]));
    query = match only {
        Some(id) => query.filter(M::Id.eq(id)),
        None => query.filter(M::NotBefore.lte(now)).order_by_asc(M::NotBefore).order_by_asc(M::Id),
    };
    let found =
        query.limit(1).lock_with_behavior(LockType::Update, LockBehavior::SkipLocked).one(tx.raw()).await?;
    let Some(found) = found else { return Ok(None) };
    let touched = notice_message::Entity::update_many()
        .col_expr(M::State, Expr::value(SENDING))
        .col_expr(M::Worker, Expr::value(Some(worker)))
        .col_expr(M::LeaseUntil, Expr::value(Some(lease_until)))
        .col_expr(M::TriedAt, Expr::value(Some(now)))
        .col_expr(M::Attempts, Expr::col(M::Attempts).add(1))
        .filter(M::Id.eq(found.id).and(M::State.eq(found.state.as_str())))
        .exec(tx.raw())
        .await?;
    let attempts = found.attempts + 1;
    Ok((touched.rows_affected == 1).then_some(Message { attempts, state: SENDING.into(), ..found }))
}

/// How often a channel was tried since.
pub async fn tried_since(conn: &impl Conn, channel: Uuid, since: Instant) -> Result<u64, Error> {
    Ok(notice_message::Entity::find()
        .filter(M::ChannelId.eq(channel).and(M::TriedAt.gt(since)))
        .count(conn.raw())
        .await?)
}

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    Sent,
    /// Tried again then, for this reason.
    Again {
        at: Instant,
        reason: &'static str,
    },
    GivenUp {
        reason: &'static str,
    },
    /// Put back as if it had not been looked at: its channel had its share for now.
    Later {
        at: Instant,
    },
}

/// Writes how a try ended, with the words that were said. False when the worker has it no more.
pub async fn end(
    tx: &Tx,
    id: Uuid,
    worker: Uuid,
    now: Instant,
    (subject, body): (&str, &str),
    ending: &Ending,
) -> Result<bool, Error> {
    let mut update = notice_message::Entity::update_many()
        .col_expr(M::Worker, Expr::value(Option::<Uuid>::None))
        .col_expr(M::LeaseUntil, Expr::value(Option::<Instant>::None))
        .col_expr(M::Subject, Expr::value(subject))
        .col_expr(M::Body, Expr::value(body));
    let (state, reason) = match ending {
        Ending::Sent => (SENT, None),
        Ending::Again { reason, .. } => (FAILED, Some((*reason).to_owned())),
        Ending::GivenUp { reason } => (GIVEN_UP, Some((*reason).to_owned())),
        Ending::Later { .. } => (QUEUED, None),
    };
    update = update.col_expr(M::State, Expr::value(state)).col_expr(M::Reason, Expr::value(reason));
    update = match ending {
        Ending::Sent => update.col_expr(M::SentAt, Expr::value(Some(now))),
        Ending::Again { at, .. } => update.col_expr(M::NotBefore, Expr::value(*at)),
        Ending::Later { at } => update
            .col_expr(M::NotBefore, Expr::value(*at))
            .col_expr(M::TriedAt, Expr::value(Option::<Instant>::None))
            .col_expr(M::Attempts, Expr::col(M::Attempts).sub(1)),
        Ending::GivenUp { .. } => update,
    };
    let done = update
        .filter(M::Id.eq(id).and(M::Worker.eq(worker)).and(M::State.eq(SENDING)))
        .exec(tx.raw())
        .await?;
    Ok(done.rows_affected == 1)
}

/// Gives up what a worker left half done.
pub async fn give_up_interrupted(tx: &Tx, now: Instant, reason: &str) -> Result<u64, Error> {
    let gone = notice_message::Entity::update_many()
        .col_expr(M::State, Expr::value(GIVEN_UP))
        .col_expr(M::Reason, Expr::value(Some(reason.to_owned())))
        .col_expr(M::Worker, Expr::value(Option::<Uuid>::None))
        .col_expr(M::LeaseUntil, Expr::value(Option::<Instant>::None))
        .filter(M::State.eq(SENDING).and(M::LeaseUntil.lt(now)))
        .exec(tx.raw())
        .await?;
    Ok(gone.rows_affected)
}

/// Gives up what waits for a channel.
pub async fn give_up_channel(tx: &Tx, channel: Uuid, reason: &str) -> Result<(), Error> {
    notice_message::Entity::update_many()
        .col_expr(M::State, Expr::value(GIVEN_UP))
        .col_expr(M::Reason, Expr::value(Some(reason.to_owned())))
        .filter(M::ChannelId.eq(channel).and(M::State.is_in([QUEUED, FAILED])))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// Puts a message that was not sent back into the queue; false when it is there, on its way or sent.
pub async fn again(tx: &Tx, id: Uuid, now: Instant) -> Result<bool, Error> {
    let done = notice_message::Entity::update_many()
        .col_expr(M::State, Expr::value(QUEUED))
        .col_expr(M::Reason, Expr::value(Option::<String>::None))
        .col_expr(M::NotBefore, Expr::value(now))
        .col_expr(M::CreatedAt, Expr::value(now))
        .col_expr(M::Attempts, Expr::value(0))
        .filter(M::Id.eq(id).and(M::State.is_in([FAILED, GIVEN_UP])))
        .exec(tx.raw())
        .await?;
    Ok(done.rows_affected == 1)
}

/// How many wait for each channel.
pub async fn waiting(conn: &impl Conn, county: Uuid) -> Result<Vec<(Uuid, i64)>, Error> {
    let rows: Vec<(Option<Uuid>, i64)> = notice_message::Entity::find()
        .select_only()
        .column(M::ChannelId)
        .column_as(M::Id.count(), "n")
        .filter(M::CountyId.eq(county).and(M::State.is_in([QUEUED, FAILED, SENDING])))
        .group_by(M::ChannelId)
        .into_tuple()
        .all(conn.raw())
        .await?;
    Ok(rows.into_iter().filter_map(|(id, n)| Some((id?, n))).collect())
}

/// One page of a county's, newest first, `limit + 1` rows.
pub async fn list(
    conn: &impl Conn,
    county: Uuid,
    channel: Option<Uuid>,
    state: Option<&str>,
    page: &PageRequest,
) -> Result<Vec<Message>, Error> {
    let mut query = notice_message::Entity::find()
        .filter(M::CountyId.eq(county))
        .filter(Condition::all().add_option(channel.map(|id| M::ChannelId.eq(id))))
        .filter(Condition::all().add_option(state.map(|state| M::State.eq(state))));
    if let Some(Cursor { key, id }) = &page.after {
        let at = key.parse::<Instant>().unwrap_or_default();
        query = query
            .filter(Condition::any().add(M::CreatedAt.lt(at)).add(M::CreatedAt.eq(at).and(M::Id.lt(*id))));
    }
    Ok(query.order_by_desc(M::CreatedAt).order_by_desc(M::Id).limit(page.limit + 1).all(conn.raw()).await?)
}

/// Where the page after this one begins.
pub fn cursor(row: &Message) -> Cursor {
    Cursor { key: row.created_at.to_rfc3339_opts(SecondsFormat::Micros, true), id: row.id }
}

/// Forgets what ended long ago.
pub async fn forget(tx: &Tx, county: Uuid, before: Instant) -> Result<(), Error> {
    // A message lives for a day at most; what is older has ended.
    notice_message::Entity::delete_many()
        .filter(M::CountyId.eq(county).and(M::CreatedAt.lt(before)))
        .exec(tx.raw())
        .await?;
    Ok(())
}
