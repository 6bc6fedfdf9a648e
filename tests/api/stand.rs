//! The demo's stand 演示台: three panes at origins of their own, a walk that is judged by what really happened, and a county
//! that can be put back. None of it exists anywhere else.

use lalian::config::Config;
use lalian::domain::demo::Pane;
use lalian::domain::people::role::Role;
use lalian::http::listen::Entrance;
use lalian::server::Server;
use lalian_tests::actor::Actor;
use lalian_tests::backend::{Backend, Database};
use lalian_tests::desk::{about, applied, ticket, tickets_of};
use lalian_tests::http::{Answer, Http, send};
use lalian_tests::phone::{Phone, fresh_id};
use lalian_tests::photo;
use lalian_tests::stories;
use lalian_tests::visit::{Site, id_of};
use lalian_tests::world::World;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// Lets the world's server open its panes.
async fn open_panes(world: &mut World) {
    world.restart(|config| config.more_entrances = Entrance::panes(config.bind, None)).await;
}

/// A client at a pane, or at the stand itself.
fn at(world: &World, pane: Option<Pane>) -> Http {
    let opened = world.server().opened();
    let found = opened.iter().find(|one| one.pane == pane).expect("it is open");
    Http::new(format!("http://{}", found.addr))
}

async fn post(http: &Http, path: &str) -> Answer {
    send(http.request(Method::POST, path).header("origin", http.base())).await
}

/// Which steps of the walk are done.
async fn done(stand: &Http) -> Vec<String> {
    let walk = stand.get("/api/v1/demo/walk").await.expect(200).at("/walk/steps");
    let steps = walk.as_array().expect("steps").iter().filter(|step| step["done"] == true);
    steps.map(|step| step["step"].as_str().expect("a name").to_owned()).collect()
}

/// Begins a walk and answers the site that was drawn.
async fn draw(stand: &Http, inspector: &Actor) -> Site {
    let walk = post(stand, "/api/v1/demo/walk").await.expect(200).at("/walk");
    let rows = inspector.snapshot().await;
    let find = |noun: &str, id: &Value| {
        let row = rows.iter().find(|row| row["noun"] == noun && row["row"]["id"] == *id);
        row.map(|row| row["row"].clone()).expect("the phone has it")
    };
    Site { row: find("sites", &walk["site"]["id"]), checklist: find("checklists", &walk["checklist_id"]) }
}

/// Items of the site whose fault stays until it is repaired, and that a desk may check by photos.
fn minor_items(site: &Site) -> Vec<String> {
    let items = site.checklist["body"]["items"].as_array().expect("items");
    let wanted = items.iter().filter(|item| {
        item["makes"] == "ticket"
            && item["static"] == true
            && item["severity"] == "minor"
            && item["camera"] != "forbidden"
    });
    wanted.map(|item| item["code"].as_str().expect("a code").to_owned()).collect()
}

async fn visit(inspector: &Actor, site: &Site, fails: &[String], seed: u64) {
    let fails: Vec<&str> = fails.iter().map(String::as_str).collect();
    inspector.send(&site.visit(inspector, &fails).draft(inspector, seed).seal()).await;
}

/// The township takes a ticket up, repairs it and hands it in.
async fn repair(world: &World, ticket: Uuid, seed: u64, accept: bool) -> Uuid {
    let officer = world.township(0, Role::DeskOfficer).await;
    if accept {
        applied(&officer, "ticket.accept/1", ticket, json!({ "person_named": "" })).await;
    }
    let attempt = fresh_id();
    let payload = about(ticket, &json!({ "attempt_id": attempt, "note": "已修复" }));
    let draft = officer.draft("ticket.rectify/1", payload).photo("after", None, photo::tiny(seed));
    officer.send(&draft.seal()).await;
    let deputy = world.township(0, Role::DeputyLeader).await;
    applied(&deputy, "ticket.submit/1", ticket, json!({ "attempt_id": attempt, "note": "" })).await;
    attempt
}

async fn check(world: &World, ticket: Uuid, attempt: Uuid, passed: bool) {
    let (verdict, reason) = if passed { ("passed", None) } else { ("failed", Some("partial")) };
    let said = json!({ "attempt_id": attempt, "verdict": verdict, "reason": reason, "note": "", "on_site": false, "position": null });
    applied(&world.office().await, "ticket.verify/1", ticket, said).await;
}

