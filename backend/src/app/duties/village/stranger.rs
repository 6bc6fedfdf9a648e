//! What whoever holds a link can do: see one ticket's title, place and one photo, and send photos with a name. Nothing else is readable,
//! nothing happens by opening, and a wrong token is answered like one that has ended.

use super::{links::takes_photos, pace::Sending};
use crate::{
    app::{
        App, AppError, AppResult, Caller, Origin,
        field::{
            Cut,
            facts::Facts,
            photos::{Shown, show_covered},
            settle::{self, Arrived},
        },
        notices::{self, Tell},
        people::hash_of,
    },
    domain::{
        clock::{Instant, local_day},
        field::{
            envelope::Place,
            inspection::{MAX_TEXT, shorten},
            media::{FileKind, Sha256},
        },
        notices::{events::Address, kind::NoticeKind},
        people::{
            role::{Role, UnitKind},
            scope::Scope,
        },
        problem::{Code, Problem},
        tickets::Ticket,
    },
    files::{Finished, Key},
    imaging,
    store::{
        self, audit,
        duties::links::{self, DraftRow, LinkRow, VillagePhoto},
        field::files,
        people::units,
    },
};
use bytes::Bytes;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use futures_util::{Stream, StreamExt};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;
use tokio::time::timeout;
use utoipa::ToSchema;
use uuid::Uuid;

/// Largest photo; pages make them smaller before they send.
const MAX_BYTES: u64 = 8 * 1024 * 1024;
/// A line that is silent for so long has gone.
const SILENCE: Duration = Duration::from_secs(30);
/// The longest that one photo may take: 1 MB at 64 kbit/s is two minutes.
const PATIENCE: Duration = Duration::from_mins(5);
/// Drafts that one link brings.
const MOST_DRAFTS: i32 = 3;
/// Longest name as typed, in characters.
const NAME_MAX: usize = 32;

/// All that a link shows.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VillageTicket {
    pub title: String,
    pub place: String,
    pub unit_name: String,
    pub due_day: Option<NaiveDate>,
    /// There is a photo of the fault at `/village-link/before`.
    pub has_before: bool,
    pub photos_left: i32,
    pub expires_at: DateTime<Utc>,
    /// 示例数据
    pub demo: bool,
}

/// A photo that arrived.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VillagePhotoTaken {
    pub sha256: String,
    pub photos_left: i32,
}

/// One photo of what is handed in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct SentPhoto {
    pub sha256: String,
    #[serde(default)]
    pub taken_at: Option<DateTime<Utc>>,
    #[serde(default)]
    pub position: Option<SentPlace>,
}

/// Where a phone believes it was.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
pub struct SentPlace {
    pub lon: f64,
    pub lat: f64,
    #[serde(default)]
    pub accuracy_m: Option<f64>,
}

/// What is handed in: a name and photos that have arrived before.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct SentDraft {
    /// Made by the page, so that a repeat is the same.
    pub draft_id: Uuid,
    pub name: String,
    #[serde(default)]
    pub note: String,
    pub photos: Vec<SentPhoto>,
}

/// It is with the township.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DraftTaken {
    pub draft_id: Uuid,
    pub received_at: DateTime<Utc>,
}

/// Somebody who showed a good link.
struct Visitor {
    link: LinkRow,
    ticket: Ticket,
    most_photos: i32,
    now: Instant,
}

impl Visitor {
    fn scope(&self) -> Scope {
        Scope::Township { county: self.link.county_id, township: self.link.township_id }
    }

    fn left(&self, photos: i32) -> i32 {
        (self.most_photos - photos).max(0)
    }
}

/// The same for a token that never was, has ended, was taken back, or whose ticket needs nothing more.
fn ended() -> AppError {
    Code::LinkEnded.into()
}

fn slower() -> AppError {
    Problem::new(Code::TooMany).with_retry_after(60).into()
}

