//! Rules that a flag tells of, and what a department is told.

use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::phone::fresh_id;
use lalian_tests::photo;
use lalian_tests::stories;
use lalian_tests::visit::{Site, Visit, id_of};
use lalian_tests::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

fn codes(answer: &Value) -> Vec<String> {
    let flags = answer["flags"].as_array().expect("flags").iter();
    flags.map(|flag| flag["code"].as_str().unwrap_or_default().to_owned()).collect()
}

async fn tickets_of(office: &Actor, site: &Site) -> Vec<Value> {
    office.list(&format!("/api/v1/tickets?site_id={}", site.id())).await
}

/// A visit whose inspector says that he fixed what he found.
fn fixed(site: &Site, inspector: &Actor, item: &str) -> Visit {
    let mut visit = site.visit(inspector, &[item]);
    for answer in visit.payload["answers"].as_array_mut().expect("answers") {
        if answer["item"] == item {
            answer["findings"][0]["fixed_on_spot"] = json!(true);
        }
    }
    visit
}

async fn issue(office: &Actor, ticket: &Value, kind: &str, unit: Uuid) {
    let payload = json!({
        "ticket_id": ticket["id"], "seen_version": ticket["version"], "unit_kind": kind, "unit_id": unit,
        "severity": null, "is_static": null, "deadline_days": null, "note": "",
    });
    office.operate("ticket.issue/1", payload).await.expect(201);
}

async fn photo_status(actor: &Actor, photo: Uuid) -> u16 {
    actor.http.get(&format!("/api/v1/photos/{photo}/original")).await.status
}

