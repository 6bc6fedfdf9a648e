//! Makes a backup while people work: all rows as of one moment, then the originals that the place of backups does not have yet, then the
//! manifest. What has no manifest is no backup, so one that dies in the middle leaves the former ones as they were.

use super::{CareError, CareResult, at_target, make_vault, originals, tidy};
use crate::{
    app::{App, AppError, Caller},
    domain::{
        care::manifest::{FORMAT, MANIFEST, Manifest, Piece, part},
        clock::Instant,
    },
    files::{
        Place, Vault,
        seal::{Recipients, Sealer},
    },
    store::{
        audit,
        care::{
            backups::{self, Backup, DONE, FAILED, RUNNING},
            dump::{self, Cover, Pages, Snapshot},
            schema,
        },
        meta,
    },
};
use chrono::TimeDelta;
use serde_json::json;
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, BufWriter, Seek, Write},
    path::PathBuf,
    time::Duration,
};
use tokio::time::Instant as Moment;
use uuid::Uuid;

/// One that has not been heard of for so long is dead.
pub const SILENCE: TimeDelta = TimeDelta::minutes(5);
/// How often a backup says that it lives.
const BEAT: Duration = Duration::from_secs(10);
/// Originals that are listed at once.
const PAGE: u64 = 1_000;
/// Rows gathered before they are sealed.
const GATHERED: usize = 128 * 1024;

/// Who wants a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeBy {
    Command,
    Schedule,
    /// By hand to a place that is not the one of the settings: phones forget nothing because of it.
    Trial,
}

impl MadeBy {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Schedule => "schedule",
            Self::Trial => backups::TRIAL,
        }
    }
}

/// What is to be made.
#[derive(Clone)]
pub struct Order {
    pub place: Place,
    /// The place without secrets, for people.
    pub shown: String,
    pub recipients: Recipients,
    /// The folder of secret keys, when they are to be in it.
    pub keys: Option<PathBuf>,
    pub made_by: MadeBy,
    /// So many complete sets stay; the oldest beyond them are removed.
    pub keep: usize,
}

/// An order with its place opened.
pub(super) struct Work<'a> {
    pub vault: Vault,
    pub order: &'a Order,
}

/// What has been made.
#[derive(Debug, Clone)]
pub struct Made {
    pub row: Backup,
    /// Sets that were removed because enough newer ones are there.
    pub removed: Vec<String>,
}

/// The row of a backup under way, and when it last said so.
struct Watch<'a> {
    app: &'a App,
    row: Backup,
    said: Moment,
    tell: &'a mut (dyn FnMut(&Backup) + Send),
}

impl Watch<'_> {
    /// Says that it lives, now and then.
    async fn beat(&mut self) -> CareResult<()> {
        if self.said.elapsed() < BEAT {
            return Ok(());
        }
        self.say().await
    }

    async fn say(&mut self) -> CareResult<()> {
        self.said = Moment::now();
        self.row.heard_at = self.app.clock.now();
        (self.tell)(&self.row);
        let row = &self.row;
        let kept = self
            .app
            .store
            .write(async |tx| Ok::<_, AppError>(backups::update(tx, row.clone()).await?))
            .await?;
        if kept { Ok(()) } else { Err(CareError::TakenOver) }
    }
}

