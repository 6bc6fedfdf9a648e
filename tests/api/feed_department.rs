//! What a county department hears and sees: the tickets that it supervises or repairs, and nothing of anybody else's.

use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::{
    actor::Actor, desk::ticket, phone::Sealed, stories, visit::Site, visit::id_of, world::World,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// A visit with one fault under the department's eyes and one under another's: the sealed work and the tickets, in this order.
async fn faults(world: &World, township: usize, round: Option<&str>, seed: u64) -> (Sealed, [Uuid; 2]) {
    let inspector = world.named_phone(Role::Inspector, 0, &format!("faults {seed}")).await;
    let site = world.site(&inspector, "bus_shelter", township).await;
    let (ours, others) = (item(&site, true), item(&site, false));
    let mut visit = site.visit(&inspector, &[&ours, &others]);
    visit.payload["round_id"] = json!(round);
    let sealed = visit.draft(&inspector, seed).seal();
    inspector.send(&sealed).await;
    let rows = world.office().await.list(&format!("/api/v1/tickets?site_id={}", site.id())).await;
    let of = |code: &str| id_of(&rows.iter().find(|row| row["item_code"] == code).expect("its ticket")["id"]);
    (sealed, [of(&ours), of(&others)])
}

/// An item that makes tickets, of the transport authority or of another department.
fn item(site: &Site, transport: bool) -> String {
    let items = site.checklist["body"]["items"].as_array().expect("items");
    let of = |code: &&String| {
        items
            .iter()
            .any(|item| item["code"] == json!(code) && (item["department"] == "transport") == transport)
    };
    site.ticket_items().iter().find(of).expect("one").clone()
}

async fn command(actor: &Actor, kind: &str, ticket: Uuid, more: Value) {
    let mut payload = json!({ "ticket_id": ticket, "seen_version": 1 });
    payload.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    actor.operate(kind, payload).await.expect(201);
}

async fn issue(office: &Actor, ticket: Uuid, unit_kind: &str, unit: Uuid) {
    let to = json!({ "unit_kind": unit_kind, "unit_id": unit, "severity": null, "is_static": null, "deadline_days": null, "note": "" });
    command(office, "ticket.issue/1", ticket, to).await;
}

/// What the department was told of tickets and visits: noun, id, whether it is gone.
async fn told(world: &World, department: &Actor, cursor: &str) -> Vec<(String, Uuid, bool)> {
    world.clock.advance(TimeDelta::seconds(10));
    let changes = department.told_since(cursor).await;
    let rows = changes.iter().filter(|change| {
        ["tickets", "inspections", "rounds"].contains(&change["noun"].as_str().expect("a noun"))
    });
    rows.map(|change| {
        (change["noun"].as_str().expect("a noun").to_owned(), id_of(&change["id"]), change["removed"] == true)
    })
    .collect()
}

stories! {
    async fn a_department_hears_nothing_of_a_round_that_is_not_shown(world: World) {
        let (department, office) = (world.desk(Role::Department).await, world.office().await);
        world.clock.advance(TimeDelta::seconds(10));
        let cursor = department.http.get("/api/v1/sync/snapshot").await.expect(200).text("/cursor");
        let round = json!({ "name": "暗访", "year": 2026, "quarter": 4, "mode": "unannounced" });
        let round = office.http.with("idempotency-key", "quiet").post("/api/v1/rounds", &round).await.expect(201).text("/id");
        let (sealed, [ours, given]) = faults(&world, 0, Some(&round), 73).await;
        issue(&office, ours, "township", world.township_id(0).await).await;
        issue(&office, given, "department", department.unit()).await;
        assert_eq!(told(&world, &department, &cursor).await, []);
        for id in [ours, given] {
            department.http.get(&format!("/api/v1/tickets/{id}")).await.expect(404);
        }
        let photo = format!("/api/v1/photos/{}/original", sealed.photos[0].file_id);
        department.http.get(&photo).await.expect(404);

        office.http.with("idempotency-key", "show").post(&format!("/api/v1/rounds/{round}/release"), &json!({})).await.expect(200);
        let mut now = told(&world, &department, &cursor).await;
        now.sort();
        let mut shown = vec![("rounds".to_owned(), id_of(&json!(round)), false), ("tickets".to_owned(), ours, false), ("tickets".to_owned(), given, false)];
        shown.sort();
        assert_eq!(now, shown);
        department.http.get(&photo).await.expect(200);
    }

    async fn what_ends_leaves_the_list_of_whoever_looks_on(world: World) {
        let (department, office) = (world.desk(Role::Department).await, world.office().await);
        let second = world.desk_of(Role::Office, 1).await;
        let (_, [ours, others]) = faults(&world, 0, None, 75).await;
        for id in [ours, others] {
            issue(&office, id, "township", world.township_id(0).await).await;
        }
        world.clock.advance(TimeDelta::seconds(10));
        let cursor = department.http.get("/api/v1/sync/snapshot").await.expect(200).text("/cursor");
        for id in [ours, others] {
            for person in [&office, &second] {
                let version = ticket(&office, id).await["version"].clone();
                command(person, "ticket.void/1", id, json!({ "seen_version": version, "reason": "重复登记" })).await;
            }
            assert_eq!(ticket(&office, id).await["state"], "void");
        }
        assert_eq!(told(&world, &department, &cursor).await, [("tickets".to_owned(), ours, true)], "and nothing of the other");
    }

    async fn a_department_sees_the_photos_of_the_tickets_that_it_supervises(world: World) {
        let (department, office) = (world.desk(Role::Department).await, world.office().await);
        let (sealed, [ours, others]) = faults(&world, 0, None, 74).await;
        let photo = |number: usize| format!("/api/v1/photos/{}/original", sealed.photos[number].file_id);
        department.http.get(&photo(0)).await.expect(404);
        for id in [ours, others] {
            issue(&office, id, "township", world.township_id(0).await).await;
        }
        department.http.get(&photo(0)).await.expect(200);
        department.http.get(&photo(1)).await.expect(404);
    }
}