/// Who shows this token, if it is good now.
async fn admit(app: &App, token: &str, origin: &Origin) -> AppResult<Visitor> {
    let now = app.clock.now();
    let address = origin.address.as_deref();
    if app.pace.waits(address, now) {
        return Err(slower());
    }
    let plain = token.len() == 43 && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    // Looked up by its hash: what a clock could tell of the comparison is no help in finding the token.
    let link = if plain { links::by_hash(app.store.read(), &hash_of(token)).await? } else { None };
    if !app.pace.count(&app.store, address, link.as_ref().map(|link| link.id), now).await? {
        return Err(slower());
    }
    let link = link.ok_or_else(ended)?;
    if link.revoked_at.is_some() || link.expires_at <= now {
        return Err(ended());
    }
    let scope = Scope::Township { county: link.county_id, township: link.township_id };
    let ticket = store::tickets::get(app.store.read(), scope, now, link.ticket_id).await?;
    let ticket = ticket.filter(|ticket| takes_photos(ticket, link.township_id)).ok_or_else(ended)?;
    let facts = Facts::load(app, link.county_id).await?;
    let most_photos = i32::try_from(facts.settings().duties.village_link_photos).unwrap_or(i32::MAX);
    Ok(Visitor { link, ticket, most_photos, now })
}

/// What the page shows. Reading it changes nothing of the county's, and is counted only as one more request.
pub async fn look(app: &App, token: &str, origin: &Origin) -> AppResult<VillageTicket> {
    let visitor = admit(app, token, origin).await?;
    let (ticket, read) = (&visitor.ticket, app.store.read());
    let ids: Vec<Uuid> =
        [ticket.place_village_id, Some(visitor.link.township_id)].into_iter().flatten().collect();
    let places = units::by_ids(read, &ids).await?;
    let name = |id: Option<Uuid>| id.and_then(|id| places.get(&id)).map(|unit| unit.name.clone());
    let site = match ticket.site_id {
        Some(id) => store::places::sites::get(read, visitor.scope(), id).await?.map(|site| site.name),
        None => None,
    };
    let unit_name = name(Some(visitor.link.township_id)).unwrap_or_default();
    let place: Vec<String> = [name(ticket.place_village_id), site].into_iter().flatten().collect();
    Ok(VillageTicket {
        has_before: before(app, &visitor).await?.is_some(),
        title: ticket.title.clone(),
        place: place.join(" "),
        unit_name,
        due_day: ticket.due_at.map(|due| local_day(due - TimeDelta::microseconds(1))),
        photos_left: visitor.left(visitor.link.photos),
        expires_at: visitor.link.expires_at,
        demo: app.demo,
    })
}

/// The photo of the fault that the township itself may see.
async fn before(app: &App, visitor: &Visitor) -> AppResult<Option<String>> {
    let files = store::field::named::of_subjects(
        app.store.read(),
        visitor.scope(),
        visitor.now,
        vec![visitor.ticket.id],
    )
    .await?;
    let photo = files.into_iter().find(|file| {
        file.state == "stored"
            && file.media_type.starts_with("image/")
            && !["after", "interim", "referral", "annotation", "paper"].contains(&file.role.as_str())
    });
    Ok(photo.map(|file| file.sha256))
}

/// One photo of the fault, as the copy for the screen; covered where the office covered it.
pub async fn look_before(app: &App, token: &str, origin: &Origin) -> AppResult<Shown> {
    let visitor = admit(app, token, origin).await?;
    let sha256 = before(app, &visitor).await?.ok_or(Code::NoPreview)?;
    show_covered(app, visitor.link.county_id, &sha256).await
}

/// Takes one photo in. Its bytes are believed to be nothing but bytes: they are hashed, and opened only by the picture children.
pub async fn send_photo(
    app: &App,
    token: &str,
    origin: &Origin,
    sha256: Sha256,
    body: impl Stream<Item = Result<Bytes, Cut>> + Unpin,
) -> AppResult<VillagePhotoTaken> {
    let visitor = admit(app, token, origin).await?;
    let name = sha256.to_string();
    if links::photo(app.store.read(), visitor.link.id, &name).await?.is_some() {
        return Ok(VillagePhotoTaken { sha256: name, photos_left: visitor.left(visitor.link.photos) });
    }
    if visitor.left(visitor.link.photos) == 0 {
        return Err(Code::LinkFull.into());
    }
    let _sending: Sending<'_> = app.pace.send(visitor.link.id).ok_or_else(slower)?;
    app.require_room()?;
    let key = Key { county: visitor.link.county_id, sha256 };
    let (length, kind) = match timeout(PATIENCE, receive(app, key, body)).await {
        Ok(received) => received?,
        Err(_too_slow) => return Err(Code::Timeout.into()),
    };
    record(app, &visitor, key, length, kind, origin).await
}

