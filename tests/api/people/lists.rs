//! Whose accounts are seen, found and made.

use super::write;
use lalian::domain::people::role::Role;
use lalian_tests::phone::fresh_id;
use lalian_tests::stories;
use lalian_tests::world::World;
use serde_json::json;

stories! {
    async fn the_office_keeps_its_own_county_s_people_only(world: World) {
        let office = world.office().await;
        let admin = world.desk(Role::PlatformAdmin).await;
        let all = admin.list("/api/v1/people").await;
        let own = office.list("/api/v1/people").await;
        assert_eq!(all.len(), own.len() + 1, "all but the platform's administrator");
        let path = format!("/api/v1/people/{}", admin.person());
        office.http.get(&path).await.expect_problem(404, "not_found");
        office.http.post(&format!("{path}/code"), &json!({})).await.expect_problem(404, "not_found");
        office.http.post(&format!("{path}/suspend"), &json!({ "reason": "x" })).await.expect_problem(404, "not_found");
        for role in [Role::Inspector, Role::CountyLeader, Role::MainLeader, Role::VillageCadre] {
            world.desk(role).await.http.get("/api/v1/people").await.expect_problem(403, "forbidden");
        }
        let inspector = world.desk(Role::Inspector).await;
        let posts = format!("/api/v1/people/{}/posts", inspector.person());
        write(&office.http, &posts, &json!({ "role": "platform_admin" })).await.expect_problem(422, "invalid_field");
        write(&office.http, &posts, &json!({ "role": "office", "unit_id": fresh_id() })).await.expect_problem(422, "invalid_field");
        let township = world.township_id(0).await;
        write(&office.http, &posts, &json!({ "role": "office", "unit_id": township })).await.expect_problem(422, "invalid_field");
        write(&admin.http, &posts, &json!({ "role": "platform_admin" })).await.expect(201);
        let code = format!("/api/v1/people/{}/code", inspector.person());
        office.http.post(&code, &json!({})).await.expect_problem(403, "forbidden");
        admin.http.get("/api/v1/tickets/counts").await.expect_problem(403, "forbidden");
    }

    async fn people_are_found_page_by_page_and_markup_is_text(world: World) {
        let office = world.office().await;
        let name = "<img src=x onerror=alert(1)>&\"'";
        let made = write(&office.http, "/api/v1/people", &json!({ "login": "Markup-1", "name": name, "phone": "138 0000 0000" })).await.expect(201);
        assert_eq!((made.text("/name"), made.text("/login"), made.text("/phone")), (name.to_owned(), "markup-1".to_owned(), "13800000000".to_owned()));
        let found = office.http.get("/api/v1/people?q=ONERROR").await.expect(200);
        assert_eq!(found.at("/items/0/name"), name);
        for q in ["1380000", "Ｍarkup", "markup-1"] {
            let found = office.http.get(&format!("/api/v1/people?q={q}")).await.expect(200);
            assert_eq!(found.at("/items/0/login"), "markup-1", "{q}");
        }
        for q in ["%25", "markup_1", "!"] {
            let found = office.http.get(&format!("/api/v1/people?q={q}")).await.expect(200);
            assert_eq!(found.at("/items"), json!([]), "{q} stands for itself");
        }
        let mut logins = Vec::new();
        let mut path = "/api/v1/people?limit=3".to_owned();
        loop {
            let page = office.http.get(&path).await.expect(200);
            let items = page.at("/items");
            logins.extend(items.as_array().expect("items").iter().map(|item| item["login"].to_string()));
            let Some(next) = page.at("/next").as_str().map(str::to_owned) else { break };
            path = format!("/api/v1/people?limit=3&cursor={next}");
        }
        let mut sorted = logins.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!((logins.len(), &logins), (office.list("/api/v1/people").await.len(), &sorted));
        for (field, body) in [
            ("/login", json!({ "login": "a", "name": "x" })),
            ("/login", json!({ "login": "markup-1", "name": "x" })),
            ("/name", json!({ "login": "ok-1", "name": " " })),
            ("/phone", json!({ "login": "ok-1", "name": "x", "phone": "call me" })),
            ("/locale", json!({ "login": "ok-1", "name": "x", "locale": "fr" })),
            ("/posts/0/unit_id", json!({ "login": "ok-1", "name": "x", "posts": [{ "role": "inspector" }] })),
        ] {
            let answer = write(&office.http, "/api/v1/people", &body).await.expect_problem(422, "invalid_field");
            assert_eq!(answer.at("/errors/0/field"), field, "{answer}");
        }
    }
}
