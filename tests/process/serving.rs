//! Starting, stopping and migrating.

use lalian_tests::backend::{Backend, sqlite_url};
use lalian_tests::http::Http;
use lalian_tests::postgres::Cluster;
use lalian_tests::program::{Finished, Program, command, run};
use lalian_tests::stories;
use tempfile::TempDir;

/// A folder and an empty database.
struct Empty {
    backend: Backend,
    folder: TempDir,
    database: String,
}

impl Empty {
    async fn start(backend: Backend) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = match backend {
            Backend::Sqlite => sqlite_url(&folder.path().join("lalian.db")),
            Backend::Postgres => Cluster::durable().empty().await,
        };
        Self { backend, folder, database }
    }

    fn command(&self, arguments: &[&str]) -> tokio::process::Command {
        let mut command = command(self.folder.path(), arguments);
        command.env("LALIAN_DATABASE", &self.database).env("LALIAN_DATA", self.folder.path());
        command
    }

    fn serve(&self) -> Program {
        Program::start(self.command(&["serve", "--bind", "127.0.0.1:0"]))
    }

    async fn migrate(&self) -> Finished {
        run(&mut self.command(&["migrate"])).await
    }
}

/// A log in which nothing warns and nothing broke.
#[track_caller]
fn assert_clean(finished: &Finished) {
    assert!(finished.status.success(), "{}: {}", finished.status, finished.output);
    let complaint = finished.output.lines().find(|line| {
        ["ERROR", "WARN", "panicked", "\"level\":\"error\"", "\"level\":\"warn\""]
            .iter()
            .any(|word| line.contains(word))
    });
    assert_eq!(complaint, None, "{}", finished.output);
}

stories! {
    async fn it_starts_answers_and_stops_when_asked_with_a_clean_log(empty: Empty) {
        empty.migrate().await;
        let mut program = empty.serve();
        let http = Http::new(program.url().await);
        let answer = http.get("/api/v1/health").await.expect(200);
        assert_eq!((answer.at("/alive"), answer.at("/ready")), (true.into(), true.into()));
        assert!(!answer.header("lalian-epoch").is_empty() && !answer.header("x-request-id").is_empty(), "{answer}");
        let finished = program.terminate().await;
        assert_clean(&finished);
    }

    async fn an_empty_installation_says_how_the_first_account_is_made(empty: Empty) {
        empty.migrate().await;
        let mut program = Program::start(empty.command(&["serve", "--bind", "127.0.0.1:0", "--public-url", "https://lalian.example/"]));
        let http = Http::new(program.url().await);
        let health = http.get("/api/v1/health").await.expect(200);
        assert_eq!((health.at("/accounts"), health.at("/public_url")), (false.into(), "https://lalian.example".into()), "{health}");
        let made = run(&mut empty.command(&["user", "add", "admin", "--name", "管理员", "--role", "platform_admin"])).await;
        assert!(made.status.success(), "{}", made.output);
        assert_eq!(http.get("/api/v1/health").await.expect(200).at("/accounts"), true);
        let finished = program.terminate().await;
        assert!(finished.output.contains("lalian user add admin --name 管理员 --role platform_admin"), "{}", finished.output);
        let mut again = empty.serve();
        Http::new(again.url().await).get("/api/v1/health").await.expect(200);
        assert!(!again.terminate().await.output.contains("user add"), "only until there is one");
    }

    async fn a_request_under_way_is_finished_before_it_stops(empty: Empty) {
        empty.migrate().await;
        let mut program = empty.serve();
        let http = Http::new(program.url().await);
        http.get("/api/v1/health").await.expect(200);
        // A kept-alive connection must not hold it up either.
        let from = std::time::Instant::now();
        let finished = program.terminate().await;
        assert!(from.elapsed() < std::time::Duration::from_secs(10), "{:?}", from.elapsed());
        assert_clean(&finished);
    }

    async fn two_migrations_at_once_both_end_well(empty: Empty) {
        if empty.backend == Backend::Sqlite {
            let (one, other) = tokio::join!(empty.migrate(), empty.migrate());
            assert!(one.status.success() || other.status.success(), "{}\n{}", one.output, other.output);
        } else {
            let (one, two, three, four) = tokio::join!(empty.migrate(), empty.migrate(), empty.migrate(), empty.migrate());
            for finished in [one, two, three, four] {
                assert_clean(&finished);
            }
        }
        assert_clean(&empty.migrate().await);
    }

    async fn on_postgres_it_waits_for_the_migration_and_then_serves(empty: Empty) {
        let mut program = empty.serve();
        let http = Http::new(program.url().await);
        if empty.backend == Backend::Postgres {
            http.get("/api/v1/health").await.expect(503);
            http.get("/api/v1/tickets").await.expect_problem(503, "not_ready");
            assert!(empty.migrate().await.status.success());
        }
        for _ in 0..200 {
            if http.get("/api/v1/health").await.status == 200 {
                program.terminate().await;
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("never ready:\n{}", program.log().join("\n"));
    }

    async fn a_killed_server_starts_again_on_the_same_data(empty: Empty) {
        empty.migrate().await;
        let mut program = empty.serve();
        let epoch = Http::new(program.url().await).get("/api/v1/health").await.expect(200).header("lalian-epoch").to_owned();
        program.kill().await;
        let mut program = empty.serve();
        let answer = Http::new(program.url().await).get("/api/v1/health").await.expect(200);
        assert_eq!(answer.header("lalian-epoch"), epoch, "a crash is not a restore");
        assert_clean(&program.terminate().await);
    }
}

#[test]
fn a_second_server_on_the_same_sqlite_file_is_refused() {
    lalian_tests::story::run(async {
        let empty = Empty::start(Backend::Sqlite).await;
        let mut first = empty.serve();
        first.url().await;
        let second = run(&mut empty.command(&["serve", "--bind", "127.0.0.1:0"])).await;
        assert!(!second.status.success(), "{}", second.output);
        first.terminate().await;
    });
}

#[test]
fn a_demo_that_runs_is_not_reset_under_its_feet() {
    lalian_tests::story::run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let demo = |more: &[&str]| {
            let mut arguments =
                vec!["demo", "--empty", "--bind", "127.0.0.1:0", "--pwa", "none", "--data", "county"];
            arguments.extend(more);
            command(folder.path(), &arguments)
        };
        let mut running = Program::start(demo(&[]));
        let url = running.url().await;
        let refused = run(&mut demo(&["--reset"])).await;
        assert!(!refused.status.success(), "{}", refused.output);
        assert!(!refused.output.contains("-demo"), "no new passwords: {}", refused.output);
        Http::new(url).get("/api/v1/health").await.expect(200);
        running.terminate().await;
    });
}
