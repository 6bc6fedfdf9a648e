//! Appending to an upload. Whatever happens to the connection, what is durable is kept and recorded, and nothing else is.
//!
//! The recorded length is the only truth: it moves after the bytes are synced, and reaches the full length only in the transaction that
//! makes the file known. A killed server therefore repeats at most what came since the last checkpoint.

use super::{
    lanes::Turn,
    settle::{self, Arrived},
    uploads::{LIFETIME, Standing},
};
use crate::{
    app::{App, AppError, AppResult, Caller},
    domain::{
        field::{
            checksum::{Checksum, Verifier},
            media::{FileKind, VOICE_SNIFF_BYTES, VoiceKind},
        },
        problem::{Code, Problem},
    },
    files::{self, Finished, Key, Writer},
    imaging,
    store::field::{
        files as stored,
        uploads::{self, Progress, Upload},
    },
};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::{Stream, StreamExt, TryStreamExt};
use std::time::Duration;
use tokio::time::{Instant, timeout};
use uuid::Uuid;

/// A connection that brings nothing for this long is taken for dead.
const SILENCE: Duration = Duration::from_secs(45);
/// Checkpoints that may fail to come until another process believes that this one is dead: a phone waits so long after a crash.
const MISSED_CHECKPOINTS: u32 = 3;
/// Seconds until a phone tries an upload again that another process holds.
const BUSY_RETRY: u32 = 5;

/// The connection ended before the body did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut;

/// What a request wants to append.
#[derive(Debug, Clone)]
pub struct Piece {
    /// Where the client believes that the server stands.
    pub offset: u64,
    /// Length of the body where it is known beforehand.
    pub length: Option<u64>,
    /// What the body must hash to, or it is not applied.
    pub checksum: Option<Checksum>,
}

/// The right to record progress: a lease row where several processes share the database.
#[derive(Debug, Clone, Copy)]
struct Reserved {
    lease: Option<Uuid>,
}

impl Reserved {
    const fn none() -> Self {
        Self { lease: None }
    }
}

/// Why the body ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// All of it is here.
    Whole,
    /// The connection broke, fell silent, or a newer request wants the upload.
    Broken,
    /// It holds more than the file.
    TooLong,
    /// Another process took the upload over.
    Overtaken,
}

impl App {
    /// Appends the body and returns where the upload stands. The body is only read when it may be appended.
    pub async fn append_upload(
        &self,
        caller: &Caller,
        id: Uuid,
        piece: Piece,
        body: impl Stream<Item = Result<Bytes, Cut>> + Unpin,
    ) -> AppResult<Standing> {
        // The turn first: whoever asks from now on hears of what this request brings.
        let Some(mut turn) = self.lanes.enter(caller.person_id, id).await else { return Err(busy()) };
        let upload = self.own_upload(caller, id).await?;
        if piece.length.is_some_and(|length| length > upload.length.saturating_sub(piece.offset)) {
            return Err(Code::TooLarge.into());
        }
        if piece.offset != upload.received {
            return Err(elsewhere(upload.received));
        }
        if upload.stored {
            return Ok(Standing::from(&upload));
        }
        self.require_room()?;
        let reserved = self.reserve(&upload).await?;
        let outcome = match self.files.stage(id, piece.offset).await {
            Ok(writer) => self.take_body(&upload, reserved, writer, piece, body, &mut turn).await,
            Err(files::Error::Lost { have }) => self.recover(&upload, reserved, have).await,
            Err(error) => Err(error.into()),
        };
        let offset = match outcome {
            Ok(offset) => offset,
            Err(error) => {
                // Whatever was recorded last stands; the next request need not wait for the lease to run out.
                self.release(&upload, reserved).await?;
                return Err(error);
            }
        };
        Ok(Standing { offset, expires_at: self.clock.now() + LIFETIME, ..Standing::from(&upload) })
    }

