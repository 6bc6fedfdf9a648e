//! Decisions that end a ticket (T3, T14) and work that one post lends to another (delegation): who may, and who may not alone.

use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::desk::{about, applied, command, flags, found, in_progress, issue, repaired, ticket};
use lalian_tests::http::Answer;
use lalian_tests::phone::{Draft, fresh_id, stamp};
use lalian_tests::stories;
use lalian_tests::visit::id_of;
use lalian_tests::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

/// Somebody puts an attempt forward under one of his posts.
async fn submit_as(actor: &Actor, post: Uuid, ticket: Uuid, attempt: Uuid) -> Answer {
    let payload = about(ticket, &json!({ "attempt_id": attempt, "note": "" }));
    let by = (actor.person(), post);
    actor.put(&Draft::new(None, by, "ticket.submit/1", payload, actor.now()).seal()).await
}

stories! {
    async fn declining_ends_a_pending_ticket_with_its_reason(world: World) {
        let inspector = world.inspector().await;
        let ids = found(&world, &inspector, &["BUS-01", "BUS-03"], 100).await;
        let office = world.office().await;
        applied(&office, "ticket.decline/1", ids[0], json!({ "reason": "不属于本县" })).await;
        let seen = ticket(&office, ids[0]).await;
        assert_eq!((&seen["state"], &seen["number"], &seen["allowed"]), (&json!("declined"), &Value::Null, &json!([])));
        let last = seen["events"].as_array().and_then(|events| events.last()).expect("a history");
        assert_eq!((&last["transition"], &last["reason"]), (&json!("T3"), &json!("不属于本县")));
        let kept = command(&office, "ticket.decline/1", ids[0], json!({ "reason": "再来" })).await;
        assert_eq!((kept.at("/outcome"), kept.at("/current/state")), (json!("conflict"), json!("declined")), "{kept}");
        // Only the office declines, and only what has not been issued.
        let colleague = world.phone_of(Role::Inspector, 1).await;
        colleague.operate("ticket.decline/1", about(ids[1], &json!({ "reason": "x" }))).await.expect_refusal("not_permitted");
        issue(&world, ids[1], 0).await;
        let late = command(&office, "ticket.decline/1", ids[1], json!({ "reason": "晚了" })).await;
        assert_eq!((late.at("/outcome"), late.at("/current/state")), (json!("conflict"), json!("issued")), "{late}");
    }

    async fn a_second_person_may_say_no_to_voiding_and_a_new_life_is_asked_about_anew(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 102).await;
        let (first, second) = (world.desk_of(Role::Office, 0).await, world.desk_of(Role::Office, 1).await);
        let reason = |text: &str| json!({ "reason": text });
        let keeps = |row: &Value| row["allowed"].as_array().expect("kinds").contains(&json!("ticket.keep/1"));
        assert_eq!(command(&second, "ticket.keep/1", id, reason("无人提出")).await.at("/outcome"), "conflict");
        assert_eq!(command(&first, "ticket.void/1", id, reason("重复")).await.at("/outcome"), "waiting");
        assert!(!keeps(&ticket(&first, id).await) && keeps(&ticket(&second, id).await), "not one's own");
        assert_eq!(command(&first, "ticket.keep/1", id, reason("算了")).await.at("/outcome"), "conflict", "one person is one person");
        second.operate("ticket.keep/1", about(id, &reason(" "))).await.expect_refusal("unreadable");
        applied(&second, "ticket.keep/1", id, reason("不是同一处")).await;
        let row = ticket(&first, id).await;
        let last = row["events"].as_array().and_then(|events| events.last()).expect("an event").clone();
        assert_eq!((&last["transition"], &last["reason"], &row["state"]), (&json!("void_denied"), &json!("不是同一处"), &json!("in_progress")));
        assert!(!keeps(&ticket(&second, id).await));
        // What was refused counts no more, and neither does what was asked before it was closed.
        assert_eq!(command(&second, "ticket.void/1", id, reason("重复")).await.at("/outcome"), "waiting");
        let (attempt, _) = repaired(&world, id, 19_120).await;
        let deputy = world.township(0, Role::DeputyLeader).await;
        applied(&deputy, "ticket.submit/1", id, json!({ "attempt_id": attempt, "note": "" })).await;
        let passed = json!({ "attempt_id": attempt, "verdict": "passed", "reason": null, "note": "", "on_site": true, "position": null });
        applied(&first, "ticket.verify/1", id, passed.clone()).await;
        world.clock.advance(TimeDelta::hours(1));
        let second = world.desk_of(Role::Office, 1).await;
        applied(&second, "ticket.relapse/1", id, json!({ "finding_id": fresh_id(), "note": "" })).await;
        let first = world.desk_of(Role::Office, 0).await;
        assert_eq!(command(&first, "ticket.void/1", id, reason("重复")).await.at("/outcome"), "waiting", "asked anew");
        // Whoever found that it came back does not check its repair either.
        let (attempt, _) = repaired(&world, id, 19_121).await;
        applied(&world.township(0, Role::DeputyLeader).await, "ticket.submit/1", id, json!({ "attempt_id": attempt, "note": "" })).await;
        let mut passed = passed;
        passed["attempt_id"] = json!(attempt);
        assert_eq!(ticket(&second, id).await["check"], "own");
        let answer = command(&second, "ticket.verify/1", id, passed.clone()).await;
        assert_eq!((answer.at("/outcome"), flags(&answer)), (json!("conflict"), vec!["self_verification".to_owned()]));
        applied(&first, "ticket.verify/1", id, passed).await;
    }

    async fn two_different_people_of_the_office_void(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 101).await;
        let (first, second) = (world.desk_of(Role::Office, 0).await, world.desk_of(Role::Office, 1).await);
        let opened = async || first.http.get("/api/v1/figures/zero").await.expect(200).at("/opened");
        let counted = opened().await;
        assert_eq!(counted, 1, "the demo's first item is static");
        first.operate("ticket.void/1", about(id, &json!({ "reason": " " }))).await.expect_refusal("unreadable");
        // Once or twice, one person is one person.
        for _ in 0..2 {
            let answer = command(&first, "ticket.void/1", id, json!({ "reason": "重复交办" })).await;
            assert_eq!(answer.at("/outcome"), "waiting", "{answer}");
            assert_eq!(ticket(&first, id).await["state"], "in_progress");
        }
        assert_eq!(opened().await, counted);
        let deputy = world.township(0, Role::DeputyLeader).await;
        deputy.operate("ticket.void/1", about(id, &json!({ "reason": "x" }))).await.expect_refusal("not_permitted");
        // The unit works on in the meantime; nothing is held up by the question.
        repaired(&world, id, 19_100).await;
        let answer = applied(&second, "ticket.void/1", id, json!({ "reason": "确认重复" })).await;
        assert_eq!(answer.at("/changed/0/state"), "void", "{answer}");
        let seen = ticket(&first, id).await;
        let history: Vec<&str> = seen["events"].as_array().expect("a history").iter().filter_map(|event| event["transition"].as_str()).collect();
        assert_eq!(history, ["T1", "T2", "T5", "void_asked", "void_asked", "attempt", "T14"]);
        assert_eq!((&seen["state"], &seen["allowed"]), (&json!("void"), &json!([])));
        assert_eq!(opened().await, 0, "it should never have counted");
        let after = command(&first, "ticket.void/1", id, json!({ "reason": "又一次" })).await;
        assert_eq!(after.at("/outcome"), "conflict", "{after}");
    }

    async fn a_deputy_lends_his_post_for_a_time(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 102).await;
        let (attempt, _) = repaired(&world, id, 19_200).await;
        let (office, deputy, officer) = (world.office().await, world.township(0, Role::DeputyLeader).await, world.township(0, Role::DeskOfficer).await);
        let own = officer.post();
        submit_as(&officer, own, id, attempt).await.expect_refusal("not_permitted");

        let until = world.office().await.now() + TimeDelta::days(1);
        let post = json!({ "role": "deputy_leader", "unit_id": deputy.unit(), "valid_to": stamp(until), "delegated_by": deputy.post() });
        let lend = async |post: &Value| {
            let http = office.http.with("idempotency-key", &fresh_id().to_string());
            http.post(&format!("/api/v1/people/{}/posts", officer.person()), post).await
        };
        // Nobody lends what is another unit's.
        let mut foreign = post.clone();
        foreign["delegated_by"] = json!(world.township(1, Role::DeputyLeader).await.post());
        lend(&foreign).await.expect_problem(422, "invalid_field");
        let lent = lend(&post).await;
        assert!(matches!(lent.status, 200 | 201), "{lent}");
        assert_eq!(lent.at("/delegated_by"), json!(deputy.post()), "{lent}");
        let lent = id_of(&lent.at("/id"));

        // As the delegate, and only as such; his own post still may not.
        let officer = world.township(0, Role::DeskOfficer).await;
        let posts = officer.me["posts"].as_array().expect("posts");
        assert!(posts.iter().any(|held| held["id"] == json!(lent)), "{posts:?}");
        submit_as(&officer, own, id, attempt).await.expect_refusal("not_permitted");
        let answer = submit_as(&officer, lent, id, attempt).await.expect(201);
        assert_eq!(answer.at("/outcome"), "applied", "{answer}");
        let seen = ticket(&office, id).await;
        assert_eq!(seen["state"], "submitted");

        // Sent back; the day is over, and so is the delegation.
        let failed = json!({ "attempt_id": attempt, "verdict": "failed", "reason": "partial", "note": "", "on_site": false, "position": null });
        applied(&office, "ticket.verify/1", id, failed).await;
        let (attempt, _) = repaired(&world, id, 19_201).await;
        world.clock.set(until);
        let officer = world.township(0, Role::DeskOfficer).await;
        submit_as(&officer, lent, id, attempt).await.expect_refusal("not_permitted");
        assert_eq!(ticket(&world.office().await, id).await["state"], "rework");
        let deputy = world.township(0, Role::DeputyLeader).await;
        let answer = submit_as(&deputy, deputy.post(), id, attempt).await.expect(201);
        assert_eq!(answer.at("/outcome"), "applied", "the deputy's own post was never touched: {answer}");
    }
}
