//! Photos from a village without an account: what a link shows and takes, what it never does, and how a desk officer takes them over.

use super::write;
use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::backend::Backend;
use lalian_tests::desk::{about, command, found, in_progress, issue, ticket};
use lalian_tests::http::{Answer, Http, send, try_send};
use lalian_tests::phone::fresh_id;
use lalian_tests::photo;
use lalian_tests::stories;
use lalian_tests::world::World;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;

fn hash(bytes: &[u8]) -> String {
    lalian::domain::field::envelope::hash(bytes)
}

/// Somebody in the village with the link's token; `address` is only for a proxy that is believed, so all come from one.
fn villager(world: &World, token: &str) -> Http {
    world.http().with("lalian-link", token)
}

async fn send_photo(http: &Http, bytes: &[u8]) -> Answer {
    let request = http.request(Method::PUT, &format!("/api/v1/village-link/photos/{}", hash(bytes)));
    send(request.header("content-type", "application/octet-stream").body(bytes.to_vec())).await
}

fn draft(photos: &[&[u8]]) -> Value {
    let photos: Vec<Value> = photos.iter().map(|bytes| json!({ "sha256": hash(bytes), "taken_at": null, "position": { "lon": 104.98, "lat": 30.28, "accuracy_m": 12.0 } })).collect();
    json!({ "draft_id": fresh_id(), "name": "王大\u{202e}爷", "note": "修好了", "photos": photos })
}

async fn link(officer: &Actor, ticket: Uuid) -> (Uuid, String) {
    let made = write(officer, "/api/v1/village-links", &json!({ "ticket_id": ticket })).await.expect(201);
    (made.text("/id").parse().expect("an id"), made.text("/token"))
}

