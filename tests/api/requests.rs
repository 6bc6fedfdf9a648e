//! What a unit asks of the office about its ticket: send-back, extension, hold; who may, who decides, and what happens when many do at once.

use chrono::TimeDelta;
use lalian::domain::clock::{Clock as _, local_day};
use lalian::domain::people::role::Role;
use lalian_tests::actor::{Actor, put};
use lalian_tests::desk::{about, applied, command, flags, found, in_progress, issue, repaired, ticket};
use lalian_tests::http::Answer;
use lalian_tests::phone::{Sealed, fresh_id};
use lalian_tests::photo;
use lalian_tests::stories;
use lalian_tests::world::World;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;

/// A day from now on, as the forms write it.
fn day(world: &World, ahead: i64) -> String {
    (local_day(world.clock.now()) + TimeDelta::days(ahead)).to_string()
}

/// A request for more time or a hold.
fn ask(request: Uuid, what: &str, wanted: &str) -> Value {
    json!({
        "request_id": request, "what": what, "reason": "材料未到", "wanted_day": wanted, "measure": "已围挡",
        "unit_kind": null, "unit_id": null,
    })
}

fn send_back(request: Uuid, unit: Option<(&str, Uuid)>) -> Value {
    json!({
        "request_id": request, "what": "send_back", "reason": "不在我街道范围", "wanted_day": null, "measure": "",
        "unit_kind": unit.map(|(kind, _)| kind), "unit_id": unit.map(|(_, id)| id),
    })
}

fn approve(request: Uuid) -> Value {
    json!({
        "request_id": request, "verdict": "approved", "note": "", "day": null, "unit_kind": null, "unit_id": null,
        "wrongly_routed": false,
    })
}

fn deny(request: Uuid) -> Value {
    json!({ "request_id": request, "verdict": "denied", "note": "请按期完成" })
}

/// Sends all of them at the same moment, each over a connection of its own.
async fn at_once(work: Vec<(&Actor, Sealed)>) -> Vec<Answer> {
    let mut racers = JoinSet::new();
    for (actor, sealed) in work {
        let http = actor.http.through(actor.http.base());
        racers.spawn(async move { put(&http, &sealed).await });
    }
    racers.join_all().await
}

fn outcomes(answers: &[Answer]) -> Vec<String> {
    let mut words: Vec<String> = answers.iter().map(|answer| answer.text("/outcome")).collect();
    words.sort();
    words
}

/// The days of a ticket's two dates: the last day that it may take.
fn last_day(row: &Value, key: &str) -> String {
    let at: chrono::DateTime<chrono::Utc> = row[key].as_str().expect("a date").parse().expect("an instant");
    local_day(at - TimeDelta::microseconds(1)).to_string()
}

