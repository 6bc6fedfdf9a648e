//! Data of an earlier release, in the middle of a county's work, under the program of today: nothing that was there is lost, and
//! everybody goes on. `upgrade/make.mjs` makes the archives with the program of that release; they are never made again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use lalian_tests::actor::{Actor, Login};
use lalian_tests::backend::Backend;
use lalian_tests::http::Http;
use lalian_tests::phone::fresh_id;
use lalian_tests::photo::tiny;
use lalian_tests::place::Place;
use lalian_tests::program::{Program, command, run};
use lalian_tests::{receipt, stories};
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, Statement};
use serde_json::{Value, json};

/// Releases whose data people may still have, by their newest migration.
const RELEASES: [&str; 1] = ["m0019"];

/// Rows of a table as text, over the columns that it had before.
type Rows = BTreeMap<String, (Vec<String>, BTreeSet<String>)>;

/// Runs a tool that must do what it is asked.
fn tool(command: &mut Command) {
    let done = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// Where Debian keeps it, or where the path says.
fn psql() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    versions
        .map(|version| version.path().join("bin/psql"))
        .find(|psql| psql.exists())
        .unwrap_or_else(|| "psql".into())
}

/// Puts the data of a release where the program looks for it, and says what was in it.
fn unpack(place: &Place, release: &str) -> Value {
    let archives = Path::new(env!("CARGO_MANIFEST_DIR")).join("process/upgrade");
    let archive = archives.join(format!("{release}-{}.tar.xz", place.backend.name()));
    tool(
        Command::new("tar")
            .arg("--extract")
            .arg("--file")
            .arg(archive)
            .arg("--directory")
            .arg(place.folder()),
    );
    if place.backend == Backend::Postgres {
        let dump = place.folder().join("dump.sql");
        tool(
            Command::new(psql())
                .args(["--quiet", "--set=ON_ERROR_STOP=1", "--dbname", &place.url, "--file"])
                .arg(dump),
        );
    }
    let facts = std::fs::read(place.folder().join("facts.json")).expect("the facts");
    serde_json::from_slice(&facts).expect("facts")
}

async fn texts(database: &DatabaseConnection, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(database.get_database_backend(), sql);
    let rows = database.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.iter()
        .map(|row| row.try_get_by_index::<String>(0).unwrap_or_else(|error| panic!("{sql}: {error}")))
        .collect()
}

/// Every row of every table; of the tables and columns of `before` where it is given.
async fn everything(place: &Place, before: Option<&Rows>) -> Rows {
    let database = Database::connect(&place.url).await.expect("connect");
    let sqlite = place.backend == Backend::Sqlite;
    let tables = match before {
        Some(before) => before.keys().cloned().collect(),
        None if sqlite => {
            texts(
                &database,
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
            )
            .await
        }
        None => {
            texts(
                &database,
                "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'",
            )
            .await
        }
    };
    let mut all = Rows::new();
    for table in tables {
        let columns = match before.and_then(|before| before.get(&table)) {
            Some((columns, _)) => columns.clone(),
            None if sqlite => {
                texts(&database, &format!("SELECT name FROM pragma_table_info('{table}')")).await
            }
            None => {
                let named = "SELECT column_name::text FROM information_schema.columns WHERE table_schema = 'public' AND table_name =";
                texts(&database, &format!("{named} '{table}' ORDER BY ordinal_position")).await
            }
        };
        let told: Vec<String> = columns
            .iter()
            .map(|name| {
                if sqlite {
                    format!("quote(\"{name}\")")
                } else {
                    format!("quote_nullable(\"{name}\"::text)")
                }
            })
            .collect();
        let rows = texts(&database, &format!("SELECT {} FROM \"{table}\"", told.join(" || ' | ' || "))).await;
        all.insert(table, (columns, rows.into_iter().collect()));
    }
    database.close().await.expect("close");
    all
}

fn login(facts: &Value, role: &str) -> Login {
    let word = |name: &str| facts["logins"][role][name].as_str().expect("a login").to_owned();
    Login { login: word("login"), password: word("password") }
}

