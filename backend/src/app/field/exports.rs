//! Copies of photos that leave the server: made when somebody asks, with the words of their evidence in a strip below; the original stays
//! as it is, and who took what along stands in the audit record.

use crate::{
    app::{
        App, AppError, AppResult, Caller,
        field::attachments::{PhotoRef, photos},
    },
    domain::{
        clock::Instant,
        evidence::stamp::{Stamp, StampFacts},
        field::media::Sha256,
        people::{permission::Action, scope::Scope},
        problem::Code,
    },
    files::{Copy, Key},
    imaging::{self, Letters, Unfit},
    store::{
        self, audit,
        field::{
            files::{Copies, StoredFile},
            visible::{self, VisiblePhoto},
        },
        places::{divisions, sites},
    },
};
use bytes::Bytes;
use futures_util::TryStreamExt;
use sha2::Digest;
use tokio::sync::Semaphore;
use uuid::Uuid;

/// Exports that are drawn at the same time: each holds a few uncompressed pictures.
static DRAWING: Semaphore = Semaphore::const_new(2);

/// How somebody wants a copy.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// With the newest cover over faces and plates.
    pub covered: bool,
    /// With what the photographer drew over it.
    pub drawing: bool,
}

/// What came of it.
pub enum Exported {
    Ready(Vec<u8>),
    /// The original is here; its copies are being made.
    BeingMade,
}

/// A photo with its evidence in a strip below, for those who may take it along. Audited with the hash of what was handed out.
pub async fn stamped(app: &App, caller: &Caller, file_id: Uuid, wish: Wish) -> AppResult<Exported> {
    caller.require(Action::ExportPhotos)?;
    let (scope, now) = (caller.scope()?, app.clock.now());
    let seen = visible::photo(app.store.read(), scope, caller.person_id, now, file_id)
        .await?
        .ok_or(Code::NotFound)?;
    let key = Key { county: seen.county_id, sha256: seen.sha256 };
    let display =
        if wish.covered { super::blurs::picture(app, &seen).await? } else { display_of(app, &seen).await? };
    let Some(display) = display else { return Ok(Exported::BeingMade) };
    let (facts, photo) = facts(app, scope, now, file_id, &seen).await?;
    let layer = match photo.annotation.filter(|_| wish.drawing) {
        Some(drawing) => layer(app, caller, scope, now, drawing).await?,
        None => None,
    };
    let stamp = StampFacts { covered: wish.covered, drawn: layer.is_some(), ..facts }.stamp();
    let made = draw(display, layer, stamp).await?;
    let mut line = caller.audit("photo.stamped", "photos", file_id);
    line.hash_before = Some(named_hash(key.sha256));
    line.hash_after = Some(named_hash(hash_of(&made)));
    app.store.write(async |tx| Ok::<_, AppError>(audit::append(tx, now, line.clone()).await?)).await?;
    Ok(Exported::Ready(made))
}

/// The copy for looking at, of a photo that is one; `None` while it is being made.
pub(super) async fn display_of(app: &App, seen: &VisiblePhoto) -> AppResult<Option<Bytes>> {
    let file = here(seen)?;
    match file.copies {
        // A drawing is no photo of its own.
        Copies::Impossible | Copies::Layer => Err(Code::NoPreview.into()),
        Copies::Waiting => Ok(None),
        Copies::Made => {
            let copy = read_copy(app, Key { county: file.county_id, sha256: file.sha256 }).await?;
            if copy.is_none() {
                // Copies are not backed up; they are made again where they are missed.
                app.order_copies(file).await?;
            }
            Ok(copy)
        }
    }
}

fn here(seen: &VisiblePhoto) -> AppResult<&StoredFile> {
    let file = seen.file.as_ref().ok_or(Code::FileNotHere)?;
    if file.erased { Err(Code::FileErased.into()) } else { Ok(file) }
}

async fn read_copy(app: &App, key: Key) -> AppResult<Option<Bytes>> {
    let Some(opened) = app.files.open_copy(key, Copy::Display).await? else { return Ok(None) };
    Ok(Some(collect(opened.bytes).await?))
}

pub(super) async fn collect(
    bytes: impl futures_util::Stream<Item = crate::files::Result<Bytes>>,
) -> AppResult<Bytes> {
    let parts: Vec<Bytes> = bytes.try_collect().await?;
    Ok(parts.concat().into())
}

