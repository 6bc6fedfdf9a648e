//! Pictures in a page: signed addresses that the browser may keep, bound to photo, size, person and time, and worth nothing to anybody else.
//! Originals and voice notes come in parts, and with a token only.

use chrono::TimeDelta;
use lalian::app::people::address_key::{Grant, Holder};
use lalian::domain::clock::Clock as _;
use lalian::domain::field::media::PictureSize;
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::http::{Answer, Http, send};
use lalian_tests::phone::{Sealed, fresh_id};
use lalian_tests::stories;
use lalian_tests::text::from_base64url;
use lalian_tests::visit::id_of;
use lalian_tests::world::World;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

/// A visit in the first township with one failed answer; its photo is here.
async fn visited(world: &World, township: usize, seed: u64) -> (Actor, Sealed) {
    let inspector = world.inspector().await;
    let site = world.site(&inspector, "bus_shelter", township).await;
    let sealed = site.visit(&inspector, &["BUS-01"]).draft(&inspector, seed).seal();
    inspector.send(&sealed).await;
    (inspector, sealed)
}

async fn ask(actor: &Actor, size: &str, files: &[Uuid]) -> Value {
    let ids: Vec<String> = files.iter().map(Uuid::to_string).collect();
    let path = format!("/api/v1/photos/addresses?size={size}&file_ids={}", ids.join(","));
    actor.http.get(&path).await.expect(200).json()
}

