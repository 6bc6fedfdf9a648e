//! Work that follows a transaction: claimed from the queue, tried again with growing pauses, and given up in the open.
//!
//! The queue is the truth and is looked at every two seconds; the bell only shortens the wait. A job has a time cap, its lease is longer,
//! so a lease needs no renewing and a worker that died is noticed by itself. Jobs must be harmless to repeat.

mod backups;
mod copies;
mod heard;
mod schedule;
mod sweep;

use crate::{
    app::{
        App, AppError, AppResult,
        evidence::weigh,
        field::{erasures, settle},
    },
    store::jobs::{self as queue, Claimed, Ending},
};
use chrono::TimeDelta;
use futures_util::{FutureExt, future::LocalBoxFuture};
use serde_json::Value;
use std::{panic::AssertUnwindSafe, time::Duration};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often the queue is looked at when no bell rings.
const POLL: Duration = Duration::from_secs(2);
/// The time cap of an attempt. Longer work ends its transaction, and its next turn goes on.
const CAP: Duration = Duration::from_mins(2);
/// How long a claim lasts; longer than the cap by what recording the end may take.
const LEASE: TimeDelta = TimeDelta::seconds(180);
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(10);
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);

/// What a job does with its payload.
type Work = for<'a> fn(&'a App, &'a Value) -> LocalBoxFuture<'a, AppResult<()>>;

/// One kind of job.
struct Kind {
    name: &'static str,
    attempts: u32,
    run: Work,
    /// What to record when all attempts are used up.
    give_up: Option<Work>,
}

/// Every kind, with its number of attempts.
static KINDS: &[Kind] = &[
    Kind {
        name: settle::MAKE_COPIES,
        attempts: 5,
        run: |app, payload| copies::run(app, payload).boxed_local(),
        give_up: Some(|app, payload| copies::give_up(app, payload).boxed_local()),
    },
    Kind {
        name: weigh::WEIGH_PHOTO,
        attempts: 5,
        run: |app, payload| copies::weigh(app, payload).boxed_local(),
        give_up: None,
    },
    Kind {
        name: erasures::ERASE_BYTES,
        // It must happen: storage that is away for days is asked again for days.
        attempts: 100,
        run: |app, payload| copies::erase(app, payload).boxed_local(),
        give_up: None,
    },
    Kind {
        name: sweep::ERASURES,
        attempts: 3,
        run: |app, _| sweep::erasures(app).boxed_local(),
        give_up: None,
    },
    Kind {
        name: sweep::UPLOADS,
        attempts: 3,
        run: |app, _| sweep::uploads(app).boxed_local(),
        give_up: None,
    },
    Kind {
        name: sweep::CAMPAIGNS,
        attempts: 3,
        run: |app, _| sweep::campaigns(app).boxed_local(),
        give_up: None,
    },
    Kind { name: sweep::COPIES, attempts: 3, run: |app, _| sweep::copies(app).boxed_local(), give_up: None },
    Kind { name: sweep::FILES, attempts: 3, run: |app, _| sweep::files(app).boxed_local(), give_up: None },
    Kind { name: sweep::JOBS, attempts: 3, run: |app, _| sweep::jobs(app).boxed_local(), give_up: None },
    Kind { name: sweep::KEYS, attempts: 3, run: |app, _| sweep::keys(app).boxed_local(), give_up: None },
    Kind { name: sweep::PACE, attempts: 3, run: |app, _| sweep::pace(app).boxed_local(), give_up: None },
    Kind {
        name: sweep::MEND_OVERDUE,
        attempts: 5,
        run: |app, _| sweep::mend_overdue(app).boxed_local(),
        give_up: None,
    },
    Kind {
        name: sweep::NOTICES,
        attempts: 3,
        run: |app, _| sweep::notices(app).boxed_local(),
        give_up: None,
    },
    Kind {
        name: sweep::SESSIONS,
        attempts: 3,
        run: |app, _| sweep::sessions(app).boxed_local(),
        give_up: None,
    },
    Kind {
        name: sweep::TICKETS,
        attempts: 3,
        run: |app, _| sweep::tickets(app).boxed_local(),
        give_up: None,
    },
    Kind {
        name: sweep::COLOURS,
        attempts: 3,
        run: |app, _| sweep::colours(app).boxed_local(),
        give_up: None,
    },
];

/// Works until told to stop; a job under way is finished first. Returns when all workers have stopped.
pub async fn run(app: App, workers: usize, stopping: CancellationToken) {
    let loops = (0..workers).map(|_| work(&app, &stopping));
    let clocks = futures_util::future::join3(
        schedule::keep(&app, &stopping).boxed_local(),
        backups::keep(&app, &stopping).boxed_local(),
        heard::keep(&app, &stopping).boxed_local(),
    );
    futures_util::future::join(futures_util::future::join_all(loops), clocks).await;
}

