//! Everything that speaks for or against one photo, on one page.

use super::{
    clocks::{PhotoClocks, at_shutter},
    flags::{self, OtherPhoto, PhotoFlagView},
    verdicts::{self, VerdictView},
};
use crate::{
    app::{
        App, AppResult, Caller,
        field::attachments::{PhotoRef, photos},
    },
    domain::{
        evidence::{fingerprint::Likeness, rules::Claim, verdict::VerdictState},
        field::envelope::Envelope,
        people::{permission::Action, scope::Scope},
        problem::Code,
    },
    store::{
        self,
        evidence::{around, flags as rows, pictures},
        field::{named::NamedFile, visible},
        people::persons,
    },
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// Pictures like it that are shown.
const NEIGHBOURS: usize = 12;

/// The witnesses of a photo.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PhotoPage {
    pub photo: PhotoRef,
    /// Of the original bytes, lower-case hex.
    pub sha256: String,
    pub bytes: i64,
    /// Upright, in pixels; null until it was looked at.
    pub width: Option<u32>,
    pub height: Option<u32>,
    pub person_name: Option<String>,
    /// Kind of the sealed work that names it; `phone`, `desktop` or `paper`; whether a registered phone signed it.
    pub kind: String,
    pub made_with: String,
    pub signed: bool,
    /// Both clocks at the shutter.
    pub clocks: PhotoClocks,
    /// What the phone says, what the county believes, and when it came.
    pub made_at: DateTime<Utc>,
    pub observed_at: DateTime<Utc>,
    pub uncertainty_ms: i64,
    pub accepted_at: DateTime<Utc>,
    pub completed_at: Option<DateTime<Utc>>,
    /// The hash of the sealed work, and the county's receipt over it; told to the county only.
    pub operation_hash: Option<String>,
    pub receipt: Option<String>,
    pub ticket: Option<PhotoTicket>,
    /// The visit that it belongs to, while it belongs to no ticket.
    pub visit_id: Option<Uuid>,
    pub site: Option<PhotoSite>,
    /// What the file says of itself.
    #[schema(value_type = Object)]
    pub claim: Claim,
    pub flags: Vec<PhotoFlagView>,
    /// What people found of it themselves; told to the county only.
    pub verdicts: Vec<VerdictView>,
    /// The reader may propose that it does not show the repair which it claims.
    pub may_propose: bool,
    /// Pictures of the county that look like it, as far as the reader may see them.
    pub neighbours: Vec<Neighbour>,
    /// When the bytes became durable here, and when they were last read and hashed again.
    pub stored_at: Option<DateTime<Utc>>,
    pub checked_at: Option<DateTime<Utc>>,
    /// Since when the stored bytes are missing or changed; null while they are whole.
    pub broken_at: Option<DateTime<Utc>>,
}

/// The site that it was taken for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PhotoSite {
    pub id: Uuid,
    pub name: String,
    pub township_name: String,
    pub lon: f64,
    pub lat: f64,
}

/// The ticket that the photo belongs to, with the place of the fault.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PhotoTicket {
    pub id: Uuid,
    pub number: Option<String>,
    pub title: String,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub accuracy_m: Option<f64>,
    pub found_at: DateTime<Utc>,
    pub issued_at: Option<DateTime<Utc>>,
}

/// A picture that looks like it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Neighbour {
    pub photo: OtherPhoto,
    /// Of 256 bits, those that differ.
    pub bits: u32,
    pub likeness: Likeness,
    pub same_bytes: bool,
    /// Near enough for this county to call them almost the same.
    pub almost_same: bool,
}

