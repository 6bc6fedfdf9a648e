//! The county's settings: defaults, clear problems, versions with history, phones told, and each value acting where it says.

use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::{
    actor::Actor,
    http::{Answer, send},
    phone::fresh_id,
    stories,
    visit::id_of,
    world::World,
};
use reqwest::Method;
use serde_json::{Value, json};

const PATH: &str = "/api/v1/settings";

async fn put(actor: &Actor, key: &str, version: i32, settings: Value) -> Answer {
    let body = json!({ "version": version, "settings": settings, "reason": "县里定的" });
    send(actor.http.with("idempotency-key", key).request(Method::PUT, PATH).json(&body)).await
}

async fn get(actor: &Actor) -> Value {
    actor.http.get(PATH).await.expect(200).json()
}

stories! {
    async fn settings_have_defaults_versions_and_history(world: World) {
        let (office, second) = (world.office().await, world.desk_of(Role::Office, 1).await);
        let before = get(&office).await;
        assert_eq!((&before["version"], &before["settings"]), (&json!(0), &before["defaults"]));
        assert_eq!(before["settings"]["field"]["far_from_site_m"], 150);
        assert_eq!(before["history"], json!([]));

        // Every fault is named by its field, and nothing is changed.
        let bad = json!({ "field": { "far_from_site_m": 1 }, "deadlines": { "working_hours": [{ "from": "12:00", "to": "09:00" }], "due_soon_percent": 0 } });
        let refused = put(&office, "bad", 0, bad).await.expect_problem(422, "invalid_field");
        let fields: Vec<Value> = refused.at("/errors").as_array().expect("errors").iter().map(|error| error["field"].clone()).collect();
        assert_eq!(fields, ["/deadlines/due_soon_percent", "/field/far_from_site_m", "/deadlines/working_hours"]);
        let unknown = put(&office, "unknown", 0, json!({ "colour": {} })).await.expect_problem(422, "invalid_field");
        assert_eq!(unknown.at("/errors/0/field"), "/settings/colour");
        world.inspector().await.http.get(PATH).await.expect(200);
        put(&world.inspector().await, "x", 0, json!({})).await.expect_problem(403, "forbidden");
        send(office.http.request(Method::PUT, PATH).json(&json!({}))).await.expect_problem(400, "malformed");
        assert_eq!(get(&office).await, before);

        // Written over the version that was seen; the same press is one write, somebody else's is a conflict.
        let wanted = json!({ "field": { "far_from_site_m": 300 }, "words": { "inspector_zh": "督查员", "inspector_en": "Supervisor" } });
        let first = put(&office, "one", 0, wanted.clone()).await.expect(200);
        let again = put(&office, "one", 0, wanted.clone()).await.expect(200);
        assert_eq!((first.json(), first.at("/version")), (again.json(), json!(1)));
        put(&second, "two", 0, json!({})).await.expect_problem(409, "conflict");
        put(&second, "three", 1, json!({})).await.expect(200);
        let now = get(&office).await;
        assert_eq!((&now["version"], &now["settings"]), (&json!(2), &now["defaults"]));
        let history = now["history"].as_array().expect("versions");
        assert_eq!(history.len(), 2);
        assert_eq!((&history[0]["version"], &history[1]["settings"]["words"]["inspector_zh"]), (&json!(2), &json!("督查员")));
        assert!(history.iter().all(|version| version["person_name"].is_string() && version["reason"] == "县里定的"), "{history:?}");
        let lines = office.list("/api/v1/audit").await;
        assert_eq!(lines.iter().filter(|line| line["action"] == "settings.set").count(), 2);
    }

    async fn two_writers_at_once_are_one_change_and_one_conflict(world: World) {
        let (office, second) = (world.office().await, world.desk_of(Role::Office, 1).await);
        let (a, b) = tokio::join!(
            put(&office, "a", 0, json!({ "field": { "correction_hours": 24 } })),
            put(&second, "b", 0, json!({ "field": { "correction_hours": 48 } })),
        );
        let mut statuses = [a.status, b.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{a} {b}");
        assert_eq!(get(&office).await["history"].as_array().map(Vec::len), Some(1));
    }

    async fn phones_are_told_and_the_values_act(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let row = inspector.rows("settings").await.remove(0);
        assert_eq!((&row["version"], &row["settings"]["field"]["far_from_site_m"]), (&json!(0), &json!(150)));
        let from = inspector.http.get("/api/v1/sync/snapshot").await.expect(200).text("/cursor");
        let site = world.site(&inspector, "bus_shelter", 0).await;
        // 400 m away is far, until the county says that it is not.
        let away = async |actor: &Actor| {
            let visit = site.visit(actor, &[]);
            let mut payload = visit.payload;
            payload["arrived"]["lat"] = json!(site.place().1 + 400.0 / 111_195.0);
            let answer = actor.operate("inspection.submit/1", payload).await.expect(201);
            answer.at("/flags").as_array().expect("flags").iter().any(|flag| flag["code"] == "far_from_site")
        };
        assert!(away(&inspector).await);
        let wanted = json!({ "field": { "far_from_site_m": 500, "photo_waiver_days": 2 }, "deadlines": { "accept_days": 1, "due_soon_days": 30, "due_soon_percent": 100 } });
        put(&office, "one", 0, wanted).await.expect(200);
        assert!(!away(&inspector).await, "it counts from the next operation on");
        world.clock.advance(TimeDelta::seconds(10));
        let changes = inspector.told_since(&from).await;
        let told = changes.iter().find(|change| change["noun"] == "settings").expect("the feed tells");
        assert_eq!((&told["version"], &told["row"]["settings"]["field"]["far_from_site_m"]), (&json!(1), &json!(500)));

        // Due soon by the county's own share: all of its time, so from the moment of issue.
        let visit = site.visit(&inspector, &["BUS-01"]);
        inspector.send(&visit.draft(&inspector, 5).seal()).await;
        let pending = office.list(&format!("/api/v1/tickets?state=pending&site_id={}", site.id())).await.remove(0);
        let issue = json!({ "ticket_id": pending["id"], "seen_version": pending["version"], "unit_kind": "township", "unit_id": world.township_id(0).await, "severity": null, "is_static": null, "deadline_days": 10, "note": "" });
        office.operate("ticket.issue/1", issue).await.expect(201);
        let shown = async || office.http.get(&format!("/api/v1/tickets/{}", id_of(&pending["id"]))).await.expect(200).json();
        assert_eq!(shown().await["due_soon"], true);
        put(&office, &fresh_id().to_string(), 1, json!({})).await.expect(200);
        assert_eq!(shown().await["due_soon"], false, "ten working days, by the defaults");
    }
}
