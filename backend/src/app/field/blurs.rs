//! Faces and number plates covered by the office before a photo goes into a circular: a copy of its own, made of the copy for looking at.
//! The newest cover counts, the earlier ones stay on record, and the original stays under its own lock and audit.

use crate::{
    app::{
        App, AppError, AppResult, Caller, Once,
        field::exports::{collect, display_of, hash_of, named_hash, on_the_side},
    },
    domain::{
        field::area::{self, Area},
        people::permission::Action,
        problem::{Code, Problem},
    },
    files::Key,
    imaging,
    store::{
        audit,
        evidence::blurs::{self, Blur},
        field::{
            files,
            visible::{self, VisiblePhoto},
        },
        people::persons,
    },
};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

/// One cover.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BlurView {
    pub id: Uuid,
    /// The photo on which it was drawn; other names of the same bytes share it.
    pub file_id: Uuid,
    pub areas: Vec<Area>,
    pub person_id: Uuid,
    pub person_name: Option<String>,
    pub made_at: DateTime<Utc>,
    /// Of the covered picture, lower-case hex.
    pub sha256: String,
}

/// The covers of a photo, newest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BlurList {
    pub items: Vec<BlurView>,
}

/// Covers these areas of a photo; what reaches beyond it is cut off.
pub async fn make(
    app: &App,
    caller: &Caller,
    once: &Once,
    file_id: Uuid,
    areas: &[Area],
) -> AppResult<BlurView> {
    caller.require(Action::BlurPhotos)?;
    let areas = area::checked(areas)?;
    let seen = visible(app, caller, file_id).await?;
    let being_made = || {
        Problem::new(Code::NotYet).with_detail("照片的预览图正在生成。", "The photo's preview is being made.")
    };
    let display = display_of(app, &seen).await?.ok_or_else(being_made)?;
    let made = cover(display, areas.clone()).await?;
    let now = app.clock.now();
    let row = Blur {
        id: app.random.id(),
        county_id: seen.county_id,
        sha256: seen.sha256.to_string(),
        file_id,
        areas: json!(areas),
        made_sha256: hash_of(&made).to_string(),
        person_id: caller.person_id,
        made_at: now,
    };
    let kept = app
        .idempotent(caller, once, async |tx| {
            blurs::insert(tx, row.clone()).await?;
            let mut line = caller.audit("photo.blur", "photos", file_id);
            line.hash_before = Some(named_hash(seen.sha256));
            line.hash_after = Some(format!("sha-256:{}", row.made_sha256));
            audit::append(tx, now, line).await?;
            Ok(row.id)
        })
        .await?;
    if kept == row.id {
        store(app, &seen, kept, made).await?;
    }
    let all = of_photo(app, &seen).await?;
    Ok(all.into_iter().find(|view| view.id == kept).ok_or(Code::NotFound)?)
}

/// The covers of a photo that the caller may see.
pub async fn list(app: &App, caller: &Caller, file_id: Uuid) -> AppResult<BlurList> {
    caller.require(Action::BlurPhotos)?;
    let seen = visible(app, caller, file_id).await?;
    Ok(BlurList { items: of_photo(app, &seen).await? })
}

/// The covered picture itself; `None` while the copy under it is being made.
pub async fn show(app: &App, caller: &Caller, file_id: Uuid) -> AppResult<Option<Bytes>> {
    caller.require(Action::BlurPhotos)?;
    picture(app, &visible(app, caller, file_id).await?).await
}

async fn visible(app: &App, caller: &Caller, file_id: Uuid) -> AppResult<VisiblePhoto> {
    let (scope, now) = (caller.scope()?, app.clock.now());
    let seen = visible::photo(app.store.read(), scope, caller.person_id, now, file_id).await?;
    Ok(seen.ok_or(Code::NotFound)?)
}

async fn of_photo(app: &App, seen: &VisiblePhoto) -> AppResult<Vec<BlurView>> {
    let read = app.store.read();
    let rows = blurs::of_bytes(read, seen.county_id, seen.sha256).await?;
    let names = persons::names(read, rows.iter().map(|row| row.person_id).collect()).await?;
    Ok(rows
        .into_iter()
        .map(|row| BlurView {
            id: row.id,
            file_id: row.file_id,
            areas: areas_of(&row),
            person_id: row.person_id,
            person_name: names.get(&row.person_id).cloned(),
            made_at: row.made_at,
            sha256: row.made_sha256,
        })
        .collect())
}

/// The picture under the newest cover. It is made again where it got lost: like all copies it is not backed up.
pub(super) async fn picture(app: &App, seen: &VisiblePhoto) -> AppResult<Option<Bytes>> {
    // What is erased or still on its way is told before anything about covers.
    let Some(display) = display_of(app, seen).await? else { return Ok(None) };
    let newest = blurs::newest(app.store.read(), seen.county_id, seen.sha256).await?;
    let row = newest.ok_or_else(|| {
        Problem::new(Code::NotFound)
            .with_detail("这张照片还没有遮挡过。", "Nothing on this photo has been covered yet.")
    })?;
    if let Some(opened) = app.files.open_blur(key_of(seen), row.id).await? {
        return Ok(Some(collect(opened.bytes).await?));
    }
    let made = cover(display, areas_of(&row)).await?;
    store(app, seen, row.id, made.clone()).await?;
    Ok(Some(made.into()))
}

async fn cover(display: Bytes, areas: Vec<Area>) -> AppResult<Vec<u8>> {
    on_the_side(move || imaging::covered(&display, &areas)).await
}

async fn store(app: &App, seen: &VisiblePhoto, id: Uuid, made: Vec<u8>) -> AppResult<()> {
    let key = key_of(seen);
    app.files.put_blur(key, id, made).await?;
    // Erased meanwhile: what was just put goes as well.
    let file = files::find(app.store.read(), key.county, key.sha256).await?;
    if file.is_some_and(|file| file.erased) {
        app.files.erase(key).await?;
        return Err(AppError::from(Code::FileErased));
    }
    Ok(())
}

fn key_of(seen: &VisiblePhoto) -> Key {
    Key { county: seen.county_id, sha256: seen.sha256 }
}

fn areas_of(row: &Blur) -> Vec<Area> {
    serde_json::from_value(row.areas.clone()).unwrap_or_default()
}
