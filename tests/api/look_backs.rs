//! Looking back: closed tickets drawn from a stored seed and looked at again; what waits is nobody's business who is looked at.

use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::desk::{about, applied, command, flags, found, issue, repaired, ticket};
use lalian_tests::http::Answer;
use lalian_tests::phone::fresh_id;
use lalian_tests::photo;
use lalian_tests::stories;
use lalian_tests::visit::id_of;
use lalian_tests::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

async fn post(actor: &Actor, path: &str, body: Value) -> Answer {
    let http = actor.http.with("idempotency-key", &fresh_id().to_string());
    http.post(&format!("/api/v1/look-backs{path}"), &body).await
}

async fn close(world: &World, id: Uuid, seed: u64) {
    let officer = world.township(0, Role::DeskOfficer).await;
    applied(&officer, "ticket.accept/1", id, json!({ "person_named": "" })).await;
    let (attempt, _) = repaired(world, id, seed).await;
    let deputy = world.township(0, Role::DeputyLeader).await;
    applied(&deputy, "ticket.submit/1", id, json!({ "attempt_id": attempt, "note": "" })).await;
    let passed = json!({ "attempt_id": attempt, "verdict": "passed", "reason": null, "note": "", "on_site": true, "position": null });
    applied(&world.office().await, "ticket.verify/1", id, passed).await;
}

fn look(result: &str) -> Value {
    json!({ "result": result, "note": "看过", "position": null })
}

