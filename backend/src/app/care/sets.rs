//! Finding a set in a vault and reading its pieces.

use super::{CareError, CareResult, at_target};
use crate::{
    domain::care::manifest::{MANIFEST, Manifest, Piece, Unreadable, part},
    files::{
        Vault,
        seal::{Identities, Unsealed as Stream, Unsealing},
    },
};

/// Names of all sets, oldest first, whether they are complete or not.
pub async fn names(vault: &Vault) -> CareResult<Vec<String>> {
    let mut names = vault.folders("sets").await.map_err(at_target)?;
    names.sort();
    Ok(names)
}

/// The manifest of a set; `None` when it was never finished.
pub async fn manifest(vault: &Vault, name: &str) -> CareResult<Option<Manifest>> {
    let path = part(name, MANIFEST);
    let Some(bytes) = vault.read(&path).await.map_err(at_target)? else { return Ok(None) };
    match Manifest::parse(&bytes) {
        Ok(manifest) => Ok(Some(manifest)),
        Err(Unreadable::Damaged) => Err(CareError::Damaged(path)),
        Err(Unreadable::Newer) => Err(CareError::Newer(name.to_owned())),
    }
}

/// The set of this name, or the newest complete one.
pub async fn find(vault: &Vault, shown: &str, wanted: Option<&str>) -> CareResult<(Manifest, bool)> {
    let names = names(vault).await?;
    if let Some(wanted) = wanted {
        if names.iter().any(|name| name == wanted)
            && let Some(found) = manifest(vault, wanted).await?
        {
            let newest = names.last().is_some_and(|name| name == wanted);
            return Ok((found, newest));
        }
        let there = if names.is_empty() { "-".to_owned() } else { names.join(" ") };
        return Err(CareError::NoSuchSet { name: wanted.to_owned(), there });
    }
    let mut newest: Option<Manifest> = None;
    for name in names.iter().rev() {
        let found = manifest(vault, name).await;
        let Some(first) = &newest else {
            // One that is damaged is not passed over in silence: an older copy lacks what phones may have forgotten since.
            newest = found?;
            continue;
        };
        if let Ok(Some(other)) = found
            && both_marked_and_not_the_same(first, &other)
        {
            return Err(CareError::SeveralInstallations(format!("{} {}", first.name, other.name)));
        }
    }
    newest.map(|found| (found, true)).ok_or_else(|| CareError::NoSet(shown.to_owned()))
}

/// Sets of two installations: the newest of them is not an answer to which is meant.
fn both_marked_and_not_the_same(one: &Manifest, other: &Manifest) -> bool {
    one.installation.zip(other.installation).is_some_and(|(one, other)| one != other)
}

/// Plain bytes of a piece, checked against the manifest at their end.
pub struct Unsealed {
    stream: Stream,
    piece: Piece,
    recipients: String,
}

/// Opens a piece that is sealed (`keys`) or open.
pub async fn open(
    vault: &Vault,
    piece: &Piece,
    set: &Manifest,
    keys: Option<&Identities>,
    packed: bool,
) -> CareResult<Unsealed> {
    let found = vault.open(&piece.path).await.map_err(at_target)?;
    let found = found.ok_or_else(|| CareError::Missing(piece.path.clone()))?;
    if found.length != piece.bytes {
        return Err(CareError::Damaged(piece.path.clone()));
    }
    let stream = Stream::new(found.bytes, keys.cloned(), packed);
    Ok(Unsealed { stream, piece: piece.clone(), recipients: set.recipients.join(" ") })
}

impl Unsealed {
    /// The next plain bytes; after the last of them the hash of all was right.
    pub async fn next(&mut self) -> CareResult<Option<bytes::Bytes>> {
        match self.stream.next().await {
            Ok(Some(bytes)) => Ok(Some(bytes)),
            Ok(None) if self.stream.sealed_hash().as_ref() == Some(&self.piece.sha256) => Ok(None),
            Ok(None) => Err(CareError::Damaged(self.piece.path.clone())),
            Err(error) => Err(unsealing(error, &self.piece.path, &self.recipients)),
        }
    }
}

pub fn unsealing(error: Unsealing, path: &str, recipients: &str) -> CareError {
    match error {
        Unsealing::WrongKey => CareError::WrongKey(recipients.to_owned()),
        Unsealing::Damaged(_) => CareError::Damaged(path.to_owned()),
        Unsealing::Files(error) => at_target(error),
    }
}

/// Cuts plain bytes into lines.
pub struct Lines {
    source: Unsealed,
    waiting: Vec<u8>,
    at: usize,
    path: String,
}

/// A row with a body of 256 KB is far below this.
const LONGEST_LINE: usize = 256 * 1024 * 1024;

impl Lines {
    pub fn new(source: Unsealed) -> Self {
        let path = source.piece.path.clone();
        Self { source, waiting: Vec::new(), at: 0, path }
    }

    pub async fn next(&mut self) -> CareResult<Option<Vec<u8>>> {
        let mut looked = self.at;
        loop {
            if let Some(end) = self.waiting[looked..].iter().position(|byte| *byte == b'\n') {
                let line = self.waiting[self.at..looked + end].to_vec();
                self.at = looked + end + 1;
                return Ok(Some(line));
            }
            self.waiting.drain(..self.at);
            self.at = 0;
            looked = self.waiting.len();
            match self.source.next().await? {
                Some(_) if looked > LONGEST_LINE => return Err(CareError::Damaged(self.path.clone())),
                Some(bytes) => self.waiting.extend_from_slice(&bytes),
                None if self.waiting.is_empty() => return Ok(None),
                // Every line ends.
                None => return Err(CareError::Damaged(self.path.clone())),
            }
        }
    }
}
