//! Originals are written once and named by their hash, so a backup copies only those that the place does not have yet.

use super::{CareResult, at_files, at_target};
use crate::{
    app::App,
    domain::{
        care::manifest::{self, Lacking},
        field::media::Sha256,
    },
    files::{
        Key, Vault,
        seal::{Recipients, Sealer},
    },
    store::{self, care::dump::Original},
};
use futures_util::{StreamExt, TryStreamExt, stream};
use sha2::Digest;
use std::collections::HashMap;

/// Originals on their way at once; each is in memory by pieces only.
const AT_ONCE: usize = 3;

/// A line of the list of originals.
pub fn line(original: &Original) -> String {
    format!("[\"{}\",\"{}\",{}]", original.county, original.sha256, original.bytes)
}

pub fn parse(line: &str) -> Option<Original> {
    let (county, sha256, bytes) = serde_json::from_str(line).ok()?;
    let sha256 = Sha256::parse(&String::clone(&sha256)).map(|_hash| sha256)?;
    Some(Original { county, sha256, bytes })
}

pub fn key(original: &Original) -> Option<Key> {
    Some(Key { county: original.county, sha256: Sha256::parse(&original.sha256)? })
}

/// Copies what is not there.
pub struct Copying<'a> {
    pub app: &'a App,
    pub vault: &'a Vault,
    pub recipients: &'a Recipients,
    pub folder: &'a str,
}

/// What came of one batch.
#[derive(Debug, Default)]
pub struct Copied {
    pub looked_at: i64,
    pub new: i64,
    pub bytes: i64,
    pub lacking: Vec<Lacking>,
}

enum One {
    Copied(u64),
    /// The server has it no more, or other bytes.
    Lacking,
    /// Two people erased it meanwhile.
    Erased,
}

impl Copying<'_> {
    pub fn shelf(&self, original: &Original) -> String {
        manifest::shelf(self.folder, original.county, &original.sha256)
    }

    /// Copies those of a shelf that are not on it.
    pub async fn copy(&self, place: &str, batch: Vec<Original>) -> CareResult<Copied> {
        let there: HashMap<String, u64> = self
            .vault
            .list(place)
            .map_ok(|(path, size)| (path.rsplit('/').next().unwrap_or_default().to_owned(), size))
            .try_collect()
            .await
            .map_err(at_target)?;
        let mut done = Copied { looked_at: i64::try_from(batch.len()).unwrap_or(0), ..Copied::default() };
        let missing = batch.into_iter().filter(|original| {
            let has = there.get(&original.sha256).copied();
            let least = original.bytes.unsigned_abs();
            // Sealed bytes are a little more.
            has.is_none_or(|size| if self.recipients.is_open() { size != least } else { size <= least })
        });
        let missing: Vec<Original> = missing.collect();
        let copies =
            stream::iter(missing.iter().map(|original| async move { (original, self.one(original).await) }));
        let mut copies = std::pin::pin!(copies.buffer_unordered(AT_ONCE));
        while let Some((original, outcome)) = copies.next().await {
            match outcome? {
                One::Copied(bytes) => {
                    done.new += 1;
                    done.bytes += i64::try_from(bytes).unwrap_or(0);
                }
                One::Erased => {}
                One::Lacking => {
                    done.lacking.push(Lacking { county: original.county, sha256: original.sha256.clone() });
                }
            }
        }
        Ok(done)
    }

    async fn one(&self, original: &Original) -> CareResult<One> {
        let Some(key) = key(original) else { return Ok(One::Lacking) };
        let Some(opened) = self.app.files.open(key, None).await.map_err(at_files)? else {
            let row = store::field::files::find(self.app.store.read(), key.county, key.sha256).await?;
            return Ok(if row.is_some_and(|row| row.erased) { One::Erased } else { One::Lacking });
        };
        let path = manifest::original(self.folder, original.county, &original.sha256);
        let mut sealer = Sealer::new(self.recipients, false).map_err(at_target)?;
        let mut writer = self.vault.writer(&path);
        let mut hasher = sha2::Sha256::new();
        let mut bytes = opened.bytes;
        while let Some(chunk) = bytes.try_next().await.map_err(at_files)? {
            hasher.update(&chunk);
            writer.write(sealer.take(&chunk).map_err(at_target)?).await.map_err(at_target)?;
        }
        if Sha256::new(hasher.finalize().into()) != key.sha256 {
            tracing::warn!(file = %path, "a stored file is not what it was; it is not in the backup");
            writer.abort().await.map_err(at_target)?;
            return Ok(One::Lacking);
        }
        let (rest, length, _hash) = sealer.finish().map_err(at_target)?;
        writer.write(rest).await.map_err(at_target)?;
        writer.finish().await.map_err(at_target)?;
        Ok(One::Copied(length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_comes_back_and_nonsense_does_not() {
        let original = Original { county: uuid::Uuid::from_u128(7), sha256: "ab".repeat(32), bytes: 9 };
        assert_eq!(parse(&line(&original)), Some(original));
        for nonsense in ["", "[]", "[\"x\",\"y\",1]", "[\"00000000-0000-0000-0000-000000000007\",\"../x\",1]"]
        {
            assert_eq!(parse(nonsense), None, "{nonsense}");
        }
    }
}
