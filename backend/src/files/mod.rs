//! Object storage: photos as they were hashed on the phone, and the copies made of them (decisions.md 7).
//!
//! Two places with one behaviour: a local directory and an S3 bucket. Objects are named by county and hash, written once and never
//! changed; what is still arriving lies under `staging/` and is judged by length and SHA-256 only when its last byte is there.
//! "Written" here means durable: file and folder synced, or acknowledged by S3. Nothing here knows requests, people or SQL.

mod bucket;
mod disk;
mod key;
pub mod seal;
mod staging;
#[cfg(test)]
mod tests;
mod trouble;
mod vault;

pub use bucket::BucketSettings;
pub use key::{Copy, Key};
pub use staging::{Finished, Writer};
pub use trouble::Trouble;
pub use vault::{Vault, VaultWriter};

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutMode, PutPayload};
use uuid::Uuid;

use crate::domain::field::media::Sha256;
use staging::Staging;

/// Where objects lie.
#[derive(Debug, Clone)]
pub enum Place {
    Disk(PathBuf),
    Bucket(BucketSettings),
}

/// What storage can answer besides bytes.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The place that held the first `have` bytes of an upload lost the rest (or never had it).
    #[error("only {have} bytes of the upload are left")]
    Lost { have: u64 },
    /// The disk is full.
    #[error("no room left")]
    Full,
    #[error("storage: {0}")]
    Io(#[source] std::io::Error),
    #[error("object store: {0}")]
    Store(#[from] object_store::Error),
    /// A blocking task was cancelled or panicked.
    #[error("storage task: {0}")]
    Task(#[from] tokio::task::JoinError),
    #[error("storage settings: {0}")]
    Settings(String),
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::StorageFull { Self::Full } else { Self::Io(error) }
    }
}

pub type Result<T> = std::result::Result<T, Error>;

/// An object opened for reading: its whole length and the bytes asked for.
pub struct Opened {
    /// Length of the whole object in bytes.
    pub length: u64,
    /// Which of them the stream yields.
    pub range: Range<u64>,
    pub bytes: BoxStream<'static, Result<Bytes>>,
}

/// Where files lie. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Files {
    objects: Arc<dyn ObjectStore>,
    staging: Staging,
}

impl Files {
    /// A local directory, made when it is missing. The county profile.
    pub async fn disk(root: impl Into<PathBuf>) -> Result<Self> {
        let root = root.into();
        let staging = disk::Staging::open(root.clone()).await?;
        // Originals are synced where they are renamed; copies can be made again and need no sync.
        let objects = object_store::local::LocalFileSystem::new_with_prefix(&root)?;
        Ok(Self { objects: Arc::new(objects), staging: Staging::Disk(staging) })
    }

    /// An S3 bucket. The province profile: any number of processes may share it.
    pub fn bucket(settings: &BucketSettings) -> Result<Self> {
        let objects = settings.connect()?;
        Ok(Self { staging: Staging::Bucket(bucket::Staging::new(objects.clone())), objects })
    }

    /// How often bytes that arrive slowly should be made durable: often on disk, seldom where each time makes an object.
    pub fn checkpoint_every(&self) -> Duration {
        match self.staging {
            Staging::Disk(_) => Duration::from_secs(5),
            Staging::Bucket(_) => Duration::from_secs(20),
        }
    }

    /// Continues an upload after its first `offset` bytes. Anything beyond them, left by a broken attempt, is dropped.
    /// [`Error::Lost`] when fewer are there.
    pub async fn stage(&self, upload: Uuid, offset: u64) -> Result<Writer> {
        Writer::open(&self.staging, upload, offset).await
    }

    /// Judges a complete upload by length and SHA-256 over all its bytes and moves it to its place for good.
    /// Repeating it after a success is harmless as long as the object is there.
    pub async fn finish(&self, upload: Uuid, key: Key, length: u64) -> Result<Finished> {
        match &self.staging {
            Staging::Disk(disk) => disk.finish(upload, key, length).await,
            Staging::Bucket(bucket) => bucket.finish(upload, key, length).await,
        }
    }

    /// Forgets the bytes of an upload. Harmless when there are none.
    pub async fn drop_staging(&self, upload: Uuid) -> Result<()> {
        match &self.staging {
            Staging::Disk(disk) => disk.drop_upload(upload).await,
            Staging::Bucket(bucket) => bucket.drop_upload(upload).await,
        }
    }

