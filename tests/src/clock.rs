//! Time and chance as a test wants them.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use lalian::domain::clock::{Clock, Instant};
use lalian::domain::random::Random;

use crate::photo::Noise;

/// A clock that stands until it is moved.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// Monday, 2026-11-23, 09:00 in Shanghai: a working day, in working hours.
    pub fn new() -> Arc<Self> {
        let start = DateTime::parse_from_rfc3339("2026-11-23T09:00:00+08:00").expect("an instant");
        Arc::new(Self(AtomicI64::new(start.timestamp_micros())))
    }

    /// Moves on.
    pub fn advance(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_microseconds().expect("less than 292,000 years"), Ordering::Relaxed);
    }

    /// Jumps.
    pub fn set(&self, to: DateTime<Utc>) {
        self.0.store(to.timestamp_micros(), Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        DateTime::from_timestamp_micros(self.0.load(Ordering::Relaxed)).expect("an instant")
    }
}

/// Randomness that a seed decides.
#[derive(Debug)]
pub struct Seeded(Mutex<Noise>);

impl Seeded {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Noise::new(seed))))
    }
}

impl Random for Seeded {
    fn fill(&self, buffer: &mut [u8]) {
        let mut noise = self.0.lock().expect("no holder panics");
        buffer.fill_with(|| noise.next().expect("endless"));
    }
}
