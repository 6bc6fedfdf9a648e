//! That a photo does not show its repair is found by two people, never by one, never by who took it; and it can be taken back.

use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::desk::{applied, in_progress, repaired, ticket};
use lalian_tests::http::{Answer, Http};
use lalian_tests::phone::fresh_id;
use lalian_tests::stories;
use lalian_tests::visit::id_of;
use lalian_tests::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

const WHY: &str = "照片里是另一面墙";

async fn propose_as(http: &Http, key: &str, photo: Uuid, reason: &str) -> Answer {
    http.with("idempotency-key", key)
        .post("/api/v1/photo-verdicts", &json!({ "file_id": photo, "reason": reason }))
        .await
}

async fn propose(actor: &Actor, photo: Uuid) -> Uuid {
    id_of(&propose_as(&actor.http, &fresh_id().to_string(), photo, WHY).await.expect(201).at("/id"))
}

async fn say(actor: &Actor, verdict: Uuid, decision: &str) -> Answer {
    let body = json!({ "decision": decision, "reason": "看过现场" });
    actor.http.post(&format!("/api/v1/photo-verdicts/{verdict}/decision"), &body).await
}

/// A repair that waits for its check, with its photo of after, and its attempt.
async fn repair(world: &World, seed: u64) -> (Uuid, Uuid, Uuid) {
    let inspector = world.inspector().await;
    let id = in_progress(world, &inspector, seed).await;
    let (attempt, _) = repaired(world, id, seed + 5_000).await;
    let deputy = world.township(0, Role::DeputyLeader).await;
    applied(&deputy, "ticket.submit/1", id, json!({ "attempt_id": attempt, "note": "" })).await;
    let photo = id_of(&ticket(&deputy, id).await["after"][0]["file_id"]);
    (id, attempt, photo)
}

fn codes(row: &Value) -> Vec<&str> {
    let flags = row["photo_flags"].as_array().expect("flags");
    flags.iter().filter(|flag| flag["overruled"].is_null()).filter_map(|flag| flag["code"].as_str()).collect()
}

