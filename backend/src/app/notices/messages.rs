//! What went out and what did not, for the office; the test button; trying again by hand.

use super::{channels::FailureView, compose};
use crate::{
    app::{App, AppError, AppResult, Caller, Once},
    domain::{
        notices::message::{MessageKind, MessageState},
        page::{Page, PageRequest},
        people::permission::Action,
        problem::Code,
    },
    store::{
        audit,
        notices::{
            channels,
            messages::{self as rows, Message},
        },
    },
};
use chrono::TimeDelta;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// A message and what became of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = NoticeMessage)]
pub struct MessageView {
    pub id: Uuid,
    /// None of a message to a browser.
    pub channel_id: Option<Uuid>,
    pub channel_name: Option<String>,
    pub kind: MessageKind,
    pub state: MessageState,
    /// Empty until it was tried: the numbers are those of that moment. Browsers are told nothing.
    pub text: String,
    pub attempts: i32,
    pub created_at: DateTime<Utc>,
    pub not_before: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
    pub reason: Option<FailureView>,
}

impl App {
    /// One page of the county's messages, newest first.
    pub async fn messages(
        &self,
        caller: &Caller,
        channel: Option<Uuid>,
        state: Option<MessageState>,
        page: &PageRequest,
    ) -> AppResult<Page<MessageView>> {
        caller.require(Action::ManageNotices)?;
        let county = caller.county()?;
        let found =
            rows::list(self.store.read(), county, channel, state.map(MessageState::as_str), page).await?;
        let cut = Page::cut(found, page.limit, rows::cursor);
        Ok(Page { items: self.show_messages(county, cut.items).await?, next: cut.next })
    }

    /// Sends a test at once, whatever the hour; how it went is the answer.
    pub async fn test_channel(&self, caller: &Caller, once: &Once, id: Uuid) -> AppResult<MessageView> {
        caller.require(Action::ManageNotices)?;
        let (county, now, nonce) = (caller.county()?, self.clock.now(), self.random.id());
        self.channel(county, id).await?;
        let message = self
            .idempotent(caller, once, async |tx| {
                let key = format!("test:{id}:{nonce}");
                // This request sends it; the queue would only where the request died on the way.
                let row =
                    compose::message(county, MessageKind::Test, key, (now, now + TimeDelta::minutes(1)));
                let message = row.id;
                rows::insert(tx, Message { channel_id: Some(id), ..row }).await?;
                audit::append(tx, now, caller.audit("notice_channel.test", "notice_channels", id)).await?;
                Ok(message)
            })
            .await?;
        let rules = self.notice_rules().await?;
        self.send_one(&rules, Some(message)).await?;
        self.show_message(county, message).await
    }

    /// Puts a message that was not sent back into the queue.
    pub async fn send_again(&self, caller: &Caller, once: &Once, id: Uuid) -> AppResult<MessageView> {
        caller.require(Action::ManageNotices)?;
        let (county, now) = (caller.county()?, self.clock.now());
        rows::get(self.store.read(), county, id).await?.ok_or(Code::NotFound)?;
        self.idempotent(caller, once, async |tx| {
            if !rows::again(tx, id, now).await? {
                return Err(Code::WrongState.into());
            }
            audit::append(tx, now, caller.audit("notice_message.again", "notice_messages", id)).await?;
            Ok(())
        })
        .await?;
        self.show_message(county, id).await
    }

    async fn show_message(&self, county: Uuid, id: Uuid) -> AppResult<MessageView> {
        let row = rows::get(self.store.read(), county, id).await?.ok_or(Code::NotFound)?;
        self.show_messages(county, vec![row]).await?.pop().ok_or_else(|| Code::NotFound.into())
    }

    async fn show_messages(&self, county: Uuid, found: Vec<Message>) -> AppResult<Vec<MessageView>> {
        let mut names: HashMap<Uuid, String> = HashMap::new();
        for id in found.iter().filter_map(|row| row.channel_id) {
            if !names.contains_key(&id)
                && let Some(channel) = channels::get(self.store.read(), county, id).await?
            {
                names.insert(id, channel.name);
            }
        }
        let strange =
            |row: &Message| AppError::Internal(format!("a message {} in state {}", row.kind, row.state));
        found
            .into_iter()
            .map(|row| {
                Ok(MessageView {
                    kind: MessageKind::parse(&row.kind).ok_or_else(|| strange(&row))?,
                    state: MessageState::parse(&row.state).ok_or_else(|| strange(&row))?,
                    channel_name: row.channel_id.and_then(|id| names.get(&id).cloned()),
                    reason: row.reason.as_deref().and_then(|word| FailureView::of(word, row.tried_at)),
                    id: row.id,
                    channel_id: row.channel_id,
                    text: row.body,
                    attempts: row.attempts,
                    created_at: row.created_at,
                    not_before: row.not_before,
                    sent_at: row.sent_at,
                })
            })
            .collect()
    }
}
