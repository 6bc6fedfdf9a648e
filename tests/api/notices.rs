//! The inbox: each duty is told what is its own, once, by events and by the clock; nothing of hidden rounds, nothing to former holders.

use chrono::{DateTime, TimeDelta, Utc};
use lalian::domain::people::role::Role;
use lalian::store::Conn as _;
use lalian_tests::{
    actor::Actor,
    desk::{
        about, applied, command, found, in_progress, issue, release, repaired, round, ticket, tickets_of,
    },
    phone::fresh_id,
    photo, stories,
    visit::id_of,
    world::World,
};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use uuid::Uuid;

/// Lets the job run and reads the inbox, newest first.
async fn told(world: &World, actor: &Actor) -> Vec<Value> {
    world.server().app().gather_notices().await.expect("gathered");
    actor.list("/api/v1/notices").await
}

/// The kinds of what is told of a ticket, newest first.
async fn kinds(world: &World, actor: &Actor, ticket: Uuid) -> Vec<String> {
    let rows = told(world, actor).await;
    let of_ticket = rows.iter().filter(|row| row["ticket"]["id"] == json!(ticket));
    of_ticket.filter_map(|row| row["kind"].as_str()).map(str::to_owned).collect()
}

async fn counts(actor: &Actor) -> Value {
    actor.http.get("/api/v1/notices/counts").await.expect(200).json()
}

fn morning(text: &str) -> DateTime<Utc> {
    text.parse::<DateTime<chrono::FixedOffset>>().expect("an instant").to_utc()
}

