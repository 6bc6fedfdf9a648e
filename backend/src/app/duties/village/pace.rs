//! How often strangers may ask: by address and by link, within one process. What is over the limit costs one look into a map.

use crate::domain::clock::Instant;
use chrono::TimeDelta;
use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::{Mutex, PoisonError},
};
use uuid::Uuid;

/// A window of counting.
const WINDOW: TimeDelta = TimeDelta::minutes(1);
/// Requests of one address in a window; a village may sit behind one.
const PER_ADDRESS: u32 = 120;
/// Of those, with a token that is none.
const WRONG_PER_ADDRESS: u32 = 20;
/// Requests with one link in a window: the page, six photos, tries on a weak line.
const PER_LINK: u32 = 60;
/// Far above what comes in a minute; only a bound.
const MOST: usize = 50_000;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Address(String),
    Wrong(String),
    Link(Uuid),
}

/// Counts of the present window, and the links that send something right now.
#[derive(Debug, Default)]
pub struct Pace {
    counts: Mutex<HashMap<Key, (Instant, u32)>>,
    sending: Mutex<HashSet<Uuid>>,
}

/// Held while a link sends a photo: one after the other.
pub struct Sending<'a> {
    pace: &'a Pace,
    link: Uuid,
}

impl Drop for Sending<'_> {
    fn drop(&mut self) {
        self.pace.sending.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.link);
    }
}

impl Pace {
    /// Whether this address may ask now.
    pub fn address(&self, address: Option<&str>, now: Instant) -> bool {
        let address = network(address);
        self.is_below(&Key::Wrong(address.clone()), WRONG_PER_ADDRESS, now)
            && self.count(Key::Address(address), PER_ADDRESS, now)
    }

    /// A token that is none came from this address.
    pub fn wrong(&self, address: Option<&str>, now: Instant) {
        self.count(Key::Wrong(network(address)), WRONG_PER_ADDRESS, now);
    }

    /// Whether this link may be used now.
    pub fn link(&self, link: Uuid, now: Instant) -> bool {
        self.count(Key::Link(link), PER_LINK, now)
    }

    /// The right to send a photo by this link; `None` while another request does.
    pub fn send(&self, link: Uuid) -> Option<Sending<'_>> {
        let mut sending = self.sending.lock().unwrap_or_else(PoisonError::into_inner);
        // Made only where the link was free: what is dropped ends the sending of whoever was first.
        sending.insert(link).then(|| Sending { pace: self, link })
    }

    fn is_below(&self, key: &Key, most: u32, now: Instant) -> bool {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.get(key).is_none_or(|(since, n)| now - *since >= WINDOW || *n < most)
    }

    fn count(&self, key: Key, most: u32, now: Instant) -> bool {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST {
            counts.retain(|_, (since, _)| now - *since < WINDOW);
        }
        if counts.len() >= MOST && !counts.contains_key(&key) {
            // A flood from everywhere: whoever is new waits, whoever is known goes on.
            return false;
        }
        let (since, n) = counts.entry(key).or_insert((now, 0));
        if now - *since >= WINDOW || now < *since {
            (*since, *n) = (now, 0);
        }
        *n = n.saturating_add(1);
        *n <= most
    }
}

/// One customer's network: an IPv6 line has many addresses.
fn network(address: Option<&str>) -> String {
    match address.map(|text| (text, text.parse::<IpAddr>())) {
        Some((_, Ok(IpAddr::V6(six)))) if six.to_ipv4_mapped().is_none() => {
            format!("{:x?}", &six.segments()[..4])
        }
        Some((text, _)) => text.to_owned(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_waits_for_the_next_minute_and_a_guesser_too() {
        let (pace, now) = (Pace::default(), Instant::UNIX_EPOCH);
        let link = Uuid::from_u128(1);
        assert!((0..PER_LINK).all(|_| pace.link(link, now)));
        assert!(!pace.link(link, now) && pace.link(Uuid::from_u128(2), now));
        assert!(pace.link(link, now + WINDOW));
        for _ in 0..WRONG_PER_ADDRESS {
            assert!(pace.address(Some("10.0.0.1"), now));
            pace.wrong(Some("10.0.0.1"), now);
        }
        assert!(!pace.address(Some("10.0.0.1"), now) && pace.address(Some("10.0.0.2"), now));
        assert!(pace.address(Some("10.0.0.1"), now + WINDOW));
    }

    #[test]
    fn one_line_of_the_newer_kind_is_one_address() {
        assert_eq!(network(Some("2001:db8:1:2::7")), network(Some("2001:db8:1:2:ffff::1")));
        assert_ne!(network(Some("2001:db8:1:2::7")), network(Some("2001:db8:1:3::7")));
        assert_ne!(network(Some("::ffff:10.0.0.1")), network(Some("::ffff:10.0.0.2")));
    }

    #[test]
    fn a_link_sends_one_photo_at_a_time() {
        let (pace, link) = (Pace::default(), Uuid::from_u128(1));
        let first = pace.send(link);
        assert!(first.is_some() && pace.send(link).is_none());
        drop(first);
        assert!(pace.send(link).is_some());
    }
}
