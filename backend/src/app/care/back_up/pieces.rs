//! What a set is made of: rows, the list of originals, secret keys. Each is packed, sealed and hashed while it is written.

use super::{Work, watch::Watch};
use crate::{
    app::{
        AppError,
        care::{CareError, CareResult, at_target, originals},
    },
    domain::care::manifest::{Piece, part},
    files::seal::{Recipients, Sealer},
    store::{
        Snapshot,
        care::{
            dump::{self, Pages},
            schema,
        },
    },
};
use serde_json::json;
use std::{
    collections::BTreeMap,
    io::{BufWriter, Write},
};

/// Originals that are listed at once.
const PAGE: u64 = 1_000;
/// Rows gathered before they are sealed.
const GATHERED: usize = 128 * 1024;

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

pub(super) async fn rows(
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
pub(super) async fn list(
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
pub(super) async fn keys(work: &Work<'_>, folder: &std::path::Path, set: &str) -> CareResult<Piece> {
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

#[expect(clippy::needless_pass_by_value, reason = "stands in map_err")]
pub(super) fn scratch(error: std::io::Error) -> CareError {
    AppError::Internal(format!("the list of files could not be kept in the data folder: {error}")).into()
}