stories! {
    async fn each_duty_is_told_what_is_its_own_and_each_event_once(world: World) {
        let inspector = world.inspector().await;
        let id = found(&world, &inspector, &["BUS-01"], 2_100).await[0];
        issue(&world, id, 0).await;
        let (officer, deputy) = (world.township(0, Role::DeskOfficer).await, world.township(0, Role::DeputyLeader).await);
        let (office, other) = (world.office().await, world.township(1, Role::DeskOfficer).await);
        assert_eq!(kinds(&world, &officer, id).await, ["issued"]);
        assert_eq!(kinds(&world, &officer, id).await, ["issued"], "once, however often the job runs");
        assert_eq!(kinds(&world, &deputy, id).await, ["issued"]);
        assert_eq!(told(&world, &other).await, Vec::<Value>::new(), "another township");
        assert_eq!(told(&world, &inspector).await, Vec::<Value>::new());
        // Accepted, its coming is nothing to do any more; the village still has its work before it.
        let village = world.desk(Role::VillageCadre).await;
        let before = kinds(&world, &village, id).await;
        applied(&officer, "ticket.accept/1", id, json!({ "person_named": "" })).await;
        for desk in [&officer, &deputy] {
            assert_eq!(kinds(&world, desk, id).await, Vec::<String>::new());
        }
        assert_eq!(kinds(&world, &village, id).await, before);
        applied(&office, "ticket.remind/1", id, json!({ "note": "请尽快" })).await;
        assert_eq!(kinds(&world, &officer, id).await, ["reminded"]);
        // Urgent is what the county calls urgent; the badge says so.
        let badge = counts(&officer).await;
        assert_eq!((&badge["unseen"], &badge["urgent"]), (&json!(1), &json!(1)), "{badge}");
        let reminded = &officer.http.get("/api/v1/notices?kind=reminded").await.expect(200).at("/items/0");
        assert_eq!((&reminded["urgent"], &reminded["data"]["note"], &reminded["ticket"]["state"]), (&json!(true), &json!("请尽快"), &json!("in_progress")));
        let (attempt, _) = repaired(&world, id, 2_101).await;
        applied(&deputy, "ticket.submit/1", id, json!({ "attempt_id": attempt, "note": "" })).await;
        assert_eq!(kinds(&world, &office, id).await, ["to_verify"]);
        let verdict = json!({ "attempt_id": attempt, "verdict": "failed", "reason": "not_done", "note": "", "on_site": true, "position": null });
        applied(&office, "ticket.verify/1", id, verdict).await;
        assert_eq!(kinds(&world, &officer, id).await, ["returned"], "what was done before the check is settled");
        let asked = json!({
            "request_id": fresh_id(), "what": "hold", "reason": "等材料", "wanted_day": "2026-12-20", "measure": "围挡", "unit_kind": null, "unit_id": null,
        });
        applied(&world.desk(Role::MainLeader).await, "ticket.ask/1", id, asked).await;
        applied(&deputy, "ticket.mark_hard/1", id, json!({ "hard": true, "ask": "协调供电" })).await;
        assert_eq!(kinds(&world, &office, id).await, ["hard_case", "request_waiting"], "what was checked is settled");
        let leader = world.desk(Role::CountyLeader).await;
        assert_eq!(kinds(&world, &leader, id).await, ["hard_case"]);
        assert_eq!(officer.list("/api/v1/notices?group=office").await, Vec::<Value>::new());
        assert_eq!(officer.list("/api/v1/notices?group=office&kind=issued").await, Vec::<Value>::new());
        assert_eq!(officer.list(&format!("/api/v1/notices?group=mine&ticket_id={id}")).await.len(), 1);
    }

    /// What is at its end calls nobody: not its unit, not its village, not who heard that it was late, not the office.
    async fn what_is_done_or_void_calls_nobody_to_work(world: World) {
        let inspector = world.inspector().await;
        let ids = found(&world, &inspector, &["BUS-01", "BUS-03"], 2_220).await;
        for id in &ids {
            issue(&world, *id, 0).await;
            applied(&world.township(0, Role::DeskOfficer).await, "ticket.accept/1", *id, json!({ "person_named": "" })).await;
        }
        let mut due = inspector.now();
        for id in &ids {
            let at: DateTime<Utc> = ticket(&world.office().await, *id).await["due_at"].as_str().expect("a date").parse().expect("an instant");
            due = due.max(at);
        }
        world.clock.set(due + TimeDelta::days(12) + TimeDelta::hours(10));
        world.server().app().sweep_tickets().await.expect("swept");
        let (office, deputy, leader) = (world.office().await, world.township(0, Role::DeputyLeader).await, world.desk(Role::CountyLeader).await);
        let readers = [world.township(0, Role::DeskOfficer).await, world.desk(Role::MainLeader).await, world.desk(Role::VillageCadre).await];
        for id in &ids {
            applied(&office, "ticket.remind/1", *id, json!({ "note": "" })).await;
            applied(&deputy, "ticket.mark_hard/1", *id, json!({ "hard": true, "ask": "协调供电" })).await;
            let of_deputy = kinds(&world, &deputy, *id).await;
            assert!(of_deputy.contains(&"overdue".to_owned()) && of_deputy.contains(&"reminded".to_owned()), "{of_deputy:?}");
            assert!(kinds(&world, &leader, *id).await.contains(&"hard_case".to_owned()));
        }
        // Put forward: the desk has nothing to do, whoever was told that it is late is still told so.
        let (attempt, _) = repaired(&world, ids[0], 2_221).await;
        applied(&deputy, "ticket.submit/1", ids[0], json!({ "attempt_id": attempt, "note": "" })).await;
        let of_deputy = kinds(&world, &deputy, ids[0]).await;
        assert!(of_deputy.iter().all(|kind| kind == "escalated"), "{of_deputy:?}");
        assert!(kinds(&world, &leader, ids[0]).await.contains(&"escalated".to_owned()));
        let passed = json!({ "attempt_id": attempt, "verdict": "passed", "reason": null, "note": "", "on_site": true, "position": null });
        applied(&office, "ticket.verify/1", ids[0], passed).await;
        for person in [&office, &world.desk_of(Role::Office, 1).await] {
            command(person, "ticket.void/1", ids[1], json!({ "reason": "重复录入" })).await;
        }
        for (id, result) in ids.iter().zip(["passed", "voided"]) {
            for reader in readers.iter().chain([&office, &deputy, &leader]) {
                let told = kinds(&world, reader, *id).await;
                assert!(told.iter().all(|kind| kind == result), "{told:?}");
            }
            assert_eq!(kinds(&world, &deputy, *id).await, [result]);
        }
    }

    /// A version before this one left notices on tickets that had ended: the day's reminders take them away, and no others.
    async fn what_an_older_version_left_on_ended_tickets_goes_with_the_day(world: World) {
        let inspector = world.inspector().await;
        let ids = found(&world, &inspector, &["BUS-01", "BUS-03"], 2_225).await;
        for id in &ids {
            issue(&world, *id, 0).await;
        }
        let officer = world.township(0, Role::DeskOfficer).await;
        assert_eq!(kinds(&world, &officer, ids[0]).await, ["issued"]);
        let number = ticket(&officer, ids[0]).await["number"].as_str().expect("a number").to_owned();
        let ended = format!("UPDATE ticket SET state = 'closed' WHERE number = '{number}'");
        let app = world.server().app().clone();
        app.store
            .write(async |tx| {
                tx.raw().execute_unprepared(&ended).await.expect("ended");
                Ok::<_, lalian::store::Error>(())
            })
            .await
            .expect("written");
        world.clock.set(morning("2026-11-24T08:31:00+08:00"));
        let officer = world.township(0, Role::DeskOfficer).await;
        assert_eq!(kinds(&world, &officer, ids[0]).await, Vec::<String>::new());
        assert_eq!(kinds(&world, &officer, ids[1]).await, ["issued"]);
    }

    async fn marks_are_the_readers_own_and_the_digest_has_one_line_a_kind(world: World) {
        let inspector = world.inspector().await;
        let ids = found(&world, &inspector, &["BUS-01", "BUS-03"], 2_110).await;
        for id in &ids {
            issue(&world, *id, 0).await;
        }
        let (officer, deputy) = (world.township(0, Role::DeskOfficer).await, world.township(0, Role::DeputyLeader).await);
        let rows = told(&world, &officer).await;
        assert_eq!(rows.len(), 2);
        let digest = officer.http.get("/api/v1/notices/digest").await.expect(200).json();
        assert_eq!(digest["lines"].as_array().map(Vec::len), Some(1), "{digest}");
        assert_eq!((&digest["lines"][0]["kind"], &digest["lines"][0]["tickets"], &digest["lines"][0]["unseen"]), (&json!("issued"), &json!(2), &json!(2)));
        assert_eq!((&digest["now"]["to_accept"], &digest["now"]["to_issue"]), (&json!(2), &json!(0)), "{digest}");
        assert_eq!(digest["now"]["due_soon"], json!(officer.list("/api/v1/tickets?due_soon=true").await.len()));
        let first = id_of(&rows[0]["id"]);
        let after = officer.http.post("/api/v1/notices/seen", &json!({ "ids": [first, fresh_id()] })).await.expect(200).json();
        assert_eq!(after["unseen"], 1, "{after}");
        assert_eq!(officer.http.post("/api/v1/notices/seen", &json!({ "ids": [first] })).await.expect(200).at("/unseen"), 1, "a repeat");
        assert_eq!(officer.list("/api/v1/notices?unseen=true").await.len(), 1);
        assert_eq!(officer.list("/api/v1/notices?unseen=false").await[0]["id"], json!(first));
        // What somebody else reads there is unseen by him, and he cannot mark what is not his.
        assert_eq!(counts(&deputy).await["unseen"], 2);
        let stranger = world.township(1, Role::DeskOfficer).await;
        stranger.http.post("/api/v1/notices/seen", &json!({ "ids": [first], "all": true })).await.expect(200);
        assert_eq!(counts(&deputy).await["unseen"], 2);
        let all = json!({ "all": true, "kind": "overdue" });
        assert_eq!(officer.http.post("/api/v1/notices/seen", &all).await.expect(200).at("/unseen"), 1, "another kind");
        assert_eq!(officer.http.post("/api/v1/notices/seen", &json!({ "all": true })).await.expect(200).at("/unseen"), 0);
        assert_eq!(officer.http.post("/api/v1/notices/unseen", &json!({ "ids": [first] })).await.expect(200).at("/unseen"), 1);
    }

    async fn a_hidden_round_is_told_when_it_is_released_and_what_moved_on_is_not_shown(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let round_id = round(&office, "unannounced", "after_look").await;
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let mut visit = site.visit(&inspector, &["BUS-01"]);
        visit.payload["round_id"] = json!(round_id);
        inspector.send(&visit.draft(&inspector, 2_120).seal()).await;
        let hidden = id_of(&tickets_of(&office, &site).await[0]["id"]);
        issue(&world, hidden, 0).await;
        let officer = world.township(0, Role::DeskOfficer).await;
        assert_eq!(told(&world, &officer).await, Vec::<Value>::new(), "nothing of a hidden round");
        let text = |actor: &Actor| { let http = actor.http.clone(); async move { http.get("/api/v1/notices/digest-text").await.expect(200).json() } };
        let before = (text(&officer).await, text(&office).await);
        assert_eq!((&before.0["counts"]["to_accept"], &before.1["counts"]["to_issue"]), (&json!(0), &json!(0)), "no count tells of it: {before:?}");
        release(&office, round_id).await;
        assert_eq!(kinds(&world, &officer, hidden).await, ["issued"]);
        let said = text(&officer).await;
        assert_eq!(said["counts"]["to_accept"], 1, "{said}");
        assert!(said["zh"].as_str().is_some_and(|zh| zh.contains("待签收 1 件")), "{said}");
        // Sent back and agreed: the ticket is another unit's, so its old notices are gone, and the answer comes without it.
        let request = fresh_id();
        let ask = json!({ "request_id": request, "what": "send_back", "reason": "不在辖区", "wanted_day": null, "measure": "", "unit_kind": null, "unit_id": null });
        let deputy = world.township(0, Role::DeputyLeader).await;
        applied(&deputy, "ticket.ask/1", hidden, ask).await;
        let other = world.township_id(1).await;
        let granted = json!({ "request_id": request, "verdict": "approved", "note": "", "day": null, "unit_kind": "township", "unit_id": other, "wrongly_routed": true });
        applied(&office, "ticket.decide/1", hidden, granted).await;
        let rows = told(&world, &officer).await;
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert_eq!((&rows[0]["kind"], &rows[0]["ticket"], &rows[0]["data"]["agreed"]), (&json!("request_decided"), &Value::Null, &json!(true)));
        assert_eq!(kinds(&world, &world.township(1, Role::DeskOfficer).await, hidden).await, ["issued"]);
        // Whoever asks for another unit's text is told that there is none; the office has all.
        let path = format!("/api/v1/notices/digest-text?unit_kind=township&unit_id={other}");
        officer.http.get(&path).await.expect_problem(404, "not_found");
        assert_eq!(office.http.get(&path).await.expect(200).at("/counts/to_accept"), 1);
        office.http.get(&format!("/api/v1/notices/digest-text?unit_kind=county&unit_id={other}")).await.expect_problem(404, "not_found");
    }

    async fn the_clock_reminds_once_on_working_days_and_of_the_monthly_date(world: World) {
        // Monday 23 November; five working days: due Monday 30 at 24:00.
        let inspector = world.inspector().await;
        let id = found(&world, &inspector, &["BUS-01"], 2_130).await[0];
        let unit = world.township_id(0).await;
        let to = json!({ "unit_kind": "township", "unit_id": unit, "severity": null, "is_static": null, "deadline_days": 5, "note": "" });
        applied(&world.office().await, "ticket.issue/1", id, to).await;
        let days = async |at: &str| {
            world.clock.set(morning(at));
            let officer = world.township(0, Role::DeskOfficer).await;
            let rows = told(&world, &officer).await;
            let reminders = rows.into_iter().filter(|row| row["kind"] == "due_soon" || row["kind"] == "monthly_date");
            reminders.map(|row| if row["kind"] == "due_soon" { row["data"]["days"].clone() } else { row["data"]["date"].clone() }).collect::<Vec<_>>()
        };
        assert_eq!(days("2026-11-24T07:59:00+08:00").await, Vec::<Value>::new(), "before the hour");
        assert_eq!(days("2026-11-24T08:01:00+08:00").await, [json!("2026-11-25")], "the 25th is told of on the 24th");
        assert_eq!(days("2026-11-25T09:00:00+08:00").await, [json!(3), json!("2026-11-25")]);
        assert_eq!(days("2026-11-26T09:00:00+08:00").await.len(), 2);
        assert_eq!(days("2026-11-27T09:00:00+08:00").await, [json!(1), json!(3), json!("2026-11-25")], "Friday, for Monday");
        assert_eq!(days("2026-11-28T09:00:00+08:00").await.len(), 3, "not on a Saturday");
        world.server().app().gather_notices().await.expect("again");
        assert_eq!(days("2026-11-28T10:00:00+08:00").await.len(), 3);
        // Then it is overdue, told once beside the sweep.
        world.clock.set(morning("2026-12-01T09:00:00+08:00"));
        world.server().app().sweep_tickets().await.expect("swept");
        let deputy = world.township(0, Role::DeputyLeader).await;
        assert_eq!(kinds(&world, &deputy, id).await, ["overdue", "due_soon", "issued"], "a deputy hears of the last day only");
        // After the county's days everything is forgotten, marks too.
        deputy.http.post("/api/v1/notices/seen", &json!({ "all": true })).await.expect(200);
        world.clock.set(morning("2027-02-05T09:00:00+08:00"));
        let deputy = world.township(0, Role::DeputyLeader).await;
        assert!(!kinds(&world, &deputy, id).await.contains(&"issued".to_owned()));
        assert_eq!(counts(&deputy).await["urgent"], 0);
    }

    async fn due_soon_is_one_thing_for_chips_lists_counts_and_messages(world: World) {
        let (inspector, office, unit) = (world.inspector().await, world.office().await, world.township_id(0).await);
        let ids = found(&world, &inspector, &["BUS-01", "BUS-02", "BUS-03"], 2_180).await;
        // Monday 23 November: one day, three days and twenty days.
        for (id, days) in ids.iter().zip([1, 3, 20]) {
            let to = json!({ "unit_kind": "township", "unit_id": unit, "severity": null, "is_static": null, "deadline_days": days, "note": "" });
            applied(&office, "ticket.issue/1", *id, to).await;
        }
        let soon = async |at: &str, due: &[Uuid]| {
            world.clock.set(morning(at));
            for actor in [world.office().await, world.township(0, Role::DeskOfficer).await] {
                let chips = actor.list("/api/v1/tickets").await;
                let chips: Vec<Value> = chips.iter().filter(|row| row["due_soon"] == true).map(|row| row["id"].clone()).collect();
                let listed = |rows: Vec<Value>| rows.into_iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
                assert_eq!(chips, due.iter().map(|id| json!(id)).collect::<Vec<_>>(), "{at}");
                assert_eq!(listed(actor.list("/api/v1/tickets?due_soon=true").await), chips, "{at}");
                assert_eq!(actor.list("/api/v1/tickets?due_soon=false").await.len(), 3 - due.len(), "{at}");
            }
            let officer = world.township(0, Role::DeskOfficer).await;
            let digest = officer.http.get("/api/v1/notices/digest").await.expect(200);
            assert_eq!(digest.at("/now/due_soon"), due.len(), "{at}");
            let path = format!("/api/v1/notices/digest-text?unit_kind=township&unit_id={unit}");
            assert_eq!(world.office().await.http.get(&path).await.expect(200).at("/counts/due_soon"), due.len(), "{at}");
        };
        // Two working days before the date are many of three: a quarter of them is one, and of one day the last hours.
        soon("2026-11-24T08:00:00+08:00", &[]).await;
        soon("2026-11-24T23:00:00+08:00", &[ids[0]]).await;
        soon("2026-11-26T08:00:00+08:00", &[ids[1]]).await;
    }

    async fn control_that_is_late_is_told_by_duty_and_once(world: World) {
        let inspector = world.inspector().await;
        let ids = found(&world, &inspector, &["BUS-01", "BUS-03"], 2_190).await;
        let to = json!({
            "unit_kind": "township", "unit_id": world.township_id(0).await, "severity": "critical", "is_static": null,
            "deadline_days": 24, "deadline_unit": "urgent_hours", "control_hours": 2, "note": "先围挡",
        });
        for id in &ids {
            applied(&world.office().await, "ticket.issue/1", *id, to.clone()).await;
        }
        let officer = world.township(0, Role::DeskOfficer).await;
        let staged = officer.draft("ticket.stage/1", about(ids[1], &json!({ "stage": "control", "note": "已围挡" })));
        officer.send(&staged.photo("after", None, photo::tiny(2_191)).seal()).await;
        world.clock.advance(TimeDelta::hours(3));
        for _ in 0..2 {
            world.server().app().sweep_tickets().await.expect("swept");
        }
        let late = async |actor: &Actor, id: Uuid| kinds(&world, actor, id).await.iter().filter(|kind| *kind == "control_overdue").count();
        let readers = [world.township(0, Role::DeskOfficer).await, world.township(0, Role::DeputyLeader).await, world.office().await];
        for reader in &readers {
            assert_eq!([late(reader, ids[0]).await, late(reader, ids[0]).await, late(reader, ids[1]).await], [1, 1, 0], "once, and not of what is under control");
            let row = reader.http.get("/api/v1/notices?kind=control_overdue").await.expect(200).at("/items/0");
            assert_eq!((&row["urgent"], row["data"]["due_at"].is_string()), (&json!(true), true), "{row}");
        }
        for quiet in [world.desk(Role::MainLeader).await, world.township(1, Role::DeskOfficer).await, world.inspector().await] {
            assert_eq!(late(&quiet, ids[0]).await, 0);
        }
        // Reported at last, nobody is called to it any more.
        let officer = &readers[0];
        let staged = officer.draft("ticket.stage/1", about(ids[0], &json!({ "stage": "control", "note": "已围挡" })));
        officer.send(&staged.photo("after", None, photo::tiny(2_192)).seal()).await;
        for reader in &readers {
            assert_eq!(late(reader, ids[0]).await, 0);
        }
    }

    async fn what_waits_for_the_office_and_what_climbs_reaches_whom_it_should(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 2_200).await;
        let (office, deputy, main) = (world.office().await, world.township(0, Role::DeputyLeader).await, world.desk(Role::MainLeader).await);
        let (officer, leader, village) = (world.township(0, Role::DeskOfficer).await, world.desk(Role::CountyLeader).await, world.desk(Role::VillageCadre).await);
        let ask = |what: &str, day: &str| json!({
            "request_id": fresh_id(), "what": what, "reason": "等材料", "wanted_day": day, "measure": "围挡", "unit_kind": null, "unit_id": null,
        });
        applied(&deputy, "ticket.ask/1", id, ask("extension", "2026-12-20")).await;
        applied(&main, "ticket.ask/1", id, ask("hold", "2026-12-20")).await;
        applied(&deputy, "ticket.mark_hard/1", id, json!({ "hard": true, "ask": "协调供电" })).await;
        told(&world, &office).await;
        let waiting = office.list("/api/v1/notices?kind=request_waiting").await;
        assert_eq!(waiting.iter().map(|row| &row["data"]["what"]).collect::<Vec<_>>(), ["hold", "extension"], "each of its own: {waiting:?}");
        // A hard case is the office's and the county leader's; requests are decided by the office alone.
        assert_eq!(kinds(&world, &leader, id).await, ["hard_case"]);
        assert_eq!(kinds(&world, &office, id).await, ["hard_case", "request_waiting", "request_waiting"]);
        for own in [&officer, &deputy] {
            assert_eq!(kinds(&world, own, id).await, Vec::<String>::new(), "what they asked is the office's turn");
        }
        assert_eq!(kinds(&world, &main, id).await, Vec::<String>::new(), "the main leader hears of what climbs and of answers");
        applied(&office, "ticket.decide/1", id, json!({ "request_id": waiting[1]["data"]["request_id"], "verdict": "denied", "note": "请按期完成" })).await;
        assert_eq!(kinds(&world, &office, id).await, ["hard_case", "request_waiting"], "what was answered waits no more");
        for asker in [&officer, &deputy, &main] {
            assert_eq!(kinds(&world, asker, id).await[0], "request_decided");
        }
        assert!(!kinds(&world, &village, id).await.contains(&"request_decided".to_owned()));
        // Step by step upwards: desks on the first day, the main leader after three, the county's leader after six working days.
        let escalated = async |actor: &Actor| kinds(&world, actor, id).await.iter().filter(|kind| *kind == "escalated").count();
        let due: DateTime<Utc> = ticket(&office, id).await["due_at"].as_str().expect("a date").parse().expect("an instant");
        for (days, steps) in [(1, [0, 0]), (6, [1, 0]), (12, [1, 1])] {
            world.clock.set(due + TimeDelta::days(days) + TimeDelta::hours(10));
            world.server().app().sweep_tickets().await.expect("swept");
            let (main, leader) = (world.desk(Role::MainLeader).await, world.desk(Role::CountyLeader).await);
            assert_eq!([escalated(&main).await, escalated(&leader).await], steps, "{days} days after");
            assert_eq!(escalated(&world.desk(Role::VillageCadre).await).await, 0);
        }
    }

    /// R53: a department supervises what its items say; it hears that a ticket of its kind is overdue, once, and nothing else of it.
    async fn a_department_hears_what_is_overdue_of_its_own_kind(world: World) {
        let (office, department) = (world.office().await, world.desk(Role::Department).await);
        let ids = found(&world, &world.inspector().await, &["BUS-01", "BUS-02", "BUS-04"], 2_230).await;
        // Two of its kind, one that it repairs itself, and one of another department's.
        for (id, unit) in ids.iter().zip([world.township_id(0).await, department.unit(), world.township_id(0).await]) {
            let kind = if unit == department.unit() { "department" } else { "township" };
            let to = json!({ "unit_kind": kind, "unit_id": unit, "severity": null, "is_static": null, "deadline_days": 3, "note": "" });
            applied(&office, "ticket.issue/1", *id, to).await;
        }
        assert_eq!(kinds(&world, &department, ids[0]).await, Vec::<String>::new());
        world.clock.advance(TimeDelta::days(7));
        world.server().app().sweep_tickets().await.expect("swept");
        let (department, officer) = (world.desk(Role::Department).await, world.township(0, Role::DeskOfficer).await);
        let overdue = async |actor: &Actor, id: Uuid| kinds(&world, actor, id).await.iter().filter(|kind| *kind == "overdue").count();
        for (id, heard) in ids.iter().zip([(1, 1), (1, 0), (0, 1)]) {
            assert_eq!((overdue(&department, *id).await, overdue(&officer, *id).await), heard, "{id}");
        }
    }

    /// What somebody has to act on stands in the inbox without anybody waiting for the job of every minute.
    async fn what_just_happened_is_told_right_away(world: World) {
        let id = found(&world, &world.inspector().await, &["BUS-01"], 2_240).await[0];
        issue(&world, id, 0).await;
        let officer = world.township(0, Role::DeskOfficer).await;
        let inbox = async |actor: &Actor| {
            let rows = actor.list("/api/v1/notices").await;
            let of_ticket = rows.iter().filter(|row| row["ticket"]["id"] == json!(id));
            of_ticket.filter_map(|row| row["kind"].as_str()).map(str::to_owned).collect::<Vec<_>>()
        };
        // The clock of this county stands still: no schedule comes by again, whatever time passes here.
        let becomes = async |actor: &Actor, kinds: Vec<&str>| {
            let mut looks = 0;
            while inbox(actor).await != kinds {
                looks += 1;
                assert!(looks < 1_000, "{kinds:?} were never told");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        };
        becomes(&officer, vec!["issued"]).await;
        applied(&officer, "ticket.accept/1", id, json!({ "person_named": "" })).await;
        becomes(&officer, vec![]).await;
        let (attempt, _) = repaired(&world, id, 2_241).await;
        let (deputy, office) = (world.township(0, Role::DeputyLeader).await, world.office().await);
        applied(&deputy, "ticket.submit/1", id, json!({ "attempt_id": attempt, "note": "" })).await;
        becomes(&office, vec!["to_verify"]).await;
        let failed = json!({ "attempt_id": attempt, "verdict": "failed", "reason": "partial", "note": "", "on_site": true, "position": null });
        applied(&office, "ticket.verify/1", id, failed).await;
        becomes(&officer, vec!["returned"]).await;
    }

    async fn a_restart_and_two_jobs_at_once_tell_nothing_twice(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 2_140).await;
        let office = world.office().await;
        for _ in 0..5 {
            command(&office, "ticket.remind/1", id, json!({ "note": "" })).await;
        }
        let app = world.server().app();
        let runs = futures_util::future::join_all((0..4).map(|_| app.gather_notices())).await;
        assert!(runs.into_iter().all(|run| run.is_ok()));
        let officer = world.township(0, Role::DeskOfficer).await;
        let of_ticket = kinds(&world, &officer, id).await;
        assert_eq!(of_ticket.iter().filter(|kind| *kind == "reminded").count(), 5, "{of_ticket:?}");
        assert_eq!(of_ticket.len(), 5);
        // Its bodies are bounded, and what nobody may is told plainly.
        officer.http.post("/api/v1/notices/preview", &json!({ "template": "{unit}" })).await.expect_problem(403, "forbidden");
        let office_post = office.http.post("/api/v1/notices/preview", &json!({ "template": "{unit}：{name}" })).await;
        office_post.expect_problem(422, "invalid_field");
        let said = office.http.post("/api/v1/notices/preview", &json!({ "template": "{unit} {to_accept}/{overdue}", "unit_kind": "township", "unit_id": world.township_id(0).await })).await;
        assert!(said.expect(200).text("/text").ends_with(" 0/0"));
    }
}