/// The address of one picture, once its copies are made.
async fn address(actor: &Actor, size: &str, file: Uuid) -> String {
    for _ in 0..200 {
        let answer = ask(actor, size, &[file]).await;
        if let Some(address) = answer["items"][0]["address"].as_str() {
            return address.to_owned();
        }
        assert_eq!(answer["items"][0]["state"], "being_made");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody made the {size}");
}

/// What stays the same in two answers to different requests.
fn words(answer: &Answer) -> (u16, String, String, String) {
    (answer.status, answer.text("/code"), answer.text("/title"), answer.text("/detail"))
}

/// The session that an actor's token stands for.
fn holder(actor: &Actor) -> Holder {
    let token = actor.me["access_token"].as_str().expect("a token");
    let body = from_base64url(token.split('.').nth(1).expect("a body"));
    let claims: Value = serde_json::from_slice(&body).expect("claims");
    Holder { person: actor.person(), session: id_of(&claims["sid"]), post: actor.post() }
}

fn sign(world: &World, file_id: Uuid, holder: Holder) -> String {
    let grant = Grant { file_id, size: PictureSize::Thumb, holder };
    let (pass, _) = world.server().app().address_key.sign(&grant);
    format!("/api/v1/pictures/{file_id}/thumb?pass={pass}")
}

async fn part(http: &Http, path: &str, range: &str) -> Answer {
    send(http.request(Method::GET, path).header("range", range)).await
}

stories! {
    async fn a_page_shows_pictures_by_addresses_that_the_browser_keeps(world: World) {
        let (_, sealed) = visited(&world, 0, 40).await;
        let (office, file) = (world.office().await, sealed.photos[0].file_id);
        for size in ["thumb", "display"] {
            let first = address(&office, size, file).await;
            assert!(first.starts_with(&format!("/api/v1/pictures/{file}/{size}?pass=")), "{first}");
            // As an <img> asks: no token, no cookie.
            let shown = world.http().get(&first).await.expect(200);
            assert_eq!(shown.header("content-type"), "image/jpeg");
            assert_eq!(shown.header("x-content-type-options"), "nosniff");
            assert_eq!(shown.header("referrer-policy"), "no-referrer");
            let caching = shown.header("cache-control").to_owned();
            let age = caching.strip_prefix("private, max-age=").and_then(|rest| rest.strip_suffix(", immutable"));
            let age: u32 = age.expect(&caching).parse().expect("seconds");
            assert!((1..=3600).contains(&age), "{caching}");
            assert_eq!(image::load_from_memory(&shown.bytes).expect("a picture").width(), 64);
            let tag = shown.header("etag").to_owned();
            let again = send(world.http().request(Method::GET, &first).header("if-none-match", tag)).await.expect(304);
            assert!(again.bytes.is_empty());
            assert_eq!(address(&office, size, file).await, first, "the same address, so the browser has it");
        }
        let answer = ask(&office, "thumb", &[file, fresh_id(), file]).await;
        let states: Vec<&str> = (0..3).filter_map(|at| answer["items"][at]["state"].as_str()).collect();
        assert_eq!(states, ["here", "not_found", "here"], "in the order asked for");
        for wrong in ["", "x", &vec![file.to_string(); 61].join(",")] {
            let path = format!("/api/v1/photos/addresses?size=thumb&file_ids={wrong}");
            let refused = office.http.get(&path).await.expect_problem(422, "invalid_field");
            assert_eq!(refused.text("/errors/0/field"), "file_ids");
        }
        let original = format!("/api/v1/photos/addresses?size=original&file_ids={file}");
        office.http.get(&original).await.expect_problem(400, "malformed");
    }

    async fn whatever_is_wrong_with_an_address_the_answer_is_the_same(world: World) {
        let (inspector, sealed) = visited(&world, 0, 41).await;
        let (_, other) = visited(&world, 0, 42).await;
        let (office, file) = (world.office().await, sealed.photos[0].file_id);
        let good = address(&office, "thumb", file).await;
        address(&office, "thumb", other.photos[0].file_id).await;
        let http = world.http();
        http.get(&good).await.expect(200);
        let (path, pass) = good.split_once("?pass=").expect("a pass");
        let ended = words(&http.get(path).await.expect_problem(401, "address_ended"));
        let mut wrong = vec![
            ("another photo", format!("/api/v1/pictures/{}/thumb?pass={pass}", other.photos[0].file_id)),
            ("another size", format!("/api/v1/pictures/{file}/display?pass={pass}")),
            ("the original", format!("/api/v1/pictures/{file}/original?pass={pass}")),
            ("empty", format!("{path}?pass=")),
            ("not a text of ours", format!("{path}?pass=%3Cscript%3E")),
            ("forged", format!("{path}?pass={}", pass.replace(&pass[100..101], if &pass[100..101] == "A" { "B" } else { "A" }))),
            ("nobody's photo", sign(&world, fresh_id(), holder(&office))),
        ];
        // Signed by the server itself, for somebody who may not see it, or is somebody else's session, or holds another's post.
        let neighbour = world.township(1, Role::DeskOfficer).await;
        wrong.push(("another township", sign(&world, file, holder(&neighbour))));
        wrong.push(("another person's session", sign(&world, file, Holder { session: holder(&inspector).session, ..holder(&office) })));
        wrong.push(("another person's post", sign(&world, file, Holder { post: inspector.post(), ..holder(&office) })));
        wrong.push(("no such session", sign(&world, file, Holder { session: fresh_id(), ..holder(&office) })));
        for (what, address) in &wrong {
            assert_eq!(words(&http.get(address).await), ended, "{what}");
        }
        // Whoever shows a token of his own does not look through somebody else's eyes; his own address works with it.
        assert_eq!(words(&inspector.http.get(&good).await), ended, "another person's address");
        office.http.get(&good).await.expect(200);
        assert_eq!(words(&http.with("authorization", "Bearer x").get(&good).await), ended);

        // Time: never more than an hour.
        world.clock.advance(TimeDelta::minutes(29));
        http.get(&good).await.expect(200);
        world.clock.advance(TimeDelta::minutes(31));
        assert_eq!(words(&http.get(&good).await), ended, "too old");
    }

    async fn an_address_ends_with_the_session_the_post_and_the_person(world: World) {
        let (_, sealed) = visited(&world, 0, 43).await;
        let (office, file, http) = (world.office().await, sealed.photos[0].file_id, world.http());
        let leave = async |actor: &Actor| {
            let good = address(actor, "thumb", file).await;
            http.get(&good).await.expect(200);
            good
        };
        let write = |actor: &Actor| actor.http.with("idempotency-key", &fresh_id().to_string());

        let second = world.desk_of(Role::Office, 1).await;
        let signed_out = leave(&second).await;
        let request = http.request(Method::POST, "/api/v1/session/logout").header("cookie", &second.cookie).header("sec-fetch-site", "same-origin");
        send(request).await.expect(204);
        http.get(&signed_out).await.expect_problem(401, "address_ended");

        let deputy = world.township(0, Role::DeputyLeader).await;
        let leader = world.desk(Role::CountyLeader).await;
        let (ended, suspended) = (leave(&leader).await, leave(&world.phone(Role::Inspector).await).await);
        write(&office).post(&format!("/api/v1/posts/{}/end", leader.post()), &json!({ "reason": "调离" })).await.expect(200);
        http.get(&ended).await.expect_problem(401, "address_ended");
        let inspector = world.inspector().await;
        write(&office).post(&format!("/api/v1/people/{}/suspend", inspector.person()), &json!({ "reason": "请假" })).await.expect(200);
        http.get(&suspended).await.expect_problem(401, "address_ended");

        // What is not released to a township gets no address, and one that was signed all the same shows nothing.
        let told = ask(&deputy, "thumb", &[file, fresh_id()]).await;
        if told["items"][0]["state"] == "not_found" {
            http.get(&sign(&world, file, holder(&deputy))).await.expect_problem(401, "address_ended");
        }
        assert_eq!(told["items"][1]["state"], "not_found");
    }

    async fn originals_and_voice_notes_come_in_parts_and_by_token_only(world: World) {
        let inspector = world.inspector().await;
        let webm = [b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm...A_OPUS...".as_slice(), &[7; 5000]].concat();
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let sealed = site.visit(&inspector, &["BUS-01"]).draft(&inspector, 44)
            .file("voice", webm.clone(), json!({ "media_type": "audio/webm;codecs=opus", "item_path": "BUS-01", "seconds": 3.0 }))
            .seal();
        inspector.send(&sealed).await;
        let office = world.office().await;
        for named in &sealed.photos {
            let (path, bytes) = (format!("/api/v1/photos/{}/original", named.file_id), &named.bytes);
            let last = bytes.len() - 1;
            let ranges = [
                ("bytes=0-99", 0..100), ("bytes=10-", 10..bytes.len()), ("bytes=-20", bytes.len() - 20..bytes.len()),
                ("bytes=5-999999", 5..bytes.len()),
            ];
            for (range, expected) in ranges {
                let got = part(&office.http, &path, range).await.expect(206);
                assert_eq!(got.bytes, bytes[expected.clone()], "{range}");
                assert_eq!(got.header("content-range"), format!("bytes {}-{}/{}", expected.start, expected.end - 1, bytes.len()));
                assert_eq!(got.header("accept-ranges"), "bytes");
            }
            let beyond = part(&office.http, &path, &format!("bytes={}-", last + 1)).await.expect_problem(416, "bad_range");
            assert_eq!(beyond.header("content-range"), format!("bytes */{}", bytes.len()));
            // Several spans, or none that is one: the whole file (RFC 9110, 14.2).
            for whole in ["bytes=0-1,5-6", "lines=1-2", "bytes=9-1"] {
                assert_eq!(part(&office.http, &path, whole).await.expect(200).bytes, *bytes, "{whole}");
            }
            let stale = office.http.request(Method::GET, &path).header("range", "bytes=0-9").header("if-range", "\"another\"");
            assert_eq!(send(stale).await.expect(200).bytes, *bytes);
            part(&world.http(), &path, "bytes=0-9").await.expect_problem(401, "signed_out");
            part(&world.http(), &format!("{path}?pass=x"), "bytes=0-9").await.expect_problem(401, "signed_out");
        }
        // A voice note has no picture.
        let told = ask(&office, "thumb", &[sealed.photos[1].file_id]).await;
        assert_eq!((told["items"][0]["state"].as_str(), &told["items"][0]["address"]), (Some("no_preview"), &Value::Null));
        assert!(office.now() >= world.clock.now() - TimeDelta::seconds(1));
    }
}
