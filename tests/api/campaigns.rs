//! Zeroing campaigns: what they freeze, what joins them, whose dates move, and that every number opens the rows that make it.

use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::desk::{applied, command, flags, found, issue, release, repaired, round, ticket};
use lalian_tests::http::Answer;
use lalian_tests::phone::fresh_id;
use lalian_tests::stories;
use lalian_tests::visit::id_of;
use lalian_tests::world::World;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

async fn post(actor: &Actor, path: &str, body: Value) -> Answer {
    let http = actor.http.with("idempotency-key", &fresh_id().to_string());
    http.post(&format!("/api/v1/campaigns{path}"), &body).await
}

async fn put(actor: &Actor, id: Uuid, body: Value) -> Answer {
    let request = actor.http.request(Method::PUT, &format!("/api/v1/campaigns/{id}"));
    lalian_tests::http::send(request.header("idempotency-key", fresh_id().to_string()).json(&body)).await
}

async fn draft(office: &Actor, name: &str, scope: Value, day: &str) -> Uuid {
    let answer =
        post(office, "", json!({ "name": name, "scope": scope, "deadline_day": day })).await.expect(201);
    assert_eq!(answer.at("/state"), "draft");
    id_of(&answer.at("/id"))
}

/// Compares every number of the board with the rows that it opens, for this reader.
async fn board(actor: &Actor, id: Uuid) -> Value {
    let board = actor.http.get(&format!("/api/v1/campaigns/{id}/board")).await.expect(200).json();
    let number = |value: &Value, key: &str| value[key].as_i64().expect("a number");
    let rows = async |query: String| {
        i64::try_from(actor.list(&format!("/api/v1/tickets?campaign={id}&{query}")).await.len()).expect("few")
    };
    let of = [
        ("open", "state=issued,in_progress,rework"),
        ("submitted", "state=submitted"),
        ("on_hold", "state=on_hold"),
        ("closed", "state=closed"),
        ("left_out", "campaign_left=true"),
    ];
    for (key, query) in of {
        assert_eq!(number(&board, key), rows(query.to_owned()).await, "{key}: {board}");
        for township in board["townships"].as_array().expect("townships") {
            let at = township["id"].as_str().expect("an id");
            assert_eq!(
                number(township, key),
                rows(format!("{query}&township_id={at}")).await,
                "{key}: {township}"
            );
        }
    }
    let left = number(&board, "left_out");
    assert_eq!(number(&board, "baseline") + number(&board, "fresh"), rows(String::new()).await + left);
    let last = board["days"].as_array().and_then(|days| days.last()).expect("a day");
    let still = number(&board, "open") + number(&board, "submitted") + number(&board, "on_hold");
    assert_eq!(number(last, "baseline_open") + number(last, "fresh_open"), still, "{board}");
    assert_eq!(board["true_zero"], json!(still == 0));
    for day in board["days"].as_array().expect("days") {
        let on = day["day"].as_str().expect("a day");
        assert_eq!(number(day, "closed"), rows(format!("state=closed&closed_on={on}")).await, "{day}");
    }
    board
}

/// What a duty is told of one kind.
async fn told(world: &World, actor: &Actor, kind: &str) -> Vec<Value> {
    world.server().app().gather_notices().await.expect("gathered");
    actor.list(&format!("/api/v1/notices?kind={kind}")).await
}

async fn pass(world: &World, id: Uuid, seed: u64) {
    let (attempt, _) = repaired(world, id, seed).await;
    let deputy = world.township(0, Role::DeputyLeader).await;
    applied(&deputy, "ticket.submit/1", id, json!({ "attempt_id": attempt, "note": "" })).await;
    let passed = json!({ "attempt_id": attempt, "verdict": "passed", "reason": null, "note": "", "on_site": true, "position": null });
    // Not by whoever may have found that the fault came back.
    applied(&world.desk_of(Role::Office, 1).await, "ticket.verify/1", id, passed).await;
}

async fn accept(world: &World, id: Uuid) {
    let officer = world.township(0, Role::DeskOfficer).await;
    applied(&officer, "ticket.accept/1", id, json!({ "person_named": "" })).await;
}