stories! {
    async fn a_village_sends_photos_and_the_desk_takes_them_over_under_its_own_name(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 2_400).await;
        let officer = world.township(0, Role::DeskOfficer).await;
        let key = fresh_id().to_string();
        let http = officer.http.with("idempotency-key", &key);
        let made = http.post("/api/v1/village-links", &json!({ "ticket_id": id })).await.expect(201);
        let token = made.text("/token");
        assert_eq!(token.len(), 43);
        let again = http.post("/api/v1/village-links", &json!({ "ticket_id": id })).await.expect(201);
        assert_eq!((again.at("/id"), again.at("/token")), (made.at("/id"), Value::Null), "told once, kept nowhere");
        let listed = officer.list(&format!("/api/v1/village-links?ticket_id={id}")).await;
        assert_eq!((listed.len(), &listed[0]["state"], &listed[0]["token"]), (1, &json!("open"), &Value::Null));

        // Opening it does nothing, sets nothing, and shows little.
        let before = ticket(&officer, id).await;
        let http = villager(&world, &token);
        let page = http.get("/api/v1/village-link").await.expect(200);
        assert_eq!((page.at("/title"), page.at("/photos_left"), page.at("/demo")), (before["title"].clone(), json!(6), json!(true)));
        assert_eq!((page.header("set-cookie"), page.header("cache-control")), ("", "no-store"));
        let mut known: Vec<String> = page.json().as_object().expect("an object").keys().cloned().collect();
        known.sort();
        assert_eq!(known, ["demo", "due_day", "expires_at", "has_before", "photos_left", "place", "title", "unit_name"]);
        assert_eq!(ticket(&officer, id).await["version"], before["version"]);
        let picture = http.get("/api/v1/village-link/before").await;
        assert!([200, 202].contains(&picture.status), "{picture}");
        // Nothing else is readable with it.
        for path in ["/api/v1/tickets", "/api/v1/session", "/api/v1/village-drafts", &format!("/api/v1/tickets/{id}")] {
            http.get(path).await.expect_problem(401, "signed_out");
        }

        let (one, two) = (photo::tiny(2_401), photo::tiny(2_402));
        let early = http.post("/api/v1/village-link/drafts", &draft(&[&one])).await.expect_problem(422, "invalid_field");
        assert_eq!(early.at("/errors/0/field"), "/photos/0/sha256");
        assert_eq!(send_photo(&http, &one).await.expect(200).at("/photos_left"), 5);
        assert_eq!(send_photo(&http, &one).await.expect(200).at("/photos_left"), 5, "the same again");
        send_photo(&http, &two).await.expect(200);
        let sent = draft(&[&one, &two]);
        let taken = http.post("/api/v1/village-link/drafts", &sent).await.expect(200);
        assert_eq!(http.post("/api/v1/village-link/drafts", &sent).await.expect(200).json(), taken.json(), "a repeat");
        let mut nameless = draft(&[&one]);
        nameless["name"] = json!(" \u{200b}");
        http.post("/api/v1/village-link/drafts", &nameless).await.expect_problem(422, "invalid_field");
        http.post("/api/v1/village-link/drafts", &draft(&[&one])).await.expect_problem(422, "invalid_field");
        assert_eq!(ticket(&officer, id).await["version"], before["version"], "a draft is no step");

        // The township's desk has it, and nobody else.
        assert_eq!(ticket(&officer, id).await["village_drafts"], 1);
        let told = officer.list("/api/v1/notices?kind=draft_waiting").await;
        assert_eq!((told.len(), &told[0]["ticket"]["id"]), (1, &json!(id)), "once: {told:?}");
        assert_eq!(officer.http.get("/api/v1/tickets/counts").await.expect(200).at("/village_drafts"), 1);
        let drafts = officer.list("/api/v1/village-drafts?state=waiting").await;
        assert_eq!((drafts.len(), &drafts[0]["taken_by"], drafts[0]["photos"].as_array().map(Vec::len)), (1, &json!("王大爷"), Some(2)), "{drafts:?}");
        let stranger = world.township(1, Role::DeskOfficer).await;
        assert_eq!(stranger.list("/api/v1/village-drafts").await.len(), 0);
        let number = drafts[0]["id"].as_str().expect("an id").to_owned();
        stranger.http.get(&format!("/api/v1/village-drafts/{number}/photos/1/thumb")).await.expect_problem(404, "not_found");
        officer.http.get(&format!("/api/v1/village-drafts/{number}/photos/1/original")).await.expect_problem(404, "not_found");
        let shown = officer.http.get(&format!("/api/v1/village-drafts/{number}/photos/1/display")).await;
        assert!([200, 202].contains(&shown.status), "{shown}");
        write(&stranger, &format!("/api/v1/village-drafts/{number}/discard"), &json!({ "reason": "试" })).await.expect_problem(404, "not_found");

        // Taken over: an ordinary repair of his own, and the bytes need not come again.
        let payload = |attempt: Uuid| about(id, &json!({ "attempt_id": attempt, "note": "群众拍摄", "village_draft_id": number }));
        let deputy = world.township(0, Role::DeputyLeader).await;
        assert_eq!(deputy.operate("ticket.rectify/1", payload(fresh_id())).await.expect(201).at("/outcome"), "conflict", "it is the desk's");
        let attempt = fresh_id();
        let sealed = officer.draft("ticket.rectify/1", payload(attempt)).photo("after", None, one.clone()).photo("after", None, two.clone()).seal();
        let other = officer.draft("ticket.rectify/1", payload(fresh_id())).seal();
        let (first, second) = tokio::join!(officer.put(&sealed), officer.put(&other));
        let mut outcomes = [first.text("/outcome"), second.text("/outcome")];
        outcomes.sort();
        assert_eq!(outcomes, ["applied", "conflict"], "one of two: {first} {second}");
        if first.at("/outcome") == "applied" {
            assert_eq!((first.at("/missing"), first.at("/receipt").is_string()), (json!([]), true), "{first}");
            let row = ticket(&officer, id).await;
            assert_eq!((&row["attempt_list"][0]["taken_by"], row["after"].as_array().map(Vec::len), &row["missing_files"]), (&json!("王大爷"), Some(2), &json!(0)), "{row}");
        }
        assert_eq!(officer.list("/api/v1/village-drafts?state=waiting").await.len(), 0);
        write(&officer, &format!("/api/v1/village-drafts/{number}/discard"), &json!({ "reason": "试" })).await.expect_problem(409, "wrong_state");
    }

    async fn a_link_ends_in_every_way_with_the_same_answer_and_takes_no_more_than_it_says(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 2_410).await;
        let officer = world.township(0, Role::DeskOfficer).await;
        let (_, full) = link(&officer, id).await;
        let http = villager(&world, &full);
        let sends = async |number: u64| {
            let bytes = photo::tiny(number);
            send_photo(&villager(&world, &full), &bytes).await
        };
        // More at once than it takes: never more than six, whatever the order.
        let mut taken = 0;
        for number in 2_420..2_428 {
            let answer = sends(number).await;
            assert!([200, 409].contains(&answer.status), "{answer}");
            taken += usize::from(answer.status == 200);
        }
        assert_eq!(taken, 6);
        sends(2_429).await.expect_problem(409, "link_full");
        let (made, token) = link(&officer, id).await;
        let other = villager(&world, &token);
        let bytes = photo::tiny(2_411);
        // What is no photo, is not what it is called, or is too long.
        let text = b"<html><script>alert(1)</script></html>".to_vec();
        send_photo(&other, &text).await.expect_problem(415, "unsupported_type");
        let wrong = other.request(Method::PUT, &format!("/api/v1/village-link/photos/{}", "0".repeat(64)));
        send(wrong.header("content-type", "application/octet-stream").body(bytes.clone())).await.expect_problem(460, "checksum_mismatch");
        let odd = other.request(Method::PUT, "/api/v1/village-link/photos/..%2F..%2Fetc");
        assert!([400, 404].contains(&send(odd.body(bytes.clone())).await.status));
        // Told before a byte of it is read; a client that writes on may not hear the answer.
        let long = photo::of_size(2_412, 9 * 1024 * 1024);
        let request = other.request(Method::PUT, &format!("/api/v1/village-link/photos/{}", hash(&long)));
        if let Ok(answer) = try_send(request.body(long)).await {
            answer.expect_problem(413, "too_large");
        }
        assert_eq!(other.get("/api/v1/village-link").await.expect(200).at("/photos_left"), 6, "none of it was taken");
        // One photo belongs to one link.
        let theirs = photo::tiny(2_420);
        other.post("/api/v1/village-link/drafts", &draft(&[&theirs])).await.expect_problem(422, "invalid_field");

        let stranger = world.township(1, Role::DeskOfficer).await;
        write(&stranger, &format!("/api/v1/village-links/{made}/revoke"), &json!({})).await.expect_problem(404, "not_found");
        write(&stranger, "/api/v1/village-links", &json!({ "ticket_id": id })).await.expect_problem(404, "not_found");
        let revoked = write(&officer, &format!("/api/v1/village-links/{made}/revoke"), &json!({})).await.expect(200);
        assert_eq!(revoked.at("/state"), "revoked");
        let same = |answer: Answer| {
            let problem = answer.expect_problem(404, "link_ended").json();
            (problem["title_zh"].clone(), problem["detail_zh"].clone(), problem["errors"].clone())
        };
        let ended = same(other.get("/api/v1/village-link").await);
        assert_eq!(same(villager(&world, &"A".repeat(43)).get("/api/v1/village-link").await), ended);
        assert_eq!(same(world.http().get("/api/v1/village-link").await), ended);
        assert_eq!(same(send_photo(&other, &bytes).await), ended);
        assert_eq!(same(other.post("/api/v1/village-link/drafts", &draft(&[&bytes])).await), ended);
        // After three days by itself.
        world.clock.advance(TimeDelta::hours(72));
        assert_eq!(same(http.get("/api/v1/village-link").await), ended);

        // Guessing waits, and then the right one waits with it.
        let officer = world.township(0, Role::DeskOfficer).await;
        let (_, token) = link(&officer, id).await;
        for _ in 0..30 {
            villager(&world, &"B".repeat(43)).get("/api/v1/village-link").await;
        }
        let answer = villager(&world, &token).get("/api/v1/village-link").await.expect_problem(429, "too_many");
        assert_eq!(answer.header("retry-after"), "60");
        world.clock.advance(TimeDelta::minutes(1));
        villager(&world, &token).get("/api/v1/village-link").await.expect(200);
    }

    async fn a_link_is_only_for_what_the_township_repairs_now(world: World) {
        let inspector = world.inspector().await;
        let ids = found(&world, &inspector, &["BUS-01", "BUS-03"], 2_440).await;
        let (officer, deputy) = (world.township(0, Role::DeskOfficer).await, world.township(0, Role::DeputyLeader).await);
        write(&officer, "/api/v1/village-links", &json!({ "ticket_id": ids[0] })).await.expect_problem(404, "not_found");
        issue(&world, ids[0], 0).await;
        write(&deputy, "/api/v1/village-links", &json!({ "ticket_id": ids[0] })).await.expect_problem(403, "forbidden");
        let (_, token) = link(&officer, ids[0]).await;
        let http = villager(&world, &token);
        let bytes = photo::tiny(2_441);
        send_photo(&http, &bytes).await.expect(200);
        http.post("/api/v1/village-link/drafts", &draft(&[&bytes])).await.expect(200);
        for person in [0, 1] {
            command(&world.desk_of(Role::Office, person).await, "ticket.void/1", ids[0], json!({ "reason": "重复" })).await;
        }
        http.get("/api/v1/village-link").await.expect_problem(404, "link_ended");
        write(&officer, "/api/v1/village-links", &json!({ "ticket_id": ids[0] })).await.expect_problem(409, "wrong_state");
        // A draft of one ticket repairs no other.
        issue(&world, ids[1], 0).await;
        let number = officer.list("/api/v1/village-drafts").await[0]["id"].clone();
        let payload = about(ids[1], &json!({ "attempt_id": fresh_id(), "note": "", "village_draft_id": number }));
        assert_eq!(officer.operate("ticket.rectify/1", payload).await.expect(201).at("/outcome"), "conflict");
        let put_aside = write(&officer, &format!("/api/v1/village-drafts/{}/discard", number.as_str().expect("an id")), &json!({ "reason": "拍的不是这里" })).await.expect(200);
        assert_eq!((put_aside.at("/state"), put_aside.at("/reason")), (json!("discarded"), json!("拍的不是这里")));
    }

    async fn a_full_disk_takes_no_photo_and_the_link_lives_on(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 2_460).await;
        let (_, token) = link(&world.township(0, Role::DeskOfficer).await, id).await;
        let bytes = photo::tiny(2_461);
        let mut world = world;
        world.restart(|config| config.disk_floor_bytes = u64::MAX).await;
        let refused = send_photo(&villager(&world, &token), &bytes).await.expect_problem(503, "storage_low");
        assert!(refused.headers.contains_key("retry-after"), "{refused}");
        let left = villager(&world, &token).get("/api/v1/village-link").await.expect(200);
        assert_eq!(left.at("/photos_left"), json!(6), "nothing was counted");
        world.restart(|config| config.disk_floor_bytes = 0).await;
        send_photo(&villager(&world, &token), &bytes).await.expect(200);
        villager(&world, &token).post("/api/v1/village-link/drafts", &draft(&[&bytes])).await.expect(200);
    }

    async fn whoever_asks_too_often_is_counted_by_all_processes_together_and_over_a_restart(world: World) {
        let mut world = world;
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 2_470).await;
        let officer = world.township(0, Role::DeskOfficer).await;
        let (_, token) = link(&officer, id).await;
        let (_, spare) = link(&officer, id).await;
        let second = match world.backend {
            Backend::Postgres => Some(world.beside().await),
            // One process has a file to itself.
            Backend::Sqlite => None,
        };
        let mut doors = vec![world.http().base().to_owned()];
        doors.extend(second.as_ref().map(|server| format!("http://{}", server.addr())));
        let mut racers = JoinSet::new();
        for number in 0..90 {
            let http = villager(&world, &token).through(doors[number % doors.len()].clone());
            racers.spawn(async move { http.get("/api/v1/village-link").await.status });
        }
        let statuses = racers.join_all().await;
        let of = |wanted: u16| statuses.iter().filter(|status| **status == wanted).count();
        assert_eq!((of(200), of(429)), (60, 30), "as many as one link may, however they come: {statuses:?}");
        if let Some(server) = second {
            server.stop().await.expect("it stops");
        }
        world.restart(|_| {}).await;
        villager(&world, &token).get("/api/v1/village-link").await.expect_problem(429, "too_many");
        villager(&world, &spare).get("/api/v1/village-link").await.expect(200);
        world.clock.advance(TimeDelta::minutes(1));
        villager(&world, &token).get("/api/v1/village-link").await.expect(200);
        // Who guesses does not begin anew either.
        for number in 0..20 {
            if number == 10 {
                world.restart(|_| {}).await;
            }
            villager(&world, &"C".repeat(43)).get("/api/v1/village-link").await.expect_problem(404, "link_ended");
        }
        villager(&world, &"C".repeat(43)).get("/api/v1/village-link").await.expect_problem(429, "too_many");
        world.restart(|_| {}).await;
        villager(&world, &token).get("/api/v1/village-link").await.expect_problem(429, "too_many");
        // What is over is swept: a row for the address, one for its guesses, one for each link.
        world.clock.advance(TimeDelta::minutes(2));
        assert_eq!(world.server().app().sweep_pace().await.expect("swept"), 4);
        assert_eq!(world.server().app().sweep_pace().await.expect("swept"), 0);
        villager(&world, &token).get("/api/v1/village-link").await.expect(200);
    }
}
