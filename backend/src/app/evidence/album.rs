//! The fingerprints of a county in memory, searched from end to end: 1 M of them take a few milliseconds, and no index has to be right.
//!
//! Every search first reads what the database has gained since the last one, so each process gives the same answer.

use crate::{
    app::{App, AppError, AppResult},
    domain::{
        evidence::fingerprint::{Fingerprint, Likeness},
        field::media::Sha256,
    },
    store::evidence::pictures,
};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError, RwLock},
};
use uuid::Uuid;

/// Rows read at once while an album is filled.
const PAGE: u64 = 20_000;

/// A picture that looks like the one asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    pub sha256: Sha256,
    pub bits: u32,
    pub likeness: Likeness,
}

/// The fingerprints of one county up to a number.
#[derive(Default)]
pub struct Album {
    upto: i64,
    prints: Vec<(Sha256, Fingerprint)>,
}

impl Album {
    pub fn add(&mut self, sha256: Sha256, print: Fingerprint) {
        if !print.is_blank() {
            self.prints.push((sha256, print));
        }
    }

    /// Everything within this many bits, nearest first.
    pub fn like(&self, print: &Fingerprint, within: u32) -> Vec<Match> {
        if print.is_blank() {
            return Vec::new();
        }
        let mut found: Vec<Match> = self
            .prints
            .iter()
            .filter_map(|(sha256, other)| {
                let (bits, likeness) = print.distance(other);
                (bits <= within).then_some(Match { sha256: *sha256, bits, likeness })
            })
            .collect();
        found.sort_by_key(|one| one.bits);
        // A picture whose fingerprint was made anew is here twice until the next start.
        let mut seen = HashSet::new();
        found.retain(|one| seen.insert(one.sha256));
        found
    }

    pub fn len(&self) -> usize {
        self.prints.len()
    }

    pub fn is_empty(&self) -> bool {
        self.prints.is_empty()
    }
}

/// The albums of all counties that this process was asked about.
#[derive(Clone, Default)]
pub struct Albums {
    counties: Arc<Mutex<HashMap<Uuid, Arc<RwLock<Album>>>>>,
}

impl Albums {
    fn of(&self, county: Uuid) -> Arc<RwLock<Album>> {
        let mut counties = self.counties.lock().unwrap_or_else(PoisonError::into_inner);
        counties.entry(county).or_default().clone()
    }

    /// Forgets everything: the database was put back to an older copy.
    pub fn forget(&self) {
        self.counties.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl App {
    /// Pictures of the county within `within` bits of this one, nearest first; itself among them once it is known.
    pub async fn pictures_like(
        &self,
        county: Uuid,
        print: Fingerprint,
        within: u32,
    ) -> AppResult<Vec<Match>> {
        let album = self.albums.of(county);
        self.catch_up(county, &album).await?;
        // A scan of a million keeps a processor busy for some milliseconds: not on a thread that answers people.
        tokio::task::spawn_blocking(move || {
            album.read().unwrap_or_else(PoisonError::into_inner).like(&print, within)
        })
        .await
        .map_err(|error| AppError::Internal(format!("album: {error}")))
    }

    async fn catch_up(&self, county: Uuid, album: &RwLock<Album>) -> AppResult<()> {
        loop {
            let upto = album.read().unwrap_or_else(PoisonError::into_inner).upto;
            let (prints, last) = pictures::after(self.store.read(), county, upto, PAGE).await?;
            let Some(last) = last else { return Ok(()) };
            let mut album = album.write().unwrap_or_else(PoisonError::into_inner);
            // Somebody else caught up at the same time: what he added is not added again.
            for print in prints.iter().filter(|print| print.seq > album.upto).copied().collect::<Vec<_>>() {
                album.add(print.sha256, print.fingerprint);
            }
            album.upto = album.upto.max(last);
        }
    }
}