    async fn take_body(
        &self,
        upload: &Upload,
        reserved: Reserved,
        writer: Writer,
        piece: Piece,
        body: impl Stream<Item = Result<Bytes, Cut>> + Unpin,
        turn: &mut Turn,
    ) -> AppResult<u64> {
        let verifier = piece.checksum.map(Checksum::verifier);
        let mut taking = Taking { app: self, upload, reserved, writer, verifier, taken: piece.offset };
        let end = taking.read(body, turn).await?;
        let Taking { mut writer, verifier, .. } = taking;
        let wrong = match (end, verifier) {
            (End::Overtaken, _) => return Err(busy()),
            (End::TooLong, _) => Some(Code::TooLarge),
            // A checked piece counts as a whole or not at all.
            (End::Broken, Some(_)) => Some(Code::UploadOffset),
            (End::Whole, Some(verifier)) => (!verifier.matches()).then_some(Code::ChecksumMismatch),
            (End::Whole | End::Broken, None) => None,
        };
        if let Some(code) = wrong {
            writer.undo().await?;
            self.record(upload, reserved, piece.offset).await?;
            return Err(code.into());
        }
        // A complete file is synced where it is judged; syncing it here too would cost each photo two more waits for the disk.
        if writer.hand_on().await? == upload.length {
            return self.complete_upload(upload, reserved, writer).await;
        }
        let durable = writer.sync().await?;
        self.record(upload, reserved, durable).await?;
        Ok(durable)
    }

    /// Judges an upload whose last byte is here, and makes the file known. 460 and back to the start when the bytes are others.
    async fn complete_upload(
        &self,
        upload: &Upload,
        reserved: Reserved,
        mut writer: Writer,
    ) -> AppResult<u64> {
        let key = Key { county: upload.county_id, sha256: upload.sha256 };
        match self.files.finish(upload.id, key, upload.length).await {
            Ok(Finished::Stored) => self.make_known(upload, key).await,
            Ok(Finished::Mismatch) => {
                self.record(upload, reserved, 0).await?;
                Err(Code::ChecksumMismatch.into())
            }
            Err(error) => {
                // Once all bytes are durable in their staging place, sending the last one again is enough to try once more.
                let durable = writer.sync().await?;
                self.record(upload, reserved, durable.saturating_sub(1)).await?;
                Err(error.into())
            }
        }
    }

    async fn make_known(&self, upload: &Upload, key: Key) -> AppResult<u64> {
        let kind = self.kind_of(key, upload.length).await?;
        let arrived = Arrived { key, bytes: upload.length, person: upload.person_id, kind };
        let (now, job) = (self.clock.now(), self.random.id());
        self.store.write(async |tx| settle::settle(self, tx, now, job, &arrived).await).await?;
        self.bell.notify_one();
        let file = stored::find(self.store.read(), key.county, key.sha256).await?;
        if file.is_some_and(|file| file.erased) {
            self.files.erase(key).await?;
            return Err(Code::FileErased.into());
        }
        Ok(upload.length)
    }

    /// The type by the first bytes of the stored object, whatever the phone called it.
    async fn kind_of(&self, key: Key, length: u64) -> AppResult<Option<FileKind>> {
        let head = length.min(VOICE_SNIFF_BYTES as u64);
        if head == 0 {
            return Ok(None);
        }
        let Some(opened) = self.files.open(key, Some(0..head)).await? else { return Ok(None) };
        let head = opened.bytes.try_collect::<Vec<_>>().await?.concat();
        let photo = imaging::sniff(&head).map(FileKind::Photo);
        Ok(photo.or_else(|| VoiceKind::sniff(&head).map(FileKind::Voice)))
    }

    /// The staging bytes are fewer than recorded: the file was moved but never made known, or the disk lost them.
    async fn recover(&self, upload: &Upload, reserved: Reserved, have: u64) -> AppResult<u64> {
        let key = Key { county: upload.county_id, sha256: upload.sha256 };
        if self.files.length(key).await? == Some(upload.length) {
            return self.make_known(upload, key).await;
        }
        tracing::warn!(upload = %upload.id, recorded = upload.received, have, "staged bytes of an upload are gone");
        self.record(upload, reserved, have).await?;
        Err(elsewhere(have))
    }

