//! Daily comfort: first sounds find what names find, feedback has answers, and every list can be taken along as it stands.

use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::desk::{found, issue, ticket};
use lalian_tests::http::Answer;
use lalian_tests::phone::fresh_id;
use lalian_tests::stories;
use lalian_tests::visit::id_of;
use lalian_tests::world::World;
use serde_json::{Value, json};
use std::io::{Cursor, Read};

async fn post(actor: &Actor, path: &str, body: Value) -> Answer {
    actor.http.with("idempotency-key", &fresh_id().to_string()).post(path, &body).await
}

fn names(rows: &[Value]) -> Vec<String> {
    rows.iter().map(|row| row["name"].as_str().unwrap_or_default().to_owned()).collect()
}

/// The first sheet of a workbook as XML.
async fn sheet(actor: &Actor, path: &str) -> String {
    let answer = actor.http.get(path).await.expect(200);
    assert!(answer.headers["content-disposition"].to_str().expect("a name").ends_with("-20261123.xlsx\""));
    let mut zip = zip::ZipArchive::new(Cursor::new(answer.bytes)).expect("a workbook");
    let mut xml = String::new();
    zip.by_name("xl/worksheets/sheet1.xml").expect("a sheet").read_to_string(&mut xml).expect("text");
    xml
}

/// Rows below the two lines and the head of a demo's sheet.
fn rows(xml: &str) -> usize {
    xml.matches("<row ").count() - 3
}

