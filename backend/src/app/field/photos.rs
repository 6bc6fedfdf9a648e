//! Photos that are here: making the copies for the screen, saying what is odd about the bytes, and showing them to those who may see them.

use crate::{
    app::{App, AppError, AppResult, Caller, evidence::weigh, field::darkroom::Developed},
    domain::{
        evidence::{fingerprint::Fingerprint, rules::Claim},
        field::{
            flag::FlagCode,
            media::{FileKind, PhotoKind, PhotoSize, Sha256, Span},
        },
        people::permission::Action,
        problem::{Code, Problem},
    },
    files::{Copy, Key, Opened},
    imaging::Unfit,
    store::{
        Tx, audit,
        evidence::{blurs, pictures},
        field::{
            files::{self, Copies, StoredFile},
            visible,
        },
        jobs,
    },
};
use chrono::TimeDelta;
use uuid::Uuid;

/// A minute of speech, generously: phones stop there, and what is longer is kept and flagged.
const VOICE_MAX_BYTES: u64 = 4 * 1024 * 1024;
/// How making copies ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remade {
    Made,
    /// There can be none; the flags of the file say why.
    Unfit,
    /// The file is not known, or was erased.
    Gone,
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
            visible::photo(self.store.read(), caller.scope()?, caller.person_id, now, request.file_id)
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

    /// Makes the copies of one photo and records what was seen where that is new. Repeating it gives the same bytes and writes no row.
    pub async fn make_copies(&self, key: Key) -> AppResult<Remade> {
        let Some(file) = files::find(self.store.read(), key.county, key.sha256).await? else {
            return Ok(Remade::Gone);
        };
        if file.erased {
            return Ok(Remade::Gone);
        }
        // The turn first: photos that wait for theirs lie in storage and not in memory.
        let seat = self.darkroom.seat().await?;
        let bytes = self.files.read(key).await?.ok_or_else(|| lost(&file))?;
        let references = files::references(self.store.read(), key.county, key.sha256).await?;
        let layer = references.iter().any(|reference| reference.role == "annotation");
        let Developed { claim, made } = self.darkroom.develop(&seat, bytes, layer).await?;
        drop(seat);
        let (seen, remade) = match made {
            Ok(made) => {
                self.files.put_copy(key, Copy::Display, made.display).await?;
                self.files.put_copy(key, Copy::Thumb, made.thumb).await?;
                let copies = if made.transparent { Copies::Layer } else { Copies::Made };
                let flag = made.damaged.then_some(FlagCode::DamagedFile);
                (Seen { size: made.upright, copies, flag, print: made.fingerprint, claim }, Remade::Made)
            }
            Err(unfit) => {
                tracing::info!(%unfit, sha256 = %key.sha256, "no copies of this file");
                let size = match unfit {
                    Unfit::UnusualSize { width, height } => (width, height),
                    _ => (0, 0),
                };
                let flag = Some(unfit.flag());
                (Seen { size, copies: Copies::Impossible, flag, print: None, claim }, Remade::Unfit)
            }
        };
        if self.is_news(&file, &seen).await? {
            self.judge(file, seen).await?;
        }
        // Erased meanwhile: the copies that were just put go as well.
        if files::find(self.store.read(), key.county, key.sha256).await?.is_some_and(|file| file.erased) {
            self.files.erase(key).await?;
        }
        Ok(remade)
    }

    /// Whether the rows say something else than what was seen now.
    async fn is_news(&self, file: &StoredFile, seen: &Seen) -> AppResult<bool> {
        let flags: Vec<&str> = seen.flag.iter().map(|flag| flag.as_str()).collect();
        if file.size != seen.size || file.copies != seen.copies || file.flags != flags {
            return Ok(true);
        }
        let known = pictures::print_of(self.store.read(), file.county_id, file.sha256).await?;
        Ok(seen.print.is_some() && seen.print != known)
    }

    /// Stops trying to make copies: the bytes have brought the program down or used up its time too often.
    pub async fn give_up_copies(&self, key: Key) -> AppResult<()> {
        match files::find(self.store.read(), key.county, key.sha256).await? {
            Some(file) => {
                let flag = Some(FlagCode::NotOpened);
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
                pictures::record(tx, key.county, key.sha256, seen.print, claim.clone()).await?;
                jobs::enqueue(tx, weighing.run_at, weighing.clone()).await?;
                flag_references(tx, &judged).await
            })
            .await?;
        self.bell.notify_one();
        Ok(())
    }

    /// Orders copies for files that have waited suspiciously long (after a restore, or when their job died), and for HEIC that was kept
    /// without a preview once there is a converter. Returns how many.
    pub async fn order_missing_copies(&self) -> AppResult<usize> {
        let patience = TimeDelta::hours(1);
        let mut waiting = files::waiting(self.store.read(), self.clock.now() - patience, 500).await?;
        if self.darkroom.converts_heic() {
            let code = FlagCode::NoPreview.as_str();
            waiting.extend(files::flagged(self.store.read(), PhotoKind::Heic, code, 500).await?);
        }
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

/// A copy of bytes that the caller has been let see, by their hash.
pub(in crate::app) async fn show_file(
    app: &App,
    county: Uuid,
    sha256: &str,
    size: PhotoSize,
) -> AppResult<Shown> {
    let sha256 = Sha256::parse(sha256).ok_or(Code::NotFound)?;
    let file = files::find(app.store.read(), county, sha256).await?.ok_or(Code::NotFound)?;
    if file.erased {
        return Err(Code::FileErased.into());
    }
    let key = Key { county, sha256 };
    let copy = if size == PhotoSize::Thumb { Copy::Thumb } else { Copy::Display };
    let tag = format!("\"{}-{size:?}\"", &sha256.to_string()[..24]).to_lowercase();
    match file.copies {
        Copies::Impossible => Err(Code::NoPreview.into()),
        Copies::Waiting => Ok(Shown::BeingMade),
        Copies::Made | Copies::Layer => {
            if let Some(opened) = app.files.open_copy(key, copy).await? {
                let layer = file.copies == Copies::Layer;
                let kind = if layer { PhotoKind::Png } else { PhotoKind::Jpeg };
                return Ok(Shown::Here { opened, kind: Some(kind.into()), tag });
            }
            app.order_copies(&file).await?;
            Ok(Shown::BeingMade)
        }
    }
}

/// The copy for the screen, covered where the office covered it; a cover that got lost leaves none.
pub(in crate::app) async fn show_covered(app: &App, county: Uuid, sha256: &str) -> AppResult<Shown> {
    let hash = Sha256::parse(sha256).ok_or(Code::NotFound)?;
    let Some(cover) = blurs::newest(app.store.read(), county, hash).await? else {
        return show_file(app, county, sha256, PhotoSize::Display).await;
    };
    let opened = app.files.open_blur(Key { county, sha256: hash }, cover.id).await?;
    let opened = opened.ok_or(Code::NoPreview)?;
    Ok(Shown::Here { opened, kind: Some(PhotoKind::Jpeg.into()), tag: format!("\"{}\"", cover.id) })
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
        // What was said of it once and no longer holds goes as well: the picture opens now.
        if reference.flags != codes {
            files::flag_reference(tx, &reference, &codes).await?;
        }
    }
    Ok(())
}

/// The row says that the file is here and the storage does not have it: an operator has to know.
fn lost(file: &StoredFile) -> AppError {
    AppError::Internal(format!("stored file {} of county {} is not in storage", file.sha256, file.county_id))
}
