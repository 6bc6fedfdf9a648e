//! Puts a backup back into an empty place: files first (each is judged by its hash, so going on after a crash is harmless), then keys, then
//! all rows in one transaction that also begins a new life of the server. With the new epoch every phone compares all it has before it
//! deletes anything, and no backup of the former life vouches for the new one.

use super::{
    CareError, CareResult, at_files, at_target, origin, originals,
    sets::{self, Lines},
    unfinished::{self, Left},
};
use crate::{
    app::{
        AppError, AppResult, Caller,
        people::{keys::Keys, published::Published},
    },
    domain::{
        care::manifest::{self, Lacking, Manifest},
        clock::SharedClock,
        random::SharedRandom,
    },
    files::{
        Files, Finished, Vault,
        seal::{Identities, Unsealed, Unsealing},
    },
    store::{
        Store, audit,
        care::{backups, dump::Original, load, schema},
        meta,
    },
};
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use serde_json::Value;
use std::{collections::BTreeMap, io::Write, os::unix::fs::OpenOptionsExt, path::PathBuf};
use uuid::Uuid;

const AT_ONCE: usize = 3;

/// Where it goes.
pub struct Place {
    pub store: Store,
    pub files: Files,
    /// Folder of the signing keys.
    pub keys: PathBuf,
    pub clock: SharedClock,
    pub random: SharedRandom,
}

/// What is put back.
pub struct Wish {
    pub vault: Vault,
    pub shown: String,
    pub set: Option<String>,
    pub identities: Option<Identities>,
    /// Goes on without files that are damaged or missing there.
    pub without_damaged: bool,
    /// The county's published keys: only what they signed is read.
    pub published: Option<Published>,
}

/// How far it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Progress {
    pub files: u64,
    pub of_files: u64,
    pub rows: u64,
    pub of_rows: u64,
}

/// What was put back.
#[derive(Debug, Clone)]
pub struct Restored {
    pub set: Manifest,
    pub epoch: Uuid,
    /// False when a newer complete set lies there too.
    pub newest: bool,
    /// Files that are not here: phones that still have them send them again.
    pub lacking: Vec<Lacking>,
    /// Secret keys that came with it.
    pub keys: usize,
}

/// The secret keys of a sealed set, or none for an open one.
pub(super) fn keys_for<'a>(
    set: &Manifest,
    identities: Option<&'a Identities>,
) -> CareResult<Option<&'a Identities>> {
    match identities {
        _ if !set.is_sealed() => Ok(None),
        Some(keys) if !keys.is_empty() => Ok(Some(keys)),
        _ => Err(CareError::NeedsIdentity),
    }
}

/// Puts a set back.
pub async fn restore(
    place: &Place,
    wish: &Wish,
    tell: &mut (dyn FnMut(Progress) + Send),
) -> CareResult<Restored> {
    let (set, newest) = sets::find(&wish.vault, &wish.shown, wish.set.as_deref()).await?;
    origin::origin(&wish.vault, &set, wish.published.as_ref()).await?;
    let identities = keys_for(&set, wish.identities.as_ref())?;
    if unfinished::left(&place.files, &place.store).await? == Left::Whole(set.name.clone()) {
        return finish(place, set, newest).await;
    }
    let known = schema::known();
    if !known.starts_with(&set.migrations) {
        return Err(CareError::Newer(set.program));
    }
    if schema::applied(place.store.read()).await?.len() > set.migrations.len() {
        return Err(CareError::DatabaseAhead);
    }
    if let Some(table) = load::first_used(place.store.read()).await? {
        return Err(CareError::DatabaseInUse(table));
    }
    let going_on = place.files.noted().await.map_err(at_files)?.is_some_and(|name| name == set.name);
    if !going_on && !place.files.is_empty().await.map_err(at_files)? {
        return Err(CareError::FilesInUse);
    }
    place.files.note(Some(&set.name)).await.map_err(at_files)?;
    let mut progress =
        Progress { of_files: set.file_count, of_rows: set.tables.values().sum(), ..Progress::default() };
    tell(progress);
    // The key is tried on the rows before hours of copying.
    drop(sets::open(&wish.vault, &set.rows, &set, identities, true).await?.next().await?);

    let mut lacking = put_files(place, wish, &set, identities, &mut progress, tell).await?;
    if let (Some(first), false) = (lacking.first(), wish.without_damaged) {
        return Err(CareError::Originals { count: lacking.len(), first: first.sha256.clone() });
    }
    lacking.extend(set.lacking.iter().cloned());
    let keys = put_keys(place, wish, &set, identities).await?;
    place.store.migrate_to(set.migrations.len()).await?;
    let epoch = put_rows(place, wish, &set, identities, &lacking, &mut progress, tell).await?;
    place.store.migrate().await?;
    place.files.note(None).await.map_err(at_files)?;
    Ok(Restored { set, epoch, newest, lacking, keys })
}

