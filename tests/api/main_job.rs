//! The main job on a real county: inspected without a signal, sent later, repaired by the township, verified by
//! somebody else, and the count of open static issues falls.

use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::phone::fresh_id;
use lalian_tests::photo;
use lalian_tests::stories;
use lalian_tests::visit::id_of;
use lalian_tests::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

async fn ticket(actor: &Actor, id: Uuid) -> Value {
    actor.http.get(&format!("/api/v1/tickets/{id}")).await.expect(200).json()
}

async fn open_static(actor: &Actor) -> i64 {
    actor.http.get("/api/v1/figures/zero").await.expect(200).at("/open").as_i64().expect("a number")
}

/// Runs one command that the machine must allow.
async fn command(actor: &Actor, kind: &str, row: &Value, more: Value) -> Value {
    let mut payload = json!({ "ticket_id": row["id"], "seen_version": row["version"] });
    payload.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    let answer = actor.operate(kind, payload).await.expect(201).json();
    assert_eq!(
        (answer["status"].as_str(), answer["outcome"].as_str()),
        (Some("accepted"), Some("applied")),
        "{answer}"
    );
    answer
}

stories! {
    async fn a_failed_answer_is_repaired_verified_and_leaves_the_board(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let before = open_static(&office).await;

        // No signal all morning; everything is sealed now and sent in the evening.
        let visit = site.visit(&inspector, &["BUS-01", "BUS-03"]);
        let sealed = visit.draft(&inspector, 1).seal();
        world.clock.advance(chrono::TimeDelta::hours(9));
        let (inspector, office) = (world.inspector().await, world.office().await);
        let (answer, _) = inspector.send(&sealed).await;
        assert_eq!(answer.at("/outcome"), "applied");
        inspector.verified_receipt(&sealed).await;

        // The office looks and issues; the tickets lie with the township on whose land the site is.
        let pending = office.list(&format!("/api/v1/tickets?state=pending&site_id={}", site.id())).await;
        assert_eq!(pending.len(), 2, "{pending:?}");
        let township = world.township_id(0).await;
        for row in &pending {
            assert_eq!(row["township_id"], json!(township));
            let unit = json!({ "unit_kind": "township", "unit_id": township, "severity": null, "is_static": null, "deadline_days": null, "note": "" });
            command(&office, "ticket.issue/1", row, unit).await;
            let issued = ticket(&office, id_of(&row["id"])).await;
            assert_eq!(issued["state"], "issued");
            assert!(issued["number"].is_string() && issued["due_at"].is_string(), "{issued}");
        }
        assert_eq!(open_static(&office).await, before + 2);

        // The township accepts, repairs with an after-photo, and signs.
        let (officer, deputy) = (world.township(0, Role::DeskOfficer).await, world.township(0, Role::DeputyLeader).await);
        let ids: Vec<Uuid> = pending.iter().map(|row| id_of(&row["id"])).collect();
        for (number, id) in (0..).zip(&ids) {
            command(&officer, "ticket.accept/1", &ticket(&officer, *id).await, json!({ "person_named": "" })).await;
            let row = ticket(&officer, *id).await;
            assert_eq!(row["state"], "in_progress");
            let attempt = fresh_id();
            let payload = json!({ "ticket_id": id, "seen_version": row["version"], "attempt_id": attempt, "note": "已修复" });
            let draft = officer.draft("ticket.rectify/1", payload).photo("after", None, photo::tiny(500 + number)).seal();
            officer.send(&draft).await;
            let row = ticket(&deputy, *id).await;
            command(&deputy, "ticket.submit/1", &row, json!({ "attempt_id": attempt, "note": "" })).await;
            assert_eq!(ticket(&deputy, *id).await["state"], "submitted");
        }

        // Somebody else verifies: one passes, one is sent back.
        let row = ticket(&office, ids[0]).await;
        let verdict = |row: &Value, verdict: &str, reason: Value| json!({
            "attempt_id": row["attempt_id"], "verdict": verdict, "reason": reason, "note": "", "on_site": true, "position": null,
        });
        command(&office, "ticket.verify/1", &row, verdict(&row, "passed", Value::Null)).await;
        let row = ticket(&office, ids[1]).await;
        command(&office, "ticket.verify/1", &row, verdict(&row, "failed", json!("partial"))).await;
        assert_eq!(ticket(&office, ids[0]).await["state"], "closed");
        assert_eq!(ticket(&office, ids[1]).await["state"], "rework");
        assert_eq!(open_static(&office).await, before + 1, "the board falls by one");

        // Every figure opens its rows.
        let zero = office.http.get("/api/v1/figures/zero").await.expect(200).json();
        let of_township = zero["townships"].as_array().expect("rows").iter().find(|row| row["id"] == json!(township)).expect("its row").clone();
        let rows = office.list(&format!("/api/v1/tickets?is_static=true&township_id={township}&state=issued,in_progress,submitted,rework,on_hold")).await;
        assert_eq!(of_township["open"].as_i64(), Some(rows.len() as i64), "the figure and its list agree");
    }

    async fn a_command_on_a_ticket_that_has_moved_is_kept_and_changes_nothing(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let site = world.site(&inspector, "bus_shelter", 0).await;
        inspector.send(&site.visit(&inspector, &["BUS-01"]).draft(&inspector, 2).seal()).await;
        let row = office.list(&format!("/api/v1/tickets?site_id={}", site.id())).await.remove(0);
        let id = id_of(&row["id"]);
        let deputy = world.township(0, Role::DeputyLeader).await;
        // Not issued yet: to the township it may be unknown or not allowed, but it never moves.
        deputy.operate("ticket.accept/1", json!({ "ticket_id": id, "seen_version": row["version"], "person_named": "" })).await;
        assert_eq!(ticket(&office, id).await["state"], "pending");
        let township = world.township_id(0).await;
        let issue = json!({ "unit_kind": "township", "unit_id": township, "severity": null, "is_static": null, "deadline_days": null, "note": "" });
        command(&office, "ticket.issue/1", &row, issue.clone()).await;
        // The same press of a button, made by somebody who had not seen the first.
        let mut again = json!({ "ticket_id": id, "seen_version": row["version"] });
        again.as_object_mut().expect("an object").extend(issue.as_object().expect("an object").clone());
        let answer = office.operate("ticket.issue/1", again).await.expect(201);
        assert_eq!(answer.at("/outcome"), "conflict", "{answer}");
        assert_eq!(answer.at("/current/state"), "issued", "both sides are shown: {answer}");
    }
}
