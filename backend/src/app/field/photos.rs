//! Photos that are here: making the copies for the screen, saying what is odd about the bytes, and showing them to those who may see them.

use crate::{
    app::{App, AppError, AppResult, Caller, evidence::weigh},
    domain::{
        evidence::{fingerprint::Fingerprint, rules::Claim},
        field::{
            flag::FlagCode,
            media::{FileKind, PhotoKind, PhotoSize, Span},
        },
        people::permission::Action,
        problem::{Code, Problem},
    },
    files::{Copy, Key, Opened},
    imaging::{self, Copies as Pictures, Photo, Unfit},
    store::{
        Tx, audit,
        evidence::pictures,
        field::files::{self, Copies, StoredFile},
        jobs,
    },
};
use bytes::Bytes;
use chrono::TimeDelta;
use std::sync::Arc;
use tokio::sync::{Semaphore, oneshot};
use uuid::Uuid;

/// Memory that pictures may take at the same time. One picture always gets its turn, however large.
const PICTURE_BUDGET: u32 = 96 * 1024 * 1024;
/// A minute of speech, generously: phones stop there, and what is longer is kept and flagged.
const VOICE_MAX_BYTES: u64 = 4 * 1024 * 1024;
/// Below everything that answers a person, so that a flood of photos slows no answer.
const NICENESS: i32 = 10;

/// Bounds the memory of pictures being worked on.
#[derive(Clone)]
pub struct Darkroom {
    budget: Arc<Semaphore>,
}

impl Default for Darkroom {
    fn default() -> Self {
        Self { budget: Arc::new(Semaphore::new(PICTURE_BUDGET as usize)) }
    }
}

impl Darkroom {
    /// Makes the copies on a thread of their own that the system runs last; `layer` = a drawing that stays transparent.
    async fn develop(&self, bytes: Bytes, layer: bool) -> AppResult<Result<Pictures, Unfit>> {
        // Reading the size takes well under a millisecond and decides how much memory to wait for.
        let need = match Photo::open(&bytes) {
            Ok(photo) => photo.working_bytes() + bytes.len() as u64,
            Err(unfit) => return Ok(Err(unfit)),
        };
        let share = u32::try_from(need).unwrap_or(u32::MAX).min(PICTURE_BUDGET);
        let gone = |what: &str| AppError::Internal(format!("picture thread: {what}"));
        let share =
            self.budget.clone().acquire_many_owned(share).await.map_err(|error| gone(&error.to_string()))?;
        let (done, result) = oneshot::channel();
        std::thread::Builder::new()
            .name("picture".into())
            .spawn(move || {
                // Linux knows niceness by thread; where it cannot be set the work is merely not slower.
                let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICENESS);
                let made = Photo::open(&bytes)
                    .and_then(|photo| if layer { photo.layer_copies() } else { photo.copies() });
                drop(share);
                let _ = done.send(made);
            })
            .map_err(|error| gone(&error.to_string()))?;
        // The sender is dropped unsent only by a panic in a decoder; the same bytes would do it again.
        Ok(result.await.unwrap_or_else(|_panicked| Err(Unfit::Unreadable("a decoder gave up".into()))))
    }
}

/// What one look at a file told.
struct Seen {
    /// Upright, in pixels.
    size: (u32, u32),
    copies: Copies,
    flag: Option<FlagCode>,
    print: Option<Fingerprint>,
    claim: Claim,
}

/// A photo as somebody asked to see it.
pub enum Shown {
    Here {
        opened: Opened,
        /// What the bytes are; `None` for an original that is nothing we know.
        kind: Option<FileKind>,
        /// Changes when the bytes do.
        tag: String,
    },
    /// The caller has these bytes already.
    Unchanged { tag: String },
    /// The original is here; its copies are being made.
    BeingMade,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct PhotoRequest<'a> {
    pub file_id: Uuid,
    pub size: PhotoSize,
    /// `If-None-Match`
    pub known_tag: Option<&'a str>,
    /// Heeded for originals.
    pub span: Option<Span>,
    /// `If-Range`: the span only counts while the bytes are these.
    pub span_tag: Option<&'a str>,
}