/// Stages the bytes and puts them to their place when they are what they were called.
async fn receive(
    app: &App,
    key: Key,
    mut body: impl Stream<Item = Result<Bytes, Cut>> + Unpin,
) -> AppResult<(u64, FileKind)> {
    let upload = app.random.id();
    let mut writer = app.files.stage(upload, 0).await?;
    let (mut length, mut head) = (0_u64, Vec::new());
    let refused = loop {
        match timeout(SILENCE, body.next()).await {
            Ok(Some(Ok(bytes))) => {
                length += bytes.len() as u64;
                if length > MAX_BYTES {
                    break Some(Code::TooLarge);
                }
                if head.len() < 64 {
                    head.extend_from_slice(&bytes[..bytes.len().min(64)]);
                }
                writer.write(bytes).await?;
            }
            Ok(None) => break None,
            Ok(Some(Err(Cut))) | Err(_) => break Some(Code::Timeout),
        }
    };
    let kind = imaging::sniff(&head).map(FileKind::Photo);
    let refused = refused.or((kind.is_none()).then_some(Code::UnsupportedType));
    let (Some(kind), None) = (kind, refused) else {
        drop(writer);
        app.files.drop_staging(upload).await?;
        return Err(refused.unwrap_or(Code::UnsupportedType).into());
    };
    writer.sync().await?;
    drop(writer);
    match app.files.finish(upload, key, length).await? {
        Finished::Stored => Ok((length, kind)),
        Finished::Mismatch => {
            app.files.drop_staging(upload).await?;
            Err(Code::ChecksumMismatch.into())
        }
    }
}

/// Counts the photo under the link's lock and makes its bytes known to the county, in nobody's name.
async fn record(
    app: &App,
    visitor: &Visitor,
    key: Key,
    length: u64,
    kind: FileKind,
    origin: &Origin,
) -> AppResult<VillagePhotoTaken> {
    let (now, job, name) = (app.clock.now(), app.random.id(), key.sha256.to_string());
    let arrived = Arrived { key, bytes: length, person: Uuid::nil(), kind: Some(kind) };
    let photos = app
        .store
        .write(async |tx| {
            let link = links::lock(tx, visitor.link.id).await?.ok_or_else(ended)?;
            if link.revoked_at.is_some() || link.expires_at <= now {
                return Err(ended());
            }
            if links::photo(tx, link.id, &name).await?.is_some() {
                return Ok(link.photos);
            }
            if link.photos >= visitor.most_photos {
                return Err(Code::LinkFull.into());
            }
            links::insert_photo(
                tx,
                VillagePhoto {
                    link_id: link.id,
                    sha256: name.clone(),
                    county_id: link.county_id,
                    draft_id: None,
                    no: link.photos + 1,
                    bytes: i64::try_from(length).unwrap_or(i64::MAX),
                    media_type: kind.media_type().to_owned(),
                    received_at: now,
                    taken_at: None,
                    position: None,
                },
            )
            .await?;
            links::count(tx, link.id, 1, 0).await?;
            settle::settle(app, tx, now, job, &arrived).await?;
            audit::append(tx, now, line(&link, origin, "village_link.photo")).await?;
            Ok(link.photos + 1)
        })
        .await?;
    app.bell.notify_one();
    let file = files::find(app.store.read(), key.county, key.sha256).await?;
    if file.is_some_and(|file| file.erased) {
        app.files.erase(key).await?;
        return Err(Code::FileErased.into());
    }
    Ok(VillagePhotoTaken { sha256: name, photos_left: visitor.left(photos) })
}

