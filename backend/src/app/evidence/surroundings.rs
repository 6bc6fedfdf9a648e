//! From rows to the facts that the rules weigh.

use crate::{
    app::{App, AppResult, evidence::album::Match},
    domain::{
        clock::{Instant, SHANGHAI, local_day},
        evidence::{
            fingerprint::Likeness,
            rules::{Alike, EvidenceRules, PhotoFacts, Relation, Shot, Spot, Way},
        },
        field::{
            kind::Kind,
            media::{FileKind, PhotoKind, Sha256},
            times::TRUSTED,
        },
        people::scope::Scope,
        places::position::Point,
        tickets::Ticket,
    },
    store::{
        self, Conn,
        evidence::around::{self, Work},
        field::{files::StoredFile, named::NamedFile},
    },
};
use chrono::TimeDelta;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// How far back and ahead the nearest other shots of the same person are looked at.
const AROUND: TimeDelta = TimeDelta::hours(6);

/// One place where a picture is named, with the work that names it.
pub(super) type Naming = (NamedFile, Work);

/// Tickets and sites behind the photos that are compared.
pub(super) struct Places {
    tickets: HashMap<Uuid, Ticket>,
    visits: HashMap<Uuid, Uuid>,
}

impl Places {
    pub(super) async fn load(
        read: &impl Conn,
        county: Uuid,
        now: Instant,
        namings: &[Naming],
    ) -> AppResult<Self> {
        let scope = Scope::County { county };
        let subjects = |subject: &str| -> Vec<Uuid> {
            let ids =
                namings.iter().filter(|(file, _)| file.subject == subject).map(|(file, _)| file.subject_id);
            ids.collect::<HashSet<_>>().into_iter().collect()
        };
        let tickets = store::tickets::get_many(read, scope, now, subjects("ticket")).await?;
        let visits = store::field::inspections::get_many(read, scope, now, subjects("inspection")).await?;
        Ok(Self {
            tickets: tickets.into_iter().map(|ticket| (ticket.id, ticket)).collect(),
            visits: visits.into_iter().map(|visit| (visit.id, visit.site_id)).collect(),
        })
    }

    pub(super) fn ticket(&self, file: &NamedFile) -> Option<&Ticket> {
        self.tickets.get(&file.subject_id).filter(|_| file.subject == "ticket")
    }

    fn site(&self, file: &NamedFile) -> Option<Uuid> {
        self.ticket(file).map_or_else(|| self.visits.get(&file.subject_id).copied(), |ticket| ticket.site_id)
    }
}

/// True for a photo that claims a repair: of an attempt, or of a fault fixed on the spot.
pub(super) fn is_proof((file, _): &Naming) -> bool {
    file.role == "after"
}

fn is_attempt((_, work): &Naming) -> bool {
    work.kind == Kind::TicketRectify.as_str()
}

/// Where `other` stands to `mine`; `None` where nothing follows from their likeness.
pub(super) fn relation(places: &Places, mine: &Naming, other: &Naming) -> Option<Relation> {
    let ((file, work), (its_file, its_work)) = (mine, other);
    // A visit and its corrections name the same photo again; several pictures of one visit are one look.
    if file.file_id == its_file.file_id || work.id == its_work.id {
        return None;
    }
    let same_subject = file.subject == its_file.subject && file.subject_id == its_file.subject_id;
    let earlier = its_work.server_seq < work.server_seq;
    let same_day = work.person_id == its_work.person_id
        && local_day(work.observed_at) == local_day(its_work.observed_at);
    if same_subject && is_proof(mine) && !is_proof(other) {
        return Some(Relation::Before);
    }
    if !earlier {
        return None;
    }
    let (site, its_site) = (places.site(file), places.site(its_file));
    if same_subject {
        return match (is_proof(mine), same_day) {
            (true, _) => Some(Relation::EarlierAttempt),
            (false, true) => None,
            (false, false) => Some(Relation::AnotherDay),
        };
    }
    if site.is_some() && site == its_site {
        return match (is_proof(mine) || is_proof(other), same_day) {
            (true, _) => Some(Relation::SameSite),
            (false, true) => None,
            (false, false) => Some(Relation::AnotherDay),
        };
    }
    Some(Relation::Elsewhere)
}

