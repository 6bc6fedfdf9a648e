//! Feedback on the program: written from any screen, read and answered by the office, and the answer read by whoever wrote.

use super::{App, AppResult, Caller, Once};
use crate::{
    domain::{
        feedback::{FeedbackState, REPLIES_MAX, label, message},
        page::{Page, PageRequest},
        people::permission::Action,
        problem::{Code, Problem},
    },
    store::{
        Conn, audit,
        feedback::{self, Feedback, Readable, Reply},
        people::{persons, units},
    },
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// What somebody writes; nothing is added that they do not see.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFeedback {
    pub text: String,
    /// The screen it is about, in words; empty if it is about none.
    #[serde(default)]
    pub screen: String,
    #[serde(default)]
    pub app_version: String,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFeedbackReply {
    pub text: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FeedbackReply {
    pub id: Uuid,
    /// By whoever wrote the feedback; else by the office or the platform.
    pub own: bool,
    pub person_name: String,
    pub text: String,
    pub made_at: DateTime<Utc>,
}

/// Feedback with all that was said under it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FeedbackRow {
    pub id: Uuid,
    pub person_name: String,
    pub unit_name: String,
    pub role: String,
    pub screen: String,
    pub app_version: String,
    pub text: String,
    pub state: FeedbackState,
    pub made_at: DateTime<Utc>,
    /// Written by the reader.
    pub mine: bool,
    /// Told to its author only: somebody answered since they looked last.
    pub unread: bool,
    pub replies: Vec<FeedbackReply>,
}

fn readable(caller: &Caller) -> AppResult<Readable> {
    let answers = Action::AnswerFeedback.allows(caller.require(Action::SendFeedback)?.role);
    Ok(match (answers, caller.county_id) {
        (true, Some(county)) => Readable::County(county),
        (true, None) => Readable::All,
        (false, _) => Readable::Own(caller.person_id),
    })
}

/// One page, newest first; `mine` leaves out what others wrote.
pub async fn list(
    app: &App,
    caller: &Caller,
    (mine, state): (bool, Option<FeedbackState>),
    page: &PageRequest,
) -> AppResult<Page<FeedbackRow>> {
    let by = readable(caller)?;
    let by = if mine { Readable::Own(caller.person_id) } else { by };
    let read = app.store.read();
    let cut = Page::cut(feedback::list(read, by, state, page).await?, page.limit, feedback::cursor);
    Ok(Page { items: show(read, caller, cut.items).await?, next: cut.next })
}

/// Writes down what somebody tells.
pub async fn add(app: &App, caller: &Caller, once: &Once, new: &NewFeedback) -> AppResult<FeedbackRow> {
    let post = caller.require(Action::SendFeedback)?;
    let (now, id) = (app.clock.now(), app.random.id());
    let row = Feedback {
        id,
        county_id: caller.county_id,
        person_id: caller.person_id,
        role: post.role.as_str().to_owned(),
        unit_id: post.unit_id,
        screen: label("/screen", &new.screen, 128)?,
        app_version: label("/app_version", &new.app_version, 64)?,
        text: message(&new.text)?,
        state: FeedbackState::Open.as_str().to_owned(),
        made_at: now,
        seen_at: None,
    };
    app.idempotent(caller, once, async |tx| {
        feedback::insert(tx, row.clone()).await?;
        audit::append(tx, now, caller.audit("feedback.add", "feedback", id)).await?;
        Ok(show(tx, caller, vec![row.clone()]).await?.pop().ok_or(Code::NotFound)?)
    })
    .await
}

/// Says something under it: its author goes on, anybody else who may read it answers.
pub async fn reply(
    app: &App,
    caller: &Caller,
    once: &Once,
    (id, new): (Uuid, &NewFeedbackReply),
) -> AppResult<FeedbackRow> {
    let by = readable(caller)?;
    let (now, reply_id, text) = (app.clock.now(), app.random.id(), message(&new.text)?);
    app.idempotent(caller, once, async |tx| {
        let found = find(tx, by, caller, id).await?;
        if feedback::count_replies(tx, id).await? >= REPLIES_MAX as u64 {
            let full = Problem::new(Code::WrongState);
            return Err(full
                .with_detail(
                    "这条意见下面已经写满了，请另写一条。",
                    "This one is full; please write a new one.",
                )
                .into());
        }
        let state =
            if found.person_id == caller.person_id { FeedbackState::Open } else { FeedbackState::Answered };
        let said = Reply {
            id: reply_id,
            feedback_id: id,
            person_id: caller.person_id,
            text: text.clone(),
            made_at: now,
        };
        feedback::reply(tx, said, state).await?;
        audit::append(tx, now, caller.audit("feedback.reply", "feedback", id)).await?;
        let row = find(tx, by, caller, id).await?;
        Ok(show(tx, caller, vec![row]).await?.pop().ok_or(Code::NotFound)?)
    })
    .await
}

/// Its author has read the answers; nobody else is told.
pub async fn see(app: &App, caller: &Caller, id: Uuid) -> AppResult<()> {
    caller.require(Action::SendFeedback)?;
    let now = app.clock.now();
    app.store
        .write(async |tx| {
            feedback::get(tx, Readable::Own(caller.person_id), id).await?.ok_or(Code::NotFound)?;
            Ok(feedback::see(tx, id, now).await?)
        })
        .await
}

/// What its reader may read by duty, or wrote.
async fn find(conn: &impl Conn, by: Readable, caller: &Caller, id: Uuid) -> AppResult<Feedback> {
    if let Some(found) = feedback::get(conn, by, id).await? {
        return Ok(found);
    }
    Ok(feedback::get(conn, Readable::Own(caller.person_id), id).await?.ok_or(Code::NotFound)?)
}

async fn show(conn: &impl Conn, caller: &Caller, rows: Vec<Feedback>) -> AppResult<Vec<FeedbackRow>> {
    let all = feedback::replies(conn, rows.iter().map(|row| row.id).collect()).await?;
    let people = rows.iter().map(|row| row.person_id).chain(all.iter().map(|said| said.person_id)).collect();
    let names = persons::names(conn, people).await?;
    let units = units::by_ids(conn, &rows.iter().map(|row| row.unit_id).collect::<Vec<_>>()).await?;
    let name = |person: Uuid| names.get(&person).cloned().unwrap_or_default();
    let mut replies: HashMap<Uuid, Vec<Reply>> = HashMap::new();
    for said in all {
        replies.entry(said.feedback_id).or_default().push(said);
    }
    Ok(rows
        .into_iter()
        .map(|row| {
            let said = replies.remove(&row.id).unwrap_or_default();
            let mine = row.person_id == caller.person_id;
            let news = |one: &Reply| {
                one.person_id != row.person_id && row.seen_at.is_none_or(|seen| seen < one.made_at)
            };
            FeedbackRow {
                person_name: name(row.person_id),
                unit_name: units.get(&row.unit_id).map(|unit| unit.name.clone()).unwrap_or_default(),
                state: if row.state == FeedbackState::Open.as_str() {
                    FeedbackState::Open
                } else {
                    FeedbackState::Answered
                },
                mine,
                unread: mine && said.iter().any(news),
                replies: said
                    .into_iter()
                    .map(|one| FeedbackReply {
                        id: one.id,
                        own: one.person_id == row.person_id,
                        person_name: name(one.person_id),
                        text: one.text,
                        made_at: one.made_at,
                    })
                    .collect(),
                id: row.id,
                role: row.role,
                screen: row.screen,
                app_version: row.app_version,
                text: row.text,
                made_at: row.made_at,
            }
        })
        .collect())
}
