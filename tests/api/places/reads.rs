//! What each post is shown of the registers over HTTP, and what it is not.

use super::{COUNTY, County};
use lalian::domain::people::role::Role;
use lalian_tests::{
    actor::Actor,
    http::{Answer, send},
    stories,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const TOWNSHIP: &str = "519901102000";

async fn get(actor: &Actor, path: &str) -> Answer {
    actor.http.get(&format!("/api/v1{path}")).await
}

async fn put(actor: &Actor, path: &str, key: &str, body: &Value) -> Answer {
    let request =
        actor.http.request(Method::PUT, &format!("/api/v1{path}")).header("Idempotency-Key", key).json(body);
    send(request).await
}

/// All items of a list, page by page.
async fn walk(actor: &Actor, path: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let answer = get(actor, &format!("{path}&cursor={cursor}")).await.expect(200);
        items.extend(answer.at("/items").as_array().cloned().expect("items"));
        match answer.at("/next") {
            Value::String(next) => cursor = next,
            _ => return items,
        }
    }
}

fn field<'a>(items: &'a [Value], name: &str) -> Vec<&'a str> {
    items.iter().map(|item| item[name].as_str().expect("a text")).collect()
}

stories! {
    async fn pages_walk_every_site_once_in_order(county: County) {
        let inspector = county.somebody(Role::Inspector, COUNTY).await;
        let sites = walk(&inspector, "/sites?limit=200").await;
        let codes = field(&sites, "code");
        assert_eq!(codes.len(), 925);
        assert!(codes.is_sorted() && codes.iter().collect::<BTreeSet<_>>().len() == 925);
        let one = get(&inspector, &format!("/sites/{}", sites[7]["id"].as_str().expect("id"))).await.expect(200);
        assert_eq!(one.json(), sites[7]);
        assert_eq!((one.at("/last_visit"), one.at("/open_tickets")), (Value::Null, json!(0)));
    }

    async fn sites_are_found_by_kind_place_name_and_code(county: County) {
        let inspector = county.somebody(Role::Inspector, COUNTY).await;
        let all = walk(&inspector, "/sites?limit=200").await;
        let shelters = walk(&inspector, "/sites?limit=200&kind=bus_shelter").await;
        assert_eq!(shelters.len(), 98);
        let site = &all[100];
        let code = site["code"].as_str().expect("code");
        for q in [code.to_owned(), code.replace('-', "－"), format!(" {code} ")] {
            let found = walk(&inspector, &format!("/sites?limit=5&q={}", urlencode(&q))).await;
            assert_eq!(field(&found, "code"), [code], "{q}");
        }
        let name = site["name"].as_str().expect("name");
        let found = walk(&inspector, &format!("/sites?limit=50&q={}", urlencode(name))).await;
        assert!(found.contains(site));
        let village = site["village_id"].as_str().expect("village");
        let there = walk(&inspector, &format!("/sites?limit=50&village_id={village}")).await;
        assert!(there.contains(site) && there.iter().all(|other| other["village_id"] == site["village_id"]));
        // Signs of LIKE are text.
        assert!(walk(&inspector, "/sites?limit=5&q=%25").await.is_empty());
        assert!(walk(&inspector, "/sites?limit=5&q=_").await.is_empty());
        assert!(walk(&inspector, "/sites?limit=5&kind=%27%20OR%201%3D1").await.is_empty());
    }

    async fn a_township_sees_its_own_sites_and_no_trace_of_others(county: County) {
        let inspector = county.somebody(Role::Inspector, COUNTY).await;
        let office = county.somebody(Role::DeskOfficer, TOWNSHIP).await;
        let all = walk(&inspector, "/sites?limit=200").await;
        let own = walk(&office, "/sites?limit=200").await;
        let unit = office.unit().to_string();
        assert!(!own.is_empty() && own.len() < all.len());
        assert!(own.iter().all(|site| site["township_id"] == json!(unit)));
        assert_eq!(own.len(), all.iter().filter(|site| site["township_id"] == json!(unit)).count());

        let foreign = all.iter().find(|site| site["township_id"] != json!(unit)).expect("a foreign site");
        let foreign_id = foreign["id"].as_str().expect("id");
        let hidden = get(&office, &format!("/sites/{foreign_id}")).await.expect_problem(404, "not_found");
        let unknown = get(&office, "/sites/00000000-0000-4000-8000-000000000000").await.expect_problem(404, "not_found");
        assert_eq!(hidden.bytes.len(), unknown.bytes.len(), "{hidden} / {unknown}");
        let foreign_township = foreign["township_id"].as_str().expect("township");
        assert!(walk(&office, &format!("/sites?limit=5&township_id={foreign_township}")).await.is_empty());
        assert!(walk(&office, &format!("/sites?limit=5&q={}", foreign["code"].as_str().expect("code"))).await.is_empty());
    }

    async fn the_last_visit_is_the_latest_one_that_may_be_known(county: County) {
        let inspector = county.somebody(Role::Inspector, COUNTY).await;
        let office = county.somebody(Role::DeskOfficer, TOWNSHIP).await;
        let path = format!("/sites/{}", walk(&office, "/sites?limit=1").await[0]["id"].as_str().expect("id"));
        let site = get(&inspector, &path).await.expect(200).json();
        for (day, released, permille) in [(3, true, 800), (7, true, 900), (9, false, 100), (5, true, 700)] {
            county.visit(&site, day, released, permille).await;
        }
        let of = |answer: Answer| (answer.at("/last_visit/observed_at"), answer.at("/last_visit/score"));
        assert_eq!(of(get(&inspector, &path).await.expect(200)), (json!("2026-11-09T00:00:00Z"), json!(100)));
        assert_eq!(of(get(&office, &path).await.expect(200)), (json!("2026-11-07T00:00:00Z"), json!(900)), "not yet released");
    }

    async fn a_village_cadre_sees_the_sites_of_the_village(county: County) {
        let cadre = county.somebody(Role::VillageCadre, "519901001001").await;
        let own = walk(&cadre, "/sites?limit=200").await;
        assert!(!own.is_empty() && own.iter().all(|site| site["village_id"] == json!(cadre.unit().to_string())));
    }

    async fn divisions_and_their_outlines(county: County) {
        let cadre = county.somebody(Role::VillageCadre, "519901001001").await;
        let townships = walk(&cadre, "/divisions?limit=10&kind=township").await;
        assert_eq!(townships.len(), 21);
        assert!(field(&townships, "code").is_sorted());
        let first = townships[0]["id"].as_str().expect("id");
        let villages = walk(&cadre, &format!("/divisions?limit=200&parent_id={first}")).await;
        assert!(!villages.is_empty() && villages.iter().all(|village| village["kind"] == "village"));
        let named = walk(&cadre, &format!("/divisions?limit=10&q={}", urlencode("云坪"))).await;
        assert!(named.iter().any(|division| division["honour"] == "national"));
        get(&cadre, &format!("/divisions/{first}")).await.expect(200);

        let outlines = get(&cadre, "/divisions/outlines").await.expect(200);
        assert_eq!(outlines.at("/type"), "FeatureCollection");
        let features = outlines.at("/features").as_array().cloned().expect("features");
        assert_eq!(features.len(), 21);
        assert!(features.iter().all(|f| f["geometry"]["type"] == "MultiPolygon" && f["properties"]["name"].is_string()));
        assert!(outlines.bytes.len() < 60_000, "{} bytes are too many for a phone", outlines.bytes.len());
    }

    async fn standards_are_an_open_book(county: County) {
        let cadre = county.somebody(Role::VillageCadre, "519901001001").await;
        let kinds = get(&cadre, "/site-kinds").await.expect(200);
        assert_eq!(kinds.at("/items").as_array().map(Vec::len), Some(9));
        let lists = walk(&cadre, "/checklists?limit=4&status=active").await;
        assert_eq!(lists.len(), 9);
        let id = lists[0]["id"].as_str().expect("id");
        let one = get(&cadre, &format!("/checklists/{id}")).await.expect(200);
        assert_eq!(one.at("/body/kind"), one.at("/site_kind"));
        assert_eq!(walk(&cadre, "/checklists?limit=9&site_kind=bus_shelter").await.len(), 1);
    }

    async fn the_office_enters_next_years_holidays(county: County) {
        let office = county.somebody(Role::Office, COUNTY).await;
        let inspector = county.somebody(Role::Inspector, COUNTY).await;
        let shipped = get(&inspector, "/calendar/2026").await.expect(200);
        assert_eq!((shipped.at("/source"), shipped.at("/version")), (json!("shipped"), json!(0)));
        assert_eq!(get(&inspector, "/calendar/2027").await.expect(200).at("/source"), "none");
        get(&inspector, "/calendar/1999").await.expect_problem(404, "not_found");
        get(&inspector, "/calendar/soon").await.expect_problem(404, "not_found");

        let day = |date: &str| json!({"date": date, "isOffDay": true, "name": "元旦"});
        let year = json!({"version": 0, "days": [day("2027-01-02"), day("2027-01-01")]});
        put(&inspector, "/calendar/2027", "a", &year).await.expect_problem(403, "forbidden");
        let set = put(&office, "/calendar/2027", "a", &year).await.expect(200);
        assert_eq!((set.at("/version"), set.at("/days/0/date")), (json!(1), json!("2027-01-01")));
        assert_eq!(put(&office, "/calendar/2027", "a", &year).await.expect(200).json(), set.json(), "a lost answer");
        put(&office, "/calendar/2027", "b", &year).await.expect_problem(409, "conflict");
        let other = json!({"version": 1, "days": []});
        put(&office, "/calendar/2027", "a", &other).await.expect_problem(409, "id_reused");
        assert_eq!(put(&office, "/calendar/2027", "c", &other).await.expect(200).at("/version"), 2);
        assert_eq!(get(&inspector, "/calendar/2027").await.expect(200).at("/source"), "county");
    }

    async fn a_bad_year_names_the_day(county: County) {
        let office = county.somebody(Role::Office, COUNTY).await;
        let day = |date: &str, name: &str| json!({"date": date, "isOffDay": true, "name": name});
        for (days, field) in [
            (json!([day("2026-05-01", "劳动节")]), "/days/0"),
            (json!([day("2027-01-01", "元旦"), day("2027-01-01", "元旦")]), "/days/1"),
            (json!([day("2027-01-01", "")]), "/days/0"),
            (json!([day("2027-02-30", "春节")]), "/days/0/date"),
            (json!([{"date": "2027-01-01", "isOffDay": "yes", "name": "元旦"}]), "/days/0/isOffDay"),
            (json!("none"), "/days"),
        ] {
            let answer = put(&office, "/calendar/2027", "k", &json!({"version": 0, "days": days})).await;
            let answer = answer.expect_problem(422, "invalid_field");
            assert_eq!(answer.text("/errors/0/field"), field, "{answer}");
        }
        let days: Vec<_> = (0..398).map(|_| day("2027-01-01", "元旦")).collect();
        put(&office, "/calendar/2027", "k", &json!({"version": 0, "days": days})).await.expect_problem(422, "invalid_field");
        let stale = put(&office, "/calendar/2027", "k", &json!({"version": 7, "days": []})).await;
        stale.expect_problem(409, "conflict");
        put(&office, "/calendar/2101", "k", &json!({"version": 0, "days": []})).await.expect_problem(404, "not_found");
        let without_key = actor_put(&office, "/calendar/2027").await;
        assert!((400..500).contains(&without_key.status), "{without_key}");
        assert_eq!(get(&office, "/calendar/2027").await.expect(200).at("/source"), "none", "nothing was written");
    }

    async fn bad_questions_are_named(county: County) {
        let inspector = county.somebody(Role::Inspector, COUNTY).await;
        for (path, name) in [
            ("/sites?limit=0", "limit"),
            ("/sites?limit=201", "limit"),
            ("/sites?limit=-1", "limit"),
            ("/sites?cursor=x", "cursor"),
            ("/sites?township_id=7", "township_id"),
            ("/divisions?kind=planet", "kind"),
        ] {
            let answer = get(&inspector, path).await.expect_problem(400, "malformed");
            assert_eq!(answer.text("/errors/0/field"), name, "{path}");
        }
        for path in ["/sites?q=%00", "/divisions?q=a%00b", "/checklists?site_kind=%00", "/checklists/%00"] {
            get(&inspector, path).await.expect_problem(400, "malformed");
        }
        for path in ["/sites/7", "/divisions/x", "/sites/00000000-0000-4000-8000-000000000000"] {
            get(&inspector, path).await.expect_problem(404, "not_found");
        }
        county.http.get("/api/v1/sites").await.expect_problem(401, "signed_out");
    }
}

/// A write without the key that makes it happen once.
async fn actor_put(actor: &Actor, path: &str) -> Answer {
    let request = actor.http.request(Method::PUT, &format!("/api/v1{path}"));
    send(request.json(&json!({"version": 0, "days": []}))).await
}

fn urlencode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
