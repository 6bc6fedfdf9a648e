//! Checks a backup without putting it back: with the key every byte is opened and hashed, without it what can be seen from outside.

use super::{
    CareError, CareResult, at_target, origin, originals,
    restore::{Wish, keys_for},
    sets::{self, Lines},
};
use crate::{
    domain::care::manifest::{self, Lacking, Manifest, Piece},
    files::seal::{Identities, Unsealed, Unsealing},
};
use sha2::Digest;
use std::collections::BTreeMap;

/// What a check found.
#[derive(Debug, Clone)]
pub struct Verified {
    pub set: Manifest,
    /// Every byte was opened; else only names, lengths and outer hashes were looked at.
    pub opened: bool,
    pub files: u64,
    pub rows: u64,
    pub damaged: Vec<Lacking>,
}

/// Checks a set, and tells how many files it has looked at.
pub async fn verify(wish: &Wish, tell: &mut (dyn FnMut(u64, u64) + Send)) -> CareResult<Verified> {
    let (set, _newest) = sets::find(&wish.vault, &wish.shown, wish.set.as_deref()).await?;
    origin::origin(&wish.vault, &set, wish.published.as_ref()).await?;
    let opened = !set.is_sealed() || wish.identities.is_some();
    let keys = if opened { keys_for(&set, wish.identities.as_ref())? } else { None };
    let mut rows = 0;
    if opened {
        rows = count_rows(wish, &set, keys).await?;
        if let Some(piece) = &set.keys {
            let mut piece = sets::open(&wish.vault, piece, &set, keys, true).await?;
            while piece.next().await?.is_some() {}
        }
    } else {
        for piece in [Some(&set.rows), set.keys.as_ref()].into_iter().flatten() {
            outer_hash(wish, piece).await?;
        }
    }
    let mut lines = Lines::new(sets::open(&wish.vault, &set.files, &set, None, true).await?);
    let (mut files, mut damaged) = (0, Vec::new());
    while let Some(line) = lines.next().await? {
        let original = std::str::from_utf8(&line).ok().and_then(originals::parse);
        let original = original.ok_or_else(|| CareError::Damaged(set.files.path.clone()))?;
        let named = Lacking { county: original.county, sha256: original.sha256.clone() };
        files += 1;
        if !set.lacking.contains(&named) && !is_whole(wish, &set, keys, opened, &original).await? {
            damaged.push(named);
        }
        if files % 50 == 0 {
            tell(files, set.file_count);
        }
    }
    if files != set.file_count {
        return Err(CareError::Damaged(set.files.path.clone()));
    }
    Ok(Verified { set, opened, files, rows, damaged })
}

/// Reads all rows and counts them by table.
async fn count_rows(wish: &Wish, set: &Manifest, keys: Option<&Identities>) -> CareResult<u64> {
    let mut lines = Lines::new(sets::open(&wish.vault, &set.rows, set, keys, true).await?);
    let (mut counts, mut rows) = (BTreeMap::new(), 0);
    while let Some(line) = lines.next().await? {
        if line.first() == Some(&b'[') {
            rows += 1;
            continue;
        }
        let mark: serde_json::Value =
            serde_json::from_slice(&line).map_err(|_cause| CareError::Damaged(set.rows.path.clone()))?;
        if let (Some(table), Some(count)) = (mark["end"].as_str(), mark["rows"].as_u64()) {
            counts.insert(table.to_owned(), count);
        }
    }
    if counts != set.tables || counts.values().sum::<u64>() != rows {
        return Err(CareError::Damaged(set.rows.path.clone()));
    }
    Ok(rows)
}

/// A sealed piece as it lies there.
async fn outer_hash(wish: &Wish, piece: &Piece) -> CareResult<()> {
    let found = wish.vault.open(&piece.path).await.map_err(at_target)?;
    let found = found.ok_or_else(|| CareError::Missing(piece.path.clone()))?;
    let mut stream = Unsealed::new(found.bytes, None, false);
    loop {
        match stream.next().await {
            Ok(Some(_bytes)) => {}
            Ok(None) => break,
            Err(error) => return Err(sets::unsealing(error, &piece.path, "")),
        }
    }
    if stream.sealed_hash().as_ref() == Some(&piece.sha256) {
        Ok(())
    } else {
        Err(CareError::Damaged(piece.path.clone()))
    }
}

async fn is_whole(
    wish: &Wish,
    set: &Manifest,
    keys: Option<&Identities>,
    opened: bool,
    original: &crate::store::care::dump::Original,
) -> CareResult<bool> {
    let path = manifest::original(&set.originals, original.county, &original.sha256);
    let Some(found) = wish.vault.open(&path).await.map_err(at_target)? else { return Ok(false) };
    let length = original.bytes.unsigned_abs();
    if !opened {
        return Ok(found.length > length);
    }
    let mut plain = Unsealed::new(found.bytes, keys.cloned(), false);
    let (mut hasher, mut came) = (sha2::Sha256::new(), 0);
    loop {
        match plain.next().await {
            Ok(Some(bytes)) => {
                came += bytes.len() as u64;
                hasher.update(&bytes);
            }
            Ok(None) => break,
            Err(Unsealing::Files(error)) => return Err(at_target(error)),
            Err(Unsealing::WrongKey | Unsealing::Damaged(_)) => return Ok(false),
        }
    }
    let hash = crate::domain::field::media::Sha256::new(hasher.finalize().into());
    Ok(came == length && hash.to_string() == original.sha256)
}