/// The drawing's own copy, if it is one and the reader may see it.
async fn layer(
    app: &App,
    caller: &Caller,
    scope: Scope,
    now: Instant,
    drawing: Uuid,
) -> AppResult<Option<Bytes>> {
    let seen = visible::photo(app.store.read(), scope, caller.person_id, now, drawing).await?;
    let file = seen.and_then(|seen| seen.file).filter(|file| !file.erased && file.copies == Copies::Layer);
    match file {
        Some(file) => read_copy(app, Key { county: file.county_id, sha256: file.sha256 }).await,
        None => Ok(None),
    }
}

/// What the strip says, as far as the reader may know it.
async fn facts(
    app: &App,
    scope: Scope,
    now: Instant,
    file_id: Uuid,
    seen: &VisiblePhoto,
) -> AppResult<(StampFacts, PhotoRef)> {
    let (read, county) = (app.store.read(), seen.county_id);
    let all = store::field::named::of_operation(read, seen.operation_id).await?;
    let named = all.iter().find(|file| file.file_id == file_id).ok_or(Code::NotFound)?;
    let photo = photos([named], &all).pop().ok_or(Code::NoPreview)?;
    let ticket = match named.subject.as_str() {
        "ticket" => store::tickets::get(read, scope, now, named.subject_id).await?,
        _ => None,
    };
    let visit = match named.subject.as_str() {
        "inspection" => store::field::inspections::get(read, scope, now, named.subject_id).await?,
        _ => None,
    };
    let site = ticket.as_ref().map_or(visit.as_ref().map(|visit| visit.site_id), |ticket| ticket.site_id);
    let site = match site {
        Some(site) => sites::get(read, scope, site).await?,
        None => None,
    };
    let places: Vec<Uuid> = match &ticket {
        Some(ticket) => [ticket.place_township_id, ticket.place_village_id].into_iter().flatten().collect(),
        None => [named.township_id, named.village_id].into_iter().flatten().collect(),
    };
    // Names of places are no secret inside the county.
    let around = divisions::get_many(read, Scope::County { county }, places.clone()).await?;
    let name = |nth: usize| {
        let id = places.get(nth)?;
        around.iter().find(|division| division.id == *id).map(|division| division.name.clone())
    };
    let work = store::field::operations::find(read, seen.operation_id).await?;
    let facts = StampFacts {
        site_name: site.as_ref().map(|site| site.name.clone()),
        site_code: site.map(|site| site.code),
        item: ticket.as_ref().map(|ticket| ticket.title.clone()),
        item_code: match &ticket {
            Some(ticket) => ticket.item_code.clone(),
            None => photo.item_path.clone().unwrap_or_default(),
        },
        instance: match &ticket {
            Some(ticket) => ticket.instance_key.clone(),
            None => photo.instance_key.clone().unwrap_or_default(),
        },
        taken_at: photo.taken_at.or(work.map(|work| work.observed_at)),
        township: name(0),
        village: name(1),
        lon_lat: photo.lon.zip(photo.lat),
        accuracy_m: photo.accuracy_m,
        ticket: ticket.and_then(|ticket| ticket.number),
        sha256: seen.sha256.to_string(),
        demo: app.demo,
        ..StampFacts::default()
    };
    Ok((facts, photo))
}

async fn draw(display: Bytes, layer: Option<Bytes>, stamp: Stamp) -> AppResult<Vec<u8>> {
    on_the_side(move || imaging::stamped(&display, layer.as_deref(), &stamp, Letters::of_system())).await
}

/// Runs picture work where it holds up nobody, a few at a time.
pub(super) async fn on_the_side(
    work: impl FnOnce() -> Result<Vec<u8>, Unfit> + Send + 'static,
) -> AppResult<Vec<u8>> {
    let broken = |what: String| AppError::Internal(format!("export: {what}"));
    let _turn = DRAWING.acquire().await.map_err(|closed| broken(closed.to_string()))?;
    let made = tokio::task::spawn_blocking(work).await.map_err(|died| broken(died.to_string()))?;
    made.map_err(|unfit| broken(unfit.to_string()))
}

pub(super) fn hash_of(bytes: &[u8]) -> Sha256 {
    Sha256::new(sha2::Sha256::digest(bytes).into())
}

pub(super) fn named_hash(sha256: Sha256) -> String {
    format!("sha-256:{sha256}")
}