/// Everything that the rules want to know about one photo.
pub(super) async fn facts(
    app: &App,
    rules: &EvidenceRules,
    file: &StoredFile,
    claim: &Value,
    mine: &Naming,
    others: &[Naming],
    matches: &[Match],
) -> AppResult<PhotoFacts> {
    let (named, work) = mine;
    let mut all: Vec<Naming> = others.to_vec();
    all.push(mine.clone());
    let places = Places::load(app.store.read(), named.county_id, app.clock.now(), &all).await?;
    let offset = if work.uncertainty_ms <= TRUSTED.num_milliseconds() {
        work.made_at - work.observed_at
    } else {
        TimeDelta::zero()
    };
    let taken_at = time(&named.sidecar["taken_at"]).map(|at| at - offset);
    let alike = others.iter().filter_map(|other| {
        let relation = relation(&places, mine, other)?;
        let sha256 = Sha256::parse(&other.0.sha256)?;
        let near = matches.iter().find(|one| one.sha256 == sha256);
        let same_bytes = other.0.sha256 == named.sha256;
        Some(Alike {
            operation_id: other.0.operation_id,
            file_id: other.0.file_id,
            same_bytes,
            bits: if same_bytes { 0 } else { near?.bits },
            likeness: near.map_or(Likeness::Plain, |one| one.likeness),
            relation,
            is_proof: is_proof(other),
        })
    });
    let alike = alike.collect();
    let shots =
        around::beside(app.store.read(), named.county_id, work.person_id, work.observed_at, AROUND).await?;
    let ticket = places.ticket(named);
    let own_fix = fix(named);
    let twin = |other: &&NamedFile| {
        other.operation_id != named.operation_id
            && fix(other).zip(own_fix).is_some_and(|((a, at), (b, own))| a == b && at != own)
    };
    Ok(PhotoFacts {
        is_proof: is_proof(mine),
        taken_at,
        sealed_at: Some(work.observed_at),
        clock_offset: offset,
        found_at: ticket.filter(|_| is_attempt(mine)).map(|ticket| ticket.observed_at),
        way: way(&named.sidecar),
        spot: spot(named),
        // A photo of the fault is where the fault is; only a repair can be shown elsewhere.
        target: ticket.filter(|_| is_proof(mine)).and_then(|ticket| {
            let point = Point::new(ticket.lon?, ticket.lat?).ok()?;
            Some(Spot { point, accuracy_m: ticket.accuracy_m })
        }),
        size: file.size,
        is_png: file.kind == Some(FileKind::Photo(PhotoKind::Png)),
        claim: serde_json::from_value(claim.clone()).unwrap_or_default(),
        zone_minutes: SHANGHAI.local_minus_utc() / 60,
        position_twin: shots.iter().find(twin).map(|other| (other.operation_id, other.file_id)),
        neighbours: neighbours(named, taken_at, offset, &shots, rules),
        alike,
    })
}

fn time(value: &Value) -> Option<Instant> {
    value.as_str().and_then(|text| text.parse().ok())
}

fn way(sidecar: &Value) -> Option<Way> {
    let reason = sidecar["capture_reason"].as_str().is_some_and(|text| !text.trim().is_empty());
    Some(match sidecar["capture"].as_str()? {
        "in_page" | "system_camera" => Way::Camera,
        "album" => Way::Album { reason },
        _ => Way::Unknown,
    })
}

fn spot(file: &NamedFile) -> Option<Spot> {
    let position = &file.sidecar["position"];
    let point = Point::new(position["lon"].as_f64()?, position["lat"].as_f64()?).ok()?;
    Some(Spot { point, accuracy_m: position["accuracy_m"].as_f64() })
}

/// A fix of the phone's own, with its moment: a plate or a pin is the same every time, and serves many photos.
fn fix(file: &NamedFile) -> Option<(Point, Instant)> {
    let position = &file.sidecar["position"];
    let own = position["source"].as_str() == Some("browser");
    let (lon, lat) = (position["lon"].as_f64()?, position["lat"].as_f64()?);
    // A rounded position is often met again by itself.
    let precise = |degrees: f64| (degrees * 1e5).fract().abs() > 1e-6;
    if !own || !precise(lon) || !precise(lat) {
        return None;
    }
    Some((Point::new(lon, lat).ok()?, time(&position["fixed_at"])?))
}

/// The other shots of that person with a fix of their own, nearest in time first.
fn neighbours(
    file: &NamedFile,
    taken_at: Option<Instant>,
    offset: TimeDelta,
    shots: &[NamedFile],
    rules: &EvidenceRules,
) -> Vec<Shot> {
    let (Some(taken_at), Some(_)) = (taken_at, fix(file)) else { return Vec::new() };
    let mut found: Vec<Shot> = shots
        .iter()
        .filter(|shot| shot.file_id != file.file_id)
        .filter(|shot| {
            spot(shot).and_then(|spot| spot.accuracy_m).is_none_or(|m| m <= f64::from(rules.coarse_m))
        })
        .filter_map(|shot| Some(Shot { point: fix(shot)?.0, at: time(&shot.sidecar["taken_at"])? - offset }))
        .collect();
    found.sort_by_key(|shot| (shot.at - taken_at).abs());
    found.truncate(4);
    found
}
