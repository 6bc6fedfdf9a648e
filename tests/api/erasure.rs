//! Two people erase the bytes of a photo: gone for everybody, while the record, the hash and the receipts stay.

use lalian::domain::people::role::Role;
use lalian_tests::{
    actor::Actor,
    http::{Answer, Http},
    phone::{Sealed, fresh_id},
    photo, stories,
    text::hex_digest,
    visit::{Site, id_of},
    world::World,
};
use serde_json::{Value, json};
use std::{path::Path, time::Duration};
use uuid::Uuid;

async fn ask_as(http: &Http, key: &str, photo: Uuid, reason: &str) -> Answer {
    let body = json!({ "file_id": photo, "reason": reason });
    http.with("idempotency-key", key).post("/api/v1/erasures", &body).await
}

async fn ask(office: &Actor, photo: Uuid) -> Uuid {
    let answer = ask_as(&office.http, &fresh_id().to_string(), photo, "拍到了病人的脸").await.expect(201);
    id_of(&answer.at("/id"))
}

async fn confirm(http: &Http, erasure: Uuid) -> Answer {
    http.post(&format!("/api/v1/erasures/{erasure}/confirm"), &json!({ "note": "属实" })).await
}

async fn look(actor: &Actor, photo: Uuid, size: &str) -> Answer {
    actor.http.get(&format!("/api/v1/photos/{photo}/{size}")).await
}

/// A visit with one failed item and its photo.
async fn visit(inspector: &Actor, site: &Site, bytes: Vec<u8>) -> Sealed {
    let visit = site.visit(inspector, &["BUS-01"]);
    inspector
        .draft("inspection.submit/1", visit.payload.clone())
        .photo("before", Some("BUS-01"), bytes)
        .seal()
}

