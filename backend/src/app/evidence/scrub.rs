//! Stored bytes are read and hashed again, all of them within a period: what a disk has lost is known before somebody needs it.

use crate::{
    app::{App, AppError, AppResult, Caller},
    domain::{
        clock::Instant,
        field::{media::Sha256, receipt::named_hash},
        people::permission::Action,
    },
    files::{Key, Opened},
    store::{
        audit::{self, AuditRow},
        evidence::stored::{self, Due},
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt;
use serde::Serialize;
use sha2::Digest;
use utoipa::ToSchema;

/// Within this time every file is read again.
const PERIOD: TimeDelta = TimeDelta::days(30);
/// How often a part of them is; `jobs::schedule` keeps to it.
pub const EVERY: TimeDelta = TimeDelta::hours(1);
/// Files of one turn at least, so that a small county is through in a day.
const LEAST: u64 = 50;
/// And at most, so that a turn stays within the time of a job.
const MOST: u64 = 2_000;
/// Broken files that are listed.
const SHOWN: u64 = 200;

/// How the stored bytes are.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StorageFigures {
    pub as_of: DateTime<Utc>,
    pub files: u64,
    pub bytes: i64,
    /// Files whose bytes were read again within the last 30 days.
    pub checked: u64,
    /// The longest time since a file was stored or checked; null without files.
    pub oldest_check: Option<DateTime<Utc>>,
    /// Files whose bytes are missing or changed.
    pub broken: Vec<BrokenFile>,
}

/// A file whose bytes are not what they were.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BrokenFile {
    pub sha256: String,
    pub since: DateTime<Utc>,
    /// A photo that these bytes are.
    pub file_id: Option<uuid::Uuid>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Whole,
    Missing,
    Changed,
}

impl App {
    /// Reads the files again whose turn it is. Returns how many were read and how many are broken.
    pub async fn scrub(&self) -> AppResult<(u64, u64)> {
        let now = self.clock.now();
        let all = stored::count(self.store.read()).await?;
        let turns = u64::try_from(PERIOD.num_seconds() / EVERY.num_seconds()).unwrap_or(1).max(1);
        let due = stored::due(self.store.read(), now - EVERY, all.div_ceil(turns).clamp(LEAST, MOST)).await?;
        let (mut read, mut broken) = (0, 0);
        for file in due {
            let Some(sha256) = Sha256::parse(&file.sha256) else { continue };
            let found = self.reread(Key { county: file.county_id, sha256 }).await?;
            self.note_reading(now, &file, found).await?;
            read += 1;
            broken += u64::from(found != Found::Whole);
        }
        Ok((read, broken))
    }

    async fn reread(&self, key: Key) -> AppResult<Found> {
        let Some(Opened { mut bytes, .. }) = self.files.open(key, None).await? else {
            return Ok(Found::Missing);
        };
        let mut hasher = sha2::Sha256::new();
        while let Some(piece) = bytes.next().await {
            hasher.update(&piece?);
        }
        let same = Sha256::new(hasher.finalize().into()) == key.sha256;
        Ok(if same { Found::Whole } else { Found::Changed })
    }

    async fn note_reading(&self, now: Instant, file: &Due, found: Found) -> AppResult<()> {
        let broken = found != Found::Whole;
        if broken {
            tracing::error!(county = %file.county_id, sha256 = %file.sha256, ?found, "a stored file is not what it was");
        }
        self.store
            .write(async |tx| {
                // Erased while it was read: nothing is missing.
                if !stored::checked(tx, file, now, broken).await? || !broken || file.broken_at.is_some() {
                    return Ok(());
                }
                let line = AuditRow {
                    county_id: Some(file.county_id),
                    action: if found == Found::Missing { "file.missing" } else { "file.changed" },
                    noun: "files",
                    object_id: Some(file.sha256.clone()),
                    hash_before: Some(named_hash(&file.sha256)),
                    ..AuditRow::default()
                };
                Ok::<_, AppError>(audit::append(tx, now, line).await?)
            })
            .await
    }
}

/// How the county's stored bytes are.
pub async fn figures(app: &App, caller: &Caller) -> AppResult<StorageFigures> {
    caller.require(Action::JudgeEvidence)?;
    let (county, now, read) = (caller.county()?, app.clock.now(), app.store.read());
    let sums = stored::sums(read, county, now - PERIOD).await?;
    let mut broken = Vec::new();
    for (sha256, since) in stored::broken(read, county, SHOWN).await? {
        let file_id = stored::photo_of(read, county, &sha256).await?;
        broken.push(BrokenFile { sha256, since, file_id });
    }
    Ok(StorageFigures {
        as_of: now,
        files: sums.files,
        bytes: sums.bytes,
        checked: sums.checked,
        oldest_check: sums.oldest,
        broken,
    })
}
