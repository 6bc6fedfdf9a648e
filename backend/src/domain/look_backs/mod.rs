//! Looking back 回头看 (R66): closed tickets drawn at random and looked at again. From the same seed and the same candidates anybody
//! comes to the same draw.

use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A closed ticket that can be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    pub ticket_id: Uuid,
    pub township_id: Uuid,
    /// Of a township where a repair turned out not to be done.
    pub flagged: bool,
}

/// How much of each township is drawn, in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shares {
    pub plain: u32,
    pub flagged: u32,
}

/// Draws from each township its share, rounded up: in the order of SHA-256 over seed and ticket id.
pub fn draw(seed: &str, candidates: &[Candidate], shares: Shares) -> BTreeSet<Uuid> {
    let mut townships: BTreeMap<Uuid, Vec<&Candidate>> = BTreeMap::new();
    for candidate in candidates {
        townships.entry(candidate.township_id).or_default().push(candidate);
    }
    let mut drawn = BTreeSet::new();
    for of in townships.values_mut() {
        let flagged = of.iter().any(|candidate| candidate.flagged);
        let percent = if flagged { shares.flagged } else { shares.plain };
        let wanted = (of.len() * usize::try_from(percent.min(100)).unwrap_or(100)).div_ceil(100);
        of.sort_by_cached_key(|candidate| rank(seed, candidate.ticket_id));
        drawn.extend(of.iter().take(wanted).map(|candidate| candidate.ticket_id));
    }
    drawn
}

fn rank(seed: &str, ticket: Uuid) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(seed.as_bytes());
    hash.update(b"\n");
    hash.update(ticket.to_string().as_bytes());
    hash.finalize().into()
}

/// Where a candidate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemState {
    NotDrawn,
    Waiting,
    Held,
    NotHeld,
    /// The draw was made again before anybody looked.
    Dropped,
}

impl ItemState {
    pub const ALL: [ItemState; 5] = [Self::NotDrawn, Self::Waiting, Self::Held, Self::NotHeld, Self::Dropped];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotDrawn => "not_drawn",
            Self::Waiting => "waiting",
            Self::Held => "held",
            Self::NotHeld => "not_held",
            Self::Dropped => "dropped",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates(n: u128, township: u128, flagged: bool) -> Vec<Candidate> {
        let of = |i| Candidate {
            ticket_id: Uuid::from_u128(township * 1_000 + i),
            township_id: Uuid::from_u128(township),
            flagged,
        };
        (0..n).map(of).collect()
    }

    const SHARES: Shares = Shares { plain: 10, flagged: 30 };

    #[test]
    fn the_same_seed_draws_the_same_whatever_the_order() {
        let mut all = [candidates(25, 1, false), candidates(10, 2, true), candidates(1, 3, false)].concat();
        let drawn = draw("5eed", &all, SHARES);
        all.reverse();
        assert_eq!(draw("5eed", &all, SHARES), drawn);
        assert_ne!(draw("other", &all, SHARES), drawn);
        let of = |township: u128| drawn.iter().filter(|id| id.as_u128() / 1_000 == township).count();
        assert_eq!((of(1), of(2), of(3)), (3, 3, 1), "shares are rounded up");
    }

    /// So that anybody can hold a program of his own against ours: `printf '%s\n%s' SEED ID | sha256sum`, lowest first.
    #[test]
    fn a_draw_that_can_be_checked_by_hand() {
        let rank = rank("00ff", Uuid::from_u128(1));
        let hex = crate::domain::field::media::Sha256::new(rank).to_string();
        assert_eq!(hex, "5ab53bee3a77a28ac7a16bb957e97476813a59851842ea40832ab232b7587a23");
        assert_eq!(draw("00ff", &candidates(3, 0, false), Shares { plain: 0, flagged: 0 }), BTreeSet::new());
        assert_eq!(draw("00ff", &candidates(3, 0, false), Shares { plain: 100, flagged: 0 }).len(), 3);
    }
}
