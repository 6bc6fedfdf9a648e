//! Another township's rows and a hidden round's rows do not exist for whoever may not see them: every route that
//! takes an id answers for them exactly as it answers for an id that nobody has.

use lalian::domain::people::role::Role;
use lalian::http::routes;
use lalian::http::routes::{Body, Route};
use lalian_tests::actor::Actor;
use lalian_tests::http::{Answer, send};
use lalian_tests::phone::{fresh_id, id_from};
use lalian_tests::photo;
use lalian_tests::stories;
use lalian_tests::visit::{Visit, id_of};
use lalian_tests::world::World;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// Everything that one visit made.
struct Traces {
    ids: Vec<(&'static str, Uuid)>,
}

/// An inspection of a bus shelter with two failed answers and photos, in the township of this number.
async fn inspect(world: &World, township: usize, round: Option<Uuid>) -> Traces {
    let inspector = world.named_phone(Role::Inspector, 0, &format!("township {township}")).await;
    let site = world.site(&inspector, "bus_shelter", township).await;
    let items = site.ticket_items();
    let mut visit: Visit = site.visit(&inspector, &[&items[0], &items[1]]);
    visit.payload["round_id"] = json!(round);
    let sealed = visit.draft(&inspector, 40 + township as u64).seal();
    inspector.send(&sealed).await;
    let mut ids = vec![
        ("operation", sealed.id),
        ("inspection", visit.inspection),
        ("device", inspector.phone.as_ref().expect("a phone").id),
    ];
    ids.extend(visit.findings().into_iter().map(|id| ("finding", id)));
    ids.extend(sealed.photos.iter().map(|photo| ("photo", photo.file_id)));
    let office = world.office().await;
    let tickets = office.list(&format!("/api/v1/tickets?site_id={}", site.id())).await;
    assert_eq!(tickets.len(), 2, "{tickets:?}");
    ids.extend(tickets.iter().map(|row| ("ticket", id_of(&row["id"]))));
    Traces { ids }
}

/// The answer with this id, without what differs between any two requests.
async fn ask(actor: &Actor, route: &Route, id: Uuid, query: Option<&str>) -> (u16, String) {
    let mut path = route.path.to_owned();
    while let Some(open) = path.find('{') {
        let close = path.find('}').expect("a closed name");
        let value = match &path[open + 1..close] {
            "year" => "2026".to_owned(),
            "size" | "variant" => "thumb".to_owned(),
            _ => id.to_string(),
        };
        path.replace_range(open..=close, &value);
    }
    if let Some(name) = query {
        path = format!("{path}?{name}={id}");
    }
    let method = Method::from_bytes(route.method.as_bytes()).expect("a method");
    // The same key each time would be answered from memory.
    let request = actor.http.request(method, &path).header("idempotency-key", fresh_id().to_string());
    let answer = send(match route.body {
        Body::None => request,
        Body::Json(_) => request.json(&json!({})),
        Body::Bytes(_) => request.header("content-type", "application/octet-stream").body("x"),
    })
    .await;
    (answer.status, without_chance(&answer, id))
}

fn without_chance(answer: &Answer, id: Uuid) -> String {
    let mut body = answer.json();
    forget(&mut body);
    body.to_string().replace(&id.to_string(), "ID")
}

/// Takes out moments and request numbers, wherever they are.
fn forget(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for name in ["incident", "instance", "as_of", "server_at", "request_id", "cursor"] {
                members.remove(name);
            }
            members.values_mut().for_each(forget);
        }
        Value::Array(items) => items.iter_mut().for_each(forget),
        _ => {}
    }
}

/// Routes whose answer for a foreign id must be that for an unknown one.
fn routes_with_ids() -> impl Iterator<Item = &'static Route> {
    routes().iter().filter(|route| route.path.contains("id}") && !route.path.contains("/people/"))
}

