//! Accounts as units keep them: a township its villages' cadres and nobody else, slips for many, changed numbers, passwords that others
//! could guess, units that cannot work yet.

use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::actor::{Actor, Login};
use lalian_tests::http::{Answer, Http, send};
use lalian_tests::phone::fresh_id;
use lalian_tests::stories;
use lalian_tests::world::World;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashSet;
use uuid::Uuid;

const PASSWORD: &str = "后山那片野李子林里的石头";

async fn write(actor: &Actor, path: &str, body: &Value) -> Answer {
    write_as(actor, Method::POST, path, body, fresh_id()).await
}

async fn write_as(actor: &Actor, method: Method, path: &str, body: &Value, key: Uuid) -> Answer {
    send(actor.http.request(method, path).header("idempotency-key", key.to_string()).json(body)).await
}

fn id(value: &Value) -> Uuid {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no id: {value}"))
}

/// The villages of a township, by code.
async fn villages(world: &World, township: usize) -> Vec<Uuid> {
    let of = world.township_id(township).await;
    let rows = world.office().await.list(&format!("/api/v1/divisions?kind=village&parent_id={of}")).await;
    rows.iter().map(|row| id(&row["id"])).collect()
}

fn cadre(login: &str, village: Uuid) -> Value {
    json!({ "login": login, "name": "王秀英", "posts": [{ "role": "village_cadre", "unit_id": village }] })
}

async fn made(actor: &Actor, login: &str, village: Uuid) -> Value {
    write(actor, "/api/v1/people", &cadre(login, village)).await.expect(201).json()
}

async fn try_login(http: &Http, login: &str, password: &str) -> Answer {
    http.post("/api/v1/session", &json!({ "login": login, "password": password })).await
}

/// Signs in with a code and chooses a password, as a phone does.
async fn begins(world: &World, login: &str, code: &str) -> Actor {
    let answer = try_login(&world.http(), login, code).await.expect(200);
    let http = world.http().with("authorization", &format!("Bearer {}", answer.text("/access_token")));
    http.post("/api/v1/session/password", &json!({ "new_password": PASSWORD })).await.expect(204);
    Actor::at_desk(&world.http(), &Login { login: login.to_owned(), password: PASSWORD.to_owned() }).await
}

async fn code_of(actor: &Actor, person: &Value) -> Answer {
    let path = format!("/api/v1/people/{}/code", person["id"].as_str().expect("an id"));
    actor.http.post(&path, &json!({})).await
}

async fn slips(actor: &Actor, people: &[&Value]) -> Answer {
    let ids: Vec<&Value> = people.iter().map(|person| &person["id"]).collect();
    actor.http.post("/api/v1/people/codes", &json!({ "person_ids": ids })).await
}