    /// Opens an original, whole or a part of it; `None` when it is not there.
    pub async fn open(&self, key: Key, range: Option<Range<u64>>) -> Result<Option<Opened>> {
        self.open_path(&key.original(), range).await
    }

    /// Opens a copy made of an original; `None` when it has not been made.
    pub async fn open_copy(&self, key: Key, copy: Copy) -> Result<Option<Opened>> {
        self.open_path(&key.copy(copy), None).await
    }

    /// Whether a copy made of an original is there.
    pub async fn has_copy(&self, key: Key, copy: Copy) -> Result<bool> {
        match self.objects.head(&key.copy(copy)).await {
            Ok(_meta) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Length of an original in bytes; `None` when it is not there.
    pub async fn length(&self, key: Key) -> Result<Option<u64>> {
        match self.objects.head(&key.original()).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads a whole original into memory, for pictures; `None` when it is not there.
    pub async fn read(&self, key: Key) -> Result<Option<Bytes>> {
        match self.objects.get(&key.original()).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps a copy made of an original. Copies can be made again, so they are replaced freely and not synced.
    pub async fn put_copy(&self, key: Key, copy: Copy, bytes: Vec<u8>) -> Result<()> {
        self.objects.put(&key.copy(copy), bytes.into()).await?;
        Ok(())
    }

    /// Keeps a copy with covered areas, under the id of its cover.
    pub async fn put_blur(&self, key: Key, id: Uuid, bytes: Vec<u8>) -> Result<()> {
        self.objects.put(&key.blur(id), bytes.into()).await?;
        Ok(())
    }

    /// Opens a copy with covered areas; `None` when it has not been made or got lost.
    pub async fn open_blur(&self, key: Key, id: Uuid) -> Result<Option<Opened>> {
        self.open_path(&key.blur(id), None).await
    }

    /// Removes an original and everything made of it for good. What is already gone needs no removing.
    pub async fn erase(&self, key: Key) -> Result<()> {
        let made = self.objects.list(Some(&key.made())).map_ok(|found| found.location);
        let paths: Vec<Path> = made.try_collect().await?;
        for path in [key.original()].into_iter().chain(paths) {
            match self.objects.delete(&path).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// True when no original lies here.
    pub async fn is_empty(&self) -> Result<bool> {
        Ok(self.objects.list(Some(&Path::from("c"))).try_next().await?.is_none())
    }

    /// Leaves or reads a small note beside the files: which backup is being put back here.
    pub async fn note(&self, text: Option<&str>) -> Result<()> {
        let path = Path::from("restoring");
        let done = match text {
            Some(text) => self.objects.put(&path, text.to_owned().into_bytes().into()).await.map(drop),
            None => self.objects.delete(&path).await,
        };
        match done {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The note that [`Files::note`] left.
    pub async fn noted(&self) -> Result<Option<String>> {
        match self.objects.get(&Path::from("restoring")).await {
            Ok(found) => Ok(Some(String::from_utf8_lossy(&found.bytes().await?).into_owned())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Free bytes where files lie; `None` where that cannot be asked (S3).
    pub fn free_space(&self) -> Result<Option<u64>> {
        match &self.staging {
            Staging::Disk(disk) => disk.free_space().map(Some),
            Staging::Bucket(_) => Ok(None),
        }
    }

    /// Writes and reads one small object, so that a wrong bucket or a read-only disk is found at start and not by the first photo.
    pub async fn probe(&self) -> Result<()> {
        let path = Path::from("staging/probe");
        self.objects.put_opts(&path, PutPayload::from_static(b"lalian"), PutMode::Overwrite.into()).await?;
        self.objects.get(&path).await?.bytes().await?;
        self.objects.delete(&path).await?;
        Ok(())
    }

    async fn open_path(&self, path: &Path, range: Option<Range<u64>>) -> Result<Option<Opened>> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        match self.objects.get_opts(path, options).await {
            Ok(found) => Ok(Some(Opened {
                length: found.meta.size,
                range: found.range.clone(),
                bytes: found.into_stream().map(|chunk| chunk.map_err(Error::from)).boxed(),
            })),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Hashes what arrives in pieces.
#[derive(Default)]
struct Hasher(sha2::Sha256);

impl Hasher {
    fn update(&mut self, bytes: &[u8]) {
        sha2::Digest::update(&mut self.0, bytes);
    }

    fn finish(self) -> Sha256 {
        Sha256::new(sha2::Digest::finalize(self.0).into())
    }
}
