//! `lalian verify-evidence` as somebody runs it who has only the file: no database, no server, plain sentences, and an exit code for scripts.

use std::path::Path;

use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::archive::{flipped, part, with_part};
use lalian_tests::backend::sqlite_url;
use lalian_tests::demo::Demo;
use lalian_tests::phone::fresh_id;
use lalian_tests::photo::tiny;
use lalian_tests::program::{Finished, command, run};
use lalian_tests::story;
use serde_json::json;

const HOLDS: &str = "证据成立 · it holds";
const FAILS: &str = "证据不成立 · it does not hold";

/// Runs it on these bytes in a folder of its own, with nothing else of ours around.
async fn checked(file: &[u8], keys: Option<&[u8]>) -> Finished {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("evidence.zip"), file).expect("the file");
    let mut arguments = vec!["verify-evidence", "evidence.zip"];
    if let Some(keys) = keys {
        std::fs::write(folder.path().join("jwks.json"), keys).expect("the keys");
        arguments.extend(["--keys", "jwks.json"]);
    }
    let finished = run(&mut command(folder.path(), &arguments)).await;
    let mut left = names(folder.path());
    left.retain(|name| !["evidence.zip", "jwks.json"].contains(&name.as_str()));
    assert_eq!(left, Vec::<String>::new(), "it makes no database and leaves nothing behind");
    finished
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Two evidence files of one county, and its published keys; the server is gone when they are checked.
async fn exported() -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let folder = tempfile::tempdir().expect("a folder");
    let demo = Demo::start(folder.path(), &sqlite_url(&folder.path().join("demo.db"))).await;
    let phone = Actor::on_phone(&demo.http(), &demo.logins(Role::Inspector)[0], "witness").await;
    let office = Actor::at_desk(&demo.http(), &demo.logins(Role::Office)[0]).await;
    let mut files = Vec::new();
    for seed in [1, 2] {
        let payload = json!({
            "finding_id": fresh_id(), "site_id": null, "item_code": null, "instance_key": "", "title": "坑洼", "note": "",
            "severity": "minor", "is_static": false, "position": null, "fixed_on_spot": false,
        });
        let sealed = phone.draft("finding.report/1", payload).photo("before", None, tiny(seed)).seal();
        phone.send(&sealed).await;
        let path = format!("/api/v1/photos/{}/evidence", sealed.photos[0].file_id);
        files.push(office.http.get(&path).await.expect(200).bytes);
    }
    let keys = office.http.get("/.well-known/jwks.json").await.expect(200).bytes;
    demo.program.terminate().await;
    let other = files.remove(1);
    (files.remove(0), other, keys)
}

#[test]
fn a_whole_file_holds_and_every_spoilt_part_is_named_without_a_database() {
    story::run(async {
        let (file, other, keys) = exported().await;
        let whole = checked(&file, Some(&keys)).await;
        assert_eq!(whole.status.code(), Some(0), "{}", whole.output);
        assert!(whole.output.contains(HOLDS) && !whole.output.contains('✗'), "{}", whole.output);
        assert_eq!(whole.output.matches('✓').count(), 6, "{}", whole.output);
        // Without the published keys it only fits together, and says so.
        let alone = checked(&file, None).await;
        assert_eq!(alone.status.code(), Some(0), "{}", alone.output);
        assert!(alone.output.contains("用的是文件里带的公钥"), "{}", alone.output);

        let spoilt: Vec<(&str, Vec<u8>, &str)> = vec![
            ("the photo", with_part(&file, "photo", flipped), "照片就是提交时封存的那一张"),
            ("the sealed work", with_part(&file, "operation.json", flipped), "县里的回执对应这份提交"),
            (
                "the receipt's signature",
                with_part(&file, "receipt.jws", |jws| Some(resigned(&jws, &part(&file, "manifest.jws")))),
                "县里的回执对应这份提交",
            ),
            (
                "another link of the chain",
                with_part(&file, "receipt.jws", |_| Some(part(&other, "receipt.jws"))),
                "回执写明收到了这张照片",
            ),
            (
                "another photo of the county",
                with_part(&file, "photo", |_| Some(part(&other, "photo"))),
                "照片就是提交时封存的那一张",
            ),
            (
                "the phone's signature",
                with_part(&file, "seal.json", |_| Some(part(&other, "seal.json"))),
                "提交由登记的手机签名",
            ),
            ("the audit trail", with_part(&file, "audit.json", flipped), "各部分未被改动"),
            ("no audit trail", with_part(&file, "audit.json", |_| None), "各部分未被改动"),
            ("the flags", with_part(&file, "flags.json", flipped), "各部分未被改动"),
            ("the manifest", with_part(&file, "manifest.jws", flipped), "证据文件由本县签发"),
            (
                "another manifest",
                with_part(&file, "manifest.jws", |_| Some(part(&other, "manifest.jws"))),
                "各部分未被改动",
            ),
        ];
        for (what, bytes, sentence) in spoilt {
            let found = checked(&bytes, Some(&keys)).await;
            assert_eq!(found.status.code(), Some(1), "{what}: {}", found.output);
            assert!(found.output.contains(FAILS), "{what}: {}", found.output);
            assert!(found.output.contains(&format!("✗ {sentence}")), "{what}: {}", found.output);
        }

        // What is no evidence file, or keys that are none, is said in one sentence.
        let stranger = json!({ "keys": [{ "kid": "x", "x": "AA", "y": "AA" }] }).to_string();
        let foreign = checked(&file, Some(stranger.as_bytes())).await;
        assert_eq!(foreign.status.code(), Some(1), "{}", foreign.output);
        assert!(foreign.output.contains("✗ 证据文件由本县签发"), "{}", foreign.output);
        for (bytes, keys, sentence) in [
            (b"no zip".to_vec(), None, "不是证据文件"),
            (with_part(&file, "photo", |_| None), None, "photo is missing"),
            (file.clone(), Some(&b"no keys"[..]), "公钥文件读不懂"),
        ] {
            let found = checked(&bytes, keys).await;
            assert_eq!(found.status.code(), Some(1), "{}", found.output);
            assert!(found.output.contains(sentence), "{}", found.output);
        }
    });
}

#[test]
fn a_file_that_is_not_there_is_named() {
    story::run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let found = run(&mut command(folder.path(), &["verify-evidence", "nothing.zip"])).await;
        assert_eq!(found.status.code(), Some(1), "{}", found.output);
        assert!(found.output.contains("nothing.zip"), "{}", found.output);
    });
}

/// A receipt with somebody else's genuine signature under it.
fn resigned(jws: &[u8], other: &[u8]) -> Vec<u8> {
    let (jws, other) = (String::from_utf8_lossy(jws), String::from_utf8_lossy(other));
    let (claims, _) = jws.rsplit_once('.').expect("three parts");
    let (_, signature) = other.rsplit_once('.').expect("three parts");
    format!("{claims}.{signature}").into_bytes()
}