/// The witnesses of a photo that the caller may see.
pub async fn get(app: &App, caller: &Caller, file_id: Uuid) -> AppResult<PhotoPage> {
    caller.require(Action::ReadPhotos)?;
    let (scope, now, read) = (caller.scope()?, app.clock.now(), app.store.read());
    let seen = visible::photo(read, scope, caller.person_id, now, file_id).await?.ok_or(Code::NotFound)?;
    let county = seen.county_id;
    let all = store::field::named::of_operation(read, seen.operation_id).await?;
    let named = all.iter().find(|file| file.file_id == file_id).ok_or(Code::NotFound)?;
    let work = store::field::operations::find(read, seen.operation_id).await?.ok_or(Code::NotFound)?;
    let people = persons::names(read, vec![work.person_id]).await?;
    let is_county = matches!(scope, Scope::County { .. });
    let ticket = match named.subject.as_str() {
        "ticket" => store::tickets::get(read, scope, now, named.subject_id).await?,
        _ => None,
    };
    let visit = match named.subject.as_str() {
        "inspection" => store::field::inspections::get(read, scope, now, named.subject_id).await?,
        _ => None,
    };
    let site =
        ticket.as_ref().and_then(|ticket| ticket.site_id).or(visit.as_ref().map(|visit| visit.site_id));
    let site = match site {
        Some(id) => store::places::sites::get(read, scope, id).await?,
        None => None,
    };
    let clocks = at_shutter(&work.body, file_id, work.made_at, work.observed_at, work.uncertainty_ms);
    let made_with = Envelope::parse(&work.body).ok().and_then(|envelope| envelope.capture);
    // How others took their photos is told to the county and to whoever took this one.
    let own = is_county || work.person_id == caller.person_id || work.kind.starts_with("ticket.");
    let raised = if own { rows::of_file(read, county, file_id).await? } else { Vec::new() };
    let judged =
        if is_county { verdicts::of_photo(read, caller, county, file_id).await? } else { Vec::new() };
    let claim = pictures::claim_of(read, county, seen.sha256).await?.unwrap_or_default();
    let pixels = seen.file.as_ref().map(|file| file.size).filter(|pixels| *pixels != (0, 0));
    Ok(PhotoPage {
        photo: photos([named], &all).pop().ok_or(Code::NotFound)?,
        sha256: named.sha256.clone(),
        bytes: named.bytes,
        width: pixels.map(|pixels| pixels.0),
        height: pixels.map(|pixels| pixels.1),
        person_name: people.get(&work.person_id).cloned(),
        kind: work.kind,
        made_with: made_with.unwrap_or_else(|| "phone".into()),
        signed: work.signature.is_some(),
        clocks: if own { clocks } else { PhotoClocks::default() },
        made_at: work.made_at,
        observed_at: work.observed_at,
        uncertainty_ms: work.uncertainty_ms,
        accepted_at: work.accepted_at,
        completed_at: work.completed_at,
        operation_hash: is_county.then_some(work.hash),
        receipt: work.receipt.filter(|_| is_county),
        ticket: ticket.map(|ticket| PhotoTicket {
            id: ticket.id,
            number: ticket.number,
            title: ticket.title,
            lon: ticket.lon,
            lat: ticket.lat,
            accuracy_m: ticket.accuracy_m,
            found_at: ticket.observed_at,
            issued_at: ticket.issued_at,
        }),
        visit_id: visit.map(|visit| visit.id),
        site: site.map(|site| PhotoSite {
            id: site.id,
            name: site.name,
            township_name: site.township_name,
            lon: site.lon,
            lat: site.lat,
        }),
        claim: if own { serde_json::from_value(claim).unwrap_or_default() } else { Claim::default() },
        may_propose: may_propose(caller, named, &judged),
        verdicts: judged,
        flags: flags::show(read, scope, caller.person_id, now, raised).await?,
        neighbours: neighbours(app, caller, county, file_id, &seen).await?,
        stored_at: seen.file.as_ref().map(|file| file.stored_at),
        checked_at: seen.file.as_ref().and_then(|file| file.checked_at),
        broken_at: seen.file.and_then(|file| file.broken_at),
    })
}

/// A photo of a repair that somebody else took, with nothing proposed or confirmed of it.
fn may_propose(caller: &Caller, photo: &NamedFile, judged: &[VerdictView]) -> bool {
    let open = |one: &VerdictView| matches!(one.state, VerdictState::Proposed | VerdictState::Confirmed);
    caller.require(Action::ProposeVerdict).is_ok()
        && photo.role == "after"
        && photo.subject == "ticket"
        && photo.state == "stored"
        && photo.person_id != caller.person_id
        && !judged.iter().any(open)
}

async fn neighbours(
    app: &App,
    caller: &Caller,
    county: Uuid,
    file_id: Uuid,
    seen: &visible::VisiblePhoto,
) -> AppResult<Vec<Neighbour>> {
    let read = app.store.read();
    let Some(print) = pictures::print_of(read, county, seen.sha256).await? else { return Ok(Vec::new()) };
    let rules = app.evidence_rules(county).await?;
    let mut matches = app.pictures_like(county, print, rules.look_bits).await?;
    matches.truncate(NEIGHBOURS);
    let hashes: Vec<_> = matches.iter().map(|one| one.sha256).collect();
    let named = around::named(read, county, &hashes).await?;
    let ids = named.iter().map(|(file, _)| file.file_id).filter(|id| *id != file_id).collect();
    let others: HashMap<Uuid, OtherPhoto> =
        flags::others(read, caller.scope()?, caller.person_id, app.clock.now(), ids).await?;
    let mut found: Vec<Neighbour> = named
        .iter()
        .filter_map(|(file, _)| {
            let photo = others.get(&file.file_id)?.clone();
            let near = matches.iter().find(|one| one.sha256.to_string() == file.sha256)?;
            let same_bytes = near.sha256 == seen.sha256;
            let almost_same = near.bits <= rules.same_bits;
            Some(Neighbour { photo, bits: near.bits, likeness: near.likeness, same_bytes, almost_same })
        })
        .collect();
    found.sort_by_key(|one| (one.bits, one.photo.file_id));
    found.dedup_by_key(|one| one.photo.file_id);
    found.truncate(NEIGHBOURS);
    Ok(found)
}
