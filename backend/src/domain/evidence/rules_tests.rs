//! Each case of domain.md 4.7, alone, and honest photos that must raise nothing.

use super::{
    fingerprint::Likeness,
    flag::{PhotoFlag, Strength},
    rules::*,
};
use crate::domain::{clock::Instant, places::position::Point};
use chrono::{NaiveDate, TimeDelta, TimeZone, Utc};
use uuid::Uuid;

fn at(day: u32, hour: u32, minute: u32) -> Instant {
    Utc.with_ymd_and_hms(2026, 11, day, hour, minute, 0).unwrap()
}

fn spot(lon: f64, lat: f64, accuracy: f64) -> Spot {
    Spot { point: Point::new(lon, lat).unwrap(), accuracy_m: Some(accuracy) }
}

/// An after-photo as it should be: taken by the camera, on the spot, after the fault was found.
fn honest() -> PhotoFacts {
    PhotoFacts {
        is_proof: true,
        taken_at: Some(at(24, 2, 0)),
        sealed_at: Some(at(24, 2, 10)),
        found_at: Some(at(22, 1, 0)),
        way: Some(Way::Camera),
        spot: Some(spot(105.0, 30.0, 12.0)),
        target: Some(spot(105.0003, 30.0, 20.0)),
        size: (1200, 1600),
        zone_minutes: 480,
        ..PhotoFacts::default()
    }
}

fn alike(bits: u32, same_bytes: bool, relation: Relation) -> Alike {
    Alike {
        operation_id: Uuid::from_u128(1),
        file_id: Uuid::from_u128(2),
        same_bytes,
        bits,
        likeness: Likeness::Plain,
        relation,
        is_proof: false,
    }
}

fn flags(facts: &PhotoFacts) -> Vec<(PhotoFlag, Strength)> {
    weigh(facts, &EvidenceRules::default()).into_iter().map(|one| (one.flag, one.strength)).collect()
}

fn changed(change: impl FnOnce(&mut PhotoFacts)) -> Vec<(PhotoFlag, Strength)> {
    let mut facts = honest();
    change(&mut facts);
    flags(&facts)
}

#[test]
fn an_honest_photo_raises_nothing() {
    assert_eq!(flags(&honest()), []);
}

#[test]
fn the_same_bytes_are_told_by_where_the_other_photo_stands() {
    let of = |relation| changed(|facts| facts.alike = vec![alike(0, true, relation)]);
    assert_eq!(of(Relation::Before), [(PhotoFlag::SameAsBefore, Strength::Strong)]);
    assert_eq!(of(Relation::EarlierAttempt), [(PhotoFlag::SameAsOther, Strength::Strong)]);
    assert_eq!(of(Relation::Elsewhere), [(PhotoFlag::SameAsOther, Strength::Strong)]);
    assert_eq!(of(Relation::SameSite), [(PhotoFlag::ManyTickets, Strength::Look)]);
}

#[test]
fn near_pictures_are_strong_and_resembling_ones_are_looked_at() {
    let of = |bits, relation| changed(|facts| facts.alike = vec![alike(bits, false, relation)]);
    assert_eq!(of(20, Relation::Before), [(PhotoFlag::LikeBefore, Strength::Strong)]);
    assert_eq!(of(50, Relation::Before), [(PhotoFlag::ResemblesBefore, Strength::Look)]);
    assert_eq!(of(65, Relation::Before), []);
    assert_eq!(of(31, Relation::Elsewhere), [(PhotoFlag::LikeOther, Strength::Strong)]);
    assert_eq!(of(32, Relation::Elsewhere), [(PhotoFlag::ResemblesOther, Strength::Weak)]);
}

#[test]
fn the_nearest_of_many_stands_for_all() {
    let raised = changed(|facts| {
        facts.alike = (10..20).map(|bits| alike(bits, false, Relation::Elsewhere)).collect();
    });
    assert_eq!(raised, [(PhotoFlag::LikeOther, Strength::Strong)]);
}

#[test]
fn distance_counts_beyond_what_both_positions_may_be_off() {
    // 0.003 degrees of longitude are 289 m here.
    let far = |accuracy| changed(|facts| facts.spot = Some(spot(105.0033, 30.0, accuracy)));
    assert_eq!(far(10.0), [(PhotoFlag::TakenElsewhere, Strength::Strong)]);
    assert_eq!(far(99.0), [(PhotoFlag::TakenElsewhere, Strength::Strong)]);
    let doubtful = changed(|facts| facts.spot = Some(spot(105.0033, 30.0, 140.0)));
    assert_eq!(doubtful, [(PhotoFlag::CoarsePosition, Strength::Weak)]);
}

#[test]
fn a_missing_or_coarse_position_is_never_strong_whatever_a_county_says() {
    let mut rules = EvidenceRules::default();
    for flag in [PhotoFlag::NoPosition, PhotoFlag::CoarsePosition] {
        rules.strengths.insert(flag.as_str().into(), Strength::Strong);
        assert_eq!(rules.strength(flag), Strength::Look);
    }
    assert_eq!(changed(|facts| facts.spot = None), [(PhotoFlag::NoPosition, Strength::Weak)]);
}

