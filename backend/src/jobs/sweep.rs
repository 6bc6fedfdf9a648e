//! House-keeping, and what the clock alone does to tickets: uploads whose time is over, copies that nobody made, jobs and sessions that ended, and desk writes that came in long ago.

use crate::{
    app::{App, AppError, AppResult},
    store::{idempotency, jobs as queue},
};
use chrono::TimeDelta;

pub(super) const UPLOADS: &str = "sweep_uploads";
pub(super) const CAMPAIGNS: &str = "sweep_campaigns";
pub(super) const COPIES: &str = "sweep_copies";
pub(super) const ERASURES: &str = "sweep_erasures";
pub(super) const FILES: &str = "scrub_files";
pub(super) const JOBS: &str = "sweep_jobs";
pub(super) const KEYS: &str = "sweep_keys";
pub(super) const MEND_OVERDUE: &str = "mend_overdue";
pub(super) const NOTICES: &str = "gather_notices";
pub(super) const PACE: &str = "sweep_pace";
pub(super) const SESSIONS: &str = "sweep_sessions";
pub(super) const TICKETS: &str = "sweep_tickets";
pub(super) const COLOURS: &str = "propose_colours";

/// How long a finished job can still be looked at.
const KEEP_DONE: TimeDelta = TimeDelta::days(1);
/// How long a desk write is known by its key; a page that asks again after that was left open for a month.
const KEEP_KEYS: TimeDelta = TimeDelta::days(30);

pub(super) async fn uploads(app: &App) -> AppResult<()> {
    app.sweep_uploads().await.map(drop)
}

pub(super) async fn copies(app: &App) -> AppResult<()> {
    app.order_missing_copies().await.map(drop)
}

pub(super) async fn erasures(app: &App) -> AppResult<()> {
    app.order_missing_erasures().await.map(drop)
}

/// Campaigns whose last day is over, and tickets that wait for a campaign's date.
pub(super) async fn campaigns(app: &App) -> AppResult<()> {
    app.sweep_campaigns().await.map(drop)
}

/// Reads stored files again whose turn it is.
pub(super) async fn files(app: &App) -> AppResult<()> {
    app.scrub().await.map(drop)
}

pub(super) async fn jobs(app: &App) -> AppResult<()> {
    let before = app.clock.now() - KEEP_DONE;
    app.store.write(async |tx| Ok::<_, AppError>(queue::forget_done(tx, before).await?)).await.map(drop)
}

pub(super) async fn keys(app: &App) -> AppResult<()> {
    let before = app.clock.now() - KEEP_KEYS;
    app.store.write(async |tx| Ok::<_, AppError>(idempotency::forget(tx, before).await?)).await
}

/// What strangers with a link asked in minutes that are over.
pub(super) async fn pace(app: &App) -> AppResult<()> {
    app.sweep_pace().await.map(drop)
}

pub(super) async fn sessions(app: &App) -> AppResult<()> {
    app.sweep_sessions().await
}

/// Tickets newly overdue, holds to be reviewed, closed ones of former months.
pub(super) async fn tickets(app: &App) -> AppResult<()> {
    app.sweep_tickets().await.map(drop)
}

/// Once after an upgrade; a step of the schema leaves it.
pub(super) async fn mend_overdue(app: &App) -> AppResult<()> {
    app.mend_overdue().await.map(drop)
}

/// Events become notices, the clock reminds, and what is due goes out.
pub(super) async fn notices(app: &App) -> AppResult<()> {
    app.gather_notices().await?;
    app.send_notices().await.map(drop)
}

/// Proposes the colours of the month before, once it is over.
pub(super) async fn colours(app: &App) -> AppResult<()> {
    app.propose_colours().await.map(drop)
}
