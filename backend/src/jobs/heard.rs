//! What has just happened to a ticket stands in the inboxes right away. What transactions left is looked at every two seconds, and at once
//! where this process left it; the job of every minute comes by all the same, and sends what goes out.

use super::POLL;
use crate::app::App;
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Between two turns, so that what comes in together is told together.
const BREATH: Duration = Duration::from_millis(300);

pub(super) async fn keep(app: &App, stopping: &CancellationToken) {
    while !stopping.is_cancelled() {
        tokio::select! {
            () = app.heard.notified() => {}
            () = sleep(POLL) => {}
            () = stopping.cancelled() => return,
        }
        {
            let _turn = app.turn().await;
            if let Err(error) = app.hear_events().await {
                tracing::error!(%error, "events could not be made notices of; the next turn tries again");
            }
        }
        tokio::select! {
            () = sleep(BREATH) => {}
            () = stopping.cancelled() => return,
        }
    }
}
