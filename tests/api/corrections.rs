//! What happens to tickets when a fault is mended while the inspector stands there, or when a visit is corrected
//! afterwards: both bodies stay readable, and nothing that was issued is taken back behind the office.

use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::desk::{flags, issue, ticket, tickets_of};
use lalian_tests::http::Answer;
use lalian_tests::photo;
use lalian_tests::stories;
use lalian_tests::visit::{Site, Visit, id_of};
use lalian_tests::world::World;
use serde_json::{Value, json};

/// A visit that fails these items, sent with its photos.
async fn visited(world: &World, inspector: &Actor, fails: &[&str], seed: u64) -> (Site, Visit) {
    let site = world.site(inspector, "bus_shelter", 0).await;
    let visit = site.visit(inspector, fails);
    inspector.send(&visit.draft(inspector, seed).seal()).await;
    (site, visit)
}

/// The same visit again with only these items failed; what fails in both keeps its finding.
async fn corrected(inspector: &Actor, site: &Site, visit: &Visit, fails: &[&str], reason: &str) -> Answer {
    let mut body = site.visit(inspector, fails).payload;
    body["inspection_id"] = json!(visit.inspection);
    for answer in body["answers"].as_array_mut().expect("answers") {
        if let Some((_, finding)) = visit.fails.iter().find(|(code, _)| answer["item"] == json!(code))
            && answer["result"] == "fail"
        {
            answer["findings"][0]["finding_id"] = json!(finding);
        }
    }
    let payload =
        json!({ "inspection_id": visit.inspection, "seen_version": 1, "reason": reason, "inspection": body });
    inspector.operate("inspection.correct/1", payload).await.expect(201)
}

async fn shown(actor: &Actor, visit: &Visit) -> Value {
    actor.http.get(&format!("/api/v1/inspections/{}", visit.inspection)).await.expect(200).json()
}

