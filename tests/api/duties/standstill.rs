//! Tickets on which nothing moves, and delay that is told upwards: both worked out again from the events that everybody may read.

use super::put_json;
use chrono::{DateTime, TimeDelta, Utc};
use lalian::domain::people::role::Role;
use lalian_tests::desk::{applied, in_progress, repaired, ticket};
use lalian_tests::stories;
use lalian_tests::visit::id_of;
use lalian_tests::world::World;
use serde_json::{Value, json};

/// The last step of the unit, or the beginning of its turn, as the events tell it.
fn progress(row: &Value) -> Option<DateTime<Utc>> {
    const COUNT: [&str; 15] = [
        "T2",
        "T5",
        "T6",
        "T9",
        "T10",
        "T12",
        "T13",
        "release",
        "attempt",
        "stage",
        "milestone",
        "asked",
        "ask_withdrawn",
        "refer_done",
        "refer_returned",
    ];
    let events = row["events"].as_array().expect("events");
    let last =
        events.iter().rev().find(|event| COUNT.contains(&event["transition"].as_str().expect("a word")))?;
    Some(last["accepted_at"].as_str().expect("a time").parse().expect("an instant"))
}

fn same_as_events(row: &Value) {
    let stored = row["progress_at"].as_str().map(|text| text.parse::<DateTime<Utc>>().expect("an instant"));
    assert_eq!(stored, progress(row), "{}", row["events"]);
}

stories! {
    async fn five_working_days_without_a_step_show_and_a_step_ends_them(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 2_200).await;
        let office = world.office().await;
        same_as_events(&ticket(&office, id).await);
        // Monday; a reminder is no step of the unit, nor is reading.
        world.clock.advance(TimeDelta::days(4));
        applied(&world.office().await, "ticket.remind/1", id, json!({ "note": "请尽快" })).await;
        world.clock.advance(TimeDelta::days(3));
        let officer = world.township(0, Role::DeskOfficer).await;
        assert_eq!(ticket(&officer, id).await["no_progress"], false, "the fifth working day is going on");
        world.clock.advance(TimeDelta::days(1));
        let (officer, office) = (world.township(0, Role::DeskOfficer).await, world.office().await);
        let row = ticket(&office, id).await;
        assert_eq!(row["no_progress"], true);
        same_as_events(&row);
        let rows = office.list("/api/v1/tickets?no_progress=true").await;
        assert_eq!(rows.iter().map(|row| &row["id"]).collect::<Vec<_>>(), [&json!(id)]);
        assert_eq!(office.http.get("/api/v1/tickets/counts").await.expect(200).at("/no_progress"), 1);
        let idle = office.http.get("/api/v1/duties/no-progress").await.expect(200);
        assert_eq!((idle.at("/days"), idle.at("/items/0/township_id"), idle.at("/items/0/tickets")), (json!(5), json!(officer.unit()), json!(1)), "{idle}");
        let stranger = world.township(1, Role::DeskOfficer).await;
        assert_eq!(stranger.http.get("/api/v1/duties/no-progress").await.expect(200).at("/items"), json!([]));

        repaired(&world, id, 2_201).await;
        let row = ticket(&office, id).await;
        assert_eq!(row["no_progress"], false);
        same_as_events(&row);
        assert_eq!(office.list("/api/v1/tickets?no_progress=true").await.len(), 0);
    }

    async fn delay_is_told_one_step_higher_once_and_a_new_date_begins_anew(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 2_210).await;
        let office = world.office().await;
        let leader = office.http.get("/api/v1/colours/leaders").await.expect(200).at("/items/0/post_id");
        let in_charge = json!({ "township_ids": [world.township_id(0).await] });
        put_json(&office, &format!("/api/v1/colours/leaders/{}", id_of(&leader)), &in_charge).await.expect(200);
        let due: DateTime<Utc> = ticket(&office, id).await["official_due_at"].as_str().expect("a date").parse().expect("an instant");
        world.clock.set(due + TimeDelta::hours(1));
        let sweep = async || world.server().app().sweep_tickets().await.expect("swept").escalated;
        let told = async || -> Vec<Value> {
            let row = ticket(&world.office().await, id).await;
            let events = row["events"].as_array().expect("events").clone();
            events.into_iter().filter(|event| event["transition"] == "escalated").map(|event| event["data"].clone()).collect()
        };
        // The date ended at the end of a working day; whether today is one decides on the first step.
        world.clock.set(due + TimeDelta::days(3));
        sweep().await;
        let first = told().await;
        assert!(!first.is_empty() && first.len() <= 2, "{first:?}");
        assert_eq!(sweep().await, 0, "each step once");
        world.clock.set(due + TimeDelta::days(14));
        sweep().await;
        let all = told().await;
        let last = all.last().expect("one");
        assert_eq!((&last["step"], &last["to"].as_array().expect("roles").last()), (&json!(3), &Some(&json!("county_leader"))), "{all:?}");
        let roles: Vec<&Value> = all.iter().flat_map(|data| data["to"].as_array().expect("roles")).collect();
        assert_eq!(roles, [&json!("desk_officer"), &json!("deputy_leader"), &json!("main_leader"), &json!("county_leader")], "everybody once");
        assert_eq!(sweep().await, 0);
        let office = world.office().await;
        assert_eq!(office.list("/api/v1/tickets?escalated=3").await.len(), 1);
        let copies = office.list("/api/v1/copies").await;
        assert_eq!((copies.len(), &copies[0]["what"], &copies[0]["ticket_id"]), (1, &json!("escalation"), &json!(id)), "{copies:?}");

        let far = (office.now() + TimeDelta::days(20)).date_naive().to_string();
        applied(&office, "ticket.edit/1", id, json!({ "due_day": far, "reason": "重新约定" })).await;
        let row = ticket(&office, id).await;
        let event = row["events"].as_array().and_then(|events| events.last()).expect("an event").clone();
        assert_eq!((&row["escalated"], &event["data"]["escalated"]), (&json!(0), &json!(0)));
        assert_eq!(sweep().await, 0);
        world.clock.advance(TimeDelta::days(40));
        sweep().await;
        let office = world.office().await;
        let row = ticket(&office, id).await;
        assert_eq!(row["escalated"], 3);
        // The new date ran over in its turn: written down, counted and copied as the first one was.
        let overdue = row["events"].as_array().expect("events").iter().filter(|event| event["transition"] == "T15").count();
        assert_eq!((overdue, &row["overdue_at"]), (2, &row["official_due_at"]), "{row}");
        let copies = office.list("/api/v1/copies").await;
        assert!(copies.len() == 2 && copies.iter().all(|copy| copy["ticket_id"] == json!(id)), "{copies:?}");
    }
}
