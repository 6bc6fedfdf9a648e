//! House-keeping: uploads whose time is over, copies that nobody made, jobs that ended long ago.

use crate::{
    app::{App, AppError, AppResult},
    store::jobs as queue,
};
use chrono::TimeDelta;

pub(super) const UPLOADS: &str = "sweep_uploads";
pub(super) const COPIES: &str = "sweep_copies";
pub(super) const JOBS: &str = "sweep_jobs";

/// How long a finished job can still be looked at.
const KEEP_DONE: TimeDelta = TimeDelta::days(1);

pub(super) async fn uploads(app: &App) -> AppResult<()> {
    app.sweep_uploads().await.map(drop)
}

pub(super) async fn copies(app: &App) -> AppResult<()> {
    app.order_missing_copies().await.map(drop)
}

pub(super) async fn jobs(app: &App) -> AppResult<()> {
    let before = app.clock.now() - KEEP_DONE;
    app.store.write(async |tx| Ok::<_, AppError>(queue::forget_done(tx, before).await?)).await.map(drop)
}
