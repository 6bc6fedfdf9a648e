//! 提请部门办理: the township's clock stands still, the department's runs; and a department checks on site what it does not repair itself.

use super::day;
use chrono::{DateTime, TimeDelta, Utc};
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::desk::{about, applied, command, flags, found, in_progress, issue, repaired, ticket};
use lalian_tests::phone::fresh_id;
use lalian_tests::photo;
use lalian_tests::stories;
use lalian_tests::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

fn refer(request: Uuid, department: Uuid) -> Value {
    json!({ "request_id": request, "what": "refer", "reason": "站牌归交通部门管", "unit_kind": "department", "unit_id": department })
}

fn agree(request: Uuid, days: u32) -> Value {
    json!({ "request_id": request, "verdict": "approved", "note": "同意", "days": days })
}

async fn referred(world: &World, id: Uuid, department: &Actor, days: u32) -> Uuid {
    let (deputy, office, request) =
        (world.township(0, Role::DeputyLeader).await, world.office().await, fresh_id());
    applied(&deputy, "ticket.ask/1", id, refer(request, department.unit())).await;
    applied(&office, "ticket.decide/1", id, agree(request, days)).await;
    request
}

fn at(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap_or_else(|| panic!("a date: {value}")).parse().expect("an instant")
}

stories! {
    async fn a_department_does_its_part_on_its_own_clock_and_the_townships_runs_on(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 2_100).await;
        let (department, office) = (world.desk(Role::Department).await, world.office().await);
        let (deputy, officer) = (world.township(0, Role::DeputyLeader).await, world.township(0, Role::DeskOfficer).await);
        let due = ticket(&deputy, id).await["due_at"].clone();
        let request = fresh_id();
        officer.operate("ticket.ask/1", about(id, &refer(request, department.unit()))).await.expect_refusal("not_permitted");
        for wrong in [("township", officer.unit()), ("department", fresh_id())] {
            let mut ask = refer(request, wrong.1);
            ask["unit_kind"] = json!(wrong.0);
            deputy.operate("ticket.ask/1", about(id, &ask)).await.expect_refusal("unreadable");
        }
        applied(&deputy, "ticket.ask/1", id, refer(request, department.unit())).await;
        // Without a number of days: as many as the county usually gives, five.
        let bare = json!({ "request_id": request, "verdict": "approved", "note": "" });
        applied(&office, "ticket.decide/1", id, bare).await;
        let row = ticket(&deputy, id).await;
        assert_eq!((&row["state"], &row["referral"]["state"], &row["referral"]["overdue"]), (&json!("on_hold"), &json!("open"), &json!(false)));
        assert_eq!((&row["requests"][0]["state"], &row["requests"][0]["day"]), (&json!("approved"), &json!(day(&world, 7))), "five working days");
        let events = row["events"].as_array().expect("events");
        assert_eq!(events.last().expect("one")["transition"], "referred");

        // The department reads it among what was referred, whoever supervises it; nobody else acts for it.
        let mine = department.list("/api/v1/tickets?relation=referred&referral=open").await;
        assert_eq!(mine.iter().map(|row| &row["id"]).collect::<Vec<_>>(), [&json!(id)]);
        assert_eq!(department.http.get("/api/v1/tickets/counts").await.expect(200).at("/referred"), 1);
        let allowed = ticket(&department, id).await["allowed"].clone();
        assert!(allowed.as_array().expect("a list").contains(&json!("ticket.refer_done/1")), "{allowed}");
        let said = json!({ "request_id": request, "note": "已更换", "reason": "试" });
        deputy.operate("ticket.refer_done/1", about(id, &said)).await.expect_refusal("not_permitted");
        let other = json!({ "request_id": fresh_id(), "note": "" });
        assert_eq!(command(&department, "ticket.refer_done/1", id, other).await.at("/outcome"), "conflict");

        // A week and a half later: its date has passed, the township's has not moved towards it.
        world.clock.advance(TimeDelta::days(11));
        let (department, office, deputy) = (world.desk(Role::Department).await, world.office().await, world.township(0, Role::DeputyLeader).await);
        world.server().app().sweep_tickets().await.expect("swept");
        let row = ticket(&deputy, id).await;
        assert_eq!((&row["state"], &row["overdue"], &row["referral"]["overdue"]), (&json!("on_hold"), &json!(false), &json!(true)));
        assert_eq!(office.list("/api/v1/tickets?referral=overdue").await.len(), 1);
        let figures = office.http.get("/api/v1/figures/referrals").await.expect(200);
        assert_eq!((figures.at("/items/0/open"), figures.at("/items/0/overdue")), (json!(1), json!(1)), "{figures}");
        deputy.http.get("/api/v1/figures/referrals").await.expect_problem(403, "forbidden");
        let sealed = department.draft("ticket.refer_done/1", about(id, &said)).photo("referral", None, photo::tiny(2_101)).seal();
        let (answer, _) = department.send(&sealed).await;
        assert_eq!((answer.at("/outcome"), flags(&answer)), (json!("applied"), Vec::new()), "{answer}");
        let row = ticket(&deputy, id).await;
        assert_eq!((&row["state"], &row["referral"]["state"], &row["referral"]["overdue"]), (&json!("in_progress"), &json!("done"), &json!(true)));
        let event = row["events"].as_array().and_then(|events| events.last()).expect("an event").clone();
        assert_eq!((&event["transition"], &event["data"]["late"]), (&json!("refer_done"), &json!(true)), "{event}");
        assert_eq!((&event["data"]["due_at"], &row["before"].as_array().map(Vec::len)), (&row["due_at"], &Some(1)), "its photo is none of the fault");
        assert!(at(&row["due_at"]) >= at(&due) + TimeDelta::days(11), "the time with the department is not the township's");
        let figures = office.http.get("/api/v1/figures/referrals").await.expect(200);
        assert_eq!((figures.at("/items/0/open"), figures.at("/items/0/done"), figures.at("/items/0/done_late")), (json!(0), json!(1), json!(1)));
        assert_eq!(command(&department, "ticket.refer_done/1", id, said).await.at("/outcome"), "conflict", "it has ended");
    }

    async fn a_department_gives_back_the_office_recalls_and_both_at_once_are_one(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 2_110).await;
        let (department, office) = (world.desk(Role::Department).await, world.office().await);
        let request = referred(&world, id, &department, 3).await;
        department.operate("ticket.refer_return/1", about(id, &json!({ "request_id": request, "reason": " " }))).await.expect_refusal("unreadable");
        applied(&department, "ticket.refer_return/1", id, json!({ "request_id": request, "reason": "不属于我局管养" })).await;
        let row = ticket(&office, id).await;
        assert_eq!((&row["state"], &row["referral"]["state"], &row["referral"]["note"]), (&json!("in_progress"), &json!("returned"), &json!("不属于我局管养")));

        world.clock.advance(TimeDelta::minutes(1));
        let request = referred(&world, id, &department, 3).await;
        let done = department.draft("ticket.refer_done/1", about(id, &json!({ "request_id": request, "note": "" }))).seal();
        let recall = office.draft("ticket.resume/1", about(id, &json!({ "note": "收回" }))).seal();
        let (one, other) = tokio::join!(department.put(&done), office.put(&recall));
        let mut outcomes = [one.text("/outcome"), other.text("/outcome")];
        outcomes.sort();
        assert_eq!(outcomes, ["applied", "conflict"], "{one} {other}");
        let row = ticket(&office, id).await;
        let state = if one.at("/outcome") == "applied" { "done" } else { "recalled" };
        assert_eq!((&row["state"], &row["referral"]["state"]), (&json!("in_progress"), &json!(state)));

        // What ends while it is with the department ends for the department too.
        world.clock.advance(TimeDelta::minutes(1));
        referred(&world, id, &department, 3).await;
        for person in [0, 1] {
            command(&world.desk_of(Role::Office, person).await, "ticket.void/1", id, json!({ "reason": "重复" })).await;
        }
        let row = ticket(&department, id).await;
        assert_eq!((&row["state"], &row["referral"]["state"]), (&json!("void"), &json!("recalled")));
        assert_eq!(department.list("/api/v1/tickets?referral=open").await.len(), 0);
    }

    async fn a_department_checks_on_site_what_others_repaired(world: World) {
        let inspector = world.inspector().await;
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let items = site.checklist["body"]["items"].as_array().expect("items");
        let ours = |code: &&String| items.iter().any(|item| item["code"] == json!(code) && item["department"] == "transport");
        let item = site.ticket_items().iter().find(ours).expect("one").clone();
        let id = found(&world, &inspector, &[&item], 2_120).await[0];
        issue(&world, id, 0).await;
        let officer = world.township(0, Role::DeskOfficer).await;
        applied(&officer, "ticket.accept/1", id, json!({ "person_named": "" })).await;
        let (department, deputy, office) = (world.desk(Role::Department).await, world.township(0, Role::DeputyLeader).await, world.office().await);
        let (attempt, _) = repaired(&world, id, 2_121).await;
        applied(&deputy, "ticket.submit/1", id, json!({ "attempt_id": attempt, "note": "" })).await;
        let verdict = |on_site: bool| json!({ "attempt_id": attempt, "verdict": "passed", "reason": null, "note": "", "on_site": on_site });
        assert_eq!(ticket(&department, id).await["check"], "on_site");
        let answer = command(&department, "ticket.verify/1", id, verdict(false)).await;
        assert_eq!((answer.at("/outcome"), flags(&answer)), (json!("conflict"), vec!["on_site_needed".to_owned()]));
        applied(&department, "ticket.verify/1", id, verdict(true)).await;
        let row = ticket(&office, id).await;
        let event = row["events"].as_array().and_then(|events| events.last()).expect("an event").clone();
        assert_eq!((&row["state"], &event["data"]["on_site"]), (&json!("closed"), &json!(true)));
        assert_eq!(department.list("/api/v1/tickets?relation=supervised").await.len(), 1);
        assert_eq!(department.list("/api/v1/tickets?relation=own").await.len(), 0);
    }
}
