//! Makes a backup while people work: all rows as of one moment, then the originals that the place of backups does not have yet, then the
//! manifest. What has no manifest is no backup, so one that dies in the middle leaves the former ones as they were.

mod making;
mod pieces;
mod watch;

use super::{CareError, CareResult, make_vault, tidy};
use crate::{
    app::{App, AppError, Caller},
    files::{Place, Vault, seal::Recipients},
    store::{
        audit,
        care::backups::{self, Backup, DONE, FAILED, RUNNING},
    },
};
use chrono::TimeDelta;
use serde_json::json;
use std::path::PathBuf;
use watch::Watch;

/// One that has not been heard of for so long is dead.
pub const SILENCE: TimeDelta = TimeDelta::minutes(5);

/// Who wants a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeBy {
    Command,
    Schedule,
    /// By hand to a place that is not the one of the settings: phones forget nothing because of it.
    Trial,
}

impl MadeBy {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Schedule => "schedule",
            Self::Trial => backups::TRIAL,
        }
    }
}

/// What is to be made.
#[derive(Clone)]
pub struct Order {
    pub place: Place,
    /// The place without secrets, for people.
    pub shown: String,
    pub recipients: Recipients,
    /// The folder of secret keys, when they are to be in it.
    pub keys: Option<PathBuf>,
    pub made_by: MadeBy,
    /// So many complete sets stay; the oldest beyond them are removed.
    pub keep: usize,
}

/// An order with its place opened.
pub(super) struct Work<'a> {
    pub vault: Vault,
    pub order: &'a Order,
}

/// What has been made.
#[derive(Debug, Clone)]
pub struct Made {
    pub row: Backup,
    /// Sets that were removed because enough newer ones are there.
    pub removed: Vec<String>,
}

impl App {
    /// Makes a backup, and tells how far it is. Only one is made at a time, whoever asks.
    pub async fn back_up(&self, order: &Order, tell: &mut (dyn FnMut(&Backup) + Send)) -> CareResult<Made> {
        if order.keys.is_some() && order.recipients.is_open() {
            return Err(CareError::KeysInClear);
        }
        // Before the copy begins, so that it is in the copy.
        self.installation().await?;
        let row = self.begin_backup(order).await?;
        let mut watch = Watch::new(self, row, tell);
        let outcome = async {
            let work = Work { vault: make_vault(&order.place)?, order };
            making::make(self, &work, &mut watch).await?;
            Ok(work)
        };
        let outcome = outcome.await;
        let mut row = watch.row;
        row.finished_at = Some(self.clock.now());
        row.heard_at = self.clock.now();
        match &outcome {
            Ok(_work) => DONE.clone_into(&mut row.state),
            Err(CareError::TakenOver) => return Err(CareError::TakenOver),
            Err(error) => {
                FAILED.clone_into(&mut row.state);
                row.problem = Some(error.code().to_owned());
                row.detail = Some(error.to_string());
            }
        }
        let caller = Caller::system(None);
        let kept = self
            .store
            .write(async |tx| {
                let kept = backups::update(tx, row.clone()).await?;
                if kept {
                    let action = if row.state == DONE { "backup.done" } else { "backup.failed" };
                    let mut line = caller.audit(action, "backups", row.id);
                    line.reason = row.problem.clone().unwrap_or_else(|| row.name.clone());
                    audit::append(tx, self.clock.now(), line).await?;
                }
                Ok::<_, AppError>(kept)
            })
            .await;
        let work = outcome?;
        if !kept? {
            return Err(CareError::TakenOver);
        }
        let removed = match tidy::tidy(self, &work, &row.name).await {
            Ok(removed) => removed,
            Err(error) => {
                tracing::warn!(%error, "older backups could not be removed");
                Vec::new()
            }
        };
        Ok(Made { row, removed })
    }

    async fn begin_backup(&self, order: &Order) -> CareResult<Backup> {
        let (now, id, epoch) = (self.clock.now(), self.random.id(), self.epoch().await?);
        let row = Backup {
            id,
            name: format!("{}-{}", now.format("%Y%m%dT%H%M%SZ"), &id.simple().to_string()[24..]),
            target: order.shown.clone(),
            made_by: order.made_by.as_str().to_owned(),
            state: RUNNING.to_owned(),
            epoch,
            started_at: now,
            heard_at: now,
            finished_at: None,
            newest_seq: 0,
            uncovered: json!([]),
            sealed: !order.recipients.is_open(),
            with_keys: order.keys.is_some(),
            rows: 0,
            rows_bytes: 0,
            files: 0,
            files_done: 0,
            files_new: 0,
            bytes_new: 0,
            faults: 0,
            problem: None,
            detail: None,
        };
        self.store
            .write(async |tx| {
                if let Some(other) = backups::running(tx).await? {
                    let silent = now - other.heard_at;
                    if silent < SILENCE {
                        return Err(CareError::Running(format!("{} s", silent.num_seconds().max(0))));
                    }
                    backups::end_silent(tx, now).await?;
                }
                backups::insert(tx, row.clone()).await?;
                Ok(row.clone())
            })
            .await
    }
}
