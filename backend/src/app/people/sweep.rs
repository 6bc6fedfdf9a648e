//! What signing in leaves behind does not grow for ever: ended sessions, spent codes, forgotten failures.

use super::super::{App, AppError, AppResult};
use crate::store::people::{attempts, codes, sessions};
use chrono::TimeDelta;

/// Ended sessions and codes are kept for questions that the audit record leaves open.
const KEEP: TimeDelta = TimeDelta::days(180);

impl App {
    /// Forgets what no sign-in needs any more.
    pub async fn sweep_sessions(&self) -> AppResult<()> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                sessions::forget_ended(tx, now, now - KEEP).await?;
                codes::forget_ended(tx, now - KEEP).await?;
                Ok::<_, AppError>(attempts::forget_quiet(tx, now).await?)
            })
            .await
    }
}
