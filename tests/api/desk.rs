//! The office at its desk: photos that never come, the record of who did what, corrections, and who may check what.

use chrono::TimeDelta;
use lalian::domain::{
    clock::{Clock as _, local_day},
    people::role::Role,
};
use lalian_tests::{
    actor::Actor,
    http::send,
    phone::{Sealed, fresh_id},
    photo, stories,
    visit::{Site, id_of},
    world::World,
};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

async fn ticket(actor: &Actor, id: Uuid) -> Value {
    actor.http.get(&format!("/api/v1/tickets/{id}")).await.expect(200).json()
}

/// Runs a command that the machine must allow.
async fn command(actor: &Actor, kind: &str, ticket: Uuid, more: Value) {
    let mut payload = json!({ "ticket_id": ticket, "seen_version": 1 });
    payload.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    let answer = actor.operate(kind, payload).await.expect(201);
    assert_eq!(answer.at("/outcome"), "applied", "{answer}");
}

/// The tickets of a site.
async fn tickets_of(actor: &Actor, site: &Site) -> Vec<Uuid> {
    let rows = actor.list(&format!("/api/v1/tickets?site_id={}", site.id())).await;
    rows.iter().map(|row| id_of(&row["id"])).collect()
}

/// A fault of the first township that is issued and accepted.
async fn accepted_ticket(world: &World, inspector: &Actor, seed: u64) -> Uuid {
    let office = world.office().await;
    let site = world.site(inspector, "bus_shelter", 0).await;
    let visit = site.visit(inspector, &["BUS-01"]);
    inspector.send(&visit.draft(inspector, seed).seal()).await;
    let id = tickets_of(&office, &site).await[0];
    let unit = world.township_id(0).await;
    let issue = json!({ "unit_kind": "township", "unit_id": unit, "severity": null, "is_static": null, "deadline_days": null, "note": "" });
    command(&office, "ticket.issue/1", id, issue).await;
    command(
        &world.township(0, Role::DeskOfficer).await,
        "ticket.accept/1",
        id,
        json!({ "person_named": "" }),
    )
    .await;
    id
}

/// An attempt, put forward by the deputy; its photo is only named.
async fn attempt(world: &World, id: Uuid, seed: u64) -> Sealed {
    let (officer, deputy) =
        (world.township(0, Role::DeskOfficer).await, world.township(0, Role::DeputyLeader).await);
    let attempt = fresh_id();
    let payload = json!({ "ticket_id": id, "seen_version": 1, "attempt_id": attempt, "note": "已修复" });
    let sealed = officer.draft("ticket.rectify/1", payload).photo("after", None, photo::tiny(seed)).seal();
    officer.put(&sealed).await.expect(201);
    command(&deputy, "ticket.submit/1", id, json!({ "attempt_id": attempt, "note": "" })).await;
    sealed
}

fn passed(row: &Value) -> Value {
    json!({
        "ticket_id": row["id"], "seen_version": row["version"], "attempt_id": row["attempt_id"], "verdict": "passed",
        "reason": null, "note": "", "on_site": true, "position": null,
    })
}

