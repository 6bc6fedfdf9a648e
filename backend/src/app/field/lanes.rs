//! One request at a time on one upload, newest first.
//!
//! On our networks the newest request is the live one: the phone gave up the older connection, which the server has not noticed yet.
//! So a newcomer asks the holder to stop, and waits only until what the holder has is durable. This works inside one process; between
//! processes the lease row of the upload does, more slowly.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Mutex as AsyncMutex, OwnedMutexGuard, watch},
    time::timeout,
};
use uuid::Uuid;

/// Longer than making a few megabytes durable on a slow disk takes.
const PATIENCE: Duration = Duration::from_secs(15);

/// Person and upload: asking for somebody else's upload must not disturb it.
type Key = (Uuid, Uuid);

/// All uploads that a request works on now.
#[derive(Clone, Default)]
pub struct Lanes {
    lanes: Arc<Mutex<HashMap<Key, Lane>>>,
}

#[derive(Clone)]
struct Lane {
    gate: Arc<AsyncMutex<()>>,
    arrivals: Arc<watch::Sender<u64>>,
}

/// The right to work on one upload; given back when dropped.
pub struct Turn {
    lanes: Lanes,
    key: Key,
    newer: watch::Receiver<u64>,
    held: Option<OwnedMutexGuard<()>>,
}

impl Lanes {
    /// Asks whoever works on this upload to stop, and waits for the turn. `None` when the holder does not let go in time.
    pub async fn enter(&self, person: Uuid, upload: Uuid) -> Option<Turn> {
        let key = (person, upload);
        let (gate, newer) = {
            let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
            let lane = lanes
                .entry(key)
                .or_insert_with(|| Lane { gate: Arc::default(), arrivals: Arc::new(watch::Sender::new(0)) });
            lane.arrivals.send_modify(|count| *count += 1);
            (lane.gate.clone(), lane.arrivals.subscribe())
        };
        // Made before waiting, so that giving up cleans the table too.
        let mut turn = Turn { lanes: self.clone(), key, newer, held: None };
        turn.held = Some(timeout(PATIENCE, gate.lock_owned()).await.ok()?);
        Some(turn)
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.lanes.lock().unwrap().len()
    }
}

impl Turn {
    /// Resolves when somebody else wants the upload.
    pub async fn wanted(&mut self) {
        // The table keeps the sender while a turn exists; should it be gone, nobody can want anything.
        if self.newer.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.held = None;
        let mut lanes = self.lanes.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        // The only receiver left is this turn's own: nobody works or waits.
        if lanes.get(&self.key).is_some_and(|lane| lane.arrivals.receiver_count() <= 1) {
            lanes.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::sleep;

    const PERSON: Uuid = Uuid::from_u128(9);
    const UPLOAD: Uuid = Uuid::from_u128(1);

    #[tokio::test]
    async fn a_newcomer_interrupts_the_holder_and_goes_on_after_it() {
        let lanes = Lanes::default();
        let mut first = lanes.enter(PERSON, UPLOAD).await.unwrap();
        let holder = tokio::spawn(async move {
            first.wanted().await;
            sleep(Duration::from_millis(20)).await;
        });
        let second = lanes.enter(PERSON, UPLOAD).await.unwrap();
        assert!(holder.is_finished(), "the second turn began before the first one ended");
        drop(second);
        assert_eq!(lanes.len(), 0, "nothing is kept for idle uploads");
    }

    #[tokio::test]
    async fn one_who_waited_while_a_third_came_stops_at_once() {
        let lanes = Lanes::default();
        let first = lanes.enter(PERSON, UPLOAD).await.unwrap();
        let waiting = lanes.clone();
        let second = tokio::spawn(async move {
            let mut turn = waiting.enter(PERSON, UPLOAD).await.unwrap();
            turn.wanted().await;
        });
        sleep(Duration::from_millis(20)).await;
        let waiting = lanes.clone();
        let third = tokio::spawn(async move { waiting.enter(PERSON, UPLOAD).await.unwrap() });
        sleep(Duration::from_millis(20)).await;
        drop(first);
        timeout(Duration::from_secs(2), second).await.expect("the second gives way").unwrap();
        drop(third.await.unwrap());
        assert_eq!(lanes.len(), 0);
    }

    #[tokio::test]
    async fn other_uploads_do_not_wait() {
        let lanes = Lanes::default();
        let _first = lanes.enter(PERSON, UPLOAD).await.unwrap();
        for (person, upload) in [(PERSON, Uuid::from_u128(2)), (Uuid::from_u128(8), UPLOAD)] {
            assert!(timeout(Duration::from_millis(100), lanes.enter(person, upload)).await.is_ok());
        }
    }
}
