//! The record of backups for people.

use crate::{
    app::{App, AppResult, Caller, field::facts},
    domain::people::permission::Action,
    store::care::backups,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Backups that are told.
const SHOWN: u64 = 60;

/// How the data is cared for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BackupBoard {
    pub as_of: DateTime<Utc>,
    /// A place for backups is set, so they are made by the clock.
    pub scheduled: bool,
    /// The operator declares that everything is written elsewhere too.
    pub replicated: bool,
    /// When the newest complete backup of this life of the server was begun.
    pub last_success: Option<DateTime<Utc>>,
    pub items: Vec<BackupView>,
}

/// One backup, made or tried.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BackupView {
    pub id: Uuid,
    pub name: String,
    /// Where it lies, without secrets.
    pub target: String,
    #[schema(value_type = BackupMadeBy)]
    pub made_by: String,
    #[schema(value_type = BackupState)]
    pub state: String,
    pub started_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    /// False for backups of a life of the server before it was put back.
    pub counts: bool,
    pub encrypted: bool,
    pub with_keys: bool,
    pub rows: i64,
    pub files: i64,
    pub files_done: i64,
    pub files_new: i64,
    pub bytes_new: i64,
    /// Files that the server itself has no more.
    pub faults: i32,
    /// A short word for what went wrong.
    pub problem: Option<String>,
    /// What went wrong and what to do, in both languages.
    pub detail: Option<String>,
}

/// Who wanted a backup.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum BackupMadeBy {
    Command,
    Schedule,
}

/// How far a backup is.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum BackupState {
    Running,
    Done,
    Failed,
}

/// The newest backups.
pub async fn board(app: &App, caller: &Caller) -> AppResult<BackupBoard> {
    caller.require(Action::ReadBackups)?;
    let read = app.store.read();
    let epoch = facts::epoch(app, read).await?;
    let last = backups::newest_done(read, Some(epoch)).await?;
    let items = backups::list(read, SHOWN).await?;
    Ok(BackupBoard {
        as_of: app.clock.now(),
        scheduled: app.backups.is_some(),
        replicated: app.storage_replicated,
        last_success: last.map(|row| row.started_at),
        items: items
            .into_iter()
            .map(|row| BackupView {
                id: row.id,
                name: row.name,
                target: row.target,
                made_by: row.made_by,
                state: row.state,
                started_at: row.started_at,
                finished_at: row.finished_at,
                counts: row.epoch == epoch,
                encrypted: row.sealed,
                with_keys: row.with_keys,
                rows: row.rows,
                files: row.files,
                files_done: row.files_done,
                files_new: row.files_new,
                bytes_new: row.bytes_new,
                faults: row.faults,
                problem: row.problem,
                detail: row.detail,
            })
            .collect(),
    })
}
