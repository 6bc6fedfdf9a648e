//! What cannot wait and nobody reports under control: the clock writes it down once, whoever comes at the same moment.

use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::actor::{Actor, put};
use lalian_tests::desk::{about, applied, found, repaired, ticket};
use lalian_tests::phone::Sealed;
use lalian_tests::photo;
use lalian_tests::stories;
use lalian_tests::visit::id_of;
use lalian_tests::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

/// Urgent tickets of the first township: two hours for control, a day for the repair.
async fn urgent(world: &World, items: &[&str], seed: u64) -> Vec<Uuid> {
    let ids = found(world, &world.inspector().await, items, seed).await;
    let office = world.office().await;
    let to = json!({
        "unit_kind": "township", "unit_id": world.township_id(0).await, "severity": "critical", "is_static": null,
        "deadline_days": 24, "deadline_unit": "urgent_hours", "control_hours": 2, "note": "先围挡",
    });
    for id in &ids {
        applied(&office, "ticket.issue/1", *id, to.clone()).await;
    }
    ids
}

fn under_control(actor: &Actor, id: Uuid, seed: u64) -> Sealed {
    let done = about(id, &json!({ "stage": "control", "note": "已围挡" }));
    actor.draft("ticket.stage/1", done).photo("after", None, photo::tiny(seed)).seal()
}

/// The control stage, and how often a history says each of these words.
fn told(row: &Value) -> (Value, [usize; 3]) {
    let events = row["events"].as_array().expect("events");
    let count = |name: &str| events.iter().filter(|event| event["transition"] == name).count();
    (row["stages"][0].clone(), ["control_overdue", "control_lifted", "stage"].map(count))
}

/// Which tickets were slow this month, and how often that was.
async fn slow(world: &World) -> Value {
    world.clock.advance(TimeDelta::minutes(1));
    let leader = world.township(0, Role::DeputyLeader).await;
    let own = leader.http.get("/api/v1/figures/counters").await.expect(200).json();
    own["townships"][0]["counters"]["slow"].clone()
}