#[test]
fn a_county_switches_flags_off_and_weighs_them_otherwise() {
    let mut facts = honest();
    facts.alike = vec![alike(50, false, Relation::Before)];
    let mut rules = EvidenceRules::default();
    rules.strengths.insert("resembles_before".into(), Strength::Off);
    assert_eq!(weigh(&facts, &rules), []);
    rules.strengths.insert("resembles_before".into(), Strength::Strong);
    assert_eq!(weigh(&facts, &rules)[0].strength, Strength::Strong);
}

#[test]
fn times_that_cannot_be() {
    let before = changed(|facts| facts.taken_at = Some(at(22, 0, 0)));
    assert_eq!(before, [(PhotoFlag::TakenBefore, Strength::Strong)]);
    let old = changed(|facts| facts.sealed_at = Some(at(28, 2, 0)));
    assert_eq!(old, [(PhotoFlag::OldPicture, Strength::Look)]);
    let clock = changed(|facts| facts.clock_offset = TimeDelta::minutes(-45));
    assert_eq!(clock, [(PhotoFlag::ClockOff, Strength::Look)]);
    // A few minutes of a clock never make a photo older than its fault.
    assert_eq!(changed(|facts| facts.found_at = Some(at(24, 2, 5))), []);
    // A photo that shows how it is has no fault that was found before.
    assert_eq!(
        changed(|facts| {
            facts.is_proof = false;
            facts.found_at = Some(at(25, 0, 0));
        }),
        []
    );
}

#[test]
fn what_the_file_says_is_held_against_what_the_phone_said() {
    let local = |hour: u32| NaiveDate::from_ymd_opt(2026, 11, 24).unwrap().and_hms_opt(hour, 5, 0);
    // Ten in the morning here is two in UTC, and cameras write either.
    for hour in [10, 2] {
        assert_eq!(changed(|facts| facts.claim.taken = local(hour)), [], "{hour}");
    }
    let other = changed(|facts| facts.claim.taken = local(16));
    assert_eq!(other, [(PhotoFlag::ExifTimeDiffers, Strength::Look)]);
    let place = changed(|facts| facts.claim.point = Point::new(105.01, 30.0).ok());
    assert_eq!(place, [(PhotoFlag::ExifPlaceDiffers, Strength::Look)]);
    assert_eq!(changed(|facts| facts.claim.point = Point::new(105.001, 30.0).ok()), []);
}

#[test]
fn ways_into_the_phone() {
    let album = |reason| changed(|facts| facts.way = Some(Way::Album { reason }));
    assert_eq!(album(true), [(PhotoFlag::FromAlbumWithReason, Strength::Weak)]);
    assert_eq!(album(false), [(PhotoFlag::FromAlbum, Strength::Look)]);
    let screen = |size, png, way| {
        changed(|facts| {
            facts.size = size;
            facts.is_png = png;
            facts.way = Some(way);
        })
    };
    assert_eq!(screen((1080, 2340), false, Way::Unknown), [(PhotoFlag::Screenshot, Strength::Look)]);
    assert_eq!(screen((1080, 1920), true, Way::Unknown), [(PhotoFlag::Screenshot, Strength::Look)]);
    assert_eq!(screen((1080, 1920), false, Way::Unknown), []);
    assert_eq!(screen((1080, 2340), false, Way::Camera), []);
}

#[test]
fn journeys_that_nobody_makes() {
    let shot = |lon: f64, minutes: i64| Shot {
        at: at(24, 2, 0) - TimeDelta::minutes(minutes),
        point: Point::new(lon, 30.0).unwrap(),
    };
    let after = |shot| changed(|facts| facts.neighbours = vec![shot]);
    // 9.6 km in two minutes, in ten, and half a kilometre in no time.
    assert_eq!(after(shot(105.1, 2)), [(PhotoFlag::ImpossibleSpeed, Strength::Look)]);
    assert_eq!(after(shot(105.1, 10)), []);
    assert_eq!(after(shot(105.005, 0)), []);
    let twin = changed(|facts| facts.position_twin = Some((Uuid::nil(), Uuid::nil())));
    assert_eq!(twin, [(PhotoFlag::PositionRepeated, Strength::Look)]);
}

#[test]
fn words_never_accuse_and_name_no_other_place() {
    for flag in PhotoFlag::ALL {
        let ((zh, en), (own_zh, own_en)) = (flag.words(), flag.own_words());
        for text in [zh, own_zh] {
            for word in ["造假", "作假", "弄虚", "欺骗", "虚假"] {
                assert!(!text.contains(word), "{}: {text}", flag.as_str());
            }
        }
        for text in [en, own_en] {
            assert!(!text.to_lowercase().contains("fake") && !text.to_lowercase().contains("fraud"));
        }
        assert!(!own_zh.contains("另一处") && !own_en.contains("another place"), "{}", flag.as_str());
        assert_eq!(PhotoFlag::parse(flag.as_str()), Some(*flag));
    }
}
