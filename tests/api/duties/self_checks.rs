//! Self-checks 自查: asked for by the county, done by a visit of the township's own, told to nobody as more than sites that wait.

use super::put_json;
use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::photo;
use lalian_tests::stories;
use lalian_tests::visit::Site;
use lalian_tests::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

async fn ask_for(office: &Actor, day: u32) {
    let seen = office.http.get("/api/v1/settings").await.expect(200).json();
    let mut settings = seen["settings"].clone();
    settings["duties"]["self_check_day"] = json!(day);
    let body = json!({ "version": seen["version"], "settings": settings, "reason": "自查" });
    put_json(office, "/api/v1/settings", &body).await.expect(200);
}

/// A sheet that the desk enters, walked by this person.
async fn enter(desk: &Actor, (person, post): (Uuid, Uuid), site: &Site, day: &str, number: u64) {
    let mut payload = site.visit(desk, &[]).payload;
    payload["paper"] = json!({ "sheet_filled_at": day, "filled_by": "驻村工作队员", "author": null, "no_photo_reason": null });
    let sealed = desk
        .draft("inspection.submit/1", payload)
        .with("author", json!({ "person_id": person, "post_id": post }))
        .with("entered_by", json!({ "person_id": desk.person(), "post_id": desk.post() }))
        .with("capture", json!("paper"))
        .photo("paper", None, photo::tiny(number))
        .seal();
    assert_eq!(desk.put(&sealed).await.expect(201).at("/outcome"), "applied");
}

async fn list(actor: &Actor, query: &str) -> Value {
    actor.http.get(&format!("/api/v1/duties/self-checks{query}")).await.expect(200).json()
}

/// When a site was looked at.
fn of(list: &Value, site: &Site) -> Value {
    let items = list["items"].as_array().expect("items");
    items.iter().find(|item| item["site_id"] == json!(site.id())).expect("the site")["checked_on"].clone()
}