stories! {
    async fn what_cannot_wait_is_under_control_first_and_repaired_by_its_own_hour(world: World) {
        let inspector = world.inspector().await;
        let ids = found(&world, &inspector, &["BUS-01", "BUS-03"], 1_700).await;
        world.clock.set("2026-11-27T12:00:00Z".parse().expect("an instant"));
        let office = world.office().await;
        let urgent = json!({
            "unit_kind": "township", "unit_id": world.township_id(0).await, "severity": "critical", "is_static": null,
            "deadline_days": 24, "deadline_unit": "urgent_hours", "control_hours": 2, "note": "先围挡",
        });
        applied(&office, "ticket.issue/1", ids[0], urgent.clone()).await;
        let mut worked = urgent;
        (worked["deadline_days"], worked["deadline_unit"], worked["control_hours"]) = (json!(3), json!("working_hours"), Value::Null);
        applied(&office, "ticket.issue/1", ids[1], worked).await;
        // Friday evening: a day of the clock, and the first three hours of Monday.
        assert_eq!(ticket(&office, ids[1]).await["official_due_at"], "2026-11-30T04:00:00Z");
        let row = ticket(&office, ids[0]).await;
        assert_eq!((&row["official_due_at"], &row["deadline_unit"]), (&json!("2026-11-28T12:00:00Z"), &json!("urgent_hours")));
        assert_eq!((&row["stages"][0]["stage"], &row["stages"][0]["due_at"]), (&json!("control"), &json!("2026-11-27T14:00:00Z")));
        assert_eq!(ticket(&office, ids[1]).await["stages"], json!([]));

        world.clock.advance(TimeDelta::hours(3));
        let officer = world.township(0, Role::DeskOfficer).await;
        let kinds = |row: &Value| row["allowed"].as_array().expect("kinds").contains(&json!("ticket.stage/1"));
        assert!(kinds(&ticket(&officer, ids[0]).await) && !kinds(&ticket(&officer, ids[1]).await));
        let done = about(ids[0], &json!({ "stage": "control", "note": "已围挡" }));
        world.office().await.operate("ticket.stage/1", done.clone()).await.expect_refusal("not_permitted");
        world.township(1, Role::DeskOfficer).await.operate("ticket.stage/1", done.clone()).await.expect_refusal("unknown_ticket");
        officer.operate("ticket.stage/1", about(ids[0], &json!({ "stage": "repair", "note": "" }))).await.expect_refusal("unreadable");
        let sealed = officer.draft("ticket.stage/1", done.clone()).photo("after", None, photo::tiny(1_702)).seal();
        officer.send(&sealed).await;
        let row = ticket(&officer, ids[0]).await;
        assert_eq!((&row["stages"][0]["late"], &row["stages"][0]["done_at"]), (&json!(true), &json!("2026-11-27T15:00:00Z")));
        assert_eq!((&row["state"], kinds(&row)), (&json!("issued"), false));
        assert_eq!(officer.operate("ticket.stage/1", done).await.expect(201).at("/outcome"), "conflict", "once");
        // Figures "so far" are of what happened before the moment that they name.
        world.clock.advance(TimeDelta::minutes(1));
        let own = world.township(0, Role::DeputyLeader).await.http.get("/api/v1/figures/counters").await.expect(200).json();
        assert_eq!(own["townships"][0]["counters"]["slow"]["ticket_ids"], json!([ids[0]]), "late control is slow");
    }

    async fn control_that_nobody_reports_is_late_by_its_hour_and_counts_once(world: World) {
        let ids = urgent(&world, &["BUS-01"], 2_600).await;
        let app = world.server().app();
        let due = ticket(&world.office().await, ids[0]).await["stages"][0]["due_at"].clone();
        world.clock.advance(TimeDelta::hours(2));
        assert_eq!(app.sweep_tickets().await.expect("swept").out_of_control, 0, "the hour itself is in time");
        assert_eq!(told(&ticket(&world.office().await, ids[0]).await), (json!({ "stage": "control", "due_at": due, "done_at": null, "late": false }), [0, 0, 0]));
        world.clock.advance(TimeDelta::hours(1));
        // It reads late at once; the sweep writes it down.
        assert_eq!(told(&ticket(&world.office().await, ids[0]).await).0["late"], true);
        app.sweep_tickets().await.expect("swept");
        assert_eq!(app.sweep_tickets().await.expect("swept").out_of_control, 0, "once");
        let officer = world.township(0, Role::DeskOfficer).await;
        let row = ticket(&officer, ids[0]).await;
        assert_eq!(told(&row), (json!({ "stage": "control", "due_at": due, "done_at": null, "late": true }), [1, 0, 0]));
        let event = row["events"].as_array().expect("events").iter().rfind(|event| event["transition"] == "control_overdue").expect("it").clone();
        assert_eq!((&event["observed_at"], &event["data"]["passed"], &event["person_name"]), (&due, &due, &Value::Null));
        let counted = slow(&world).await;
        assert_eq!((&counted["count"], &counted["ticket_ids"]), (&json!(1), &json!([ids[0]])));

        // Reported later it stays late and still counts once.
        let officer = world.township(0, Role::DeskOfficer).await;
        let (answer, _) = officer.send(&under_control(&officer, ids[0], 2_601)).await;
        assert_eq!(answer.at("/outcome"), "applied");
        app.sweep_tickets().await.expect("swept");
        let (stage, events) = told(&ticket(&officer, ids[0]).await);
        assert_eq!((&stage["late"], stage["done_at"].is_string(), events), (&json!(true), true, [1, 0, 1]));
        assert_eq!(slow(&world).await["count"], 1, "not twice");
    }

    async fn control_made_in_time_that_arrives_late_is_taken_back(world: World) {
        let ids = urgent(&world, &["BUS-01", "BUS-03"], 2_610).await;
        let officer = world.township(0, Role::DeskOfficer).await;
        applied(&officer, "ticket.accept/1", ids[1], json!({ "person_named": "" })).await;
        let (attempt, _) = repaired(&world, ids[1], 2_611).await;
        // In the valley: one is under control in time, the other is even repaired.
        let phone = world.named_phone(Role::DeskOfficer, 0, "valley").await;
        let deputy = world.named_phone(Role::DeputyLeader, 0, "valley").await;
        world.clock.advance(TimeDelta::hours(1));
        let staged = under_control(&phone, ids[0], 2_612);
        let signed = deputy.draft("ticket.submit/1", about(ids[1], &json!({ "attempt_id": attempt, "note": "" }))).seal();
        world.clock.advance(TimeDelta::hours(4));
        world.server().app().sweep_tickets().await.expect("swept");
        assert_eq!(slow(&world).await["count"], 2);
        let phone = world.named_phone(Role::DeskOfficer, 0, "valley").await;
        let deputy = world.named_phone(Role::DeputyLeader, 0, "valley").await;
        assert_eq!(phone.put(&staged).await.expect(201).at("/outcome"), "applied");
        assert_eq!(deputy.put(&signed).await.expect(201).at("/outcome"), "applied");
        assert_eq!(slow(&world).await["count"], 0);
        let office = world.office().await;
        for (id, events) in [(ids[0], [1, 1, 1]), (ids[1], [1, 1, 0])] {
            let (stage, said) = told(&ticket(&office, id).await);
            assert_eq!((&stage["late"], said), (&json!(false), events), "{id}");
        }
        world.server().app().sweep_tickets().await.expect("swept");
        assert_eq!(slow(&world).await["count"], 0, "what is settled stays so");
    }

    async fn a_report_and_the_sweep_at_once_count_once(world: World) {
        let ids = urgent(&world, &["BUS-01", "BUS-02", "BUS-03", "BUS-04"], 2_620).await;
        world.clock.advance(TimeDelta::hours(3));
        let officer = world.township(0, Role::DeskOfficer).await;
        let sealed: Vec<Sealed> = (2_621..).zip(&ids).map(|(seed, id)| under_control(&officer, *id, seed)).collect();
        let app = world.server().app();
        let report = async |one: &Sealed| put(&officer.http, one).await;
        let (swept, again, a, b, c, d) = tokio::join!(
            app.sweep_tickets(), app.sweep_tickets(), report(&sealed[0]), report(&sealed[1]), report(&sealed[2]), report(&sealed[3]),
        );
        let swept = swept.expect("swept").out_of_control + again.expect("swept").out_of_control;
        for answer in [a, b, c, d] {
            assert_eq!(answer.expect(201).at("/outcome"), "applied");
        }
        let office = world.office().await;
        let mut written = 0;
        for id in &ids {
            let row = ticket(&office, *id).await;
            let (stage, [overdue, lifted, staged]) = told(&row);
            assert_eq!((&stage["late"], lifted, staged), (&json!(true), 0, 1), "{row}");
            assert!(overdue <= 1, "{row}");
            written += overdue;
        }
        // The server's own sweep may have come as well.
        assert!(swept <= written, "{swept} of {written}");
        assert_eq!(slow(&world).await["count"], ids.len(), "each once, whoever was first");
    }

    async fn the_photo_of_control_keeps_its_place_beside_the_repairs(world: World) {
        let id = urgent(&world, &["BUS-01"], 2_630).await[0];
        let officer = world.township(0, Role::DeskOfficer).await;
        let staged = under_control(&officer, id, 2_631);
        officer.send(&staged).await;
        let shown = staged.photos[0].file_id;
        let office = world.office().await;
        let pictures = async |actor: &Actor| {
            let row = ticket(actor, id).await;
            let of = |list: &str| row[list].as_array().expect("photos").iter().map(|photo| id_of(&photo["file_id"])).collect::<Vec<_>>();
            (of("control"), of("after"), of("before").contains(&shown))
        };
        for reader in [&office, &officer] {
            assert_eq!(pictures(reader).await, (vec![shown], vec![], false), "under control is not repaired");
        }
        // Beside a repair that nobody has signed, one that waits for its check, and the next one after it was sent back.
        applied(&officer, "ticket.accept/1", id, json!({ "person_named": "" })).await;
        let deputy = world.township(0, Role::DeputyLeader).await;
        for seed in [2_632, 2_633] {
            let (attempt, repair) = repaired(&world, id, seed).await;
            let both = (vec![shown], vec![repair.photos[0].file_id], false);
            assert_eq!(pictures(&officer).await, both);
            applied(&deputy, "ticket.submit/1", id, json!({ "attempt_id": attempt, "note": "" })).await;
            assert_eq!(pictures(&office).await, both);
            let failed = json!({ "attempt_id": attempt, "verdict": "failed", "reason": "partial", "note": "", "on_site": true, "position": null });
            applied(&office, "ticket.verify/1", id, failed).await;
            assert_eq!(pictures(&office).await, both);
        }
    }
}