stories! {
    async fn fixed_on_the_spot_with_a_photo_after_is_closed_from_the_beginning(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let mut visit = site.visit(&inspector, &["BUS-01", "BUS-03"]);
        let answers = visit.payload["answers"].as_array_mut().expect("answers");
        let mended = answers.iter_mut().find(|answer| answer["item"] == "BUS-01").expect("asked");
        mended["findings"][0]["fixed_on_spot"] = json!(true);
        let sealed = visit.draft(&inspector, 80).photo("after", Some("BUS-01"), photo::tiny(8_010)).seal();
        inspector.send(&sealed).await;

        let rows = tickets_of(&office, &site).await;
        let states: Vec<&Value> = rows.iter().map(|row| &row["state"]).collect();
        assert_eq!(states, ["closed", "pending"], "only what was mended is closed");
        let id = id_of(&rows[0]["id"]);
        let seen = ticket(&office, id).await;
        let events = seen["events"].as_array().expect("a history");
        assert_eq!((events.len(), &events[0]["transition"], &events[0]["data"]["fixed_on_spot"]), (1, &json!("T1"), &json!(true)));
        assert!(seen["closed_at"].is_string() && seen["number"].is_string() && seen["due_at"].is_null(), "{seen}");
        for (photos, role) in [("before", "before"), ("after", "after")] {
            let photos = seen[photos].as_array().expect("photos");
            assert_eq!((photos.len(), &photos[0]["role"], &photos[0]["state"]), (1, &json!(role), &json!("stored")), "{seen}");
        }
        // Its township sees that it was, and has nothing to do; it counts in no sum of what had to be done.
        let deputy = world.township(0, Role::DeputyLeader).await;
        let theirs = ticket(&deputy, id).await;
        assert_eq!((&theirs["state"], &theirs["allowed"]), (&json!("closed"), &json!([])));
        assert_eq!(office.http.get("/api/v1/figures/zero").await.expect(200).at("/opened"), 0);
        // The same fault next time is a new one, not a sighting of the closed one.
        let again = site.visit(&inspector, &["BUS-01"]);
        inspector.send(&again.draft(&inspector, 81).seal()).await;
        let open = office.list(&format!("/api/v1/tickets?state=pending&site_id={}", site.id())).await;
        assert_eq!(open.iter().filter(|row| row["item_code"] == "BUS-01").count(), 1, "{open:?}");
    }

    async fn a_correction_withdraws_what_nobody_has_been_given(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let (site, visit) = visited(&world, &inspector, &["BUS-01", "BUS-03"], 82).await;
        let rows = tickets_of(&office, &site).await;
        let answer = corrected(&inspector, &site, &visit, &["BUS-03"], "看错了一项").await;
        assert_eq!(answer.at("/outcome"), "applied");
        assert!(!flags(&answer).iter().any(|code| code.starts_with("correction")), "{answer}");
        let gone = ticket(&office, id_of(&rows[0]["id"])).await;
        assert_eq!(gone["state"], "declined");
        let last = gone["events"].as_array().and_then(|events| events.last()).expect("a history");
        assert_eq!((&last["transition"], &last["reason"]), (&json!("withdrawn"), &json!("看错了一项")));
        assert_eq!(ticket(&office, id_of(&rows[1]["id"])).await["state"], "pending", "what still fails stays");
        // Both bodies stay readable, as they were sealed.
        let shown = shown(&office, &visit).await;
        let revisions = shown["revisions"].as_array().expect("both");
        assert_eq!((revisions.len(), &shown["revision"]), (2, &json!(2)));
        for revision in revisions {
            let id = id_of(&revision["operation_id"]);
            let body = office.http.get(&format!("/api/v1/operations/{id}")).await.expect(200).at("/body");
            assert!(body["payload"]["inspection_id"] == json!(visit.inspection), "{body}");
        }
        // What was taken back may be found again.
        let again = site.visit(&inspector, &["BUS-01"]);
        inspector.send(&again.draft(&inspector, 83).seal()).await;
        let open = office.list(&format!("/api/v1/tickets?state=pending&site_id={}", site.id())).await;
        assert_eq!(open.len(), 2, "{open:?}");
    }

    async fn a_correction_after_issue_is_taken_in_and_the_office_decides(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let (site, visit) = visited(&world, &inspector, &["BUS-01"], 84).await;
        let id = id_of(&tickets_of(&office, &site).await[0]["id"]);
        issue(&world, id, 0).await;
        let number = ticket(&office, id).await["number"].clone();
        let answer = corrected(&inspector, &site, &visit, &[], "其实没有问题").await;
        let told = answer.at("/flags").as_array().cloned().expect("flags");
        assert!(told.contains(&json!({ "code": "correction_after_issue", "detail": number })), "{answer}");
        assert_eq!(ticket(&office, id).await["state"], "issued", "the ticket stands until somebody voids it");
        assert_eq!(shown(&office, &visit).await["revision"], 2);
        let listed = office.list("/api/v1/operations?status=flagged").await;
        assert!(listed.iter().any(|row| row["operation_id"] == answer.at("/operation_id")), "{listed:?}");
    }

    async fn a_correction_after_three_days_is_taken_in_with_a_mark(world: World) {
        let inspector = world.inspector().await;
        let (site, visit) = visited(&world, &inspector, &["BUS-01"], 85).await;
        world.clock.advance(TimeDelta::hours(71));
        let inspector = world.inspector().await;
        let in_time = corrected(&inspector, &site, &visit, &["BUS-01"], "补充").await;
        assert!(!flags(&in_time).contains(&"correction_late".to_owned()), "{in_time}");
        world.clock.advance(TimeDelta::hours(2));
        let inspector = world.inspector().await;
        let late = corrected(&inspector, &site, &visit, &["BUS-01"], "再补充").await;
        assert!(flags(&late).contains(&"correction_late".to_owned()), "{late}");
        let shown = shown(&inspector, &visit).await;
        assert_eq!((&shown["revision"], shown["revisions"].as_array().map(Vec::len)), (&json!(3), Some(3)), "late, not lost: {shown}");
    }
}
