//! Refused work is kept, and can still take effect: judged again when it is sent again, or admitted by the office.

use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::desk::{about, found, in_progress, issue, ticket};
use lalian_tests::phone::{Draft, Sealed, fresh_id};
use lalian_tests::photo;
use lalian_tests::stories;
use lalian_tests::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

fn report(text: &str) -> Value {
    json!({
        "finding_id": fresh_id(), "site_id": null, "item_code": null, "instance_key": "", "title": text, "note": "",
        "severity": "minor", "is_static": false, "position": null, "fixed_on_spot": false,
    })
}

/// What an inspector sealed on a colleague's phone.
fn on_a_borrowed_phone(author: &Actor, owner: &Actor, payload: Value) -> Sealed {
    let phone = owner.phone.as_ref().expect("a phone");
    let by = (author.person(), author.post());
    Draft::new(Some(phone), by, "finding.report/1", payload, author.now()).with_seq(1).seal()
}

fn decision(id: Uuid) -> String {
    format!("/api/v1/operations/{id}/decision")
}

/// The tickets that an author's report became, by the title.
async fn titled(office: &Actor, title: &str) -> Vec<Value> {
    let rows = office.list("/api/v1/tickets").await;
    rows.into_iter().filter(|row| row["title"] == title).collect()
}

