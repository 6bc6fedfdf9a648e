//! The longer life of a ticket: reminded, put right, merged, come back after closing, overdue by the clock, put on file.

use chrono::TimeDelta;
use lalian::domain::{
    clock::Clock as _,
    people::{role::Role, scope::Scope},
    tickets::machine::Event,
};
use lalian::store::tickets::{self, EventBy};
use lalian_tests::actor::Actor;
use lalian_tests::desk::{
    about, applied, command, flags, found, in_progress, issue, repaired, ticket, tickets_of,
};
use lalian_tests::phone::{fresh_id, position_at};
use lalian_tests::photo;
use lalian_tests::stories;
use lalian_tests::visit::{Site, id_of};
use lalian_tests::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

/// T15 as the sweep wrote it when a ticket was overdue by its official date, whatever it had been given since.
async fn written_before(world: &World, id: Uuid, official: chrono::DateTime<chrono::Utc>) {
    let (app, now) = (world.server().app(), world.clock.now());
    let county = world.office().await.unit();
    let written = app.store.write(async |tx| {
        let mut row = tickets::lock(tx, Scope::County { county }, now, id).await?.expect("a ticket");
        (row.overdue_at, row.slow, row.version) = (Some(official), row.slow + 1, row.version + 1);
        tickets::update(tx, &row).await?;
        let event = Event {
            version: row.version,
            transition: "T15",
            from: Some(row.state),
            to: row.state,
            reason: String::new(),
            data: json!({ "due_at": official }),
        };
        let by = EventBy {
            operation_id: None,
            person_id: None,
            post_id: None,
            observed_at: now,
            accepted_at: now,
        };
        tickets::append_event(tx, &row, &event, by).await
    });
    written.await.expect("written");
}

/// Repaired, put forward and checked by the office: closed.
async fn close(world: &World, id: Uuid, seed: u64) {
    let (attempt, _) = repaired(world, id, seed).await;
    let deputy = world.township(0, Role::DeputyLeader).await;
    applied(&deputy, "ticket.submit/1", id, json!({ "attempt_id": attempt, "note": "" })).await;
    let passed = json!({
        "attempt_id": attempt, "verdict": "passed", "reason": null, "note": "", "on_site": true, "position": null,
    });
    applied(&world.office().await, "ticket.verify/1", id, passed).await;
}

/// An inspector looks at the site again and finds the same.
async fn look_again(world: &World, site: &Site, seed: u64, round: Option<Uuid>) -> Vec<Value> {
    let inspector = world.named_phone(Role::Inspector, 0, &format!("look {seed}")).await;
    let mut visit = site.visit(&inspector, &["BUS-01"]);
    visit.payload["round_id"] = json!(round);
    inspector.send(&visit.draft(&inspector, seed).seal()).await;
    tickets_of(&world.office().await, site).await
}

fn edit(due_day: Value, reason: &str) -> Value {
    json!({ "severity": "critical", "is_static": false, "due_day": due_day, "reason": reason })
}

/// What the board counts is what its list holds.
async fn board_agrees(office: &Actor) -> i64 {
    let board = office.http.get("/api/v1/figures/zero").await.expect(200).json();
    let number = |key: &str| board[key].as_i64().expect("a number");
    for (key, query) in [
        ("open", "state=issued,in_progress,submitted,rework,on_hold"),
        ("opened", ""),
        ("closed", "state=closed"),
    ] {
        let rows = office.list(&format!("/api/v1/tickets?counted=true&{query}")).await.len();
        assert_eq!(number(key), i64::try_from(rows).expect("few"), "{key}");
    }
    number("open")
}

