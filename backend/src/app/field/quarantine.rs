//! Bodies that cannot name themselves: kept by their hash for the office to read, never under an operation's id.

use super::{
    answer::Answer,
    door::{Arrival, Reply},
    operations::{OperationView, readable},
};
use crate::{
    app::{App, AppResult, Caller},
    domain::{
        field::receipt::named_hash,
        page::{Page, PageRequest},
        problem::{Code, Problem},
    },
    store::{self, field::operations::QuarantineRow},
};
use std::collections::HashMap;
use uuid::Uuid;

/// Broken bodies kept for one person.
const QUARANTINE_CAP: u64 = 200;

/// Keeps a body that has no row of its own.
pub(super) async fn keep(
    app: &App,
    caller: &Caller,
    arrival: &Arrival,
    hash: String,
    code: &str,
    problem: Problem,
) -> AppResult<Reply> {
    let now = app.clock.now();
    let row = QuarantineRow {
        id: Uuid::new_v5(&caller.person_id, hash.as_bytes()),
        county_id: caller.county_id,
        person_id: caller.person_id,
        device_id: caller.device_id,
        hash: hash.clone(),
        body: arrival.body.to_vec(),
        problem: code.to_owned(),
        received_at: now,
    };
    let kept = app
        .store
        .write(async |tx| -> AppResult<bool> {
            let kept = store::field::operations::quarantine(tx, row.clone(), QUARANTINE_CAP).await?;
            if kept {
                let mut line = caller.audit("operation.keep", "operations", arrival.operation_id);
                line.hash_after = Some(named_hash(&hash));
                store::audit::append(tx, now, line).await?;
            }
            Ok(kept)
        })
        .await?;
    if kept { Ok(Reply::Kept(problem)) } else { Err(Code::TooMany.into()) }
}

/// One page of them, newest first.
pub(super) async fn list(app: &App, county: Uuid, page: &PageRequest) -> AppResult<Page<OperationView>> {
    let read = app.store.read();
    let rows = store::field::operations::quarantined(read, county, page).await?;
    let cut = Page::cut(rows, page.limit, store::field::operations::quarantine_cursor);
    let people = cut.items.iter().map(|row| row.person_id).collect();
    let names = store::people::persons::names(read, people).await?;
    Ok(cut.map(|row| kept_view(row, &names)))
}

fn kept_view(row: QuarantineRow, names: &HashMap<Uuid, String>) -> OperationView {
    OperationView {
        answer: Answer {
            operation_id: row.id,
            server_seq: 0,
            accepted_at: row.received_at,
            observed_at: row.received_at,
            status: "quarantined".into(),
            outcome: "nothing".into(),
            flags: Vec::new(),
            changed: Vec::new(),
            missing: Vec::new(),
            receipt: None,
            refusal: Some(row.problem),
            current: None,
        },
        kind: String::new(),
        person_name: names.get(&row.person_id).cloned(),
        person_id: row.person_id,
        device_id: row.device_id,
        device_seq: None,
        made_at: row.received_at,
        hash: named_hash(&row.hash),
        decision: None,
        body: readable(&row.body),
    }
}