stories! {
    async fn fixed_on_the_spot_needs_a_photo_that_shows_it(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let items = site.ticket_items();
        // Only a photo of before: nothing shows the repair.
        let (answer, _) = inspector.send(&fixed(&site, &inspector, &items[0]).draft(&inspector, 1).seal()).await;
        assert!(codes(&answer.json()).contains(&"photo_missing".to_owned()), "{answer}");
        let rows = tickets_of(&office, &site).await;
        assert_eq!((rows.len(), &rows[0]["state"]), (1, &json!("pending")), "{rows:?}");
        // With one it is closed at once.
        let sealed = fixed(&site, &inspector, &items[1]).draft(&inspector, 2).photo("after", Some(&items[1]), photo::tiny(20)).seal();
        let (answer, _) = inspector.send(&sealed).await;
        assert!(!codes(&answer.json()).contains(&"photo_missing".to_owned()), "{answer}");
        let rows = tickets_of(&office, &site).await;
        let closed = rows.iter().find(|row| row["item_code"] == json!(items[1])).expect("a ticket");
        assert_eq!(closed["state"], "closed", "{closed}");
    }

    async fn fixing_what_is_open_already_is_one_more_look_at_it(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let item = site.ticket_items()[0].clone();
        inspector.send(&site.visit(&inspector, &[&item]).draft(&inspector, 1).seal()).await;
        issue(&office, &tickets_of(&office, &site).await[0], "township", world.township_id(0).await).await;
        let sealed = fixed(&site, &inspector, &item).draft(&inspector, 2).photo("after", Some(&item), photo::tiny(21)).seal();
        inspector.send(&sealed).await;
        let rows = tickets_of(&office, &site).await;
        assert_eq!(rows.len(), 1, "no second ticket: {rows:?}");
        assert_eq!((&rows[0]["state"], &rows[0]["sightings"]), (&json!("issued"), &json!(2)));
        let after: Vec<&Value> = rows[0]["after"].as_array().expect("photos").iter().collect();
        assert_eq!(after.len(), 1, "the repair is seen with the ticket: {rows:?}");
    }

    async fn a_repair_without_a_photo_is_told(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let site = world.site(&inspector, "bus_shelter", 0).await;
        inspector.send(&site.visit(&inspector, &[&site.ticket_items()[0]]).draft(&inspector, 1).seal()).await;
        let ticket = tickets_of(&office, &site).await.remove(0);
        issue(&office, &ticket, "township", world.township_id(0).await).await;
        let (officer, deputy) = (world.township(0, Role::DeskOfficer).await, world.township(0, Role::DeputyLeader).await);
        officer.operate("ticket.accept/1", json!({ "ticket_id": ticket["id"], "seen_version": 2, "person_named": "" })).await.expect(201);
        for (photos, expected) in [(1, vec![]), (0, vec!["photo_missing"])] {
            let attempt = fresh_id();
            let payload = json!({ "ticket_id": ticket["id"], "seen_version": 3, "attempt_id": attempt, "note": "已修复" });
            let mut draft = officer.draft("ticket.rectify/1", payload);
            for photo in 0..photos {
                draft = draft.photo("after", None, photo::tiny(40 + photo));
            }
            let (answer, _) = officer.send(&draft.seal()).await;
            assert_eq!(codes(&answer.json()), expected, "{answer}");
            if photos == 0 {
                let payload = json!({ "ticket_id": ticket["id"], "seen_version": 3, "attempt_id": attempt, "note": "" });
                let answer = deputy.operate("ticket.submit/1", payload).await.expect(201);
                assert_eq!((answer.at("/outcome"), codes(&answer.json())), (json!("applied"), vec!["photo_missing".to_owned()]), "{answer}");
            }
        }
    }

    async fn what_is_refused_again_keeps_its_receipt(world: World) {
        let deputy = world.phone(Role::DeputyLeader).await;
        let sealed = deputy.draft("ticket.accept/1", json!({ "ticket_id": fresh_id(), "seen_version": 1, "person_named": "" })).seal();
        let first = deputy.put(&sealed).await.expect_refusal("unknown_ticket");
        let receipt = deputy.receipt(sealed.id).await.expect(200).text("/receipt");
        world.clock.advance(TimeDelta::minutes(1));
        let again = deputy.put(&sealed).await.expect_refusal("unknown_ticket");
        assert_eq!(again.at("/accepted_at"), first.at("/accepted_at"));
        assert_eq!(deputy.receipt(sealed.id).await.expect(200).text("/receipt"), receipt);
        // The next receipt of the phone follows that one.
        let next = deputy.draft("ticket.accept/1", json!({ "ticket_id": fresh_id(), "seen_version": 1, "person_named": "" })).seal();
        deputy.put(&next).await.expect_refusal("unknown_ticket");
        let claims = |text: &str| -> Value {
            let body = text.split('.').nth(1).expect("claims");
            serde_json::from_slice(&lalian_tests::text::from_base64url(body)).expect("JSON")
        };
        let next = deputy.receipt(next.id).await.expect(200).text("/receipt");
        assert_eq!(claims(&next)["no"], json!(claims(&receipt)["no"].as_i64().expect("a number") + 1));
    }

    async fn a_department_hears_of_what_is_its_own_and_sees_its_photos(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let department = world.desk(Role::Department).await;
        let code = "transport";
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let toilet = world.site(&inspector, "public_toilet", 0).await;
        world.clock.advance(TimeDelta::seconds(10));
        let cursor = department.http.get("/api/v1/sync/snapshot").await.expect(200).text("/cursor");
        let round = json!({ "name": "暗访", "year": 2026, "quarter": 4, "mode": "unannounced" });
        office.http.with("idempotency-key", "quiet").post("/api/v1/rounds", &round).await.expect(201);
        let mut photos = Vec::new();
        for (number, site) in (0..).zip([&site, &toilet]) {
            let items = site.ticket_items();
            let fails: Vec<&str> = items.iter().map(String::as_str).collect();
            let sealed = site.visit(&inspector, &fails).draft(&inspector, 10 + number).seal();
            inspector.send(&sealed).await;
            photos.extend(sealed.photos.iter().map(|photo| (photo.item.clone().expect("an item"), site.id(), photo.file_id)));
        }
        let mut own = Vec::new();
        for ticket in [tickets_of(&office, &site).await, tickets_of(&office, &toilet).await].concat() {
            issue(&office, &ticket, "township", world.township_id(0).await).await;
            if ticket["department"] == code {
                own.push(ticket);
            }
        }
        assert!(!own.is_empty(), "the department supervises something at a bus shelter");
        world.clock.advance(TimeDelta::seconds(10));
        let told = department.told_since(&cursor).await;
        let mut heard: Vec<Uuid> = told.iter().filter(|change| change["noun"] == "tickets").map(|change| id_of(&change["id"])).collect();
        let mut ids: Vec<Uuid> = own.iter().map(|ticket| id_of(&ticket["id"])).collect();
        heard.sort_unstable();
        ids.sort_unstable();
        assert_eq!(heard, ids, "others' tickets are not named, not even as removed");
        assert!(told.iter().all(|change| change["noun"] != "inspections" && change["noun"] != "rounds"), "{told:?}");
        // What it reads it sees, and nothing else.
        for (item, at, photo) in photos {
            let supervised = own.iter().any(|ticket| ticket["item_code"] == json!(item) && ticket["site_id"] == json!(at));
            assert_eq!(photo_status(&department, photo).await, if supervised { 200 } else { 404 }, "{item}");
        }
    }
}
