//! Taking back: what was changed is put back, what somebody uses stays, and the answer says what hinders.

use super::{apply, bring, bring_as, counts, undo};
use lalian::domain::people::role::Role;
use lalian::domain::places::bd09::SourceDatum;
use lalian::domain::places::position::Point;
use lalian::store::imports::sources;
use lalian_tests::http::send;
use lalian_tests::phone::fresh_id;
use lalian_tests::stories;
use lalian_tests::visit::{Site, id_of};
use lalian_tests::world::World;
use reqwest::Method;
use serde_json::{Value, json};

stories! {
    async fn changed_rows_are_put_back_and_told(world: World) {
        let office = world.office().await;
        let inspector = world.inspector().await;
        let site = office.http.get("/api/v1/sites?kind=public_toilet&limit=1").await.expect(200).at("/items/0");
        let text = |field: &str| site[field].as_str().expect("a text").to_owned();
        let csv = format!(
            "code,kind,name,township,village,longitude,latitude\n{},public_toilet,改过的名字,{},{},{},{}\nU-1,public_toilet,新公厕,{1},{2},{3},{4}\n",
            text("code"), text("township_name"), text("village_name"), site["lon"], site["lat"],
        );
        let seen = bring(&office, "sites.csv", csv.as_bytes()).await.expect(201).json();
        assert_eq!(counts(&seen, "sites"), Some([1, 1, 0, 0]));
        apply(&office, &seen, false).await.expect(200);
        let path = format!("/api/v1/sites/{}", text("id"));
        assert_eq!(office.http.get(&path).await.expect(200).at("/name"), "改过的名字");
        let told = |rows: Vec<Value>, code: &str| rows.iter().any(|row| row["code"] == code);
        assert!(told(inspector.rows("sites").await, "U-1"));
        undo(&office, &seen).await.expect(200);
        let back = office.http.get(&path).await.expect(200).json();
        assert_eq!((&back["name"], back["version"].as_i64()), (&site["name"], site["version"].as_i64().map(|version| version + 2)));
        assert!(!told(inspector.rows("sites").await, "U-1"), "what it made is gone");
        let audited = office.list("/api/v1/audit").await;
        let actions: Vec<&str> = audited.iter().filter_map(|line| line["action"].as_str()).collect();
        for action in ["import.preview", "import.apply", "import.undo"] {
            assert!(actions.contains(&action), "{actions:?}");
        }
    }

    async fn where_an_outline_came_from_comes_back_with_it(world: World) {
        let office = world.office().await;
        let site = office.http.get("/api/v1/sites?kind=public_toilet&limit=1").await.expect(200).at("/items/0");
        let village = office.list("/api/v1/divisions?kind=village").await.into_iter().find(|one| one["id"] == site["village_id"]).expect("its village");
        let (lon, lat) = (site["lon"].as_f64().expect("a number"), site["lat"].as_f64().expect("a number"));
        // A small square around the site, so that it lies in its township whatever the datum.
        let square = |(lon, lat): (f64, f64), half: f64| {
            let corner = |x: f64, y: f64| [half.mul_add(x, lon), half.mul_add(y, lat)];
            let ring = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0)].map(|(x, y)| corner(x, y));
            let feature = json!({ "type": "Feature", "properties": { "code": village["code"], "name": village["name"] }, "geometry": { "type": "Polygon", "coordinates": [ring] } });
            json!({ "type": "FeatureCollection", "features": [feature] }).to_string()
        };
        // About what Baidu would say of this place.
        let off = SourceDatum::Bd09.to_wgs84(Point::new(lon, lat).expect("a position"));
        let baidu = (2.0f64.mul_add(lon, -off.lon()), 2.0f64.mul_add(lat, -off.lat()));
        let id = id_of(&village["id"]);
        let kept = async || sources::of(world.server().app().store.read(), &[id]).await.expect("an answer").remove(&id);
        assert_eq!(kept().await, None, "the demo's outlines are given as they are");
        let bring_square = async |place: (f64, f64), half: f64, datum: &str| {
            let seen = bring_as(&office, "a.geojson", square(place, half).as_bytes(), &fresh_id().to_string(), datum).await.expect(201).json();
            assert_eq!(counts(&seen, "outlines"), Some([0, 1, 0, 0]), "{seen}");
            apply(&office, &seen, false).await.expect(200).json()
        };
        let first = bring_square(baidu, 0.0002, "bd09").await;
        let given = kept().await.expect("it was converted");
        assert_eq!(given.datum, SourceDatum::Bd09);
        let corner = format!("{}", 0.0002f64.mul_add(-1.0, baidu.0));
        assert!(given.boundary.as_deref().is_some_and(|text| text.contains(&corner)), "{given:?}");
        // One in WGS-84 takes its place; taken back, the former outline and its source are there again.
        let later = bring_square((lon, lat), 0.0003, "wgs84").await;
        assert_eq!(kept().await, None);
        undo(&office, &later).await.expect(200);
        assert_eq!(kept().await, Some(given));
        // One that stands over the first still hinders it; taken back as well, the first is as it left the outline, and goes too.
        let over = bring_square((lon, lat), 0.0004, "wgs84").await;
        undo(&office, &first).await.expect_problem(409, "still_in_use");
        undo(&office, &over).await.expect(200);
        assert_eq!(office.http.get(&format!("/api/v1/imports/{}", id_of(&first["id"]))).await.expect(200).at("/can_undo"), true);
        undo(&office, &first).await.expect(200);
        assert_eq!(kept().await, None, "as the demo gave it");
    }

    async fn the_words_of_the_county_come_with_its_row_and_go_again(world: World) {
        let office = world.office().await;
        let county = office.list("/api/v1/divisions?kind=county").await[0].clone();
        let row = |zh: &str| format!("code,name,inspector_zh,英文称呼\n{},{},{zh},\n", county["code"].as_str().expect("a code"), county["name"].as_str().expect("a name")).into_bytes();
        let words = async || office.http.get("/api/v1/settings").await.expect(200).at("/settings/words");
        let before = words().await;
        let long = bring(&office, "county.csv", &row("一二三四五六七八九十一二三四五六七")).await.expect(201).json();
        assert_eq!(counts(&long, "county"), Some([0, 0, 0, 1]), "{long}");
        let empty = bring(&office, "county.csv", &row("")).await.expect(201).json();
        assert_eq!(counts(&empty, "county"), Some([0, 0, 1, 0]), "what is left empty stays as it is");
        let seen = bring(&office, "county.csv", &row("督查员")).await.expect(201).json();
        assert_eq!(counts(&seen, "county"), Some([0, 1, 0, 0]), "{seen}");
        assert_eq!(words().await, before, "a look writes nothing");
        apply(&office, &seen, false).await.expect(200);
        assert_eq!(words().await, json!({ "inspector_zh": "督查员", "inspector_en": before["inspector_en"] }));
        let settings = office.http.get("/api/v1/settings").await.expect(200).json();
        assert_eq!((&settings["history"][0]["reason"], &settings["version"]), (&json!("county.csv"), &json!(1)));
        let known = office.list("/api/v1/divisions?kind=county").await[0]["version"].clone();
        assert_eq!(known, county["version"], "the county's own row is as it was");
        let again = bring(&office, "county.csv", &row("督查员")).await.expect(201).json();
        assert_eq!(counts(&again, "county"), Some([0, 0, 1, 0]));
        undo(&office, &seen).await.expect(200);
        assert_eq!(words().await, before);

        // Settings that somebody changed since are not touched any more.
        let seen = bring(&office, "county.csv", &row("拉练队员")).await.expect(201).json();
        apply(&office, &seen, false).await.expect(200);
        let view = office.http.get("/api/v1/settings").await.expect(200).json();
        let body = json!({ "settings": view["settings"], "version": view["version"], "reason": "同意" });
        let put = office.http.with("idempotency-key", &fresh_id().to_string()).request(Method::PUT, "/api/v1/settings");
        send(put.json(&body)).await.expect(200);
        let problem = undo(&office, &seen).await.expect_problem(409, "still_in_use");
        assert!(problem.at("/errors/0").to_string().contains("words"), "{problem}");
        assert_eq!(words().await["inspector_zh"], "拉练队员");
    }

    async fn what_somebody_uses_stays(world: World) {
        let office = world.office().await;
        let csv = "login,name,role,unit\nu1,某人,inspector,\nu2,某人,inspector,\n";
        let seen = bring(&office, "people.csv", csv.as_bytes()).await.expect(201).json();
        apply(&office, &seen, false).await.expect(200);
        let person = office.list("/api/v1/people?q=u1").await[0]["id"].as_str().expect("an id").to_owned();
        let code = office.http.post(&format!("/api/v1/people/{person}/code"), &json!({})).await.expect(200).text("/code");
        let path = format!("/api/v1/imports/{}", crate::setup::id(&seen));
        assert_eq!(office.http.get(&path).await.expect(200).at("/can_undo"), true, "a code that nobody used hinders nothing");
        let body = json!({ "login": "u1", "password": code });
        world.http().post("/api/v1/session", &body).await.expect(200);
        let view = office.http.get(&path).await.expect(200).json();
        assert_eq!(view["can_undo"], false);
        assert!(view["undo_hindered_by"].to_string().contains("signed in"), "{view}");
        let problem = undo(&office, &seen).await.expect_problem(409, "still_in_use");
        assert!(problem.at("/errors").as_array().is_some_and(|errors| !errors.is_empty()), "{problem}");
        assert_eq!(office.list("/api/v1/people?q=u2").await.len(), 1, "all or nothing");
        let inspector = world.desk(Role::Inspector).await;
        undo(&inspector, &seen).await.expect_problem(403, "forbidden");
    }

    async fn of_two_who_undo_one_does(world: World) {
        let office = world.office().await;
        let csv = "login,name,role,unit\nw1,某人,inspector,\n";
        let seen = bring(&office, "people.csv", csv.as_bytes()).await.expect(201).json();
        apply(&office, &seen, false).await.expect(200);
        let (a, b) = tokio::join!(undo(&office, &seen), undo(&office, &seen));
        let mut statuses = [a.status, b.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{a} {b}");
        assert_eq!(office.list("/api/v1/people?q=w1").await.len(), 0);
    }

    /// Whoever comes first decides: a visit that is in keeps its site, and a site that is gone leaves the sealed visit with the office. Never
    /// both, and never a visit that points at nothing.
    async fn a_visit_and_the_undo_of_its_site_at_the_same_moment(world: World) {
        let (office, inspector) = (world.office().await, world.inspector().await);
        let model = world.site(&inspector, "bus_shelter", 0).await;
        let text = |field: &str| model.row[field].as_str().expect("a text").to_owned();
        let place = format!("{},{},{},{}", text("township_name"), text("village_name"), model.row["lon"], model.row["lat"]);
        let (mut visited, mut undone) = (0, 0);
        for round in 0..10 {
            let csv = format!("code,kind,name,township,village,longitude,latitude\nR-{round},bus_shelter,新站{round},{place}\n");
            let seen = bring(&office, "sites.csv", csv.as_bytes()).await.expect(201).json();
            apply(&office, &seen, false).await.expect(200);
            let row = office.list(&format!("/api/v1/sites?q=R-{round}")).await.remove(0);
            let site = Site { row, checklist: model.checklist.clone() };
            let visit = site.visit(&inspector, &["BUS-01"]);
            let sealed = visit.draft(&inspector, 500 + round).seal();
            let (sent, taken) = tokio::join!(inspector.put(&sealed), async {
                // Each of the two is the first one now and then.
                for _ in 0..round * 40 {
                    tokio::task::yield_now().await;
                }
                undo(&office, &seen).await
            });
            let inspection = office.http.get(&format!("/api/v1/inspections/{}", visit.inspection)).await;
            let tickets = office.list(&format!("/api/v1/tickets?site_id={}", site.id())).await;
            let there = office.http.get(&format!("/api/v1/sites/{}", site.id())).await.status;
            match (sent.status, taken.status) {
                (201, 409) => {
                    visited += 1;
                    let taken = taken.expect_problem(409, "still_in_use");
                    assert!(taken.at("/errors").to_string().contains("检查记录"), "{taken}");
                    assert_eq!((there, inspection.status, tickets.len()), (200, 200, 1), "{sent} {taken}");
                }
                (422, 200) => {
                    undone += 1;
                    assert_eq!(sent.at("/refusal"), "outside_county", "{sent}");
                    assert_eq!((there, inspection.status, tickets.len()), (404, 404, 0), "{sent} {taken}");
                    let kept = office.http.get(&format!("/api/v1/operations/{}", sealed.id)).await.expect(200);
                    assert_eq!(kept.at("/status"), "refused", "what was sealed is kept for the office: {kept}");
                }
                _ => panic!("round {round}: {sent} {taken}"),
            }
        }
        assert_eq!(visited + undone, 10);
    }
}
