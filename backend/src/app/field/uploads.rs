//! Files on their way in (decisions.md 4): created only for what an operation of the caller names, continued wherever the server stands.

use super::settle;
use crate::{
    app::{App, AppError, AppResult, Caller},
    domain::{
        clock::Instant,
        field::media::Sha256,
        problem::{Code, Problem},
    },
    files::Key,
    store::field::{
        files,
        uploads::{self, NewUpload, Upload},
    },
};
use chrono::TimeDelta;
use uuid::Uuid;

/// Largest file, as published to phones.
pub const MAX_FILE_BYTES: u64 = 20 * 1024 * 1024;
/// An upload that nobody touches is forgotten after this long.
pub const LIFETIME: TimeDelta = TimeDelta::days(30);
/// Seconds after which a phone asks again whether there is room.
const ROOM_RETRY: u32 = 600;

/// Uploads that one person may have under way; phones send one file after the other.
const OPEN_PER_PERSON: u64 = 500;

/// Where an upload stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub id: Uuid,
    /// Bytes that need not be sent again.
    pub offset: u64,
    pub length: u64,
    pub expires_at: Instant,
}

impl From<&Upload> for Standing {
    fn from(upload: &Upload) -> Self {
        Self { id: upload.id, offset: upload.received, length: upload.length, expires_at: upload.expires_at }
    }
}

impl App {
    /// Begins the upload of a file, or finds the one begun before. A file that this person has sent already is complete at once.
    ///
    /// Any post will do, or none: whoever sealed an operation may send what it names, also after a transfer.
    pub async fn create_upload(&self, caller: &Caller, sha256: Sha256, length: u64) -> AppResult<Standing> {
        let county = caller.county()?;
        let person = caller.person_id;
        if length > MAX_FILE_BYTES {
            return Err(Code::TooLarge.into());
        }
        // Sent before by this very person. What somebody else sent is sent again: a hash alone gives nobody a file.
        let here = files::named_state(self.store.read(), county, person, sha256, length)
            .await?
            .ok_or(Code::UploadNotNamed)?;
        if !here {
            self.require_room()?;
            if uploads::open_count(self.store.read(), county, person).await? >= OPEN_PER_PERSON {
                return Err(Problem::new(Code::TooMany).with_retry_after(60).into());
            }
        }
        let now = self.clock.now();
        self.refuse_erased(Key { county, sha256 }, now).await?;
        let new = NewUpload {
            id: self.random.id(),
            county_id: county,
            person_id: person,
            sha256,
            length,
            expires_at: now + LIFETIME,
        };
        let job = self.random.id();
        let upload = self
            .store
            .write(async |tx| {
                let upload = uploads::insert_or_find(tx, new, now).await?;
                if here {
                    let key = Key { county, sha256 };
                    let arrived = settle::Arrived { key, bytes: length, person, kind: None };
                    settle::settle(self, tx, now, job, &arrived).await?;
                }
                Ok::<_, AppError>(upload)
            })
            .await?;
        if here {
            return Ok(Standing { offset: length, ..Standing::from(&upload) });
        }
        Ok(Standing::from(&upload))
    }

    /// 410 for bytes that two people erased; what still waited for them waits no longer, so that its receipt is signed.
    async fn refuse_erased(&self, key: Key, now: Instant) -> AppResult<()> {
        let file = files::find(self.store.read(), key.county, key.sha256).await?;
        if !file.is_some_and(|file| file.erased) {
            return Ok(());
        }
        self.store
            .write(async |tx| super::erasures::follow(self, tx, key.county, key.sha256, now).await)
            .await?;
        self.bell.notify_one();
        Err(Code::FileErased.into())
    }

    /// Where an upload of this caller stands. Stops a request that still appends, so that the answer stays true.
    pub async fn upload_standing(&self, caller: &Caller, id: Uuid) -> AppResult<Standing> {
        let _turn = self.lanes.enter(caller.person_id, id).await;
        Ok(Standing::from(&self.own_upload(caller, id).await?))
    }

    pub(super) async fn own_upload(&self, caller: &Caller, id: Uuid) -> AppResult<Upload> {
        uploads::find(self.store.read(), id, caller.person_id).await?.ok_or_else(|| Code::NotFound.into())
    }

    /// Whether so many bytes more leave answers their room.
    pub(super) fn require_room_for(&self, bytes: u64) -> AppResult<()> {
        match self.files.free_space()? {
            Some(free) if free.saturating_sub(bytes) < self.disk_floor_bytes => Err(Code::StorageLow.into()),
            _ => Ok(()),
        }
    }

    /// Files wait while the disk is nearly full; answers need the rest of it.
    pub(in crate::app) fn require_room(&self) -> AppResult<()> {
        match self.files.free_space()? {
            Some(free) if free < self.disk_floor_bytes => {
                Err(Problem::new(Code::StorageLow).with_retry_after(ROOM_RETRY).into())
            }
            _ => Ok(()),
        }
    }

    /// Forgets uploads whose time is over, with the bytes that were staged for them. Stored files stay. Returns how many.
    pub async fn sweep_uploads(&self) -> AppResult<usize> {
        const AT_ONCE: u64 = 100;
        let mut gone = 0;
        loop {
            let now = self.clock.now();
            let expired = uploads::expired(self.store.read(), now, AT_ONCE).await?;
            let Some(last) = expired.last().map(|upload| upload.id) else { return Ok(gone) };
            for upload in &expired {
                // Bytes first: without its row nobody would find them again.
                self.files.drop_staging(upload.id).await?;
                let forgotten = self
                    .store
                    .write(async |tx| Ok::<_, AppError>(uploads::forget(tx, upload.id, now).await?));
                gone += usize::from(forgotten.await?);
            }
            tracing::info!(uploads = expired.len(), %last, "forgot uploads whose time is over");
        }
    }
}
