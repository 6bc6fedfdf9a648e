//! A rescue file as a zip: judged as a whole before anything in it is used, then read piece by piece so that memory stays flat.

use super::blocking;
use crate::{
    app::AppResult,
    domain::field::{
        envelope::{MAX_BODY, hash, hex, is_sha256},
        media::Sha256,
    },
};
use bytes::Bytes;
use serde::Deserialize;
use sha2::Digest;
use std::{
    collections::{BTreeMap, HashSet},
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::mpsc;
use uuid::Uuid;
use zip::ZipArchive;

/// Most entries: far above what one phone can hold.
const ENTRIES_MAX: usize = 20_000;
/// Most that an entry, and the whole, may grow when it is unpacked. Photos do not shrink and phones do not compress.
const RATIO_MAX: u64 = 10;
/// Small things may be packed tighter.
const RATIO_FROM: u64 = 64 * 1024;
const MANIFEST_MAX: u64 = 32 * 1024 * 1024;
const FILE_MAX: u64 = super::super::uploads::MAX_FILE_BYTES;
/// Bytes that are handed on at once.
const PIECE: usize = 64 * 1024;

/// Why a file is no rescue file: Chinese, English.
pub type Fault = (&'static str, &'static str);

const BROKEN: Fault = ("文件不完整，请重新导出或复制", "the file is not whole; export or copy it again");

/// An operation as the manifest lists it.
#[derive(Debug, Clone, Deserialize)]
pub struct Listed {
    pub operation_id: Uuid,
    #[serde(default)]
    pub signature: Option<String>,
    /// `sha-256:` and the hash of the body.
    pub hash: String,
}

#[derive(Deserialize)]
struct Manifest {
    schema: String,
    operations: Vec<Listed>,
}

/// An opened rescue file whose structure holds and whose files have been hashed.
pub struct Archive {
    zip: Mutex<ZipArchive<File>>,
    operations: Vec<Listed>,
    bodies: BTreeMap<Uuid, usize>,
    /// Files whose bytes are what their name says: entry and length.
    files: BTreeMap<String, (usize, u64)>,
    mismatches: usize,
    manifest_hash: String,
}

/// What an entry is by its name; anything else does not belong here.
enum Entry {
    Manifest,
    Folder,
    Body(Uuid),
    File(String),
}

impl Entry {
    fn of(name: &str) -> Option<Self> {
        match name.split_once('/') {
            None => (name == "manifest.json").then_some(Self::Manifest),
            Some(("operations" | "files", "")) => Some(Self::Folder),
            Some(("operations", rest)) => {
                let id = rest.strip_suffix(".json")?;
                // One spelling only, so that no entry stands for another.
                id.parse().ok().filter(|uuid: &Uuid| uuid.to_string() == id).map(Self::Body)
            }
            Some(("files", rest)) => is_sha256(rest).then(|| Self::File(rest.to_owned())),
            Some(_) => None,
        }
    }

    const fn limit(&self) -> u64 {
        match self {
            Self::Manifest => MANIFEST_MAX,
            Self::Folder => 0,
            Self::Body(_) => MAX_BODY as u64,
            Self::File(_) => FILE_MAX,
        }
    }
}

impl Archive {
    /// Opens and judges. Reads every file once, to hash it; keeps none.
    pub fn open(mut file: File) -> Result<Self, Fault> {
        let length = file.seek(SeekFrom::End(0)).map_err(|_unseekable| BROKEN)?;
        if announced_entries(&mut file, length).ok_or(BROKEN)? > ENTRIES_MAX {
            return Err(("文件里的条目太多", "too many entries"));
        }
        let mut zip = ZipArchive::new(file).map_err(|_broken| BROKEN)?;
        let mut manifest = None;
        let (mut bodies, mut files) = (BTreeMap::new(), BTreeMap::new());
        let (mut seen, mut unpacked) = (HashSet::new(), 0_u64);
        for index in 0..zip.len() {
            let entry = zip.by_index_raw(index).map_err(|_broken| BROKEN)?;
            let name = entry.name().map_err(|_unnamed| BROKEN)?.into_owned();
            let Some(what) = Entry::of(&name) else {
                return Err((
                    "里面有不属于救援文件的内容",
                    "it holds something that does not belong in a rescue file",
                ));
            };
            if entry.is_symlink() || entry.encrypted() || entry.is_dir() != matches!(what, Entry::Folder) {
                return Err(("里面有链接或加密的内容", "it holds links or encrypted entries"));
            }
            let (size, packed) = (entry.size(), entry.compressed_size());
            unpacked = unpacked.saturating_add(size);
            if size > what.limit()
                || (size > RATIO_FROM && size / RATIO_MAX > packed)
                || unpacked / RATIO_MAX > length
            {
                return Err(("展开后太大", "too large when unpacked"));
            }
            if !seen.insert(name) {
                return Err(("同一个条目出现两次", "an entry stands twice"));
            }
            match what {
                Entry::Manifest => manifest = Some(index),
                Entry::Folder => {}
                Entry::Body(id) => drop(bodies.insert(id, index)),
                Entry::File(sha256) => drop(files.insert(sha256, (index, size))),
            }
        }
        let manifest = manifest.ok_or(("没有 manifest.json", "there is no manifest.json"))?;
        let manifest = read(&mut zip, manifest, MANIFEST_MAX).ok_or(BROKEN)?;
        let parsed: Manifest = serde_json::from_slice(&manifest)
            .map_err(|_unreadable| ("manifest.json 读不懂", "manifest.json cannot be read"))?;
        if !parsed.schema.starts_with("lalian.rescue/") {
            return Err(("不是本系统导出的救援文件", "not a rescue file of this system"));
        }
        let named = files.len();
        files.retain(|sha256, (index, size)| hashes_to(&mut zip, *index, *size, sha256));
        Ok(Self {
            zip: Mutex::new(zip),
            mismatches: named - files.len(),
            operations: parsed.operations,
            bodies,
            files,
            manifest_hash: hash(&manifest),
        })
    }

    pub fn operations(&self) -> &[Listed] {
        &self.operations
    }

    pub fn mismatches(&self) -> usize {
        self.mismatches
    }

    /// Lower-case hex; stands for the whole file, since the manifest names every hash in it.
    pub fn manifest_hash(&self) -> &str {
        &self.manifest_hash
    }

    /// Bytes of all its files.
    pub fn file_bytes(&self) -> u64 {
        self.files.values().map(|(_, size)| size).sum()
    }

    /// The files whose bytes are right, with their lengths.
    pub fn files(&self) -> impl Iterator<Item = (Sha256, u64)> {
        self.files.iter().filter_map(|(text, (_, size))| Some((Sha256::parse(text)?, *size)))
    }

    /// The sealed bytes of an operation; `None` when they are not there or not those that the manifest lists.
    pub async fn body(self: &Arc<Self>, id: Uuid) -> AppResult<Option<Bytes>> {
        let Some(index) = self.bodies.get(&id).copied() else { return Ok(None) };
        let archive = Arc::clone(self);
        let bytes = blocking(move || {
            let mut zip = archive.zip.lock().unwrap_or_else(PoisonError::into_inner);
            read(&mut zip, index, MAX_BODY as u64)
        });
        let listed = self.operations.iter().find(|listed| listed.operation_id == id);
        let right = |bytes: &Vec<u8>| {
            listed.is_some_and(|listed| listed.hash.strip_prefix("sha-256:") == Some(hash(bytes).as_str()))
        };
        Ok(bytes.await?.filter(right).map(Bytes::from))
    }

    /// The bytes of a file from `from` on, piece by piece. They end early when the archive cannot be read any more.
    pub fn stream(self: &Arc<Self>, sha256: &Sha256, from: u64) -> mpsc::Receiver<Bytes> {
        let (pieces, receiver) = mpsc::channel(4);
        let (archive, name) = (Arc::clone(self), sha256.to_string());
        tokio::task::spawn_blocking(move || {
            let Some((index, size)) = archive.files.get(&name).copied() else { return };
            let mut zip = archive.zip.lock().unwrap_or_else(PoisonError::into_inner);
            let mut at = 0;
            let _ended = each_piece(&mut zip, index, size, |piece| {
                let skip = usize::try_from(from.saturating_sub(at)).unwrap_or(usize::MAX).min(piece.len());
                at += piece.len() as u64;
                skip == piece.len() || pieces.blocking_send(Bytes::copy_from_slice(&piece[skip..])).is_ok()
            });
        });
        receiver
    }
}

/// How many entries the end of the file announces, before the directory is read into memory.
fn announced_entries(file: &mut File, length: u64) -> Option<usize> {
    const END: usize = 22;
    let tail = length.min(END as u64 + 65_535);
    file.seek(SeekFrom::Start(length - tail)).ok()?;
    let mut bytes = Vec::new();
    file.take(tail).read_to_end(&mut bytes).ok()?;
    let at = bytes.windows(4).rposition(|window| window == b"PK\x05\x06")?;
    let end = bytes.get(at..at + END)?;
    Some(usize::from(u16::from_le_bytes([end[10], end[11]])))
}

/// A whole small entry.
fn read(zip: &mut ZipArchive<File>, index: usize, limit: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let entry = zip.by_index(index).ok()?;
    entry.take(limit + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= limit).then_some(bytes)
}

fn hashes_to(zip: &mut ZipArchive<File>, index: usize, size: u64, sha256: &str) -> bool {
    let mut hasher = sha2::Sha256::new();
    let whole = each_piece(zip, index, size, |piece| {
        hasher.update(piece);
        true
    });
    whole.is_ok() && hex(&hasher.finalize()) == sha256
}

/// Hands an entry on in pieces until `take` has enough; an error when it is longer or shorter than it says.
fn each_piece(
    zip: &mut ZipArchive<File>,
    index: usize,
    size: u64,
    mut take: impl FnMut(&[u8]) -> bool,
) -> io::Result<()> {
    let mut entry = zip.by_index(index).map_err(io::Error::other)?.take(size + 1);
    let mut buffer = vec![0; PIECE];
    let mut total = 0;
    loop {
        let read = entry.read(&mut buffer)?;
        total += read as u64;
        if read == 0 {
            return if total == size { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
        if total > size {
            return Err(io::ErrorKind::InvalidData.into());
        }
        if !take(&buffer[..read]) {
            return Ok(());
        }
    }
}
