//! Titles are looked at again on their day: who is reminded before it, and what stays on record of it.

use super::{put_json, write};
use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::stories;
use lalian_tests::world::World;
use serde_json::{Value, json};

/// A title of the first township's first site that is looked at again on Monday, 7 December.
async fn titled(world: &World) -> (Actor, Value) {
    let (office, main) = (world.office().await, world.desk(Role::MainLeader).await);
    let site = office.list(&format!("/api/v1/sites?township_id={}", main.unit())).await[0].clone();
    let new = json!({
        "subject_kind": "site", "subject_id": site["id"], "level": "provincial", "title": "示范点位", "year": 2024,
        "valid_until": null, "recheck_day": "2026-12-07",
    });
    let row = write(&office, "/api/v1/honours", &new).await.expect(201).json();
    (office, row)
}

fn path(row: &Value, rest: &str) -> String {
    format!("/api/v1/honours/{}{rest}", row["id"].as_str().expect("an id"))
}

/// How many reminders the office, the township's desk, its deputy, its main leader and another township's desk have now.
async fn told(world: &World, on: &str) -> [usize; 5] {
    world.clock.set(format!("{on}T09:00:00+08:00").parse().expect("an instant"));
    for _ in 0..2 {
        world.server().app().gather_notices().await.expect("gathered");
    }
    let mut found = [0; 5];
    let readers = [
        world.office().await,
        world.township(0, Role::DeskOfficer).await,
        world.township(0, Role::DeputyLeader).await,
        world.township(0, Role::MainLeader).await,
        world.township(1, Role::DeskOfficer).await,
    ];
    for (count, reader) in found.iter_mut().zip(readers) {
        *count = reader.list("/api/v1/notices?kind=honour_recheck").await.len();
    }
    found
}

stories! {
    async fn who_has_to_prepare_is_reminded_before_the_day(world: World) {
        let (office, row) = titled(&world).await;
        assert_eq!((&row["recheck_due"], &row["rechecks"]), (&json!(false), &json!([])), "ten working days away");
        assert_eq!(office.list("/api/v1/honours?recheck_due=true").await.len(), 0);
        // The main leader answers for the place himself.
        let main = world.township(0, Role::MainLeader).await;
        let named = json!({ "subject_kind": "site", "subject_id": row["subject_id"], "post_id": main.post() });
        write(&main, "/api/v1/liaisons", &named).await.expect(201);
        assert_eq!(told(&world, "2026-11-25").await, [0; 5], "eight working days before");
        assert_eq!(told(&world, "2026-11-26").await, [1, 1, 1, 1, 0], "seven");
        assert_eq!(told(&world, "2026-11-27").await, [1, 1, 1, 1, 0]);
        let main = world.township(0, Role::MainLeader).await;
        let due = main.list("/api/v1/honours?recheck_due=true").await;
        assert_eq!((due.len(), &due[0]["recheck_due"]), (1, &json!(true)));
        assert_eq!(told(&world, "2026-12-02").await, [2, 2, 2, 2, 0], "three");
        assert_eq!(told(&world, "2026-12-04").await, [3, 3, 3, 3, 0], "one: the Friday before");
        // Another day: what was told of the old one goes.
        let office = world.office().await;
        let facts = json!({ "version": 1, "level": "provincial", "title": "示范点位", "year": 2024, "valid_until": null, "recheck_day": "2026-12-30" });
        put_json(&office, &path(&row, ""), &facts).await.expect(200);
        assert_eq!(told(&world, "2026-12-05").await, [0; 5]);
    }

    async fn what_came_of_it_stays_on_record_with_the_next_day_or_the_end(world: World) {
        let (_, row) = titled(&world).await;
        assert_eq!(told(&world, "2026-12-04").await, [1, 1, 1, 0, 0]);
        world.clock.set("2026-12-08T10:00:00+08:00".parse().expect("an instant"));
        let (office, deputy) = (world.office().await, world.township(0, Role::DeputyLeader).await);
        assert_eq!(office.list("/api/v1/honours?recheck_due=true").await.len(), 1, "due still, a day late");
        let kept = json!({ "version": 1, "day": "2026-12-08", "outcome": "kept", "note": "保持良好", "next_day": "2027-12-08" });
        write(&deputy, &path(&row, "/rechecks"), &kept).await.expect_problem(403, "forbidden");
        for (field, value) in [("day", "2026-12-09"), ("next_day", "2026-12-08")] {
            let mut wrong = kept.clone();
            wrong[field] = json!(value);
            let answer = write(&office, &path(&row, "/rechecks"), &wrong).await.expect_problem(422, "invalid_field");
            assert_eq!(answer.at("/errors/0/field"), json!(format!("/{field}")));
        }
        let after = write(&office, &path(&row, "/rechecks"), &kept).await.expect(200).json();
        assert_eq!((&after["recheck_day"], &after["valid"], &after["recheck_due"], &after["version"]), (&json!("2027-12-08"), &json!(true), &json!(false), &json!(2)));
        let said = &after["rechecks"][0];
        assert_eq!((&said["outcome"], &said["day"], &said["note"], &said["next_day"]), (&json!("kept"), &json!("2026-12-08"), &json!("保持良好"), &json!("2027-12-08")));
        assert!(said["made_by_name"].is_string(), "{said}");
        write(&office, &path(&row, "/rechecks"), &kept).await.expect_problem(409, "conflict");
        assert_eq!(told(&world, "2026-12-09").await, [0; 5], "nobody prepares for it any more");

        // Taken back at the next one, with a reason.
        world.clock.advance(TimeDelta::days(1));
        let office = world.office().await;
        let mut gone = json!({ "version": 2, "day": "2026-12-10", "outcome": "withdrawn", "note": " ", "next_day": "2027-12-08" });
        let answer = write(&office, &path(&row, "/rechecks"), &gone).await.expect_problem(422, "invalid_field");
        assert_eq!(answer.at("/errors/0/field"), "/note");
        gone["note"] = json!("复查未通过");
        let after = write(&office, &path(&row, "/rechecks"), &gone).await.expect(200).json();
        assert_eq!((&after["valid"], &after["revoke_reason"], &after["recheck_day"]), (&json!(false), &json!("复查未通过"), &Value::Null), "{after}");
        assert!(after["revoked_at"].is_string() && after["rechecks"].as_array().map(Vec::len) == Some(2), "{after}");
        gone["version"] = json!(3);
        write(&office, &path(&row, "/rechecks"), &gone).await.expect_problem(409, "wrong_state");
        let audit = office.list("/api/v1/audit?noun=honours").await;
        let lines: Vec<_> = audit.iter().filter(|line| line["action"] == "honour.recheck").collect();
        assert_eq!((lines.len(), &lines[0]["reason"]), (2, &json!("复查未通过")), "{audit:?}");
        // Another township's are not found.
        let office_elsewhere = world.township(1, Role::DeskOfficer).await;
        assert_eq!(office_elsewhere.list("/api/v1/honours").await.len(), 0);
    }
}
