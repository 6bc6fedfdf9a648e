//! Backups as an operator makes, checks and puts them back, beside a running server and on the command line.

use std::path::Path;

use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::backend::{Backend, sqlite_url};
use lalian_tests::demo::Demo;
use lalian_tests::http::Http;
use lalian_tests::photo;
use lalian_tests::place::Place;
use lalian_tests::postgres::Cluster;
use lalian_tests::program::{Finished, binary, command, run};
use lalian_tests::stories;
use lalian_tests::visit::Site;
use serde_json::Value;

async fn lalian(folder: &Path, arguments: &[&str]) -> Finished {
    run(&mut command(folder, arguments)).await
}

/// A pair of keys in the folder; answers the public one.
async fn key(folder: &Path) -> String {
    let made = lalian(folder, &["backup", "key", "identity"]).await;
    assert!(made.status.success(), "{}", made.output);
    let again = lalian(folder, &["backup", "key", "identity"]).await;
    assert!(!again.status.success(), "a key is never written over: {}", again.output);
    made.output.split_whitespace().find(|word| word.starts_with("age1")).expect("a public key").to_owned()
}

/// One visit with a photo of this size.
async fn visit(demo: &Demo, login: &lalian_tests::actor::Login, bytes: usize) -> String {
    let inspector = Actor::on_phone(&demo.http(), login, "backup").await;
    let site = Site::spread(&inspector, 3).await.remove(0);
    let draft = site.visit(&inspector, &[]).draft(&inspector, 1);
    let sealed = draft.photo("overview", None, photo::of_size(77, bytes)).seal();
    inspector.send(&sealed).await;
    sealed.id.to_string()
}

