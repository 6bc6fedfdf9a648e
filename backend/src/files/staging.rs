//! What is still arriving: one writer for both places, which gathers small network pieces and says what is durable.

use bytes::Bytes;
use uuid::Uuid;

use super::{Result, bucket, disk};

/// Where uploads lie until they are complete.
#[derive(Clone, Debug)]
pub(super) enum Staging {
    Disk(disk::Staging),
    Bucket(bucket::Staging),
}

/// How a complete upload was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finished {
    /// Length and hash are as named; the object is durable under its key and the staging bytes are gone.
    Stored,
    /// The bytes are not those named. They are forgotten; the upload starts over.
    Mismatch,
}

/// Appends to one upload. Whoever holds it holds the upload's lease; two writers at once are the caller's fault and are
/// found by the final hash.
pub struct Writer {
    target: Target,
    start: u64,
    handed_on: u64,
    gathered: Vec<Bytes>,
    gathered_bytes: u64,
}

enum Target {
    Disk(disk::Tail),
    Bucket(bucket::Tail),
}

impl Target {
    /// Pieces are gathered to this size before they are handed on: a few system calls a photo, and few objects.
    const fn piece(&self) -> u64 {
        match self {
            Self::Disk(_) => 256 * 1024,
            Self::Bucket(_) => 4 * 1024 * 1024,
        }
    }
}

impl Writer {
    pub(super) async fn open(staging: &Staging, upload: Uuid, offset: u64) -> Result<Self> {
        let target = match staging {
            Staging::Disk(disk) => Target::Disk(disk.tail(upload, offset).await?),
            Staging::Bucket(bucket) => Target::Bucket(bucket.tail(upload)),
        };
        Ok(Self { target, start: offset, handed_on: offset, gathered: Vec::new(), gathered_bytes: 0 })
    }

    /// Takes the next bytes. They are not durable before [`Writer::sync`].
    pub async fn write(&mut self, bytes: Bytes) -> Result<()> {
        self.gathered_bytes += bytes.len() as u64;
        self.gathered.push(bytes);
        if self.gathered_bytes >= self.target.piece() {
            self.hand_on().await?;
        }
        Ok(())
    }

    /// Makes everything taken so far durable and returns the upload's length.
    pub async fn sync(&mut self) -> Result<u64> {
        self.hand_on().await?;
        if let Target::Disk(tail) = &mut self.target {
            tail.sync().await?;
        }
        Ok(self.handed_on)
    }

    /// Takes back everything since this writer was opened.
    pub async fn undo(self) -> Result<()> {
        match self.target {
            Target::Disk(tail) => tail.cut(self.start).await,
            Target::Bucket(tail) => tail.remove().await,
        }
    }

    /// Hands everything taken so far to its place, and returns the upload's length. On a disk it is not durable yet.
    pub async fn hand_on(&mut self) -> Result<u64> {
        if self.gathered.is_empty() {
            return Ok(self.handed_on);
        }
        let pieces = std::mem::take(&mut self.gathered);
        let bytes = std::mem::take(&mut self.gathered_bytes);
        match &mut self.target {
            Target::Disk(tail) => tail.append(pieces).await?,
            Target::Bucket(tail) => tail.put(self.handed_on, pieces).await?,
        }
        self.handed_on += bytes;
        Ok(self.handed_on)
    }
}
