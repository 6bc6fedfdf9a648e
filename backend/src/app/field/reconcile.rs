//! Phone and server lay their lists side by side: what either lacks is named, and what may be forgotten is known.

use crate::{
    app::{App, AppResult, Caller, caller::Proof},
    domain::{clock::Instant, people::permission::Action, problem::Code},
    store::{
        self,
        care::backups,
        field::phones::{Contact, Held},
    },
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// More than a phone seals in a season.
const MOST: usize = 20_000;
/// Numbers that one answer looks through for gaps.
const SPAN: i64 = 20_000;

/// The phone's side.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Reconcile {
    pub epoch: Option<Uuid>,
    /// Highest number ever sealed.
    pub sealed_through: i64,
    pub items: Vec<Item>,
    pub held: HeldReport,
    #[serde(default)]
    pub free_bytes: Option<i64>,
    #[serde(default)]
    pub persisted: Option<bool>,
    #[serde(default)]
    pub app_version: Option<String>,
}

/// An operation that the phone still knows.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Item {
    pub seq: i64,
    pub operation_id: Uuid,
    pub hash: String,
    #[serde(default)]
    pub state: String,
}

/// What has not been received yet, by the phone's count.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct HeldReport {
    #[serde(default)]
    pub operations: i32,
    #[serde(default)]
    pub files: i32,
    #[serde(default)]
    pub oldest_at: Option<DateTime<Utc>>,
}

/// The server's side.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Reconciled {
    pub epoch: Uuid,
    /// Newest `server_seq` that survives the loss of this server: in the newest complete backup, or the newest of all where the
    /// operator declares storage replicated; absent without either.
    pub safe_through: Option<i64>,
    pub server_at: DateTime<Utc>,
    pub known: Vec<KnownView>,
    /// The server lacks these, or holds other bytes under the id: send again.
    pub lacking: Vec<Uuid>,
    /// The phone lacks these.
    pub unknown: Vec<UnknownView>,
    /// Numbers up to `sealed_through` that neither side holds.
    pub gaps: Vec<i64>,
    /// Photos that the county erased on purpose: the phone drops their bytes too.
    pub erased: Vec<Uuid>,
}

/// An operation as the server holds it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct KnownView {
    pub operation_id: Uuid,
    pub hash: String,
    pub server_seq: i64,
    pub status: String,
    pub complete: bool,
}

/// An operation that the phone has forgotten.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UnknownView {
    pub operation_id: Uuid,
    pub seq: Option<i64>,
}

/// Compares, and keeps the phone's report for the unsent board.
pub async fn reconcile(app: &App, caller: &Caller, device: Uuid, report: Reconcile) -> AppResult<Reconciled> {
    if caller.proof != Proof::SendCredential && caller.post.is_some() {
        caller.require(Action::SendOperations)?;
    }
    let read = app.store.read();
    let known_device = store::people::devices::get(read, device).await?;
    if known_device.is_none_or(|row| row.person_id != caller.person_id) {
        return Err(Code::NotFound.into());
    }
    if report.items.len() > MOST {
        return Err(Code::TooLarge.into());
    }
    let now: Instant = app.clock.now();
    let epoch = super::facts::epoch(app, read).await?;
    // A phone of another epoch lists everything it has; otherwise from its oldest item on is enough.
    let from = report.items.iter().map(|item| item.seq).min().unwrap_or(i64::MAX);
    let from = if report.epoch == Some(epoch) && !report.items.is_empty() { from } else { 0 };
    let held = store::field::operations::of_device(read, device, from).await?;
    let by_id: HashMap<Uuid, &store::field::operations::Known> =
        held.iter().map(|row| (row.id, row)).collect();
    let listed: HashSet<Uuid> = report.items.iter().map(|item| item.operation_id).collect();
    let lacking = report
        .items
        .iter()
        .filter(|item| by_id.get(&item.operation_id).is_none_or(|row| row.hash != item.hash))
        .map(|item| item.operation_id)
        .collect();
    let numbers: HashSet<i64> = held
        .iter()
        .filter_map(|row| row.device_seq)
        .chain(report.items.iter().map(|item| item.seq))
        .collect();
    let through = report.sealed_through.clamp(0, from.max(0).saturating_add(SPAN));
    let answer = Reconciled {
        epoch,
        safe_through: safe_through(app, Some(device)).await?,
        server_at: now,
        known: held
            .iter()
            .filter(|row| listed.contains(&row.id))
            .map(|row| KnownView {
                operation_id: row.id,
                hash: row.hash.clone(),
                server_seq: row.server_seq,
                status: row.status.clone(),
                complete: row.missing == 0,
            })
            .collect(),
        lacking,
        unknown: held
            .iter()
            .filter(|row| !listed.contains(&row.id))
            .map(|row| UnknownView { operation_id: row.id, seq: row.device_seq })
            .collect(),
        erased: store::field::erasures::of_operations(read, held.iter().map(|row| row.id).collect())
            .await?
            .into_iter()
            .collect(),
        gaps: (from.max(1)..=through).filter(|seq| !numbers.contains(seq)).take(1000).collect(),
    };
    let kept = Held {
        operations: report.held.operations.max(0),
        files: report.held.files.max(0),
        oldest_at: report.held.oldest_at,
        free_bytes: report.free_bytes,
        persisted: report.persisted,
        app_version: report
            .app_version
            .map(|text| text.chars().filter(|c| !c.is_control()).take(64).collect()),
    };
    let heard = Contact { sealed_through: Some(report.sealed_through.max(0)), ..Contact::default() };
    app.store
        .write(async |tx| -> AppResult<()> {
            store::field::phones::contact(tx, device, now, heard.clone()).await?;
            Ok(store::field::phones::report(tx, device, kept.clone()).await?)
        })
        .await?;
    Ok(answer)
}

/// The newest number that survives the loss of this server: everything that is here now, where the operator declares that it is also
/// elsewhere (`--storage-replicated`), else what the newest complete backup of this life of the server holds. Backups of a life before do
/// not count: what was put back may be older than they are.
///
/// A device is told less while something of its own was not wholly in that backup: a photo that came after the copy has a receipt, and a
/// number that the copy reaches, and yet it would be lost. What has no receipt yet is held by the phone anyway.
pub(super) async fn safe_through(app: &App, device: Option<Uuid>) -> AppResult<Option<i64>> {
    let read = app.store.read();
    if app.storage_replicated {
        return Ok(Some(store::field::operations::newest_seq(read).await?));
    }
    let epoch = super::facts::epoch(app, read).await?;
    let Some(backup) = backups::newest_done(read, Some(epoch)).await? else { return Ok(None) };
    let Some(device) = device else { return Ok(Some(backup.newest_seq)) };
    let Ok(uncovered) = serde_json::from_value::<Vec<i64>>(backup.uncovered) else { return Ok(None) };
    let lowest = backups::lowest_confirmed(read, device, &uncovered).await?;
    Ok(Some(lowest.map_or(backup.newest_seq, |seq| backup.newest_seq.min(seq - 1))))
}
