//! The one writing door: what returns is durable, what fails undoes only itself, whoever else is writing.

use std::sync::Arc;
use std::time::Duration;

use lalian::store::{Error, Store, meta};
use lalian_tests::backend::{Backend, Database};
use lalian_tests::stories;
use tokio::sync::Notify;
use tokio::task::JoinSet;

struct Door {
    store: Arc<Store>,
    database: Database,
}

impl Door {
    async fn start(backend: Backend) -> Self {
        let database = Database::migrated(backend).await;
        let store = Arc::new(Store::connect(&database.url).await.expect("connect"));
        Self { store, database }
    }

    async fn value(&self, key: &str) -> Option<String> {
        // Another connection, as another process would look.
        let other = Store::connect(&self.database.url).await.expect("connect");
        let value = meta::get(other.read(), key).await.expect("read");
        other.close().await;
        value
    }
}

async fn set(store: &Store, key: &str, value: &str) -> Result<(), Error> {
    store.write(async |tx| meta::set(tx, key, value.to_owned()).await).await
}

fn refusal() -> Error {
    Error::Commit("the closure changed its mind".to_owned())
}

stories! {
    async fn what_has_returned_is_seen_from_outside(door: Door) {
        set(&door.store, "a", "1").await.expect("written");
        assert_eq!(door.value("a").await.as_deref(), Some("1"));
    }

    async fn a_failing_closure_undoes_itself_and_nobody_else(door: Door) {
        let mut writers = JoinSet::new();
        for number in 0..60 {
            let store = Arc::clone(&door.store);
            writers.spawn_local(async move {
                let result: Result<(), Error> = store.write(async |tx| {
                    meta::set(tx, &format!("key-{number}"), "stored".to_owned()).await?;
                    if number % 3 == 0 { Err(refusal()) } else { Ok(()) }
                }).await;
                (number, result.is_ok())
            });
        }
        for (number, stored) in writers.join_all().await {
            assert_eq!(stored, number % 3 != 0);
            assert_eq!(door.value(&format!("key-{number}")).await.is_some(), stored, "key-{number}");
        }
    }

    /// A client that hangs up drops its request half way; what the others wrote with it must survive.
    async fn a_dropped_closure_undoes_itself_and_nobody_else(door: Door) {
        for round in 0..20 {
            let half_way = Arc::new(Notify::new());
            let (store, signal) = (Arc::clone(&door.store), Arc::clone(&half_way));
            let dropped = tokio::task::spawn_local(async move {
                store.write(async |tx| {
                    meta::set(tx, &format!("dropped-{round}"), "must not be seen".to_owned()).await?;
                    signal.notify_one();
                    tokio::time::sleep(Duration::from_secs(60)).await;
                    Ok::<(), Error>(())
                }).await
            });
            half_way.notified().await;
            let mut others = JoinSet::new();
            for other in 0..4 {
                let store = Arc::clone(&door.store);
                others.spawn_local(async move { set(&store, &format!("kept-{round}-{other}"), "1").await });
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
            dropped.abort();
            for result in others.join_all().await {
                result.expect("the others are stored");
            }
            assert_eq!(door.value(&format!("dropped-{round}")).await, None);
            for other in 0..4 {
                assert!(door.value(&format!("kept-{round}-{other}")).await.is_some());
            }
        }
    }

    /// Dropping a caller that only waits for the commit must not lose what it wrote, nor stop the flusher.
    async fn a_caller_dropped_while_waiting_for_the_commit_leaves_the_door_open(door: Door) {
        for round in 0..40_u64 {
            let store = Arc::clone(&door.store);
            let task = tokio::task::spawn_local(async move { set(&store, &format!("maybe-{round}"), "1").await });
            tokio::time::sleep(Duration::from_micros(100 * round)).await;
            task.abort();
            let _ = task.await;
            let number = round.to_string();
            let written = tokio::time::timeout(Duration::from_secs(5), set(&door.store, "after", &number));
            written.await.expect("the door is not stuck").expect("written");
        }
        assert_eq!(door.value("after").await.as_deref(), Some("39"));
    }

    async fn what_returned_is_there_after_the_store_was_closed_at_once(door: Door) {
        let mut writers = JoinSet::new();
        for number in 0..30 {
            let store = Arc::clone(&door.store);
            writers.spawn_local(async move { set(&store, &format!("late-{number}"), "1").await.is_ok().then_some(number) });
        }
        tokio::time::sleep(Duration::from_millis(3)).await;
        door.store.close().await;
        for number in writers.join_all().await.into_iter().flatten() {
            assert!(door.value(&format!("late-{number}")).await.is_some(), "late-{number} was acknowledged");
        }
    }
}
