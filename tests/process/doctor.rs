//! What `lalian doctor` says of an installation that has something wrong with it: what it is, and what to do.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Stdio;

use chrono::{Datelike as _, TimeDelta};
use lalian::domain::clock::{Clock as _, SystemClock};
use lalian_tests::backend::{Backend, sqlite_url};
use lalian_tests::bucket::Bucket;
use lalian_tests::place::Place;
use lalian_tests::program::{binary, command, run};
use lalian_tests::{stories, story};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use serde_json::Value;
use tokio::process::Command;

/// What it found in one area, worst first: level, the words in both languages, and what to do.
async fn found(mut command: Command, area: &str) -> Vec<(String, String)> {
    let finished = run(&mut command).await;
    let begin = finished.output.find('[').unwrap_or_else(|| panic!("no JSON: {}", finished.output));
    let end = finished.output.rfind(']').expect("an end") + 1;
    let all: Vec<Value> = serde_json::from_str(&finished.output[begin..end]).expect("JSON");
    let bad = all.iter().any(|one| one["level"] == "bad");
    assert_eq!(finished.status.success(), !bad, "the end says whether something has to be done: {all:?}");
    let text = |one: &Value, name: &str| one[name].as_str().unwrap_or_default().to_owned();
    let mut found = Vec::new();
    for one in all.iter().filter(|one| one["area"] == area) {
        let level = text(one, "level");
        if level != "good" {
            for name in ["zh", "en", "next_zh", "next_en"] {
                assert!(!text(one, name).is_empty(), "{name} is missing: {one}");
            }
            let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert!(chinese(&text(one, "zh")) && chinese(&text(one, "next_zh")), "{one}");
            // What follows a colon may be somebody else's words, but no foreign error runs through to people.
            assert!(!text(one, "en").contains("Generic") && !text(one, "en").contains("os error"), "{one}");
        }
        found.push((level, format!("{} → {}", text(one, "en"), text(one, "next_en"))));
    }
    found.sort();
    found
}

fn doctor(folder: &Path, more: &[&str]) -> Command {
    command(folder, &[&["doctor", "--json", "--disk-floor-mb", "0"][..], more].concat())
}

/// The one finding of an area, which must hold these words.
async fn says(command: Command, area: &str, level: &str, words: &[&str]) {
    let found = found(command, area).await;
    let [(is, text)] = &found[..] else { panic!("one finding about {area}: {found:?}") };
    assert_eq!(is, level, "{text}");
    for word in words {
        assert!(text.contains(word), "{word}: {text}");
    }
}

/// A certificate that is good between these days, for these names.
fn certificate(folder: &Path, days: ((i32, u8, u8), (i32, u8, u8)), names: &[&str]) {
    let names = names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let mut made = CertificateParams::new(names).expect("names");
    let day = |(year, month, day)| date_time_ymd(year, month, day);
    (made.not_before, made.not_after) = (day(days.0), day(days.1));
    let key = KeyPair::generate().expect("a key");
    let signed = made.self_signed(&key).expect("a certificate");
    std::fs::write(folder.join("certificate.pem"), signed.pem()).expect("written");
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).expect("written");
}

const TLS: [&str; 4] = ["--tls-certificate", "certificate.pem", "--tls-key", "key.pem"];

#[test]
fn a_certificate_that_browsers_will_not_take_is_told_with_its_day_and_its_names() {
    story::run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        let names = ["lalian.example.gov.cn", "192.0.2.7"];
        let with = |url: &str| doctor(folder, &[&TLS[..], &["--public-url", url]].concat());
        let ours = "https://lalian.example.gov.cn";

        certificate(folder, ((2020, 1, 1), (2021, 3, 4)), &names);
        says(with(ours), "tls", "bad", &["ended on 2021-03-04", "put a new certificate", "restart"]).await;
        // Not yet good is another matter: most often it is the machine's clock.
        certificate(folder, ((2099, 1, 1), (2099, 12, 31)), &names);
        says(with(ours), "tls", "bad", &["only from 2099-01-01", "clock"]).await;
        let soon = (SystemClock.now() + TimeDelta::days(20)).date_naive();
        let day = (
            soon.year(),
            u8::try_from(soon.month()).expect("a month"),
            u8::try_from(soon.day()).expect("a day"),
        );
        certificate(folder, ((2020, 1, 1), day), &names);
        says(with(ours), "tls", "mind", &[&format!("ends on {soon}, in 19 days"), "put a new certificate"])
            .await;
        certificate(folder, ((2020, 1, 1), (2098, 12, 31)), &names);
        says(with(ours), "tls", "good", &["2098-12-31"]).await;
        says(with("https://192.0.2.7:8443"), "tls", "good", &[]).await;
        let wrong = found(with("https://other.example.gov.cn"), "tls").await;
        assert_eq!(wrong.len(), 2, "{wrong:?}");
        let (level, text) = &wrong[0];
        for word in ["not for other.example.gov.cn", "lalian.example.gov.cn 192.0.2.7", "--public-url"] {
            assert!(level == "bad" && text.contains(word), "{word}: {wrong:?}");
        }
        // The two files do not belong together, or one is not there: the file is named.
        let other = KeyPair::generate().expect("a key");
        std::fs::write(folder.join("key.pem"), other.serialize_pem()).expect("written");
        says(with(ours), "tls", "bad", &["certificate.pem", "belong together"]).await;
        std::fs::remove_file(folder.join("key.pem")).expect("removed");
        says(with(ours), "tls", "bad", &["key.pem is not there", "--tls-key", "read them"]).await;
    });
}