    /// Reserves the upload across processes, as long as it still stands where it was read.
    async fn reserve(&self, upload: &Upload) -> AppResult<Reserved> {
        if self.store.is_single_writer() {
            return Ok(Reserved::none());
        }
        let (lease, now) = (self.random.id(), self.clock.now());
        let until = self.leased_until(now);
        let taken = self
            .store
            .write(async |tx| {
                Ok::<_, AppError>(
                    uploads::take_lease(tx, upload.id, lease, upload.received, now, until).await?,
                )
            })
            .await?;
        if taken { Ok(Reserved { lease: Some(lease) }) } else { Err(busy()) }
    }

    /// How long the right to append lasts without a checkpoint.
    fn leased_until(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + self.files.checkpoint_every() * MISSED_CHECKPOINTS
    }

    async fn release(&self, upload: &Upload, reserved: Reserved) -> AppResult<()> {
        let Some(lease) = reserved.lease else { return Ok(()) };
        self.store.write(async |tx| Ok::<_, AppError>(uploads::release(tx, upload.id, lease).await?)).await
    }

    /// Records how far the upload is and gives the lease back.
    async fn record(&self, upload: &Upload, reserved: Reserved, received: u64) -> AppResult<()> {
        let expires_at = self.clock.now() + LIFETIME;
        let progress = Progress { lease: reserved.lease, lease_until: None, received, expires_at };
        self.store
            .write(async |tx| Ok::<_, AppError>(uploads::progress(tx, upload.id, progress).await?))
            .await?;
        Ok(())
    }
}

/// A body on its way to storage.
struct Taking<'a> {
    app: &'a App,
    upload: &'a Upload,
    reserved: Reserved,
    writer: Writer,
    verifier: Option<Verifier>,
    taken: u64,
}

impl Taking<'_> {
    async fn read(
        &mut self,
        mut body: impl Stream<Item = Result<Bytes, Cut>> + Unpin,
        turn: &mut Turn,
    ) -> AppResult<End> {
        let every = self.app.files.checkpoint_every();
        let mut checkpoint = Instant::now();
        loop {
            let next = tokio::select! {
                // The body first: what has already arrived is taken before giving way.
                biased;
                next = timeout(SILENCE, body.next()) => next,
                () = turn.wanted() => return Ok(End::Broken),
            };
            match next {
                Ok(Some(Ok(bytes))) => {
                    self.taken += bytes.len() as u64;
                    if self.taken > self.upload.length {
                        return Ok(End::TooLong);
                    }
                    if let Some(verifier) = &mut self.verifier {
                        verifier.update(&bytes);
                    }
                    self.writer.write(bytes).await?;
                }
                Ok(None) => return Ok(End::Whole),
                Ok(Some(Err(Cut))) | Err(_) => return Ok(End::Broken),
            }
            if checkpoint.elapsed() >= every {
                if !self.checkpoint().await? {
                    return Ok(End::Overtaken);
                }
                checkpoint = Instant::now();
            }
        }
    }

    /// Makes slow bytes durable as they come. `false` when another process has taken over.
    async fn checkpoint(&mut self) -> AppResult<bool> {
        let received = match self.verifier {
            // Unverified bytes do not count yet; only the lease is renewed.
            Some(_) => self.upload.received,
            None => self.writer.sync().await?.min(self.upload.length.saturating_sub(1)),
        };
        let now = self.app.clock.now();
        let progress = Progress {
            lease: self.reserved.lease,
            lease_until: Some(self.app.leased_until(now)),
            received,
            expires_at: now + LIFETIME,
        };
        let id = self.upload.id;
        self.app.store.write(async |tx| Ok(uploads::progress(tx, id, progress).await?)).await
    }
}

fn busy() -> AppError {
    Problem::new(Code::Unavailable)
        .with_detail("这个文件正由另一个连接上传。", "Another connection is sending this file.")
        .with_retry_after(BUSY_RETRY)
        .into()
}

fn elsewhere(offset: u64) -> AppError {
    Problem::new(Code::UploadOffset)
        .with_detail(format!("服务器已收到 {offset} 字节。"), format!("The server has {offset} bytes."))
        .into()
}