stories! {
    async fn naming_a_photo_again_with_other_bytes_does_not_replace_it(world: World) {
        let (inspector, office, officer) =
            (world.inspector().await, world.office().await, world.township(0, Role::DeskOfficer).await);
        let id = accepted_ticket(&world, &inspector, 8).await;
        let row = ticket(&officer, id).await;
        let before = id_of(&row["before"][0]["file_id"]);
        let original = async |actor: &Actor| actor.http.get(&format!("/api/v1/photos/{before}/original")).await.expect(200).bytes;
        let bytes = original(&office).await;
        assert_eq!(original(&officer).await, bytes, "the unit reads what it has to repair");

        // The unit names that id with bytes of its own; its operation sorts before every other.
        let (attempt_id, other) = (fresh_id(), photo::tiny(77));
        let payload = json!({ "ticket_id": id, "seen_version": row["version"], "attempt_id": attempt_id, "note": "" });
        let sealed = officer
            .draft("ticket.rectify/1", payload)
            .with_id(Uuid::from_u128(1))
            .file("after", other.clone(), json!({ "file_id": before }))
            .photo("after", None, photo::tiny(78))
            .seal();
        let (answer, _) = officer.send(&sealed).await;
        assert_eq!(answer.at("/outcome"), "applied", "{answer}");
        assert_eq!(answer.at("/flags"), json!([{ "code": "forked", "detail": before }]));

        for who in [&office, &officer, &inspector] {
            assert_eq!(original(who).await, bytes, "the id stands for what it stood for first");
            let row = ticket(who, id).await;
            let ids = |list: &Value| list.as_array().expect("photos").iter().map(|photo| photo["file_id"].clone()).collect::<Vec<_>>();
            assert_eq!(ids(&row["before"]), [json!(before)]);
            assert_eq!(ids(&row["after"]), [json!(sealed.photos[1].file_id)], "no other photo under that id");
            assert_eq!(ids(&row["attempt_list"][0]["photos"]), [json!(sealed.photos[1].file_id)]);
        }
        let ask = json!({ "file_id": before, "reason": "拍到了病人的脸" });
        let asked = office.http.with("idempotency-key", "erase-it").post("/api/v1/erasures", &ask).await.expect(201);
        assert_eq!(asked.at("/hash"), json!(format!("sha-256:{}", lalian_tests::text::hex_digest(&bytes))));
    }

    async fn a_correction_names_the_photos_of_its_visit_again(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let visit = site.visit(&inspector, &["BUS-01"]);
        let sealed = visit.draft(&inspector, 9).seal();
        inspector.send(&sealed).await;
        let photo = sealed.photos[0].file_id;
        let payload = json!({ "inspection_id": visit.inspection, "reason": "补充", "inspection": visit.payload });
        let again = inspector
            .draft("inspection.correct/1", payload)
            .file("before", sealed.photos[0].bytes.clone(), json!({ "file_id": photo, "item_path": "BUS-01" }))
            .seal();
        let (answer, _) = inspector.send(&again).await;
        assert!(!answer.at("/flags").to_string().contains("forked"), "{answer}");
        let row = office.http.get(&format!("/api/v1/inspections/{}", visit.inspection)).await.expect(200).json();
        assert!(row["photos"].as_array().expect("photos").iter().any(|shown| shown["file_id"] == json!(photo)), "{row}");
    }

    async fn a_photo_that_never_comes_is_waived_after_a_week_and_still_taken_later(world: World) {
        let id = accepted_ticket(&world, &world.inspector().await, 1).await;
        let sealed = attempt(&world, id, 900).await;
        let office = world.office().await;
        let row = ticket(&office, id).await;
        assert_eq!(row["check"], "photos", "no check without its evidence");
        let answer = office.operate("ticket.verify/1", passed(&row)).await.expect(201);
        assert_eq!((answer.at("/outcome"), answer.at("/flags/0/code")), (json!("conflict"), json!("photo_missing")), "{answer}");

        let path = format!("/api/v1/operations/{}/waiver", sealed.id);
        let early = office.http.post(&path, &json!({ "reason": "手机丢了" })).await.expect_problem(409, "wrong_state");
        assert!(early.text("/detail").contains("满7天"), "{early}");
        world.clock.advance(TimeDelta::days(8));
        let office = world.office().await;
        office.http.post(&path, &json!({ "reason": "  " })).await.expect_problem(422, "invalid_field");
        world.township(0, Role::DeskOfficer).await.http.post(&path, &json!({ "reason": "x" })).await.expect_problem(403, "forbidden");
        office.http.post(&format!("/api/v1/operations/{}/waiver", fresh_id()), &json!({ "reason": "x" })).await.expect_problem(404, "not_found");
        office.http.post(&path, &json!({ "reason": "手机丢了" })).await.expect(204);
        office.http.post(&path, &json!({ "reason": "手机丢了" })).await.expect_problem(409, "wrong_state");
        let line = office.list(&format!("/api/v1/audit?object_id={}", sealed.id)).await.remove(0);
        assert_eq!((&line["action"], &line["reason"]), (&json!("operation.waive_files"), &json!("手机丢了")));

        // Its photo reads as waived, nothing is signed for it, and the check goes on.
        let row = ticket(&office, id).await;
        assert_eq!((&row["check"], &row["after"][0]["state"]), (&json!("yes"), &json!("waived")));
        let officer = world.township(0, Role::DeskOfficer).await;
        officer.receipt(sealed.id).await.expect(202);
        office.operate("ticket.verify/1", passed(&row)).await.expect(201);
        assert_eq!(ticket(&office, id).await["state"], "closed");

        // The phone is found again: what comes after all is taken in and signed for.
        officer.upload(&sealed.photos[0].bytes).await;
        assert_eq!(ticket(&office, id).await["after"][0]["state"], "stored");
        officer.verified_receipt(&sealed).await;
    }

    async fn who_reported_or_repaired_is_told_that_he_may_not_check(world: World) {
        let (finder, colleague) = (world.inspector().await, world.phone_of(Role::Inspector, 1).await);
        let id = accepted_ticket(&world, &finder, 2).await;
        let office = world.office().await;
        assert_eq!(ticket(&office, id).await["check"], Value::Null, "nothing waits for a check");
        let sealed = attempt(&world, id, 901).await;
        world.township(0, Role::DeskOfficer).await.upload(&sealed.photos[0].bytes).await;
        for (who, expected) in [(&finder, json!("own")), (&colleague, json!("yes")), (&office, json!("yes"))] {
            assert_eq!(ticket(who, id).await["check"], expected);
            let row = who.rows("tickets").await.into_iter().find(|row| row["id"] == json!(id)).expect("in the working set");
            assert_eq!(row["check"], expected, "the phone is told the same");
        }
        assert_eq!(ticket(&world.township(0, Role::DeputyLeader).await, id).await["check"], Value::Null);
        let row = ticket(&finder, id).await;
        let answer = finder.operate("ticket.verify/1", passed(&row)).await.expect(201);
        assert_eq!(answer.at("/outcome"), "conflict", "the rule is the command's own: {answer}");
    }

    async fn a_correction_keeps_the_photos_that_its_visit_already_has(world: World) {
        let inspector = world.inspector().await;
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let visit = site.visit(&inspector, &["BUS-01", "BUS-03"]);
        inspector.send(&visit.draft(&inspector, 3).seal()).await;
        let mut body = visit.payload.clone();
        body["note"] = json!("补充说明");
        let correction = json!({ "inspection_id": visit.inspection, "seen_version": 1, "reason": "漏写一句", "inspection": body });
        // No photo is named again: those of the first version still belong to the visit.
        let answer = inspector.operate("inspection.correct/1", correction).await.expect(201);
        assert_eq!(answer.at("/outcome"), "applied");
        let flags: Vec<Value> = answer.at("/flags").as_array().expect("flags").clone();
        assert!(!flags.iter().any(|flag| flag["code"] == "photo_missing"), "{flags:?}");
        assert!(answer.at("/receipt").is_string(), "nothing more to wait for: {answer}");
        let shown = inspector.http.get(&format!("/api/v1/inspections/{}", visit.inspection)).await.expect(200).json();
        assert_eq!((&shown["revision"], &shown["note"]), (&json!(2), &json!("补充说明")));
        let photos = shown["photos"].as_array().expect("photos");
        assert_eq!(photos.len(), 2, "{photos:?}");
        assert_eq!(shown["revisions"].as_array().expect("both stay readable").len(), 2);
        for id in tickets_of(&inspector, &site).await {
            assert_eq!(ticket(&inspector, id).await["before"].as_array().expect("photos").len(), 1, "the ticket keeps its evidence");
        }
        // A correction that fails another item without a photo is flagged for that one only.
        let mut more = site.visit(&inspector, &["BUS-01", "BUS-03", "BUS-04"]).payload;
        more["inspection_id"] = json!(visit.inspection);
        let correction = json!({ "inspection_id": visit.inspection, "seen_version": 2, "reason": "还有一处", "inspection": more });
        let answer = inspector.operate("inspection.correct/1", correction).await.expect(201);
        let without: Vec<Value> = answer.at("/flags").as_array().expect("flags").iter().filter(|flag| flag["code"] == "photo_missing").map(|flag| flag["detail"].clone()).collect();
        assert!(without.iter().all(|item| item == "BUS-04"), "{without:?}");
        // Somebody else does not correct it.
        let other = world.phone_of(Role::Inspector, 1).await;
        let stolen = json!({ "inspection_id": visit.inspection, "seen_version": 2, "reason": "x", "inspection": visit.payload });
        other.operate("inspection.correct/1", stolen).await.expect_refusal("unknown_inspection");
    }

    async fn the_record_says_who_did_what_newest_first(world: World) {
        let inspector = world.inspector().await;
        let id = accepted_ticket(&world, &inspector, 4).await;
        let office = world.office().await;
        let lines = office.list("/api/v1/audit").await;
        let seqs: Vec<i64> = lines.iter().map(|line| line["seq"].as_i64().expect("a number")).collect();
        assert!(seqs.windows(2).all(|pair| pair[0] > pair[1]), "newest first, each once");
        for action in ["session.open", "inspection.submit/1", "ticket.issue/1", "ticket.accept/1", "divisions.import"] {
            assert!(lines.iter().any(|line| line["action"] == action), "{action}");
        }
        let issued = lines.iter().find(|line| line["action"] == "ticket.issue/1").expect("its line");
        assert_eq!((&issued["person_id"], &issued["noun"]), (&json!(office.person()), &json!("operations")));
        assert!(issued["person_name"].is_string() && issued["hash_after"].as_str().is_some_and(|hash| hash.starts_with("sha-256:")), "{issued}");
        // One object's lines, by pages of one.
        let operation = issued["object_id"].as_str().expect("an id");
        assert_eq!(office.list(&format!("/api/v1/audit?object_id={operation}")).await, std::slice::from_ref(issued));
        let first = office.http.get("/api/v1/audit?limit=1").await.expect(200).json();
        let second = office.http.get(&format!("/api/v1/audit?limit=1&cursor={}", first["next"].as_str().expect("more"))).await.expect(200).json();
        assert!(second["items"][0]["seq"].as_i64() < first["items"][0]["seq"].as_i64());
        // By person, by kind of object, by day, by words of the reason; together they narrow.
        let by = office.list(&format!("/api/v1/audit?person_id={}&noun=operations", office.person())).await;
        assert!(!by.is_empty() && by.iter().all(|line| line["person_id"] == json!(office.person()) && line["noun"] == "operations"), "{by:?}");
        let day = local_day(world.clock.now());
        assert_eq!(office.list(&format!("/api/v1/audit?from={day}&to={day}")).await.len(), lines.len());
        assert!(office.list(&format!("/api/v1/audit?from={}", day + chrono::Days::new(1))).await.is_empty(), "tomorrow");
        let settings = office.http.get("/api/v1/settings").await.expect(200).json();
        let changed = json!({ "version": settings["version"], "settings": settings["settings"], "reason": "按县里 100% 的要求" });
        send(office.http.with("idempotency-key", "words").request(Method::PUT, "/api/v1/settings").json(&changed)).await.expect(200);
        for (words, found) in [("100%25", 1), ("县里", 1), ("100_", 0), ("没有这句话", 0)] {
            assert_eq!(office.list(&format!("/api/v1/audit?q={words}")).await.len(), found, "{words}");
        }
        office.http.get(&format!("/api/v1/audit?q=x&from={}", day - chrono::Days::new(200))).await.expect_problem(422, "invalid_field");
        // Nothing of what was written stands in it, and nobody else reads it.
        assert!(!serde_json::to_string(&lines).expect("text").contains("password"), "no secret");
        world.township(0, Role::DeskOfficer).await.http.get("/api/v1/audit").await.expect_problem(403, "forbidden");
        assert!(ticket(&office, id).await["state"] == "in_progress");
    }

    async fn signing_out_is_on_the_record_once(world: World) {
        let inspector = world.inspector().await;
        let session = inspector.me["session_id"].clone();
        let out = inspector.http.with("cookie", &inspector.cookie).with("sec-fetch-site", "same-origin");
        out.post("/api/v1/session/logout", &json!({})).await.expect(204);
        out.post("/api/v1/session/logout", &json!({})).await.expect(204);
        inspector.http.get("/api/v1/session").await.expect_problem(401, "signed_out");
        let lines = world.office().await.list("/api/v1/audit").await;
        let closed: Vec<&Value> = lines.iter().filter(|line| line["action"] == "session.close").collect();
        assert_eq!(closed.len(), 1, "{closed:?}");
        assert_eq!(closed[0]["person_id"], json!(inspector.person()));
        assert!(session.is_null() || closed[0]["object_id"] == session, "{closed:?}");
    }

    async fn departments_are_named_in_both_languages(world: World) {
        let office = world.office().await;
        let rows = office.list("/api/v1/departments").await;
        assert!(rows.iter().any(|row| row["code"] == "transport"), "{rows:?}");
        for row in &rows {
            let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
            assert!(!text("name_zh").is_ascii() && text("name_en").is_ascii() && !text("name_en").is_empty(), "{row}");
            id_of(&row["id"]);
        }
        // What a ticket may be issued to is what the list names.
        let codes: Vec<&Value> = rows.iter().map(|row| &row["code"]).collect();
        assert_eq!(codes.len(), codes.iter().collect::<std::collections::HashSet<_>>().len());
        let township = world.township(0, Role::VillageCadre).await;
        assert_eq!(township.list("/api/v1/departments").await.len(), rows.len(), "words for everybody of the county");
    }
}
