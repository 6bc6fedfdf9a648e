//! Photos that never come: after a week (a setting) the office may go on without them, with a reason (decisions.md 4).
//!
//! Nothing is thrown away by it: the operation stays incomplete and gets no receipt until its files are really here, and
//! a file that comes after all is taken in.

use super::{facts::Facts, operations};
use crate::{
    app::{App, AppResult, Caller},
    domain::{
        field::inspection::{MAX_TEXT, shorten},
        people::permission::Action,
        problem::{Code, Problem},
    },
    store,
};
use chrono::TimeDelta;
use uuid::Uuid;

/// Stops waiting for the files of an operation; a check of its attempt may then go on.
pub async fn waive(app: &App, caller: &Caller, operation: Uuid, reason: &str) -> AppResult<()> {
    caller.require(Action::DecideOperations)?;
    let reason = shorten(reason.trim(), MAX_TEXT);
    if reason.is_empty() {
        return Err(Problem::field("/reason", "请说明原因", "give a reason").into());
    }
    let row = operations::own(app, caller, operation).await?;
    let now = app.clock.now();
    let days = Facts::load(app, row.county_id).await?.settings().field.photo_waiver_days;
    if now - row.accepted_at < TimeDelta::days(i64::from(days)) {
        return Err(Problem::new(Code::WrongState)
            .with_detail(
                format!("照片还在路上，收到记录满{days}天后才能决定。"),
                format!("The photos may still come; this can be decided {days} days after the record came."),
            )
            .into());
    }
    app.store
        .write(async |tx| {
            if store::field::named::waive(tx, operation).await? == 0 {
                return Err(Code::WrongState.into());
            }
            let mut line = caller.audit("operation.waive_files", "operations", operation);
            line.reason.clone_from(&reason);
            Ok(store::audit::append(tx, now, line).await?)
        })
        .await
}
