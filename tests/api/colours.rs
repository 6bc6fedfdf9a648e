//! The colour of a township's month from the first proposal to the last word, and levels of tickets: who does what, who hears when.

use chrono::{DateTime, TimeDelta, Utc};
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::desk::{
    about, applied, command, found, in_progress, issue, release, repaired, round, ticket,
};
use lalian_tests::http::{Answer, send};
use lalian_tests::phone::fresh_id;
use lalian_tests::stories;
use lalian_tests::visit::id_of;
use lalian_tests::world::World;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

mod plans;
mod rows;

const NOVEMBER: &str = "2026-11";

async fn post(actor: &Actor, path: &str, body: &Value) -> Answer {
    actor.http.with("idempotency-key", &fresh_id().to_string()).post(&format!("/api/v1{path}"), body).await
}

async fn get(actor: &Actor, path: &str) -> Value {
    actor.http.get(&format!("/api/v1{path}")).await.expect(200).json()
}

/// The row of a township in a list of months.
fn of(list: &Value, township: Uuid) -> Value {
    let items = list["items"].as_array().expect("items");
    let own = items.iter().find(|row| row["township_id"] == json!(township));
    own.unwrap_or_else(|| panic!("no row of {township}: {list}")).clone()
}

fn rule(reasoning: &Value, name: &str) -> Value {
    let rules = reasoning["rules"].as_array().expect("rules");
    rules.iter().find(|rule| rule["rule"] == name).expect("the rule").clone()
}

/// Put forward and found "not done" at the site.
async fn not_done(world: &World, id: Uuid, seed: u64) {
    let (attempt, _) = repaired(world, id, seed).await;
    let deputy = world.township(0, Role::DeputyLeader).await;
    applied(&deputy, "ticket.submit/1", id, json!({ "attempt_id": attempt, "note": "" })).await;
    let failed = json!({
        "attempt_id": attempt, "verdict": "failed", "reason": "not_done", "note": "", "on_site": true, "position": null,
    });
    applied(&world.office().await, "ticket.verify/1", id, failed).await;
}

/// Every row of a proposed month is confirmed as it was proposed.
async fn confirm_all(office: &Actor, list: &Value) {
    for row in list["items"].as_array().expect("items") {
        let body = json!({ "colour": row["proposal"], "reason": "", "version": row["version"] });
        post(office, &format!("/colours/{}/confirm", id_of(&row["id"])), &body).await.expect(200);
    }
}

/// Figures "so far" are of what happened before the moment that they name.
fn minute_later(world: &World) {
    world.clock.advance(TimeDelta::minutes(1));
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse::<DateTime<chrono::FixedOffset>>().expect("an instant").with_timezone(&Utc)
}

