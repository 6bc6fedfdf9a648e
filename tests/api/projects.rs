//! Building projects: milestones that explain, and never move a date.

use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::desk::{about, applied, command, flags, found, issue, ticket};
use lalian_tests::http::{Answer, send};
use lalian_tests::phone::fresh_id;
use lalian_tests::photo;
use lalian_tests::stories;
use lalian_tests::visit::id_of;
use lalian_tests::world::World;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

async fn write(actor: &Actor, method: Method, path: &str, body: Value) -> Answer {
    let request = actor.http.request(method, &format!("/api/v1/projects{path}"));
    send(request.header("idempotency-key", fresh_id().to_string()).json(&body)).await
}

stories! {
    async fn a_project_explains_and_moves_no_date(world: World) {
        let inspector = world.inspector().await;
        let ids = found(&world, &inspector, &["BUS-01", "BUS-03"], 6_000).await;
        for id in &ids {
            issue(&world, *id, 0).await;
        }
        let (officer, office) = (world.township(0, Role::DeskOfficer).await, world.office().await);
        for id in &ids {
            applied(&officer, "ticket.accept/1", *id, json!({ "person_named": "" })).await;
        }
        let due = ticket(&officer, ids[0]).await["official_due_at"].clone();
        let (first, second) = (fresh_id(), fresh_id());
        let milestones = json!([{ "id": first, "name": "采购", "day": "2026-11-24" }, { "id": second, "name": "安装", "day": "2026-12-10" }]);
        let body = json!({ "name": "站台改造", "note": "县里统一采购", "milestones": milestones, "ticket_ids": [ids[0]] });
        let begun = write(&officer, Method::POST, "", body.clone()).await.expect(201).json();
        let project = id_of(&begun["id"]);
        assert_eq!((&begun["state"], &begun["late"], begun["milestones"].as_array().map(Vec::len)), (&json!("open"), &json!(0), Some(2)), "{begun}");
        // Not with somebody else's tickets, and nobody else's to see or change.
        let neighbour = world.township(1, Role::DeskOfficer).await;
        write(&neighbour, Method::POST, "", body.clone()).await.expect_problem(422, "invalid_field");
        neighbour.http.get(&format!("/api/v1/projects/{project}")).await.expect_problem(404, "not_found");
        assert_eq!(neighbour.list("/api/v1/projects").await.len(), 0);
        world.desk(Role::VillageCadre).await.http.post("/api/v1/projects", &body).await.expect_problem(403, "forbidden");
        let mut stolen = body.clone();
        stolen["unit_kind"] = json!("township");
        stolen["unit_id"] = json!(officer.unit());
        write(&office, Method::POST, "", stolen).await.expect_problem(409, "conflict");

        // A late milestone shows; a photo ends it; once, and for a ticket of the project only.
        world.clock.advance(TimeDelta::days(2));
        let (officer, office) = (world.township(0, Role::DeskOfficer).await, world.office().await);
        assert_eq!(office.list("/api/v1/projects?late=true").await.len(), 1);
        let done = |day: &str| json!({ "project_id": project, "milestone_id": first, "done_on": day, "note": "到货" });
        assert_eq!(command(&officer, "ticket.milestone/1", ids[1], done("2026-11-25")).await.at("/outcome"), "conflict", "another ticket");
        assert_eq!(flags(&command(&officer, "ticket.milestone/1", ids[0], done("2026-12-25")).await), ["day_to_come"]);
        let sealed = officer.draft("ticket.milestone/1", about(ids[0], &done("2026-11-25"))).photo("milestone", None, photo::tiny(6_010)).seal();
        let (answer, _) = officer.send(&sealed).await;
        assert_eq!(answer.at("/outcome"), "applied", "{answer}");
        assert_eq!(command(&officer, "ticket.milestone/1", ids[0], done("2026-11-25")).await.at("/outcome"), "conflict", "once");
        let row = ticket(&officer, ids[0]).await;
        assert_eq!(row["official_due_at"], due, "it moves nothing");
        let shown = &row["projects"][0];
        assert_eq!((&shown["late"], &shown["milestones"][0]["done_on"], shown["milestones"][0]["photos"].as_array().map(Vec::len)), (&json!(0), &json!("2026-11-25"), Some(1)), "{shown}");
        assert_eq!(office.list("/api/v1/projects?late=true").await.len(), 0);

        // A promise changes with a reason; what is done stays.
        let edit = |first_day: &str, second_day: &str, reason: &str, version: i32| json!({
            "version": version, "state": "open", "reason": reason, "name": "站台改造", "note": "",
            "milestones": [{ "id": first, "name": "采购", "day": first_day }, { "id": second, "name": "安装", "day": second_day }], "ticket_ids": ids,
        });
        let path = format!("/{project}");
        write(&officer, Method::PUT, &path, edit("2026-11-24", "2026-12-20", "", 1)).await.expect_problem(422, "invalid_field");
        write(&officer, Method::PUT, &path, edit("2026-11-26", "2026-12-10", "改", 1)).await.expect_problem(422, "invalid_field");
        let moved = write(&officer, Method::PUT, &path, edit("2026-11-24", "2026-12-20", "下雪停工", 1)).await.expect(200).json();
        assert_eq!((&moved["version"], &moved["milestones"][0]["done_on"], &moved["milestones"][1]["day"]), (&json!(2), &json!("2026-11-25"), &json!("2026-12-20")), "{moved}");
        assert_eq!(moved["tickets"].as_array().map(Vec::len), Some(2));
        write(&officer, Method::PUT, &path, edit("2026-11-24", "2026-12-20", "", 1)).await.expect_problem(409, "conflict");

        // A request may name it; one that is not the ticket's is none.
        let deputy = world.township(0, Role::DeputyLeader).await;
        let ask = |project: Uuid| json!({
            "request_id": fresh_id(), "what": "extension", "reason": "在建", "wanted_day": "2026-12-21", "measure": "围挡",
            "unit_kind": null, "unit_id": null, "project_id": project,
        });
        deputy.operate("ticket.ask/1", about(ids[0], &ask(fresh_id()))).await.expect_refusal("unreadable");
        applied(&deputy, "ticket.ask/1", ids[0], ask(project)).await;
        assert_eq!(ticket(&office, ids[0]).await["requests"][0]["project_id"], json!(project));
        assert_eq!(ticket(&office, ids[0]).await["official_due_at"], due, "asking moves nothing either");
    }
}
