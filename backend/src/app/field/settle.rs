//! The moment a file is durable: in one transaction it becomes known, the operations that name it hear of it, and its copies are ordered.

use super::receipts;
use crate::{
    app::{App, AppResult, evidence::weigh},
    domain::{clock::Instant, field::media::FileKind, people::scope::Scope},
    files::Key,
    store::{
        self, Tx,
        changes::ChangeRow,
        field::{
            files::{self, Copies},
            uploads,
        },
        jobs::{self, NewJob},
    },
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Job kind that makes the copies of one photo; payload `{county_id, sha256}`.
pub const MAKE_COPIES: &str = "make_copies";
/// Below ingest and sending, above house-keeping.
const COPIES_PRIORITY: i32 = 50;

/// A durable file, and who brought it.
#[derive(Debug, Clone, Copy)]
pub struct Arrived {
    pub key: Key,
    pub bytes: u64,
    pub person: Uuid,
    /// By its first bytes; not needed when the county already has the file.
    pub kind: Option<FileKind>,
}

/// Makes a durable file known. Harmless to repeat.
///
/// Only operations of the person who brought the bytes hear of it: naming a hash must not give anybody a file that he never had.
pub async fn settle(app: &App, tx: &Tx, now: Instant, job: Uuid, arrived: &Arrived) -> AppResult<()> {
    let Arrived { key, bytes, person, kind } = *arrived;
    files::insert(tx, now, key.county, key.sha256, bytes, kind).await?;
    let file = files::find(tx, key.county, key.sha256).await?;
    if file.as_ref().is_some_and(|file| file.erased) {
        // They came while two people erased them, or were named before that was known.
        return super::erasures::follow(app, tx, key.county, key.sha256, now).await;
    }
    uploads::stored(tx, key.county, person, key.sha256, bytes).await?;
    let concerned = files::arrived(tx, key.county, person, key.sha256, bytes).await?;
    match file {
        Some(file) if file.copies != Copies::Waiting => {
            super::photos::flag_references(tx, &file).await?;
            jobs::enqueue(tx, now, weigh::job(job, now, key)).await?;
        }
        _ => jobs::enqueue(tx, now, copies_job(job, now, key)).await?,
    }
    // Two last files of one operation may arrive side by side: whoever comes second has to see the first.
    files::lock_operations(tx, &concerned.operations).await?;
    for operation in concerned.operations {
        receipts::complete_if_ready(app, tx, operation, now).await?;
    }
    tell_of_photos(tx, now, key.county, concerned.tickets, concerned.inspections).await
}

/// Lets phones that keep these tickets and visits show their photos as they are now. The rows themselves have not changed.
pub(in crate::app) async fn tell_of_photos(
    tx: &Tx,
    now: Instant,
    county: Uuid,
    shown: BTreeMap<Uuid, bool>,
    inspections: BTreeSet<Uuid>,
) -> AppResult<()> {
    if shown.is_empty() && inspections.is_empty() {
        return Ok(());
    }
    let scope = Scope::County { county };
    let tickets = store::tickets::get_many(tx, scope, now, shown.keys().copied().collect()).await?;
    let visits =
        store::field::inspections::get_many(tx, scope, now, inspections.into_iter().collect()).await?;
    let of_tickets = tickets.iter().map(|ticket| ChangeRow {
        county_id: county,
        noun: "tickets",
        object_id: ticket.id,
        version: ticket.version,
        township_before: ticket.unit_id,
        township_after: ticket.unit_id,
        village_id: ticket.place_village_id,
        person_id: None,
        // That a photo of a hidden visit came to a ticket would tell of the visit.
        visible_from: ticket.visible_from.filter(|_| shown.get(&ticket.id) == Some(&true)),
        gone: false,
    });
    let of_visits = visits.iter().map(|visit| ChangeRow {
        county_id: county,
        noun: "inspections",
        object_id: visit.id,
        version: visit.version,
        township_before: Some(visit.township_id),
        township_after: Some(visit.township_id),
        village_id: Some(visit.village_id),
        person_id: Some(visit.person_id),
        visible_from: visit.visible_from,
        gone: false,
    });
    Ok(store::changes::append(tx, now, of_tickets.chain(of_visits).collect()).await?)
}

/// The job that makes the copies of a photo; one at a time for each file.
pub fn copies_job(id: Uuid, now: Instant, key: Key) -> NewJob {
    NewJob {
        id,
        kind: MAKE_COPIES,
        dedupe_key: Some(format!("{MAKE_COPIES}/{}/{}", key.county, key.sha256)),
        payload: json!({ "county_id": key.county, "sha256": key.sha256.to_string() }),
        priority: COPIES_PRIORITY,
        run_at: now,
    }
}