stories! {
    async fn a_townships_own_visit_does_it_and_nobody_elses(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let (desk, other) = (world.township(0, Role::DeskOfficer).await, world.township(1, Role::DeskOfficer).await);
        let (own, second) = (world.site(&inspector, "bus_shelter", 0).await, world.site(&inspector, "public_toilet", 0).await);
        // By default nobody is asked for anything.
        let off = list(&desk, "").await;
        assert_eq!((&off["due_day"], &off["townships"], &off["items"]), (&Value::Null, &json!([]), &json!([])), "{off}");
        let seen = office.http.get("/api/v1/settings").await.expect(200).json();
        let mut settings = seen["settings"].clone();
        settings["duties"]["self_check_day"] = json!(29);
        let body = json!({ "version": seen["version"], "settings": settings, "reason": "自查" });
        let refused = put_json(&office, "/api/v1/settings", &body).await.expect_problem(422, "invalid_field");
        assert!(refused.text("/errors/0/field").ends_with("/duties/self_check_day"), "{refused}");
        ask_for(&office, 28).await;

        let before = list(&desk, "").await;
        assert_eq!((&before["month"], &before["due_day"], &before["townships"][0]["done"]), (&json!("2026-11"), &json!("2026-11-28"), &json!(0)), "{before}");
        let all = world.office().await.list(&format!("/api/v1/sites?township_id={}&status=active", desk.unit())).await.len();
        assert_eq!((before["items"].as_array().map(Vec::len), &before["townships"][0]["sites"]), (Some(all), &json!(all)));
        // A visit of the county is none, however it is entered; a month ago is none of this month.
        inspector.send(&own.visit(&inspector, &[]).draft(&inspector, 1).seal()).await;
        enter(&desk, (inspector.person(), inspector.post()), &own, "2026-11-20", 2_701).await;
        enter(&desk, (desk.person(), desk.post()), &own, "2026-10-30", 2_702).await;
        assert_eq!(of(&list(&desk, "").await, &own), Value::Null);
        assert_eq!(of(&list(&desk, "?month=2026-10").await, &own), json!("2026-10-30"));
        enter(&desk, (desk.person(), desk.post()), &own, "2026-11-20", 2_703).await;
        let after = list(&desk, "").await;
        assert_eq!((of(&after, &own), of(&after, &second)), (json!("2026-11-20"), Value::Null));
        let items = after["items"].as_array().expect("items");
        assert_eq!((items.last().expect("one")["site_id"].clone(), after["townships"][0]["done"].clone()), (json!(own.id()), json!(1)), "what waits stands first");

        // A township its own, the county all, others nothing.
        let county = list(&office, "").await;
        assert!(county["townships"].as_array().expect("townships").len() > 1 && county["items"] == json!([]), "{county}");
        let one = list(&office, &format!("?township_id={}", desk.unit())).await;
        assert_eq!(one["items"], after["items"]);
        let theirs = list(&other, "").await;
        assert_eq!(theirs["townships"][0]["township_id"], json!(other.unit()));
        other.http.get(&format!("/api/v1/duties/self-checks?township_id={}", desk.unit())).await.expect_problem(404, "not_found");
        for month in ["2026-13", "2026-12"] {
            let answer = desk.http.get(&format!("/api/v1/duties/self-checks?month={month}")).await.expect_problem(422, "invalid_field");
            assert_eq!(answer.at("/errors/0/field"), "/month");
        }
        world.desk(Role::VillageCadre).await.http.get("/api/v1/duties/self-checks").await.expect_problem(403, "forbidden");
        // What the settings took back is asked for no more.
        ask_for(&office, 0).await;
        assert_eq!(list(&desk, "").await["due_day"], Value::Null);
    }

    async fn what_was_due_five_working_days_ago_stands_still_until_somebody_looks(world: World) {
        let inspector = world.inspector().await;
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let township = world.township_id(0).await;
        let lacking = async || -> (Value, i64) {
            let idle = world.office().await.http.get("/api/v1/duties/no-progress").await.expect(200).json();
            let rows = idle["items"].as_array().expect("items").clone();
            let row = rows.into_iter().find(|row| row["township_id"] == json!(township));
            (idle["self_check_month"].clone(), row.map_or(0, |row| row["self_checks"].as_i64().expect("a number")))
        };
        // Asked for on 23 November until the 20th of each month: November's day had passed, so it counts for nobody.
        ask_for(&world.office().await, 20).await;
        world.clock.advance(TimeDelta::days(14));
        assert_eq!(lacking().await, (Value::Null, 0), "nobody was asked in time");
        // 20 December is a Sunday; five whole working days later is the night of the 25th.
        world.clock.set("2026-12-25T12:00:00+08:00".parse().expect("an instant"));
        assert_eq!(lacking().await.1, 0, "the fifth working day is going on");
        world.clock.set("2026-12-28T09:00:00+08:00".parse().expect("an instant"));
        let (month, sites) = lacking().await;
        let desk = world.township(0, Role::DeskOfficer).await;
        let open = list(&desk, "?month=2026-12").await;
        let waiting = open["items"].as_array().expect("items").iter().filter(|item| item["checked_on"] == Value::Null).count();
        assert_eq!((month, sites), (json!("2026-12"), i64::try_from(waiting).expect("few")), "every number opens its rows");
        assert!(sites > 0);
        // Made up for later counts, and is told at once.
        world.clock.set("2027-01-05T09:00:00+08:00".parse().expect("an instant"));
        let desk = world.township(0, Role::DeskOfficer).await;
        enter(&desk, (desk.person(), desk.post()), &site, "2027-01-04", 2_710).await;
        assert_eq!(lacking().await, (json!("2026-12"), sites - 1));
        assert_eq!(of(&list(&desk, "?month=2026-12").await, &site), json!("2027-01-04"));
        let own = desk.http.get("/api/v1/duties/no-progress").await.expect(200);
        assert_eq!(own.at("/items/0/self_checks"), json!(sites - 1), "{own}");
    }
}
