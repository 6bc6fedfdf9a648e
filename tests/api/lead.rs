//! 提前量: a unit's own date before the official one. Reminders go by it, lateness does not, and it follows from the events.

use super::duties::put_json;
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::desk::{applied, found, issue, ticket};
use lalian_tests::phone::fresh_id;
use lalian_tests::stories;
use lalian_tests::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

async fn set_lead(office: &Actor, days: u32) -> u16 {
    let seen = office.http.get("/api/v1/settings").await.expect(200).json();
    let mut settings = seen["settings"].clone();
    settings["deadlines"]["lead_days"] = json!(days);
    let body = json!({ "version": seen["version"], "settings": settings, "reason": "打好提前量" });
    put_json(office, "/api/v1/settings", &body).await.status
}

/// The dates that a duty was reminded of, with how many days were left.
async fn reminded(world: &World, id: Uuid, on: &str) -> Vec<(String, i64)> {
    world.clock.set(format!("{on}T09:00:00+08:00").parse().expect("an instant"));
    for _ in 0..2 {
        world.server().app().gather_notices().await.expect("gathered");
    }
    let desk = world.township(0, Role::DeskOfficer).await;
    let rows = desk.list("/api/v1/notices?kind=due_soon").await;
    let own = rows.iter().filter(|row| row["ticket"]["id"] == json!(id));
    let mut said: Vec<(String, i64)> = own
        .map(|row| {
            let due = row["data"]["due_at"].as_str().expect("a date").to_owned();
            (due, row["data"]["days"].as_i64().expect("a number"))
        })
        .collect();
    said.sort();
    said
}

/// Ten working days from the 23rd: until Monday, 7 December; two before it is Thursday the 3rd.
async fn issued(world: &World, fails: &[&str], seed: u64) -> Uuid {
    let inspector = world.inspector().await;
    let ids = found(world, &inspector, fails, seed).await;
    let office = world.office().await;
    let mut id = ids[0];
    for one in ids {
        if ticket(&office, one).await["state"] == "pending" {
            id = one;
        }
    }
    let to = json!({
        "unit_kind": "township", "unit_id": world.township_id(0).await, "severity": null, "is_static": null, "deadline_days": 10, "note": "",
    });
    applied(&office, "ticket.issue/1", id, to).await;
    id
}

stories! {
    async fn reminders_go_by_the_units_own_date_and_lateness_by_the_official_one(world: World) {
        let office = world.office().await;
        assert_eq!((set_lead(&office, 11).await, set_lead(&office, 2).await), (422, 200));
        let id = issued(&world, &["BUS-02"], 8_100).await;
        let row = ticket(&office, id).await;
        assert_eq!((&row["official_due_at"], &row["internal_due_at"], &row["lead_days"]), (&json!("2026-12-07T16:00:00Z"), &json!("2026-12-03T16:00:00Z"), &json!(2)), "{row}");
        let event = row["events"].as_array().expect("events").iter().find(|event| event["transition"] == "T2").expect("issued").clone();
        assert_eq!((&event["data"]["internal_due_at"], &event["data"]["lead_days"]), (&row["internal_due_at"], &json!(2)));
        // Each number of the calendar opens its rows; both dates stand in it.
        let rows = office.list("/api/v1/tickets?due_on=2026-12-03&due_kind=internal").await;
        assert_eq!(rows.iter().map(|row| row["id"].clone()).collect::<Vec<_>>(), [json!(id)]);
        let month = office.http.get("/api/v1/figures/calendar?month=2026-12").await.expect(200).json();
        let counts = |day: usize, what: &str| {
            let entries = month["days"][day - 1]["entries"].as_array().expect("entries").iter();
            entries.filter(|entry| entry["what"] == what).map(|entry| entry["count"].clone()).collect::<Vec<Value>>()
        };
        assert_eq!((counts(3, "internal"), counts(7, "repair")), (vec![json!(1)], vec![json!(1)]), "{month}");

        let officer = world.township(0, Role::DeskOfficer).await;
        applied(&officer, "ticket.accept/1", id, json!({ "person_named": "" })).await;
        let own = |days: i64| ("2026-12-03T16:00:00Z".to_owned(), days);
        assert_eq!(reminded(&world, id, "2026-11-24").await, [own(7)], "seven before the unit's own date");
        assert_eq!(reminded(&world, id, "2026-11-26").await, [own(7)], "not seven before the official one");
        assert_eq!(reminded(&world, id, "2026-11-30").await, [own(3), own(7)]);
        assert_eq!(reminded(&world, id, "2026-12-02").await, [own(1), own(3), own(7)]);
        let last = ("2026-12-07T16:00:00Z".to_owned(), 1);
        assert_eq!(reminded(&world, id, "2026-12-04").await, [own(1), own(3), own(7), last], "of the official one the last");
        // Its own date has passed: nothing is late, and nothing is counted.
        world.server().app().sweep_tickets().await.expect("swept");
        let row = ticket(&world.office().await, id).await;
        assert_eq!((&row["overdue"], &row["level"]["level"]), (&json!(false), &json!(1)), "{row}");
        world.clock.set("2026-12-08T09:00:00+08:00".parse().expect("an instant"));
        world.server().app().sweep_tickets().await.expect("swept");
        assert_eq!(ticket(&world.office().await, id).await["overdue"], json!(true));
    }

    async fn it_follows_the_official_date_and_the_number_of_its_issue(world: World) {
        let office = world.office().await;
        let before = issued(&world, &["BUS-02"], 8_200).await;
        set_lead(&office, 3).await;
        let after = issued(&world, &["BUS-03"], 8_210).await;
        set_lead(&office, 1).await;
        let dates = async |id: Uuid| {
            let row = ticket(&office, id).await;
            (row["internal_due_at"].clone(), row["lead_days"].clone())
        };
        assert_eq!(dates(before).await, (Value::Null, json!(0)), "what was issued before stays as it was");
        assert_eq!(dates(after).await, (json!("2026-12-02T16:00:00Z"), json!(3)));
        let (officer, deputy) = (world.township(0, Role::DeskOfficer).await, world.township(0, Role::DeputyLeader).await);
        applied(&officer, "ticket.accept/1", after, json!({ "person_named": "" })).await;
        let ask = json!({ "request_id": fresh_id(), "what": "extension", "reason": "等材料", "wanted_day": "2026-12-11", "measure": "围挡", "unit_kind": null, "unit_id": null });
        applied(&deputy, "ticket.ask/1", after, ask.clone()).await;
        let agree = json!({ "request_id": ask["request_id"], "verdict": "approved", "note": "", "day": null, "unit_kind": null, "unit_id": null, "wrongly_routed": false });
        applied(&office, "ticket.decide/1", after, agree).await;
        assert_eq!(dates(after).await, (json!("2026-12-08T16:00:00Z"), json!(3)), "three before Friday the 11th");
        // A day by hand that leaves no time to be early in.
        let edit = json!({ "severity": null, "is_static": null, "due_day": "2026-11-25", "reason": "提前" });
        applied(&office, "ticket.edit/1", after, edit).await;
        assert_eq!(dates(after).await, (Value::Null, json!(3)));
        // A short ticket has none either.
        let inspector = world.inspector().await;
        let ids = found(&world, &inspector, &["BUS-04"], 8_220).await;
        for id in ids {
            if ticket(&office, id).await["state"] == "pending" {
                issue(&world, id, 0).await;
                let row = ticket(&office, id).await;
                let lead = row["internal_due_at"].as_str().is_none_or(|own| Some(own) < row["official_due_at"].as_str());
                assert!(lead && row["lead_days"] == json!(1), "{row}");
            }
        }
    }
}