/// All rows came the time before, and what died was the very last of it.
async fn finish(place: &Place, set: Manifest, newest: bool) -> CareResult<Restored> {
    place.store.migrate().await?;
    place.files.note(None).await.map_err(at_files)?;
    let epoch = meta::get(place.store.read(), meta::EPOCH).await?.and_then(|text| text.parse().ok());
    let (lacking, keys) = (set.lacking.clone(), usize::from(set.keys.is_some()));
    Ok(Restored { set, epoch: epoch.unwrap_or_default(), newest, lacking, keys })
}

async fn put_files(
    place: &Place,
    wish: &Wish,
    set: &Manifest,
    identities: Option<&Identities>,
    progress: &mut Progress,
    tell: &mut (dyn FnMut(Progress) + Send),
) -> CareResult<Vec<Lacking>> {
    let mut lines = Lines::new(sets::open(&wish.vault, &set.files, set, None, true).await?);
    let mut lacking = Vec::new();
    loop {
        let mut batch: Vec<Original> = Vec::new();
        while batch.len() < 200 {
            let Some(line) = lines.next().await? else { break };
            let parsed = std::str::from_utf8(&line).ok().and_then(originals::parse);
            batch.push(parsed.ok_or_else(|| CareError::Damaged(set.files.path.clone()))?);
        }
        if batch.is_empty() {
            return Ok(lacking);
        }
        progress.files += batch.len() as u64;
        let named =
            |original: &Original| Lacking { county: original.county, sha256: original.sha256.clone() };
        batch.retain(|original| !set.lacking.contains(&named(original)));
        let put = stream::iter(&batch)
            .map(|original| async move { (original, put_one(place, wish, set, identities, original).await) });
        let mut put = std::pin::pin!(put.buffer_unordered(AT_ONCE));
        while let Some((original, outcome)) = put.next().await {
            if !outcome? {
                lacking.push(named(original));
            }
        }
        tell(*progress);
    }
}

/// Puts one original where it belongs. False when the vault does not have it as it was.
async fn put_one(
    place: &Place,
    wish: &Wish,
    set: &Manifest,
    identities: Option<&Identities>,
    original: &Original,
) -> CareResult<bool> {
    let Some(key) = originals::key(original) else { return Ok(false) };
    let length = original.bytes.unsigned_abs();
    if place.files.length(key).await.map_err(at_files)? == Some(length) {
        return Ok(true);
    }
    let path = manifest::original(&set.originals, original.county, &original.sha256);
    let Some(found) = wish.vault.open(&path).await.map_err(at_target)? else { return Ok(false) };
    let mut plain = Unsealed::new(found.bytes, identities.cloned(), false);
    let upload = place.random.id();
    let mut writer = place.files.stage(upload, 0).await.map_err(at_files)?;
    loop {
        match plain.next().await {
            Ok(Some(bytes)) => writer.write(bytes).await.map_err(at_files)?,
            Ok(None) => break,
            Err(Unsealing::Files(error)) => return Err(at_target(error)),
            Err(Unsealing::WrongKey | Unsealing::Damaged(_)) => {
                writer.undo().await.map_err(at_files)?;
                place.files.drop_staging(upload).await.map_err(at_files)?;
                return Ok(false);
            }
        }
    }
    let came = writer.sync().await.map_err(at_files)?;
    if came != length {
        place.files.drop_staging(upload).await.map_err(at_files)?;
        return Ok(false);
    }
    // Judged by its hash here, as if a phone had sent it.
    Ok(place.files.finish(upload, key, length).await.map_err(at_files)? == Finished::Stored)
}

