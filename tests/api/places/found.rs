//! Where a fault away from any site belongs: its position says so, and where it cannot a person decides.

use chrono::TimeDelta;
use lalian::{app::Caller, domain::places::geojson};
use lalian_tests::actor::Actor;
use lalian_tests::desk::{applied, flags, round, ticket};
use lalian_tests::http::Answer;
use lalian_tests::phone::{Sealed, fresh_id};
use lalian_tests::stories;
use lalian_tests::visit::id_of;
use lalian_tests::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

/// A township like a ring: twenty kilometres wide, with a hole of four in its middle.
async fn ring(world: &World) -> Uuid {
    let square = |from: f64, to: f64| {
        let corners = [(from, from), (to, from), (to, to), (from, to), (from, from)];
        json!(corners.map(|(east, north)| [100.0 + east, 31.0 + north]))
    };
    let drawn = json!({ "type": "FeatureCollection", "features": [{
        "type": "Feature",
        "properties": { "code": "519901119000", "name": "环山镇", "level": "township", "parent": "519901000000" },
        "geometry": { "type": "Polygon", "coordinates": [square(-0.1, 0.1), square(-0.02, 0.02)] },
    }] });
    let rows = geojson::divisions(drawn.to_string().as_bytes()).expect("divisions");
    world.server().app().import_divisions(&Caller::system(None), &rows).await.expect("imported");
    // What operations are judged by is looked at again after some seconds.
    world.clock.advance(TimeDelta::seconds(10));
    let rows = world.office().await.list("/api/v1/divisions?q=环山镇").await;
    id_of(&rows.iter().find(|row| row["name"] == "环山镇").expect("the new township")["id"])
}

fn report(actor: &Actor, position: &Value) -> Sealed {
    let payload = json!({
        "finding_id": fresh_id(), "site_id": null, "item_code": null, "instance_key": "", "title": "路边垃圾", "note": "",
        "severity": "minor", "is_static": false, "position": position, "fixed_on_spot": false,
    });
    actor.draft("finding.report/1", payload).seal()
}

fn at(lon: f64, lat: f64, accuracy: Option<f64>) -> Value {
    json!({ "lon": lon, "lat": lat, "accuracy_m": accuracy, "fixed_at": null, "source": "browser", "datum": "wgs84" })
}

/// The ticket that an accepted report opened.
fn opened(answer: &Answer) -> Uuid {
    id_of(&answer.at("/changed/0/id"))
}

/// What is told of a position, whether the ring has it, and whether a person has to look.
type Case = (&'static str, Value, &'static [&'static str], bool, bool);

fn cases() -> [Case; 13] {
    const PLAIN: &[&str] = &[];
    const BORDER: &[&str] = &["border"];
    const OUTSIDE: &[&str] = &["outside_county_place"];
    const NOWHERE: &[&str] = &["no_place"];
    let fix = Some(8.0);
    [
        ("well inside", at(99.94, 30.94, fix), PLAIN, true, false),
        ("on the border", at(99.9, 31.0, fix), BORDER, true, true),
        ("48 m inside, and that is certain", at(99.9005, 30.95, fix), PLAIN, true, false),
        ("48 m inside, give or take 60", at(99.9005, 30.95, Some(60.0)), BORDER, true, true),
        ("48 m inside, and nobody knows how surely", at(99.9005, 30.95, None), BORDER, true, true),
        ("in the hole", at(100.0, 31.0, fix), OUTSIDE, false, true),
        ("on the edge of the hole", at(99.98, 31.0, fix), BORDER, true, true),
        ("in another province", at(110.0, 31.0, fix), OUTSIDE, false, true),
        ("not told", Value::Null, NOWHERE, false, true),
        ("no longitude on Earth", at(180.5, 31.0, fix), NOWHERE, false, true),
        ("no latitude on Earth", at(100.0, -90.5, fix), NOWHERE, false, true),
        ("no accuracy that there is", at(99.94, 30.94, Some(-1.0)), NOWHERE, false, true),
        ("the biggest number", at(f64::MAX, 31.0, fix), NOWHERE, false, true),
    ]
}

stories! {
    async fn a_position_says_whose_it_is_or_asks_a_person(world: World) {
        let (ring, inspector) = (ring(&world).await, world.inspector().await);
        let office = world.office().await;
        // A round that issues at once takes the look from nobody's border.
        round(&office, "announced", "at_once").await;
        let mut asked = Vec::new();
        for (what, position, told, inside, waits) in cases() {
            let answer = inspector.put(&report(&inspector, &position)).await.expect(201);
            assert_eq!(flags(&answer), told, "{what}: {answer}");
            assert!(answer.at("/receipt").is_string(), "{what}: never thrown away");
            let row = ticket(&office, opened(&answer)).await;
            assert_eq!((&row["state"], &row["border"]), (&json!("pending"), &json!(waits)), "{what}: {row}");
            let township = if inside { json!(ring) } else { Value::Null };
            assert_eq!((&row["township_id"], &row["unit_id"]), (&township, &township), "{what}");
            let kept = if told == ["no_place"] { Value::Null } else { position["lon"].clone() };
            assert_eq!(row["lon"], kept, "{what}");
            if waits {
                asked.push((opened(&answer), answer.at("/operation_id")));
            }
        }
        let queue = office.list("/api/v1/tickets?border=true&state=pending").await;
        assert_eq!(queue.len(), asked.len(), "{queue:?}");
        let flagged = office.list("/api/v1/operations?status=flagged").await;
        for (ticket, operation) in &asked {
            assert!(queue.iter().any(|row| row["id"] == json!(ticket)), "{ticket}");
            assert!(flagged.iter().any(|row| row["operation_id"] == *operation), "{operation}");
        }

        // Whoever issues it has decided where it is.
        let unit = world.township_id(0).await;
        let to = json!({ "unit_kind": "township", "unit_id": unit });
        applied(&office, "ticket.issue/1", asked[0].0, to).await;
        let settled = ticket(&office, asked[0].0).await;
        assert_eq!((&settled["border"], &settled["township_id"], &settled["unit_id"]), (&json!(false), &json!(unit), &json!(unit)));
        assert_eq!(office.list("/api/v1/tickets?border=true&state=pending").await.len(), asked.len() - 1);
    }

    async fn a_position_that_is_no_number_is_kept_with_its_work(world: World) {
        let inspector = world.inspector().await;
        let sealed_as = |number: &str| {
            let mut sealed = report(&inspector, &at(99.25, 31.0, Some(8.0)));
            let text = String::from_utf8(sealed.bytes).expect("text").replace("99.25", number);
            sealed.bytes = text.into_bytes();
            sealed.signature = inspector.phone.as_ref().map(|phone| phone.sign(&sealed.bytes));
            sealed
        };
        // JSON has no NaN, so the body cannot even name itself; it is kept by its hash.
        for number in ["NaN", "Infinity", "-"] {
            let answer = inspector.put(&sealed_as(number)).await.expect_problem(400, "malformed");
            assert_eq!(answer.at("/kept"), json!(true), "{number}: {answer}");
        }
        for number in ["1e999", "\"99.25\"", "[99.25]"] {
            let sealed = sealed_as(number);
            inspector.put(&sealed).await.expect_refusal("unreadable");
            assert_eq!(inspector.verified_receipt(&sealed).await["status"], "refused", "{number}");
        }
        let office = world.office().await;
        assert_eq!(office.list("/api/v1/operations?status=quarantined").await.len(), 3);
        assert_eq!(office.list("/api/v1/operations?status=refused").await.len(), 3);
    }
}