stories! {
    async fn a_hard_case_is_found_again_until_it_is_finished(world: World) {
        let inspector = world.inspector().await;
        let ids = found(&world, &inspector, &["BUS-01", "BUS-03"], 6_100).await;
        for id in &ids {
            issue(&world, *id, 0).await;
        }
        let (office, deputy) = (world.office().await, world.township(0, Role::DeputyLeader).await);
        // By when it is to be accepted stands on it until it is.
        let waiting = ticket(&office, ids[0]).await;
        assert!(waiting["accept_due_at"].as_str().is_some_and(|by| by > waiting["issued_at"].as_str().unwrap_or_default()), "{waiting}");
        let officer = world.township(0, Role::DeskOfficer).await;
        applied(&officer, "ticket.accept/1", ids[0], json!({ "person_named": "" })).await;
        assert_eq!(ticket(&office, ids[0]).await["accept_due_at"], Value::Null);

        applied(&deputy, "ticket.mark_hard/1", ids[0], json!({ "hard": true, "ask": "协调供电" })).await;
        let listed = async |actor: &Actor, flag: bool| {
            let rows = actor.list(&format!("/api/v1/tickets?hard={flag}")).await;
            let count = actor.http.get("/api/v1/tickets/counts").await.expect(200).at("/hard");
            (rows.iter().map(|row| row["id"].clone()).collect::<Vec<_>>(), count)
        };
        assert_eq!(listed(&office, true).await, (vec![json!(ids[0])], json!(1)));
        assert_eq!(listed(&deputy, true).await, (vec![json!(ids[0])], json!(1)));
        assert_eq!(listed(&office, false).await.0, [json!(ids[1])]);
        let neighbour = world.township(1, Role::DeputyLeader).await;
        assert_eq!(listed(&neighbour, true).await, (Vec::new(), json!(0)), "another township's");
        // Its flag stays in the history; the list is of what still needs help.
        let void = json!({ "reason": "与另一件重复" });
        command(&office, "ticket.void/1", ids[0], void.clone()).await;
        applied(&world.desk_of(Role::Office, 1).await, "ticket.void/1", ids[0], void).await;
        assert_eq!(listed(&office, true).await, (Vec::new(), json!(0)));
    }

    async fn more_time_is_the_deputys_to_ask_and_the_offices_to_give(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 1_000).await;
        let (deputy, main) = (world.township(0, Role::DeputyLeader).await, world.desk(Role::MainLeader).await);
        let officer = world.township(0, Role::DeskOfficer).await;
        let before = ticket(&deputy, id).await;
        assert_eq!(before["may_ask"], json!(["send_back", "extension", "refer"]), "{before}");
        assert_eq!(ticket(&main, id).await["may_ask"], json!(["hold", "refer"]));
        assert_eq!(ticket(&officer, id).await["may_ask"], json!(["send_back"]));

        let request = fresh_id();
        let wanted = day(&world, 20);
        let payload = about(id, &ask(request, "extension", &wanted));
        officer.operate("ticket.ask/1", payload.clone()).await.expect_refusal("not_permitted");
        main.operate("ticket.ask/1", payload.clone()).await.expect_refusal("not_permitted");
        let mut blank = payload.clone();
        blank["reason"] = json!(" ");
        deputy.operate("ticket.ask/1", blank).await.expect_refusal("unreadable");
        let sealed = deputy.draft("ticket.ask/1", payload).seal();
        let answer = deputy.put(&sealed).await.expect(201);
        assert_eq!(answer.at("/outcome"), "applied", "{answer}");
        assert_eq!(deputy.put(&sealed).await.expect(200).at("/outcome"), "applied", "a repeat is the same");
        let twice = command(&deputy, "ticket.ask/1", id, ask(fresh_id(), "extension", &wanted)).await;
        assert_eq!((twice.at("/outcome"), flags(&twice)), (json!("conflict"), vec!["asked_already".to_owned()]));

        // It waits for the office, in a list of its own, and the phone has it with the ticket.
        let office = world.office().await;
        let waiting = office.list("/api/v1/tickets?request=open").await;
        assert_eq!(waiting.iter().map(|row| &row["id"]).collect::<Vec<_>>(), [&json!(id)]);
        assert_eq!(office.http.get("/api/v1/tickets/counts").await.expect(200).at("/asked"), 1);
        let rows = deputy.rows("tickets").await;
        let row = rows.iter().find(|row| row["id"] == json!(id)).expect("in the working set");
        assert_eq!((&row["requests"][0]["state"], &row["requests"][0]["what"]), (&json!("open"), &json!("extension")));
        assert_eq!((row["state"].as_str(), &row["due_at"]), (Some("in_progress"), &before["due_at"]), "asking changes nothing");

        deputy.operate("ticket.decide/1", about(id, &approve(request))).await.expect_refusal("not_permitted");
        let mut silent = deny(request);
        silent["note"] = json!("");
        office.operate("ticket.decide/1", about(id, &silent)).await.expect_refusal("unreadable");
        applied(&office, "ticket.decide/1", id, approve(request)).await;
        let row = ticket(&deputy, id).await;
        assert_eq!((last_day(&row, "due_at"), last_day(&row, "official_due_at")), (wanted.clone(), wanted));
        assert_eq!(row["first_due_at"], before["first_due_at"], "the first date stays on record");
        let asked = &row["requests"][0];
        assert_eq!((&asked["state"], &row["extensions"]), (&json!("approved"), &json!(1)), "{asked}");
        assert!(asked["asked_by_name"].is_string() && asked["decided_by_name"].is_string(), "{asked}");
        let transitions: Vec<&str> =
            row["events"].as_array().expect("events").iter().filter_map(|event| event["transition"].as_str()).collect();
        assert_eq!(transitions, ["T1", "T2", "T5", "asked", "T7"]);
        assert_eq!(office.list("/api/v1/tickets?request=open").await.len(), 0);
    }

    async fn a_further_extension_takes_two_people_of_the_office(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 1_010).await;
        let deputy = world.township(0, Role::DeputyLeader).await;
        let (first, second) = (world.desk_of(Role::Office, 0).await, world.desk_of(Role::Office, 1).await);
        let request = fresh_id();
        applied(&deputy, "ticket.ask/1", id, ask(request, "extension", &day(&world, 20))).await;
        applied(&first, "ticket.decide/1", id, approve(request)).await;
        let due = ticket(&deputy, id).await["due_at"].clone();
        world.clock.advance(TimeDelta::minutes(1));
        let request = fresh_id();
        applied(&deputy, "ticket.ask/1", id, ask(request, "extension", &day(&world, 30))).await;
        for _ in 0..2 {
            let answer = command(&first, "ticket.decide/1", id, approve(request)).await;
            assert_eq!(answer.at("/outcome"), "waiting", "one person alone is not enough: {answer}");
            assert_eq!(ticket(&deputy, id).await["due_at"], due);
        }
        let mut other_day = approve(request);
        other_day["day"] = json!(day(&world, 25));
        // Another day is another question: nobody was asked twice about this one.
        let answer = command(&second, "ticket.decide/1", id, other_day.clone()).await;
        assert_eq!((answer.at("/outcome"), flags(&answer)), (json!("waiting"), vec!["other_day_agreed".to_owned()]));
        assert_eq!(ticket(&deputy, id).await["due_at"], due);
        applied(&first, "ticket.decide/1", id, other_day).await;
        let row = ticket(&deputy, id).await;
        assert_eq!((last_day(&row, "due_at"), &row["extensions"]), (day(&world, 25), &json!(2)));
        assert_eq!(row["requests"][1]["day"], json!(day(&world, 25)), "the day that was agreed, not the wanted one");
    }

    async fn a_day_that_has_passed_and_a_time_that_is_over_are_told_and_change_nothing(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 1_020).await;
        let deputy = world.township(0, Role::DeputyLeader).await;
        let late = command(&deputy, "ticket.ask/1", id, ask(fresh_id(), "extension", &day(&world, -1))).await;
        assert_eq!((late.at("/outcome"), flags(&late)), (json!("conflict"), vec!["day_passed".to_owned()]));
        let request = fresh_id();
        applied(&deputy, "ticket.ask/1", id, ask(request, "extension", &day(&world, 12))).await;
        let office = world.office().await;
        let mut past = approve(request);
        past["day"] = json!(day(&world, -3));
        let answer = command(&office, "ticket.decide/1", id, past).await;
        assert_eq!((answer.at("/outcome"), flags(&answer)), (json!("conflict"), vec!["day_passed".to_owned()]));
        assert_eq!(ticket(&office, id).await["requests"][0]["state"], "open");
        // Sent back, it is over; asked again after the date, it is too late.
        applied(&office, "ticket.decide/1", id, deny(request)).await;
        world.clock.advance(TimeDelta::days(30));
        let deputy = world.township(0, Role::DeputyLeader).await;
        let answer = command(&deputy, "ticket.ask/1", id, ask(fresh_id(), "extension", &day(&world, 5))).await;
        assert_eq!((answer.at("/outcome"), flags(&answer)), (json!("conflict"), vec!["asked_too_late".to_owned()]));
        assert_eq!(ticket(&deputy, id).await["may_ask"], json!(["send_back", "refer"]));
    }

    async fn what_was_asked_in_time_and_answered_late_is_no_delay_of_the_unit(world: World) {
        let inspector = world.inspector().await;
        let ids = found(&world, &inspector, &["BUS-01", "BUS-03"], 1_025).await;
        let (office, officer) = (world.office().await, world.township(0, Role::DeskOfficer).await);
        for id in &ids {
            issue(&world, *id, 0).await;
            applied(&officer, "ticket.accept/1", *id, json!({ "person_named": "" })).await;
            let soon = json!({ "severity": null, "is_static": null, "due_day": day(&world, 3), "reason": "急" });
            applied(&office, "ticket.edit/1", *id, soon).await;
        }
        let (hold, back) = (fresh_id(), fresh_id());
        applied(&world.desk(Role::MainLeader).await, "ticket.ask/1", ids[0], ask(hold, "hold", &day(&world, 12))).await;
        let other = world.township_id(1).await;
        applied(&officer, "ticket.ask/1", ids[1], send_back(back, Some(("township", other)))).await;
        world.clock.advance(TimeDelta::days(5));
        world.server().app().sweep_tickets().await.expect("swept");
        let office = world.office().await;
        for (id, request) in [(ids[0], hold), (ids[1], back)] {
            assert!(ticket(&office, id).await["overdue_at"].is_string());
            applied(&office, "ticket.decide/1", id, approve(request)).await;
            let row = ticket(&office, id).await;
            let last = row["events"].as_array().and_then(|events| events.last()).expect("an event").clone();
            assert_eq!((&last["transition"], &row["overdue_at"]), (&json!("overdue_lifted"), &Value::Null), "{row}");
        }
        assert_eq!(ticket(&office, ids[1]).await["overdue"], false, "the other unit has what was left");
        world.clock.advance(TimeDelta::days(7));
        world.server().app().sweep_tickets().await.expect("swept");
        let row = ticket(&world.office().await, ids[0]).await;
        assert_eq!((&row["state"], &row["overdue"]), (&json!("in_progress"), &json!(false)), "it was held since it was asked for: {row}");
    }

    async fn what_was_not_theirs_goes_to_the_right_unit_and_leaves_the_wrong_one(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 1_030).await;
        let (officer, main) = (world.township(0, Role::DeskOfficer).await, world.desk(Role::MainLeader).await);
        let (office, other) = (world.office().await, world.township(1, Role::DeputyLeader).await);
        let cursor = officer.http.get("/api/v1/sync/snapshot").await.expect(200).text("/cursor");
        let hold = fresh_id();
        applied(&main, "ticket.ask/1", id, ask(hold, "hold", &day(&world, 40))).await;
        world.clock.advance(TimeDelta::minutes(1));
        let request = fresh_id();
        let nobody = send_back(fresh_id(), Some(("township", fresh_id())));
        officer.operate("ticket.ask/1", about(id, &nobody)).await.expect_refusal("unreadable");
        applied(&officer, "ticket.ask/1", id, send_back(request, None)).await;
        // Nobody named the right owner: the office has to.
        office.operate("ticket.decide/1", about(id, &approve(request))).await.expect_refusal("unreadable");
        let mut to = approve(request);
        (to["unit_kind"], to["unit_id"], to["wrongly_routed"]) = (json!("township"), json!(other.unit()), json!(true));
        world.clock.advance(TimeDelta::hours(26));
        let (office, officer, other) = (world.office().await, world.township(0, Role::DeskOfficer).await, world.township(1, Role::DeputyLeader).await);
        let board = office.http.get("/api/v1/figures/zero").await.expect(200).json();
        applied(&office, "ticket.decide/1", id, to).await;

        officer.http.get(&format!("/api/v1/tickets/{id}")).await.expect_problem(404, "not_found");
        let told = officer.told_since(&cursor).await;
        assert!(told.iter().any(|change| change["id"] == json!(id) && change["removed"] == true), "{told:?}");
        let row = ticket(&other, id).await;
        assert_eq!((&row["state"], &row["unit_id"]), (&json!("issued"), &json!(other.unit())));
        let issued = row["issued_at"].as_str().expect("a time").parse::<chrono::DateTime<chrono::Utc>>();
        assert_eq!(issued.expect("an instant"), other.now(), "the clock began anew");
        let states: Vec<&Value> = row["requests"].as_array().expect("requests").iter().map(|one| &one["state"]).collect();
        assert_eq!(states, [&json!("lapsed"), &json!("approved")], "nobody decides what the former unit asked");
        let late = command(&office, "ticket.decide/1", id, approve(hold)).await;
        assert_eq!(late.at("/outcome"), "conflict");
        // The board counts it once, at its new place.
        let now = office.http.get("/api/v1/figures/zero").await.expect(200).json();
        assert_eq!(now["open"], board["open"]);
        let at = |board: &Value, unit: Uuid| {
            let rows = board["townships"].as_array().expect("townships").clone();
            rows.into_iter().find(|one| one["id"] == json!(unit)).map_or(0, |one| one["open"].as_i64().expect("a number"))
        };
        assert_eq!(at(&now, other.unit()), at(&board, other.unit()) + 1);
        assert_eq!(at(&now, officer.unit()), at(&board, officer.unit()) - 1);
    }

    async fn what_never_was_theirs_makes_nobody_slow(world: World) {
        let inspector = world.inspector().await;
        let ids = found(&world, &inspector, &["BUS-01", "BUS-03"], 1_180).await;
        let office = world.office().await;
        let to = json!({ "unit_kind": "township", "unit_id": world.township_id(0).await, "severity": null, "is_static": null, "deadline_days": 3, "note": "" });
        for id in &ids {
            applied(&office, "ticket.issue/1", *id, to.clone()).await;
        }
        let asked: Vec<Uuid> = ids.iter().map(|_| fresh_id()).collect();
        world.clock.advance(TimeDelta::days(10));
        // Accepted late, past its date, reminded twice, and not believed at first.
        world.server().app().sweep_tickets().await.expect("swept");
        let (office, officer) = (world.office().await, world.township(0, Role::DeskOfficer).await);
        for (id, request) in ids.iter().zip(&asked) {
            applied(&officer, "ticket.accept/1", *id, json!({ "person_named": "" })).await;
            for _ in 0..2 {
                applied(&office, "ticket.remind/1", *id, json!({ "note": "请尽快" })).await;
            }
            let first = fresh_id();
            applied(&officer, "ticket.ask/1", *id, send_back(first, None)).await;
            applied(&office, "ticket.decide/1", *id, deny(first)).await;
            applied(&officer, "ticket.ask/1", *id, send_back(*request, None)).await;
        }
        world.clock.advance(TimeDelta::minutes(1));
        let counters = async |unit: usize| {
            let leader = world.township(unit, Role::DeputyLeader).await;
            let own = leader.http.get("/api/v1/figures/counters").await.expect(200).json();
            let counted = own["townships"][0]["counters"].clone();
            ["slow", "reissued", "reminders", "send_back_denied"].map(|name| counted[name]["count"].as_i64().expect("a number"))
        };
        // What was not accepted in time is of the month of its limit, which is over.
        assert_eq!(counters(0).await, [2, 2, 4, 2]);
        // One was another unit's from the beginning; the other one is only handed over, and what happened stays.
        let (office, other) = (world.office().await, world.township_id(1).await);
        for ((id, request), wrongly) in ids.iter().zip(&asked).zip([true, false]) {
            let mut to = approve(*request);
            (to["unit_kind"], to["unit_id"], to["wrongly_routed"]) = (json!("township"), json!(other), json!(wrongly));
            applied(&office, "ticket.decide/1", *id, to).await;
        }
        world.clock.advance(TimeDelta::minutes(1));
        assert_eq!(counters(0).await, [1, 1, 2, 1], "the former unit is not charged for what never was its own");
        assert_eq!(counters(1).await, [0; 4], "and the new one has done nothing yet");
        let office = world.office().await;
        let [anew, handed] = [ticket(&office, ids[0]).await, ticket(&office, ids[1]).await];
        assert_eq!((&anew["overdue_at"], &anew["overdue"], &handed["overdue"]), (&Value::Null, &json!(false), &json!(true)), "{anew} {handed}");
    }

    async fn what_comes_back_on_its_last_day_has_its_days_before_it_is_late(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 1_190).await;
        let due = ticket(&world.office().await, id).await["official_due_at"].as_str().expect("a date").parse::<chrono::DateTime<chrono::Utc>>().expect("an instant");
        // Put forward and sent back on the last afternoon.
        world.clock.set(due - TimeDelta::hours(8));
        let (attempt, _) = repaired(&world, id, 1_191).await;
        let (office, deputy) = (world.office().await, world.township(0, Role::DeputyLeader).await);
        applied(&deputy, "ticket.submit/1", id, json!({ "attempt_id": attempt, "note": "" })).await;
        let failed = json!({ "attempt_id": attempt, "verdict": "failed", "reason": "partial", "note": "", "on_site": true, "position": null });
        applied(&office, "ticket.verify/1", id, failed).await;
        let row = ticket(&office, id).await;
        let grace = row["due_at"].as_str().expect("a date").parse::<chrono::DateTime<chrono::Utc>>().expect("an instant");
        assert_eq!((&row["official_due_at"], grace > due), (&json!(due.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)), true), "{row}");
        // At midnight it is not late anywhere: not as a chip, not in a list, not as a level, not written down, not told upwards.
        world.clock.set(due + TimeDelta::hours(9));
        let app = world.server().app();
        app.sweep_tickets().await.expect("swept");
        let office = world.office().await;
        let row = ticket(&office, id).await;
        assert_eq!((&row["overdue"], &row["overdue_at"], &row["escalated"]), (&json!(false), &Value::Null, &json!(0)), "{row}");
        assert!(row["level"]["level"].as_i64() < Some(2), "{row}");
        assert_eq!(office.list("/api/v1/tickets?overdue=true").await, Vec::<Value>::new());
        assert_eq!(office.list("/api/v1/tickets?level=2,3").await, Vec::<Value>::new());
        assert_eq!(office.list("/api/v1/tickets?overdue=false").await.len(), 1);
        // Whether it was on time goes by the official date all the same.
        let early = world.named_phone(Role::DeputyLeader, 0, "early").await;
        let (again, _) = repaired(&world, id, 1_192).await;
        let sealed = early.draft("ticket.submit/1", about(id, &json!({ "attempt_id": again, "note": "" }))).seal();
        // Its own days pass without it: late once, by the date that was given last; what was made within them takes that back.
        world.clock.set(grace + TimeDelta::hours(9));
        app.sweep_tickets().await.expect("swept");
        let office = world.office().await;
        let row = ticket(&office, id).await;
        assert_eq!((&row["overdue"], &row["overdue_at"]), (&json!(true), &row["due_at"]), "{row}");
        assert_eq!(office.list("/api/v1/tickets?overdue=true").await.len(), 1);
        let early = world.named_phone(Role::DeputyLeader, 0, "early").await;
        assert_eq!(early.put(&sealed).await.expect(201).at("/outcome"), "applied");
        let row = ticket(&office, id).await;
        let events = row["events"].as_array().expect("events");
        let late = &events.iter().rfind(|event| event["transition"] == "T10").expect("it")["data"]["late"];
        assert_eq!((&row["overdue"], &row["overdue_at"], late), (&json!(false), &Value::Null, &json!(true)), "{row}");
    }

    async fn a_hold_stops_the_clock_until_its_day_of_review(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 1_040).await;
        let (main, office) = (world.desk(Role::MainLeader).await, world.office().await);
        let request = fresh_id();
        let bare = command(&main, "ticket.ask/1", id, ask(request, "hold", &day(&world, 14))).await;
        assert_eq!((bare.at("/outcome"), flags(&bare)), (json!("applied"), vec!["photo_missing".to_owned()]));
        applied(&main, "ticket.withdraw_ask/1", id, json!({ "request_id": request })).await;
        world.clock.advance(TimeDelta::minutes(1));
        let payload = about(id, &ask(fresh_id(), "hold", &day(&world, 14)));
        let request = payload["request_id"].clone();
        let sealed = main.draft("ticket.ask/1", payload).photo("interim", None, photo::tiny(1_041)).seal();
        let (answer, _) = main.send(&sealed).await;
        assert_eq!((answer.at("/outcome"), flags(&answer)), (json!("applied"), Vec::new()));
        let due = ticket(&office, id).await["due_at"].clone();
        let mut yes = approve(fresh_id());
        yes["request_id"] = request;
        applied(&office, "ticket.decide/1", id, yes).await;
        let row = ticket(&main, id).await;
        assert_eq!((&row["state"], &row["review_day"]), (&json!("on_hold"), &json!(day(&world, 14))));
        assert_eq!(row["requests"][1]["photos"].as_array().map(Vec::len), Some(1), "what was done in the meantime");
        assert_eq!(row["before"].as_array().map(Vec::len), Some(1), "and not among the photos of the fault");
        assert_eq!(office.http.get("/api/v1/figures/zero").await.expect(200).at("/on_hold"), 1);

        world.clock.advance(TimeDelta::days(13));
        assert_eq!(world.server().app().sweep_tickets().await.expect("swept").resumed, 0);
        world.clock.advance(TimeDelta::days(1));
        world.server().app().sweep_tickets().await.expect("swept");
        let row = ticket(&world.office().await, id).await;
        assert_eq!((&row["state"], &row["review_day"], &row["held_at"]), (&json!("in_progress"), &Value::Null, &Value::Null));
        let at = |value: &Value| value.as_str().expect("a date").parse::<chrono::DateTime<chrono::Utc>>().expect("an instant");
        assert_eq!(at(&row["due_at"]) - at(&due), TimeDelta::days(14), "two weeks held, two weeks later");
        let last = row["events"].as_array().and_then(|events| events.last()).expect("an event").clone();
        assert_eq!((&last["transition"], &last["person_name"]), (&json!("T9"), &Value::Null), "{last}");
    }

    async fn whoever_decides_second_is_told_and_a_repair_is_not_overtaken(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 1_050).await;
        let (deputy, main) = (world.township(0, Role::DeputyLeader).await, world.desk(Role::MainLeader).await);
        let (first, second) = (world.desk_of(Role::Office, 0).await, world.desk_of(Role::Office, 1).await);
        // The same is asked at once: one request.
        let (a, b) = (fresh_id(), fresh_id());
        let drafts = [a, b].map(|request| deputy.draft("ticket.ask/1", about(id, &ask(request, "extension", &day(&world, 20)))).seal());
        let answers = at_once(drafts.into_iter().map(|sealed| (&deputy, sealed)).collect()).await;
        assert_eq!(outcomes(&answers), ["applied", "conflict"]);
        let request = ticket(&deputy, id).await["requests"].as_array().expect("requests").clone();
        assert_eq!(request.len(), 1, "{request:?}");
        let request = request[0]["id"].as_str().expect("an id").parse().expect("an id");
        // Yes and no at once: one of them.
        let yes = first.draft("ticket.decide/1", about(id, &approve(request))).seal();
        let no = second.draft("ticket.decide/1", about(id, &deny(request))).seal();
        let answers = at_once(vec![(&first, yes), (&second, no)]).await;
        assert_eq!(outcomes(&answers), ["applied", "conflict"]);
        let loser = answers.iter().find(|answer| answer.at("/outcome") == "conflict").expect("one lost");
        assert!(loser.at("/current/state").is_string(), "both sides are shown: {loser}");
        // A hold and the repair at once: whichever came second leaves the ticket as the first made it.
        let hold = fresh_id();
        applied(&main, "ticket.ask/1", id, ask(hold, "hold", &day(&world, 20))).await;
        let (attempt, _) = repaired(&world, id, 1_051).await;
        let submit = deputy.draft("ticket.submit/1", about(id, &json!({ "attempt_id": attempt, "note": "" }))).seal();
        let yes = first.draft("ticket.decide/1", about(id, &approve(hold))).seal();
        let answers = at_once(vec![(&first, yes), (&deputy, submit)]).await;
        assert_eq!(outcomes(&answers), ["applied", "conflict"]);
        let state = ticket(&first, id).await["state"].clone();
        assert!(state == "on_hold" || state == "submitted", "{state}");
    }

    async fn requests_of_others_and_of_ended_tickets_are_no_requests(world: World) {
        let inspector = world.inspector().await;
        let ids = found(&world, &inspector, &["BUS-01", "BUS-03"], 1_060).await;
        for id in &ids {
            issue(&world, *id, 0).await;
        }
        let (officer, office) = (world.township(0, Role::DeskOfficer).await, world.office().await);
        let stranger = world.township(1, Role::DeskOfficer).await;
        stranger.operate("ticket.ask/1", about(ids[0], &send_back(fresh_id(), None))).await.expect_refusal("unknown_ticket");
        let request = fresh_id();
        applied(&officer, "ticket.ask/1", ids[0], send_back(request, None)).await;
        stranger.operate("ticket.withdraw_ask/1", about(ids[0], &json!({ "request_id": request }))).await.expect_refusal("unknown_ticket");
        // A request belongs to its ticket, also where its id is known.
        for (kind, more) in [("ticket.decide/1", deny(request)), ("ticket.decide/1", deny(fresh_id()))] {
            assert_eq!(command(&office, kind, ids[1], more).await.at("/outcome"), "conflict");
        }
        let taken = command(&officer, "ticket.ask/1", ids[1], send_back(request, None)).await;
        assert_eq!(taken.at("/outcome"), "conflict", "an id stands for one request");
        // More time for what nobody has taken up yet is not for asking.
        let deputy = world.township(0, Role::DeputyLeader).await;
        assert_eq!(command(&deputy, "ticket.ask/1", ids[0], ask(fresh_id(), "extension", &day(&world, 9))).await.at("/outcome"), "conflict");
        for person in [0, 1] {
            command(&world.desk_of(Role::Office, person).await, "ticket.void/1", ids[0], json!({ "reason": "重复" })).await;
        }
        let row = ticket(&office, ids[0]).await;
        assert_eq!((&row["state"], &row["requests"][0]["state"]), (&json!("void"), &json!("lapsed")));
        assert_eq!(command(&office, "ticket.decide/1", ids[0], deny(request)).await.at("/outcome"), "conflict");
        assert_eq!(command(&officer, "ticket.ask/1", ids[0], send_back(fresh_id(), None)).await.at("/outcome"), "conflict");
        assert_eq!(command(&officer, "ticket.withdraw_ask/1", ids[0], json!({ "request_id": request })).await.at("/outcome"), "conflict");
        let denied = fresh_id();
        applied(&officer, "ticket.ask/1", ids[1], send_back(denied, None)).await;
        applied(&office, "ticket.decide/1", ids[1], deny(denied)).await;
        assert_eq!(ticket(&office, ids[1]).await["send_back_denied"], 1);
    }
}
