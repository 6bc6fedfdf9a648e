//! The calendar of what falls due: each of its numbers opens exactly its rows, for every reader, and it says how near a day is.

use super::duties::put_json;
use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::desk::{applied, found, in_progress, issue, repaired};
use lalian_tests::phone::fresh_id;
use lalian_tests::stories;
use lalian_tests::world::World;
use serde_json::{Value, json};

async fn month(actor: &Actor, month: &str) -> Value {
    actor.http.get(&format!("/api/v1/figures/calendar?month={month}")).await.expect(200).json()
}

/// The entry of a kind on a day.
fn on(month: &Value, day: &str, what: &str) -> Value {
    let days = month["days"].as_array().expect("days");
    let day = days.iter().find(|one| one["day"] == day).expect("a day of the month");
    let entries = day["entries"].as_array().expect("entries").iter();
    entries.clone().find(|entry| entry["what"] == what).cloned().unwrap_or(Value::Null)
}

/// The field of a day.
fn day<'a>(month: &'a Value, day: &str) -> &'a Value {
    let days = month["days"].as_array().expect("days");
    days.iter().find(|one| one["day"] == day).expect("a day of the month")
}

/// Compares every number of tickets and titles with the rows that it opens, also beside its day; answers how many rows those were.
async fn opens(actor: &Actor, word: &str) -> usize {
    let shown = month(actor, word).await;
    let mut all = 0;
    let days = shown["days"].as_array().expect("days");
    let empty = |day: Option<&Value>| day.is_none_or(|day| day["entries"] == json!([]));
    for (place, one) in days.iter().enumerate() {
        if empty(Some(one)) && empty(days.get(place + 1)) && empty(days.get(place.wrapping_sub(1))) {
            continue;
        }
        let date = one["day"].as_str().expect("a day");
        let entries = one["entries"].as_array().expect("entries");
        for what in ["repair", "accept", "check", "control", "review", "referral"] {
            let rows = actor.list(&format!("/api/v1/tickets?due_on={date}&due_kind={what}")).await.len();
            let entry = entries.iter().find(|entry| entry["what"] == what);
            assert_eq!(
                entry.map_or(json!(0), |entry| entry["count"].clone()),
                json!(rows),
                "{what} on {date}"
            );
            all += rows;
        }
        for (what, query) in [("recheck", "recheck_on"), ("honour_end", "ends_on")] {
            let rows = actor.list(&format!("/api/v1/honours?{query}={date}")).await.len();
            let entry = entries.iter().find(|entry| entry["what"] == what);
            assert_eq!(
                entry.map_or(json!(0), |entry| entry["count"].clone()),
                json!(rows),
                "{what} on {date}"
            );
            all += rows;
        }
    }
    all
}

