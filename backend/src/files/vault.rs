//! Where backups lie: a folder or a bucket, with named objects that are written whole or not at all.

use super::{BucketSettings, Error, Opened, Place, Result};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::buffered::BufWriter;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutPayload};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;

/// Bytes that a writer keeps before it sends them on; the least that S3 takes as a part is 5 MB.
const PART: usize = 6 * 1024 * 1024;
/// Parts on their way at once.
const PARTS: usize = 2;

/// What storage servers and systems say when there is no room, where only their words are kept: the status, the codes of S3 and its kin, the
/// errors of Linux.
const FULL: [&str; 7] = [
    "507 Insufficient Storage",
    "QuotaExceeded",
    "StorageFull",
    "InsufficientStorage",
    "(os error 28)",
    "(os error 27)",
    "(os error 122)",
];

/// A folder or a bucket. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Vault {
    objects: Arc<dyn ObjectStore>,
    folder: Option<PathBuf>,
}

impl Vault {
    /// A folder, made when it is missing.
    pub fn make_folder(folder: impl Into<PathBuf>) -> Result<Self> {
        let folder = folder.into();
        std::fs::create_dir_all(&folder)
            .map_err(|error| std::io::Error::new(error.kind(), format!("{}: {error}", folder.display())))?;
        Self::folder(folder)
    }

    /// A folder that is there.
    pub fn folder(folder: impl Into<PathBuf>) -> Result<Self> {
        let folder = folder.into();
        let objects =
            LocalFileSystem::new_with_prefix(&folder)?.with_fsync(true).with_automatic_cleanup(true);
        Ok(Self { objects: Arc::new(objects), folder: Some(folder) })
    }

    pub fn bucket(settings: &BucketSettings) -> Result<Self> {
        Ok(Self { objects: settings.connect()?, folder: None })
    }

    /// A place to write to; a folder is made when it is missing.
    pub fn make(place: &Place) -> Result<Self> {
        match place {
            Place::Disk(folder) => Self::make_folder(folder),
            Place::Bucket(settings) => Self::bucket(settings),
        }
    }

    /// A place to read from.
    pub fn at(place: &Place) -> Result<Self> {
        match place {
            Place::Disk(folder) => Self::folder(folder),
            Place::Bucket(settings) => Self::bucket(settings),
        }
    }

    /// Free bytes; `None` for a bucket.
    pub fn free_space(&self) -> Result<Option<u64>> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let stat = rustix::fs::statvfs(folder).map_err(std::io::Error::from)?;
        Ok(Some(stat.f_bavail.saturating_mul(stat.f_frsize)))
    }

    /// Writes and removes one small object.
    pub async fn probe(&self) -> Result<()> {
        let path = Path::from("probe");
        self.objects.put_opts(&path, PutPayload::from_static(b"lalian"), PutMode::Overwrite.into()).await?;
        self.objects.delete(&path).await?;
        Ok(())
    }

    /// Writes a small object. Whole or not at all.
    pub async fn put(&self, path: &str, bytes: Vec<u8>) -> Result<()> {
        self.objects.put(&Path::from(path), bytes.into()).await?;
        Ok(())
    }

    /// Begins an object of any size; it appears when its writer is finished.
    pub fn writer(&self, path: &str) -> VaultWriter {
        let inner = BufWriter::with_capacity(Arc::clone(&self.objects), Path::from(path), PART);
        VaultWriter { inner: inner.with_max_concurrency(PARTS) }
    }

    /// Reads a small object; `None` when it is not there.
    pub async fn read(&self, path: &str) -> Result<Option<Bytes>> {
        match self.objects.get(&Path::from(path)).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Opens an object; `None` when it is not there.
    pub async fn open(&self, path: &str) -> Result<Option<Opened>> {
        match self.objects.get(&Path::from(path)).await {
            Ok(found) => Ok(Some(Opened {
                length: found.meta.size,
                range: found.range.clone(),
                bytes: found.into_stream().map(|chunk| chunk.map_err(Error::from)).boxed(),
            })),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Names and lengths of everything below a folder.
    pub fn list(&self, folder: &str) -> BoxStream<'static, Result<(String, u64)>> {
        let found = self.objects.list(Some(&Path::from(folder)));
        found.map_ok(|meta| (meta.location.to_string(), meta.size)).map_err(Error::from).boxed()
    }

    /// Names of the folders directly below a folder.
    pub async fn folders(&self, folder: &str) -> Result<Vec<String>> {
        let found = self.objects.list_with_delimiter(Some(&Path::from(folder))).await?;
        let names = found.common_prefixes.iter().filter_map(|path| path.filename().map(str::to_owned));
        Ok(names.collect())
    }

    /// Removes an object; what is already gone needs no removing.
    pub async fn delete(&self, path: &str) -> Result<()> {
        match self.objects.delete(&Path::from(path)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Writes one object of a vault.
pub struct VaultWriter {
    inner: BufWriter,
}

impl VaultWriter {
    pub async fn write(&mut self, bytes: Vec<u8>) -> Result<()> {
        if !bytes.is_empty() {
            self.inner.put(bytes.into()).await?;
        }
        Ok(())
    }

    /// Makes the object appear, durable.
    pub async fn finish(mut self) -> Result<()> {
        Ok(self.inner.shutdown().await?)
    }

    /// Forgets what was written.
    pub async fn abort(mut self) -> Result<()> {
        Ok(self.inner.abort().await?)
    }
}

impl Error {
    /// True when the place may only be read: a disk mounted so, or a service that is kept from writing there.
    pub fn is_read_only(&self) -> bool {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(self);
        while let Some(error) = cause {
            let io = error.downcast_ref::<std::io::Error>();
            if io.is_some_and(|io| io.kind() == std::io::ErrorKind::ReadOnlyFilesystem)
                || error.to_string().contains("(os error 30)")
            {
                return true;
            }
            cause = error.source();
        }
        false
    }

    /// True when the place says that it has no room, however deep that stands in what it said.
    pub fn is_full(&self) -> bool {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(self);
        while let Some(error) = cause {
            if matches!(error.downcast_ref(), Some(Self::Full)) {
                return true;
            }
            if let Some(io) = error.downcast_ref::<std::io::Error>() {
                use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
                if matches!(io.kind(), StorageFull | QuotaExceeded | FileTooLarge) {
                    return true;
                }
                // An error inside an I/O error is not its source but its content.
                if let Some(inner) = io.get_ref() {
                    cause = Some(inner);
                    continue;
                }
            }
            // Some keep only the words: no room, a file too large, a quota.
            let words = error.to_string();
            if FULL.iter().any(|sign| words.contains(sign)) {
                return true;
            }
            cause = error.source();
        }
        false
    }
}