stories! {
    async fn a_command_on_a_ticket_that_is_not_known_yet_is_judged_again(world: World) {
        let inspector = world.inspector().await;
        let id = found(&world, &inspector, &["BUS-01"], 90).await[0];
        let officer = world.township(0, Role::DeskOfficer).await;
        // The township hears of it only when it is issued; before, it reads like one that nobody has.
        let early = officer.draft("ticket.accept/1", about(id, &json!({ "person_named": "" }))).photo("after", None, photo::tiny(9_001)).seal();
        let refused = officer.put(&early).await.expect_refusal("unknown_ticket");
        officer.upload(&early.photos[0].bytes).await;
        assert_eq!(officer.verified_receipt(&early).await["status"], "refused", "kept with its photo");
        let before = ticket(&world.office().await, id).await;
        assert_eq!((&before["state"], &before["after"]), (&json!("pending"), &json!([])));

        issue(&world, id, 0).await;
        let now = officer.put(&early).await.expect(200);
        assert_eq!((now.at("/status"), now.at("/outcome")), (json!("accepted"), json!("applied")), "{now}");
        assert_eq!(now.at("/server_seq"), refused.at("/server_seq"), "one row, one number");
        assert_eq!(ticket(&officer, id).await["state"], "in_progress");
        assert_eq!(officer.verified_receipt(&early).await["status"], "accepted", "a receipt that says what became of it");
        let photos = ticket(&officer, id).await["after"].as_array().cloned().expect("photos");
        assert_eq!((photos.len(), &photos[0]["state"]), (1, &json!("stored")), "its photo lies at the ticket now");
        // From here on the answer stays.
        assert_eq!(officer.put(&early).await.expect(200).at("/status"), "accepted");
        let refused = world.office().await.list("/api/v1/operations?status=refused").await;
        assert!(refused.iter().all(|row| row["operation_id"] != json!(early.id)), "{refused:?}");
    }

    async fn work_from_a_borrowed_phone_takes_effect_once_the_office_says_why(world: World) {
        let (inspector, owner) = (world.inspector().await, world.phone_of(Role::Inspector, 1).await);
        let sealed = on_a_borrowed_phone(&inspector, &owner, report("借来的手机"));
        inspector.put(&sealed).await.expect_refusal("foreign_device");
        let office = world.office().await;
        assert_eq!(titled(&office, "借来的手机").await.len(), 0, "refused work has no effect");

        let path = decision(sealed.id);
        let admit = |reason: &str| json!({ "decision": "admit", "reason": reason });
        office.http.post(&path, &admit("  ")).await.expect_problem(422, "invalid_field");
        world.township(0, Role::DeskOfficer).await.http.post(&path, &admit("x")).await.expect_problem(403, "forbidden");
        let answer = office.http.post(&path, &admit("当时借用同事手机")).await.expect(200);
        assert_eq!((answer.at("/status"), answer.at("/outcome")), (json!("admitted"), json!("applied")));
        let rows = titled(&office, "借来的手机").await;
        assert_eq!((rows.len(), &rows[0]["state"]), (1, &json!("pending")), "{rows:?}");
        assert_eq!(inspector.verified_receipt(&sealed).await["status"], "admitted");
        let kept = office.http.get(&format!("/api/v1/operations/{}", sealed.id)).await.expect(200);
        assert_eq!((kept.at("/status"), kept.at("/decision")), (json!("admitted"), json!("当时借用同事手机")));
        let lines = office.list(&format!("/api/v1/audit?object_id={}", sealed.id)).await;
        let line = lines.iter().find(|line| line["action"] == "operation.decide").expect("on the record");
        assert_eq!((&line["person_id"], &line["reason"]), (&json!(office.person()), &json!("admitted: 当时借用同事手机")));

        // Decided once.
        for again in [admit("再来"), json!({ "decision": "dismiss", "reason": "再来" })] {
            office.http.post(&path, &again).await.expect_problem(409, "wrong_state");
        }
        assert_eq!(titled(&office, "借来的手机").await.len(), 1);
        let answer = inspector.put(&sealed).await.expect(200);
        assert_eq!(answer.at("/status"), "admitted", "its author hears of it: {answer}");

        // The phone's owner goes on counting from one: nobody has used up a number of that phone.
        let own = owner.draft("finding.report/1", report("机主自己的")).with_seq(1).seal();
        let answer = owner.put(&own).await.expect(201);
        assert_eq!(answer.at("/flags").as_array().map(|flags| flags.iter().any(|flag| flag["code"] == "forked")), Some(false), "{answer}");
        assert_eq!(owner.verified_receipt(&own).await["no"], 1, "the first receipt of that phone's chain");
    }

    async fn dismissed_work_stays_readable_and_changes_nothing(world: World) {
        let (inspector, owner) = (world.inspector().await, world.phone_of(Role::Inspector, 1).await);
        let sealed = on_a_borrowed_phone(&inspector, &owner, report("不采用的"));
        inspector.put(&sealed).await.expect_refusal("foreign_device");
        let office = world.office().await;
        let dismiss = json!({ "decision": "dismiss", "reason": "重复上报" });
        let answer = office.http.post(&decision(sealed.id), &dismiss).await.expect(200);
        assert_eq!(answer.at("/status"), "dismissed", "{answer}");
        office.http.post(&decision(sealed.id), &dismiss).await.expect_problem(409, "wrong_state");
        assert_eq!(titled(&office, "不采用的").await.len(), 0);
        let kept = office.http.get(&format!("/api/v1/operations/{}", sealed.id)).await.expect(200);
        assert_eq!((kept.at("/decision"), kept.at("/body/payload/title")), (json!("重复上报"), json!("不采用的")));
        assert_eq!(inspector.put(&sealed).await.expect(200).at("/status"), "dismissed");
        assert_eq!(titled(&office, "不采用的").await.len(), 0, "sending it again does not reopen it");
        // Accepted work is not decided on, and what nobody has is not found.
        let accepted = inspector.draft("finding.report/1", report("照常")).seal();
        inspector.put(&accepted).await.expect(201);
        office.http.post(&decision(accepted.id), &dismiss).await.expect_problem(409, "wrong_state");
        office.http.post(&decision(fresh_id()), &dismiss).await.expect_problem(404, "not_found");
    }

    async fn what_still_names_nothing_cannot_be_admitted(world: World) {
        let inspector = world.inspector().await;
        in_progress(&world, &inspector, 91).await;
        let officer = world.township(0, Role::DeskOfficer).await;
        let sealed = officer.draft("ticket.accept/1", about(fresh_id(), &json!({ "person_named": "" }))).seal();
        officer.put(&sealed).await.expect_refusal("unknown_ticket");
        let office = world.office().await;
        let admit = json!({ "decision": "admit", "reason": "试" });
        office.http.post(&decision(sealed.id), &admit).await.expect_problem(409, "wrong_state");
        let kept = office.http.get(&format!("/api/v1/operations/{}", sealed.id)).await.expect(200);
        assert_eq!((kept.at("/status"), kept.at("/decision")), (json!("refused"), Value::Null), "as it was");
    }
}