impl App {
    /// Makes a backup, and tells how far it is. Only one is made at a time, whoever asks.
    pub async fn back_up(&self, order: &Order, tell: &mut (dyn FnMut(&Backup) + Send)) -> CareResult<Made> {
        if order.keys.is_some() && order.recipients.is_open() {
            return Err(CareError::KeysInClear);
        }
        // Before the copy begins, so that it is in the copy.
        self.installation().await?;
        let row = self.begin_backup(order).await?;
        let mut watch = Watch { app: self, row, said: Moment::now(), tell };
        let outcome = async {
            let work = Work { vault: make_vault(&order.place)?, order };
            make(self, &work, &mut watch).await?;
            Ok(work)
        };
        let outcome = outcome.await;
        let mut row = watch.row;
        row.finished_at = Some(self.clock.now());
        row.heard_at = self.clock.now();
        match &outcome {
            Ok(_work) => DONE.clone_into(&mut row.state),
            Err(CareError::TakenOver) => return Err(CareError::TakenOver),
            Err(error) => {
                FAILED.clone_into(&mut row.state);
                row.problem = Some(error.code().to_owned());
                row.detail = Some(error.to_string());
            }
        }
        let caller = Caller::system(None);
        let kept = self
            .store
            .write(async |tx| {
                let kept = backups::update(tx, row.clone()).await?;
                if kept {
                    let action = if row.state == DONE { "backup.done" } else { "backup.failed" };
                    let mut line = caller.audit(action, "backups", row.id);
                    line.reason = row.problem.clone().unwrap_or_else(|| row.name.clone());
                    audit::append(tx, self.clock.now(), line).await?;
                }
                Ok::<_, AppError>(kept)
            })
            .await;
        let work = outcome?;
        if !kept? {
            return Err(CareError::TakenOver);
        }
        let removed = match tidy::tidy(self, &work, &row.name).await {
            Ok(removed) => removed,
            Err(error) => {
                tracing::warn!(%error, "older backups could not be removed");
                Vec::new()
            }
        };
        Ok(Made { row, removed })
    }

    async fn begin_backup(&self, order: &Order) -> CareResult<Backup> {
        let (now, id, epoch) = (self.clock.now(), self.random.id(), self.epoch().await?);
        let row = Backup {
            id,
            name: format!("{}-{}", now.format("%Y%m%dT%H%M%SZ"), &id.simple().to_string()[24..]),
            target: order.shown.clone(),
            made_by: order.made_by.as_str().to_owned(),
            state: RUNNING.to_owned(),
            epoch,
            started_at: now,
            heard_at: now,
            finished_at: None,
            newest_seq: 0,
            uncovered: json!([]),
            sealed: !order.recipients.is_open(),
            with_keys: order.keys.is_some(),
            rows: 0,
            rows_bytes: 0,
            files: 0,
            files_done: 0,
            files_new: 0,
            bytes_new: 0,
            faults: 0,
            problem: None,
            detail: None,
        };
        self.store
            .write(async |tx| {
                if let Some(other) = backups::running(tx).await? {
                    let silent = now - other.heard_at;
                    if silent < SILENCE {
                        return Err(CareError::Running(format!("{} s", silent.num_seconds().max(0))));
                    }
                    backups::end_silent(tx, now).await?;
                }
                backups::insert(tx, row.clone()).await?;
                Ok(row.clone())
            })
            .await
    }
}

/// What the snapshot gave.
struct Read {
    manifest: Manifest,
    cover: Cover,
    /// The originals of that moment, a line each.
    originals: BufReader<std::fs::File>,
}

async fn make(app: &App, work: &Work<'_>, watch: &mut Watch<'_>) -> CareResult<()> {
    let order = work.order;
    work.vault.probe().await.map_err(at_target)?;
    let snapshot = Snapshot::open(&app.store).await?;
    let read = read(app, work, &snapshot, watch).await;
    snapshot.close().await?;
    let Read { mut manifest, mut cover, originals: mut list } = read?;
    let copying = originals::Copying {
        app,
        vault: &work.vault,
        recipients: &order.recipients,
        folder: &manifest.originals,
    };
    let mut batch = Vec::new();
    let mut shelf = String::new();
    let mut line = String::new();
    loop {
        line.clear();
        let more = list.read_line(&mut line).map_err(scratch)? > 0;
        let next = if more { Some(originals::parse(&line).ok_or_else(broken_list)?) } else { None };
        let place = next.as_ref().map(|original| copying.shelf(original)).unwrap_or_default();
        if place != shelf && !batch.is_empty() {
            let done = copying.copy(&shelf, std::mem::take(&mut batch)).await?;
            watch.row.files_done += done.looked_at;
            watch.row.files_new += done.new;
            watch.row.bytes_new += done.bytes;
            manifest.lacking.extend(done.lacking);
            watch.beat().await?;
        }
        shelf = place;
        match next {
            Some(original) => batch.push(original),
            None => break,
        }
        // A shelf of a very large county is copied in parts.
        if batch.len() >= 500 {
            let done = copying.copy(&shelf, std::mem::take(&mut batch)).await?;
            watch.row.files_done += done.looked_at;
            watch.row.files_new += done.new;
            watch.row.bytes_new += done.bytes;
            manifest.lacking.extend(done.lacking);
            watch.beat().await?;
        }
    }
    for lacking in &manifest.lacking {
        cover.uncovered.extend(dump::naming(app.store.read(), lacking.county, &lacking.sha256).await?);
    }
    cover.uncovered.retain(|seq| *seq <= cover.newest_seq);
    cover.uncovered.sort_unstable();
    cover.uncovered.dedup();
    if let Some(folder) = &order.keys {
        manifest.keys = Some(keys(work, folder, &manifest.name).await?);
    }
    watch.row.uncovered = json!(cover.uncovered);
    watch.row.newest_seq = cover.newest_seq;
    watch.row.faults = i32::try_from(manifest.lacking.len()).unwrap_or(i32::MAX);
    // The last word before it counts: is it still ours to finish?
    watch.say().await?;
    let bytes = manifest.to_bytes().map_err(|error| AppError::Internal(error.to_string()))?;
    work.vault.put(&part(&manifest.name, MANIFEST), bytes).await.map_err(at_target)
}

