//! A desk write under a key happens once, whatever the network does to its answer.

use lalian::{
    app::{App, AppError, AppResult, Caller, Once, Origin, caller::Proof},
    config::Config,
    domain::problem::Code,
    server,
    store::{Store, meta},
};
use lalian_tests::{
    backend::{Backend, Database},
    stories,
};
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;
use uuid::Uuid;

struct Desk {
    app: App,
    caller: Caller,
    runs: AtomicUsize,
    _database: Database,
    _folder: TempDir,
}

impl Desk {
    async fn start(backend: Backend) -> Self {
        let database = Database::migrated(backend).await;
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config { database: database.url.clone().into(), ..Config::for_testing(folder.path()) };
        let app = server::open(&config).await.expect("it opens");
        Self { app, caller: somebody(1), runs: AtomicUsize::new(0), _database: database, _folder: folder }
    }

    /// Counts up and stores the count, once per key.
    async fn count(&self, caller: &Caller, key: &str, asked: &str) -> AppResult<usize> {
        self.count_unless(caller, key, asked, false).await
    }

    async fn count_unless(&self, caller: &Caller, key: &str, asked: &str, fails: bool) -> AppResult<usize> {
        let once = Once { key: key.to_owned(), fingerprint: asked.to_owned() };
        self.app
            .idempotent(caller, &once, async |tx| {
                let run = self.runs.fetch_add(1, Ordering::Relaxed) + 1;
                meta::set(tx, "count", run.to_string()).await?;
                if fails { Err(Code::WrongState.into()) } else { Ok(run) }
            })
            .await
    }

    async fn stored(&self) -> Option<String> {
        meta::get(self.app.store.read(), "count").await.expect("read")
    }
}

fn somebody(number: u128) -> Caller {
    Caller {
        person_id: Uuid::from_u128(number),
        county_id: None,
        device_id: None,
        proof: Proof::System,
        posts: Vec::new(),
        post: None,
        origin: Origin::default(),
    }
}

fn code(outcome: AppResult<usize>) -> Code {
    match outcome {
        Err(AppError::Problem(problem)) => problem.code,
        other => panic!("no problem but {other:?}"),
    }
}

stories! {
    async fn the_second_time_gets_the_first_answer(desk: Desk) {
        assert_eq!(desk.count(&desk.caller, "k", "body").await.expect("done"), 1);
        assert_eq!(desk.count(&desk.caller, "k", "body").await.expect("replayed"), 1);
        assert_eq!(desk.count(&desk.caller, "other", "body").await.expect("done"), 2);
    }

    async fn a_key_stands_for_one_intention(desk: Desk) {
        desk.count(&desk.caller, "k", "body").await.expect("done");
        assert_eq!(code(desk.count(&desk.caller, "k", "another body").await), Code::IdReused);
        assert_eq!(desk.stored().await.as_deref(), Some("1"), "nothing changed");
    }

    async fn two_people_may_use_the_same_key(desk: Desk) {
        desk.count(&desk.caller, "k", "body").await.expect("done");
        assert_eq!(desk.count(&somebody(2), "k", "body").await.expect("done"), 2);
    }

    async fn a_failure_leaves_the_key_free(desk: Desk) {
        assert_eq!(code(desk.count_unless(&desk.caller, "k", "body", true).await), Code::WrongState);
        assert_eq!(desk.stored().await, None, "nothing half done");
        assert_eq!(desk.count(&desk.caller, "k", "body").await.expect("done"), 2);
    }

    async fn twins_at_the_same_moment_happen_once(desk: Desk) {
        let twins = (0..8).map(|_| desk.count(&desk.caller, "k", "body"));
        let answers = futures_util::future::join_all(twins).await;
        let stored = desk.stored().await.expect("stored");
        for answer in answers {
            assert_eq!(answer.expect("one answer for all").to_string(), stored);
        }
    }
}

#[test]
fn several_operators_may_migrate_at_once() {
    lalian_tests::story::run(async {
        let database = Database::clone_of(Backend::Postgres, "empty", async |_url| {}).await;
        let migrate = async || {
            let store = Store::connect(&database.url).await.expect("connect");
            store.migrate().await.expect("migrated, whoever was first");
            assert_eq!(store.pending_migrations().await.expect("asked"), 0);
            store.close().await;
        };
        tokio::join!(migrate(), migrate(), migrate(), migrate());
    });
}