stories! {
    async fn reminders_edits_and_hard_cases_stand_on_the_ticket_with_who_and_why(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 1_100).await;
        let (office, deputy) = (world.office().await, world.township(0, Role::DeputyLeader).await);
        for (reminders, reissued) in [(1, 0), (2, 1)] {
            applied(&office, "ticket.remind/1", id, json!({ "note": "请尽快" })).await;
            let row = ticket(&deputy, id).await;
            assert_eq!((&row["reminders"], &row["reissued"]), (&json!(reminders), &json!(reissued)));
        }
        deputy.operate("ticket.remind/1", about(id, &json!({ "note": "" }))).await.expect_refusal("not_permitted");
        repaired(&world, id, 1_101).await;
        applied(&office, "ticket.remind/1", id, json!({ "note": "" })).await;
        assert_eq!(ticket(&deputy, id).await["reissued"], 1, "something was done in between");

        let counted = board_agrees(&office).await;
        let first = ticket(&office, id).await["first_due_at"].clone();
        office.operate("ticket.edit/1", about(id, &edit(Value::Null, " "))).await.expect_refusal("unreadable");
        let past = command(&office, "ticket.edit/1", id, edit(json!("2026-11-22"), "试")).await;
        assert_eq!((past.at("/outcome"), flags(&past)), (json!("conflict"), vec!["day_passed".to_owned()]));
        applied(&office, "ticket.edit/1", id, edit(json!("2026-11-24"), "有安全隐患")).await;
        let row = ticket(&deputy, id).await;
        assert_eq!((&row["severity"], &row["is_static"]), (&json!("critical"), &json!(false)));
        assert_eq!((row["due_at"].as_str(), &row["first_due_at"]), (Some("2026-11-24T16:00:00Z"), &first));
        let event = row["events"].as_array().and_then(|events| events.last()).expect("an event").clone();
        assert_eq!((&event["transition"], &event["reason"], &event["data"]["before"]["is_static"]), (&json!("T17"), &json!("有安全隐患"), &json!(true)));
        assert_eq!(board_agrees(&office).await, counted - 1, "what is not static is no static issue");

        let hard = json!({ "hard": true, "ask": "请县里协调电力公司" });
        let officer = world.township(0, Role::DeskOfficer).await;
        officer.operate("ticket.mark_hard/1", about(id, &hard)).await.expect_refusal("not_permitted");
        world.township(1, Role::DeputyLeader).await.operate("ticket.mark_hard/1", about(id, &hard)).await.expect_refusal("unknown_ticket");
        applied(&deputy, "ticket.mark_hard/1", id, hard).await;
        let row = ticket(&office, id).await;
        assert_eq!((&row["hard_case"], &row["hard_ask"], &row["state"]), (&json!(true), &json!("请县里协调电力公司"), &json!("in_progress")));
        // The county answers: who coordinates, until when. It moves no date, and may be said again.
        let answer = |who: &str, until: &str| json!({ "coordinator": who, "until": until, "note": "已约电力公司" });
        for other in [&officer, &deputy] {
            other.operate("ticket.answer_hard/1", about(id, &answer("县住建局", "2026-12-10"))).await.expect_refusal("not_permitted");
        }
        office.operate("ticket.answer_hard/1", about(id, &answer(" ", "2026-12-10"))).await.expect_refusal("unreadable");
        let passed = command(&office, "ticket.answer_hard/1", id, answer("县住建局", "2026-11-01")).await;
        assert_eq!(passed.at("/outcome"), "conflict", "a day that has passed");
        let seen = ticket(&office, id).await;
        assert!(seen["allowed"].as_array().is_some_and(|allowed| allowed.contains(&json!("ticket.answer_hard/1"))), "{seen}");
        applied(&office, "ticket.answer_hard/1", id, answer("县住建局", "2026-12-10")).await;
        let answered = ticket(&deputy, id).await;
        let last = answered["events"].as_array().and_then(|events| events.last()).expect("an event").clone();
        assert_eq!((&last["transition"], &last["data"]["coordinator"], &last["data"]["until"], &last["reason"]), (&json!("hard_answered"), &json!("县住建局"), &json!("2026-12-10"), &json!("已约电力公司")));
        assert_eq!((&answered["due_at"], &answered["state"], &answered["hard_case"]), (&row["due_at"], &row["state"], &json!(true)));
        world.server().app().gather_notices().await.expect("gathered");
        let told = deputy.http.get("/api/v1/notices?kind=hard_answered").await.expect(200).at("/items/0");
        assert_eq!((&told["data"]["coordinator"], &told["data"]["day"]), (&json!("县住建局"), &json!("2026-12-10")), "{told}");
        assert_eq!(office.list("/api/v1/notices?kind=hard_case").await, Vec::<Value>::new(), "what was answered waits no more");
        applied(&office, "ticket.mark_hard/1", id, json!({ "hard": false, "ask": "" })).await;
        let over = command(&office, "ticket.answer_hard/1", id, answer("县住建局", "2026-12-10")).await;
        assert_eq!(over.at("/outcome"), "conflict", "no hard case any more");
        assert_eq!(ticket(&office, id).await["hard_case"], false);
    }

    async fn a_closed_fault_that_is_found_again_is_the_same_ticket_once_more(world: World) {
        let inspector = world.inspector().await;
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let id = in_progress(&world, &inspector, 1_110).await;
        let (former, _) = repaired(&world, id, 1_109).await;
        close(&world, id, 1_111).await;
        let open = board_agrees(&world.office().await).await;
        world.clock.advance(TimeDelta::days(10));
        let rows = look_again(&world, &site, 1_112, None).await;
        assert_eq!(rows.len(), 1, "no ticket of its own: {rows:?}");
        assert_eq!((&rows[0]["state"], &rows[0]["relapse"], &rows[0]["sightings"]), (&json!("rework"), &json!(1), &json!(2)));
        assert_eq!(rows[0]["closed_at"], Value::Null);
        assert_eq!(board_agrees(&world.office().await).await, open + 1);
        let row = ticket(&world.township(0, Role::DeputyLeader).await, id).await;
        assert_eq!(row["findings"].as_array().map(Vec::len), Some(2), "both looks: {row}");
        assert_eq!(row["before"].as_array().map(Vec::len), Some(2), "and both photos");
        assert_eq!(row["overdue"], false, "a new clock for the new work");

        // What was recorded before it came back repairs nothing now.
        let stale = json!({ "attempt_id": former, "note": "" });
        let deputy = world.township(0, Role::DeputyLeader).await;
        assert_eq!(command(&deputy, "ticket.submit/1", id, stale).await.at("/outcome"), "conflict");

        // By hand, with a photo, by somebody of the county.
        close(&world, id, 1_113).await;
        world.clock.advance(TimeDelta::days(20));
        let inspector = world.named_phone(Role::Inspector, 0, "looks back").await;
        let again = || about(id, &json!({ "finding_id": fresh_id(), "note": "又松了" }));
        world.township(0, Role::DeputyLeader).await.operate("ticket.relapse/1", again()).await.expect_refusal("not_permitted");
        assert!(ticket(&inspector, id).await["allowed"].as_array().expect("kinds").contains(&json!("ticket.relapse/1")));
        let sealed = inspector.draft("ticket.relapse/1", again()).photo("finding", None, photo::tiny(1_114)).seal();
        let (answer, _) = inspector.send(&sealed).await;
        assert_eq!((answer.at("/outcome"), flags(&answer)), (json!("applied"), Vec::new()));
        let row = ticket(&world.office().await, id).await;
        assert_eq!((&row["relapse"], &row["findings"].as_array().map(Vec::len)), (&json!(2), &Some(3)));
        let second = inspector.operate("ticket.relapse/1", again()).await.expect(201);
        assert_eq!(second.at("/outcome"), "conflict", "it is open already");

        // Later it is a new ticket that names the one before it.
        close(&world, id, 1_115).await;
        world.clock.advance(TimeDelta::days(31));
        let inspector = world.named_phone(Role::Inspector, 0, "looks back later").await;
        let late = inspector.operate("ticket.relapse/1", again()).await.expect(201);
        assert_eq!(late.at("/outcome"), "conflict");
        assert!(!ticket(&inspector, id).await["allowed"].as_array().expect("kinds").contains(&json!("ticket.relapse/1")));
        let rows = look_again(&world, &site, 1_116, None).await;
        let new = rows.iter().find(|row| row["id"] != json!(id)).expect("a ticket of its own");
        assert_eq!((&new["state"], &new["linked_ticket_id"]), (&json!("pending"), &json!(id)));
        board_agrees(&world.office().await).await;
    }

    /// A township that learns of a relapse would learn of the hidden round.
    async fn what_a_hidden_round_finds_again_comes_back_when_the_round_is_released(world: World) {
        let inspector = world.inspector().await;
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let id = in_progress(&world, &inspector, 1_120).await;
        close(&world, id, 1_121).await;
        let deputy = world.township(0, Role::DeputyLeader).await;
        let before = ticket(&deputy, id).await;
        world.clock.advance(TimeDelta::days(3));
        let round = lalian_tests::desk::round(&world.office().await, "unannounced", "after_look").await;
        let rows = look_again(&world, &site, 1_122, Some(round)).await;
        assert_eq!(rows.len(), 1, "{rows:?}");
        let deputy = world.township(0, Role::DeputyLeader).await;
        // Its photos may be weighed meanwhile; nothing else moves.
        let told = |row: &Value| ["state", "version", "relapse", "sightings", "events", "findings", "before"].map(|key| row[key].clone());
        assert_eq!(told(&ticket(&deputy, id).await), told(&before), "nothing is told");
        world.clock.advance(TimeDelta::days(2));
        lalian_tests::desk::release(&world.office().await, round).await;
        let row = ticket(&world.township(0, Role::DeputyLeader).await, id).await;
        assert_eq!((&row["state"], &row["relapse"]), (&json!("rework"), &json!(1)), "{row}");
        assert_eq!(row["findings"].as_array().map(Vec::len), Some(2));
        board_agrees(&world.office().await).await;
    }

    async fn two_reports_of_one_fault_become_one_ticket_with_the_evidence_of_both(world: World) {
        let inspector = world.inspector().await;
        let office = world.office().await;
        let place = world.site(&inspector, "bus_shelter", 0).await.place();
        let report = |offset: f64, title: &str| json!({
            "finding_id": fresh_id(), "site_id": null, "item_code": null, "instance_key": "", "title": title, "note": "",
            "severity": "minor", "is_static": true, "position": position_at((place.0 + offset, place.1), inspector.now()),
            "fixed_on_spot": false,
        });
        let mut ids = Vec::new();
        for (number, offset) in [(0, 0.0), (1, 0.000_5), (2, 0.01)] {
            let sealed = inspector.draft("finding.report/1", report(offset, &format!("路灯 {number}"))).photo("before", None, photo::tiny(1_130 + number)).seal();
            inspector.send(&sealed).await;
            let rows = office.list(&format!("/api/v1/tickets?q=路灯 {number}")).await;
            ids.push(id_of(&rows[0]["id"]));
        }
        issue(&world, ids[1], 0).await;
        let open = board_agrees(&office).await;
        let into = |id: Uuid| json!({ "into_ticket_id": id, "note": "同一处" });
        assert_eq!(command(&office, "ticket.merge/1", ids[1], into(ids[2])).await.at("/outcome"), "conflict", "too far away");
        assert_eq!(command(&office, "ticket.merge/1", ids[1], into(ids[1])).await.at("/outcome"), "conflict", "into itself");
        office.operate("ticket.merge/1", about(ids[1], &into(fresh_id()))).await.expect_refusal("unknown_ticket");
        applied(&office, "ticket.merge/1", ids[0], into(ids[1])).await;
        let (merged, target) = (ticket(&office, ids[0]).await, ticket(&office, ids[1]).await);
        assert_eq!((&merged["state"], &merged["merged_into_id"]), (&json!("merged"), &json!(ids[1])));
        assert_eq!((&target["state"], &target["sightings"]), (&json!("issued"), &json!(2)));
        assert_eq!(target["findings"].as_array().map(Vec::len), Some(2), "{target}");
        assert_eq!(target["before"].as_array().map(Vec::len), Some(2));
        assert_eq!(board_agrees(&office).await, open, "counted once");
        assert_eq!(command(&office, "ticket.merge/1", ids[0], into(ids[1])).await.at("/outcome"), "conflict", "once");
        assert_eq!(command(&office, "ticket.merge/1", ids[1], into(ids[0])).await.at("/outcome"), "conflict", "what has ended takes nothing in");
        // Another fault of the same site is another fault.
        let others = found(&world, &inspector, &["BUS-01", "BUS-03"], 1_135).await;
        assert_eq!(command(&office, "ticket.merge/1", others[0], into(others[1])).await.at("/outcome"), "conflict");
    }

    async fn what_the_clock_does_is_written_once_and_taken_back_where_it_was_wrong(world: World) {
        let inspector = world.inspector().await;
        let ids = found(&world, &inspector, &["BUS-01", "BUS-03"], 1_140).await;
        let officer = world.township(0, Role::DeskOfficer).await;
        for id in &ids {
            issue(&world, *id, 0).await;
            applied(&officer, "ticket.accept/1", *id, json!({ "person_named": "" })).await;
        }
        let app = world.server().app();
        app.sweep_tickets().await.expect("swept");
        assert_eq!(ticket(&officer, ids[0]).await["overdue_at"], Value::Null);
        // Made in time on a phone without a signal, which comes back a month later.
        let phone = world.named_phone(Role::DeputyLeader, 0, "valley").await;
        let (attempt, _) = repaired(&world, ids[0], 1_141).await;
        let sealed = phone.draft("ticket.submit/1", about(ids[0], &json!({ "attempt_id": attempt, "note": "" }))).seal();
        world.clock.advance(TimeDelta::days(28));
        // The server's own sweep may come in between; it is written once whoever does it.
        app.sweep_tickets().await.expect("swept");
        assert_eq!(app.sweep_tickets().await.expect("swept").overdue, 0, "once");
        let office = world.office().await;
        for id in &ids {
            let row = ticket(&office, *id).await;
            assert_eq!((&row["overdue_at"], &row["overdue"]), (&row["official_due_at"], &json!(true)), "{row}");
            // How far it is told upwards is another matter.
            let events = row["events"].as_array().expect("events");
            let last = events.iter().rfind(|event| event["transition"] != "escalated").expect("an event").clone();
            assert_eq!((&last["transition"], &last["from_state"], &last["to_state"]), (&json!("T15"), &json!("in_progress"), &json!("in_progress")));
        }
        let phone = world.named_phone(Role::DeputyLeader, 0, "valley").await;
        assert_eq!(phone.put(&sealed).await.expect(201).at("/outcome"), "applied");
        let row = ticket(&office, ids[0]).await;
        assert_eq!((&row["overdue_at"], &row["overdue"]), (&Value::Null, &json!(false)), "{row}");
        let transitions: Vec<&str> = row["events"].as_array().expect("events").iter().filter_map(|event| event["transition"].as_str()).collect();
        assert_eq!(transitions[transitions.len() - 4..], ["T15", "escalated", "T10", "overdue_lifted"]);
        assert_eq!(row["escalated"], 0, "taken back with the delay");
        // The other one is late, and stays so whatever comes after.
        let (attempt, _) = repaired(&world, ids[1], 1_142).await;
        let deputy = world.township(0, Role::DeputyLeader).await;
        applied(&deputy, "ticket.submit/1", ids[1], json!({ "attempt_id": attempt, "note": "" })).await;
        assert!(ticket(&office, ids[1]).await["overdue_at"].is_string());
    }

    /// Written down by the rule of before, which went by the official date alone.
    async fn what_an_older_rule_wrote_as_overdue_is_taken_back_and_comes_when_it_is_due(world: World) {
        let inspector = world.inspector().await;
        let ids = found(&world, &inspector, &["BUS-01", "BUS-02"], 1_150).await;
        let officer = world.township(0, Role::DeskOfficer).await;
        for id in &ids {
            let to = json!({ "unit_kind": "township", "unit_id": world.township_id(0).await, "severity": null, "is_static": null, "deadline_days": 5, "note": "" });
            applied(&world.office().await, "ticket.issue/1", *id, to).await;
            applied(&officer, "ticket.accept/1", *id, json!({ "person_named": "" })).await;
        }
        let instant = |value: &Value| value.as_str().expect("a date").parse::<chrono::DateTime<chrono::Utc>>().expect("an instant");
        let due = instant(&ticket(&officer, ids[0]).await["official_due_at"]);
        let send_back = async |id: Uuid, seed: u64| {
            let (attempt, _) = repaired(&world, id, seed).await;
            let deputy = world.township(0, Role::DeputyLeader).await;
            applied(&deputy, "ticket.submit/1", id, json!({ "attempt_id": attempt, "note": "" })).await;
            let failed = json!({ "attempt_id": attempt, "verdict": "failed", "reason": "partial", "note": "", "on_site": true, "position": null });
            applied(&world.office().await, "ticket.verify/1", id, failed).await;
        };
        world.clock.set(due - TimeDelta::hours(8));
        send_back(ids[0], 1_151).await;
        world.clock.set(due + TimeDelta::hours(9));
        let app = world.server().app();
        app.sweep_tickets().await.expect("swept");
        written_before(&world, ids[0], due).await;
        // The other one was late before it was sent back: that stands.
        send_back(ids[1], 1_152).await;
        let office = world.office().await;
        let rows = [ticket(&office, ids[0]).await, ticket(&office, ids[1]).await];
        assert!(rows.iter().all(|row| instant(&row["overdue_at"]) < instant(&row["due_at"])), "{rows:?}");
        let slow = async || {
            world.clock.advance(TimeDelta::minutes(1));
            let deputy = world.township(0, Role::DeputyLeader).await;
            let own = deputy.http.get("/api/v1/figures/counters").await.expect(200).json();
            own["townships"][0]["counters"]["slow"]["count"].clone()
        };
        assert_eq!(slow().await, 2);

        assert_eq!([app.mend_overdue().await.expect("mended"), app.mend_overdue().await.expect("again")], [1, 0]);
        let office = world.office().await;
        let row = ticket(&office, ids[0]).await;
        let last = row["events"].as_array().and_then(|events| events.last()).expect("an event").clone();
        assert_eq!((&last["transition"], &last["data"]["because"], &row["overdue_at"]), (&json!("overdue_lifted"), &json!("T12"), &Value::Null), "{row}");
        assert!(ticket(&office, ids[1]).await["overdue_at"].is_string());
        assert_eq!(slow().await, 1);
        // Its own days pass: late once, by the date that was given last.
        world.clock.set(instant(&row["due_at"]) + TimeDelta::hours(1));
        app.sweep_tickets().await.expect("swept");
        let row = ticket(&world.office().await, ids[0]).await;
        assert_eq!((&row["overdue_at"], &row["overdue"]), (&row["due_at"], &json!(true)), "{row}");
        assert_eq!(app.mend_overdue().await.expect("mended"), 0);
    }

    async fn closed_tickets_are_put_on_file_when_their_month_has_ended(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 1_150).await;
        let office = world.office().await;
        assert_eq!(command(&office, "ticket.archive/1", id, json!({})).await.at("/outcome"), "conflict", "it is open");
        close(&world, id, 1_151).await;
        let app = world.server().app();
        assert_eq!(app.sweep_tickets().await.expect("swept").archived, 0, "its month goes on");
        world.clock.advance(TimeDelta::days(9));
        app.sweep_tickets().await.expect("swept");
        assert_eq!(app.sweep_tickets().await.expect("swept").archived, 0);
        let office = world.office().await;
        let row = ticket(&office, id).await;
        assert_eq!(row["state"], "closed");
        assert!(row["archived_at"].is_string(), "{row}");
        assert_eq!(command(&office, "ticket.archive/1", id, json!({})).await.at("/outcome"), "conflict", "once");
        assert_eq!(command(&office, "ticket.remind/1", id, json!({ "note": "" })).await.at("/outcome"), "conflict");
        let again = json!({ "finding_id": fresh_id(), "note": "" });
        let answer = command(&office, "ticket.relapse/1", id, again).await;
        assert_eq!((answer.at("/outcome"), flags(&answer)), (json!("applied"), vec!["photo_missing".to_owned()]));
        assert_eq!(ticket(&office, id).await["archived_at"], Value::Null);
    }
}
