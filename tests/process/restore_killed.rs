//! A restore that is killed in the middle: what was there before is untouched, nobody works on half of it, and the same command goes on.

use std::time::Duration;

use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::backend::{Backend, sqlite_url};
use lalian_tests::demo::Demo;
use lalian_tests::photo;
use lalian_tests::place::Place;
use lalian_tests::postgres::Cluster;
use lalian_tests::program::{Finished, Program, command, run};
use lalian_tests::stories;
use lalian_tests::visit::Site;
use sea_orm::{ConnectionTrait as _, Database, Statement};

/// Lines of the record that are in the backup: enough that putting them back takes a while.
const LINES: i64 = 60_000;

/// Whether a restore is so far, by the files and rows that are there.
type Reached = fn(u64, u64) -> bool;

/// Fills the record, so that rows take a while to come back.
async fn fill(place: &Place) {
    let db = Database::connect(&place.url).await.expect("the database");
    let (numbers, now) = match place.backend {
        Backend::Sqlite => (
            format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {LINES}) "),
            "'2026-11-01 00:00:00 +00:00'",
        ),
        Backend::Postgres => (format!("WITH n(i) AS (SELECT generate_series(1, {LINES})) "), "now()"),
    };
    let sql = format!(
        "{numbers}INSERT INTO audit (at, action, noun, reason) SELECT {now}, 'lists.export', 'lists', 'row ' || i FROM n"
    );
    db.execute_unprepared(&sql).await.expect("a long record");
    db.close().await.expect("closed");
}

async fn lines(url: &str) -> i64 {
    let db = Database::connect(url).await.expect("the database");
    let count = "SELECT count(*) AS n FROM audit WHERE action = 'lists.export'";
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), count)).await;
    let found = row.expect("asked").expect("a row").try_get("", "n").expect("a number");
    db.close().await.expect("closed");
    found
}

/// How far it says it is: files and rows.
fn progress(line: &str) -> Option<(u64, u64)> {
    let after = |word: &str| line.split(word).nth(1)?.trim_start().split('/').next()?.parse().ok();
    Some((after("files ")?, after("rows ")?))
}

/// Starts a restore and kills it as soon as it is so far. False when it had ended before.
async fn killed(folder: &std::path::Path, arguments: &[&str], far: impl Fn(u64, u64) -> bool) -> bool {
    let program = Program::start(command(folder, arguments));
    for _ in 0..40_000 {
        let log = program.log();
        if log.iter().filter_map(|line| progress(line)).any(|(files, rows)| far(files, rows)) {
            program.kill().await;
            return true;
        }
        if log.iter().any(|line| line.contains("Restored ")) {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("it neither goes on nor ends: {:?}", program.log());
}

async fn lalian(folder: &std::path::Path, arguments: &[&str]) -> Finished {
    run(&mut command(folder, arguments)).await
}

stories! {
    async fn one_that_is_killed_goes_on_and_nobody_works_on_half_of_it(place: Place) {
        let demo = Demo::start(place.folder(), &place.url).await;
        let office = demo.logins(Role::Office).remove(0);
        let inspector = Actor::on_phone(&demo.http(), &demo.logins(Role::Inspector)[0], "killed").await;
        let site = Site::spread(&inspector, 3).await.remove(0);
        let draft = site.visit(&inspector, &[]).draft(&inspector, 1);
        let sealed = draft.photo("overview", None, photo::of_size(78, 400_000)).seal();
        inspector.send(&sealed).await;
        demo.program.terminate().await;
        fill(&place).await;
        let here = ["--database", &place.url, "--storage", "file:files", "--data", "data/demo"];
        let made = lalian(place.folder(), &[&["backup", "--to", "elsewhere"][..], &here].concat()).await;
        assert!(made.status.success(), "{}", made.output);
        let before = lines(&place.url).await;
        assert!(before >= LINES);

        let points: [(&str, Reached); 4] = [
            ("at its first word", |_, _| true),
            ("with its files", |files, _| files > 0),
            ("among its rows", |_, rows| rows >= 2_000),
            ("late among its rows", |_, rows| rows >= 50_000),
        ];
        for (number, (when, far)) in points.into_iter().enumerate() {
            let new = place.folder().join(format!("new-{number}"));
            std::fs::create_dir(&new).expect("a folder");
            let url = match place.backend {
                Backend::Sqlite => sqlite_url(&new.join("lalian.db")),
                Backend::Postgres => Cluster::durable().empty().await,
            };
            let there = ["--database", &url, "--storage", "file:files", "--data", "data/demo"];
            let put_back = [&["restore", "../elsewhere"][..], &there].concat();
            assert!(killed(&new, &put_back, far).await, "it ended before it could be killed {when}");
            // The county that is there is the county that was there.
            assert_eq!(lines(&place.url).await, before, "killed {when}");
            for work in [&["serve", "--bind", "127.0.0.1:0"][..], &["backup", "--to", "../other"]] {
                let refused = lalian(&new, &[work, &there].concat()).await;
                let told = refused.output.contains("没有做完") && refused.output.contains("lalian restore");
                assert!(!refused.status.success() && told, "killed {when}: {}", refused.output);
            }
            let done = lalian(&new, &put_back).await;
            assert!(done.status.success() && done.output.contains("Restored"), "killed {when}: {}", done.output);
            assert_eq!(lines(&url).await, before, "killed {when}");
            // Killed at the very last, only its note would be left; then it is taken for what it is.
            let name = made_set(place.folder());
            std::fs::write(new.join("files/restoring"), &name).expect("the note");
            let again = lalian(&new, &put_back).await;
            assert!(again.status.success(), "{}", again.output);
            let twice = lalian(&new, &put_back).await;
            assert!(!twice.status.success() && twice.output.contains("not empty"), "{}", twice.output);
            if number == 2 {
                let demo = Demo::start(&new, &url).await;
                let office = Actor::at_desk(&demo.http(), &office).await;
                office.http.get(&format!("/api/v1/operations/{}", sealed.id)).await.expect(200);
                let photo = sealed.photos[0].file_id;
                office.http.get(&format!("/api/v1/photos/{photo}/original")).await.expect(200);
                demo.program.terminate().await;
            }
            if place.backend == Backend::Postgres {
                Cluster::durable().drop(&url);
            }
        }
    }
}

/// The name of the one backup.
fn made_set(folder: &std::path::Path) -> String {
    let sets = std::fs::read_dir(folder.join("elsewhere/sets")).expect("sets").flatten();
    sets.map(|entry| entry.file_name().to_string_lossy().into_owned()).next().expect("a set")
}