impl App {
    /// Opens a photo for a caller who may see something that names it. Opening an original is audited.
    pub async fn show_photo(&self, caller: &Caller, request: PhotoRequest<'_>) -> AppResult<Shown> {
        caller.require(Action::ReadPhotos)?;
        let now = self.clock.now();
        let photo =
            files::visible(self.store.read(), caller.scope()?, caller.person_id, now, request.file_id)
                .await?
                .ok_or(Code::NotFound)?;
        let Some(file) = photo.file else { return Err(Code::FileNotHere.into()) };
        if file.erased {
            return Err(Code::FileErased.into());
        }
        let tag = format!("\"{}-{:?}\"", &file.sha256.to_string()[..24], request.size).to_lowercase();
        if request
            .known_tag
            .is_some_and(|known| known == "*" || known.split(',').any(|one| one.trim() == tag))
        {
            return Ok(Shown::Unchanged { tag });
        }
        let key = Key { county: file.county_id, sha256: file.sha256 };
        let copy = match request.size {
            PhotoSize::Thumb => Copy::Thumb,
            PhotoSize::Display => Copy::Display,
            PhotoSize::Original => {
                let span = request.span.filter(|_| request.span_tag.is_none_or(|known| known == tag));
                let range = span.map(|span| {
                    let beyond = || Problem::new(Code::BadRange).with_length(file.bytes);
                    span.within(file.bytes).ok_or_else(beyond)
                });
                let range = range.transpose()?;
                let row = caller.audit("photo.original", "photos", request.file_id);
                self.store
                    .write(async |tx| Ok::<_, AppError>(audit::append(tx, now, row.clone()).await?))
                    .await?;
                let opened = self.files.open(key, range).await?.ok_or_else(|| lost(&file))?;
                return Ok(Shown::Here { opened, kind: file.kind, tag });
            }
        };
        match file.copies {
            Copies::Impossible => Err(Code::NoPreview.into()),
            Copies::Waiting => Ok(Shown::BeingMade),
            Copies::Made | Copies::Layer => {
                if let Some(opened) = self.files.open_copy(key, copy).await? {
                    let layer = file.copies == Copies::Layer;
                    let kind = if layer { PhotoKind::Png } else { PhotoKind::Jpeg };
                    return Ok(Shown::Here { opened, kind: Some(kind.into()), tag });
                }
                // Copies are not backed up; they are made again where they are missed.
                self.order_copies(&file).await?;
                Ok(Shown::BeingMade)
            }
        }
    }

    /// Makes the copies of one photo and records what was seen. Repeating it gives the same bytes.
    pub async fn make_copies(&self, key: Key) -> AppResult<()> {
        let Some(file) = files::find(self.store.read(), key.county, key.sha256).await? else { return Ok(()) };
        if file.erased {
            return Ok(());
        }
        let bytes = self.files.read(key).await?.ok_or_else(|| lost(&file))?;
        let references = files::references(self.store.read(), key.county, key.sha256).await?;
        let layer = references.iter().any(|reference| reference.role == "annotation");
        let claim = imaging::claim(&bytes);
        let seen = match self.darkroom.develop(bytes, layer).await? {
            Ok(made) => {
                self.files.put_copy(key, Copy::Display, made.display).await?;
                self.files.put_copy(key, Copy::Thumb, made.thumb).await?;
                let copies = if made.transparent { Copies::Layer } else { Copies::Made };
                let flag = made.damaged.then_some(FlagCode::DamagedFile);
                Seen { size: made.upright, copies, flag, print: made.fingerprint, claim }
            }
            Err(unfit) => {
                tracing::info!(%unfit, sha256 = %key.sha256, "no copies of this file");
                let size = match unfit {
                    Unfit::UnusualSize { width, height } => (width, height),
                    _ => (0, 0),
                };
                Seen { size, copies: Copies::Impossible, flag: Some(unfit.flag()), print: None, claim }
            }
        };
        self.judge(file, seen).await?;
        // Erased meanwhile: the copies that were just put go as well.
        if files::find(self.store.read(), key.county, key.sha256).await?.is_some_and(|file| file.erased) {
            self.files.erase(key).await?;
        }
        Ok(())
    }

