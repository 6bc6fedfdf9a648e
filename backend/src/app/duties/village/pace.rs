//! How often strangers may ask: by address and by link, counted in the database, so that all processes of an installation count
//! together and a restart forgets nothing.
//!
//! What stays in this process is only what sheds load: which askers are known to be over their limit (a flood then costs one look into a
//! map and no write), and that a link sends one photo at a time (how many it sends in all is counted under its row's lock).

use crate::{
    app::{App, AppError, AppResult},
    domain::clock::Instant,
    store::{
        Store,
        duties::pace::{self, Asked},
    },
};
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
const PER_ADDRESS: i32 = 120;
/// Of those, with a token that is none.
const WRONG_PER_ADDRESS: i32 = 20;
/// Requests with one link in a window: the page, six photos, tries on a weak line.
const PER_LINK: i32 = 60;
/// Askers over their limit that this process remembers; the database knows all of them.
const MOST: usize = 50_000;

/// Who asks too much, and the links that send something right now.
#[derive(Debug, Default)]
pub struct Pace {
    over: Mutex<HashMap<String, Instant>>,
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
    /// Whether this process knows that the address has to wait.
    pub fn waits(&self, address: Option<&str>, now: Instant) -> bool {
        let network = network(address);
        self.is_over(&of_address(&network), now) || self.is_over(&of_wrong(&network), now)
    }

    /// Counts a request of this address with this link, or with a token that is none. False where somebody asks too often: whoever guesses
    /// waits with the right token too.
    pub async fn count(
        &self,
        store: &Store,
        address: Option<&str>,
        link: Option<Uuid>,
        now: Instant,
    ) -> AppResult<bool> {
        let network = network(address);
        let (address, wrong) = (of_address(&network), of_wrong(&network));
        let link = link.map(|link| format!("link/{link}"));
        if link.as_ref().is_some_and(|link| self.is_over(link, now)) {
            return Ok(false);
        }
        let over = store
            .write(async |tx| {
                let mut over = Vec::new();
                let mut judge = |key: &str, window: Asked, most: i32| {
                    if window.asked > most {
                        over.push((key.to_owned(), window.since + WINDOW));
                    }
                };
                judge(&address, pace::count(tx, &address, now, WINDOW).await?, PER_ADDRESS);
                if let Some(link) = &link {
                    // One less: nothing is counted here, and one more may come.
                    judge(&wrong, pace::asked(tx, &wrong, now, WINDOW).await?, WRONG_PER_ADDRESS - 1);
                    judge(link, pace::count(tx, link, now, WINDOW).await?, PER_LINK);
                } else {
                    judge(&wrong, pace::count(tx, &wrong, now, WINDOW).await?, WRONG_PER_ADDRESS);
                }
                Ok::<_, AppError>(over)
            })
            .await?;
        let fine = over.is_empty();
        for (key, until) in over {
            self.remember(key, until, now);
        }
        Ok(fine)
    }

    /// The right to send a photo by this link; `None` while another request does.
    pub fn send(&self, link: Uuid) -> Option<Sending<'_>> {
        let mut sending = self.sending.lock().unwrap_or_else(PoisonError::into_inner);
        // Made only where the link was free: what is dropped ends the sending of whoever was first.
        sending.insert(link).then(|| Sending { pace: self, link })
    }

    fn is_over(&self, key: &str, now: Instant) -> bool {
        let over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
        over.get(key).is_some_and(|until| runs(*until, now))
    }

    fn remember(&self, key: String, until: Instant, now: Instant) {
        let mut over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
        if over.len() >= MOST {
            over.retain(|_, until| runs(*until, now));
        }
        // A flood from everywhere: whoever finds no room here is counted by the database again.
        if over.len() < MOST {
            over.insert(key, until);
        }
    }
}

/// Whether a window that ends then is the present one; one that ends long after now was begun by a clock that has been set back since.
fn runs(until: Instant, now: Instant) -> bool {
    now < until && until - now <= WINDOW
}

impl App {
    /// Forgets what strangers asked in windows that are over. Answers how many rows.
    pub async fn sweep_pace(&self) -> AppResult<u64> {
        let before = self.clock.now() - WINDOW;
        self.store.write(async |tx| Ok::<_, AppError>(pace::forget(tx, before).await?)).await
    }
}

fn of_address(network: &str) -> String {
    format!("address/{network}")
}

fn of_wrong(network: &str) -> String {
    format!("wrong/{network}")
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
    fn who_is_over_waits_until_the_window_ends_and_no_set_back_clock_makes_it_longer() {
        let (pace, now) = (Pace::default(), Instant::UNIX_EPOCH + TimeDelta::days(1));
        let until = now + TimeDelta::seconds(20);
        pace.remember(of_wrong(&network(Some("10.0.0.1"))), until, now);
        assert!(pace.waits(Some("10.0.0.1"), now) && !pace.waits(Some("10.0.0.2"), now));
        assert!(!pace.waits(Some("10.0.0.1"), until));
        assert!(!pace.waits(Some("10.0.0.1"), now - TimeDelta::hours(1)));
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
