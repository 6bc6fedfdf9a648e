//! Keeps the schedule of backups. Not a job of the queue: a backup lasts as long as it lasts, and only one is made at a time anyway.

use crate::app::App;
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How often it is looked whether one is due.
const TICK: Duration = Duration::from_secs(30);

pub(super) async fn keep(app: &App, stopping: &CancellationToken) {
    if app.backups.is_none() {
        return;
    }
    loop {
        // A stop does not wait for a backup: without its manifest it is none, and the next one goes on with the files that are there.
        tokio::select! {
            outcome = app.back_up_when_due() => match outcome {
                Ok(None) => {}
                Ok(Some(made)) => {
                    let (name, files) = (&made.row.name, made.row.files_new);
                    tracing::info!(backup = %name, files, "a backup was made");
                }
                Err(error) => tracing::error!(code = error.code(), %error, "a backup failed"),
            },
            () = stopping.cancelled() => return,
        }
        tokio::select! {
            () = sleep(TICK) => {}
            () = stopping.cancelled() => return,
        }
    }
}
