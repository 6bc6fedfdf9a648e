//! Reading the audit record: who did what, from where, to which row.

use crate::{
    app::{App, AppResult, Caller},
    domain::{
        page::{Cursor, Page, PageRequest},
        people::permission::Action,
    },
    store::{self, audit::AuditLine},
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// One line of the record.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditView {
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub person_id: Option<Uuid>,
    pub person_name: Option<String>,
    pub post_id: Option<Uuid>,
    pub device_id: Option<Uuid>,
    pub address: Option<String>,
    pub request_id: Option<String>,
    pub action: String,
    pub noun: String,
    pub object_id: Option<String>,
    pub hash_before: Option<String>,
    pub hash_after: Option<String>,
    pub reason: String,
    /// When the phone says it was done.
    pub device_at: Option<DateTime<Utc>>,
}

/// One page, newest first; of one object when it is named.
pub async fn list(
    app: &App,
    caller: &Caller,
    object_id: Option<&str>,
    page: &PageRequest,
) -> AppResult<Page<AuditView>> {
    caller.require(Action::ReadAudit)?;
    let county = caller.county()?;
    let before = page.after.as_ref().map(|after| after.key.parse().unwrap_or(i64::MAX));
    let rows = store::audit::list(app.store.read(), county, object_id, before, page.limit).await?;
    let cut =
        Page::cut(rows, page.limit, |row: &AuditLine| Cursor { key: row.seq.to_string(), id: Uuid::nil() });
    let people = cut.items.iter().filter_map(|row| row.person_id).collect();
    let names = store::people::persons::names(app.store.read(), people).await?;
    Ok(cut.map(|row| AuditView {
        person_name: row.person_id.and_then(|id| names.get(&id).cloned()),
        seq: row.seq,
        at: row.at,
        person_id: row.person_id,
        post_id: row.post_id,
        device_id: row.device_id,
        address: row.address,
        request_id: row.request_id,
        action: row.action,
        noun: row.noun,
        object_id: row.object_id,
        hash_before: row.hash_before,
        hash_after: row.hash_after,
        reason: row.reason,
        device_at: row.device_at,
    }))
}