/// What a browser is told about frames.
fn frames(answer: &Answer) -> [String; 3] {
    ["content-security-policy", "x-frame-options", "permissions-policy"]
        .map(|name| answer.header(name).to_owned())
}

const ROUTES: [(&str, &str); 5] = [
    ("GET", "/api/v1/demo"),
    ("POST", "/api/v1/demo/session"),
    ("GET", "/api/v1/demo/walk"),
    ("POST", "/api/v1/demo/walk"),
    ("POST", "/api/v1/demo/reset"),
];

async fn nothing_of_it_is_here(http: &Http) {
    for (method, path) in ROUTES {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let request = http.request(method, path);
        let request = if path.ends_with("session") { request.json(&json!({})) } else { request };
        send(request).await.expect_problem(404, "not_found");
    }
    let [policy, frame, _] = frames(&http.get("/api/v1/health").await.expect(200));
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("frame-src"), "{policy}");
    assert_eq!(frame, "DENY");
}

stories! {
    async fn without_panes_and_outside_a_demo_there_is_no_stand(world: World) {
        nothing_of_it_is_here(&world.http()).await;
        // A real server stays one, whatever addresses it was told to open.
        let database = Database::migrated(world.backend).await;
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config { database: database.url.clone().into(), ..Config::for_testing(folder.path()) };
        let panes = Entrance::panes(config.bind, None);
        let server = Server::start(Config { more_entrances: panes, ..config }).await.expect("it starts");
        for opened in server.opened() {
            nothing_of_it_is_here(&Http::new(format!("http://{}", opened.addr))).await;
        }
        server.stop().await.expect("it stops");
    }

    async fn each_pane_belongs_to_its_stand_and_lets_its_own_person_in(world: World) {
        let mut world = world;
        open_panes(&mut world).await;
        let stand = at(&world, None);
        let told = stand.get("/api/v1/demo").await.expect(200);
        assert_eq!(told.text("/stand"), stand.base());
        assert_eq!(told.at("/lan"), Value::Null);
        let [policy, frame, permissions] = frames(&told);
        assert_eq!(frame, "DENY");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        let mut cookies = Vec::new();
        for (number, (pane, word, login)) in [
            (Pane::Inspector, "inspector", "inspector1"),
            (Pane::Township, "township", "xingqiao.desk"),
            (Pane::Office, "office", "office1"),
        ].into_iter().enumerate() {
            let http = at(&world, Some(pane));
            let shown = told.at(&format!("/panes/{number}"));
            assert_eq!((shown["pane"].as_str(), shown["url"].as_str()), (Some(word), Some(http.base())));
            assert_eq!(shown["person"]["login"], login);
            assert_ne!(shown["unit_name"], "");
            assert!(policy.contains(http.base()) && permissions.contains(&format!("\"{}\"", http.base())), "{policy}");
            let answer = http.get("/").await;
            let [own, frame, _] = frames(&answer);
            assert!(own.contains(&format!("frame-ancestors {};", stand.base())) && frame.is_empty(), "{own} {frame}");
            let person = Actor::at_pane(&http, None).await;
            assert_eq!(person.login.login, login);
            person.http.get("/api/v1/session").await.expect(200);
            let elsewhere = http.request(Method::POST, "/api/v1/demo/session").header("origin", stand.base());
            send(elsewhere.json(&json!({}))).await.expect_problem(403, "wrong_origin");
            cookies.push((http, person));
        }
        // The stand itself signs nobody in, and its own cookie has the usual name.
        stand.post("/api/v1/demo/session", &json!({})).await.expect_problem(404, "not_found");
        let desk = world.office().await;
        assert!(desk.cookie.starts_with("lalian_refresh="), "{}", desk.cookie);
        // A browser sends all of them to every port; each pane reads its own.
        let jar: Vec<&str> = cookies.iter().map(|(_, person)| person.cookie.as_str()).chain([desk.cookie.as_str()]).collect();
        let jar = jar.join("; ");
        for (http, person) in &cookies {
            let again = http.request(Method::POST, "/api/v1/session/refresh").header("cookie", &jar);
            let again = send(again.header("origin", http.base())).await.expect(200);
            assert_eq!(again.text("/person/login"), person.login.login);
            let (port, name) = (http.base().rsplit(':').next().expect("a port"), again.header("set-cookie"));
            assert!(name.starts_with(&format!("lalian_refresh_{port}=")), "{name}");
            let foreign = http.request(Method::POST, "/api/v1/session/refresh").header("cookie", &desk.cookie);
            send(foreign).await.expect_problem(401, "signed_out");
        }
        // Signing out at one pane leaves the others.
        let (first, others) = cookies.split_first().expect("three panes");
        post(&first.1.http, "/api/v1/session/logout").await.expect(204);
        first.1.http.get("/api/v1/session").await.expect(401);
        for (_, person) in others {
            person.http.get("/api/v1/session").await.expect(200);
        }
    }

    async fn a_walk_is_done_by_what_happened_and_by_nothing_else(world: World) {
        let mut world = world;
        open_panes(&mut world).await;
        let (stand, clock) = (at(&world, None), std::sync::Arc::clone(&world.clock));
        let pane = at(&world, Some(Pane::Inspector));
        let inspector = Actor::at_pane(&pane, Some(Phone::new("the walk"))).await.with_clock(&clock);
        assert_eq!(stand.get("/api/v1/demo/walk").await.expect(200).at("/walk"), Value::Null);
        let foreign = stand.request(Method::POST, "/api/v1/demo/walk").header("origin", "https://evil.example");
        send(foreign).await.expect_problem(403, "wrong_origin");

        let first = draw(&stand, &inspector).await;
        assert_eq!(done(&stand).await, ["drawn"]);
        assert_eq!(first.row["township_id"], json!(world.township_id(0).await));
        clock.advance(chrono::TimeDelta::minutes(2));
        // Another site is not the one that was drawn.
        let kind = first.row["kind"].as_str().expect("a kind");
        let others = Site::some(&inspector, kind, world.township_id(0).await).await;
        let other = others.iter().find(|site| site.id() != first.id()).expect("another site of the kind");
        visit(&inspector, other, &minor_items(other)[..2], 1).await;
        assert_eq!(done(&stand).await, ["drawn"]);
        // One fault alone makes no two tickets.
        visit(&inspector, &first, &minor_items(&first)[..1], 2).await;
        assert_eq!(done(&stand).await, ["drawn", "visited"]);

        // Begun anew it is another site, and what happened before counts no more.
        clock.advance(chrono::TimeDelta::minutes(2));
        let site = draw(&stand, &inspector).await;
        assert_ne!(site.id(), first.id());
        assert_eq!(done(&stand).await, ["drawn"]);
        let walk = stand.get("/api/v1/demo/walk").await.expect(200);
        assert_eq!((walk.at("/walk/no"), walk.at("/walk/tickets")), (json!(2), json!([])));
        clock.advance(chrono::TimeDelta::minutes(2));
        visit(&inspector, &site, &minor_items(&site)[..2], 3).await;
        assert_eq!(done(&stand).await, ["drawn", "visited", "arrived"]);
        let office = world.office().await;
        let made: Vec<Uuid> = tickets_of(&office, &site).await.iter().map(|row| id_of(&row["id"])).collect();
        for id in &made {
            lalian_tests::desk::issue(&world, *id, 0).await;
        }
        clock.advance(chrono::TimeDelta::minutes(2));
        let one = repair(&world, made[0], 31, true).await;
        assert_eq!(done(&stand).await.len(), 3, "one is repaired");
        let two = repair(&world, made[1], 32, true).await;
        assert_eq!(done(&stand).await.last().map(String::as_str), Some("repaired"));

        // Sent back and later passed is one ticket's story: nothing else has passed yet.
        clock.advance(chrono::TimeDelta::minutes(2));
        check(&world, made[0], one, false).await;
        let again = repair(&world, made[0], 33, false).await;
        assert_eq!(done(&stand).await.last().map(String::as_str), Some("repaired"));
        check(&world, made[0], again, true).await;
        assert_eq!(done(&stand).await, ["drawn", "visited", "arrived", "repaired", "zero"]);
        check(&world, made[1], two, true).await;
        assert_eq!(done(&stand).await.len(), 6);
        let walk = stand.get("/api/v1/demo/walk").await.expect(200);
        assert_eq!((walk.at("/walk/open_before"), walk.at("/walk/open_now")), (json!(0), json!(0)));
        assert_eq!(walk.at("/walk/tickets/0/state"), "closed");
        assert_eq!(walk.at("/walk/site/id"), site.row["id"]);
    }

    async fn all_passed_is_not_yet_one_sent_back(world: World) {
        let mut world = world;
        open_panes(&mut world).await;
        let (stand, inspector) = (at(&world, None), world.inspector().await);
        let site = draw(&stand, &inspector).await;
        visit(&inspector, &site, &minor_items(&site)[..2], 5).await;
        for (row, seed) in tickets_of(&world.office().await, &site).await.iter().zip([51, 52]) {
            let id = id_of(&row["id"]);
            lalian_tests::desk::issue(&world, id, 0).await;
            let attempt = repair(&world, id, seed, true).await;
            check(&world, id, attempt, true).await;
        }
        assert_eq!(done(&stand).await, ["drawn", "visited", "arrived", "repaired", "zero"]);
    }

    async fn a_county_is_put_back_while_people_work_in_it(world: World) {
        let mut world = world;
        open_panes(&mut world).await;
        world.server().app().keep_made().await.expect("a copy");
        let (stand, login) = (at(&world, None), world.logins(Role::Inspector).remove(0));
        let foreign = stand.request(Method::POST, "/api/v1/demo/reset").header("origin", "https://evil.example");
        send(foreign).await.expect_problem(403, "wrong_origin");
        if world.backend == Backend::Postgres {
            let answer = post(&stand, "/api/v1/demo/reset").await.expect_problem(409, "wrong_state");
            assert!(answer.json().to_string().contains("--reset"), "{answer}");
            return;
        }
        let inspector = world.inspector().await;
        let before = stand.get("/api/v1/health").await.header("lalian-epoch").to_owned();
        draw(&stand, &inspector).await;
        let site = world.site(&inspector, "bus_shelter", 0).await;
        visit(&inspector, &site, &["BUS-01".to_owned()], 9).await;
        let found = ticket(&world.office().await, tickets_of(&world.office().await, &site).await.iter().map(|row| id_of(&row["id"])).next().expect("a ticket")).await;
        let stored = || walk_files(&world.folder().join("files"));
        assert!(!stored().is_empty());

        // Many at once in the middle of something: each is answered in plain words, none is lost half way.
        let visits: Vec<_> = (0..12).map(|seed| site.visit(&inspector, &["BUS-02"]).draft(&inspector, 100 + seed).seal()).collect();
        let working = async {
            let mut answers = Vec::new();
            for sealed in &visits {
                answers.push(inspector.put(sealed).await);
            }
            answers
        };
        let (answers, reset) = tokio::join!(working, post(&stand, "/api/v1/demo/reset"));
        reset.expect(204);
        for answer in answers {
            assert!(matches!(answer.status, 201 | 401), "{answer}");
        }
        // Another epoch, the same passwords, and nothing of what was done.
        assert_ne!(stand.get("/api/v1/health").await.header("lalian-epoch"), before);
        inspector.http.get("/api/v1/session").await.expect_problem(401, "signed_out");
        let again = Actor::at_desk(&world.http(), &login).await;
        assert_eq!(again.person(), inspector.person());
        assert_eq!(stand.get("/api/v1/demo/walk").await.expect(200).at("/walk"), Value::Null);
        let office = world.office().await;
        assert_eq!(office.list("/api/v1/tickets").await.len(), 0);
        office.http.get(&format!("/api/v1/tickets/{}", id_of(&found["id"]))).await.expect(404);
        assert_eq!(office.http.get("/api/v1/figures/zero").await.expect(200).at("/open"), 0);
        assert!(stored().is_empty(), "{:?}", stored());
        // It serves: the same phone signs in again and works on, numbers of changes too.
        let phone = world.named_phone(Role::Inspector, 0, "after the reset").await;
        visit(&phone, &site, &["BUS-01".to_owned()], 10).await;
        assert_eq!(tickets_of(&office, &site).await.len(), 1);
        post(&stand, "/api/v1/demo/reset").await.expect(204);
        assert_eq!(world.office().await.list("/api/v1/tickets").await.len(), 0, "as often as wanted");
    }
}

/// Stored files below a folder, without what is only a place for them.
fn walk_files(root: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root.join("c"), root.join("d")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}
