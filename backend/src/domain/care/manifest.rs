//! What a backup says of itself, in clear, so that the machine that makes backups can go on where the last one ended without the key
//! that opens them. It names no person and no place: counts, hashes, and the names of files, which are hashes too.

use crate::domain::clock::Instant;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fmt::Write};
use uuid::Uuid;

/// The form that this program writes; it reads all up to this one.
pub const FORMAT: u32 = 1;

/// One piece of a set as it lies there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    pub path: String,
    pub bytes: u64,
    /// Of the sealed bytes.
    pub sha256: String,
}

/// The public half of a key that signed receipts; they must verify after a restore too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicHalf {
    pub kid: String,
    pub x: String,
    pub y: String,
    pub created_at: Instant,
    pub retired_at: Option<Instant>,
}

/// An original that could not be copied, because the server itself had it no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lacking {
    pub county: Uuid,
    pub sha256: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    pub name: String,
    /// The version that wrote it.
    pub program: String,
    /// The moment of which it is.
    pub made_at: Instant,
    pub epoch: Uuid,
    pub demo: bool,
    /// Whose it is: one place may hold the sets of several installations.
    #[serde(default)]
    pub installation: Option<Uuid>,
    pub newest_seq: i64,
    /// Migrations in order: the shape of the rows.
    pub migrations: Vec<String>,
    /// Public keys that it is sealed to; none leaves it open.
    pub recipients: Vec<String>,
    pub rows: Piece,
    /// Rows by table.
    pub tables: BTreeMap<String, u64>,
    /// The list of originals: hashes and lengths.
    pub files: Piece,
    /// Folder of the originals, which sets share.
    pub originals: String,
    pub file_count: u64,
    pub file_bytes: u64,
    pub lacking: Vec<Lacking>,
    pub receipt_keys: Vec<PublicHalf>,
    pub keys: Option<Piece>,
}

#[derive(Serialize, Deserialize)]
struct Checked<'a> {
    sha256: String,
    #[serde(borrow)]
    manifest: &'a RawValue,
}

/// Why a manifest cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    Damaged,
    /// A newer program wrote it, in a form that this one does not know.
    Newer,
}

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

impl Manifest {
    /// As it is written: with a hash over itself.
    pub fn to_bytes(&self) -> serde_json::Result<Vec<u8>> {
        let manifest = serde_json::value::to_raw_value(self)?;
        serde_json::to_vec(&Checked { sha256: hash(manifest.get()), manifest: &manifest })
    }

    pub fn parse(bytes: &[u8]) -> Result<Self, Unreadable> {
        #[derive(Deserialize)]
        struct Form {
            format: u32,
        }
        let checked: Checked<'_> = serde_json::from_slice(bytes).map_err(|_cause| Unreadable::Damaged)?;
        let text = checked.manifest.get();
        if hash(text) != checked.sha256 {
            return Err(Unreadable::Damaged);
        }
        let form: Form = serde_json::from_str(text).map_err(|_cause| Unreadable::Damaged)?;
        if form.format > FORMAT {
            return Err(Unreadable::Newer);
        }
        serde_json::from_str(text).map_err(|_cause| Unreadable::Damaged)
    }

    pub fn is_sealed(&self) -> bool {
        !self.recipients.is_empty()
    }
}

/// The path of an original below a vault: folders of at most 256 neighbours.
pub fn original(folder: &str, county: Uuid, sha256: &str) -> String {
    format!("{}/{sha256}", shelf(folder, county, sha256))
}

/// The folder in which an original lies with its neighbours.
pub fn shelf(folder: &str, county: Uuid, sha256: &str) -> String {
    format!("{folder}/{county}/{}", sha256.get(..2).unwrap_or(sha256))
}

/// The path of a part of a set.
pub fn part(set: &str, name: &str) -> String {
    format!("sets/{set}/{name}")
}

pub const MANIFEST: &str = "manifest.json";

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let piece = |path: &str| Piece { path: path.into(), bytes: 3, sha256: "00".into() };
        Manifest {
            format: FORMAT,
            name: "20261130T020000Z-1".into(),
            program: "0.1.0".into(),
            made_at: Instant::default(),
            epoch: Uuid::nil(),
            installation: None,
            demo: false,
            newest_seq: 7,
            migrations: vec!["m0001".into()],
            recipients: Vec::new(),
            rows: piece("rows"),
            tables: BTreeMap::from([("person".to_owned(), 2)]),
            files: piece("files"),
            originals: "files/open".into(),
            file_count: 1,
            file_bytes: 9,
            lacking: Vec::new(),
            receipt_keys: Vec::new(),
            keys: None,
        }
    }

    #[test]
    fn a_manifest_comes_back_and_any_change_is_noticed() {
        let bytes = manifest().to_bytes().unwrap();
        assert_eq!(Manifest::parse(&bytes), Ok(manifest()));
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 2;
            assert_eq!(Manifest::parse(&changed), Err(Unreadable::Damaged), "byte {at}");
        }
        assert_eq!(Manifest::parse(&bytes[..bytes.len() - 1]), Err(Unreadable::Damaged));
    }

    #[test]
    fn a_newer_form_is_told_apart_from_damage() {
        let newer = Manifest { format: FORMAT + 1, ..manifest() };
        assert_eq!(Manifest::parse(&newer.to_bytes().unwrap()), Err(Unreadable::Newer));
    }

    #[test]
    fn originals_lie_on_small_shelves() {
        let path = original("files/open", Uuid::nil(), "abcd");
        assert_eq!(path, "files/open/00000000-0000-0000-0000-000000000000/ab/abcd");
    }
}