async fn work(app: &App, stopping: &CancellationToken) {
    let worker = app.random.id();
    while !stopping.is_cancelled() {
        match next(app, worker).await {
            Ok(Some(job)) => {
                // Somebody else may look while this one works.
                app.bell.notify_one();
                if let Err(error) = attempt(app, worker, &job).await {
                    tracing::error!(job = %job.id, kind = %job.kind, %error, "the outcome of a job could not be recorded");
                }
            }
            Ok(None) => rest(app, stopping).await,
            Err(error) => {
                tracing::error!(%error, "the job queue cannot be read");
                rest(app, stopping).await;
            }
        }
    }
}

/// Does everything that is due now and returns: for a county that is being made and nobody serves yet.
pub async fn drain(app: &App) -> AppResult<()> {
    let one = async || {
        let worker = app.random.id();
        while let Some(job) = next(app, worker).await? {
            attempt(app, worker, &job).await?;
        }
        Ok::<_, AppError>(())
    };
    futures_util::future::try_join(one(), one()).await.map(drop)
}

async fn rest(app: &App, stopping: &CancellationToken) {
    tokio::select! {
        () = app.bell.notified() => {}
        () = sleep(POLL) => {}
        () = stopping.cancelled() => {}
    }
}

async fn next(app: &App, worker: Uuid) -> AppResult<Option<Claimed>> {
    let now = app.clock.now();
    let _turn = app.turn().await;
    // Asked on the read side first, so that an idle server writes nothing.
    if !queue::is_due(app.store.read(), now).await? {
        return Ok(None);
    }
    let lease_until = now + LEASE;
    app.store.write(async |tx| Ok::<_, AppError>(queue::claim(tx, worker, now, lease_until).await?)).await
}

/// Runs a claimed job once and records how it ended.
async fn attempt(app: &App, worker: Uuid, job: &Claimed) -> AppResult<()> {
    let _turn = app.turn().await;
    let Some(kind) = KINDS.iter().find(|kind| kind.name == job.kind) else {
        // A newer program put it there; one of its kind will come for it.
        return record(
            app,
            worker,
            job,
            Ending::Again { at: app.clock.now() + FIRST_PAUSE, error: "unknown kind".into() },
        )
        .await;
    };
    // More attempts than allowed were begun and never ended: the job brings the program down.
    let outcome = if job.attempts > kind.attempts {
        Err("the program ended during every attempt".to_owned())
    } else {
        let running = AssertUnwindSafe(timeout(CAP, (kind.run)(app, &job.payload))).catch_unwind();
        match running.await {
            Ok(Ok(Ok(()))) => Ok(()),
            Ok(Ok(Err(error))) => Err(error.to_string()),
            Ok(Err(_elapsed)) => Err(format!("took longer than {} s", CAP.as_secs())),
            Err(_panic) => Err("panicked".to_owned()),
        }
    };
    let ending = match outcome {
        Ok(()) => Ending::Done,
        Err(error) if job.attempts >= kind.attempts => {
            tracing::error!(job = %job.id, kind = kind.name, attempts = job.attempts, %error, "a job is given up");
            if let Some(give_up) = kind.give_up {
                give_up(app, &job.payload).await?;
            }
            Ending::Dead { error }
        }
        Err(error) => {
            tracing::warn!(job = %job.id, kind = kind.name, attempts = job.attempts, %error, "a job failed and is tried again");
            Ending::Again { at: app.clock.now() + pause(job.attempts), error }
        }
    };
    record(app, worker, job, ending).await
}

async fn record(app: &App, worker: Uuid, job: &Claimed, ending: Ending) -> AppResult<()> {
    let now = app.clock.now();
    let kept = app
        .store
        .write(async |tx| Ok::<_, AppError>(queue::end(tx, job.id, worker, now, ending.clone()).await?))
        .await?;
    if !kept {
        tracing::warn!(job = %job.id, kind = %job.kind, "the lease of a job ran out before the job did");
    }
    Ok(())
}

/// 10 s, 30 s, 90 s … at most an hour.
fn pause(attempts: u32) -> TimeDelta {
    let factor = 3_i32.saturating_pow(attempts.saturating_sub(1));
    FIRST_PAUSE.checked_mul(factor).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_bounded() {
        let seconds: Vec<i64> = [1, 2, 3, 9, u32::MAX].map(|attempts| pause(attempts).num_seconds()).into();
        assert_eq!(seconds, [10, 30, 90, 3600, 3600]);
    }

    #[test]
    fn kinds_have_one_name_each_and_the_lease_outlasts_the_cap() {
        assert!(LEASE.to_std().unwrap() > CAP);
        for (at, kind) in KINDS.iter().enumerate() {
            assert!(kind.attempts > 0, "{}", kind.name);
            assert!(KINDS[..at].iter().all(|other| other.name != kind.name), "{}", kind.name);
        }
    }
}
