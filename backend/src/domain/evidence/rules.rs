//! Facts about one photo in, flags out (domain.md 4.7). Nothing here knows where the facts come from.

use super::{
    fingerprint::Likeness,
    flag::{PhotoFlag, Strength},
};
use crate::domain::{clock::Instant, places::position::Point};
use chrono::{NaiveDateTime, TimeDelta};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// What a county decides about evidence; the defaults are measured (tests/load, `fingerprints`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EvidenceRules {
    /// Bits of 256 up to which two pictures are called almost the same.
    pub same_bits: u32,
    /// Bits up to which somebody should look at the pair.
    pub look_bits: u32,
    /// Metres from the fault within which a photo may always be taken; the accuracy of both positions comes on top, twice.
    pub near_m: u32,
    /// Accuracy in metres beyond which a position is called coarse.
    pub coarse_m: u32,
    /// Hours between taking and handing in after which a picture is called old.
    pub old_hours: u32,
    /// Kilometres an hour between two photos that nobody travels at.
    pub speed_kmh: u32,
    /// Minutes by which clocks, and times in files, may differ.
    pub clock_minutes: u32,
    /// Flags that this county weighs otherwise, by code.
    pub strengths: BTreeMap<String, Strength>,
}

impl Default for EvidenceRules {
    fn default() -> Self {
        Self {
            same_bits: 31,
            look_bits: 64,
            near_m: 100,
            coarse_m: 100,
            old_hours: 72,
            speed_kmh: 200,
            clock_minutes: 30,
            strengths: BTreeMap::new(),
        }
    }
}

impl EvidenceRules {
    /// What a flag weighs in this county.
    pub fn strength(&self, flag: PhotoFlag) -> Strength {
        if flag.is_by_people() {
            return Strength::Strong;
        }
        self.strengths.get(flag.as_str()).copied().unwrap_or(flag.usual()).min(flag.strongest())
    }
}

/// A position with what is known of its quality.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    pub point: Point,
    pub accuracy_m: Option<f64>,
}

/// How a photo came into the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Camera,
    Album { reason: bool },
    Unknown,
}

/// What a file says of itself: a claim, never the truth.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Claim {
    /// Local time without a zone, as cameras write it.
    pub taken: Option<NaiveDateTime>,
    pub point: Option<Point>,
    /// Maker or model of a camera.
    pub camera: Option<String>,
}

/// Where the other photo stands to this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// It shows the fault that this one says is repaired.
    Before,
    /// An earlier claim about the same ticket.
    EarlierAttempt,
    /// Of another ticket at the same site.
    SameSite,
    /// Of another place.
    Elsewhere,
    /// Of the same place on another day, and no claim of a repair.
    AnotherDay,
}

/// Another photo that looks the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alike {
    pub operation_id: Uuid,
    pub file_id: Uuid,
    pub same_bytes: bool,
    pub bits: u32,
    pub likeness: Likeness,
    pub relation: Relation,
    /// That photo, too, claims a repair.
    pub is_proof: bool,
}

/// The nearest other shot of the same person in time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shot {
    pub at: Instant,
    pub point: Point,
}

/// Everything that is known about one photo.
#[derive(Debug, Clone, Default)]
pub struct PhotoFacts {
    /// It claims a repair; other photos show how it is.
    pub is_proof: bool,
    /// The phone's word, corrected by its measured offset.
    pub taken_at: Option<Instant>,
    /// The sealed work's own time, and how far the phone's clock was off.
    pub sealed_at: Option<Instant>,
    pub clock_offset: TimeDelta,
    /// When the fault was found.
    pub found_at: Option<Instant>,
    pub way: Option<Way>,
    pub spot: Option<Spot>,
    /// The place of the fault.
    pub target: Option<Spot>,
    /// Stored width and height, upright, in pixels.
    pub size: (u32, u32),
    pub is_png: bool,
    pub claim: Claim,
    /// Minutes east of UTC of the county's clocks.
    pub zone_minutes: i32,
    pub alike: Vec<Alike>,
    pub neighbours: Vec<Shot>,
    /// A photo from another time has the same position to the last digit.
    pub position_twin: Option<(Uuid, Uuid)>,
}