stories! {
    async fn first_sounds_find_places_and_people(world: World) {
        let office = world.office().await;
        for (path, name) in [("/api/v1/divisions", "云坪镇"), ("/api/v1/sites", "云坪镇")] {
            let all = office.list(path).await;
            let row = all.iter().find(|row| row["name"].as_str().is_some_and(|known| known.starts_with(name)));
            let row = row.expect("the demo has it");
            assert!(row["initials"].as_str().expect("told").starts_with("ypz"), "{row}");
        }
        let found = names(&office.list("/api/v1/sites?q=YPZ").await);
        let all = names(&office.list("/api/v1/sites").await);
        let wanted: Vec<&String> = all.iter().filter(|name| name.contains("云坪镇")).collect();
        assert!(wanted.len() > 20 && wanted.iter().all(|name| found.contains(name)), "{found:?}");
        assert!(found.len() < all.len() / 5, "{found:?}");
        let divisions = names(&office.list("/api/v1/divisions?q=ypz&kind=township").await);
        assert_eq!(divisions, ["云坪镇"]);
        let made = json!({ "login": "wang.wu", "name": "王五一", "posts": [] });
        post(&office, "/api/v1/people", made).await.expect(201);
        assert_eq!(names(&office.list("/api/v1/people?q=wwy").await), ["王五一"]);
        assert_eq!(names(&office.list("/api/v1/people?q=王五").await), ["王五一"]);
        assert_eq!(names(&office.list("/api/v1/people?q=wang.w").await), ["王五一"]);
        assert!(office.list("/api/v1/people?q=wuww").await.is_empty(), "an account and the sounds are two words");
    }

    async fn what_happened_is_found_by_its_place(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let ids = found(&world, &inspector, &["BUS-01"], 7_000).await;
        issue(&world, ids[0], 0).await;
        let row = ticket(&office, ids[0]).await;
        let word = |key: &str| row[key].as_str().expect("a word").to_owned();
        let site = office.list(&format!("/api/v1/sites?q={}", word("site_code"))).await;
        // Letters that sound in two ways stand in both.
        let sounds = site[0]["initials"].as_str().and_then(|all| all.split(' ').next()).expect("told").to_owned();
        let wanted = [word("site_name"), word("site_code").to_lowercase(), sounds, word("township_name"), word("village_name")];
        let officer = world.township(0, Role::DeskOfficer).await;
        let neighbour = world.township(1, Role::DeskOfficer).await;
        for text in &wanted {
            for path in ["tickets", "inspections"] {
                let asked = format!("/api/v1/{path}?q={text}");
                assert_eq!(office.list(&asked).await.len(), 1, "{asked}");
                assert!(neighbour.list(&asked).await.is_empty(), "{asked} is another township's");
            }
            assert_eq!(officer.list(&format!("/api/v1/tickets?q={text}")).await.len(), 1, "{text}");
        }
        for path in ["tickets?q=没有这个地方", "inspections?q=没有这个地方", "inspections?to=2026-11-22", "inspections?from=2026-11-24"] {
            assert!(office.list(&format!("/api/v1/{path}")).await.is_empty(), "{path}");
        }
        // The record of who did what is asked for in the same words.
        let lines = async |text: &str| office.list(&format!("/api/v1/audit?q={text}")).await;
        let number = word("number");
        let told = lines(&number).await;
        let issued: Vec<&Value> = told.iter().filter(|line| line["action"] == "ticket.issue/1").collect();
        assert_eq!(issued.len(), 1, "{told:?}");
        let known = office.list(&format!("/api/v1/audit?person_id={}", office.person())).await;
        let mine = lines(known[0]["person_name"].as_str().expect("a name")).await;
        assert!(mine.iter().any(|line| line["person_id"] == json!(office.person())), "{mine:?}");
        assert!(lines("没有这个人").await.is_empty());
        // Lines name what they are about, and sign-ins can be left out.
        assert_eq!(issued[0]["object_name"], json!(number), "{issued:?}");
        let all = office.list("/api/v1/audit").await;
        let rest = office.list("/api/v1/audit?except=session").await;
        let sign_ins = all.iter().filter(|line| line["noun"] == "session").count();
        assert!(sign_ins > 0 && rest.len() + sign_ins == all.len() && rest.iter().all(|line| line["noun"] != "session"), "{sign_ins}");
        let at = word("township_id");
        assert_eq!(office.list(&format!("/api/v1/inspections?township_id={at}&from=2026-11-23&to=2026-11-23")).await.len(), 1);
        assert!(office.list(&format!("/api/v1/inspections?township_id={}", world.township_id(1).await)).await.is_empty());
        assert_eq!(rows(&sheet(&office, "/api/v1/lists/visits.xlsx?q=没有这个地方").await), 0, "taken along as it is narrowed");
    }

    async fn feedback_is_read_by_the_county_and_answered_to_its_author(world: World) {
        let (cadre, office) = (world.desk(Role::VillageCadre).await, world.office().await);
        let told = json!({ "text": " 字太小 <b> ", "screen": "整改单", "app_version": "1.0" });
        let made = post(&cadre, "/api/v1/feedback", told).await.expect(201).json();
        assert_eq!((&made["text"], &made["state"], &made["mine"]), (&json!("字太小 <b>"), &json!("open"), &json!(true)));
        let id = id_of(&made["id"]);
        for wrong in [json!({ "text": "  " }), json!({ "text": "好", "screen": "a\nb" })] {
            post(&cadre, "/api/v1/feedback", wrong).await.expect_problem(422, "invalid_field");
        }

        // The office's list has it, a colleague's of another township has not.
        let open = office.list("/api/v1/feedback?state=open").await;
        assert_eq!((open.len(), &open[0]["screen"], &open[0]["mine"]), (1, &json!("整改单"), &json!(false)));
        assert!(office.list("/api/v1/feedback?mine=true").await.is_empty());
        let neighbour = world.township(1, Role::DeskOfficer).await;
        assert!(neighbour.list("/api/v1/feedback").await.is_empty());
        let reply = format!("/api/v1/feedback/{id}/replies");
        post(&neighbour, &reply, json!({ "text": "我也是" })).await.expect_problem(404, "not_found");
        neighbour.http.post(&format!("/api/v1/feedback/{id}/seen"), &json!({})).await.expect_problem(404, "not_found");

        // The answer comes back to its author, as news until it was read.
        let answered = post(&office, &reply, json!({ "text": "可以在“我的”里调大" })).await.expect(201).json();
        assert_eq!((&answered["state"], &answered["replies"][0]["own"]), (&json!("answered"), &json!(false)));
        let mine = cadre.list("/api/v1/feedback").await;
        assert_eq!((&mine[0]["unread"], &mine[0]["replies"][0]["text"]), (&json!(true), &json!("可以在“我的”里调大")));
        cadre.http.post(&format!("/api/v1/feedback/{id}/seen"), &json!({})).await.expect(204);
        assert_eq!(cadre.list("/api/v1/feedback").await[0]["unread"], json!(false));
        world.clock.advance(TimeDelta::minutes(1));
        let more = post(&cadre, &reply, json!({ "text": "找到了，谢谢" })).await.expect(201).json();
        assert_eq!((&more["state"], &more["replies"][1]["own"]), (&json!("open"), &json!(true)));

        // The platform's administrators read every county's.
        let platform = world.desk(Role::PlatformAdmin).await;
        assert_eq!(platform.list("/api/v1/feedback?state=open").await.len(), 1);
        post(&platform, &reply, json!({ "text": "谢谢" })).await.expect(201);
        assert!(office.list("/api/v1/feedback?state=open").await.is_empty());
        let mut last = post(&cadre, &reply, json!({ "text": "又来" })).await;
        while last.status == 201 {
            last = post(&cadre, &reply, json!({ "text": "又来" })).await;
        }
        last.expect_problem(409, "wrong_state");
    }

    async fn every_list_is_taken_along_as_it_stands(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let site = world.site(&inspector, "bus_shelter", 0).await;
        inspector.send(&site.visit(&inspector, &["BUS-01"]).draft(&inspector, 8_000).seal()).await;
        let evil = json!({ "login": "evil", "name": "=1+1", "posts": [] });
        post(&office, "/api/v1/people", evil).await.expect(201);

        for (list, export) in [
            ("/api/v1/inspections", "/api/v1/lists/visits.xlsx"),
            ("/api/v1/sites", "/api/v1/lists/sites.xlsx"),
            ("/api/v1/sites?kind=bus_shelter", "/api/v1/lists/sites.xlsx?kind=bus_shelter"),
            ("/api/v1/people", "/api/v1/lists/people.xlsx"),
            ("/api/v1/devices", "/api/v1/lists/devices.xlsx"),
            ("/api/v1/people?q=evil", "/api/v1/lists/people.xlsx?q=evil"),
        ] {
            let xml = sheet(&office, export).await;
            assert_eq!(rows(&xml), office.list(list).await.len(), "{export}");
            assert!(xml.contains("示例数据") && xml.contains("autoFilter"), "{export}");
        }
        let people = sheet(&office, "/api/v1/lists/people.xlsx?q=evil").await;
        assert!(people.contains("=1+1") && !people.contains("<f>"), "{people}");
        let board = office.http.get("/api/v1/devices/unsent").await.expect(200).json();
        let unsent = sheet(&office, "/api/v1/lists/unsent.xlsx?lang=en").await;
        assert_eq!(rows(&unsent), board["items"].as_array().expect("phones").len());
        assert!(unsent.contains("Last contact"));

        // Each taking along is a line of the record, which can be taken along too.
        let lines = office.list("/api/v1/audit").await;
        let taken = lines.iter().filter(|line| line["action"] == "lists.export").count();
        assert_eq!(taken, 8);
        assert_eq!(rows(&sheet(&office, "/api/v1/lists/audit.xlsx").await), lines.len());

        // Whoever may not read the list may not take it along; townships get their own sites.
        let cadre = world.desk(Role::VillageCadre).await;
        cadre.http.get("/api/v1/lists/people.xlsx").await.expect_problem(403, "forbidden");
        let officer = world.township(0, Role::DeskOfficer).await;
        let own = rows(&sheet(&officer, "/api/v1/lists/sites.xlsx").await);
        assert_eq!(own, officer.list("/api/v1/sites").await.len());
        assert!(own < office.list("/api/v1/sites").await.len());
        office.http.get("/api/v1/lists/people.xlsx?lang=fr").await.expect_problem(400, "malformed");
    }
}