stories! {
    async fn a_month_is_proposed_by_the_system_decided_by_people_and_heard_of_when_published(world: World) {
        let inspector = world.inspector().await;
        let mut ids = found(&world, &inspector, &["BUS-01", "BUS-03"], 1_600).await;
        ids.sort_unstable();
        let (id, officer) = (ids[0], world.township(0, Role::DeskOfficer).await);
        for (seed, id) in (1_601..).step_by(2).zip(&ids) {
            issue(&world, *id, 0).await;
            applied(&officer, "ticket.accept/1", *id, json!({ "person_named": "" })).await;
            not_done(&world, *id, seed).await;
        }
        // A second time at the same ticket names no further one.
        not_done(&world, id, 1_610).await;
        minute_later(&world);
        let (ours, month) = (world.township_id(0).await, json!({ "month": NOVEMBER }));
        let office = world.office().await;

        // So far: shown to the office, stored nowhere, heard of by nobody.
        let so_far = get(&office, &format!("/colours/preview?month={NOVEMBER}")).await;
        let mine = of(&so_far, ours);
        assert_eq!((&mine["reasoning"]["colour"], &mine["reasoning"]["facts"]["hollow"]), (&json!("red"), &json!(2)), "{mine}");
        assert_eq!(rule(&mine["reasoning"], "hollow_red")["ticket_ids"], json!(ids));
        assert_eq!(get(&office, "/colours?from=2026-11&to=2026-11").await["items"], json!([]));
        let deputy = world.township(0, Role::DeputyLeader).await;
        deputy.http.get(&format!("/api/v1/colours/preview?month={NOVEMBER}")).await.expect_problem(403, "forbidden");
        post(&office, "/colours/proposals", &month).await.expect_problem(409, "wrong_state");
        post(&office, "/colours/proposals", &json!({ "month": "2026-13" })).await.expect_problem(422, "invalid_field");
        office.http.get("/api/v1/colours/preview?month=2026-12").await.expect_problem(409, "wrong_state");
        office.http.get("/api/v1/colours?from=2020-01&to=2026-11").await.expect_problem(422, "invalid_field");

        // The month is over.
        world.clock.set(at("2026-12-01T10:00:00+08:00"));
        world.server().app().propose_colours().await.expect("proposed");
        assert_eq!(world.server().app().propose_colours().await.expect("proposed"), 0, "once");
        let (office, second) = (world.office().await, world.desk_of(Role::Office, 1).await);
        let list = post(&office, "/colours/proposals", &month).await.expect(200).json();
        let (row, neighbour) = (of(&list, ours), of(&list, world.township_id(1).await));
        let (row_id, path) = (id_of(&row["id"]), format!("/colours/{}", id_of(&row["id"])));
        assert_eq!((&row["proposal"], &row["standing"], &row["published_at"]), (&json!("red"), &json!("red"), &Value::Null));
        assert_eq!(neighbour["proposal"], "green");
        let deputy = world.township(0, Role::DeputyLeader).await;
        let leader = world.desk(Role::CountyLeader).await;
        for quiet in [&deputy, &leader] {
            assert_eq!(get(quiet, "/colours").await["items"], json!([]));
            quiet.http.get(&format!("/api/v1{path}")).await.expect_problem(404, "not_found");
        }
        post(&deputy, &format!("{path}/appeal"), &json!({ "reason": "早" })).await.expect_problem(404, "not_found");

        // One person confirms each, another colour takes a reason, the whole month is published at once.
        post(&office, "/colours/publications", &month).await.expect_problem(409, "wrong_state");
        let other = |colour: &str, reason: &str, version: &Value| json!({ "colour": colour, "reason": reason, "version": version });
        let confirm = format!("{path}/confirm");
        post(&office, &confirm, &other("yellow", " ", &row["version"])).await.expect_problem(422, "invalid_field");
        post(&office, &confirm, &other("red", "", &json!(99))).await.expect_problem(409, "conflict");
        post(&deputy, &confirm, &other("red", "", &row["version"])).await.expect_problem(403, "forbidden");
        post(&office, "/colours/00000000-0000-4000-8000-000000000000/confirm", &other("red", "", &json!(1))).await.expect_problem(404, "not_found");
        let changed = post(&office, &confirm, &other("yellow", "两次为同一处", &row["version"])).await.expect(200);
        post(&office, &confirm, &other("red", "", &changed.at("/version"))).await.expect(200);
        let again = post(&office, "/colours/proposals", &month).await.expect(200).json();
        assert_eq!(of(&again, ours)["colour"], "red", "what a person confirmed stays");
        confirm_all(&office, &json!({ "items": list["items"].as_array().expect("items").iter().filter(|row| row["township_id"] != json!(ours)).map(|row| of(&again, id_of(&row["township_id"]))).collect::<Vec<_>>() })).await;
        // Both townships have one leader in charge; the former list stays on record.
        let leaders = get(&office, "/colours/leaders").await;
        let leader_path = format!("/api/v1/colours/leaders/{}", id_of(&leaders["items"][0]["post_id"]));
        let put = async |ids: Value| send(office.http.with("idempotency-key", &fresh_id().to_string()).request(Method::PUT, &leader_path).json(&json!({ "township_ids": ids }))).await;
        put(json!([fresh_id()])).await.expect_problem(422, "invalid_field");
        put(json!([world.township_id(1).await])).await.expect(200);
        let charge = put(json!([ours])).await.expect(200);
        assert_eq!((charge.at("/townships/0/id"), charge.at("/former/0/id")), (json!(ours), json!(world.township_id(1).await)));
        let published = post(&office, "/colours/publications", &month).await.expect(200).json();
        assert!(published["items"].as_array().expect("items").iter().all(|row| row["published_at"].is_string()));
        post(&office, "/colours/publications", &month).await.expect_problem(409, "wrong_state");
        post(&office, &confirm, &other("green", "晚", &json!(9))).await.expect_problem(409, "wrong_state");

        // Now the township hears of its own, with every reason; and of no other's.
        let own = get(&deputy, "/colours").await;
        assert_eq!(own["items"].as_array().map(Vec::len), Some(1), "{own}");
        let seen = get(&deputy, &path).await;
        assert_eq!((&seen["colour"], &seen["may"], &seen["proposes_talk"]), (&json!("red"), &json!(["appeal"]), &json!(false)));
        assert_eq!(seen["reasoning"], seen["today"], "nothing has changed since");
        deputy.http.get(&format!("/api/v1/colours/{}", id_of(&neighbour["id"]))).await.expect_problem(404, "not_found");
        world.township(1, Role::DeputyLeader).await.http.get(&format!("/api/v1{path}")).await.expect_problem(404, "not_found");
        assert_eq!(get(&leader, "/colours").await["items"].as_array().map(Vec::len), list["items"].as_array().map(Vec::len));
        let copies = get(&leader, "/copies").await;
        assert_eq!((copies["items"].as_array().map(Vec::len), &copies["items"][0]["what"], &copies["items"][0]["object_id"]), (Some(1), &json!("red"), &json!(row_id)), "{copies}");
        assert!(copies["items"][0].get("read_at").is_none());
        assert_eq!(get(&office, &path).await["proposes_talk"], true);

        let told = get(&deputy, "/notices?kind=colour_published").await;
        let said = json!({ "month": NOVEMBER, "colour": "red", "plan_due": seen["plan_due"] });
        assert!(seen["plan_due"].is_string(), "{seen}");
        assert_eq!((told["items"].as_array().map(Vec::len), &told["items"][0]["data"]), (Some(1), &said), "{told}");
        let told = get(&world.township(1, Role::DeputyLeader).await, "/notices?kind=colour_published").await;
        assert_eq!(told["items"][0]["data"], json!({ "month": NOVEMBER, "colour": "green" }), "green asks for nothing");
        assert_eq!(get(&deputy, "/notices?kind=appeal_decided").await["items"], json!([]));

        // Appealed once, decided by somebody who did not confirm it; all of it stays.
        let appeal = format!("{path}/appeal");
        world.township(0, Role::DeskOfficer).await.http.with("idempotency-key", "x").post(&format!("/api/v1{appeal}"), &json!({ "reason": "不同意" })).await.expect_problem(403, "forbidden");
        post(&deputy, &appeal, &json!({ "reason": " " })).await.expect_problem(422, "invalid_field");
        post(&deputy, &appeal, &json!({ "reason": "材料周末才到", "ticket_ids": [id] })).await.expect(201);
        post(&deputy, &appeal, &json!({ "reason": "再说一次" })).await.expect_problem(409, "wrong_state");
        let decision = format!("{appeal}/decision");
        let say = |outcome: &str, colour: Value| json!({ "outcome": outcome, "colour": colour, "note": "核对过" });
        post(&office, &decision, &say("upheld", Value::Null)).await.expect_problem(409, "wrong_state");
        post(&second, &decision, &say("changed", json!("red"))).await.expect_problem(422, "invalid_field");
        post(&second, &decision, &say("changed", Value::Null)).await.expect_problem(422, "invalid_field");
        post(&second, &decision, &say("open", Value::Null)).await.expect_problem(422, "invalid_field");
        post(&second, &decision, &say("changed", json!("yellow"))).await.expect(200);
        post(&second, &decision, &say("upheld", Value::Null)).await.expect_problem(409, "wrong_state");
        let seen = get(&deputy, &path).await;
        assert_eq!((&seen["colour"], &seen["after_appeal"], &seen["standing"], &seen["appeal"]), (&json!("red"), &json!("yellow"), &json!("yellow"), &json!("changed")));
        let answer = get(&deputy, "/notices?kind=appeal_decided").await;
        let said = json!({ "month": NOVEMBER, "colour": "yellow", "changed": true, "plan_due": seen["plan_due"] });
        assert_eq!((answer["items"].as_array().map(Vec::len), &answer["items"][0]["data"]), (Some(1), &said), "once: {answer}");
        post(&deputy, &format!("{path}/plan"), &json!({ "text": "每日查看" })).await.expect_problem(403, "forbidden");
        let main = world.township(0, Role::MainLeader).await;
        post(&main, &format!("{path}/plan"), &json!({ "text": "每日查看" })).await.expect(201);
        world.clock.advance(TimeDelta::seconds(1));
        let planned = post(&main, &format!("{path}/plan"), &json!({ "text": "每日查看，专人负责" })).await.expect(201);
        assert_eq!((planned.at("/plans/0/text"), planned.at("/plans/1/text")), (json!("每日查看，专人负责"), json!("每日查看")));

        // What is found out later never rewrites what was published: both stand side by side.
        for (person, id) in [&office, &second].into_iter().flat_map(|person| ids.iter().map(move |id| (person, *id))) {
            command(person, "ticket.void/1", id, json!({ "reason": "重复录入" })).await;
        }
        let seen = get(&deputy, &path).await;
        assert_eq!((&seen["reasoning"]["colour"], &seen["today"]["colour"]), (&json!("red"), &json!("green")));
        assert_eq!(seen["reasoning"]["facts"]["hollow"], 2);

        // Too late for an appeal; the next month looks back at what stands.
        world.clock.set(at("2026-12-31T10:00:00+08:00"));
        let next = get(&world.office().await, "/colours/preview?month=2026-12").await;
        let mine = of(&next, ours);
        assert_eq!((&mine["reasoning"]["former"], &mine["reasoning"]["colour"]), (&json!("yellow"), &json!("green")), "one step better after a clean month: {mine}");
    }

    async fn proposals_follow_a_former_month_that_is_published_or_changed_after_them(world: World) {
        let (inspector, ours) = (world.inspector().await, world.township_id(0).await);
        let id = in_progress(&world, &inspector, 1_650).await;
        not_done(&world, id, 1_651).await;
        // November and December are proposed, and only then November is decided.
        world.clock.set(at("2027-01-04T10:00:00+08:00"));
        let office = world.office().await;
        let (november, december) = (json!({ "month": NOVEMBER }), json!({ "month": "2026-12" }));
        let former = post(&office, "/colours/proposals", &november).await.expect(200).json();
        let list = post(&office, "/colours/proposals", &december).await.expect(200).json();
        let (stale, neighbour) = (of(&list, ours), of(&list, world.township_id(1).await));
        let path = format!("/colours/{}", id_of(&stale["id"]));
        let reasoning = get(&office, &path).await["reasoning"].clone();
        assert_eq!(reasoning["former"], Value::Null, "{reasoning}");
        // One of December is confirmed before: what a person has decided stays.
        let word = |row: &Value| json!({ "colour": row["proposal"], "reason": "", "version": row["version"] });
        post(&office, &format!("/colours/{}/confirm", id_of(&neighbour["id"])), &word(&neighbour)).await.expect(200);
        confirm_all(&office, &former).await;
        post(&office, "/colours/publications", &november).await.expect(200);

        let seen = get(&office, &path).await;
        assert_eq!((&seen["reasoning"]["former"], seen["version"] == stale["version"]), (&json!("yellow"), false), "{seen}");
        assert_eq!(get(&office, &format!("/colours/{}", id_of(&neighbour["id"]))).await["reasoning"]["former"], Value::Null, "confirmed ones stay");
        post(&office, &format!("{path}/confirm"), &word(&stale)).await.expect_problem(409, "conflict");
        // An appeal changes November once more.
        let (deputy, second) = (world.township(0, Role::DeputyLeader).await, world.desk_of(Role::Office, 1).await);
        let appealed = format!("/colours/{}/appeal", id_of(&of(&former, ours)["id"]));
        post(&deputy, &appealed, &json!({ "reason": "已补办" })).await.expect(201);
        let changed = json!({ "outcome": "changed", "colour": "green", "note": "核对过" });
        post(&second, &format!("{appealed}/decision"), &changed).await.expect(200);
        let seen = get(&office, &path).await;
        assert_eq!(seen["reasoning"]["former"], "green", "{seen}");
        world.server().app().propose_colours().await.expect("proposed");
        assert_eq!(get(&office, &path).await["version"], seen["version"], "what is up to date is left alone");
        post(&office, &format!("{path}/confirm"), &word(&seen)).await.expect(200);
    }

    async fn counters_are_ones_own_beside_the_middle_and_hidden_rounds_count_nowhere(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 1_640).await;
        for _ in 0..2 {
            applied(&world.office().await, "ticket.remind/1", id, json!({ "note": "" })).await;
        }
        minute_later(&world);
        let deputy = world.township(0, Role::DeputyLeader).await;
        let own = get(&deputy, "/figures/counters").await;
        let rows = own["townships"].as_array().expect("townships").clone();
        assert_eq!((rows.len(), &rows[0]["tickets"]), (1, &json!(1)), "{own}");
        let counters = &rows[0]["counters"];
        assert_eq!((&counters["reminders"]["count"], &counters["reissued"]["count"]), (&json!(2), &json!(1)));
        assert_eq!((&counters["reminders"]["ticket_ids"], &counters["slow"]["count"]), (&json!([id]), &json!(0)));
        assert_eq!(own["median"]["reminders"], Value::Null, "of one township with tickets the middle would be its own");
        assert_eq!(get(&deputy, &format!("/tickets?id={id}")).await["items"][0]["id"], json!(id));
        deputy.http.get("/api/v1/tickets?id=x").await.expect_problem(400, "malformed");
        assert!(get(&world.office().await, "/figures/counters").await["townships"].as_array().is_some_and(|rows| rows.len() > 1));
        for role in [Role::Inspector, Role::VillageCadre, Role::Department] {
            world.desk(role).await.http.get("/api/v1/figures/counters").await.expect_problem(403, "forbidden");
        }

        // A hidden round changes no figure until it is shown.
        let office = world.office().await;
        let before = (get(&office, "/figures/counters").await["townships"].clone(), get(&office, &format!("/colours/preview?month={NOVEMBER}")).await["items"].clone());
        let round = round(&office, "unannounced", "after_look").await;
        let site = world.site(&inspector, "public_toilet", 0).await;
        let mut visit = site.visit(&inspector, &[&site.ticket_items()[0]]);
        visit.payload["round_id"] = json!(round);
        inspector.send(&visit.draft(&inspector, 1_641).seal()).await;
        let hidden = id_of(&office.list(&format!("/api/v1/tickets?site_id={}", site.id())).await[0]["id"]);
        issue(&world, hidden, 0).await;
        minute_later(&world);
        let after = (get(&office, "/figures/counters").await["townships"].clone(), get(&office, &format!("/colours/preview?month={NOVEMBER}")).await["items"].clone());
        assert_eq!(strip(before), strip(after), "told to nobody, counted for nobody");
        release(&office, round).await;
        minute_later(&world);
        let shown = get(&world.township(0, Role::DeputyLeader).await, "/figures/counters").await;
        assert_eq!(shown["townships"][0]["tickets"], 2);
    }

    async fn a_list_of_a_level_holds_exactly_what_shows_that_level(world: World) {
        let inspector = world.inspector().await;
        let ids = found(&world, &inspector, &["BUS-01", "BUS-03"], 1_660).await;
        for id in &ids {
            issue(&world, *id, 0).await;
        }
        let officer = world.township(0, Role::DeskOfficer).await;
        applied(&officer, "ticket.accept/1", ids[0], json!({ "person_named": "" })).await;
        applied(&world.office().await, "ticket.remind/1", ids[1], json!({ "note": "" })).await;
        let third = found(&world, &inspector, &["BUS-04"], 1_661).await;
        assert!(third.len() > 2, "one more, pending");
        let mut levels_seen = std::collections::BTreeSet::new();
        for hours in [0, 30, 60, 72, 96, 120, 240, 700] {
            world.clock.set(at("2026-11-23T09:30:00+08:00") + TimeDelta::hours(hours));
            let office = world.office().await;
            let all = office.list("/api/v1/tickets").await;
            for level in 0..=3 {
                let shown: Vec<&Value> = all.iter().filter(|row| row["level"]["level"] == level).map(|row| &row["id"]).collect();
                let listed = office.list(&format!("/api/v1/tickets?level={level}")).await;
                assert_eq!(listed.iter().map(|row| &row["id"]).collect::<Vec<_>>(), shown, "level {level} after {hours} h");
                levels_seen.extend(shown.iter().map(|_| level));
                for row in &listed {
                    let reasons = row["level"]["reasons"].as_array().expect("reasons");
                    assert_eq!(reasons.first().map_or(json!(0), |first| first["level"].clone()), json!(level), "{row}");
                }
            }
            let upper = office.list("/api/v1/tickets?level=2,3").await.len();
            assert_eq!(upper, all.iter().filter(|row| row["level"]["level"].as_i64() > Some(1)).count());
        }
        assert_eq!(levels_seen.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3], "all were there");
        world.office().await.http.get("/api/v1/tickets?level=4").await.expect_problem(400, "malformed");
    }

    async fn talks_are_written_by_people_and_read_by_whom_they_concern(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 1_680).await;
        let (office, ours) = (world.office().await, world.township_id(0).await);
        let talk = |kind: &str, subject: &str| json!({
            "kind": kind, "township_id": ours, "held_on": "2026-11-20", "participants": "分管领导、经办人", "subject": subject,
            "agreed": "一周内改完", "colour_ids": [], "ticket_ids": [id],
        });
        let made = post(&office, "/talks", &talk("talk", "站台整改")).await.expect(201);
        let referred = post(&office, "/talks", &talk("referral", "移交")).await.expect(201);
        let wrong = |field: &str, value: Value| {
            let mut body = talk("talk", "x");
            body[field] = value;
            body
        };
        for (field, value) in [
            ("held_on", json!("2026-11-24")), ("participants", json!(" ")), ("township_id", json!(fresh_id())),
            ("ticket_ids", json!([fresh_id()])), ("colour_ids", json!([fresh_id()])), ("corrects_id", json!(fresh_id())),
        ] {
            post(&office, "/talks", &wrong(field, value)).await.expect_problem(422, "invalid_field");
        }
        let deputy = world.township(0, Role::DeputyLeader).await;
        post(&deputy, "/talks", &talk("talk", "x")).await.expect_problem(403, "forbidden");
        let read = get(&deputy, "/talks").await;
        assert_eq!(read["items"].as_array().map(|items| items.iter().map(|one| one["id"].clone()).collect::<Vec<_>>()), Some(vec![made.at("/id")]), "{read}");
        deputy.http.get(&format!("/api/v1/talks/{}", id_of(&referred.at("/id")))).await.expect_problem(404, "not_found");
        let neighbour = world.township(1, Role::DeputyLeader).await;
        neighbour.http.get(&format!("/api/v1/talks/{}", id_of(&made.at("/id")))).await.expect_problem(404, "not_found");
        assert_eq!(get(&neighbour, "/talks").await["items"], json!([]));
        assert_eq!(get(&world.desk(Role::CountyLeader).await, "/talks").await["items"].as_array().map(Vec::len), Some(2));
        // A correction is a record of its own, once.
        let mut correction = talk("talk", "站台整改（更正日期）");
        correction["corrects_id"] = made.at("/id");
        let corrected = post(&office, "/talks", &correction).await.expect(201);
        post(&office, "/talks", &correction).await.expect_problem(409, "conflict");
        assert_eq!(get(&deputy, &format!("/talks/{}", id_of(&made.at("/id")))).await["corrected_by_id"], corrected.at("/id"));
        // None of this moved the ticket.
        assert_eq!(ticket(&office, id).await["version"], ticket(&deputy, id).await["version"]);
        deputy.operate("ticket.remind/1", about(id, &json!({ "note": "" }))).await.expect_refusal("not_permitted");
    }
}

/// Without the moments, which move on.
fn strip((townships, items): (Value, Value)) -> (Value, Value) {
    let items = items.as_array().into_iter().flatten().cloned().map(|mut item| {
        item["reasoning"]["as_of"] = Value::Null;
        item
    });
    (townships, items.collect())
}