/// The record says by which link and from which address; there is no person to name.
fn line(link: &LinkRow, origin: &Origin, action: &'static str) -> audit::AuditRow {
    let mut caller = Caller::system(Some(link.county_id));
    caller.origin = origin.clone();
    caller.audit(action, "village_links", link.id)
}

/// Hands in what was sent. It waits for a desk officer of the township.
pub async fn send_draft(app: &App, token: &str, origin: &Origin, sent: &SentDraft) -> AppResult<DraftTaken> {
    let visitor = admit(app, token, origin).await?;
    let name = clean(&sent.name);
    if name.is_empty() || name.chars().count() > NAME_MAX {
        let (zh, en) =
            (format!("请写 1 到 {NAME_MAX} 个字的姓名"), format!("A name of 1 to {NAME_MAX} characters"));
        return Err(Problem::field("/name", zh, en).into());
    }
    let most = usize::try_from(visitor.most_photos).unwrap_or(usize::MAX);
    if sent.photos.is_empty() || sent.photos.len() > most {
        let (zh, en) = ("至少一张照片", "One photo at least");
        return Err(Problem::field("/photos", zh, en).into());
    }
    let note = shorten(&clean(&sent.note), MAX_TEXT);
    // The page's own id, within its link: nobody names somebody else's draft.
    let id = Uuid::new_v5(&visitor.link.id, sent.draft_id.as_bytes());
    let now = visitor.now;
    let rules = Facts::load(app, visitor.link.county_id).await?.settings().notices.clone();
    let received_at = app
        .store
        .write(async |tx| {
            let link = links::lock(tx, visitor.link.id).await?.ok_or_else(ended)?;
            if link.revoked_at.is_some() || link.expires_at <= now {
                return Err(ended());
            }
            if let Some(draft) = links::draft_of_link(tx, link.id, id).await? {
                return Ok(draft.received_at);
            }
            if link.drafts >= MOST_DRAFTS {
                return Err(Code::LinkFull.into());
            }
            let row = DraftRow {
                id,
                county_id: link.county_id,
                link_id: link.id,
                ticket_id: link.ticket_id,
                township_id: link.township_id,
                name: name.clone(),
                note: note.clone(),
                state: links::WAITING.to_owned(),
                received_at: now,
                decided_by: None,
                decided_at: None,
                operation_id: None,
                reason: String::new(),
            };
            links::insert_draft(tx, row).await?;
            for (no, photo) in (1..).zip(&sent.photos) {
                let known =
                    links::photo(tx, link.id, &photo.sha256).await?.filter(|known| known.draft_id.is_none());
                let Some(known) = known else {
                    let (zh, en) =
                        ("有照片还没有送到，或已交过", "A photo has not arrived, or was handed in before");
                    return Err(Problem::field(format!("/photos/{}/sha256", no - 1), zh, en).into());
                };
                let place = photo.position.map(|place| Place {
                    lon: place.lon,
                    lat: place.lat,
                    accuracy_m: place.accuracy_m,
                    fixed_at: None,
                    source: Some("browser".into()),
                    datum: None,
                });
                let position = place.as_ref().and_then(Place::checked).map(|place| serde_json::json!(place));
                let taken_at = photo.taken_at.filter(|at| *at <= now);
                links::put_in(tx, VillagePhoto { draft_id: Some(id), no, taken_at, position, ..known })
                    .await?;
            }
            links::count(tx, link.id, 0, 1).await?;
            let desk =
                Address { unit_kind: UnitKind::Township, unit_id: link.township_id, duty: Role::DeskOfficer };
            let waiting = Tell {
                county: link.county_id,
                key: format!("draft:{id}"),
                kind: NoticeKind::DraftWaiting,
                to: vec![desk],
                ticket: Some(link.ticket_id),
                data: json!({}),
                rules: &rules,
            };
            notices::tell(tx, now, &waiting).await?;
            audit::append(tx, now, line(&link, origin, "village_link.draft")).await?;
            Ok(now)
        })
        .await?;
    Ok(DraftTaken { draft_id: sent.draft_id, received_at })
}

/// Typed by a stranger: no control characters, no invisible turns of the line.
fn clean(text: &str) -> String {
    let odd = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().filter(|c| !odd(*c)).collect::<String>().trim().to_owned()
}