stories! {
    async fn a_backup_is_made_beside_the_server_checked_and_put_back(place: Place) {
        let demo = Demo::start(place.folder(), &place.url).await;
        let office = demo.logins(Role::Office).remove(0);
        let operation = visit(&demo, &demo.logins(Role::Inspector)[0], 60_000).await;
        let public = key(place.folder()).await;
        let here = ["--database", &place.url, "--storage", "file:files", "--data", "data/demo"];
        let make = [&["backup", "--to", "elsewhere", "--recipient", &public, "--with-keys"][..], &here].concat();
        let made = lalian(place.folder(), &make).await;
        assert!(made.status.success(), "{}", made.output);
        let in_clear = lalian(place.folder(), &[&["backup", "--to", "elsewhere", "--with-keys"][..], &here].concat()).await;
        assert!(!in_clear.status.success() && in_clear.output.contains("--recipient"), "{}", in_clear.output);
        for arguments in [&["backup", "list", "elsewhere"][..], &["backup", "verify", "elsewhere", "--identity", "identity"]] {
            let finished = lalian(place.folder(), arguments).await;
            assert!(finished.status.success(), "{arguments:?}: {}", finished.output);
        }

        let epoch = Http::new(&demo.url).get("/api/v1/health").await.expect(200).header("lalian-epoch").to_owned();
        demo.program.terminate().await;
        let new = place.folder().join("new");
        std::fs::create_dir(&new).expect("a folder");
        let url = match place.backend {
            Backend::Sqlite => sqlite_url(&new.join("lalian.db")),
            Backend::Postgres => Cluster::durable().empty().await,
        };
        let there = ["--database", &url, "--storage", "file:files", "--data", "data/demo"];
        let put_back = [&["restore", "../elsewhere", "--identity", "../identity"][..], &there].concat();
        let done = lalian(&new, &put_back).await;
        assert!(done.status.success(), "{}", done.output);
        let twice = lalian(&new, &put_back).await;
        assert!(!twice.status.success() && twice.output.contains("not empty"), "{}", twice.output);

        let demo = Demo::start(&new, &url).await;
        let now = Http::new(&demo.url).get("/api/v1/health").await.expect(200).header("lalian-epoch").to_owned();
        assert!(!now.is_empty() && now != epoch, "a new life begins");
        let office = Actor::at_desk(&demo.http(), &office).await;
        office.http.get(&format!("/api/v1/operations/{operation}")).await.expect(200);
        demo.program.terminate().await;
        if place.backend == Backend::Postgres {
            Cluster::durable().drop(&url);
        }
    }

    async fn a_full_place_is_told_in_plain_words(place: Place) {
        let demo = Demo::start(place.folder(), &place.url).await;
        let office = demo.logins(Role::Office).remove(0);
        visit(&demo, &demo.logins(Role::Inspector)[0], 12_000_000).await;
        demo.program.terminate().await;
        // No file may grow beyond 8 MB: what a full disk says, without filling one.
        let script = format!(
            "trap '' XFSZ; ulimit -f 8192; exec {} backup --to elsewhere --database '{}' --storage file:files --data data/demo",
            binary().display(), place.url,
        );
        let mut limited = tokio::process::Command::new("bash");
        limited.args(["-c", &script]).current_dir(place.folder());
        limited.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        let full = run(&mut limited).await;
        assert!(!full.status.success() && full.output.contains("is full"), "{}", full.output);
        let none = lalian(place.folder(), &["backup", "list", "elsewhere"]).await;
        assert!(!none.status.success() && none.output.contains("no complete backup"), "{}", none.output);
        // The doctor and the page of backups say the same, and with room the next one works.
        let here = ["--database", &place.url, "--storage", "file:files", "--data", "data/demo"];
        let found = lalian(place.folder(), &[&["doctor"][..], &here].concat()).await;
        assert!(found.output.contains("is full") && found.output.contains("没有空间"), "{}", found.output);
        let made = lalian(place.folder(), &[&["backup", "--to", "elsewhere"][..], &here].concat()).await;
        assert!(made.status.success(), "{}", made.output);
        let whole = lalian(place.folder(), &["backup", "verify", "elsewhere"]).await;
        assert!(whole.status.success(), "{}", whole.output);
        let found = lalian(place.folder(), &[&["doctor"][..], &here].concat()).await;
        assert!(!found.output.contains("is full"), "{}", found.output);
        let demo = Demo::start(place.folder(), &place.url).await;
        let office = Actor::at_desk(&demo.http(), &office).await;
        let board = office.http.get("/api/v1/backups").await.expect(200);
        assert_eq!((board.at("/items/0/state"), board.at("/items/1/problem")), ("done".into(), "target_full".into()), "{board}");
        demo.program.terminate().await;
    }

    async fn the_doctor_says_what_to_do(place: Place) {
        let here = ["--database", &place.url, "--storage", "file:files", "--data", "data/demo", "--json"];
        let examine = async |more: &[&str]| {
            let finished = lalian(place.folder(), &[&["doctor"][..], &here, more].concat()).await;
            let begin = finished.output.find('[').unwrap_or_else(|| panic!("no JSON: {}", finished.output));
            let end = finished.output.rfind(']').expect("an end") + 1;
            let found: Vec<Value> = serde_json::from_str(&finished.output[begin..end]).expect("JSON");
            (finished.status.success(), found)
        };
        let (_, empty) = examine(&[]).await;
        assert!(empty.iter().any(|one| one["area"] == "storage" && one["level"] == "mind"), "{empty:?}");
        let demo = Demo::start(place.folder(), &place.url).await;
        let (healthy, found) = examine(&["--thorough", "--disk-floor-mb", "1"]).await;
        assert!(healthy, "{found:?}");
        let of = |area: &str| found.iter().filter(|one| one["area"] == area).map(|one| one["level"].clone()).collect::<Vec<_>>();
        for area in ["settings", "clock", "tls", "storage", "disk", "keys", "database", "epoch"] {
            assert!(of(area).contains(&"good".into()), "{area}: {found:?}");
        }
        assert!(of("backups").iter().all(|level| level == "mind"), "none yet: {found:?}");
        let (healthy, found) = examine(&["--disk-floor-mb", "900000000"]).await;
        assert!(!healthy && found.iter().any(|one| one["area"] == "disk" && one["level"] == "bad"), "{found:?}");
        std::fs::write(place.folder().join("in-the-way"), "x").expect("write");
        let (healthy, found) = examine(&["--backup-to", "in-the-way", "--disk-floor-mb", "1"]).await;
        assert!(!healthy && found.iter().any(|one| one["area"] == "backups" && one["level"] == "bad"), "{found:?}");
        demo.program.terminate().await;
    }
}