#[expect(clippy::needless_pass_by_value, reason = "stands in map_err")]
fn scratch(error: std::io::Error) -> CareError {
    AppError::Internal(format!("the list of files could not be kept in the data folder: {error}")).into()
}

fn broken_list() -> CareError {
    AppError::Internal("the list of files does not come back as it was written".into()).into()
}

/// Reads everything of the snapshot: rows into the vault, the list of originals into the vault and beside it.
async fn read(app: &App, work: &Work<'_>, snapshot: &Snapshot, watch: &mut Watch<'_>) -> CareResult<Read> {
    let order = work.order;
    let made_at: Instant = app.clock.now();
    let name = watch.row.name.clone();
    let text = |key: &'static str| async move { meta::get(snapshot, key).await };
    let epoch: Uuid = text(meta::EPOCH).await?.and_then(|text| text.parse().ok()).unwrap_or_default();
    watch.row.epoch = epoch;
    let demo = text(meta::DEMO).await?.is_some();
    let cover = dump::cover(snapshot).await?;
    let (rows, tables) = rows(work, snapshot, &name, watch).await?;
    watch.row.rows_bytes = i64::try_from(rows.bytes).unwrap_or(i64::MAX);
    std::fs::create_dir_all(&app.scratch).map_err(scratch)?;
    let mut spool = BufWriter::new(tempfile::tempfile_in(&app.scratch).map_err(scratch)?);
    let (files, count, bytes) = list(work, snapshot, &name, &mut spool, watch).await?;
    let mut spool = spool.into_inner().map_err(|error| scratch(error.into_error()))?;
    spool.rewind().map_err(scratch)?;
    watch.row.files = i64::try_from(count).unwrap_or(i64::MAX);
    let manifest = Manifest {
        format: FORMAT,
        name,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        made_at,
        epoch,
        demo,
        installation: Some(app.installation().await?),
        newest_seq: cover.newest_seq,
        migrations: schema::applied(snapshot).await?,
        recipients: order.recipients.names(),
        rows,
        tables,
        files,
        originals: format!("files/{}", order.recipients.mark()),
        file_count: count,
        file_bytes: bytes,
        lacking: Vec::new(),
        receipt_keys: app.keys.receipt_halves(),
        keys: None,
    };
    Ok(Read { manifest, cover, originals: BufReader::new(spool) })
}

/// A piece that is being written: packed, sealed, hashed.
struct Writing {
    path: String,
    sealer: Sealer,
    writer: crate::files::VaultWriter,
    gathered: Vec<u8>,
}

impl Writing {
    fn begin(work: &Work<'_>, recipients: &Recipients, path: String) -> CareResult<Self> {
        let sealer = Sealer::new(recipients, true).map_err(at_target)?;
        let writer = work.vault.writer(&path);
        Ok(Self { path, sealer, writer, gathered: Vec::new() })
    }

