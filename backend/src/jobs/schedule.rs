//! What happens by the clock. A schedule is a lease that lasts until its next turn: whichever process takes it puts the job into the
//! queue, so any number of processes keep one schedule and none has to be the leader.

use super::sweep;
use crate::{
    app::{App, AppError, AppResult, evidence::scrub},
    store::jobs::{self as queue, NewJob},
};
use chrono::TimeDelta;
use serde_json::json;
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How often the schedules are looked at.
const TICK: Duration = Duration::from_secs(30);
/// Behind everything that somebody waits for.
const PRIORITY: i32 = 90;

/// A job and how often it runs.
struct Schedule {
    kind: &'static str,
    every: TimeDelta,
}

static SCHEDULES: &[Schedule] = &[
    Schedule { kind: sweep::UPLOADS, every: TimeDelta::hours(6) },
    Schedule { kind: sweep::COPIES, every: TimeDelta::hours(1) },
    Schedule { kind: sweep::ERASURES, every: TimeDelta::hours(1) },
    Schedule { kind: sweep::FILES, every: scrub::EVERY },
    Schedule { kind: sweep::JOBS, every: TimeDelta::hours(6) },
    Schedule { kind: sweep::KEYS, every: TimeDelta::hours(24) },
    Schedule { kind: sweep::NOTICES, every: TimeDelta::minutes(1) },
    Schedule { kind: sweep::PACE, every: TimeDelta::minutes(10) },
    Schedule { kind: sweep::SESSIONS, every: TimeDelta::hours(24) },
    Schedule { kind: sweep::COLOURS, every: TimeDelta::hours(6) },
    Schedule { kind: sweep::TICKETS, every: TimeDelta::minutes(10) },
    Schedule { kind: sweep::CAMPAIGNS, every: TimeDelta::minutes(2) },
];

pub(super) async fn keep(app: &App, stopping: &CancellationToken) {
    loop {
        for schedule in SCHEDULES {
            if let Err(error) = turn(app, schedule).await {
                tracing::error!(kind = schedule.kind, %error, "a schedule could not be kept");
            }
        }
        tokio::select! {
            () = sleep(TICK) => {}
            () = stopping.cancelled() => return,
        }
    }
}

async fn turn(app: &App, schedule: &Schedule) -> AppResult<()> {
    let _turn = app.turn().await;
    let (now, job, holder) = (app.clock.now(), app.random.id(), app.random.id());
    let name = format!("schedule/{}", schedule.kind);
    let mine = app
        .store
        .write(async |tx| {
            let mine = queue::take_lease(tx, &name, holder, now, now + schedule.every).await?;
            if mine {
                let new = NewJob {
                    id: job,
                    kind: schedule.kind,
                    dedupe_key: Some(name.clone()),
                    payload: json!({}),
                    priority: PRIORITY,
                    run_at: now,
                };
                queue::enqueue(tx, now, new).await?;
            }
            Ok::<_, AppError>(mine)
        })
        .await?;
    if mine {
        app.bell.notify_one();
    }
    Ok(())
}
