//! What a photo proves: the photo from before is no repair, somebody else's picture is seen for what it is, and a person has the last word.

use chrono::TimeDelta;
use image::imageops;
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::phone::{Photo, fresh_id};
use lalian_tests::photo::{saved, scenery, tiny};
use lalian_tests::stories;
use lalian_tests::visit::id_of;
use lalian_tests::world::World;
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

async fn ticket(actor: &Actor, id: Uuid) -> Value {
    actor.http.get(&format!("/api/v1/tickets/{id}")).await.expect(200).json()
}

/// A ticket of the first township that it has accepted, with the photo of its fault.
async fn accepted(world: &World, kind: &str, nth: usize, before: Vec<u8>) -> (Uuid, Photo) {
    let (inspector, office) = (world.inspector().await, world.office().await);
    let site = world.site(&inspector, kind, 0).await;
    let item = &*site.ticket_items().remove(nth);
    let visit = site.visit(&inspector, &[item]);
    let sealed = inspector
        .draft("inspection.submit/1", visit.payload.clone())
        .photo("before", Some(item), before)
        .seal();
    inspector.send(&sealed).await;
    let pending = office.list(&format!("/api/v1/tickets?state=pending&site_id={}", site.id())).await;
    let row = pending.into_iter().find(|row| row["item_code"] == item).expect("its ticket");
    let issue = json!({
        "ticket_id": row["id"], "seen_version": row["version"], "unit_kind": "township", "unit_id": world.township_id(0).await,
        // Minor, so that only what is odd about its photos asks for somebody on site.
        "severity": "minor", "is_static": null, "deadline_days": null, "note": "",
    });
    office.operate("ticket.issue/1", issue).await.expect(201);
    let officer = world.township(0, Role::DeskOfficer).await;
    let id = id_of(&row["id"]);
    officer
        .operate("ticket.accept/1", json!({ "ticket_id": id, "seen_version": 2, "person_named": "" }))
        .await
        .expect(201);
    (id, sealed.photos[0].clone())
}

/// Records an attempt with this photo and puts it forward. Returns the answer to the latter.
async fn repair(world: &World, id: Uuid, after: Vec<u8>) -> (Uuid, Value) {
    let (officer, deputy) =
        (world.township(0, Role::DeskOfficer).await, world.township(0, Role::DeputyLeader).await);
    let attempt = fresh_id();
    let payload = json!({ "ticket_id": id, "seen_version": null, "attempt_id": attempt, "note": "已修复" });
    let sealed = officer.draft("ticket.rectify/1", payload.clone()).photo("after", None, after).seal();
    let (answer, _) = officer.send(&sealed).await;
    assert_eq!(answer.at("/outcome"), "applied", "recording an attempt is always taken in: {answer}");
    (attempt, deputy.operate("ticket.submit/1", payload).await.expect(201).json())
}

async fn verify(actor: &Actor, id: Uuid, attempt: Uuid, on_site: bool) -> Value {
    let payload = json!({
        "ticket_id": id, "seen_version": null, "attempt_id": attempt, "verdict": "passed", "reason": null, "note": "",
        "on_site": on_site, "position": null,
    });
    actor.operate("ticket.verify/1", payload).await.expect(201).json()
}

fn codes(flags: &Value) -> Vec<String> {
    let mut codes: Vec<String> = flags
        .as_array()
        .expect("flags")
        .iter()
        .filter_map(|flag| flag["code"].as_str().map(str::to_owned))
        .collect();
    codes.sort();
    codes
}

