//! What follows a yellow month that is published: an appeal in its days, a plan by its day, and who is told of a plan that is late.

use lalian::domain::people::role::Role;
use lalian_tests::desk::in_progress;
use lalian_tests::stories;
use lalian_tests::visit::id_of;
use lalian_tests::world::World;
use serde_json::{Value, json};

use super::{NOVEMBER, at, confirm_all, get, not_done, of, post};

/// The first township's November, yellow for one repair that was not done, as it is published on 1 December at ten.
async fn published(world: &World, seed: u64) -> Value {
    let inspector = world.inspector().await;
    let id = in_progress(world, &inspector, seed).await;
    not_done(world, id, seed + 1).await;
    world.clock.set(at("2026-12-01T10:00:00+08:00"));
    let (office, month) = (world.office().await, json!({ "month": NOVEMBER }));
    let list = post(&office, "/colours/proposals", &month).await.expect(200).json();
    confirm_all(&office, &list).await;
    let list = post(&office, "/colours/publications", &month).await.expect(200).json();
    of(&list, world.township_id(0).await)
}

stories! {
    async fn an_appeal_comes_in_time_or_not_at_all(world: World) {
        let row = published(&world, 1_620).await;
        assert_eq!((&row["colour"], &row["appeal_until"]), (&json!("yellow"), &json!("2026-12-04T16:00:00Z")), "three working days");
        let path = format!("/colours/{}/appeal", id_of(&row["id"]));
        world.clock.set(at("2026-12-05T00:00:00+08:00"));
        let deputy = world.township(0, Role::DeputyLeader).await;
        post(&deputy, &path, &json!({ "reason": "晚了" })).await.expect_problem(409, "wrong_state");
        world.clock.set(at("2026-12-04T23:59:00+08:00"));
        let deputy = world.township(0, Role::DeputyLeader).await;
        post(&deputy, &path, &json!({ "reason": "还来得及" })).await.expect(201);
    }

    /// Told to the main leader alone, once, and gone with the plan; not while an appeal waits.
    async fn a_plan_that_is_late_is_told_once(world: World) {
        let row = published(&world, 1_630).await;
        assert_eq!((&row["colour"], &row["plan_due"]), (&json!("yellow"), &json!("2026-12-04T16:00:00Z")));
        let path = format!("/colours/{}", id_of(&row["id"]));
        post(&world.township(0, Role::DeputyLeader).await, &format!("{path}/appeal"), &json!({ "reason": "已补办" })).await.expect(201);
        let late = async |on: &str| {
            world.clock.set(at(on));
            for _ in 0..2 {
                world.server().app().gather_notices().await.expect("gathered");
            }
            let mut told = Vec::new();
            for (township, duty) in [(0, Role::MainLeader), (0, Role::DeputyLeader), (0, Role::DeskOfficer), (1, Role::DeputyLeader)] {
                let rows = get(&world.township(township, duty).await, "/notices?kind=plan_late").await;
                told.push(rows["items"].as_array().expect("items").len());
            }
            told
        };
        assert_eq!(late("2026-12-04T09:00:00+08:00").await, [0; 4], "the last day");
        assert_eq!(late("2026-12-05T09:00:00+08:00").await, [0; 4], "while the appeal waits");
        let second = world.desk_of(Role::Office, 1).await;
        let upheld = json!({ "outcome": "upheld", "colour": null, "note": "核对过" });
        post(&second, &format!("{path}/appeal/decision"), &upheld).await.expect(200);
        assert_eq!(late("2026-12-06T09:00:00+08:00").await, [1, 0, 0, 0]);
        assert_eq!(late("2026-12-07T09:00:00+08:00").await, [1, 0, 0, 0], "once");
        // Forgotten in time, and not told again.
        assert_eq!(late("2027-02-08T09:00:00+08:00").await, [0; 4]);
        assert_eq!(late("2027-02-09T09:00:00+08:00").await, [0; 4]);
    }

    async fn a_plan_that_is_handed_in_settles_that_it_was_late(world: World) {
        let row = published(&world, 1_640).await;
        let path = format!("/colours/{}/plan", id_of(&row["id"]));
        for (on, wanted) in [("2026-12-05T09:00:00+08:00", 1), ("2026-12-06T09:00:00+08:00", 0)] {
            world.clock.set(at(on));
            world.server().app().gather_notices().await.expect("gathered");
            let main = world.township(0, Role::MainLeader).await;
            let told = get(&main, "/notices?kind=plan_late").await;
            assert_eq!(told["items"].as_array().map(Vec::len), Some(wanted), "{on}: {told}");
            post(&main, &path, &json!({ "text": "每日查看" })).await.expect(201);
            assert_eq!(get(&main, "/notices?kind=plan_late").await["items"], json!([]));
        }
    }
}