    async fn line(&mut self, text: &str) -> CareResult<()> {
        self.gathered.extend_from_slice(text.as_bytes());
        self.gathered.push(b'\n');
        if self.gathered.len() >= GATHERED { self.pass_on().await } else { Ok(()) }
    }

    async fn pass_on(&mut self) -> CareResult<()> {
        let sealed = self.sealer.take(&self.gathered).map_err(at_target)?;
        self.gathered.clear();
        self.writer.write(sealed).await.map_err(at_target)
    }

    async fn finish(mut self) -> CareResult<Piece> {
        self.pass_on().await?;
        let (rest, bytes, sha256) = self.sealer.finish().map_err(at_target)?;
        self.writer.write(rest).await.map_err(at_target)?;
        self.writer.finish().await.map_err(at_target)?;
        Ok(Piece { path: self.path, bytes, sha256 })
    }
}

fn suffix(recipients: &Recipients) -> &'static str {
    if recipients.is_open() { "" } else { ".age" }
}

async fn rows(
    work: &Work<'_>,
    snapshot: &Snapshot,
    set: &str,
    watch: &mut Watch<'_>,
) -> CareResult<(Piece, BTreeMap<String, u64>)> {
    let path = part(set, &format!("rows.jsonl.gz{}", suffix(&work.order.recipients)));
    let mut writing = Writing::begin(work, &work.order.recipients, path)?;
    let mut counts = BTreeMap::new();
    for table in schema::tables(snapshot).await? {
        let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        writing.line(&json!({ "table": table.name, "columns": columns }).to_string()).await?;
        let mut pages = Pages::open(snapshot, &table).await?;
        let mut count = 0_u64;
        loop {
            let page = pages.next().await?;
            if page.is_empty() {
                break;
            }
            count += page.len() as u64;
            for row in page {
                writing.line(&row.to_string()).await?;
            }
            watch.row.rows = i64::try_from(counts.values().sum::<u64>() + count).unwrap_or(i64::MAX);
            watch.beat().await?;
        }
        let last = dump::last_number(snapshot, &table).await?;
        writing.line(&json!({ "end": table.name, "rows": count, "last": last }).to_string()).await?;
        counts.insert(table.name, count);
    }
    Ok((writing.finish().await?, counts))
}

/// Names of files are hashes: their list is not sealed, so that a server without the key can look through it.
async fn list(
    work: &Work<'_>,
    snapshot: &Snapshot,
    set: &str,
    spool: &mut BufWriter<std::fs::File>,
    watch: &mut Watch<'_>,
) -> CareResult<(Piece, u64, u64)> {
    let open = Recipients::default();
    let mut writing = Writing::begin(work, &open, part(set, "files.jsonl.gz"))?;
    let (mut after, mut count, mut bytes) = (None, 0_u64, 0_u64);
    loop {
        let page = dump::originals(snapshot, after.as_ref(), PAGE).await?;
        for original in &page {
            let line = originals::line(original);
            writing.line(&line).await?;
            writeln!(spool, "{line}").map_err(scratch)?;
            count += 1;
            bytes += original.bytes.unsigned_abs();
        }
        watch.beat().await?;
        match page.into_iter().next_back() {
            Some(last) => after = Some(last),
            None => break,
        }
    }
    Ok((writing.finish().await?, count, bytes))
}

/// The secret keys as one sealed piece: names and contents of their files.
async fn keys(work: &Work<'_>, folder: &std::path::Path, set: &str) -> CareResult<Piece> {
    let unreadable = |error: std::io::Error| AppError::Internal(format!("{}: {error}", folder.display()));
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if std::path::Path::new(&name).extension().is_some_and(|kind| kind == "json") {
            found.insert(name, std::fs::read_to_string(entry.path()).map_err(unreadable)?);
        }
    }
    let mut writing = Writing::begin(work, &work.order.recipients, part(set, "keys.json.gz.age"))?;
    writing.line(&json!(found).to_string()).await?;
    writing.finish().await
}
