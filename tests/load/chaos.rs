//! `chaos`: visits with photos through a storm to a server that is killed again and again, then the oracle's counts.

use std::sync::OnceLock;

use lalian_tests::backend::Backend;
use lalian_tests::chaos::{Plan, Sabotage, run, shown};
use lalian_tests::photo;
use lalian_tests::place::Place;

use crate::payloads::{Payload, stamped};

/// How much.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub visits: usize,
    pub kills: usize,
    pub seed: u64,
}

/// Photos of a visit, as published.
const PHOTOS: usize = 6;

/// Runs one database and prints its line; false when anything is missing or doubled.
pub async fn measure(backend: Backend, size: Size) -> bool {
    let place = Place::start(backend).await;
    let plan = Plan {
        seed: size.seed,
        visits: size.visits,
        photos: PHOTOS,
        phones: 8,
        kills: size.kills,
        photo: photo_of,
        sabotage: Sabotage::None,
    };
    let outcome = run(&place, &plan).await;
    print!("{}", shown(&outcome.verdict));
    println!(
        "  {}: {:.1} MB of photos, {:.3} times sent; {} answers lost among the cuts, {} apps killed; {:.0} s, seed {}",
        backend.name(),
        outcome.photo_bytes as f64 / 1e6,
        outcome.photo_bytes_sent as f64 / outcome.photo_bytes as f64,
        outcome.lost_answers,
        outcome.app_deaths,
        outcome.elapsed.as_secs_f64(),
        size.seed,
    );
    println!(
        "chaos: database={} visits={} photos={} cuts={} kills={} missing={} doubled={}",
        backend.name(),
        outcome.visits,
        outcome.photos,
        outcome.cuts,
        outcome.kills,
        outcome.verdict.missing.len(),
        outcome.verdict.doubled.len(),
    );
    outcome.verdict.is_clean()
}

/// One visit in fifty carries the comparison's photo of 300,959 bytes; the others are small, so that 60,000 fit into a run.
fn photo_of(seed: u64, number: usize, index: usize) -> Vec<u8> {
    static BASE: OnceLock<Vec<u8>> = OnceLock::new();
    if (number % 50, index) == (0, 0) {
        let base = BASE.get_or_init(|| Payload::B.base_photo().expect("B has a photo"));
        stamped(base, number as u64, seed, index)
    } else {
        photo::stamp(
            &photo::tiny(number as u64),
            &[seed.to_be_bytes(), (index as u64).to_be_bytes()].concat(),
        )
    }
}