/// A flag with what led to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Raised {
    pub flag: PhotoFlag,
    pub strength: Strength,
    pub reason: FlagReason,
    /// The other photo: operation, file.
    pub other: Option<(Uuid, Uuid)>,
}

/// The numbers behind a flag.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct FlagReason {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bits: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub likeness: Option<Likeness>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub metres: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub minutes: Option<i64>,
}

/// An accuracy holds the true place with 68 %; twice as much nearly always.
const SLACK: f64 = 2.0;

/// All flags of one photo, strongest first; what the county switched off is not among them.
pub fn weigh(facts: &PhotoFacts, rules: &EvidenceRules) -> Vec<Raised> {
    let mut raised = Vec::new();
    likeness(facts, rules, &mut raised);
    place(facts, rules, &mut raised);
    time(facts, rules, &mut raised);
    capture(facts, &mut raised);
    for one in &mut raised {
        one.strength = rules.strength(one.flag);
    }
    raised.retain(|one| one.strength > Strength::Off);
    raised.sort_by(|a, b| b.strength.cmp(&a.strength).then(a.flag.cmp(&b.flag)));
    raised
}

/// What the very same bytes are called where the other photo stands so.
pub const fn exact(relation: Relation) -> PhotoFlag {
    match relation {
        Relation::Before => PhotoFlag::SameAsBefore,
        Relation::EarlierAttempt | Relation::Elsewhere | Relation::AnotherDay => PhotoFlag::SameAsOther,
        Relation::SameSite => PhotoFlag::ManyTickets,
    }
}

fn flag(flag: PhotoFlag, reason: FlagReason, other: Option<(Uuid, Uuid)>) -> Raised {
    Raised { flag, strength: Strength::Off, reason, other }
}