stories! {
    async fn two_people_find_that_a_photo_does_not_show_the_repair(world: World) {
        let (id, attempt, photo) = repair(&world, 300).await;
        let (first, second) = (world.desk_of(Role::Office, 0).await, world.desk_of(Role::Office, 1).await);
        let deputy = world.township(0, Role::DeputyLeader).await;
        propose_as(&first.http, "a", photo, " ").await.expect_problem(422, "invalid_field");
        propose_as(&first.http, "b", fresh_id(), WHY).await.expect_problem(404, "not_found");
        propose_as(&deputy.http, "c", photo, WHY).await.expect_problem(403, "forbidden");
        let before = id_of(&ticket(&first, id).await["before"][0]["file_id"]);
        propose_as(&first.http, "d", before, WHY).await.expect_problem(409, "wrong_state");

        let one = propose_as(&first.http, "e", photo, WHY).await.expect(201);
        let again = propose_as(&first.http, "e", photo, WHY).await.expect(201);
        assert_eq!(one.at("/id"), again.at("/id"), "the same press of a button");
        propose_as(&second.http, "f", photo, "另一个理由").await.expect_problem(409, "wrong_state");
        let verdict = id_of(&one.at("/id"));
        assert_eq!((one.at("/state"), one.at("/may"), one.at("/own")), (json!("proposed"), json!(["withdraw"]), json!(true)));
        // Nothing has happened, and the unit hears of nothing.
        assert!(!codes(&ticket(&deputy, id).await).contains(&"not_the_repair"));
        assert_eq!(deputy.http.get(&format!("/api/v1/photos/{photo}")).await.expect(200).at("/verdicts"), json!([]));
        // Who proposed is not the second person.
        let own = say(&first, verdict, "confirm").await.expect_problem(409, "wrong_state");
        assert!(own.text("/detail").contains("另一位同事"), "{own}");
        assert_eq!(second.list("/api/v1/photo-verdicts?state=proposed").await[0]["may"], json!(["confirm", "decline"]));

        let done = say(&second, verdict, "confirm").await.expect(200);
        assert_eq!((done.at("/state"), done.at("/may")), (json!("confirmed"), json!(["lift"])));
        say(&second, verdict, "confirm").await.expect(200);
        say(&second, verdict, "decline").await.expect_problem(409, "wrong_state");
        // The unit reads what to do, and no word about intent.
        let row = ticket(&deputy, id).await;
        assert!(codes(&row).contains(&"not_the_repair"), "{}", row["photo_flags"]);
        let told = row["photo_flags"].to_string();
        assert!(told.contains("请整改后到现场重拍"), "{told}");
        for word in ["造假", "虚假", "作弊", "空落实", WHY] {
            assert!(!told.contains(word), "{word}: {told}");
        }
        // It is looked at on site, and no single person overrules it.
        let pass = json!({ "attempt_id": attempt, "verdict": "passed", "reason": null, "note": "", "on_site": false, "position": null });
        let answer = lalian_tests::desk::command(&first, "ticket.verify/1", id, pass).await;
        assert_eq!((answer.at("/outcome"), answer.at("/flags/0/code")), (json!("conflict"), json!("on_site_needed")), "{answer}");
        let flag = row["photo_flags"].as_array().expect("flags").iter().find(|flag| flag["code"] == "not_the_repair").expect("it")["id"].clone();
        let path = format!("/api/v1/photo-flags/{}/decision", flag.as_str().expect("an id"));
        let alone = first.http.with("idempotency-key", "g").post(&path, &json!({ "stands": false, "reason": "x" })).await;
        alone.expect_problem(409, "wrong_state");

        // One person takes it back; then it may be proposed anew.
        let lifted = say(&first, verdict, "lift").await.expect(200);
        assert_eq!(lifted.at("/state"), "lifted");
        assert!(!codes(&ticket(&deputy, id).await).contains(&"not_the_repair"));
        let anew = propose(&second, photo).await;
        say(&first, anew, "confirm").await.expect(200);
        assert!(codes(&ticket(&deputy, id).await).contains(&"not_the_repair"));

        let lines = first.list("/api/v1/audit").await;
        for (action, times) in [("photo_verdict.propose", 2), ("photo_verdict.confirm", 2), ("photo_verdict.lift", 1)] {
            assert_eq!(lines.iter().filter(|line| line["action"] == action && line["object_id"] == json!(photo)).count(), times, "{action}");
        }
        let rules = first.http.get("/api/v1/photo-flags/rules").await.expect(200).json();
        assert!(!rules.to_string().contains("not_the_repair"), "no rule raised it");
    }

    async fn an_inspector_proposes_and_takes_back_and_the_office_declines(world: World) {
        let (id, _, photo) = repair(&world, 301).await;
        let (inspector, other, office) = (world.desk_of(Role::Inspector, 1).await, world.desk_of(Role::Inspector, 0).await, world.office().await);
        let verdict = propose(&inspector, photo).await;
        say(&inspector, verdict, "confirm").await.expect_problem(409, "wrong_state");
        say(&other, verdict, "confirm").await.expect_problem(409, "wrong_state");
        say(&office, verdict, "withdraw").await.expect_problem(409, "wrong_state");
        inspector.http.get("/api/v1/photo-verdicts").await.expect_problem(403, "forbidden");
        say(&inspector, verdict, "withdraw").await.expect(200);
        let verdict = propose(&inspector, photo).await;
        let declined = say(&office, verdict, "decline").await.expect(200);
        assert_eq!((declined.at("/state"), declined.at("/decision")), (json!("declined"), json!("看过现场")));
        assert!(!codes(&ticket(&office, id).await).contains(&"not_the_repair"));
        let page = office.http.get(&format!("/api/v1/photos/{photo}")).await.expect(200);
        let states: Vec<Value> = page.at("/verdicts").as_array().expect("verdicts").iter().map(|one| one["state"].clone()).collect();
        assert_eq!((states.len(), page.at("/may_propose")), (2, json!(true)));
        // No setting makes it lighter.
        let settings = office.http.get("/api/v1/settings").await.expect(200).json();
        let mut wanted = settings["settings"].clone();
        wanted["evidence"]["strengths"] = json!({ "not_the_repair": "off" });
        let body = json!({ "version": settings["version"], "settings": wanted, "reason": "" });
        office.http.with("idempotency-key", "s").with("x-http-method-override", "PUT").post("/api/v1/settings", &body).await.expect_problem(422, "invalid_field");
    }

    async fn many_at_once_propose_one_and_decide_it_once(world: World) {
        let (id, _, photo) = repair(&world, 302).await;
        let (first, second) = (world.desk_of(Role::Office, 0).await, world.desk_of(Role::Office, 1).await);
        let (a, b) = tokio::join!(propose_as(&first.http, "a", photo, "甲"), propose_as(&second.http, "b", photo, "乙"));
        let mut statuses = [a.status, b.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "{a} {b}");
        let (asked, decider) = if a.status == 201 { (a, &second) } else { (b, &first) };
        let verdict = id_of(&asked.at("/id"));
        let (x, y) = tokio::join!(say(decider, verdict, "confirm"), say(decider, verdict, "decline"));
        let mut statuses = [x.status, y.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{x} {y}");
        let confirmed = x.status == 200;
        assert_eq!(codes(&ticket(&first, id).await).contains(&"not_the_repair"), confirmed);
        let lines = first.list("/api/v1/audit").await;
        let decided = lines.iter().filter(|line| ["photo_verdict.confirm", "photo_verdict.decline"].iter().any(|action| line["action"] == *action));
        assert_eq!(decided.count(), 1);
    }
}