stories! {
    async fn a_draw_is_kept_with_its_seed_and_what_was_found(world: World) {
        let inspector = world.inspector().await;
        let ids = found(&world, &inspector, &["BUS-01", "BUS-03", "BUS-05", "BUS-08"], 5_000).await;
        for (number, id) in (0..).zip(&ids) {
            issue(&world, *id, 0).await;
            if number < 3 {
                close(&world, *id, 5_010 + number).await;
            }
        }
        let office = world.office().await;
        let span = json!({ "from_day": "2026-11-23", "to_day": "2026-11-23" });
        // All of them, so that the story knows what was drawn.
        let settings = office.http.get("/api/v1/settings").await.expect(200).json();
        let mut wanted = settings["settings"].clone();
        wanted["checks"]["look_back_percent"] = json!(100);
        let put = office.http.request(reqwest::Method::PUT, "/api/v1/settings").header("idempotency-key", "all");
        let body = json!({ "version": settings["version"], "settings": wanted, "reason": "试" });
        lalian_tests::http::send(put.json(&body)).await.expect(200);

        let drawn = post(&office, "", span.clone()).await.expect(201).json();
        assert_eq!((&drawn["candidates"], &drawn["drawn"], &drawn["waiting"]), (&json!(3), &json!(3), &json!(3)), "{drawn}");
        assert_eq!(drawn["seed"].as_str().map(str::len), Some(64));
        post(&office, "", span).await.expect_problem(409, "wrong_state");
        post(&office, "", json!({ "from_day": "2026-01-01", "to_day": "2026-01-02" })).await.expect_problem(422, "invalid_field");
        post(&office, "", json!({ "from_day": "2026-11-23", "to_day": "2026-11-22" })).await.expect_problem(422, "invalid_field");
        let first = id_of(&drawn["id"]);
        let detail = office.http.get(&format!("/api/v1/look-backs/{first}")).await.expect(200).json();
        assert_eq!((&detail["reproduced"], detail["items"].as_array().map(Vec::len)), (&json!(true), Some(3)), "{detail}");

        // It is the inspectors' work, and the unit hears nothing of it.
        let work = inspector.list("/api/v1/tickets?look_back=waiting").await;
        assert_eq!(work.len(), 3);
        assert_eq!(work[0]["look_back"]["state"], "waiting");
        let row = ticket(&inspector, ids[0]).await;
        assert!(row["allowed"].as_array().expect("kinds").contains(&json!("ticket.look_back/1")), "{row}");
        let deputy = world.township(0, Role::DeputyLeader).await;
        deputy.http.get("/api/v1/tickets?look_back=waiting").await.expect_problem(403, "forbidden");
        assert_eq!(ticket(&deputy, ids[0]).await["look_back"], Value::Null);
        deputy.http.get(&format!("/api/v1/look-backs/{first}")).await.expect_problem(403, "forbidden");
        assert_eq!(command(&office, "ticket.look_back/1", ids[3], look("held")).await.at("/outcome"), "conflict", "not drawn");

        // One holds; one is back within its days, which is a relapse; the draw counts both.
        world.clock.advance(TimeDelta::days(2));
        let inspector = world.named_phone(Role::Inspector, 0, "two days later").await;
        let deputy = world.township(0, Role::DeputyLeader).await;
        let sealed = inspector.draft("ticket.look_back/1", about(ids[0], &look("held"))).photo("look_back", None, photo::tiny(5_020)).seal();
        let (answer, _) = inspector.send(&sealed).await;
        assert_eq!((answer.at("/outcome"), flags(&answer)), (json!("applied"), Vec::<String>::new()), "{answer}");
        assert_eq!(command(&inspector, "ticket.look_back/1", ids[0], look("held")).await.at("/outcome"), "conflict", "once");
        let back = command(&inspector, "ticket.look_back/1", ids[1], look("not_held")).await;
        assert_eq!(back.at("/outcome"), "conflict", "within its days it is a relapse: {back}");
        applied(&inspector, "ticket.relapse/1", ids[1], json!({ "finding_id": fresh_id(), "note": "又坏了" })).await;
        let row = ticket(&deputy, ids[0]).await;
        assert_eq!((&row["state"], &row["look_back"]["state"]), (&json!("closed"), &json!("held")), "now the unit may know");
        assert_eq!(row["before"].as_array().map(Vec::len), Some(1), "what was looked at again is no picture of the fault");
        let last = row["events"].as_array().and_then(|events| events.last()).expect("an event").clone();
        assert_eq!((&last["transition"], &last["data"]["result"]), (&json!("looked_back"), &json!("held")));

        // Drawn again with a reason: both stay, and what nobody looked at is dropped.
        let office = world.office().await;
        post(&office, &format!("/{first}/redo"), json!({ "reason": "" })).await.expect_problem(422, "invalid_field");
        let again = post(&office, &format!("/{first}/redo"), json!({ "reason": "漏了一个镇" })).await.expect(201).json();
        assert_eq!((&again["redo_of"], &again["candidates"]), (&json!(first), &json!(2)), "the relapsed one is open: {again}");
        post(&office, &format!("/{first}/redo"), json!({ "reason": "再" })).await.expect_problem(409, "wrong_state");
        let before = office.http.get(&format!("/api/v1/look-backs/{first}")).await.expect(200).json();
        assert_eq!((&before["held"], &before["not_held"], &before["waiting"], &before["redone_by"]), (&json!(1), &json!(1), &json!(0), &again["id"]), "{before}");
        assert_eq!((&before["reproduced"], &before["townships"][0]["rate"]), (&json!(true), &json!(0.5)));
        assert_eq!(office.list("/api/v1/look-backs").await.len(), 2);

        // The rate opens its rows, for a township its own.
        let figures = office.http.get("/api/v1/figures/look-backs").await.expect(200).json();
        assert_eq!((&figures["looked"], &figures["not_held"], &figures["rate"]), (&json!(2), &json!(1), &json!(0.5)), "{figures}");
        assert_eq!(office.list("/api/v1/tickets?look_back=not_held").await.len(), 1);
        let own = world.township(0, Role::DeputyLeader).await.http.get("/api/v1/figures/look-backs").await.expect(200).json();
        assert_eq!(own["townships"].as_array().map(Vec::len), Some(1));
        let neighbour = world.township(1, Role::DeputyLeader).await.http.get("/api/v1/figures/look-backs").await.expect(200).json();
        assert_eq!((&neighbour["looked"], &neighbour["rate"]), (&json!(0), &Value::Null));

        // When the days of a relapse are over, a look can say that it did not hold.
        world.clock.advance(TimeDelta::days(40));
        let inspector = world.named_phone(Role::Inspector, 0, "weeks later").await;
        let answer = applied(&inspector, "ticket.look_back/1", ids[2], look("not_held")).await;
        assert_eq!(flags(&answer), ["photo_missing"]);
        assert_eq!(ticket(&inspector, ids[2]).await["look_back"]["state"], "not_held");
    }
}