/// One flag of a kind: the nearest picture stands for all that are like it.
fn likeness(facts: &PhotoFacts, rules: &EvidenceRules, raised: &mut Vec<Raised>) {
    let mut alike = facts.alike.clone();
    alike.sort_by_key(|one| (!one.same_bytes, one.bits));
    for one in &alike {
        let near = |same: PhotoFlag, resembles: PhotoFlag| match one.bits {
            bits if bits <= rules.same_bits => Some(same),
            bits if bits <= rules.look_bits => Some(resembles),
            _ => None,
        };
        let found = one.same_bytes.then(|| exact(one.relation)).or_else(|| match one.relation {
            Relation::Before => near(PhotoFlag::LikeBefore, PhotoFlag::ResemblesBefore),
            // Several tickets of one wall are often seen in one frame.
            Relation::SameSite => near(PhotoFlag::ManyTickets, PhotoFlag::ManyTickets),
            Relation::EarlierAttempt | Relation::Elsewhere | Relation::AnotherDay => {
                near(PhotoFlag::LikeOther, PhotoFlag::ResemblesOther)
            }
        });
        let Some(found) = found else { continue };
        let reason =
            FlagReason { bits: Some(one.bits), likeness: Some(one.likeness), ..FlagReason::default() };
        if !raised.iter().any(|known| known.flag == found) {
            raised.push(flag(found, reason, Some((one.operation_id, one.file_id))));
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to half the Earth's round before"
)]
fn whole(metres: f64) -> u32 {
    metres.round().clamp(0.0, 20_037_508.0) as u32
}

fn place(facts: &PhotoFacts, rules: &EvidenceRules, raised: &mut Vec<Raised>) {
    let Some(spot) = facts.spot else {
        return raised.push(flag(PhotoFlag::NoPosition, FlagReason::default(), None));
    };
    let metres = |m: f64| FlagReason { metres: Some(whole(m)), ..FlagReason::default() };
    if let Some(accuracy) = spot.accuracy_m.filter(|m| *m > f64::from(rules.coarse_m)) {
        raised.push(flag(PhotoFlag::CoarsePosition, metres(accuracy), None));
    }
    if let Some(target) = facts.target {
        let away = spot.point.distance_m(target.point);
        let doubt = spot.accuracy_m.unwrap_or(0.0) + target.accuracy_m.unwrap_or(0.0);
        if away > f64::from(rules.near_m).max(SLACK * doubt) {
            raised.push(flag(PhotoFlag::TakenElsewhere, metres(away), None));
        }
    }
    if let Some(other) = facts.position_twin {
        raised.push(flag(PhotoFlag::PositionRepeated, FlagReason::default(), Some(other)));
    }
    let too_fast = |shot: &&Shot| {
        let Some(at) = facts.taken_at else { return false };
        let hours = ((at - shot.at).abs().as_seconds_f64() / 3600.0).max(1.0 / 3600.0);
        let away = spot.point.distance_m(shot.point) - SLACK * spot.accuracy_m.unwrap_or(0.0);
        // A jump of a few hundred metres is a bad fix, no journey.
        away > 1_000.0 && away / 1000.0 / hours > f64::from(rules.speed_kmh)
    };
    if let Some(shot) = facts.neighbours.iter().find(too_fast) {
        let minutes = facts.taken_at.map(|at| (at - shot.at).num_minutes().abs());
        let reason = FlagReason { minutes, ..metres(spot.point.distance_m(shot.point)) };
        raised.push(flag(PhotoFlag::ImpossibleSpeed, reason, None));
    }
    if let Some(claimed) = facts.claim.point {
        let away = spot.point.distance_m(claimed);
        // What a file says may be minutes old; half a kilometre is not.
        if away > 500.0_f64.max(SLACK * spot.accuracy_m.unwrap_or(0.0)) {
            raised.push(flag(PhotoFlag::ExifPlaceDiffers, metres(away), None));
        }
    }
}

fn time(facts: &PhotoFacts, rules: &EvidenceRules, raised: &mut Vec<Raised>) {
    let tolerated = TimeDelta::minutes(i64::from(rules.clock_minutes));
    let minutes =
        |delta: TimeDelta| FlagReason { minutes: Some(delta.num_minutes()), ..FlagReason::default() };
    if facts.clock_offset.abs() > tolerated {
        raised.push(flag(PhotoFlag::ClockOff, minutes(facts.clock_offset), None));
    }
    let Some(taken) = facts.taken_at else { return };
    if let Some(found) = facts.found_at.filter(|_| facts.is_proof)
        && taken + tolerated < found
    {
        raised.push(flag(PhotoFlag::TakenBefore, minutes(found - taken), None));
    }
    if let Some(sealed) = facts.sealed_at
        && sealed - taken > TimeDelta::hours(i64::from(rules.old_hours))
    {
        raised.push(flag(PhotoFlag::OldPicture, minutes(sealed - taken), None));
    }
    if let Some(claimed) = facts.claim.taken {
        let here = taken.naive_utc() + TimeDelta::minutes(i64::from(facts.zone_minutes));
        let apart = (here - claimed).abs();
        // Some cameras write UTC: a whole zone apart is the same moment.
        let in_utc = (taken.naive_utc() - claimed).abs();
        if apart.min(in_utc) > tolerated {
            raised.push(flag(PhotoFlag::ExifTimeDiffers, minutes(here - claimed), None));
        }
    }
}

fn capture(facts: &PhotoFacts, raised: &mut Vec<Raised>) {
    match facts.way {
        Some(Way::Album { reason: true }) => {
            raised.push(flag(PhotoFlag::FromAlbumWithReason, FlagReason::default(), None));
        }
        Some(Way::Album { reason: false }) => {
            raised.push(flag(PhotoFlag::FromAlbum, FlagReason::default(), None));
        }
        Some(Way::Camera | Way::Unknown) | None => {}
    }
    let (width, height) = facts.size;
    let (short, long) = (width.min(height), width.max(height));
    // Phones' screens are much longer than any camera's frame; cameras sign their files and do not write PNG.
    let long_screen = short > 0 && u64::from(long) * 100 >= u64::from(short) * 195;
    let screen_wide = (640..=1_600).contains(&short);
    if facts.claim.camera.is_none()
        && facts.way != Some(Way::Camera)
        && screen_wide
        && (facts.is_png || long_screen)
    {
        raised.push(flag(PhotoFlag::Screenshot, FlagReason::default(), None));
    }
}