/// What people see, and that they can go on.
async fn people_go_on(http: &Http, facts: &Value) {
    let office = Actor::at_desk(http, &login(facts, "office")).await;
    let tickets = office.list("/api/v1/tickets").await;
    for was in facts["tickets"].as_array().expect("tickets") {
        let now =
            tickets.iter().find(|now| now["id"] == was["id"]).unwrap_or_else(|| panic!("{was} is gone"));
        for member in ["number", "title", "state"] {
            assert_eq!(now[member], was[member], "{was}");
        }
        office.http.get(&format!("/api/v1/tickets/{}", was["id"].as_str().expect("an id"))).await.expect(200);
    }
    Actor::at_desk(http, &login(facts, "desk_officer")).await.snapshot().await;

    // Receipts of then verify with the keys of now, and are the same.
    let inspector = Actor::on_phone(http, &login(facts, "inspector"), "after the upgrade").await;
    let operation = facts["operation"].as_str().and_then(|id| id.parse().ok()).expect("an operation");
    let kept = inspector.receipt(operation).await.expect(200).text("/receipt");
    assert_eq!(Some(kept.as_str()), facts["receipt"].as_str());
    let claims = receipt::verify(&kept, &receipt::published_keys(http).await).expect("a valid receipt");
    assert_eq!(
        claims["files"][0]["hash"],
        json!(format!("sha-256:{}", facts["photo"]["sha256"].as_str().expect("a hash")))
    );
    let photo = claims["files"][0]["file_id"].as_str().expect("a photo");
    let original = office.http.get(&format!("/api/v1/photos/{photo}/original")).await.expect(200);
    assert_eq!(Some(original.bytes.len() as u64), facts["photo"]["bytes"].as_u64());

    let payload = json!({
        "finding_id": fresh_id(), "site_id": null, "item_code": null, "instance_key": "", "title": "升级后报的问题", "note": "",
        "severity": "minor", "is_static": true, "position": null, "fixed_on_spot": false,
    });
    let sealed = inspector.draft("finding.report/1", payload).photo("before", None, tiny(5)).seal();
    inspector.send(&sealed).await;
    inspector.verified_receipt(&sealed).await;
    assert_eq!(office.list("/api/v1/tickets").await.len(), tickets.len() + 1);
}

async fn by_an_older_rule(place: &Place) {
    let database = Database::connect(&place.url).await.expect("connect");
    let sql = "UPDATE ticket SET overdue_at = issued_at WHERE due_at > issued_at AND overdue_at IS NULL";
    let statement = Statement::from_string(database.get_database_backend(), sql);
    assert!(database.execute_raw(statement).await.expect("written").rows_affected() > 0);
    database.close().await.expect("close");
}

/// The step of the schema leaves one job for such tickets; the program does it once.
async fn until_looked_at(place: &Place) {
    let database = Database::connect(&place.url).await.expect("connect");
    loop {
        let states = texts(&database, "SELECT state FROM job WHERE kind = 'mend_overdue'").await;
        assert_eq!(states.len(), 1, "{states:?}");
        assert_ne!(states[0], "dead");
        if states[0] == "done" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    database.close().await.expect("close");
}

stories! {
    async fn what_an_earlier_release_left_is_taken_over_whole(place: Place) {
        for release in RELEASES {
            let facts = unpack(&place, release);
            // As an older rule could leave it: overdue by an earlier date than its unit was given last.
            by_an_older_rule(&place).await;
            let before = everything(&place, None).await;
            let counted = |table: &str| before.get(table).map_or(0, |(_, rows)| rows.len());
            assert!(counted("ticket") > 3 && counted("operation") > 10 && counted("person") > 5, "a county at work");
            let arguments = ["--database", &place.url, "--data", "."];
            let migrated = run(&mut command(place.folder(), &[&["migrate"][..], &arguments].concat())).await;
            assert!(migrated.status.success(), "{}", migrated.output);
            let after = everything(&place, Some(&before)).await;
            for (table, (columns, rows)) in &before {
                // Its column for searching is filled anew by a later step.
                if columns.iter().any(|column| column == "search") {
                    assert_eq!(rows.len(), after[table].1.len(), "{table}");
                    continue;
                }
                let lost: Vec<_> = rows.difference(&after[table].1).take(3).collect();
                assert!(lost.is_empty(), "{table} ({}) lost {lost:#?}", columns.join(" | "));
            }
            // Once more changes nothing, and `serve` takes it as its own.
            let again = run(&mut command(place.folder(), &[&["migrate"][..], &arguments].concat())).await;
            assert!(again.status.success(), "{}", again.output);
            let serve = ["serve", "--bind", "127.0.0.1:0", "--pwa", "no-front-end", "--outgoing", "off"];
            let mut program = Program::start(command(place.folder(), &[&serve[..], &arguments].concat()));
            let http = Http::new(program.url().await);
            people_go_on(&http, &facts).await;
            until_looked_at(&place).await;
            let ended = program.terminate().await;
            assert!(ended.status.success() && !ended.output.contains("\"ERROR\""), "{}", ended.output);
        }
    }
}
