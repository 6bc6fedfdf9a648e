//! A desk officer signs in a deputy's place: by severity and day, judged by when it was sealed.

use super::{day, write};
use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::desk::{about, applied, command, in_progress, repaired, ticket};
use lalian_tests::http::Answer;
use lalian_tests::stories;
use lalian_tests::world::World;
use serde_json::{Value, json};
use tokio::task::JoinSet;

const ALL: [&str; 3] = ["critical", "major", "minor"];

fn leave(world: &World, severities: &[&str]) -> Value {
    json!({ "severities": severities, "from_day": day(world, 0), "to_day": day(world, 6), "desk_post_id": null, "reason": "下乡" })
}

stories! {
    async fn a_desk_officer_signs_what_the_deputy_allowed_and_the_history_says_so(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 2_000).await;
        let (deputy, officer) = (world.township(0, Role::DeputyLeader).await, world.township(0, Role::DeskOfficer).await);
        let main = world.desk(Role::MainLeader).await;
        let (attempt, _) = repaired(&world, id, 2_001).await;
        let waiting = deputy.list("/api/v1/tickets?to_sign=true").await;
        assert_eq!(waiting.iter().map(|row| (&row["id"], &row["to_sign_id"], &row["may_sign"])).collect::<Vec<_>>(), [(&json!(id), &json!(attempt), &json!("own"))]);
        assert_eq!(deputy.http.get("/api/v1/tickets/counts").await.expect(200).at("/to_sign"), 1);
        let row = ticket(&officer, id).await;
        assert_eq!((&row["may_sign"], row["allowed"].as_array().expect("a list").contains(&json!("ticket.submit/1"))), (&Value::Null, false));

        // Without leave, and sealed before there is any: not permitted, whatever comes later.
        let payload = about(id, &json!({ "attempt_id": attempt, "note": "" }));
        let phone = world.phone_of(Role::DeskOfficer, 0).await;
        let early = phone.draft("ticket.submit/1", payload.clone()).seal();
        phone.put(&early).await.expect_refusal("not_permitted");
        world.clock.advance(TimeDelta::minutes(5));
        for (wrong, field) in [
            (json!({ "severities": [] }), "/severities"),
            (json!({ "severities": ["grave"] }), "/severities"),
            (json!({ "from_day": day(&world, -1) }), "/from_day"),
            (json!({ "to_day": day(&world, -1) }), "/to_day"),
            (json!({ "to_day": day(&world, 400) }), "/to_day"),
            (json!({ "desk_post_id": main.post() }), "/desk_post_id"),
        ] {
            let mut body = leave(&world, &ALL);
            body.as_object_mut().expect("an object").extend(wrong.as_object().expect("an object").clone());
            let answer = write(&deputy, "/api/v1/delegations", &body).await.expect_problem(422, "invalid_field");
            assert_eq!(answer.at("/errors/0/field"), field, "{answer}");
        }
        write(&officer, "/api/v1/delegations", &leave(&world, &ALL)).await.expect_problem(403, "forbidden");
        // Of another severity it is no leave.
        let severity = row["severity"].as_str().expect("a word").to_owned();
        let others: Vec<&str> = ALL.into_iter().filter(|word| *word != severity).collect();
        write(&deputy, "/api/v1/delegations", &leave(&world, &others)).await.expect(201);
        assert_eq!(ticket(&officer, id).await["may_sign"], Value::Null);
        officer.operate("ticket.submit/1", payload.clone()).await.expect_refusal("not_permitted");
        let given = write(&deputy, "/api/v1/delegations", &leave(&world, &[&severity])).await.expect(201);
        assert_eq!((given.at("/active"), given.at("/deputy_name")), (json!(true), deputy.me["person"]["name"].clone()));
        let row = ticket(&officer, id).await;
        assert_eq!((&row["may_sign"], row["allowed"].as_array().expect("a list").contains(&json!("ticket.submit/1"))), (&json!("delegated"), true));
        phone.put(&early).await.expect_refusal("not_permitted");
        let answer = officer.operate("ticket.submit/1", payload).await.expect(201);
        assert_eq!(answer.at("/outcome"), "applied", "{answer}");
        let row = ticket(&deputy, id).await;
        let event = row["events"].as_array().and_then(|events| events.last()).expect("an event").clone();
        assert_eq!((&event["transition"], &event["data"]["delegation"]["by_name"]), (&json!("T10"), &deputy.me["person"]["name"]), "{event}");
        assert_eq!((&event["data"]["delegation"]["id"], &row["to_sign_id"]), (&given.at("/id"), &Value::Null));
        assert_eq!(deputy.list("/api/v1/tickets?to_sign=true").await.len(), 0);

        // Another township reads and ends nothing of it.
        let stranger = world.township(1, Role::DeputyLeader).await;
        assert_eq!(stranger.list("/api/v1/delegations?active=true").await.len(), 0);
        let path = format!("/api/v1/delegations/{}/revoke", given.text("/id"));
        write(&stranger, &path, &json!({ "reason": "" })).await.expect_problem(404, "not_found");
        write(&officer, &path, &json!({ "reason": "" })).await.expect_problem(403, "forbidden");
    }

    async fn what_was_sealed_while_the_leave_was_good_counts_and_what_was_sealed_after_does_not(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 2_010).await;
        let deputy = world.township(0, Role::DeputyLeader).await;
        let phone = world.phone_of(Role::DeskOfficer, 0).await;
        let (attempt, _) = repaired(&world, id, 2_011).await;
        let given = write(&deputy, "/api/v1/delegations", &leave(&world, &ALL)).await.expect(201).text("/id");
        world.clock.advance(TimeDelta::minutes(2));
        // Sealed on the phone without a signal, while the leave was good.
        let sealed = phone.draft("ticket.submit/1", about(id, &json!({ "attempt_id": attempt, "note": "" }))).seal();
        world.clock.advance(TimeDelta::minutes(8));
        let back = write(&deputy, &format!("/api/v1/delegations/{given}/revoke"), &json!({ "reason": "回来了" })).await.expect(200);
        assert_eq!((back.at("/active"), back.at("/revoke_reason")), (json!(false), json!("回来了")));
        let again = write(&deputy, &format!("/api/v1/delegations/{given}/revoke"), &json!({ "reason": "再次" })).await.expect(200);
        assert_eq!((again.at("/revoked_at"), again.at("/revoke_reason")), (back.at("/revoked_at"), json!("回来了")));
        world.clock.advance(TimeDelta::minutes(1));
        let late = phone.draft("ticket.submit/1", about(id, &json!({ "attempt_id": attempt, "note": "" }))).seal();
        phone.put(&late).await.expect_refusal("not_permitted");
        let answer = phone.put(&sealed).await.expect(201);
        assert_eq!(answer.at("/outcome"), "applied", "{answer}");
    }

    async fn two_who_sign_at_once_are_one_signature_and_a_deputy_who_left_lends_nothing(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 2_020).await;
        let (deputy, officer) = (world.township(0, Role::DeputyLeader).await, world.township(0, Role::DeskOfficer).await);
        let (attempt, _) = repaired(&world, id, 2_021).await;
        write(&deputy, "/api/v1/delegations", &leave(&world, &ALL)).await.expect(201);
        world.clock.advance(TimeDelta::minutes(1));
        let payload = about(id, &json!({ "attempt_id": attempt, "note": "" }));
        let mut racers = JoinSet::new();
        for actor in [&deputy, &officer, &deputy, &officer] {
            let (http, sealed) = (actor.http.through(actor.http.base()), actor.draft("ticket.submit/1", payload.clone()).seal());
            racers.spawn(async move { lalian_tests::actor::put(&http, &sealed).await });
        }
        let mut outcomes: Vec<String> = racers.join_all().await.iter().map(|answer: &Answer| answer.text("/outcome")).collect();
        outcomes.sort();
        assert_eq!(outcomes, ["applied", "conflict", "conflict", "conflict"]);

        let office = world.office().await;
        applied(&office, "ticket.verify/1", id, json!({ "attempt_id": attempt, "verdict": "failed", "reason": "partial", "note": "再看", "on_site": false })).await;
        let (attempt, _) = repaired(&world, id, 2_022).await;
        write(&office, &format!("/api/v1/posts/{}/end", deputy.post()), &json!({ "reason": "调离" })).await.expect(200);
        world.clock.advance(TimeDelta::seconds(10));
        let officer = world.township(0, Role::DeskOfficer).await;
        let list = officer.list("/api/v1/delegations").await;
        assert_eq!(list[0]["active"], false, "{list:?}");
        officer.operate("ticket.submit/1", about(id, &json!({ "attempt_id": attempt, "note": "" }))).await.expect_refusal("not_permitted");
        assert_eq!(command(&officer, "ticket.rectify/1", id, json!({ "attempt_id": attempt, "note": "" })).await.at("/outcome"), "conflict");
    }
}