async fn assert_nothing_is_told(actor: &Actor, who: &str, traces: &Traces) {
    let unknown = id_from("nobody has this id");
    let mut told = Vec::new();
    for (noun, id) in &traces.ids {
        for route in routes_with_ids() {
            let (foreign, nobody) =
                (ask(actor, route, *id, None).await, ask(actor, route, unknown, None).await);
            if foreign != nobody {
                told.push(format!(
                    "{who}: {} {} with a foreign {noun}: {foreign:?} but {nobody:?}",
                    route.method, route.path
                ));
            }
        }
        // Lists that filter by an id must not answer otherwise either.
        for (path, name) in [
            ("/api/v1/tickets", "site_id"),
            ("/api/v1/inspections", "site_id"),
            ("/api/v1/tickets", "unit_id"),
        ] {
            let Some(route) = routes().iter().find(|route| route.path == path && route.method == "GET")
            else {
                continue;
            };
            let (foreign, nobody) =
                (ask(actor, route, *id, Some(name)).await, ask(actor, route, unknown, Some(name)).await);
            if foreign != nobody {
                told.push(format!("{who}: {path}?{name} with a foreign {noun}: {foreign:?} but {nobody:?}"));
            }
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}

/// The working set and the lists name none of the ids.
async fn assert_not_listed(actor: &Actor, who: &str, traces: &Traces) {
    let mut seen = format!("{:?}", actor.snapshot().await);
    for path in ["/api/v1/tickets", "/api/v1/inspections"] {
        let answer = actor.http.get(&format!("{path}?limit=200")).await;
        if answer.status == 200 {
            seen.push_str(&answer.json().to_string());
        }
    }
    for (noun, id) in &traces.ids {
        assert!(!seen.contains(&id.to_string()), "{who} is shown the {noun} {id}");
    }
}

async fn hidden_round(office: &Actor) -> Uuid {
    let round = json!({ "name": "暗访", "year": 2026, "quarter": 4, "mode": "unannounced", "issue_mode": "after_look" });
    let answer = office.http.with("idempotency-key", "hide").post("/api/v1/rounds", &round).await.expect(201);
    id_of(&answer.at("/id"))
}

async fn release(office: &Actor, round: Uuid) {
    let answer = office
        .http
        .with("idempotency-key", "release")
        .post(&format!("/api/v1/rounds/{round}/release"), &json!({}))
        .await;
    assert!(matches!(answer.status, 200 | 201 | 204), "{answer}");
}

async fn issue(world: &World, office: &Actor, ticket: Uuid) {
    let payload = json!({
        "ticket_id": ticket, "seen_version": 1, "unit_kind": "township", "unit_id": world.township_id(0).await,
        "severity": null, "is_static": null, "deadline_days": null, "note": "",
    });
    let answer = office.operate("ticket.issue/1", payload).await.expect(201);
    assert_eq!(answer.at("/outcome"), "applied", "{answer}");
}

async fn read(actor: &Actor, path: &str) -> Value {
    let mut seen = actor.http.get(path).await.expect(200).json();
    forget(&mut seen);
    seen
}

/// Everything that a reader of a township is shown.
async fn everything(actor: &Actor, tickets: &[Uuid]) -> Vec<Value> {
    let mut seen = actor.snapshot().await;
    for path in [
        "/api/v1/tickets?limit=200",
        "/api/v1/inspections?limit=200",
        "/api/v1/tickets/counts",
        "/api/v1/figures/zero",
    ] {
        seen.push(read(actor, path).await);
    }
    for id in tickets {
        seen.push(read(actor, &format!("/api/v1/tickets/{id}")).await);
    }
    seen
}

async fn photo_status(actor: &Actor, photo: Uuid) -> u16 {
    actor.http.get(&format!("/api/v1/photos/{photo}/original")).await.status
}

/// A report of a fault at a site, answered; without what differs between any two operations.
async fn report(actor: &Actor, site: Option<Uuid>, item: &str) -> Value {
    let finding = fresh_id();
    let payload = json!({
        "finding_id": finding, "site_id": site, "item_code": item, "instance_key": "", "title": "灯不亮", "note": "",
        "severity": "minor", "is_static": false, "position": null, "fixed_on_spot": false,
    });
    let mut answer = actor.operate("finding.report/1", payload).await.expect(201).json();
    for name in ["operation_id", "server_seq", "accepted_at", "observed_at", "receipt"] {
        answer.as_object_mut().expect("an object").remove(name);
    }
    answer
}

const TOWNSHIP_SIDE: [Role; 4] =
    [Role::MainLeader, Role::DeputyLeader, Role::DeskOfficer, Role::VillageCadre];

stories! {
    async fn another_townships_rows_do_not_exist(world: World) {
        let traces = inspect(&world, 0, None).await;
        for role in TOWNSHIP_SIDE {
            if world.logins(role).len() < 2 {
                continue;
            }
            let neighbour = world.desk_of(role, 1).await;
            assert_nothing_is_told(&neighbour, role.as_str(), &traces).await;
            assert_not_listed(&neighbour, role.as_str(), &traces).await;
        }
    }

    async fn commands_on_a_foreign_ticket_end_as_on_an_unknown_one(world: World) {
        let traces = inspect(&world, 0, None).await;
        let neighbour = world.desk_of(Role::DeputyLeader, 1).await;
        let outcome = async |ticket: Uuid, kind: &str| {
            let payload = json!({
                "ticket_id": ticket, "seen_version": 1, "person_named": "", "attempt_id": id_from("attempt"), "note": "", "reason": "试",
            });
            let answer = neighbour.operate(kind, payload).await;
            let mut body = answer.json();
            forget(&mut body);
            for name in ["operation_id", "server_seq", "accepted_at", "observed_at", "receipt"] {
                body.as_object_mut().expect("an object").remove(name);
            }
            (answer.status, body.to_string().replace(&ticket.to_string(), "ID"))
        };
        for (_, ticket) in traces.ids.iter().filter(|(noun, _)| *noun == "ticket") {
            for kind in ["ticket.accept/1", "ticket.rectify/1", "ticket.submit/1"] {
                assert_eq!(outcome(*ticket, kind).await, outcome(fresh_id(), kind).await, "{kind}");
            }
        }
    }

    async fn a_hidden_rounds_rows_do_not_exist_for_the_township_they_lie_in(world: World) {
        let office = world.office().await;
        let round = json!({ "name": "暗访", "year": 2026, "quarter": 4, "mode": "unannounced", "issue_mode": "after_look" });
        let answer = office.http.with("idempotency-key", "a-hidden-round").post("/api/v1/rounds", &round).await;
        assert!(matches!(answer.status, 200 | 201), "{answer}");
        let round = id_of(&answer.at("/id"));
        let staff = world.desk_of(Role::DeputyLeader, 0).await;
        let figures = async || {
            let mut seen = staff.http.get("/api/v1/figures/zero").await.expect(200).json();
            let mut counts = staff.http.get("/api/v1/tickets/counts").await.expect(200).json();
            forget(&mut seen);
            forget(&mut counts);
            (seen, counts)
        };
        let before = figures().await;
        let mut traces = inspect(&world, 0, Some(round)).await;
        assert_eq!(figures().await, before, "counts tell nothing about hidden rows");
        traces.ids.push(("round", round));
        for role in TOWNSHIP_SIDE {
            let person = world.desk_of(role, 0).await;
            assert_nothing_is_told(&person, role.as_str(), &traces).await;
            assert_not_listed(&person, role.as_str(), &traces).await;
        }
        // After the release they are there.
        let released = office.http.with("idempotency-key", "release-it").post(&format!("/api/v1/rounds/{round}/release"), &json!({})).await;
        assert!(matches!(released.status, 200 | 201 | 204), "{released}");
        let mut issued = Vec::new();
        for row in office.list("/api/v1/tickets").await {
            let unit = world.township_id(0).await;
            let payload = json!({
                "ticket_id": row["id"], "seen_version": row["version"], "unit_kind": "township", "unit_id": unit,
                "severity": null, "is_static": null, "deadline_days": null, "note": "",
            });
            office.operate("ticket.issue/1", payload).await.expect(201);
            issued.push(id_of(&row["id"]));
        }
        let seen = format!("{:?}", staff.snapshot().await);
        assert_eq!(issued.len(), 2);
        assert!(issued.iter().all(|id| seen.contains(&id.to_string())), "issued tickets are in the working set");
    }

    async fn a_hidden_sighting_of_a_visible_ticket_is_told_with_its_round_and_not_before(world: World) {
        let (office, staff) = (world.office().await, world.desk_of(Role::DeputyLeader, 0).await);
        let inspector = world.inspector().await;
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let items = site.ticket_items();
        let open = site.visit(&inspector, &[&items[0], &items[2]]);
        inspector.send(&open.draft(&inspector, 1).seal()).await;
        let ticket_of = async |item: &str| {
            let rows = office.list(&format!("/api/v1/tickets?site_id={}", site.id())).await;
            id_of(&rows.iter().find(|row| row["item_code"] == json!(item)).expect("a ticket of the item")["id"])
        };
        let (seen, pending) = (ticket_of(&items[0]).await, ticket_of(&items[2]).await);
        issue(&world, &office, seen).await;

        let round = hidden_round(&office).await;
        world.clock.advance(chrono::TimeDelta::seconds(30));
        let before = everything(&staff, &[seen]).await;
        let from = staff.http.get("/api/v1/sync/snapshot").await.expect(200).text("/cursor");

        // Both faults again, and one more that was mended on the spot.
        let colleague = world.phone_of(Role::Inspector, 1).await;
        let mut visit = site.visit(&colleague, &[&items[0], &items[1], &items[2]]);
        visit.payload["round_id"] = json!(round);
        for answer in visit.payload["answers"].as_array_mut().expect("answers") {
            if answer["item"] == json!(items[1]) {
                answer["findings"][0]["fixed_on_spot"] = json!(true);
            }
        }
        let sealed = visit.draft(&colleague, 2).photo("after", Some(&items[1]), photo::tiny(290)).seal();
        colleague.send(&sealed).await;
        let photos: Vec<Uuid> = sealed.photos.iter().map(|photo| photo.file_id).collect();
        world.clock.advance(chrono::TimeDelta::seconds(30));
        assert_eq!(everything(&staff, &[seen]).await, before, "nothing is told of the hidden visit");
        assert_eq!(staff.told_since(&from).await, Vec::<Value>::new(), "neither by the feed");
        let whole = read(&office, &format!("/api/v1/tickets/{seen}")).await;
        assert_eq!((whole["findings"].as_array().map(Vec::len), whole["before"].as_array().map(Vec::len)), (Some(2), Some(2)), "the county sees all: {whole}");

        // A ticket that waited meanwhile is issued as its own visit found it.
        issue(&world, &office, pending).await;
        let shown = read(&staff, &format!("/api/v1/tickets/{pending}")).await;
        assert_eq!((&shown["sightings"], shown["findings"].as_array().map(Vec::len), shown["before"].as_array().map(Vec::len)), (&json!(1), Some(1), Some(1)), "{shown}");
        assert!(!shown.to_string().contains("sighting\""), "{shown}");
        for photo in &photos {
            assert_eq!((photo_status(&staff, *photo).await, photo_status(&office, *photo).await), (404, 200));
        }

        let from = staff.http.get("/api/v1/sync/snapshot").await.expect(200).text("/cursor");
        world.clock.advance(chrono::TimeDelta::seconds(30));
        release(&office, round).await;
        world.clock.advance(chrono::TimeDelta::seconds(30));
        for photo in &photos {
            assert_eq!(photo_status(&staff, *photo).await, 200, "released with the round");
        }
        let told = format!("{:?}", staff.told_since(&from).await);
        let mended = ticket_of(&items[1]).await;
        for id in [seen, pending, mended] {
            assert!(told.contains(&id.to_string()), "the feed tells of {id}");
        }
        for id in [seen, pending] {
            let shown = read(&staff, &format!("/api/v1/tickets/{id}")).await;
            assert_eq!((&shown["sightings"], shown["findings"].as_array().map(Vec::len), shown["before"].as_array().map(Vec::len)), (&json!(2), Some(2), Some(2)), "{shown}");
            assert!(shown.to_string().contains("sighting\""), "{shown}");
        }
        let shown = read(&staff, &format!("/api/v1/tickets/{mended}")).await;
        assert_eq!((&shown["state"], &shown["due_at"], &shown["hidden"]), (&json!("closed"), &Value::Null, &json!(false)), "{shown}");
        let listed = staff.list("/api/v1/tickets").await;
        assert!(listed.iter().any(|row| row["id"] == json!(mended)), "what was mended on the spot is listed");
    }

    async fn a_correction_does_not_open_a_hidden_round(world: World) {
        let (office, staff) = (world.office().await, world.desk_of(Role::DeputyLeader, 0).await);
        let inspector = world.inspector().await;
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let items = site.ticket_items();
        let round = hidden_round(&office).await;
        let mut visit = site.visit(&inspector, &[&items[0]]);
        visit.payload["round_id"] = json!(round);
        inspector.send(&visit.draft(&inspector, 1).seal()).await;
        world.clock.advance(chrono::TimeDelta::seconds(30));
        let before = everything(&staff, &[]).await;

        // The new body names no round, and one more fault.
        let mut more = site.visit(&inspector, &[&items[0], &items[1]]);
        more.payload["inspection_id"] = json!(visit.inspection);
        let correction = json!({ "inspection_id": visit.inspection, "seen_version": 1, "reason": "还有一处", "inspection": more.payload });
        let sealed = inspector.draft("inspection.correct/1", correction).photo("before", Some(&items[1]), photo::tiny(7)).seal();
        inspector.send(&sealed).await;
        for row in office.list(&format!("/api/v1/tickets?site_id={}&state=pending", site.id())).await {
            issue(&world, &office, id_of(&row["id"])).await;
        }
        world.clock.advance(chrono::TimeDelta::seconds(30));
        assert_eq!(everything(&staff, &[]).await, before, "the round stays hidden");
        assert_eq!(photo_status(&staff, sealed.photos[0].file_id).await, 404);

        // A round that nobody knows is nobody's to see either.
        let mut lost = site.visit(&inspector, &[&items[3]]);
        lost.payload["round_id"] = json!(fresh_id());
        let sealed = lost.draft(&inspector, 3).seal();
        let (answer, _) = inspector.send(&sealed).await;
        assert!(answer.at("/flags").to_string().contains("unknown_round"), "{answer}");
        assert_eq!(everything(&staff, &[]).await, before, "an unknown round is a hidden one");
    }

    async fn the_answer_to_a_report_tells_nothing_of_what_the_author_may_not_read(world: World) {
        let (office, inspector) = (world.office().await, world.inspector().await);
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let items = site.ticket_items();
        inspector.send(&site.visit(&inspector, &[&items[0]]).draft(&inspector, 1).seal()).await;
        let ticket = id_of(&office.list(&format!("/api/v1/tickets?site_id={}", site.id())).await[0]["id"]);
        issue(&world, &office, ticket).await;
        let mut hidden = site.visit(&inspector, &[&items[1]]);
        hidden.payload["round_id"] = json!(hidden_round(&office).await);
        inspector.send(&hidden.draft(&inspector, 2).seal()).await;
        let whole = read(&office, &format!("/api/v1/tickets/{ticket}")).await;

        // Foreign: like a site that nobody has, and nothing is done to its ticket.
        let neighbour = world.desk_of(Role::DeputyLeader, 1).await;
        let foreign = report(&neighbour, Some(site.id()), &items[0]).await;
        assert_eq!(foreign, report(&neighbour, Some(fresh_id()), &items[0]).await);
        assert!(foreign.to_string().contains("unknown_site"), "{foreign}");
        assert_eq!(read(&office, &format!("/api/v1/tickets/{ticket}")).await, whole);

        // At home: a fault that a hidden round has found is answered like a fresh one.
        let own = world.desk_of(Role::DeputyLeader, 0).await;
        assert_eq!(report(&own, Some(site.id()), &items[1]).await, report(&own, Some(site.id()), &items[3]).await);
        // What the author may read is named.
        let known = report(&own, Some(site.id()), &items[0]).await;
        assert_eq!(known["changed"][0]["id"], json!(ticket), "{known}");
    }
}