#[test]
fn a_bucket_that_does_not_answer_or_does_not_take_us_is_told_by_what_is_wrong() {
    story::run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let bucket = Bucket::start().await;
        let right = bucket.settings("county");
        let endpoint = right.endpoint.clone().expect("an endpoint");
        let (key, secret) = ("TESTACCESSKEY", "test-secret-key");
        let at = |name: &str, endpoint: &str, secret: &str| {
            let storage = format!("s3://{name}/county?endpoint={endpoint}&region=test-1");
            std::fs::write(folder.path().join("secret"), secret).expect("written");
            let keys = ["--s3-access-key", key, "--s3-secret-key-file", "secret"];
            doctor(folder.path(), &[&["--storage", &storage][..], &keys].concat())
        };
        says(at(&right.bucket, &endpoint, secret), "storage", "good", &[]).await;
        // Port 1 of this machine: nobody is there.
        let nobody = "http://127.0.0.1:1";
        says(
            at(&right.bucket, nobody, secret),
            "storage",
            "bad",
            &["nobody answers", nobody, "endpoint", "firewall"],
        )
        .await;
        says(
            at(&right.bucket, &endpoint, "another"),
            "storage",
            "bad",
            &["keys are not taken", "--s3-secret-key-file"],
        )
        .await;
        says(at("nowhere", &endpoint, secret), "storage", "bad", &["no such bucket", "make the bucket"])
            .await;
    });
}

#[test]
fn a_folder_that_cannot_be_written_is_told_with_whose_it_should_be() {
    story::run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let open = |path: &Path, mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("its rights");
        };
        open(folder.path(), 0o755);
        // Nothing is forbidden to root, who runs the tests here and there: the service never is. Whoever else it is may not come to where
        // the program was built, so that stands here too.
        let program = folder.path().join("lalian");
        std::fs::hard_link(binary(), &program)
            .or_else(|_| std::fs::copy(binary(), &program).map(drop))
            .expect("the program");
        let storage = |at: &str| {
            let mut command = Command::new(&program);
            command.current_dir(folder.path()).env_clear().stdout(Stdio::piped()).stderr(Stdio::piped());
            command.args(["doctor", "--json", "--disk-floor-mb", "0", "--storage", at, "--data", "none"]);
            if std::fs::metadata("/proc/self").expect("ourselves").uid() == 0 {
                command.uid(65534).gid(65534);
            }
            command
        };
        for name in ["there/files", "theirs"] {
            std::fs::create_dir_all(folder.path().join(name)).expect("a folder");
        }
        let rights = ["may not read and write", "chown", "as that account"];
        for (name, at) in [("there/files", "file:there/files"), ("theirs", "file:theirs/not-yet")] {
            open(&folder.path().join(name), 0o555);
            says(storage(at), "storage", "bad", &rights).await;
            open(&folder.path().join(name), 0o777);
        }
        says(storage("file:there/files"), "storage", "good", &[]).await;
        says(storage("file:theirs/not-yet"), "storage", "mind", &["does not exist yet", "first `serve`"])
            .await;
        std::fs::write(folder.path().join("in-the-way"), "x").expect("written");
        for at in ["file:in-the-way", "file:in-the-way/files"] {
            says(storage(at), "storage", "bad", &["in-the-way", "a file where a folder should be"]).await;
        }
    });
}

stories! {
    async fn a_database_that_does_not_answer_is_told_by_its_reason(place: Place) {
        let with = |url: &str| doctor(place.folder(), &["--database", url]);
        match place.backend {
            Backend::Postgres => {
                let mut url = reqwest::Url::parse(&place.url).expect("an address");
                url.set_path("/not_there");
                says(with(url.as_str()), "database", "bad", &["no database of that name", "createdb"]).await;
                url.set_username("nobody_of_ours").expect("a name");
                let refused = found(with(url.as_str()), "database").await;
                assert!(refused[0].1.contains("name or the password"), "{refused:?}");
                let silent = "postgres://lalian:s3cret@127.0.0.1:1/none";
                says(with(silent), "database", "bad", &["nobody listens", "systemctl status"]).await;
                let output = run(&mut with(silent)).await.output;
                assert!(!output.contains("s3cret"), "{output}");
                says(with("postgres://lalian@nosuch.invalid/none"), "database", "bad", &["is not found", "host"]).await;
            }
            Backend::Sqlite => {
                let file = place.folder().join("letter.db");
                std::fs::write(&file, "Dear reader, this is a letter and no database at all. ".repeat(40)).expect("written");
                says(with(&sqlite_url(&file)), "database", "bad", &["is no database", "--database"]).await;
                let missing = place.folder().join("not-yet.db");
                says(with(&sqlite_url(&missing)), "database", "mind", &["does not exist yet"]).await;
            }
        }
    }
}