/// Secret keys that the set brings, where the place has none; and the public halves of all, so that receipts verify either way.
async fn put_keys(
    place: &Place,
    wish: &Wish,
    set: &Manifest,
    identities: Option<&Identities>,
) -> CareResult<usize> {
    let mut written = 0;
    if let Some(piece) = &set.keys {
        let mut lines = Lines::new(sets::open(&wish.vault, piece, set, identities, true).await?);
        let damaged = || CareError::Damaged(piece.path.clone());
        let line = lines.next().await?.ok_or_else(damaged)?;
        let found: BTreeMap<String, String> = serde_json::from_slice(&line).map_err(|_cause| damaged())?;
        while lines.next().await?.is_some() {}
        for (name, text) in found {
            let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
            if plain && put_key(place, &name, &text)? {
                written += 1;
            }
        }
    }
    Keys::adopt(&place.keys, &set.receipt_keys, &place.clock, &*place.random)?;
    Ok(written)
}

/// Keys that are there already stay: the operator may have put them there.
fn put_key(place: &Place, name: &str, text: &str) -> AppResult<bool> {
    let path = place.keys.join(name);
    let broken = |error: std::io::Error| AppError::Internal(format!("{}: {error}", path.display()));
    let mut folder = std::fs::DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(folder.recursive(true), 0o700);
    folder.create(&place.keys).map_err(broken)?;
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
        Ok(mut file) => {
            file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(broken)?;
            Ok(true)
        }
        // The very key is there when a restore goes on.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            Ok(std::fs::read_to_string(&path).map_err(broken)? == text)
        }
        Err(error) => Err(broken(error)),
    }
}

/// A line between rows.
#[derive(Deserialize)]
#[serde(untagged)]
enum Mark {
    Begin { table: String, columns: Vec<String> },
    End { end: String, rows: u64, last: Option<i64> },
}

async fn put_rows(
    place: &Place,
    wish: &Wish,
    set: &Manifest,
    identities: Option<&Identities>,
    lacking: &[Lacking],
    progress: &mut Progress,
    tell: &mut (dyn FnMut(Progress) + Send),
) -> CareResult<Uuid> {
    let damaged = || CareError::Damaged(set.rows.path.clone());
    let tables = schema::tables(place.store.read()).await?;
    let mut lines = Lines::new(sets::open(&wish.vault, &set.rows, set, identities, true).await?);
    let tx = place.store.begin_filling().await?;
    let mut counts = BTreeMap::new();
    let mut now: Option<(&schema::Table, load::Filler)> = None;
    while let Some(line) = lines.next().await? {
        if line.first() == Some(&b'[') {
            let (_, filler) = now.as_mut().ok_or_else(damaged)?;
            let row: Vec<Value> = serde_json::from_slice(&line).map_err(|_cause| damaged())?;
            if !filler.take(&tx, row).await? {
                return Err(damaged());
            }
            progress.rows += 1;
            if progress.rows.is_multiple_of(2_000) {
                tell(*progress);
            }
            continue;
        }
        match serde_json::from_slice(&line).map_err(|_cause| damaged())? {
            Mark::Begin { table, columns } if now.is_none() => {
                let table = tables.iter().find(|known| known.name == table).ok_or_else(damaged)?;
                now = Some((table, load::Filler::new(table, &columns).ok_or_else(damaged)?));
            }
            Mark::End { end, rows, last } => {
                let (table, mut filler) = now.take().ok_or_else(damaged)?;
                filler.write(&tx).await?;
                if table.name != end || filler.rows != rows {
                    return Err(damaged());
                }
                load::count_on(&tx, table, last.unwrap_or(0)).await?;
                counts.insert(end, rows);
            }
            Mark::Begin { .. } => return Err(damaged()),
        }
    }
    if now.is_some() || counts != set.tables {
        return Err(damaged());
    }
    let (at, epoch) = (place.clock.now(), place.random.id());
    load::order_copies(&tx).await?;
    for lost in lacking {
        load::ask_again(&tx, lost.county, &lost.sha256).await?;
    }
    if set.tables.contains_key("backup") {
        backups::end_silent(&tx, at).await?;
    }
    meta::set(&tx, meta::EPOCH, epoch.to_string()).await?;
    meta::set(&tx, meta::RESTORED, set.name.clone()).await?;
    let mut line = Caller::system(None).audit("backup.restore", "meta", epoch);
    line.reason.clone_from(&set.name);
    audit::append(&tx, at, line).await?;
    tx.filled().await?;
    tell(*progress);
    Ok(epoch)
}