stories! {
    async fn a_campaign_freezes_what_it_takes_and_follows_it_to_zero(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        // Four static (due on three days), one dynamic, one static that nobody has issued yet.
        let ids = found(&world, &inspector, &["BUS-01", "BUS-03", "BUS-04", "BUS-05", "BUS-08", "BUS-09"], 4_000).await;
        for id in &ids[..5] {
            issue(&world, *id, 0).await;
        }
        let before = ticket(&office, ids[3]).await;
        let id = draft(&office, "静态清零", json!({ "site_kinds": ["bus_shelter"] }), "2026-11-30").await;
        let preview = office.http.get(&format!("/api/v1/campaigns/{id}/preview")).await.expect(200).json();
        let taken = office.list(&format!("/api/v1/tickets?campaign={id}")).await;
        let later = |row: &&Value| row["official_due_at"].as_str().is_some_and(|due| due > "2026-11-30T16:00:00Z");
        let sooner = taken.iter().filter(later).count();
        assert_eq!((taken.len(), &preview["tickets"], &preview["sooner"]), (4, &json!(4), &json!(sooner)), "{preview}");
        assert!(before["official_due_at"].as_str() > Some("2026-11-30T16:00:00Z"), "{before}");
        let deputy = world.township(0, Role::DeputyLeader).await;
        assert_eq!(deputy.list(&format!("/api/v1/tickets?campaign={id}")).await.len(), 0, "a draft is the office's");
        assert_eq!(deputy.list("/api/v1/campaigns").await.len(), 0);
        deputy.http.get(&format!("/api/v1/campaigns/{id}/board")).await.expect_problem(404, "not_found");
        office.http.get(&format!("/api/v1/campaigns/{id}/board")).await.expect_problem(409, "wrong_state");

        post(&office, &format!("/{id}/start"), json!({ "version": 7 })).await.expect_problem(409, "conflict");
        let started = post(&office, &format!("/{id}/start"), json!({ "version": 1 })).await.expect(200);
        assert_eq!((started.at("/state"), started.at("/baseline"), started.at("/settling")), (json!("running"), json!(4), json!(0)), "{started}");
        post(&office, &format!("/{id}/start"), json!({ "version": 2 })).await.expect_problem(409, "wrong_state");
        put(&office, id, json!({ "version": 2, "name": "x", "scope": {}, "deadline_day": null })).await.expect_problem(409, "wrong_state");
        let row = ticket(&deputy, ids[3]).await;
        assert_eq!((&row["due_at"], &row["official_due_at"], &row["zero_day"]), (&json!("2026-11-30T16:00:00Z"), &json!("2026-11-30T16:00:00Z"), &json!("2026-11-30")), "{row}");
        assert_eq!(row["first_due_at"], before["first_due_at"], "the first date stays on record");
        let joined = row["events"].as_array().and_then(|events| events.last()).expect("an event").clone();
        assert_eq!((&joined["transition"], &joined["data"]["baseline"]), (&json!("campaign_joined"), &json!(true)));
        assert_eq!(ticket(&office, ids[4]).await["zero_day"], Value::Null, "it is not static");
        board(&deputy, id).await;
        board(&office, id).await;
        // One notice a duty, with counts; nobody is told of each of its tickets, and no other township of anything.
        let (main, neighbour) = (world.desk(Role::MainLeader).await, world.township(1, Role::DeskOfficer).await);
        for reader in [&deputy, &main] {
            let rows = told(&world, reader, "campaign_started").await;
            let said = json!({ "campaign_id": id, "campaign": "静态清零", "tickets": 4, "sooner": sooner, "day": "2026-11-30" });
            assert_eq!((rows.len(), &rows[0]["data"], &rows[0]["ticket"]), (1, &said, &Value::Null), "{rows:?}");
        }
        assert!(sooner > 0);
        assert_eq!(told(&world, &deputy, "changed").await, Vec::<Value>::new());
        assert_eq!(told(&world, &neighbour, "campaign_started").await, Vec::<Value>::new());

        // Issued while it runs: joins as new, with the earlier date, in the same breath.
        let issued = issue(&world, ids[5], 0).await;
        let row = ticket(&office, ids[5]).await;
        assert_eq!(issued.at("/changed/0/version"), row["version"], "the author is told the newest version");
        assert_eq!(row["due_at"], json!("2026-11-30T16:00:00Z"), "{row}");
        let changed = told(&world, &deputy, "changed").await;
        assert_eq!((changed.len(), &changed[0]["ticket"]["id"]), (1, &json!(ids[5])), "{changed:?}");
        assert_eq!(changed[0]["data"], json!({ "campaign": "静态清零", "due_at": "2026-11-30T16:00:00Z" }));
        assert_eq!(told(&world, &deputy, "campaign_started").await.len(), 1, "once");
        let now = board(&office, id).await;
        assert_eq!((&now["baseline"], &now["fresh"], &now["open"]), (&json!(4), &json!(1), &json!(5)), "{now}");

        // The date moves for nobody.
        for one in &ids[..4] {
            accept(&world, *one).await;
        }
        let later = json!({ "request_id": fresh_id(), "what": "extension", "reason": "下雨", "wanted_day": "2026-12-02", "measure": "先围挡", "unit_kind": null, "unit_id": null });
        let answer = command(&deputy, "ticket.ask/1", ids[3], later).await;
        assert_eq!((answer.at("/outcome"), flags(&answer)), (json!("conflict"), vec!["beyond_zero_day".to_owned()]), "{answer}");
        let edit = json!({ "severity": null, "is_static": null, "due_day": "2026-12-05", "reason": "试" });
        assert_eq!(flags(&command(&office, "ticket.edit/1", ids[3], edit).await), ["beyond_zero_day"]);

        // One closed, one held, one no longer static, one waits for its check; then the closed one comes back.
        world.clock.advance(TimeDelta::days(1));
        pass(&world, ids[0], 4_010).await;
        let leader = world.township(0, Role::MainLeader).await;
        let request = fresh_id();
        let hold = json!({ "request_id": request, "what": "hold", "reason": "停电", "wanted_day": "2026-12-10", "measure": "围挡", "unit_kind": null, "unit_id": null });
        applied(&leader, "ticket.ask/1", ids[1], hold).await;
        let agree = json!({ "request_id": request, "verdict": "approved", "note": "", "day": null, "unit_kind": null, "unit_id": null, "wrongly_routed": false });
        let office = world.office().await;
        applied(&office, "ticket.decide/1", ids[1], agree).await;
        let moving = json!({ "severity": null, "is_static": false, "due_day": null, "reason": "是日常保洁" });
        applied(&office, "ticket.edit/1", ids[2], moving).await;
        let (attempt, _) = repaired(&world, ids[3], 4_011).await;
        let deputy = world.township(0, Role::DeputyLeader).await;
        applied(&deputy, "ticket.submit/1", ids[3], json!({ "attempt_id": attempt, "note": "" })).await;
        let now = board(&office, id).await;
        board(&deputy, id).await;
        assert_eq!(
            (&now["open"], &now["submitted"], &now["on_hold"], &now["closed"], &now["left_out"]),
            (&json!(1), &json!(1), &json!(1), &json!(1), &json!(1)), "{now}"
        );
        assert_eq!((&now["true_zero"], &now["zero_rate"]), (&json!(false), &json!(0.25)));
        assert_eq!((&now["days"][0]["fresh"], &now["days"][1]["closed"]), (&json!(1), &json!(1)), "{now}");
        world.clock.advance(TimeDelta::hours(1));
        let office = world.office().await;
        let back = json!({ "finding_id": fresh_id(), "note": "又坏了" });
        applied(&office, "ticket.relapse/1", ids[0], back).await;
        let row = ticket(&office, ids[0]).await;
        assert_eq!(row["official_due_at"], json!("2026-11-30T16:00:00Z"), "{row}");
        assert_eq!(board(&office, id).await["closed"], 0);
        // Static after all.
        let fixed = json!({ "severity": null, "is_static": true, "due_day": null, "reason": "是设施" });
        applied(&office, "ticket.edit/1", ids[2], fixed).await;
        assert_eq!(board(&office, id).await["left_out"], 0);

        // It ends by itself when its last day is over, and what it was then stays.
        world.clock.advance(TimeDelta::days(8));
        let app = world.server().app();
        app.sweep_campaigns().await.expect("swept");
        let office = world.office().await;
        let ended = board(&office, id).await;
        assert_eq!((&ended["campaign"]["state"], &ended["final"]["open"], &ended["final"]["on_hold"]), (&json!("ended"), &json!(3), &json!(1)), "{ended}");
        pass(&world, ids[0], 4_012).await;
        let after = board(&office, id).await;
        assert_eq!((&after["final"], &after["closed"]), (&ended["final"], &json!(1)), "frozen beside what it is today");
    }

    async fn campaigns_overlap_end_early_and_hear_of_hidden_rounds_only_at_their_release(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let ids = found(&world, &inspector, &["BUS-04"], 4_100).await;
        issue(&world, ids[0], 0).await;
        let township = world.township_id(0).await;
        let first = draft(&office, "一", json!({ "township_ids": [township] }), "2026-11-27").await;
        let second = draft(&office, "二", json!({}), "2026-11-30").await;
        for id in [first, second] {
            post(&office, &format!("/{id}/start"), json!({ "version": 1 })).await.expect(200);
        }
        let row = ticket(&office, ids[0]).await;
        assert_eq!((&row["zero_day"], &row["official_due_at"]), (&json!("2026-11-27"), &json!("2026-11-27T16:00:00Z")));

        // Of a hidden round nothing is counted, nothing told; released, it joins.
        let hidden = round(&office, "unannounced", "at_once").await;
        let mut visit = world.site(&inspector, "farmers_market", 0).await.visit(&inspector, &["MKT-01"]);
        visit.payload["round_id"] = json!(hidden);
        inspector.send(&visit.draft(&inspector, 4_110).seal()).await;
        assert_eq!(board(&office, second).await["fresh"], 0);
        let deputy = world.township(0, Role::DeputyLeader).await;
        assert_eq!(board(&deputy, second).await["fresh"], 0);
        let started = |rows: &[Value]| rows.iter().map(|row| row["data"]["tickets"].clone()).collect::<Vec<_>>();
        assert_eq!(started(&told(&world, &deputy, "campaign_started").await), [json!(1), json!(1)], "the hidden one is in no count");
        assert_eq!(told(&world, &deputy, "changed").await, Vec::<Value>::new(), "nothing of a hidden round");
        release(&office, hidden).await;
        let changed = told(&world, &deputy, "changed").await;
        assert!(!changed.is_empty() && changed.iter().all(|row| row["ticket"]["id"] == changed[0]["ticket"]["id"]), "{changed:?}");
        let moved = ticket(&office, id_of(&changed[0]["ticket"]["id"])).await["events"].as_array().expect("events").iter()
            .filter(|event| event["transition"] == "campaign_joined" && event["data"]["due_at"].is_string()).count();
        assert_eq!(changed.len(), moved, "one for each time that its date came nearer: {changed:?}");
        for id in [first, second] {
            assert_eq!(board(&office, id).await["fresh"], 1);
        }
        assert_eq!(board(&deputy, first).await["fresh"], 1);
        let neighbour = world.township(1, Role::DeputyLeader).await;
        let seen = board(&neighbour, second).await;
        assert_eq!((&seen["baseline"], &seen["townships"]), (&json!(0), &json!([])), "a neighbour's numbers are not told: {seen}");
        assert_eq!((&seen["campaign"]["baseline"], &seen["campaign"]["settling"]), (&json!(0), &json!(0)), "{seen}");
        let listed = neighbour.list("/api/v1/campaigns").await;
        assert!(listed.iter().all(|one| one["baseline"] == 0), "{listed:?}");
        let one = neighbour.http.get(&format!("/api/v1/campaigns/{second}")).await.expect(200);
        assert_eq!(one.at("/baseline"), 0, "{one}");
        let whole = office.http.get(&format!("/api/v1/campaigns/{second}")).await.expect(200);
        assert_eq!(deputy.http.get(&format!("/api/v1/campaigns/{second}")).await.expect(200).at("/baseline"), whole.at("/baseline"), "all of it lies here");

        // Ended early, its date holds no more; the other one's does.
        let held = office.list(&format!("/api/v1/tickets?campaign={first}&state=issued,in_progress,rework&due_on=2026-11-27")).await.len();
        post(&office, &format!("/{first}/end"), json!({ "reason": " " })).await.expect_problem(422, "invalid_field");
        let ended = post(&office, &format!("/{first}/end"), json!({ "reason": "并入第二次" })).await.expect(200);
        assert_eq!((ended.at("/state"), ended.at("/settling")), (json!("ended"), json!(0)), "{ended}");
        post(&office, &format!("/{first}/end"), json!({ "reason": "再" })).await.expect_problem(409, "wrong_state");
        let rows = told(&world, &deputy, "campaign_started").await;
        assert_eq!(rows.iter().map(|row| &row["data"]["campaign"]).collect::<Vec<_>>(), ["二"], "what has ended calls nobody");
        let freed = told(&world, &deputy, "campaign_ended").await;
        let officer = world.township(0, Role::DeskOfficer).await;
        assert_eq!((freed.len(), told(&world, &officer, "campaign_ended").await.len()), (1, 1), "{freed:?}");
        assert_eq!((&freed[0]["data"]["campaign"], &freed[0]["data"]["tickets"]), (&json!("一"), &json!(held)), "{freed:?}");
        assert_eq!(told(&world, &world.township(1, Role::DeputyLeader).await, "campaign_ended").await.len(), 0, "nothing of it lay there");
        let row = ticket(&office, ids[0]).await;
        assert_eq!(row["zero_day"], "2026-11-30", "{row}");
        let last = row["events"].as_array().and_then(|events| events.last()).expect("an event").clone();
        assert_eq!(last["transition"], "campaign_left");
        assert_eq!((&row["official_due_at"], &last["data"]["official_due_at"]), (&json!("2026-11-30T16:00:00Z"), &row["official_due_at"]), "its date comes back as far as the other one leaves it: {row}");
        accept(&world, ids[0]).await;
        let later = json!({ "request_id": fresh_id(), "what": "extension", "reason": "下雨", "wanted_day": "2026-11-30", "measure": "围挡", "unit_kind": null, "unit_id": null });
        applied(&deputy, "ticket.ask/1", ids[0], later).await;

        // What cannot be.
        for (scope, day, field) in [
            (json!({}), "2026-11-01", "/deadline_day"),
            (json!({ "honour_level": "world" }), "2026-11-30", "/scope/honour_level"),
            (json!({ "township_ids": [fresh_id()] }), "2026-11-30", "/scope/township_ids"),
        ] {
            let answer = post(&office, "", json!({ "name": "三", "scope": scope, "deadline_day": day })).await.expect_problem(422, "invalid_field");
            assert_eq!(answer.at("/errors/0/field"), field, "{answer}");
        }
        let empty = draft(&office, "空", json!({ "site_kinds": ["no_such_kind"] }), "2026-11-30").await;
        post(&office, &format!("/{empty}/start"), json!({ "version": 1 })).await.expect_problem(422, "invalid_field");
        let edited = put(&office, empty, json!({ "version": 1, "name": "改", "scope": { "honour_level": "county" }, "deadline_day": null })).await.expect(200);
        assert_eq!((edited.at("/name"), edited.at("/deadline_day"), edited.at("/version")), (json!("改"), json!("2026-11-30"), json!(2)));
        put(&office, empty, json!({ "version": 1, "name": "旧", "scope": {}, "deadline_day": null })).await.expect_problem(409, "conflict");
        post(&deputy, "", json!({ "name": "三" })).await.expect_problem(403, "forbidden");
    }

    /// A closed ticket of a campaign that was ended comes back with a time of its own; where another campaign runs on when one is over, that
    /// one holds.
    async fn what_still_runs_holds_a_ticket_and_nothing_else_does(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let ids = found(&world, &inspector, &["BUS-04", "BUS-05"], 4_300).await;
        issue(&world, ids[0], 0).await;
        let first = draft(&office, "一", json!({}), "2026-11-24").await;
        post(&office, &format!("/{first}/start"), json!({ "version": 1 })).await.expect(200);
        accept(&world, ids[0]).await;
        pass(&world, ids[0], 4_310).await;
        post(&office, &format!("/{first}/end"), json!({ "reason": "并入" })).await.expect(200);
        let row = ticket(&office, ids[0]).await;
        assert_eq!((&row["zero_day"], &row["official_due_at"]), (&Value::Null, &json!("2026-11-24T16:00:00Z")), "judged by what held then: {row}");
        world.clock.advance(TimeDelta::hours(1));
        let office = world.office().await;
        applied(&office, "ticket.relapse/1", ids[0], json!({ "finding_id": fresh_id(), "note": "" })).await;
        let row = ticket(&office, ids[0]).await;
        assert!(row["official_due_at"].as_str() > Some("2026-11-24T16:00:00Z"), "{row}");

        issue(&world, ids[1], 0).await;
        // The one that is looked at last has the earlier date.
        let mut both = [draft(&office, "二", json!({}), "2026-11-30").await, draft(&office, "三", json!({}), "2026-11-30").await];
        both.sort();
        put(&office, both[1], json!({ "version": 1, "name": "三", "scope": {}, "deadline_day": "2026-11-24" })).await.expect(200);
        for (id, version) in both.into_iter().zip([1, 2]) {
            post(&office, &format!("/{id}/start"), json!({ "version": version })).await.expect(200);
        }
        // Counted in both, out of both, and back in both: the earliest holds.
        for is_static in [false, true] {
            let edit = json!({ "severity": null, "is_static": is_static, "due_day": null, "reason": "改" });
            applied(&office, "ticket.edit/1", ids[1], edit).await;
        }
        let row = ticket(&office, ids[1]).await;
        assert_eq!((&row["zero_day"], &row["official_due_at"]), (&json!("2026-11-24"), &json!("2026-11-24T16:00:00Z")), "{row}");
        world.clock.advance(TimeDelta::days(2));
        world.server().app().sweep_campaigns().await.expect("swept");
        let office = world.office().await;
        let row = ticket(&office, ids[1]).await;
        assert_eq!((&row["zero_day"], &row["official_due_at"]), (&json!("2026-11-30"), &json!("2026-11-24T16:00:00Z")), "the date that passed stands: {row}");
        let edit = json!({ "severity": null, "is_static": null, "due_day": "2026-12-05", "reason": "试" });
        assert_eq!(flags(&command(&office, "ticket.edit/1", ids[1], edit).await), ["beyond_zero_day"]);
    }

    /// Whatever is issued while a campaign starts is of its baseline or found since: never neither, never both.
    async fn what_is_put_right_leaves_its_campaign_with_the_date_it_would_have(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let ids = found(&world, &inspector, &["BUS-03", "BUS-04"], 4_200).await;
        let to = json!({ "unit_kind": "township", "unit_id": world.township_id(0).await, "severity": null, "is_static": null, "deadline_days": 10, "note": "" });
        for id in &ids {
            applied(&office, "ticket.issue/1", *id, to.clone()).await;
        }
        let before = ticket(&office, ids[0]).await;
        let campaign = draft(&office, "三", json!({}), "2026-11-27").await;
        post(&office, &format!("/{campaign}/start"), json!({ "version": 1 })).await.expect(200);
        let zero = json!("2026-11-27T16:00:00Z");
        assert!(before["official_due_at"].as_str() > zero.as_str(), "{before}");
        for id in &ids {
            let row = ticket(&office, *id).await;
            assert_eq!((&row["official_due_at"], &row["zero_day"]), (&zero, &json!("2026-11-27")), "{row}");
        }
        // Upkeep, not a thing: it is not the campaign's any more (T17), and its date is what it was without it.
        let edit = |is_static: bool| json!({ "severity": null, "is_static": is_static, "due_day": null, "reason": "属于日常保持" });
        applied(&office, "ticket.edit/1", ids[0], edit(false)).await;
        let row = ticket(&office, ids[0]).await;
        assert_eq!((&row["zero_day"], &row["official_due_at"], &row["due_at"]), (&Value::Null, &before["official_due_at"], &before["due_at"]), "{row}");
        let last = row["events"].as_array().and_then(|events| events.last()).expect("an event").clone();
        assert_eq!((&last["transition"], &last["data"]["official_due_at"]), (&json!("campaign_left"), &before["official_due_at"]), "{last}");
        let seen = board(&office, campaign).await;
        assert_eq!(office.list(&format!("/api/v1/tickets?campaign={campaign}&campaign_left=true")).await.len(), 1, "{seen}");
        // A thing after all: it counts again, by the campaign's date.
        applied(&office, "ticket.edit/1", ids[0], edit(true)).await;
        let row = ticket(&office, ids[0]).await;
        assert_eq!((&row["zero_day"], &row["official_due_at"]), (&json!("2026-11-27"), &zero), "{row}");
        // A void one is nobody's date.
        let second = world.desk_of(Role::Office, 1).await;
        for person in [&office, &second] {
            command(person, "ticket.void/1", ids[1], json!({ "reason": "重复录入" })).await;
        }
        let left = office.list(&format!("/api/v1/tickets?campaign={campaign}&campaign_left=true")).await;
        assert_eq!(left.iter().map(|row| &row["id"]).collect::<Vec<_>>(), [&json!(ids[1])]);
    }

    /// A ticket that comes into a campaign's township is news to it; one that leaves stays in the frozen baseline and no longer counts.
    async fn what_is_passed_on_joins_the_second_band_and_what_leaves_is_told_apart(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let ids = found(&world, &inspector, &["BUS-03", "BUS-04"], 4_500).await;
        let [here, there] = [world.township_id(0).await, world.township_id(1).await];
        for (id, unit) in ids.iter().zip([there, here]) {
            let to = json!({ "unit_kind": "township", "unit_id": unit, "severity": null, "is_static": null, "deadline_days": 10, "note": "" });
            applied(&office, "ticket.issue/1", *id, to).await;
        }
        let free = ticket(&office, ids[0]).await["official_due_at"].clone();
        let campaign = draft(&office, "四", json!({ "township_ids": [there] }), "2026-11-27").await;
        let whole = draft(&office, "全县", json!({}), "2026-12-31").await;
        for id in [campaign, whole] {
            post(&office, &format!("/{id}/start"), json!({ "version": 1 })).await.expect(200);
        }
        let numbers = async |actor: &Actor, id: Uuid| {
            let board = board(actor, id).await;
            ["baseline", "fresh", "open", "left_out"].map(|key| board[key].as_i64().expect("a number"))
        };
        assert_eq!(numbers(&office, campaign).await, [1, 0, 1, 0]);
        let pass_on = async |id: Uuid, from: usize, to: Uuid| {
            let (officer, request) = (world.township(from, Role::DeskOfficer).await, fresh_id());
            let ask = json!({ "request_id": request, "what": "send_back", "reason": "不在我街道范围", "wanted_day": null, "measure": "", "unit_kind": "township", "unit_id": to });
            applied(&officer, "ticket.ask/1", id, ask).await;
            let agreed = json!({ "request_id": request, "verdict": "approved", "note": "", "day": null, "unit_kind": null, "unit_id": null, "wrongly_routed": false });
            applied(&office, "ticket.decide/1", id, agreed).await;
            ticket(&office, id).await
        };
        let told = |row: &Value, word: &str| {
            let of = |event: &&Value| event["transition"] == word && event["data"]["campaign_id"] == json!(campaign);
            row["events"].as_array().and_then(|events| events.iter().rfind(of)).expect("told").clone()
        };

        // In: found since, held by its date.
        let row = pass_on(ids[1], 0, there).await;
        assert_eq!(numbers(&office, campaign).await, [1, 1, 2, 0]);
        assert_eq!((&row["zero_day"], &row["official_due_at"]), (&json!("2026-11-27"), &json!("2026-11-27T16:00:00Z")), "{row}");
        assert_eq!(told(&row, "campaign_joined")["data"]["baseline"], false);
        let fresh = office.list(&format!("/api/v1/tickets?campaign={campaign}&campaign_baseline=false")).await;
        assert_eq!(fresh.iter().map(|row| &row["id"]).collect::<Vec<_>>(), [&json!(ids[1])]);

        // Out: the baseline is as it was, the ticket has the date that it would have without, and its history says why.
        let row = pass_on(ids[0], 1, here).await;
        assert_eq!(numbers(&office, campaign).await, [1, 1, 1, 1]);
        assert_eq!((&row["zero_day"], &row["official_due_at"]), (&json!("2026-12-31"), &free), "{row}");
        let left = told(&row, "campaign_left");
        assert_eq!((&left["data"]["why"], &left["data"]["name"]), (&json!("moved"), &json!("四")), "{left}");
        let seen = board(&office, campaign).await;
        assert_eq!(seen["townships"].as_array().map(Vec::len), Some(1), "nobody else's number: {seen}");
        let [deputy, other] = [world.township(0, Role::DeputyLeader).await, world.township(1, Role::DeputyLeader).await];
        assert_eq!([numbers(&deputy, campaign).await, numbers(&other, campaign).await], [[0; 4], [0, 1, 1, 0]]);
        // A campaign of the whole county keeps both as what they were.
        assert_eq!(numbers(&office, whole).await, [2, 0, 2, 0]);

        // And back: it counts again, where it always counted.
        let row = pass_on(ids[0], 0, there).await;
        assert_eq!(numbers(&office, campaign).await, [1, 1, 2, 0]);
        assert_eq!((&row["zero_day"], &told(&row, "campaign_joined")["data"]["again"]), (&json!("2026-11-27"), &json!(true)), "{row}");
        let baseline = office.list(&format!("/api/v1/tickets?campaign={campaign}&campaign_baseline=true")).await;
        assert_eq!(baseline.iter().map(|row| &row["id"]).collect::<Vec<_>>(), [&json!(ids[0])]);
    }

    async fn what_is_issued_beside_a_start_counts_once(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let fails = ["BUS-01", "BUS-02", "BUS-03", "BUS-04", "BUS-05", "BUS-06", "BUS-07", "BUS-09"];
        let ids = found(&world, &inspector, &fails, 4_200).await;
        // One is there before, so that there is something to start with.
        issue(&world, ids[0], 0).await;
        let id = draft(&office, "边发边办", json!({}), "2026-11-30").await;
        let unit = world.township_id(0).await;
        let to = json!({ "unit_kind": "township", "unit_id": unit, "severity": null, "is_static": true, "deadline_days": 30, "note": "" });
        let second = world.desk_of(Role::Office, 1).await;
        let start = async {
            post(&second, &format!("/{id}/start"), json!({ "version": 1 })).await.expect(200);
        };
        let issues = futures_util::future::join_all(ids[1..].iter().map(|one| applied(&office, "ticket.issue/1", *one, to.clone())));
        futures_util::future::join(start, issues).await;
        world.server().app().sweep_campaigns().await.expect("swept");
        let now = board(&office, id).await;
        let number = |key: &str| now[key].as_i64().expect("a number");
        assert_eq!(number("baseline") + number("fresh"), ids.len() as i64, "{now}");
        assert_eq!(number("open"), ids.len() as i64);
        for one in &ids {
            let row = ticket(&office, *one).await;
            let events = row["events"].as_array().expect("events");
            let joined = events.iter().filter(|event| event["transition"] == "campaign_joined").count();
            assert_eq!((joined, &row["zero_day"]), (1, &json!("2026-11-30")), "{row}");
            assert!(row["due_at"].as_str() <= Some("2026-11-30T16:00:00Z"), "{row}");
        }
    }
}
