//! The county's side of a check: severe faults on site, a date of its own, its time beside the townships'; acceptance on signed sheets.

use chrono::{TimeDelta, Utc};
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::desk::{about, applied, command, flags, found, issue, repaired, ticket};
use lalian_tests::photo;
use lalian_tests::stories;
use lalian_tests::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

fn verdict(attempt: Uuid, on_site: bool) -> Value {
    json!({
        "attempt_id": attempt, "verdict": "passed", "reason": null, "note": "", "on_site": on_site, "position": null,
    })
}

/// Accepts by a sheet with its photo.
async fn by_sheet(
    actor: &Actor,
    ticket: Uuid,
    signed_at: chrono::DateTime<Utc>,
    seed: u64,
) -> lalian_tests::http::Answer {
    let payload = about(
        ticket,
        &json!({ "person_named": "", "paper": { "signed_by": "王某", "signed_at": signed_at } }),
    );
    let sealed = actor.draft("ticket.accept/1", payload).photo("paper", None, photo::tiny(seed)).seal();
    actor.send(&sealed).await.0
}

stories! {
    async fn severe_faults_pass_on_site_and_a_slow_county_shows(world: World) {
        let inspector = world.inspector().await;
        let ids = found(&world, &inspector, &["BUS-01", "BUS-05"], 2_000).await;
        let mut attempts = Vec::new();
        for (number, id) in (0..).zip(&ids) {
            issue(&world, *id, 0).await;
            world.clock.advance(TimeDelta::hours(3));
            let (officer, deputy) = (world.township(0, Role::DeskOfficer).await, world.township(0, Role::DeputyLeader).await);
            applied(&officer, "ticket.accept/1", *id, json!({ "person_named": "" })).await;
            let (attempt, _) = repaired(&world, *id, 2_010 + number).await;
            applied(&deputy, "ticket.submit/1", *id, json!({ "attempt_id": attempt, "note": "" })).await;
            attempts.push(attempt);
        }
        let office = world.office().await;
        let (major, minor) = (ticket(&office, ids[0]).await, ticket(&office, ids[1]).await);
        assert_eq!((&major["severity"], &major["on_site_needed"]), (&json!("major"), &json!(true)));
        assert_eq!((&minor["severity"], &minor["on_site_needed"]), (&json!("minor"), &json!(false)));
        let deputy = world.township(0, Role::DeputyLeader).await;
        assert_eq!(ticket(&deputy, ids[0]).await["on_site_needed"], false, "not their business");
        // Monday's submission is checked until Thursday 24:00.
        assert_eq!(minor["check_due_at"], json!("2026-11-26T16:00:00Z"), "{minor}");
        let by_photo = command(&office, "ticket.verify/1", ids[0], verdict(attempts[0], false)).await;
        assert_eq!((by_photo.at("/outcome"), flags(&by_photo)), (json!("conflict"), vec!["on_site_for_severity".to_owned()]));
        assert_eq!(office.http.get("/api/v1/tickets/counts").await.expect(200).at("/check_late"), 0);
        applied(&office, "ticket.verify/1", ids[1], verdict(attempts[1], false)).await;

        world.clock.advance(TimeDelta::days(4));
        let office = world.office().await;
        assert_eq!(office.http.get("/api/v1/tickets/counts").await.expect(200).at("/check_late"), 1);
        let late = office.list("/api/v1/tickets?check_late=true").await;
        assert_eq!((late.len(), &late[0]["id"], &late[0]["check_late"]), (1, &json!(ids[0]), &json!(true)));
        let others = office.list("/api/v1/tickets?check_late=false").await;
        assert!(others.iter().all(|row| row["id"] != json!(ids[0])) && !others.is_empty());
        let deputy = world.township(0, Role::DeputyLeader).await;
        assert_eq!(deputy.http.get("/api/v1/tickets/counts").await.expect(200).at("/check_late"), 0);
        applied(&office, "ticket.verify/1", ids[0], verdict(attempts[0], true)).await;
        let row = ticket(&office, ids[0]).await;
        let last = row["events"].as_array().and_then(|events| events.last()).expect("an event").clone();
        assert_eq!((&last["transition"], &last["data"]["check_late"]), (&json!("T11"), &json!(true)), "{last}");

        let figures = office.http.get("/api/v1/figures/checks?months=2").await.expect(200).json();
        assert_eq!(figures["months"].as_array().map(Vec::len), Some(2), "{figures}");
        let month = &figures["months"][1];
        assert_eq!((&month["month"], &month["checks"], &month["late"]), (&json!("2026-11"), &json!(2), &json!(1)), "{figures}");
        assert_eq!((&month["median_hours"], &month["p90_hours"]), (&json!(49.5), &json!(99.0)), "99 and 0 hours: {month}");
        assert_eq!((&month["accepts"], &month["response_median_hours"]), (&json!(2), &json!(3.0)), "{month}");
        assert_eq!((&figures["waiting"], &figures["waiting_late"]), (&json!(0), &json!(0)));
        // Another township reads its own, beside the county's.
        let neighbour = world.township(1, Role::DeputyLeader).await;
        let seen = neighbour.http.get("/api/v1/figures/checks?months=1").await.expect(200).json();
        let month = &seen["months"][0];
        assert_eq!((&month["accepts"], &month["response_median_hours"], &month["county_response_median_hours"]), (&json!(0), &Value::Null, &json!(3.0)));
        office.http.get("/api/v1/figures/checks?months=0").await.expect_problem(400, "malformed");
    }

    async fn a_signed_sheet_accepts_at_the_time_that_stands_on_it_within_bounds(world: World) {
        let inspector = world.inspector().await;
        let ids = found(&world, &inspector, &["BUS-01", "BUS-03", "BUS-05", "BUS-06"], 2_100).await;
        for id in &ids {
            issue(&world, *id, 0).await;
        }
        world.clock.advance(TimeDelta::hours(5));
        let signed = inspector.now();
        // The sheet comes back on the fourth day; it was signed on the first, so nobody was slow.
        world.clock.advance(TimeDelta::days(3));
        let (office, officer) = (world.office().await, world.township(0, Role::DeskOfficer).await);
        let answer = by_sheet(&office, ids[0], signed, 2_110).await;
        assert_eq!((answer.at("/outcome"), flags(&answer)), (json!("applied"), Vec::<String>::new()), "{answer}");
        let row = ticket(&officer, ids[0]).await;
        let last = row["events"].as_array().and_then(|events| events.last()).expect("an event").clone();
        assert_eq!((&last["transition"], &last["data"]["signed_by"], &last["data"]["late"]), (&json!("T5"), &json!("王某"), &json!(false)), "{last}");
        assert_eq!(row["state"], "in_progress");
        assert_eq!(row["sheets"].as_array().map(Vec::len), Some(1), "{row}");
        assert_eq!(row["before"].as_array().map(Vec::len), Some(1), "a sheet shows no fault");

        // What cannot have been: before the issue, or after now. The time of entering counts.
        for (id, at, seed) in [(ids[1], signed - TimeDelta::days(2), 2_111), (ids[2], signed + TimeDelta::days(9), 2_112)] {
            let answer = by_sheet(&officer, id, at, seed).await;
            assert_eq!((answer.at("/outcome"), flags(&answer)), (json!("applied"), vec!["signed_time_doubtful".to_owned()]), "{answer}");
            let row = ticket(&officer, id).await;
            let last = row["events"].as_array().and_then(|events| events.last()).expect("an event").clone();
            assert_eq!((&last["data"]["signed_at"], &last["data"]["late"]), (&Value::Null, &json!(true)), "{last}");
        }

        // Without the photo nothing was signed; without a sheet the office accepts for nobody; a neighbour knows of nothing.
        let bare = json!({ "person_named": "", "paper": { "signed_by": "王某", "signed_at": signed } });
        let answer = command(&office, "ticket.accept/1", ids[3], bare.clone()).await;
        assert_eq!((answer.at("/outcome"), flags(&answer)), (json!("conflict"), vec!["sheet_missing".to_owned()]));
        office.operate("ticket.accept/1", about(ids[3], &json!({ "person_named": "" }))).await.expect_refusal("not_permitted");
        let neighbour = world.township(1, Role::DeskOfficer).await;
        neighbour.operate("ticket.accept/1", about(ids[3], &bare)).await.expect_refusal("unknown_ticket");
        let answer = by_sheet(&office, ids[0], signed, 2_113).await;
        assert_eq!(answer.at("/outcome"), "conflict", "once");
    }
}