stories! {
    async fn a_township_keeps_the_cadres_of_its_own_villages_and_nobody_else(world: World) {
        let (own, others) = (villages(&world, 0).await, villages(&world, 1).await);
        let (officer, deputy) = (world.township(0, Role::DeskOfficer).await, world.township(0, Role::DeputyLeader).await);
        let stranger = world.township(1, Role::DeskOfficer).await;

        let key = fresh_id();
        let first = write_as(&officer, Method::POST, "/api/v1/people", &cadre("cadre-1", own[0]), key).await.expect(201).json();
        let again = write_as(&officer, Method::POST, "/api/v1/people", &cadre("cadre-1", own[0]), key).await.expect(201).json();
        assert_eq!(first["id"], again["id"], "the same request makes one person");
        assert_eq!((&first["in_hand"], &first["posts"][0]["unit_id"]), (&json!(true), &json!(own[0])));
        write_as(&officer, Method::POST, "/api/v1/people", &cadre("cadre-2", own[1]), key).await.expect_problem(409, "id_reused");

        let refused = [
            ("/posts/0/unit_id", json!([{ "role": "village_cadre", "unit_id": others[0] }])),
            ("/posts/0/role", json!([{ "role": "deputy_leader", "unit_id": officer.unit() }])),
            ("/posts/0/role", json!([{ "role": "desk_officer", "unit_id": officer.unit() }])),
            ("/posts/0/role", json!([{ "role": "platform_admin" }])),
            ("/posts/0/unit_id", json!([{ "role": "village_cadre", "unit_id": officer.unit() }])),
            ("/posts/1/role", json!([{ "role": "village_cadre", "unit_id": own[0] }, { "role": "office", "unit_id": world.office().await.unit() }])),
            ("/posts", json!([])),
        ];
        for (field, posts) in refused {
            let body = json!({ "login": "cadre-3", "name": "李", "posts": posts });
            let answer = write(&officer, "/api/v1/people", &body).await.expect_problem(422, "invalid_field");
            assert_eq!(answer.at("/errors/0/field"), field, "{answer}");
        }

        let listed = officer.list("/api/v1/people").await;
        assert!(listed.iter().any(|one| one["id"] == first["id"]), "{listed:?}");
        for post in listed.iter().flat_map(|one| one["posts"].as_array().expect("posts")) {
            assert_eq!((&post["role"], &post["township_id"]), (&json!("village_cadre"), &json!(officer.unit())), "{post}");
        }
        assert!(!stranger.list("/api/v1/people").await.iter().any(|one| one["id"] == first["id"]));

        // One's own superior, a colleague, somebody of another township: they are not there.
        let inspector = world.desk(Role::Inspector).await;
        for (who, person, post) in [
            (&officer, deputy.person(), deputy.post()), (&deputy, officer.person(), officer.post()), (&officer, inspector.person(), inspector.post()),
            (&stranger, id(&first["id"]), id(&first["posts"][0]["id"])), (&officer, officer.person(), officer.post()),
        ] {
            let path = format!("/api/v1/people/{person}");
            who.http.get(&path).await.expect_problem(404, "not_found");
            who.http.post(&format!("{path}/code"), &json!({})).await.expect_problem(404, "not_found");
            who.http.post("/api/v1/people/codes", &json!({ "person_ids": [first["id"], person] })).await.expect_problem(404, "not_found");
            write(who, &format!("{path}/posts"), &json!({ "role": "village_cadre", "unit_id": own[0] })).await.expect_problem(404, "not_found");
            let edit = json!({ "version": 1, "login": "taken-over", "name": "x" });
            write_as(who, Method::PUT, &path, &edit, fresh_id()).await.expect_problem(404, "not_found");
            who.http.post(&format!("{path}/suspend"), &json!({ "reason": "x" })).await.expect_problem(403, "forbidden");
            let path = format!("/api/v1/posts/{post}");
            who.http.get(&format!("{path}/work")).await.expect_problem(404, "not_found");
            write(who, &format!("{path}/end"), &json!({})).await.expect_problem(404, "not_found");
            let to = json!({ "successor_person_id": first["id"], "reason": "" });
            write(who, &format!("{path}/hand-over"), &to).await.expect_problem(404, "not_found");
        }
        for role in [Role::MainLeader, Role::VillageCadre, Role::Department, Role::CountyLeader] {
            world.desk(role).await.http.get("/api/v1/people").await.expect_problem(403, "forbidden");
        }

        // Ended twice is ended once; begun again it is another post.
        let end = format!("/api/v1/posts/{}/end", first["posts"][0]["id"].as_str().expect("an id"));
        let ended = write(&deputy, &end, &json!({ "reason": "换届" })).await.expect(200);
        world.clock.advance(TimeDelta::minutes(1));
        let twice = write(&deputy, &end, &json!({})).await.expect(200);
        assert_eq!(ended.at("/valid_to"), twice.at("/valid_to"));
        let posts = format!("/api/v1/people/{}/posts", id(&first["id"]));
        let more = json!({ "role": "village_cadre", "unit_id": own[1] });
        write(&deputy, &posts, &json!({ "role": "village_cadre", "unit_id": others[0] })).await.expect_problem(422, "invalid_field");
        write(&deputy, &posts, &more).await.expect(201);
    }

    async fn a_township_hands_a_village_s_post_over_among_its_own(world: World) {
        let (own, others) = (villages(&world, 0).await, villages(&world, 1).await);
        let (officer, office) = (world.township(0, Role::DeskOfficer).await, world.office().await);
        let (leaving, coming) = (made(&officer, "leaving", own[0]).await, made(&officer, "coming", own[1]).await);
        let foreign = made(&office, "foreign", others[0]).await;
        let post = id(&leaving["posts"][0]["id"]);
        let work = officer.http.get(&format!("/api/v1/posts/{post}/work")).await.expect(200).at("/successors");
        let successors = work.as_array().expect("successors");
        assert!(successors.iter().any(|one| one["person_id"] == coming["id"]) && successors.iter().all(|one| one["role"] == "village_cadre"), "{work}");
        let path = format!("/api/v1/posts/{post}/hand-over");
        for wrong in [&foreign["id"], &json!(officer.person()), &leaving["id"]] {
            let answer = write(&officer, &path, &json!({ "successor_person_id": wrong })).await.expect_problem(422, "invalid_field");
            assert_eq!(answer.at("/errors/0/field"), "/successor_person_id");
        }
        let done = write(&officer, &path, &json!({ "successor_person_id": coming["id"], "reason": "换届" })).await.expect(200);
        assert_eq!((done.at("/ended/valid_now"), done.at("/successor/unit_id")), (json!(false), json!(own[0])), "{done}");
        write(&officer, &path, &json!({ "successor_person_id": coming["id"] })).await.expect_problem(409, "wrong_state");
    }

    async fn who_holds_more_than_a_village_s_post_is_the_county_s(world: World) {
        let own = villages(&world, 0).await;
        let (officer, office) = (world.township(0, Role::DeskOfficer).await, world.office().await);
        let person = made(&officer, "rising", own[0]).await;
        let code = code_of(&officer, &person).await.expect(200).text("/code");
        let posts = format!("/api/v1/people/{}/posts", id(&person["id"]));
        write(&office, &posts, &json!({ "role": "inspector", "unit_id": office.unit() })).await.expect(201);
        // The township's code opens no more than the township could give.
        try_login(&world.http(), "rising", &code).await.expect_problem(410, "code_used");
        let seen = officer.http.get(&format!("/api/v1/people/{}", id(&person["id"]))).await.expect(200);
        assert_eq!(seen.at("/in_hand"), false);
        assert_eq!(seen.at("/posts").as_array().map(Vec::len), Some(1), "what somebody does elsewhere stays there: {seen}");
        code_of(&officer, &person).await.expect_problem(403, "forbidden");
        let left = slips(&officer, &[&person]).await.expect(200);
        assert_eq!((left.at("/items"), left.at("/left_out/0/person_id")), (json!([]), person["id"].clone()), "{left}");
        assert!(left.text("/left_out/0/zh").contains("县办公室"), "{left}");
        let edit = json!({ "version": person["version"], "login": "mine-now", "name": "x" });
        write_as(&officer, Method::PUT, &format!("/api/v1/people/{}", id(&person["id"])), &edit, fresh_id()).await.expect_problem(403, "forbidden");
        let code = code_of(&office, &person).await.expect(200).text("/code");
        try_login(&world.http(), "rising", &code).await.expect(200);
        // The village's post itself is still the township's to end.
        write(&officer, &format!("/api/v1/posts/{}/end", id(&person["posts"][0]["id"])), &json!({})).await.expect(200);
    }

    async fn an_office_s_code_opens_no_account_that_became_the_platform_s(world: World) {
        let (office, admin) = (world.office().await, world.desk(Role::PlatformAdmin).await);
        let body = json!({ "login": "rising-far", "name": "新人", "posts": [{ "role": "inspector", "unit_id": office.unit() }] });
        let person = write(&office, "/api/v1/people", &body).await.expect(201).json();
        let code = code_of(&office, &person).await.expect(200).text("/code");
        let posts = format!("/api/v1/people/{}/posts", id(&person["id"]));
        write(&admin, &posts, &json!({ "role": "platform_admin", "unit_id": null })).await.expect(201);
        try_login(&world.http(), "rising-far", &code).await.expect_problem(410, "code_used");
        let code = code_of(&admin, &person).await.expect(200).text("/code");
        try_login(&world.http(), "rising-far", &code).await.expect(200);
    }

    async fn slips_for_many_open_each_account_once_and_for_fourteen_days(world: World) {
        let own = villages(&world, 0).await;
        let officer = world.township(0, Role::DeskOfficer).await;
        let mut people = Vec::new();
        for (nth, village) in own.iter().take(3).enumerate() {
            people.push(made(&officer, &format!("cadre-{nth}"), *village).await);
        }
        let [a, b, c] = people.as_slice() else { panic!("three villages") };
        let first = slips(&officer, &[c, a, a, b]).await.expect(200);
        let order: Vec<Value> = first.at("/items").as_array().expect("items").iter().map(|slip| slip["login"].clone()).collect();
        assert_eq!(order, ["cadre-2", "cadre-0", "cadre-1"], "{first}");
        assert_eq!((first.at("/items/0/role"), first.at("/items/0/unit_name").is_string(), first.at("/items/0/township_name").is_string()), (json!("village_cadre"), true, true));
        // All or none: somebody who is not there ends nothing.
        let stranger = json!({ "id": fresh_id() });
        slips(&officer, &[a, &stranger]).await.expect_problem(404, "not_found");
        for people in [vec![], vec![a; 201]] {
            let answer = slips(&officer, &people).await.expect_problem(422, "invalid_field");
            assert_eq!(answer.at("/errors/0/field"), "/person_ids");
        }
        begins(&world, "cadre-2", &first.text("/items/0/code")).await;
        try_login(&world.http(), "cadre-2", &first.text("/items/0/code")).await.expect_problem(410, "code_used");
        // Printed again, the first slips end.
        let second = slips(&officer, &[a, b]).await.expect(200);
        try_login(&world.http(), "cadre-0", &first.text("/items/1/code")).await.expect_problem(401, "bad_credentials");
        world.clock.advance(TimeDelta::days(14) - TimeDelta::minutes(1));
        try_login(&world.http(), "cadre-0", &second.text("/items/0/code")).await.expect(200);
        world.clock.advance(TimeDelta::minutes(1));
        try_login(&world.http(), "cadre-1", &second.text("/items/1/code")).await.expect_problem(410, "code_used");
        // Somebody suspended gets none, and is named.
        let office = world.office().await;
        office.http.post(&format!("/api/v1/people/{}/suspend", id(&b["id"])), &json!({ "reason": "停职" })).await.expect(200);
        let left = slips(&office, &[b, a]).await.expect(200);
        assert_eq!((left.at("/items").as_array().map(Vec::len), left.at("/left_out/0/person_id")), (Some(1), b["id"].clone()), "{left}");
    }

    async fn two_who_reset_at_once_leave_one_code(world: World) {
        let own = villages(&world, 0).await;
        let (officer, deputy, office) = (world.township(0, Role::DeskOfficer).await, world.township(0, Role::DeputyLeader).await, world.office().await);
        for turn in 0..3 {
            let login = format!("twice-{turn}");
            let person = made(&officer, &login, own[0]).await;
            let people = [&person];
            let three = tokio::join!(code_of(&officer, &person), code_of(&deputy, &person), slips(&office, &people));
            let codes = [three.0.expect(200).text("/code"), three.1.expect(200).text("/code"), three.2.expect(200).text("/items/0/code")];
            assert_eq!(codes.iter().collect::<HashSet<_>>().len(), 3);
            let mut opened = 0;
            for code in &codes {
                opened += usize::from(try_login(&world.http(), &login, code).await.status == 200);
            }
            assert_eq!(opened, 1, "one code is good, whoever asked last");
        }
    }

    async fn a_changed_phone_number_keeps_person_and_history(world: World) {
        let own = villages(&world, 0).await;
        let officer = world.township(0, Role::DeskOfficer).await;
        let body = json!({ "login": "13900000001", "name": "王秀英", "phone": "139 0000 0001", "posts": [{ "role": "village_cadre", "unit_id": own[0] }] });
        let person = write(&officer, "/api/v1/people", &body).await.expect(201).json();
        let code = code_of(&officer, &person).await.expect(200).text("/code");
        let cadre = begins(&world, "13900000001", &code).await;
        let path = format!("/api/v1/people/{}", id(&person["id"]));
        let edit = |version: i64, login: &str| json!({ "version": version, "login": login, "name": "王秀英", "phone": login });
        let key = fresh_id();
        let now = write_as(&officer, Method::PUT, &path, &edit(1, "13900000002"), key).await.expect(200);
        let again = write_as(&officer, Method::PUT, &path, &edit(1, "13900000002"), key).await.expect(200);
        assert_eq!((now.at("/id"), now.at("/version"), again.at("/version")), (person["id"].clone(), json!(2), json!(2)), "{now}");
        assert_eq!(now.at("/posts/0/id"), person["posts"][0]["id"]);
        let me = cadre.http.get("/api/v1/session").await.expect(200);
        assert_eq!((me.at("/person/id"), me.at("/person/login")), (person["id"].clone(), json!("13900000002")), "still signed in");
        try_login(&world.http(), "13900000001", PASSWORD).await.expect_problem(401, "bad_credentials");
        let signed_in = try_login(&world.http(), "139 0000 0002", PASSWORD).await.expect(200);
        assert_eq!(signed_in.at("/person/id"), person["id"]);
        let found = officer.http.get("/api/v1/people?q=13900000002").await.expect(200);
        assert_eq!(found.at("/items/0/id"), person["id"]);
        assert_eq!(officer.http.get("/api/v1/people?q=13900000001").await.expect(200).at("/items"), json!([]));
        // Over what somebody else changed meanwhile, nothing; a login has one owner.
        write_as(&officer, Method::PUT, &path, &edit(1, "13900000003"), fresh_id()).await.expect_problem(409, "conflict");
        let taken = json!({ "version": 2, "login": officer.login.login, "name": "王秀英", "phone": "13900000002" });
        let taken = write_as(&officer, Method::PUT, &path, &taken, fresh_id()).await.expect_problem(422, "invalid_field");
        assert_eq!(taken.at("/errors/0/field"), "/login");
        let (a, b) = (edit(2, "13900000004"), edit(2, "13900000005"));
        let (one, two) = tokio::join!(
            write_as(&officer, Method::PUT, &path, &a, fresh_id()),
            write_as(&officer, Method::PUT, &path, &b, fresh_id())
        );
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{one} {two}");
    }

    async fn the_office_s_own_accounts_are_reset_by_the_platform_s_administrator(world: World) {
        let (office, admin) = (world.office().await, world.desk(Role::PlatformAdmin).await);
        let second = world.desk_of(Role::Office, 1).await;
        let colleague = json!({ "id": second.person() });
        let refused = code_of(&office, &colleague).await.expect_problem(403, "forbidden");
        assert!(refused.text("/detail").contains("平台管理员"), "{refused}");
        assert_eq!(slips(&office, &[&colleague]).await.expect(200).at("/items"), json!([]));
        code_of(&admin, &colleague).await.expect(200);
        // A colleague who has not begun yet still gets the first code from the office.
        let body = json!({ "login": "new-colleague", "name": "新同事", "posts": [{ "role": "office", "unit_id": office.unit() }] });
        let fresh = write(&office, "/api/v1/people", &body).await.expect(201).json();
        code_of(&office, &fresh).await.expect(200);
    }

    async fn what_others_could_guess_is_no_password(world: World) {
        let own = villages(&world, 0).await;
        let officer = world.township(0, Role::DeskOfficer).await;
        let person = made(&officer, "wang-xiuying", own[0]).await;
        let (county, village) = (person["posts"][0]["county_name"].as_str().expect("a county").to_owned(), person["posts"][0]["village_name"].as_str().expect("a village").to_owned());
        let code = code_of(&officer, &person).await.expect(200).text("/code");
        let signed_in = try_login(&world.http(), "wang-xiuying", &code).await.expect(200);
        let http = world.http().with("authorization", &format!("Bearer {}", signed_in.text("/access_token")));
        for guess in ["password1234", "Woaini 5201314", "1qaz2wsx3edc", "lalian2026!", "19900101199001", "wang-xiuying-1", format!("王秀英{county}{village}123").as_str(), format!("{county}{county}{county}{county}").as_str()] {
            let answer = http.post("/api/v1/session/password", &json!({ "new_password": guess })).await.expect_problem(422, "invalid_field");
            assert_eq!(answer.at("/errors/0/field"), "/new_password", "{guess}");
        }
        http.post("/api/v1/session/password", &json!({ "new_password": format!("{village}河边第三棵槐树") })).await.expect(204);
    }

    async fn units_that_cannot_work_yet_are_named_with_what_they_lack(world: World) {
        let own = villages(&world, 0).await;
        let (officer, office) = (world.township(0, Role::DeskOfficer).await, world.office().await);
        let lacking = async |unit: Uuid| {
            let list = officer.http.get("/api/v1/duties/gaps").await.expect(200).at("/unready");
            let units = list.as_array().expect("units");
            units.iter().find(|one| one["unit_id"] == json!(unit)).map_or(json!([]), |one| one["lacking"].clone())
        };
        let empty = *own.last().expect("a village");
        let person = made(&officer, "beginner", empty).await;
        assert_eq!(lacking(empty).await, json!([{ "kind": "no_password", "role": "village_cadre" }]));
        let waiting = officer.list(&format!("/api/v1/people?unit_id={}&no_password=true", officer.unit())).await;
        assert_eq!(waiting.iter().map(|one| &one["id"]).collect::<Vec<_>>(), [&person["id"]]);
        let code = code_of(&officer, &person).await.expect(200).text("/code");
        begins(&world, "beginner", &code).await;
        assert_eq!(lacking(empty).await, json!([]));
        write(&officer, &format!("/api/v1/posts/{}/end", id(&person["posts"][0]["id"])), &json!({})).await.expect(200);
        assert_eq!(lacking(empty).await, json!([{ "kind": "no_holder", "role": null }]));
        assert_eq!(lacking(officer.unit()).await, json!([]));
        let deputy = world.township(0, Role::DeputyLeader).await;
        write(&office, &format!("/api/v1/posts/{}/end", deputy.post()), &json!({})).await.expect(200);
        assert_eq!(lacking(officer.unit()).await, json!([{ "kind": "no_pair", "role": "deputy_leader" }]));
        let all = office.http.get("/api/v1/duties/gaps").await.expect(200);
        let kinds = all.at("/kinds");
        let sum: u64 = kinds.as_object().expect("kinds").values().filter_map(Value::as_u64).sum();
        assert_eq!(Some(sum), all.at("/units").as_u64(), "{kinds}");
        assert!(all.at("/units").as_u64() > officer.http.get("/api/v1/duties/gaps").await.expect(200).at("/units").as_u64());
    }

    async fn the_platform_s_administrator_gives_a_post_of_a_county(world: World) {
        let admin = world.desk(Role::PlatformAdmin).await;
        let (office, officer) = (world.office().await, world.township(0, Role::DeskOfficer).await);
        let units = async |actor: &Actor, query: &str| actor.list(&format!("/api/v1/units?{query}")).await;
        let county = units(&admin, "kind=county").await.remove(0);
        let within = format!("county_id={}", county["id"].as_str().expect("an id"));
        let missing = admin.http.get("/api/v1/units?kind=township").await.expect_problem(422, "invalid_field");
        assert_eq!(missing.at("/errors/0/field"), "/county_id");
        assert_eq!(units(&admin, &format!("kind=township&county_id={}", fresh_id())).await, Vec::<Value>::new());
        let townships = units(&admin, &format!("kind=township&{within}")).await;
        assert_eq!(townships, units(&office, "kind=township").await);
        assert!(!units(&admin, &format!("kind=department&{within}")).await.is_empty());
        assert_eq!(units(&office, &format!("kind=county&county_id={}", fresh_id())).await, Vec::<Value>::new());
        // A township is offered its own villages and nothing else.
        let own: Vec<Uuid> = units(&officer, "kind=village").await.iter().map(|one| id(&one["id"])).collect();
        assert_eq!(own, villages(&world, 0).await);
        let other = world.township_id(1).await;
        assert_eq!(units(&officer, &format!("kind=village&parent_id={other}")).await, Vec::<Value>::new());
        assert_eq!(units(&officer, "kind=township").await.len(), 1);
        assert_eq!(units(&officer, "kind=department").await, Vec::<Value>::new());

        let post = |role: &str, unit: &Value| json!({ "role": role, "unit_id": unit });
        let body = json!({ "login": "second-office", "name": "新同事", "posts": [post("office", &county["id"])] });
        let made = write(&admin, "/api/v1/people", &body).await.expect(201).json();
        assert_eq!(made["county_id"], county["id"]);
        office.http.get(&format!("/api/v1/people/{}", id(&made["id"]))).await.expect(200);
        code_of(&admin, &made).await.expect(200);
        // What belongs to no county is read by the platform's administrator, and taken along as it stands.
        let about = format!("/api/v1/audit?object_id={}&noun=people", id(&made["id"]));
        assert!(admin.list(&about).await.iter().any(|line| line["action"] == "person.add"));
        assert!(office.list(&about).await.is_empty());
        admin.http.get("/api/v1/lists/audit.xlsx").await.expect(200);
        let elsewhere = json!({ "login": "nowhere", "name": "某人", "county_id": fresh_id(), "posts": [] });
        let refused = write(&admin, "/api/v1/people", &elsewhere).await.expect_problem(422, "invalid_field");
        assert_eq!(refused.at("/errors/0/field"), "/county_id");
    }
}
