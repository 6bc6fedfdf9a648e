//! Operations as their author and the office read them, and the office's decision on what was refused.

use super::{
    answer::{Answer, Refusal},
    author::{self, Sealed},
    door::{Arrival, Door, replay},
    facts::Facts,
    quarantine,
};
use crate::{
    app::{App, AppError, AppResult, Caller, caller::Proof},
    domain::{
        clock::Instant,
        field::{
            envelope::Envelope,
            inspection::{MAX_TEXT, shorten},
            kind::Kind,
            receipt::named_hash,
            sheet,
            times::Times,
        },
        page::{Cursor, Page, PageRequest},
        people::{permission::Action, scope::Scope},
        problem::{Code, Problem},
    },
    store::{self, field::operations::OperationRow},
};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// One's own operation, or any of the county for the office; anything else is not found.
pub async fn own(app: &App, caller: &Caller, id: Uuid) -> AppResult<OperationRow> {
    let scope = match (&caller.post, caller.county_id) {
        (Some(post), Some(county))
            if Action::DecideOperations.allows(post.role) && caller.proof != Proof::SendCredential =>
        {
            Scope::County { county }
        }
        (_, Some(county)) => Scope::Own { county, person: caller.person_id },
        _ => return Err(Code::NotFound.into()),
    };
    store::field::operations::visible(app.store.read(), scope, caller.person_id, id)
        .await?
        .ok_or_else(|| Code::NotFound.into())
}

/// An operation as the office or its author reads it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OperationView {
    #[serde(flatten)]
    pub answer: Answer,
    pub kind: String,
    pub person_id: Uuid,
    pub person_name: Option<String>,
    pub device_id: Option<Uuid>,
    pub device_seq: Option<i64>,
    pub made_at: DateTime<Utc>,
    pub hash: String,
    /// Why the office admitted or dismissed it.
    pub decision: Option<String>,
    /// The sealed body; text where it is no JSON.
    #[schema(value_type = Object)]
    pub body: serde_json::Value,
}

/// Reads one operation.
pub async fn get(app: &App, caller: &Caller, id: Uuid) -> AppResult<OperationView> {
    let row = own(app, caller, id).await?;
    let mut view = show(app, vec![row]).await?.pop().ok_or(Code::NotFound)?;
    if caller.require(Action::DecideOperations).is_err() {
        view.answer.flags.retain(|flag| !flag.office);
    }
    Ok(view)
}

async fn show(app: &App, rows: Vec<OperationRow>) -> AppResult<Vec<OperationView>> {
    let read = app.store.read();
    let names = store::people::persons::names(read, rows.iter().map(|row| row.person_id).collect()).await?;
    let mut views = Vec::with_capacity(rows.len());
    for row in rows {
        // What was noticed since, such as at its files, stands on the row only.
        let flags = serde_json::from_value(row.flags.clone()).unwrap_or_default();
        views.push(OperationView {
            answer: Answer { flags, ..replay(read, &row).await? },
            person_name: names.get(&row.person_id).cloned(),
            kind: row.kind,
            person_id: row.person_id,
            device_id: row.device_id,
            device_seq: row.device_seq,
            made_at: row.made_at,
            hash: named_hash(&row.hash),
            decision: row.decision,
            body: readable(&row.body),
        });
    }
    Ok(views)
}

pub(super) fn readable(body: &[u8]) -> serde_json::Value {
    serde_json::from_slice(body).unwrap_or_else(|_| String::from_utf8_lossy(body).into_owned().into())
}

/// What the office asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Listed {
    Refused,
    Flagged,
    Quarantined,
}

/// One page of work that the office looks at, newest first.
pub async fn list(
    app: &App,
    caller: &Caller,
    listed: Listed,
    page: &PageRequest,
) -> AppResult<Page<OperationView>> {
    caller.require(Action::DecideOperations)?;
    let county = caller.county()?;
    let read = app.store.read();
    if listed == Listed::Quarantined {
        return quarantine::list(app, county, page).await;
    }
    let rows = store::field::operations::list(read, county, listed == Listed::Refused, page).await?;
    let cut = Page::cut(rows, page.limit, |row| Cursor { key: row.server_seq.to_string(), id: row.id });
    Ok(Page { items: show(app, cut.items).await?, next: cut.next })
}

/// The office's decision on a refused operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Admit,
    Dismiss,
}

/// Decides on refused work. Admitted work takes effect as its author sealed it; dismissed work stays readable.
pub async fn decide(
    app: &App,
    caller: &Caller,
    id: Uuid,
    decision: Decision,
    reason: &str,
) -> AppResult<Answer> {
    caller.require(Action::DecideOperations)?;
    let reason = shorten(reason.trim(), MAX_TEXT);
    if reason.is_empty() {
        return Err(Problem::field("/reason", "请说明原因", "give a reason").into());
    }
    let row = own(app, caller, id).await?;
    let now: Instant = app.clock.now();
    let body = Bytes::from(row.body.clone());
    let envelope = Envelope::parse(&body)
        .map_err(|_cause| AppError::Internal("a stored envelope cannot be read".into()))?;
    let kind = Kind::parse(&envelope.kind);
    let times = Times {
        made_at: row.made_at,
        observed_at: row.observed_at,
        uncertainty: TimeDelta::milliseconds(row.uncertainty_ms),
        accepted_at: now,
        flags: Vec::new(),
    };
    let sealed = Sealed {
        envelope: &envelope,
        kind,
        body: &body,
        signature: row.signature.as_deref(),
        at: times.effective(),
        entered_at: if sheet::of(&envelope).is_some() { row.accepted_at } else { times.effective() },
    };
    let mut author = author::judge(app, row.county_id, sealed).await?.ok_or(Code::WrongState)?;
    let foreign = author.refusal.take() == Some(Refusal::ForeignDevice);
    let facts = Facts::load(app, row.county_id).await?;
    let arrival = Arrival {
        operation_id: id,
        body: body.clone(),
        signature: row.signature.clone(),
        sealed_through: None,
    };
    let door = Door {
        app,
        caller,
        kind,
        envelope: &envelope,
        author: &author,
        county: row.county_id,
        times: &times,
        facts: &facts,
        hash: &row.hash,
        arrival: &arrival,
        accepted: "admitted",
        foreign,
    };
    app.store
        .write(async |tx| {
            let row = store::field::operations::find(tx, id).await?.ok_or(Code::NotFound)?;
            if row.status != "refused" {
                return Err(AppError::from(Code::WrongState));
            }
            let answer = match decision {
                Decision::Admit => {
                    let answer = door.apply(tx, row.server_seq, Some(&row)).await?;
                    if answer.status != "admitted" {
                        return Err(Problem::new(Code::WrongState)
                            .with_detail(
                                "现在还不能采用：所指的内容仍未找到或读不懂。",
                                "It cannot take effect yet: what it names is still unknown or unreadable.",
                            )
                            .into());
                    }
                    store::field::operations::decide(tx, id, "admitted", reason.clone()).await?;
                    answer
                }
                Decision::Dismiss => {
                    store::field::operations::decide(tx, id, "dismissed", reason.clone()).await?;
                    Answer { status: "dismissed".into(), ..replay(tx, &row).await? }
                }
            };
            let mut line = caller.audit("operation.decide", "operations", id);
            line.reason = format!("{}: {reason}", answer.status);
            store::audit::append(tx, now, line).await?;
            Ok(answer)
        })
        .await
}
