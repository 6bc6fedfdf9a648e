//! A year of the public calendar: looked at before it is saved, by those who may.

use lalian::domain::people::role::Role;
use lalian_tests::http::send;
use lalian_tests::stories;
use lalian_tests::world::World;
use reqwest::Method;
use serde_json::json;

stories! {
    async fn a_year_of_the_public_calendar_is_looked_at_before_it_is_saved(world: World) {
        let office = world.office().await;
        let days = json!([
            { "name": "元旦", "date": "2026-12-31", "isOffDay": true },
            { "name": "元旦", "date": "2027-01-01", "isOffDay": true },
            { "name": "元旦", "date": "2027-01-02", "isOffDay": false },
        ]);
        let body = json!({ "days": days, "papers": ["https://www.gov.cn/zhengce/a.htm"] });
        let preview = office.http.post("/api/v1/calendar/2027/preview", &body).await.expect(200).json();
        let changes: Vec<(&str, bool)> = preview["changes"].as_array().expect("changes").iter()
            .map(|day| (day["date"].as_str().expect("a date"), day["worked_after"] == json!(true))).collect();
        assert_eq!(changes, [("2026-12-31", false), ("2027-01-01", false), ("2027-01-02", true)]);
        assert_eq!((&preview["working_days_before"], &preview["working_days_after"]), (&json!(261), &json!(261)));
        assert_eq!(office.http.get("/api/v1/calendar/2027").await.expect(200).at("/source"), "none", "looking writes nothing");
        let saved = json!({ "version": 0, "days": body["days"], "papers": body["papers"] });
        let put = send(office.http.with("idempotency-key", "k").request(Method::PUT, "/api/v1/calendar/2027").json(&saved)).await.expect(200);
        assert_eq!((put.at("/version"), put.at("/papers/0")), (json!(1), json!("https://www.gov.cn/zhengce/a.htm")));
        let again = office.http.post("/api/v1/calendar/2027/preview", &body).await.expect(200);
        assert_eq!(again.at("/changes"), json!([]));
        for bad in [json!({ "days": [], "papers": ["javascript:alert(1)"] }), json!({ "days": [{ "name": "", "date": "2027-01-01", "isOffDay": true }] })] {
            office.http.post("/api/v1/calendar/2027/preview", &bad).await.expect_problem(422, "invalid_field");
        }
        world.township(0, Role::DeputyLeader).await.http.post("/api/v1/calendar/2027/preview", &body).await.expect_problem(403, "forbidden");
    }
}