stories! {
    async fn every_number_of_the_calendar_opens_its_rows(world: World) {
        let inspector = world.inspector().await;
        // One to accept, one under repair, one under check, one on hold.
        let working = in_progress(&world, &inspector, 7_100).await;
        let more = found(&world, &inspector, &["BUS-02", "BUS-03", "BUS-04"], 7_102).await;
        let rest: Vec<_> = more.into_iter().filter(|id| *id != working).collect();
        for id in &rest {
            issue(&world, *id, 0).await;
        }
        let (officer, deputy) = (world.township(0, Role::DeskOfficer).await, world.township(0, Role::DeputyLeader).await);
        let office = world.office().await;
        for id in &rest[1..] {
            applied(&officer, "ticket.accept/1", *id, json!({ "person_named": "" })).await;
        }
        let (attempt, _) = repaired(&world, rest[1], 7_110).await;
        applied(&deputy, "ticket.submit/1", rest[1], json!({ "attempt_id": attempt, "note": "" })).await;

        let now = month(&office, "2026-11").await;
        assert_eq!((&now["today"], &now["due_days"]), (&json!("2026-11-23"), &json!([7, 3, 1])));
        // Issued on Monday the 23rd with a working day to accept; checked within three.
        assert_eq!(on(&now, "2026-11-24", "accept")["count"], json!(1), "{now}");
        assert_eq!(on(&now, "2026-11-26", "check")["count"], json!(1), "{now}");
        assert_eq!(on(&now, "2026-11-25", "monthly"), json!({ "what": "monthly", "count": null, "items": [] }));
        let near = |date: &str| day(&now, date)["near"].clone();
        assert_eq!((near("2026-11-20"), near("2026-11-24"), near("2026-11-26"), near("2026-11-30")), (Value::Null, json!(1), json!(3), json!(7)));
        assert_eq!((&day(&now, "2026-11-28")["is_working_day"], &day(&now, "2026-11-28")["name"]), (&json!(false), &Value::Null));
        let autumn = month(&office, "2026-10").await;
        assert_eq!((&day(&autumn, "2026-10-01")["is_working_day"], &day(&autumn, "2026-10-10")["is_working_day"]), (&json!(false), &json!(true)));
        assert!(day(&autumn, "2026-10-01")["name"].is_string() && day(&autumn, "2026-10-10")["name"].is_string(), "both are named by the notice");

        // The last day of a campaign, a title's days, self-checks.
        let new = json!({ "name": "清零", "scope": {}, "deadline_day": "2026-12-31" });
        let write = async |path: &str, body: &Value| office.http.with("idempotency-key", &fresh_id().to_string()).post(path, body).await;
        let campaign = write("/api/v1/campaigns", &new).await.expect(201).at("/id");
        write(&format!("/api/v1/campaigns/{}/start", campaign.as_str().expect("an id")), &json!({ "version": 1 })).await.expect(200);
        let title = json!({
            "subject_kind": "division", "subject_id": deputy.unit(), "level": "county", "title": "文明乡镇", "year": 2025,
            "valid_until": "2026-12-31", "recheck_day": "2026-12-08",
        });
        write("/api/v1/honours", &title).await.expect(201);
        let seen = office.http.get("/api/v1/settings").await.expect(200).json();
        let mut settings = seen["settings"].clone();
        settings["duties"]["self_check_day"] = json!(28);
        put_json(&office, "/api/v1/settings", &json!({ "version": seen["version"], "settings": settings, "reason": "自查" })).await.expect(200);
        let department = world.desk(Role::Department).await;
        let (leader, cadre) = (world.desk(Role::CountyLeader).await, world.desk(Role::VillageCadre).await);
        for reader in [&office, &leader, &deputy] {
            let december = month(reader, "2026-12").await;
            assert_eq!(on(&december, "2026-12-31", "campaign")["items"], json!([{ "id": campaign, "name": "清零" }]), "{december}");
            assert_eq!((&on(&december, "2026-12-08", "recheck")["count"], &on(&december, "2026-12-31", "honour_end")["count"]), (&json!(1), &json!(1)));
            assert_eq!(on(&december, "2026-12-28", "self_check"), json!({ "what": "self_check", "count": null, "items": [] }), "a month that is still to come");
            let sites = reader.http.get("/api/v1/duties/self-checks").await.expect(200).json();
            let sum: i64 = sites["townships"].as_array().expect("townships").iter().map(|one| one["sites"].as_i64().expect("a number") - one["done"].as_i64().expect("a number")).sum();
            assert_eq!(on(&month(reader, "2026-11").await, "2026-11-28", "self_check")["count"], json!(sum));
        }
        // What is nobody else's: another township reads neither this one's tickets nor its titles.
        let other = world.township(1, Role::DeputyLeader).await;
        assert_eq!(on(&month(&other, "2026-12").await, "2026-12-08", "recheck"), Value::Null);
        assert_eq!(on(&month(&department, "2026-12").await, "2026-12-28", "self_check"), Value::Null);
        for reader in [&office, &leader, &department, &deputy, &officer, &cadre, &other, &inspector] {
            for word in ["2026-11", "2026-12"] {
                opens(reader, word).await;
            }
        }
        assert!(opens(&office, "2026-11").await >= 2 && opens(&deputy, "2026-11").await >= 2);

        // What was put forward is due for nobody but the county; what is late stays on its day.
        world.clock.advance(TimeDelta::days(3));
        let office = world.office().await;
        let later = month(&office, "2026-11").await;
        assert_eq!((&later["today"], &on(&later, "2026-11-24", "accept")["count"]), (&json!("2026-11-26"), &json!(1)));
        opens(&office, "2026-11").await;
        for wrong in ["2026-13", "26-11", "x"] {
            let answer = office.http.get(&format!("/api/v1/figures/calendar?month={wrong}")).await.expect_problem(422, "invalid_field");
            assert_eq!(answer.at("/errors/0/field"), "/month");
        }
        office.http.get("/api/v1/tickets?due_on=2026-11-24&due_kind=party").await.expect_problem(400, "malformed");
    }

    /// A hold is looked at again on its day, and whatever the county gives a unit to accept in, its rows are found.
    async fn holds_and_hours_stand_on_their_days(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 7_200).await;
        let office = world.office().await;
        let main = world.township(0, Role::MainLeader).await;
        let ask = json!({ "request_id": fresh_id(), "what": "hold", "reason": "待拆迁", "wanted_day": "2026-12-15", "measure": "围挡", "unit_kind": null, "unit_id": null });
        applied(&main, "ticket.ask/1", id, ask.clone()).await;
        let decide = json!({ "request_id": ask["request_id"], "verdict": "approved", "note": "", "day": null, "unit_kind": null, "unit_id": null, "wrongly_routed": false });
        applied(&office, "ticket.decide/1", id, decide).await;
        assert_eq!(on(&month(&office, "2026-12").await, "2026-12-15", "review")["count"], json!(1));
        opens(&office, "2026-12").await;
        // Nothing to accept in but the day itself: from Friday evening it runs to Monday by its hours.
        let seen = office.http.get("/api/v1/settings").await.expect(200).json();
        let mut settings = seen["settings"].clone();
        settings["deadlines"]["accept_days"] = json!(0);
        put_json(&office, "/api/v1/settings", &json!({ "version": seen["version"], "settings": settings, "reason": "当天签收" })).await.expect(200);
        world.clock.set("2026-11-27T17:30:00+08:00".parse().expect("an instant"));
        let inspector = world.inspector().await;
        let fresh = found(&world, &inspector, &["BUS-02"], 7_210).await;
        issue(&world, *fresh.iter().find(|one| **one != id).expect("a new one"), 0).await;
        let deputy = world.township(0, Role::DeputyLeader).await;
        assert_eq!(on(&month(&deputy, "2026-11").await, "2026-11-30", "accept")["count"], json!(1));
        opens(&deputy, "2026-11").await;
    }
}
