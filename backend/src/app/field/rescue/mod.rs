//! Rescue files 救援文件: what a phone could not send any more, brought by hand, with the same receipts as sending gives (decisions.md 4).
//!
//! Nobody is trusted but the key of the device: the whole file is looked at first, every signature and hash is checked, and only then does
//! the work enter, through the same doors as from the phone itself. Each operation and each file is stored whole or not at all, so a
//! crash in between costs nothing but bringing the file once more.

mod archive;
mod carry;

use super::author::{self, Sealed};
use crate::{
    app::{App, AppError, AppResult, Caller},
    domain::{
        field::{envelope::Envelope, kind::Kind, receipt::named_hash},
        people::permission::Action,
        problem::{Code, Problem},
    },
    store::{self, audit, places::divisions},
};
use archive::{Archive, Listed};
use serde::Serialize;
use std::{fs::File, sync::Arc};
use utoipa::ToSchema;
use uuid::Uuid;

/// Largest rescue file in bytes.
pub const RESCUE_MAX: u64 = 2 * 1024 * 1024 * 1024;

/// What became of a rescue file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RescueReport {
    pub operations: Vec<RescuedOperation>,
    pub files: RescuedFiles,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RescuedOperation {
    pub operation_id: Uuid,
    pub outcome: Outcome,
    /// The code of a refusal or problem, where there is one.
    pub reason: Option<String>,
    /// All of it is durable and its receipt is signed.
    pub receipt: bool,
    /// Files still to come.
    pub missing_files: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Accepted,
    AlreadyHere,
    Refused,
    /// The device did not sign these bytes, or is not of this county. Nothing of it is stored.
    BadSignature,
    /// Missing, too large or not to be read. Nothing of it is stored.
    Unreadable,
}

#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub struct RescuedFiles {
    pub stored: usize,
    pub already_here: usize,
    /// The bytes are others than their name says; they are not stored.
    pub hash_mismatch: usize,
    /// No operation that was taken in names them; they are not stored.
    pub not_named: usize,
}

/// One operation whose signature holds.
struct Proven {
    id: Uuid,
    /// Whose device signed it.
    person: Uuid,
    device: Uuid,
    seq: i64,
}

impl App {
    /// Takes a rescue file in. The same file twice changes nothing.
    ///
    /// # Errors
    /// `import_refused` when it is no rescue file: not a whole zip, foreign paths, links, too much in it. Nothing is stored then.
    pub async fn import_rescue(&self, caller: &Caller, file: File) -> AppResult<RescueReport> {
        caller.may(Action::ImportRescue)?;
        let county = self.county_of(caller).await?;
        let archive = Arc::new(blocking(move || Archive::open(file)).await?.map_err(refuse)?);
        self.require_room_for(archive.file_bytes())?;
        let (mut report, proven) = self.check_rescue(county, &archive).await?;
        Box::pin(carry::operations(self, caller, county, &archive, proven, &mut report)).await?;
        carry::files(self, caller, county, &archive, &mut report).await?;
        self.conclude_rescue(&mut report).await?;
        self.note_rescue(caller, county, &archive, &report).await?;
        Ok(report)
    }

    async fn county_of(&self, caller: &Caller) -> AppResult<Uuid> {
        if let Some(county) = caller.county_id {
            return Ok(county);
        }
        let counties = divisions::counties(self.store.read()).await?;
        match counties.as_slice() {
            [only] => Ok(only.id),
            _ => Err(refuse(("有多个县或还没有县", "there is no county, or more than one")).into()),
        }
    }

    /// Checks every hash and signature. Stores nothing.
    async fn check_rescue(
        &self,
        county: Uuid,
        archive: &Arc<Archive>,
    ) -> AppResult<(RescueReport, Vec<Proven>)> {
        let files = RescuedFiles { hash_mismatch: archive.mismatches(), ..RescuedFiles::default() };
        let mut report = RescueReport { operations: Vec::new(), files };
        let mut proven = Vec::new();
        for listed in archive.operations() {
            match self.prove_rescued(county, archive, listed).await? {
                Ok(one) => proven.push(one),
                Err(outcome) => report.operations.push(RescuedOperation {
                    operation_id: listed.operation_id,
                    outcome,
                    reason: None,
                    receipt: false,
                    missing_files: 0,
                }),
            }
        }
        // As the phone sealed them: a correction follows its visit.
        proven.sort_by_key(|one| (one.device, one.seq));
        Ok((report, proven))
    }

    async fn prove_rescued(
        &self,
        county: Uuid,
        archive: &Arc<Archive>,
        listed: &Listed,
    ) -> AppResult<Result<Proven, Outcome>> {
        let Some(body) = archive.body(listed.operation_id).await? else {
            return Ok(Err(Outcome::Unreadable));
        };
        let envelope = match Envelope::parse(&body) {
            Ok(envelope) if envelope.operation_id == listed.operation_id => envelope,
            Ok(_) | Err(_) => return Ok(Err(Outcome::Unreadable)),
        };
        let sealed = Sealed {
            envelope: &envelope,
            kind: Kind::parse(&envelope.kind),
            body: &body,
            signature: listed.signature.as_deref(),
            at: envelope.made_at,
            entered_at: envelope.made_at,
        };
        let signer = author::prove(self, county, &sealed).await?;
        Ok(signer.zip(envelope.device).ok_or(Outcome::BadSignature).map(|(person, device)| Proven {
            id: listed.operation_id,
            person,
            device: device.id,
            seq: device.seq,
        }))
    }

    /// Says of each operation whether it is complete now.
    async fn conclude_rescue(&self, report: &mut RescueReport) -> AppResult<()> {
        let read = self.store.read();
        for one in &mut report.operations {
            if matches!(one.outcome, Outcome::BadSignature | Outcome::Unreadable) {
                continue;
            }
            let row = store::field::operations::find(read, one.operation_id).await?;
            one.receipt = row.is_some_and(|row| row.receipt.is_some());
            one.missing_files = store::field::named::missing(read, one.operation_id).await?.len();
        }
        Ok(())
    }

    async fn note_rescue(
        &self,
        caller: &Caller,
        county: Uuid,
        archive: &Archive,
        report: &RescueReport,
    ) -> AppResult<()> {
        let now = self.clock.now();
        let of = |outcome| report.operations.iter().filter(|one| one.outcome == outcome).count();
        let mut line = caller.audit("rescue.import", "imports", archive.manifest_hash());
        line.county_id = Some(county);
        line.hash_after = Some(named_hash(archive.manifest_hash()));
        line.reason = format!(
            "accepted {}, already here {}, refused {}, bad signature {}, unreadable {}, files {}",
            of(Outcome::Accepted),
            of(Outcome::AlreadyHere),
            of(Outcome::Refused),
            of(Outcome::BadSignature),
            of(Outcome::Unreadable),
            report.files.stored,
        );
        self.store.write(async |tx| Ok::<_, AppError>(audit::append(tx, now, line.clone()).await?)).await
    }
}

/// Runs what waits for the disk beside the threads that answer requests.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> AppResult<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| AppError::Internal(format!("rescue file: {error}")))
}

fn refuse((zh, en): (&'static str, &'static str)) -> Problem {
    Problem::new(Code::ImportRefused).with_detail(zh, en)
}
