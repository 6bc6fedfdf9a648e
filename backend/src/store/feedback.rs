//! Feedback and its replies: the office reads its county's, the platform all, everybody else their own.

use crate::{
    domain::{
        clock::Instant,
        feedback::FeedbackState,
        page::{Cursor, PageRequest},
    },
    store::{
        Conn, Error, Tx,
        entity::{feedback, feedback_reply},
    },
};
use chrono::SecondsFormat;
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use feedback::Column as C;

/// As stored.
pub type Feedback = feedback::Model;
pub type Reply = feedback_reply::Model;

/// Whose feedback somebody may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readable {
    All,
    County(Uuid),
    Own(Uuid),
}

fn readable(by: Readable) -> Condition {
    match by {
        Readable::All => Condition::all(),
        Readable::County(county) => Condition::all().add(C::CountyId.eq(county)),
        Readable::Own(person) => Condition::all().add(C::PersonId.eq(person)),
    }
}

pub async fn insert(tx: &Tx, row: Feedback) -> Result<(), Error> {
    feedback::Entity::insert(row.into_active_model()).exec_without_returning(tx.raw()).await?;
    Ok(())
}

pub async fn get(conn: &impl Conn, by: Readable, id: Uuid) -> Result<Option<Feedback>, Error> {
    Ok(feedback::Entity::find_by_id(id).filter(readable(by)).one(conn.raw()).await?)
}

/// One page, newest first.
pub async fn list(
    conn: &impl Conn,
    by: Readable,
    state: Option<FeedbackState>,
    page: &PageRequest,
) -> Result<Vec<Feedback>, Error> {
    let mut query = feedback::Entity::find().filter(readable(by));
    if let Some(state) = state {
        query = query.filter(C::State.eq(state.as_str()));
    }
    if let Some(Cursor { key, id }) = &page.after {
        let at = key.parse::<Instant>().unwrap_or_default();
        query = query.filter(Condition::any().add(C::MadeAt.lt(at)).add(C::MadeAt.eq(at).and(C::Id.lt(*id))));
    }
    let query = query.order_by_desc(C::MadeAt).order_by_desc(C::Id);
    Ok(query.limit(page.limit + 1).all(conn.raw()).await?)
}

/// Where the page after this one begins.
pub fn cursor(row: &Feedback) -> Cursor {
    Cursor { key: row.made_at.to_rfc3339_opts(SecondsFormat::Micros, true), id: row.id }
}

/// Replies of these, oldest first.
pub async fn replies(conn: &impl Conn, ids: Vec<Uuid>) -> Result<Vec<Reply>, Error> {
    use feedback_reply::Column as R;
    Ok(feedback_reply::Entity::find()
        .filter(R::FeedbackId.is_in(ids))
        .order_by_asc(R::MadeAt)
        .order_by_asc(R::Id)
        .all(conn.raw())
        .await?)
}

pub async fn count_replies(conn: &impl Conn, id: Uuid) -> Result<u64, Error> {
    use feedback_reply::Column as R;
    Ok(feedback_reply::Entity::find().filter(R::FeedbackId.eq(id)).count(conn.raw()).await?)
}

/// Adds a reply and says who spoke last.
pub async fn reply(tx: &Tx, row: Reply, state: FeedbackState) -> Result<(), Error> {
    let changed = feedback::ActiveModel {
        id: Unchanged(row.feedback_id),
        state: Set(state.as_str().to_owned()),
        ..Default::default()
    };
    feedback_reply::Entity::insert(row.into_active_model()).exec_without_returning(tx.raw()).await?;
    feedback::Entity::update(changed).exec(tx.raw()).await?;
    Ok(())
}

/// Notes up to when its author has read the replies.
pub async fn see(tx: &Tx, id: Uuid, at: Instant) -> Result<(), Error> {
    let changed = feedback::ActiveModel { id: Unchanged(id), seen_at: Set(Some(at)), ..Default::default() };
    feedback::Entity::update(changed).exec(tx.raw()).await?;
    Ok(())
}
