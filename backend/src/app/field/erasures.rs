//! Erasing the bytes of a photo (patients, faces, a private home): one person of the office asks with a reason, another one
//! confirms; never a machine (decisions.md 4).
//!
//! What stays: the sealed record, the hash as a tombstone, receipts, the audit lines. What goes: the original, its copies for
//! the screen, and pieces of uploads. The same bytes are one object in a county, so they are erased wherever they are named,
//! and are not taken in again.

use super::{receipts, settle};
use crate::{
    app::{App, AppError, AppResult, Caller, Once},
    domain::{
        clock::Instant,
        field::{
            inspection::{MAX_TEXT, shorten},
            media::Sha256,
            receipt::named_hash,
        },
        page::{Page, PageRequest},
        people::permission::Action,
        problem::{Code, Problem},
    },
    files::Key,
    store::{
        self, Tx, audit,
        field::{
            erasures::{self, ASKED, ERASED, Erasure, WITHDRAWN},
            files, visible,
        },
        jobs::{self, NewJob},
    },
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// Job kind that removes erased bytes from storage; payload `{county_id, sha256}`.
pub const ERASE_BYTES: &str = "erase_bytes";
/// Before everything that only makes things nicer.
const PRIORITY: i32 = 10;

/// A request to erase, and what became of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ErasureView {
    pub id: Uuid,
    pub file_id: Uuid,
    pub operation_id: Uuid,
    /// The bytes, by `sha-256:` and their hash; they may be named by several operations.
    pub hash: String,
    /// `asked`, `erased`, `withdrawn`.
    pub state: String,
    pub reason: String,
    pub asked_by: Uuid,
    pub asked_by_name: Option<String>,
    pub asked_at: DateTime<Utc>,
    pub decided_by_name: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
    /// What the second person wrote.
    pub decision: String,
    /// Storage holds nothing of the bytes any more.
    pub bytes_gone_at: Option<DateTime<Utc>>,
    /// The reader may confirm: it is open, and somebody else asked.
    pub may_confirm: bool,
}

/// Asks for the bytes of a photo to be erased. Who asks cannot confirm.
pub async fn ask(
    app: &App,
    caller: &Caller,
    once: &Once,
    photo: Uuid,
    reason: &str,
) -> AppResult<ErasureView> {
    caller.require(Action::EraseFiles)?;
    let county = caller.county()?;
    let reason = reason_of(reason)?;
    let now = app.clock.now();
    let found = visible::photo(app.store.read(), caller.scope()?, caller.person_id, now, photo)
        .await?
        .ok_or(Code::NotFound)?;
    let file = found.file.ok_or(Code::FileNotHere)?;
    if file.erased {
        return Err(Code::FileErased.into());
    }
    let row = Erasure {
        id: app.random.id(),
        county_id: county,
        sha256: file.sha256.to_string(),
        file_id: photo,
        operation_id: found.operation_id,
        state: ASKED.into(),
        reason: reason.clone(),
        asked_by: caller.person_id,
        asked_at: now,
        decided_by: None,
        decided_at: None,
        decision: String::new(),
        bytes_gone_at: None,
        version: 1,
    };
    let row = app
        .idempotent(caller, once, async |tx| {
            if !erasures::insert(tx, row.clone()).await? {
                return Err(Problem::new(Code::WrongState)
                    .with_detail(
                        "这张照片已有人申请删除，可在“删除照片”中查看。",
                        "Somebody has asked for this photo already; see the list of requests.",
                    )
                    .into());
            }
            let mut line = caller.audit("photo.erase_ask", "photos", photo);
            (line.hash_before, line.reason) = (Some(named_hash(&row.sha256)), reason.clone());
            audit::append(tx, now, line).await?;
            Ok(row.id)
        })
        .await?;
    get(app, caller, row).await
}

/// Confirms as the second person: from this moment the bytes are shown to nobody, and a job removes them.
pub async fn confirm(app: &App, caller: &Caller, id: Uuid, decision: &str) -> AppResult<ErasureView> {
    caller.require(Action::EraseFiles)?;
    let county = caller.county()?;
    let decision = shorten(decision.trim(), MAX_TEXT);
    let (now, job) = (app.clock.now(), app.random.id());
    app.store
        .write(async |tx| {
            let row = erasures::get(tx, county, id).await?.ok_or(Code::NotFound)?;
            if row.asked_by == caller.person_id {
                return Err(second_person());
            }
            if !erasures::decide(tx, id, ERASED, caller.person_id, decision.clone(), now).await? {
                // Confirmed by two at once: the first did it, and the second finds it done.
                let row = erasures::get(tx, county, id).await?.ok_or(Code::NotFound)?;
                return if row.state == ERASED { Ok(()) } else { Err(AppError::from(Code::WrongState)) };
            }
            let sha256 = hash_of(&row)?;
            erasures::bury(tx, county, sha256, now).await?;
            follow(app, tx, county, sha256, now).await?;
            jobs::enqueue(tx, now, erase_job(job, now, Key { county, sha256 })).await?;
            let mut line = caller.audit("photo.erase", "photos", row.file_id);
            line.hash_before = Some(named_hash(&row.sha256));
            line.reason = match decision.as_str() {
                "" => row.reason,
                decision => format!("{} / {decision}", row.reason),
            };
            Ok(audit::append(tx, now, line).await?)
        })
        .await?;
    app.bell.notify_one();
    get(app, caller, id).await
}