    /// Stops trying to make copies: the bytes have brought the program down or used up its time too often.
    pub async fn give_up_copies(&self, key: Key) -> AppResult<()> {
        match files::find(self.store.read(), key.county, key.sha256).await? {
            Some(file) => {
                let flag = Some(FlagCode::DamagedFile);
                let size = file.size;
                let seen =
                    Seen { size, copies: Copies::Impossible, flag, print: None, claim: Claim::default() };
                self.judge(file, seen).await
            }
            None => Ok(()),
        }
    }

    /// Writes what was seen of a file, and has it weighed as evidence.
    async fn judge(&self, file: StoredFile, seen: Seen) -> AppResult<()> {
        let flags: Vec<String> = seen.flag.into_iter().map(|flag| flag.as_str().to_owned()).collect();
        let key = Key { county: file.county_id, sha256: file.sha256 };
        let judged = StoredFile { size: seen.size, copies: seen.copies, flags, ..file };
        let claim = serde_json::to_value(&seen.claim)
            .map_err(|error| AppError::Internal(format!("claim: {error}")))?;
        let weighing = weigh::job(self.random.id(), self.clock.now(), key);
        self.store
            .write(async |tx| {
                files::judged(tx, &judged).await?;
                pictures::insert(tx, key.county, key.sha256, seen.print, claim.clone()).await?;
                jobs::enqueue(tx, weighing.run_at, weighing.clone()).await?;
                flag_references(tx, &judged).await
            })
            .await?;
        self.bell.notify_one();
        Ok(())
    }

    /// Orders copies for files that have waited suspiciously long: after a restore, or when their job died. Returns how many.
    pub async fn order_missing_copies(&self) -> AppResult<usize> {
        let patience = TimeDelta::hours(1);
        let waiting = files::waiting(self.store.read(), self.clock.now() - patience, 500).await?;
        for file in &waiting {
            self.order_copies(file).await?;
        }
        Ok(waiting.len())
    }

    pub(super) async fn order_copies(&self, file: &StoredFile) -> AppResult<()> {
        let key = Key { county: file.county_id, sha256: file.sha256 };
        let job = super::settle::copies_job(self.random.id(), self.clock.now(), key);
        let now = job.run_at;
        self.store.write(async |tx| Ok::<_, AppError>(jobs::enqueue(tx, now, job.clone()).await?)).await?;
        self.bell.notify_one();
        Ok(())
    }
}

/// Writes what is odd about a judged file wherever an operation names it, so that the office sees it there.
pub(super) async fn flag_references(tx: &Tx, file: &StoredFile) -> AppResult<()> {
    for reference in files::references(tx, file.county_id, file.sha256).await? {
        let mut codes: Vec<&str> = file.flags.iter().map(String::as_str).collect();
        if file.kind.is_some_and(|kind| !kind.is_named(&reference.media_type)) {
            codes.push(FlagCode::TypeDiffers.as_str());
        }
        if let Some(FileKind::Voice(_)) = file.kind {
            if reference.role != "voice" {
                codes.push(FlagCode::NotAPhoto.as_str());
            }
            if file.bytes > VOICE_MAX_BYTES {
                codes.push(FlagCode::VoiceTooLong.as_str());
            }
        }
        if !codes.is_empty() {
            files::flag_reference(tx, &reference, &codes).await?;
        }
    }
    Ok(())
}

/// The row says that the file is here and the storage does not have it: an operator has to know.
fn lost(file: &StoredFile) -> AppError {
    AppError::Internal(format!("stored file {} of county {} is not in storage", file.sha256, file.county_id))
}