/// The flags of a ticket's photos, once its pictures have been weighed.
async fn weighed(actor: &Actor, id: Uuid, wanted: &str) -> Vec<Value> {
    for _ in 0..600 {
        let row = ticket(actor, id).await;
        let flags = row["photo_flags"].as_array().expect("flags").clone();
        if flags.iter().any(|flag| flag["code"] == wanted) {
            return flags;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no flag {wanted}: {}", ticket(actor, id).await["photo_flags"]);
}

stories! {
    async fn the_photo_from_before_is_no_repair(world: World) {
        let before = tiny(1);
        let (id, _) = accepted(&world, "bus_shelter", 0, before.clone()).await;
        let (_, answer) = repair(&world, id, before).await;
        assert_eq!(answer["outcome"], "conflict", "{answer}");
        assert_eq!(codes(&answer["flags"]), ["same_as_before"]);
        let deputy = world.township(0, Role::DeputyLeader).await;
        assert_eq!(ticket(&deputy, id).await["state"], "in_progress", "nothing has moved");
        // A new photo goes through.
        let (_, answer) = repair(&world, id, tiny(2)).await;
        assert_eq!(answer["outcome"], "applied", "{answer}");
    }

    async fn a_photo_that_was_used_elsewhere_is_no_repair_and_on_the_same_site_it_is(world: World) {
        let (first, _) = accepted(&world, "bus_shelter", 0, tiny(1)).await;
        let (second, _) = accepted(&world, "public_toilet", 0, tiny(2)).await;
        let (_, answer) = repair(&world, first, tiny(3)).await;
        assert_eq!(answer["outcome"], "applied", "{answer}");
        let (_, answer) = repair(&world, second, tiny(3)).await;
        assert_eq!((answer["outcome"].as_str(), codes(&answer["flags"])), (Some("conflict"), vec!["same_as_other".to_owned()]), "{answer}");
        // The answer names neither the other ticket nor its site.
        assert!(!answer.to_string().contains(&first.to_string()));
        // What was refused there is not lost for where it belongs.
        // One wall, two faults, one photo: allowed, and said.
        let (third, _) = accepted(&world, "bus_shelter", 1, tiny(4)).await;
        let (_, answer) = repair(&world, third, tiny(3)).await;
        assert_eq!(answer["outcome"], "applied", "{answer}");
        let flags = weighed(&world.office().await, third, "many_tickets").await;
        assert!(flags.iter().all(|flag| flag["strength"] != "strong"), "{flags:?}");
    }

    async fn bytes_under_the_id_of_another_photo_are_weighed_as_nobodys(world: World) {
        let mirrored = |scene| saved(&imageops::flip_horizontal(scene), 80);
        let (first, second) = (scenery(7), scenery(8));
        accepted(&world, "bus_shelter", 0, saved(&first, 90)).await;
        accepted(&world, "bus_shelter", 1, saved(&second, 90)).await;
        let (id, taken) = accepted(&world, "public_toilet", 0, tiny(2)).await;
        let (officer, office) = (world.township(0, Role::DeskOfficer).await, world.office().await);
        let payload = json!({ "ticket_id": id, "seen_version": null, "attempt_id": fresh_id(), "note": "" });
        let sealed = officer
            .draft("ticket.rectify/1", payload)
            .file("after", mirrored(&second), json!({ "file_id": taken.file_id }))
            .photo("after", None, mirrored(&first))
            .seal();
        let (answer, _) = officer.send(&sealed).await;
        assert_eq!(codes(&answer.at("/flags")), ["forked"]);
        // The one that comes last is weighed last: by then the other one would have its flag too.
        let flags = weighed(&office, id, "like_other").await;
        for flag in flags.iter().filter(|flag| flag["operation_id"] == json!(sealed.id)) {
            assert_eq!(flag["file_id"], json!(sealed.photos[1].file_id), "{flag}");
        }
    }

    async fn a_mirrored_picture_of_another_ticket_is_checked_on_site(world: World) {
        let scene = scenery(7);
        let (other, _) = accepted(&world, "bus_shelter", 0, saved(&scene, 90)).await;
        let (id, _) = accepted(&world, "public_toilet", 0, tiny(2)).await;
        let office = world.office().await;
        // Seen before it is used: the picture of the first fault.
        world.clock.advance(TimeDelta::days(1));
        let office = { drop(office); world.office().await };
        let disguised = saved(&imageops::resize(&imageops::flip_horizontal(&scene), 480, 360, imageops::FilterType::Triangle), 60);
        let (attempt, answer) = repair(&world, id, disguised).await;
        assert_eq!(answer["outcome"], "applied", "a likeness decides nothing by itself: {answer}");
        let flags = weighed(&office, id, "like_other").await;
        let like = flags.iter().find(|flag| flag["code"] == "like_other").expect("it");
        assert_eq!((&like["strength"], &like["reason"]["likeness"]), (&json!("strong"), &json!("mirrored")), "{like}");
        assert_eq!(like["other"]["ticket_id"], json!(other), "the office sees the pair");

        // The township reads what to do; the other ticket is its own too, so it may see it.
        let deputy = world.township(0, Role::DeputyLeader).await;
        let own = ticket(&deputy, id).await["photo_flags"].clone();
        assert!(own.to_string().contains("请重拍"), "{own}");

        // A check by photo does not do; one on site does.
        let answer = verify(&office, id, attempt, false).await;
        assert_eq!((answer["outcome"].as_str(), codes(&answer["flags"])), (Some("conflict"), vec!["on_site_needed".to_owned()]), "{answer}");
        assert_eq!(ticket(&office, id).await["state"], "submitted");
        let answer = verify(&office, id, attempt, true).await;
        assert_eq!(answer["outcome"], "applied", "{answer}");
    }

    async fn a_person_overrules_a_flag_with_a_reason_and_it_is_counted(world: World) {
        let scene = scenery(9);
        let (id, _) = accepted(&world, "bus_shelter", 0, saved(&scene, 90)).await;
        let (attempt, _) = repair(&world, id, saved(&scene, 50)).await;
        let office = world.office().await;
        let flags = weighed(&office, id, "like_before").await;
        let flag = flags.iter().find(|flag| flag["code"] == "like_before").expect("it")["id"].clone();
        let path = format!("/api/v1/photo-flags/{}/decision", flag.as_str().expect("an id"));
        let silent = office.http.with("idempotency-key", &fresh_id().to_string()).post(&path, &json!({ "stands": false, "reason": " " })).await.expect(422);
        assert_eq!(silent.at("/errors/0/field"), "/reason");
        let deputy = world.township(0, Role::DeputyLeader).await;
        deputy.http.with("idempotency-key", &fresh_id().to_string()).post(&path, &json!({ "stands": false, "reason": "同一面墙" })).await.expect(403);
        let after = office.http.with("idempotency-key", &fresh_id().to_string()).post(&path, &json!({ "stands": false, "reason": "墙面本来如此" })).await.expect(200);
        assert_eq!(after.at("/overruled/reason"), "墙面本来如此");
        let rules = office.http.get("/api/v1/photo-flags/rules").await.expect(200).json();
        let rule = rules.as_array().expect("rules").iter().find(|rule| rule["code"] == "like_before").expect("it").clone();
        assert_eq!((rule["raised"].as_i64(), rule["overruled"].as_i64()), (Some(1), Some(1)));
        let listed = office.list("/api/v1/photo-flags?overruled=true").await;
        assert_eq!(listed.len(), 1);
        // Each row brings its photo and where it was taken; filters narrow, pages walk all of them once.
        assert_eq!((&listed[0]["photo"]["ticket_id"], listed[0]["township_name"].is_string()), (&json!(id), true), "{}", listed[0]);
        let here = format!("/api/v1/photo-flags?township_id={}", world.township_id(0).await);
        let all = office.list(&here).await;
        assert!(all.len() > 1 && all.iter().all(|row| row["ticket_id"] == json!(id)), "{all:?}");
        assert_eq!(office.list(&format!("/api/v1/photo-flags?township_id={}", world.township_id(1).await)).await.len(), 0);
        let first = office.http.get(&format!("{here}&limit=1")).await.expect(200).json();
        let rest = office.http.get(&format!("{here}&limit=200&cursor={}", first["next"].as_str().expect("more"))).await.expect(200).json();
        assert_eq!(1 + rest["items"].as_array().map_or(0, Vec::len), all.len());
        let answer = verify(&office, id, attempt, false).await;
        assert_eq!(answer["outcome"], "applied", "{answer}");
        let audit = office.list("/api/v1/audit").await;
        assert!(audit.iter().any(|row| row["action"] == "photo_flag.overrule" && row["reason"] == "墙面本来如此"));
    }

    async fn a_township_reads_nothing_of_another_township_s_photos(world: World) {
        let scene = scenery(11);
        let (inspector, office) = (world.inspector().await, world.office().await);
        let site = world.site(&inspector, "bus_shelter", 1).await;
        let visit = site.visit(&inspector, &["BUS-01"]);
        let sealed = inspector.draft("inspection.submit/1", visit.payload.clone()).photo("before", Some("BUS-01"), saved(&scene, 90)).seal();
        inspector.send(&sealed).await;
        let foreign = sealed.photos[0].file_id;
        let (id, _) = accepted(&world, "public_toilet", 0, tiny(2)).await;
        let (_, answer) = repair(&world, id, saved(&scene, 70)).await;
        assert_eq!(answer["outcome"], "applied");
        let flags = weighed(&office, id, "like_other").await;
        assert!(flags.iter().any(|flag| flag["other"]["file_id"] == json!(foreign)), "{flags:?}");
        let deputy = world.township(0, Role::DeputyLeader).await;
        let own = ticket(&deputy, id).await["photo_flags"].clone();
        assert_eq!(codes(&own), ["like_other", "no_position"], "{own}");
        assert!(!own.to_string().contains(&foreign.to_string()), "{own}");
        let other = own.as_array().expect("flags").iter().find(|flag| flag["code"] == "like_other").expect("it").clone();
        assert_eq!(other["other"], Value::Null);
    }
}