/// Takes a request back, by whoever asked or by somebody else of the office, with a reason. Nothing happens to the photo.
pub async fn withdraw(app: &App, caller: &Caller, id: Uuid, reason: &str) -> AppResult<ErasureView> {
    caller.require(Action::EraseFiles)?;
    let county = caller.county()?;
    let reason = reason_of(reason)?;
    let now = app.clock.now();
    app.store
        .write(async |tx| {
            let row = erasures::get(tx, county, id).await?.ok_or(Code::NotFound)?;
            if !erasures::decide(tx, id, WITHDRAWN, caller.person_id, reason.clone(), now).await? {
                return if row.state == WITHDRAWN { Ok(()) } else { Err(AppError::from(Code::WrongState)) };
            }
            let mut line = caller.audit("photo.erase_withdraw", "photos", row.file_id);
            line.reason.clone_from(&reason);
            Ok(audit::append(tx, now, line).await?)
        })
        .await?;
    get(app, caller, id).await
}

/// One page of requests, newest first.
pub async fn list(
    app: &App,
    caller: &Caller,
    state: Option<&str>,
    page: &PageRequest,
) -> AppResult<Page<ErasureView>> {
    caller.require(Action::EraseFiles)?;
    let rows = erasures::list(app.store.read(), caller.county()?, state, page).await?;
    let cut = Page::cut(rows, page.limit, erasures::cursor);
    Ok(Page { items: show(app, caller, cut.items).await?, next: cut.next })
}

async fn get(app: &App, caller: &Caller, id: Uuid) -> AppResult<ErasureView> {
    let row = erasures::get(app.store.read(), caller.county()?, id).await?.ok_or(Code::NotFound)?;
    Ok(show(app, caller, vec![row]).await?.pop().ok_or(Code::NotFound)?)
}

async fn show(app: &App, caller: &Caller, rows: Vec<Erasure>) -> AppResult<Vec<ErasureView>> {
    let people = rows.iter().flat_map(|row| [Some(row.asked_by), row.decided_by]).flatten().collect();
    let names: HashMap<Uuid, String> = store::people::persons::names(app.store.read(), people).await?;
    Ok(rows
        .into_iter()
        .map(|row| ErasureView {
            may_confirm: row.state == ASKED && row.asked_by != caller.person_id,
            hash: named_hash(&row.sha256),
            asked_by_name: names.get(&row.asked_by).cloned(),
            decided_by_name: row.decided_by.and_then(|id| names.get(&id).cloned()),
            id: row.id,
            file_id: row.file_id,
            operation_id: row.operation_id,
            state: row.state,
            reason: row.reason,
            asked_by: row.asked_by,
            asked_at: row.asked_at,
            decided_at: row.decided_at,
            decision: row.decision,
            bytes_gone_at: row.bytes_gone_at,
        })
        .collect())
}

/// Lets everything that names erased bytes know: photos read as erased, receipts wait for nothing, phones are told. Harmless to repeat.
pub(super) async fn follow(app: &App, tx: &Tx, county: Uuid, sha256: Sha256, now: Instant) -> AppResult<()> {
    let concerned = erasures::mark(tx, county, sha256).await?;
    for operation in concerned.operations {
        receipts::complete_if_ready(app, tx, operation, now).await?;
    }
    settle::tell_of_photos(tx, now, county, concerned.tickets, concerned.inspections).await
}

impl App {
    /// Removes erased bytes from storage: original, copies, pieces of uploads. Repeating it is harmless.
    pub async fn erase_bytes(&self, key: Key) -> AppResult<()> {
        let found = files::find(self.store.read(), key.county, key.sha256).await?;
        // Never by machine: without the tombstone that two people made, nothing is removed.
        if !found.is_some_and(|file| file.erased) {
            return Ok(());
        }
        for upload in erasures::uploads(self.store.read(), key.county, key.sha256).await? {
            self.files.drop_staging(upload).await?;
        }
        self.files.erase(key).await?;
        let now = self.clock.now();
        self.store
            .write(async |tx| Ok::<_, AppError>(erasures::bytes_gone(tx, key.county, key.sha256, now).await?))
            .await
    }

    /// Orders the removal again where it was never reported done: after a crash, or when its job died. Returns how many.
    pub async fn order_missing_erasures(&self) -> AppResult<usize> {
        let rows = erasures::unfinished(self.store.read(), 500).await?;
        for row in &rows {
            let key = Key { county: row.county_id, sha256: hash_of(row)? };
            let (job, now) = (self.random.id(), self.clock.now());
            self.store
                .write(async |tx| Ok::<_, AppError>(jobs::enqueue(tx, now, erase_job(job, now, key)).await?))
                .await?;
        }
        Ok(rows.len())
    }
}

fn erase_job(id: Uuid, now: Instant, key: Key) -> NewJob {
    NewJob {
        id,
        kind: ERASE_BYTES,
        dedupe_key: Some(format!("{ERASE_BYTES}/{}/{}", key.county, key.sha256)),
        payload: json!({ "county_id": key.county, "sha256": key.sha256.to_string() }),
        priority: PRIORITY,
        run_at: now,
    }
}

fn reason_of(text: &str) -> AppResult<String> {
    let reason = shorten(text.trim(), MAX_TEXT);
    if reason.is_empty() {
        Err(Problem::field("/reason", "请说明原因", "give a reason").into())
    } else {
        Ok(reason)
    }
}

fn second_person() -> AppError {
    Problem::new(Code::WrongState)
        .with_detail(
            "申请人不能自己确认，请由另一位同事确认。",
            "Whoever asked cannot confirm; another person of the office does.",
        )
        .into()
}

fn hash_of(row: &Erasure) -> AppResult<Sha256> {
    Sha256::parse(&row.sha256).ok_or_else(|| AppError::Internal("an erasure names no hash".into()))
}