/// Waits until the copies for the screen are there.
async fn developed(actor: &Actor, photo: Uuid) {
    for _ in 0..200 {
        if look(actor, photo, "thumb").await.status == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no copies are made");
}

/// Waits until the request says that storage holds nothing more.
async fn gone(office: &Actor, erasure: Uuid) -> Value {
    for _ in 0..200 {
        let row = office
            .list("/api/v1/erasures")
            .await
            .into_iter()
            .find(|row| row["id"] == json!(erasure))
            .expect("listed");
        if row["bytes_gone_at"].is_string() {
            return row;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the bytes stay");
}

/// Every file below a folder whose bytes are these, or whose path names their hash.
fn traces(folder: &Path, bytes: &[u8]) -> Vec<String> {
    let hash = hex_digest(bytes);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(traces(&path, bytes));
        } else if path.to_string_lossy().contains(&hash)
            || std::fs::read(&path).is_ok_and(|there| there == bytes)
        {
            found.push(path.display().to_string());
        }
    }
    found
}

stories! {
    async fn two_people_erase_a_photo_and_everything_else_stays(world: World) {
        let (inspector, office, second) = (world.inspector().await, world.office().await, world.desk_of(Role::Office, 1).await);
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let bytes = photo::of_size(7, 30_000);
        let sealed = visit(&inspector, &site, bytes.clone()).await;
        inspector.send(&sealed).await;
        let photo = sealed.photos[0].file_id;
        developed(&office, photo).await;
        assert!(traces(world.folder(), &bytes).len() >= 3, "original and copies lie there");
        let from = inspector.http.get("/api/v1/sync/snapshot").await.expect(200).text("/cursor");

        // One asks, with a reason; who asked cannot confirm; nothing has happened yet.
        ask_as(&office.http, "k1", photo, "  ").await.expect_problem(422, "invalid_field");
        ask_as(&office.http, "k1", fresh_id(), "x").await.expect_problem(404, "not_found");
        ask_as(&inspector.http, "k1", photo, "x").await.expect_problem(403, "forbidden");
        let first = ask_as(&office.http, "k2", photo, "拍到了病人的脸").await.expect(201);
        let again = ask_as(&office.http, "k2", photo, "拍到了病人的脸").await.expect(201);
        assert_eq!(first.at("/id"), again.at("/id"), "the same press of a button");
        ask_as(&second.http, "k3", photo, "另一个理由").await.expect_problem(409, "wrong_state");
        let erasure = id_of(&first.at("/id"));
        let own = confirm(&office.http, erasure).await.expect_problem(409, "wrong_state");
        assert!(own.text("/detail").contains("另一位同事"), "{own}");
        confirm(&inspector.http, erasure).await.expect_problem(403, "forbidden");
        look(&office, photo, "display").await.expect(200);
        assert_eq!(second.list("/api/v1/erasures?state=asked").await[0]["may_confirm"], true);
        assert_eq!(office.list("/api/v1/erasures?state=asked").await[0]["may_confirm"], false);

        // The second confirms: shown to nobody from this moment, and soon nowhere on the disk.
        let done = confirm(&second.http, erasure).await.expect(200);
        assert_eq!(done.at("/state"), "erased");
        confirm(&second.http, erasure).await.expect(200);
        for (who, size) in [(&office, "thumb"), (&second, "display"), (&inspector, "original")] {
            look(who, photo, size).await.expect_problem(410, "file_erased");
        }
        let row = gone(&office, erasure).await;
        assert_eq!((row["decision"].as_str(), row["decided_by_name"].is_string()), (Some("属实"), true));
        assert_eq!(traces(world.folder(), &bytes), Vec::<String>::new(), "original, copies and pieces are gone");
        assert_eq!(row["hash"], json!(format!("sha-256:{}", hex_digest(&bytes))), "the hash stays as a tombstone");
        let after = office.http.post(&format!("/api/v1/erasures/{erasure}/withdraw"), &json!({ "reason": "x" })).await;
        after.expect_problem(409, "wrong_state");

        // The record, the ticket and the receipt stay; phones are told.
        inspector.verified_receipt(&sealed).await;
        let ticket = office.list(&format!("/api/v1/tickets?site_id={}", site.id())).await.remove(0);
        assert_eq!(ticket["before"][0]["state"], "erased");
        // Where several writers commit out of order, changes are told when they are some seconds old.
        world.clock.advance(chrono::TimeDelta::seconds(10));
        let changes = inspector.told_since(&from).await;
        assert!(changes.iter().any(|change| change["row"]["before"][0]["state"] == "erased"), "the feed tells");
        let phone = inspector.phone.as_ref().expect("a phone");
        let report = json!({
            "epoch": null, "sealed_through": phone.sealed_through(), "held": { "operations": 0, "files": 0 },
            "items": [{ "seq": sealed.seq, "operation_id": sealed.id, "hash": sealed.sha256(), "state": "confirmed" }],
        });
        let answer = inspector.http.post(&format!("/api/v1/devices/{}/reconcile", phone.id), &report).await.expect(200);
        assert_eq!((answer.at("/erased"), answer.at("/known/0/complete")), (json!([photo]), json!(true)), "{answer}");

        // Who, what, why: on the record.
        let lines = office.list("/api/v1/audit").await;
        for (action, person) in [("photo.erase_ask", &office), ("photo.erase", &second)] {
            let found: Vec<&Value> = lines.iter().filter(|line| line["action"] == action).collect();
            assert_eq!(found.len(), 1, "{action}: {found:?}");
            assert_eq!((&found[0]["person_id"], &found[0]["hash_before"]), (&json!(person.person()), &row["hash"]));
            assert!(found[0]["reason"].as_str().is_some_and(|reason| reason.contains("病人")), "{found:?}");
        }
    }

    async fn erased_bytes_are_not_taken_in_again_and_hold_up_no_receipt(world: World) {
        let (inspector, office, second) = (world.inspector().await, world.office().await, world.desk_of(Role::Office, 1).await);
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let bytes = photo::tiny(70);
        let first = visit(&inspector, &site, bytes.clone()).await;
        inspector.send(&first).await;
        // A colleague has named the same bytes and not sent them yet.
        let colleague = world.phone_of(Role::Inspector, 1).await;
        let waiting = visit(&colleague, &site, bytes.clone()).await;
        colleague.put(&waiting).await.expect(201);
        colleague.receipt(waiting.id).await.expect(202);
        let erasure = ask(&office, first.photos[0].file_id).await;
        confirm(&second.http, erasure).await.expect(200);
        gone(&office, erasure).await;

        // His record waits for nothing any more, and its receipt says what became of the file.
        let claims = colleague.verified_receipt(&waiting).await;
        assert_eq!(claims["files"][0]["erased"], true, "{claims}");
        look(&colleague, waiting.photos[0].file_id, "thumb").await.expect_problem(410, "file_erased");
        for who in [&inspector, &colleague] {
            let refused = who.try_upload(&bytes).await.expect_problem(410, "file_erased");
            assert!(refused.text("/title_zh").contains("按规定删除"), "{refused}");
        }
        // Sealed later with the same bytes: taken in at once, complete at once, without the bytes.
        let later = visit(&inspector, &site, bytes.clone()).await;
        let answer = inspector.put(&later).await.expect(201);
        assert_eq!(answer.at("/missing"), json!([]), "{answer}");
        assert_eq!(inspector.verified_receipt(&later).await["files"][0]["erased"], true);
        assert_eq!(traces(world.folder(), &bytes), Vec::<String>::new());
        // Asking again for what is erased already says so.
        ask_as(&office.http, "again", first.photos[0].file_id, "x").await.expect_problem(410, "file_erased");
    }

    async fn a_request_taken_back_leaves_the_photo_and_can_be_made_again(world: World) {
        let (inspector, office, second) = (world.inspector().await, world.office().await, world.desk_of(Role::Office, 1).await);
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let sealed = visit(&inspector, &site, photo::tiny(71)).await;
        inspector.send(&sealed).await;
        let photo = sealed.photos[0].file_id;
        developed(&office, photo).await;
        let erasure = ask(&office, photo).await;
        let path = format!("/api/v1/erasures/{erasure}/withdraw");
        second.http.post(&path, &json!({ "reason": "" })).await.expect_problem(422, "invalid_field");
        second.http.post(&path, &json!({ "reason": "看不到脸" })).await.expect(200);
        second.http.post(&path, &json!({ "reason": "看不到脸" })).await.expect(200);
        confirm(&second.http, erasure).await.expect_problem(409, "wrong_state");
        look(&office, photo, "display").await.expect(200);
        // Another request for the same photo is a new one; pages walk both, newest first.
        world.clock.advance(chrono::TimeDelta::minutes(1));
        let newer = ask(&second, photo).await;
        let one = office.http.get("/api/v1/erasures?limit=1").await.expect(200).json();
        assert_eq!(one["items"][0]["id"], json!(newer));
        let other = office.http.get(&format!("/api/v1/erasures?limit=1&cursor={}", one["next"].as_str().expect("more"))).await.expect(200).json();
        assert_eq!((&other["items"][0]["id"], &other["next"]), (&json!(erasure), &Value::Null));
        confirm(&office.http, newer).await.expect(200);
        look(&office, photo, "thumb").await.expect_problem(410, "file_erased");
    }

    async fn two_at_once_ask_and_confirm_once(world: World) {
        let (inspector, office, second) = (world.inspector().await, world.office().await, world.desk_of(Role::Office, 1).await);
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let sealed = visit(&inspector, &site, photo::tiny(72)).await;
        inspector.send(&sealed).await;
        let photo = sealed.photos[0].file_id;
        let (one, other) = tokio::join!(ask_as(&office.http, "a", photo, "甲"), ask_as(&second.http, "b", photo, "乙"));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "{one} {other}");
        let (asked, confirmer) = if one.status == 201 { (one, &second) } else { (other, &office) };
        let erasure = id_of(&asked.at("/id"));
        // The same finger twice, and the asker's own attempt among them.
        let (a, b) = tokio::join!(confirm(&confirmer.http, erasure), confirm(&confirmer.http, erasure));
        assert_eq!((a.status, b.status), (200, 200), "{a} {b}");
        gone(&office, erasure).await;
        let lines = office.list("/api/v1/audit").await;
        assert_eq!(lines.iter().filter(|line| line["action"] == "photo.erase").count(), 1);
    }
}
