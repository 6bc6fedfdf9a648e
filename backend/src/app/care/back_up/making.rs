//! The three parts of a backup in their order: the rows of one moment, the originals that the place lacks, the manifest that makes it count.

use super::{
    Work,
    pieces::{self, scratch},
    watch::Watch,
};
use crate::{
    app::{
        App, AppError,
        care::{CareError, CareResult, at_target, origin, originals},
    },
    domain::{
        care::manifest::{FORMAT, MANIFEST, Manifest, part},
        clock::Instant,
    },
    store::{
        Snapshot,
        care::{
            dump::{self, Cover},
            schema,
        },
        meta,
    },
};
use serde_json::json;
use std::io::{BufRead, BufReader, BufWriter, Seek};
use uuid::Uuid;

/// What the snapshot gave.
struct Read {
    manifest: Manifest,
    cover: Cover,
    /// The originals of that moment, a line each.
    originals: BufReader<std::fs::File>,
}

pub(super) async fn make(app: &App, work: &Work<'_>, watch: &mut Watch<'_>) -> CareResult<()> {
    let order = work.order;
    work.vault.probe().await.map_err(at_target)?;
    let snapshot = app.store.snapshot().await?;
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
        manifest.keys = Some(pieces::keys(work, folder, &manifest.name).await?);
    }
    watch.row.uncovered = json!(cover.uncovered);
    watch.row.newest_seq = cover.newest_seq;
    watch.row.faults = i32::try_from(manifest.lacking.len()).unwrap_or(i32::MAX);
    // The last word before it counts: is it still ours to finish?
    watch.say().await?;
    let bytes = manifest.to_bytes().map_err(|error| AppError::Internal(error.to_string()))?;
    let signature = origin::sign(app, &manifest.name, &bytes)?;
    work.vault.put(&part(&manifest.name, origin::SIGNATURE), signature).await.map_err(at_target)?;
    work.vault.put(&part(&manifest.name, MANIFEST), bytes).await.map_err(at_target)
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
    let (rows, tables) = pieces::rows(work, snapshot, &name, watch).await?;
    watch.row.rows_bytes = i64::try_from(rows.bytes).unwrap_or(i64::MAX);
    std::fs::create_dir_all(&app.scratch).map_err(scratch)?;
    let mut spool = BufWriter::new(tempfile::tempfile_in(&app.scratch).map_err(scratch)?);
    let (files, count, bytes) = pieces::list(work, snapshot, &name, &mut spool, watch).await?;
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
