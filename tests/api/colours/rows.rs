//! Every number opens its rows: as they were kept with a published month, and as they are known now; a township's own only.

use super::{NOVEMBER, at, confirm_all, get, minute_later, not_done, of, post};
use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::desk::{applied, command, found, issue, ticket};
use lalian_tests::stories;
use lalian_tests::visit::id_of;
use lalian_tests::world::World;
use serde_json::{Value, json};

/// What each row says: why, and the kind of event that it leads to.
fn told(rows: &Value) -> Vec<&str> {
    rows["items"].as_array().expect("items").iter().map(|row| row["why"].as_str().expect("why")).collect()
}

stories! {
    async fn a_published_number_opens_the_rows_of_then_and_only_to_its_own_township(world: World) {
        let inspector = world.inspector().await;
        let ids = found(&world, &inspector, &["BUS-01", "BUS-03"], 1_700).await;
        let officer = world.township(0, Role::DeskOfficer).await;
        for (seed, id) in (1_701..).zip(&ids) {
            issue(&world, *id, 0).await;
            applied(&officer, "ticket.accept/1", *id, json!({ "person_named": "" })).await;
            not_done(&world, *id, seed * 2).await;
        }
        minute_later(&world);
        let (ours, theirs) = (world.township_id(0).await, world.township_id(1).await);
        let (office, deputy) = (world.office().await, world.township(0, Role::DeputyLeader).await);

        // So far: the counters to the township, what speaks for a colour to the office.
        let live = format!("/figures/counters/rows?month={NOVEMBER}");
        let own = get(&deputy, &format!("{live}&of=hollow_times")).await;
        assert_eq!((told(&own), &own["count"], &own["kept"]), (vec!["hollow"; 2], &json!(2), &json!(false)), "{own}");
        for row in own["items"].as_array().expect("items") {
            let events = ticket(&deputy, id_of(&row["ticket_id"])).await["events"].clone();
            let event = events.as_array().expect("events").iter().find(|event| event["version"] == row["event"]).expect("the event").clone();
            assert_eq!((&event["transition"], &event["accepted_at"]), (&json!("T12"), &row["at"]), "{row}");
        }
        assert_eq!(told(&get(&deputy, &format!("{live}&of=handled")).await), ["had_open"; 2]);
        let path = |of: &str| format!("/api/v1{live}&of={of}");
        deputy.http.get(&path("hollow")).await.expect_problem(403, "forbidden");
        deputy.http.get(&format!("{}&township_id={theirs}", path("slow"))).await.expect_problem(404, "not_found");
        office.http.get(&path("slow")).await.expect_problem(422, "invalid_field");
        office.http.get(&path("logins")).await.expect_problem(400, "malformed");
        office.http.get(&format!("{}&township_id={ours}&cursor=x", path("slow"))).await.expect_problem(400, "malformed");
        office.http.get(&format!("/api/v1/figures/counters/rows?month=2027-11&of=slow&township_id={ours}")).await.expect_problem(409, "wrong_state");
        assert_eq!(get(&office, &format!("{live}&of=hollow&township_id={ours}")).await["count"], 2);

        // Published, and then one of them turns out to be nobody's.
        world.clock.set(at("2026-12-01T10:00:00+08:00"));
        let office = world.office().await;
        let list = post(&office, "/colours/proposals", &json!({ "month": NOVEMBER })).await.expect(200).json();
        let (row, other) = (of(&list, ours), of(&list, theirs));
        let kept = format!("/colours/{}/rows?of=hollow", id_of(&row["id"]));
        let (deputy, leader) = (world.township(0, Role::DeputyLeader).await, world.desk(Role::CountyLeader).await);
        for quiet in [&deputy, &leader] {
            quiet.http.get(&format!("/api/v1{kept}")).await.expect_problem(404, "not_found");
        }
        assert_eq!(get(&office, &kept).await["count"], 2, "the office sees what it confirms");
        confirm_all(&office, &list).await;
        post(&office, "/colours/publications", &json!({ "month": NOVEMBER })).await.expect(200);
        let published = get(&deputy, &kept).await;
        for person in [0, 1] {
            command(&world.desk_of(Role::Office, person).await, "ticket.void/1", ids[0], json!({ "reason": "重复" })).await;
        }
        assert_eq!(get(&office, &format!("{live}&of=hollow&township_id={ours}")).await["count"], 1, "known today");
        assert_eq!(get(&deputy, &kept).await, published, "frozen");
        assert_eq!((&published["kept"], told(&published)), (&json!(true), vec!["hollow"; 2]));
        deputy.http.get(&format!("/api/v1/colours/{}/rows?of=hollow", id_of(&other["id"]))).await.expect_problem(404, "not_found");
        // Page by page.
        let first = get(&deputy, &format!("{kept}&limit=1")).await;
        let second = get(&deputy, &format!("{kept}&limit=1&cursor={}", first["next"].as_str().expect("more"))).await;
        assert_eq!(json!([first["items"][0], second["items"][0]]), published["items"]);
        assert_eq!((&first["count"], &second["next"]), (&json!(2), &Value::Null));
    }

    async fn what_nobody_accepts_is_slow_when_its_day_is_over_and_counts_once_in_that_month(world: World) {
        // Friday afternoon: to be accepted by the end of Monday the 30th, which is the end of the month.
        world.clock.set(at("2026-11-27T15:00:00+08:00"));
        let id = found(&world, &world.inspector().await, &["BUS-01"], 1_740).await[0];
        issue(&world, id, 0).await;
        let slow = async |month: &str| {
            let deputy = world.township(0, Role::DeputyLeader).await;
            let rows = get(&deputy, &format!("/figures/counters/rows?month={month}&of=slow")).await;
            let counters = get(&deputy, &format!("/figures/counters?month={month}")).await;
            assert_eq!(counters["townships"][0]["counters"]["slow"]["count"], rows["count"], "{counters}");
            rows
        };
        world.clock.set(at("2026-11-30T23:59:00+08:00"));
        assert_eq!(slow(NOVEMBER).await["count"], 0);
        world.clock.set(at("2026-12-01T00:01:00+08:00"));
        let late = slow(NOVEMBER).await;
        assert_eq!(told(&late), ["not_accepted"]);
        assert_eq!(at(late["items"][0]["by"].as_str().expect("a limit")), at("2026-12-01T00:00:00+08:00"));
        assert_eq!(slow("2026-12").await["count"], 0, "it is November's");
        // Said at last: the same row, told by the acceptance.
        world.clock.advance(TimeDelta::hours(9));
        let officer = world.township(0, Role::DeskOfficer).await;
        applied(&officer, "ticket.accept/1", id, json!({ "person_named": "" })).await;
        world.clock.advance(TimeDelta::minutes(1));
        assert_eq!((told(&slow(NOVEMBER).await), &slow("2026-12").await["count"]), (vec!["accepted_late"], &json!(0)));
    }
}
