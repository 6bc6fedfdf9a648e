//! Who holds what: holes, substitutes, a post that is handed over, honours and their liaisons.

use super::{day, put_json, write};
use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::desk::{in_progress, repaired, ticket};
use lalian_tests::phone::fresh_id;
use lalian_tests::stories;
use lalian_tests::visit::id_of;
use lalian_tests::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

/// The holes of a unit, as (kind, role).
async fn gaps(actor: &Actor, unit: Uuid) -> Vec<(String, Value)> {
    let list = actor.http.get("/api/v1/duties/gaps").await.expect(200);
    let items = list.at("/items");
    let items = items.as_array().expect("items");
    let of = items.iter().filter(|gap| gap["unit_id"] == json!(unit));
    of.map(|gap| (gap["kind"].as_str().expect("a kind").to_owned(), gap["role"].clone())).collect()
}

async fn honour(office: &Actor, kind: &str, subject: &Value, level: &str, year: i32) -> Value {
    let body = json!({ "subject_kind": kind, "subject_id": subject, "level": level, "title": "文明村镇", "year": year });
    write(office, "/api/v1/honours", &body).await.expect(201).json()
}

stories! {
    async fn a_substitute_acts_in_the_others_place_and_the_history_says_for_whom(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 2_300).await;
        let (attempt, _) = repaired(&world, id, 2_301).await;
        let (deputy, officer) = (world.township(0, Role::DeputyLeader).await, world.township(0, Role::DeskOfficer).await);
        let other = world.township(1, Role::DeskOfficer).await;
        let colleagues = deputy.http.get("/api/v1/duties/colleagues").await.expect(200).at("/items");
        let ids: Vec<Value> = colleagues.as_array().expect("items").iter().map(|one| one["person_id"].clone()).collect();
        assert!(ids.contains(&json!(officer.person())) && !ids.contains(&json!(other.person())), "{colleagues}");
        deputy.http.get(&format!("/api/v1/duties/colleagues?unit_id={}", other.unit())).await.expect_problem(404, "not_found");
        let body = |post: Uuid, person: Uuid| json!({ "post_id": post, "person_id": person, "from_day": day(&world, 0), "to_day": day(&world, 4), "reason": "休假" });
        // Only one's own post, only somebody else of the same unit.
        write(&officer, "/api/v1/substitutes", &body(deputy.post(), officer.person())).await.expect_problem(404, "not_found");
        for (person, field) in [(other.person(), "/person_id"), (deputy.person(), "/person_id"), (fresh_id(), "/person_id")] {
            let answer = write(&deputy, "/api/v1/substitutes", &body(deputy.post(), person)).await.expect_problem(422, "invalid_field");
            assert_eq!(answer.at("/errors/0/field"), field);
        }
        let (a, b) = (body(deputy.post(), officer.person()), body(deputy.post(), officer.person()));
        let (one, two) = tokio::join!(write(&deputy, "/api/v1/substitutes", &a), write(&deputy, "/api/v1/substitutes", &b));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "one at a time: {one} {two}");
        let named = if one.status == 201 { one } else { two };
        let post = id_of(&named.at("/id"));
        assert_eq!((named.at("/for_name"), named.at("/valid_now")), (deputy.me["person"]["name"].clone(), json!(true)));

        let officer = world.township(0, Role::DeskOfficer).await;
        let acting = officer.me["posts"].as_array().expect("posts").iter().find(|held| held["id"] == json!(post)).cloned().expect("the new post");
        assert_eq!((&acting["role"], &acting["acting_for"]), (&json!("deputy_leader"), &deputy.me["person"]["name"]), "{acting}");
        // Who stands in does not pass it on.
        let answer = write(&officer, "/api/v1/substitutes", &body(post, deputy.person())).await.expect_problem(422, "invalid_field");
        assert_eq!(answer.at("/errors/0/field"), "/post_id");
        let http = officer.http.with("lalian-post", &post.to_string());
        let mut draft = officer.draft("ticket.submit/1", json!({ "ticket_id": id, "seen_version": 1, "attempt_id": attempt, "note": "" }));
        draft = draft.with("author", json!({ "person_id": officer.person(), "post_id": post }));
        let answer = lalian_tests::actor::put(&http, &draft.seal()).await.expect(201);
        assert_eq!(answer.at("/outcome"), "applied", "{answer}");
        let row = ticket(&deputy, id).await;
        let event = row["events"].as_array().and_then(|events| events.last()).expect("an event").clone();
        assert_eq!((&event["transition"], &event["acting_for"]), (&json!("T10"), &deputy.me["person"]["name"]), "{event}");

        write(&other, &format!("/api/v1/substitutes/{post}/end"), &json!({ "reason": "" })).await.expect_problem(404, "not_found");
        let ended = write(&deputy, &format!("/api/v1/substitutes/{post}/end"), &json!({ "reason": "提前回来" })).await.expect(200);
        assert_eq!(ended.at("/valid_now"), false);
        assert!(world.township(0, Role::DeskOfficer).await.me["posts"].as_array().expect("posts").iter().all(|held| held["id"] != json!(post)));
    }

    async fn a_post_is_handed_over_with_what_hangs_on_it_and_only_once(world: World) {
        let inspector = world.inspector().await;
        let id = in_progress(&world, &inspector, 2_310).await;
        let office = world.office().await;
        let (deputy, officer, main) = (world.township(0, Role::DeputyLeader).await, world.township(0, Role::DeskOfficer).await, world.desk(Role::MainLeader).await);
        let leave = json!({ "severities": ["critical", "major", "minor"], "from_day": day(&world, 0), "to_day": day(&world, 6), "desk_post_id": officer.post(), "reason": "" });
        write(&deputy, "/api/v1/delegations", &leave).await.expect(201);
        let site = office.list(&format!("/api/v1/sites?township_id={}", officer.unit())).await[0].clone();
        honour(&office, "site", &site["id"], "provincial", 2024).await;
        write(&main, "/api/v1/liaisons", &json!({ "subject_kind": "site", "subject_id": site["id"], "post_id": officer.post() })).await.expect(201);
        write(&officer, "/api/v1/village-links", &json!({ "ticket_id": id })).await.expect(201);
        let work = office.http.get(&format!("/api/v1/posts/{}/work", officer.post())).await.expect(200);
        let kinds: Vec<Value> = work.at("/items").as_array().expect("items").iter().map(|item| item["kind"].clone()).collect();
        assert_eq!(kinds, ["liaison", "delegation", "village_link"], "{work}");
        let path = format!("/api/v1/posts/{}/hand-over", officer.post());
        write(&deputy, &path, &json!({ "successor_person_id": main.person(), "reason": "" })).await.expect_problem(404, "not_found");
        for wrong in [officer.person(), fresh_id()] {
            write(&office, &path, &json!({ "successor_person_id": wrong, "reason": "" })).await.expect_problem(422, "invalid_field");
        }
        let body = json!({ "successor_person_id": main.person(), "reason": "调离" });
        let second = world.desk_of(Role::Office, 1).await;
        let (one, two) = tokio::join!(write(&office, &path, &body), write(&second, &path, &body));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{one} {two}");
        let done = if one.status == 200 { one } else { two };
        let successor = done.at("/successor/id");
        assert_eq!((done.at("/moved").as_array().map(Vec::len), done.at("/ended/valid_now")), (Some(3), json!(false)), "{done}");
        // The former holder may nothing any more; the new one has it all.
        officer.http.get("/api/v1/village-drafts").await.expect_problem(403, "forbidden");
        let honours = office.list("/api/v1/honours?valid=true").await;
        assert_eq!((&honours[0]["liaison"]["post_id"], &honours[0]["liaison"]["post_valid"]), (&successor, &json!(true)), "{honours:?}");
        let leaves = deputy.list("/api/v1/delegations?active=true").await;
        assert_eq!(leaves.iter().map(|one| &one["desk_post_id"]).collect::<Vec<_>>(), [&successor], "{leaves:?}");
        assert_eq!(gaps(&office, officer.unit()).await, [], "nobody is missing");
    }

    async fn a_deputys_leave_to_sign_ends_with_his_post_and_nobody_gives_it_for_the_next_one(world: World) {
        let office = world.office().await;
        let (deputy, officer, main) = (world.township(0, Role::DeputyLeader).await, world.township(0, Role::DeskOfficer).await, world.desk(Role::MainLeader).await);
        let leave = json!({ "severities": ["critical", "major", "minor"], "from_day": day(&world, 0), "to_day": day(&world, 6), "desk_post_id": null, "reason": "" });
        write(&deputy, "/api/v1/delegations", &leave).await.expect(201);
        let work = office.http.get(&format!("/api/v1/posts/{}/work", deputy.post())).await.expect(200);
        assert_eq!((work.at("/items/0/kind"), work.at("/items/0/moves")), (json!("delegation"), json!(false)), "{work}");
        let path = format!("/api/v1/posts/{}/hand-over", deputy.post());
        let done = write(&office, &path, &json!({ "successor_person_id": main.person(), "reason": "调离" })).await.expect(200);
        let rows = officer.list("/api/v1/delegations").await;
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert!(rows[0]["revoked_at"].is_string() && rows[0]["deputy_post_id"] == json!(deputy.post()), "{rows:?}");
        assert!(officer.list("/api/v1/delegations?active=true").await.is_empty());
        // Who follows him is told that it has to be given anew, and the desk that it may not sign until then; once each.
        let told = async |actor: &Actor, post: Uuid| {
            let http = actor.http.with("lalian-post", &post.to_string());
            http.get("/api/v1/notices?kind=leave_ended").await.expect(200).at("/items").as_array().expect("items").clone()
        };
        let successor = id_of(&done.at("/successor/id"));
        for (actor, post) in [(&main, successor), (&officer, officer.post())] {
            let rows = told(actor, post).await;
            assert_eq!((rows.len(), &rows[0]["data"]["deputy_name"], &rows[0]["data"]["to_day"]), (1, &deputy.me["person"]["name"], &json!(day(&world, 6))), "{rows:?}");
        }
        // Nobody else's matter: not the main leader's as such, not another township's.
        assert!(told(&main, main.post()).await.is_empty());
        let other = world.township(1, Role::DeskOfficer).await;
        assert!(told(&other, other.post()).await.is_empty());
        // A post that ends without a successor says the same; what has run out or was never his is not told of.
        let mut second = json!({ "severities": ["minor"], "from_day": day(&world, 0), "to_day": day(&world, 2), "desk_post_id": officer.post(), "reason": "" });
        let acting = main.http.with("lalian-post", &successor.to_string());
        let give = async |body: &Value| acting.with("idempotency-key", &fresh_id().to_string()).post("/api/v1/delegations", body).await.expect(201);
        give(&second).await;
        second["to_day"] = json!(day(&world, 0));
        give(&second).await;
        world.clock.advance(TimeDelta::days(1));
        let (office, officer) = (world.office().await, world.township(0, Role::DeskOfficer).await);
        write(&office, &format!("/api/v1/posts/{successor}/end"), &json!({ "at": null, "reason": "调离" })).await.expect(200);
        assert_eq!(told(&officer, officer.post()).await.len(), 2);
    }

    async fn a_leaders_townships_go_with_his_post_and_those_without_a_leader_show(world: World) {
        let office = world.office().await;
        let (ours, other) = (world.township_id(0).await, world.township_id(1).await);
        let no_leader = ("no_leader".to_owned(), json!("county_leader"));
        assert!(!gaps(&office, other).await.contains(&no_leader), "nobody is in charge by township here");
        let leader = office.http.get("/api/v1/colours/leaders").await.expect(200).text("/items/0/post_id");
        put_json(&office, &format!("/api/v1/colours/leaders/{leader}"), &json!({ "township_ids": [ours] })).await.expect(200);
        assert!(gaps(&office, other).await.contains(&no_leader) && !gaps(&office, ours).await.contains(&no_leader));
        let work = office.http.get(&format!("/api/v1/posts/{leader}/work")).await.expect(200);
        assert_eq!((work.at("/items/0/kind"), work.at("/items/0/moves")), (json!("charge"), json!(true)), "{work}");
        let to = json!({ "successor_person_id": world.desk_of(Role::Office, 1).await.person(), "reason": "分工调整" });
        let done = write(&office, &format!("/api/v1/posts/{leader}/hand-over"), &to).await.expect(200);
        let leaders = office.http.get("/api/v1/colours/leaders").await.expect(200).at("/items");
        let new = leaders.as_array().expect("leaders").iter().find(|one| one["post_id"] == done.at("/successor/id")).expect("he leads now").clone();
        assert_eq!(new["townships"][0]["id"], json!(ours), "{leaders}");
        assert!(!gaps(&office, ours).await.contains(&no_leader));
    }

    async fn holes_show_at_once_and_each_reader_sees_his_own(world: World) {
        let office = world.office().await;
        let (officer, deputy) = (world.township(0, Role::DeskOfficer).await, world.township(0, Role::DeputyLeader).await);
        assert_eq!(gaps(&office, officer.unit()).await, []);
        let second = world.township_id(1).await;
        assert_eq!(gaps(&office, second).await, [("no_holder".to_owned(), json!("main_leader"))]);
        let ours = deputy.http.get("/api/v1/duties/gaps").await.expect(200).at("/items");
        assert!(ours.as_array().expect("items").iter().all(|gap| gap["township_id"] == json!(officer.unit())), "{ours}");
        // The office is told when the last holder leaves, and only then.
        let other = world.township(1, Role::DeskOfficer).await;
        write(&office, &format!("/api/v1/posts/{}/end", other.post()), &json!({ "at": null, "reason": "调离" })).await.expect(200);
        let told = office.list("/api/v1/notices?kind=unit_gap").await;
        assert_eq!((told.len(), &told[0]["data"]["duty"]), (1, &json!("desk_officer")), "{told:?}");

        // Soon: within fourteen days, unless somebody follows in time.
        let end = office.now() + TimeDelta::days(10);
        write(&office, &format!("/api/v1/posts/{}/end", officer.post()), &json!({ "at": end, "reason": "退休" })).await.expect(200);
        assert_eq!(gaps(&deputy, officer.unit()).await, [("ending".to_owned(), json!("desk_officer"))]);
        let follows = json!({ "role": "desk_officer", "unit_id": officer.unit(), "valid_from": end });
        write(&office, &format!("/api/v1/people/{}/posts", deputy.person()), &follows).await.expect(201);
        assert_eq!(gaps(&deputy, officer.unit()).await, []);
        // A suspended person holds nothing.
        write(&office, &format!("/api/v1/people/{}/suspend", deputy.person()), &json!({ "reason": "试" })).await;
        let kinds = gaps(&office, officer.unit()).await;
        assert!(kinds.contains(&("no_holder".to_owned(), json!("deputy_leader"))) && kinds.contains(&("ending".to_owned(), json!("desk_officer"))), "{kinds:?}");
    }

    /// A post that runs out, a person who is suspended, a titled place without anybody: each is told once, as long as it is so.
    async fn holes_that_come_by_themselves_are_told_once_and_go_when_they_are_filled(world: World) {
        let (officer, second) = (world.township(0, Role::DeskOfficer).await, world.township(1, Role::DeputyLeader).await);
        let start: chrono::DateTime<chrono::Utc> = "2026-11-25T01:00:00Z".parse().expect("an instant");
        let told = async |days: i64, kind: &str| {
            world.clock.set(start + TimeDelta::days(days));
            for _ in 0..2 {
                world.server().app().gather_notices().await.expect("gathered");
            }
            let mut rows = Vec::new();
            for reader in [world.office().await, world.township(0, Role::DeputyLeader).await, world.township(1, Role::DeskOfficer).await] {
                let of = reader.list(&format!("/api/v1/notices?kind={kind}")).await;
                rows.push(of.iter().map(|row| row["data"]["duty"].as_str().or(row["data"]["place"].as_str()).expect("what is missing").to_owned()).collect::<Vec<_>>());
            }
            rows
        };
        let none = vec![Vec::<String>::new(); 3];
        // The first township has nobody missing, the second never had a main leader: that belongs to setting up.
        assert_eq!(told(0, "unit_gap").await, none);
        let end = start + TimeDelta::hours(30);
        write(&world.office().await, &format!("/api/v1/posts/{}/end", officer.post()), &json!({ "at": end, "reason": "退休" })).await.expect(200);
        assert_eq!(told(1, "unit_gap").await, none, "not before its day");
        let both = vec![vec!["desk_officer".to_owned()], vec!["desk_officer".to_owned()], Vec::new()];
        assert_eq!(told(2, "unit_gap").await, both);
        assert_eq!(told(3, "unit_gap").await, both, "once");
        assert_eq!(told(73, "unit_gap").await, both, "as long as it is so, and once");
        let office_now = world.office().await;
        let follows = json!({ "role": "desk_officer", "unit_id": officer.unit(), "valid_from": office_now.now() });
        write(&office_now, &format!("/api/v1/people/{}/posts", officer.person()), &follows).await.expect(201);
        write(&office_now, &format!("/api/v1/people/{}/suspend", second.person()), &json!({ "reason": "试" })).await.expect(200);
        assert_eq!(told(74, "unit_gap").await, [vec!["deputy_leader".to_owned()], Vec::new(), vec!["deputy_leader".to_owned()]]);

        let office_now = world.office().await;
        let site = office_now.list(&format!("/api/v1/sites?township_id={}", officer.unit())).await[0].clone();
        honour(&office_now, "site", &site["id"], "county", 2023).await;
        let place = site["name"].as_str().expect("a name").to_owned();
        let one = [Vec::new(), vec![place.clone()], Vec::new()];
        assert_eq!(told(75, "liaison_gap").await, one);
        assert_eq!(told(76, "liaison_gap").await, one, "once");
        let main = world.desk(Role::MainLeader).await;
        let named = json!({ "subject_kind": "site", "subject_id": site["id"], "post_id": main.post() });
        write(&main, "/api/v1/liaisons", &named).await.expect(201);
        assert_eq!(told(77, "liaison_gap").await, none);
    }

    async fn titles_are_kept_with_their_history_and_a_liaison_for_each_place(world: World) {
        let office = world.office().await;
        let (main, stranger) = (world.desk(Role::MainLeader).await, world.township(1, Role::DeskOfficer).await);
        let site = office.list(&format!("/api/v1/sites?township_id={}", main.unit())).await[0].clone();
        let row = honour(&office, "site", &site["id"], "county", 2023).await;
        let twice = json!({ "subject_kind": "site", "subject_id": site["id"], "level": "county", "title": "重复", "year": 2023 });
        write(&office, "/api/v1/honours", &twice).await.expect_problem(409, "wrong_state");
        write(&main, "/api/v1/honours", &twice).await.expect_problem(403, "forbidden");
        let nowhere = json!({ "subject_kind": "site", "subject_id": fresh_id(), "level": "county", "title": "无", "year": 2023 });
        write(&office, "/api/v1/honours", &nowhere).await.expect_problem(422, "invalid_field");
        let alarms = gaps(&main, main.unit()).await;
        assert_eq!(alarms, [("no_liaison".to_owned(), Value::Null)]);
        let named = |post: Uuid| json!({ "subject_kind": "site", "subject_id": site["id"], "post_id": post });
        write(&stranger, "/api/v1/liaisons", &named(stranger.post())).await.expect_problem(404, "not_found");
        write(&main, "/api/v1/liaisons", &named(stranger.post())).await.expect_problem(422, "invalid_field");
        let officer = world.township(0, Role::DeskOfficer).await;
        let liaison = write(&main, "/api/v1/liaisons", &named(officer.post())).await.expect(201);
        assert_eq!(gaps(&main, main.unit()).await, []);
        write(&office, &format!("/api/v1/posts/{}/end", officer.post()), &json!({ "reason": "调离" })).await.expect(200);
        let kinds: Vec<String> = gaps(&main, main.unit()).await.into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, ["no_holder", "liaison_ended"]);
        let path = format!("/api/v1/liaisons/{}/end", liaison.text("/id"));
        write(&stranger, &path, &json!({ "reason": "" })).await.expect_problem(404, "not_found");
        write(&main, &path, &json!({ "reason": "换人" })).await.expect(200);

        let path = format!("/api/v1/honours/{}", row["id"].as_str().expect("an id"));
        let facts = json!({ "version": 1, "level": "county", "title": "县级文明村", "year": 2023, "valid_until": "2026-12-31" });
        assert_eq!(put_json(&office, &path, &facts).await.expect(200).at("/version"), 2);
        put_json(&office, &path, &facts).await.expect_problem(409, "conflict");
        let file = format!("subject_kind,code,level,title,year,valid_until\nsite,{},county,县级文明村,2023,2026-12-31\nsite,{0},provincial,省级,2025,\n", site["code"].as_str().expect("a code"));
        let import = |csv: &str, dry_run: bool| json!({ "csv": csv, "dry_run": dry_run });
        let seen = write(&office, "/api/v1/honours/import", &import(&file, true)).await.expect(200).json();
        assert_eq!((&seen["added"], &seen["same"], &seen["changed"]), (&json!(1), &json!(1), &json!(0)), "{seen}");
        assert_eq!(office.list("/api/v1/honours").await.len(), 1, "a dry run writes nothing");
        write(&office, "/api/v1/honours/import", &import(&file, false)).await.expect(200);
        let again = write(&office, "/api/v1/honours/import", &import(&file, false)).await.expect(200).json();
        assert_eq!((&again["added"], &again["same"]), (&json!(0), &json!(2)));
        // The same in the words of the Chinese template, with days as a spreadsheet writes them.
        let code = site["code"].as_str().expect("a code");
        let chinese = format!("类别,编码,级别,荣誉名称,年份,有效期到\n点位,{code},县级,县级文明村,2023年,2026/12/31\n点位,{code},省级,省级,2025,\n");
        let again = write(&office, "/api/v1/honours/import", &import(&chinese, false)).await.expect(200).json();
        assert_eq!((&again["added"], &again["changed"], &again["same"]), (&json!(0), &json!(0), &json!(2)), "{again}");
        let wrong = format!("类别,编码,级别,荣誉名称,获评年份\n点位,{code},世界级,某荣誉,去年\n村镇,5199,县级,某荣誉,2024\n");
        let wrong = write(&office, "/api/v1/honours/import", &import(&wrong, false)).await.expect(200).json();
        let named: Vec<_> = wrong["faults"].as_array().expect("faults").iter().map(|fault| (fault["row"].clone(), fault["field"].clone())).collect();
        let expected = [("2", "级别"), ("2", "获评年份"), ("3", "编码")].map(|(row, field)| (json!(row), json!(field)));
        assert_eq!(named, expected, "columns as they stand in the file: {wrong}");
        let broken = write(&office, "/api/v1/honours/import", &import("subject_kind,code,level,title,year\nsite,x,high,,20\n", false)).await.expect(200).json();
        assert_eq!((broken["faults"].as_array().map(|faults| faults.len() >= 2), &broken["added"]), (Some(true), &json!(0)), "{broken}");
        write(&office, &format!("{path}/revoke"), &json!({ "reason": "" })).await.expect_problem(422, "invalid_field");
        assert_eq!(write(&office, &format!("{path}/revoke"), &json!({ "reason": "复查不合格" })).await.expect(200).at("/valid"), false);
        let left = main.list("/api/v1/honours?valid=true").await;
        assert_eq!(left.iter().map(|row| &row["level"]).collect::<Vec<_>>(), [&json!("provincial")]);
        assert_eq!(stranger.list("/api/v1/honours").await.len(), 0, "another township's");
    }
}
