//! A backup under way says now and then that it lives, and stops when another one took its place.

use crate::{
    app::{
        App, AppError,
        care::{CareError, CareResult},
    },
    store::care::backups::{self, Backup},
};
use std::time::Duration;
use tokio::time::Instant as Moment;

/// How often a backup says that it lives.
const BEAT: Duration = Duration::from_secs(10);

/// The row of a backup under way, and when it last said so.
pub(super) struct Watch<'a> {
    app: &'a App,
    pub row: Backup,
    said: Moment,
    tell: &'a mut (dyn FnMut(&Backup) + Send),
}

impl<'a> Watch<'a> {
    pub fn new(app: &'a App, row: Backup, tell: &'a mut (dyn FnMut(&Backup) + Send)) -> Self {
        Self { app, row, said: Moment::now(), tell }
    }

    /// Says that it lives, now and then.
    pub async fn beat(&mut self) -> CareResult<()> {
        if self.said.elapsed() < BEAT {
            return Ok(());
        }
        self.say().await
    }

    pub async fn say(&mut self) -> CareResult<()> {
        self.said = Moment::now();
        self.row.heard_at = self.app.clock.now();
        (self.tell)(&self.row);
        let row = &self.row;
        let kept = self
            .app
            .store
            .write(async |tx| Ok::<_, AppError>(backups::update(tx, row.clone()).await?))
            .await?;
        if kept { Ok(()) } else { Err(CareError::TakenOver) }
    }
}
