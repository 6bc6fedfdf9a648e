//! A round's setting "issue at once": tickets go to their townships without the office's look, with a clock that starts
//! when the township may know of them.

use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::desk::{release, round, ticket, tickets_of};
use lalian_tests::stories;
use lalian_tests::visit::{Site, id_of};
use lalian_tests::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

/// Two faults of a bus shelter of the first township, found in this round.
async fn found_in(world: &World, inspector: &Actor, round: Option<Uuid>) -> (Site, Value) {
    let site = world.site(inspector, "bus_shelter", 0).await;
    let mut visit = site.visit(inspector, &["BUS-01", "BUS-03"]);
    visit.payload["round_id"] = json!(round);
    let (answer, _) = inspector.send(&visit.draft(inspector, 70).seal()).await;
    (site, answer.at("/changed"))
}

fn transitions(ticket: &Value) -> Vec<&str> {
    let events = ticket["events"].as_array().expect("a history");
    events.iter().filter_map(|event| event["transition"].as_str()).collect()
}

stories! {
    async fn its_tickets_open_as_issued_and_their_clock_runs(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let round = round(&office, "announced", "at_once").await;
        let (site, changed) = found_in(&world, &inspector, Some(round)).await;
        let told: Vec<&Value> = changed.as_array().expect("changes").iter().filter(|row| row["noun"] == "tickets").collect();
        assert!(told.len() == 2 && told.iter().all(|row| row["state"] == "issued" && row["number"].is_string()), "{changed}");

        let deputy = world.township(0, Role::DeputyLeader).await;
        for row in tickets_of(&office, &site).await {
            let id = id_of(&row["id"]);
            // The township has it at once: numbered, dated, with nothing to wait for.
            let seen = ticket(&deputy, id).await;
            assert_eq!((&seen["state"], &seen["hidden"], &seen["border"]), (&json!("issued"), &json!(false), &json!(false)));
            assert_eq!((&seen["unit_id"], &seen["issued_at"]), (&json!(deputy.unit()), &row["created_at"]));
            assert!(seen["due_at"].is_string() && seen["due_at"] == seen["official_due_at"], "{seen}");
            assert_eq!(transitions(&seen), ["T1", "T2"]);
            assert!(seen["allowed"].as_array().expect("a list").contains(&json!("ticket.accept/1")), "{seen}");
            // The office's hand comes too late for another unit.
            let again = json!({ "ticket_id": id, "unit_kind": "township", "unit_id": world.township_id(1).await });
            assert_eq!(office.operate("ticket.issue/1", again).await.expect(201).at("/outcome"), "conflict");
        }
        world.clock.advance(TimeDelta::days(30));
        let late = world.office().await.list(&format!("/api/v1/tickets?overdue=true&site_id={}", site.id())).await;
        assert_eq!(late.len(), 2, "the clock ran out");
    }

    async fn without_it_the_office_looks_first(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        for round in [None, Some(round(&office, "announced", "after_look").await)] {
            let (site, _) = found_in(&world, &inspector, round).await;
            for row in tickets_of(&office, &site).await {
                let seen = [&row["state"], &row["number"], &row["issued_at"], &row["due_at"]];
                assert_eq!(seen, [&json!("pending"), &Value::Null, &Value::Null, &Value::Null]);
                let path = format!("/api/v1/tickets/{}", id_of(&row["id"]));
                world.township(0, Role::DeputyLeader).await.http.get(&path).await.expect_problem(404, "not_found");
            }
        }
    }

    async fn of_an_unannounced_round_they_are_issued_without_a_clock_until_the_release(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let round = round(&office, "unannounced", "at_once").await;
        let (site, _) = found_in(&world, &inspector, Some(round)).await;
        let ids: Vec<Uuid> = tickets_of(&office, &site).await.iter().map(|row| id_of(&row["id"])).collect();
        let deputy = world.township(0, Role::DeputyLeader).await;
        for id in &ids {
            let row = ticket(&office, *id).await;
            assert_eq!((&row["state"], &row["hidden"]), (&json!("issued"), &json!(true)));
            assert!(row["number"].is_string(), "{row}");
            assert_eq!([&row["due_at"], &row["official_due_at"]], [&Value::Null; 2], "no clock runs before they know: {row}");
            deputy.http.get(&format!("/api/v1/tickets/{id}")).await.expect_problem(404, "not_found");
        }

        // Weeks pass before the release; nobody is late with what nobody knew.
        world.clock.advance(TimeDelta::days(30));
        let office = world.office().await;
        let listed = async |office: &Actor, overdue: bool| office.list(&format!("/api/v1/tickets?overdue={overdue}&site_id={}", site.id())).await.len();
        assert_eq!((listed(&office, true).await, listed(&office, false).await), (0, 2));
        release(&office, round).await;
        let released_at = json!(lalian_tests::phone::stamp(office.now()));
        let deputy = world.township(0, Role::DeputyLeader).await;
        for id in &ids {
            let seen = ticket(&deputy, *id).await;
            assert_eq!((&seen["state"], &seen["hidden"], &seen["overdue"]), (&json!("issued"), &json!(false), &json!(false)));
            let same = |at: &Value| at.as_str().map(|at| at.parse::<chrono::DateTime<chrono::Utc>>());
            assert_eq!(same(&seen["issued_at"]), same(&released_at), "its clock starts now");
            assert!(seen["due_at"].is_string() && seen["due_at"] == seen["official_due_at"], "{seen}");
            assert_eq!(transitions(&seen), ["T1", "T2", "release"]);
        }
        assert_eq!((listed(&office, true).await, listed(&office, false).await), (0, 2));
        let again = office.http.with("idempotency-key", "again").post(&format!("/api/v1/rounds/{round}/release"), &json!({})).await;
        again.expect_problem(409, "wrong_state");
    }
}
