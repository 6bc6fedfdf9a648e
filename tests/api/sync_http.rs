//! The feed's cursors and the reconcile over HTTP: a cursor is of one epoch, person and scope; a row that leaves a scope
//! is told as removed; and a reconcile names what either side lacks.

use chrono::TimeDelta;
use lalian::app::Caller;
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::desk::{applied, found, issue};
use lalian_tests::http::Answer;
use lalian_tests::phone::{Sealed, fresh_id};
use lalian_tests::stories;
use lalian_tests::visit::id_of;
use lalian_tests::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

async fn cursor(actor: &Actor) -> String {
    actor.http.get("/api/v1/sync/snapshot").await.expect(200).text("/cursor")
}

async fn changes(actor: &Actor, cursor: &str) -> Answer {
    actor.http.get(&format!("/api/v1/sync?cursor={cursor}")).await
}

fn seal(actor: &Actor, seq: Option<i64>) -> Sealed {
    let payload = json!({
        "finding_id": fresh_id(), "site_id": null, "item_code": null, "instance_key": "", "title": "对账", "note": "",
        "severity": "minor", "is_static": false, "position": null, "fixed_on_spot": false,
    });
    let draft = actor.draft("finding.report/1", payload);
    match seq {
        Some(seq) => draft.with_seq(seq).seal(),
        None => draft.seal(),
    }
}

fn item(sealed: &Sealed) -> Value {
    json!({ "seq": sealed.seq, "operation_id": sealed.id, "hash": sealed.sha256(), "state": "sent" })
}

/// Lays the lists side by side.
async fn compare(actor: &Actor, epoch: &Value, through: i64, items: Vec<Value>) -> Answer {
    let device = actor.phone.as_ref().expect("a phone").id;
    let report = json!({ "epoch": epoch, "sealed_through": through, "items": items, "held": {} });
    actor.http.post(&format!("/api/v1/devices/{device}/reconcile"), &report).await
}

stories! {
    async fn a_cursor_is_of_one_epoch_one_person_and_one_scope(world: World) {
        let (inspector, colleague, office) = (world.inspector().await, world.phone_of(Role::Inspector, 1).await, world.office().await);
        let own = cursor(&inspector).await;
        changes(&inspector, &own).await.expect(200);
        for (what, broken) in [("none", String::new()), ("nonsense", "AAAA".to_owned()), ("cut", own[..own.len() - 6].to_owned())] {
            let answer = changes(&inspector, &broken).await.expect_problem(410, "gone");
            assert_eq!(answer.at("/changes"), Value::Null, "{what}");
        }
        inspector.http.get("/api/v1/sync").await.expect_problem(410, "gone");
        inspector.http.get("/api/v1/sync/snapshot?page=AAAA").await.expect_problem(410, "gone");
        // The same role and county, and yet another person's.
        changes(&colleague, &own).await.expect_problem(410, "gone");

        // The same person under another post: what one may see the other may not.
        let clerk = json!({ "role": "desk_officer", "unit_id": world.township_id(0).await });
        let http = office.http.with("idempotency-key", "a-second-post");
        let given = http.post(&format!("/api/v1/people/{}/posts", inspector.person()), &clerk).await;
        let second = id_of(&given.at("/id"));
        let inspector = world.inspector().await.acting_as(second);
        changes(&inspector, &own).await.expect_problem(410, "gone");
        let as_clerk = cursor(&inspector).await;
        changes(&inspector, &as_clerk).await.expect(200);

        // After an older copy was put back nothing of before counts.
        world.server().app().renew_epoch(&Caller::system(None)).await.expect("renewed");
        let mut world = world;
        world.restart(|_| ()).await;
        let inspector = world.inspector().await;
        changes(&inspector, &own).await.expect_problem(410, "gone");
        let fresh = cursor(&inspector).await;
        changes(&inspector, &fresh).await.expect(200);
    }

    async fn a_row_that_leaves_a_scope_is_told_as_removed_there_and_nowhere_else(world: World) {
        let (inspector, officer, neighbour) = (world.inspector().await, world.township(0, Role::DeskOfficer).await, world.township(1, Role::DeskOfficer).await);
        let id = found(&world, &inspector, &["BUS-01"], 110).await[0];
        issue(&world, id, 0).await;
        world.clock.advance(TimeDelta::seconds(10));
        let (theirs, others, seen) = (cursor(&officer).await, cursor(&neighbour).await, cursor(&inspector).await);
        assert!(officer.rows("tickets").await.iter().any(|row| row["id"] == json!(id)));

        for person in [0, 1] {
            let office = world.desk_of(Role::Office, person).await;
            let answer = office.operate("ticket.void/1", json!({ "ticket_id": id, "reason": "重复" })).await.expect(201);
            assert_eq!(answer.at("/outcome"), ["waiting", "applied"][person], "{answer}");
        }
        world.clock.advance(TimeDelta::seconds(10));
        for (reader, from) in [(&officer, &theirs), (&inspector, &seen)] {
            let told = reader.told_since(from).await;
            let change = told.iter().find(|change| change["id"] == json!(id)).expect("told");
            assert_eq!((&change["noun"], &change["removed"], &change["row"]), (&json!("tickets"), &json!(true), &Value::Null));
            assert!(reader.rows("tickets").await.iter().all(|row| row["id"] != json!(id)));
        }
        let told = neighbour.told_since(&others).await;
        assert!(told.iter().all(|change| change["id"] != json!(id)), "the neighbour never had it: {told:?}");
    }

    async fn a_ticket_goes_from_one_township_to_the_one_it_is_issued_to(world: World) {
        let inspector = world.inspector().await;
        let (first, second) = (world.township(0, Role::DeskOfficer).await, world.township(1, Role::DeskOfficer).await);
        world.clock.advance(TimeDelta::seconds(10));
        let (of_first, of_second) = (cursor(&first).await, cursor(&second).await);
        let id = found(&world, &inspector, &["BUS-01"], 111).await[0];
        let to = json!({ "unit_kind": "township", "unit_id": second.unit() });
        applied(&world.office().await, "ticket.issue/1", id, to).await;
        world.clock.advance(TimeDelta::seconds(10));
        let told = second.told_since(&of_second).await;
        let change = told.iter().find(|change| change["id"] == json!(id)).expect("told");
        assert_eq!((&change["removed"], &change["row"]["state"]), (&json!(false), &json!("issued")));
        let told = first.told_since(&of_first).await;
        assert!(told.iter().all(|change| change["id"] != json!(id) || change["row"].is_null()), "{told:?}");
    }

    async fn what_may_be_forgotten_is_said_only_where_storage_is_declared_replicated(world: World) {
        let inspector = world.inspector().await;
        inspector.put(&seal(&inspector, None)).await.expect(201);
        let safe_through = async |world: &World, inspector: &Actor| {
            let compared = compare(inspector, &Value::Null, 0, Vec::new()).await.expect(200).at("/safe_through");
            let board = world.office().await.http.get("/api/v1/devices/unsent").await.expect(200).json();
            assert_eq!(board.get("safe_through"), Some(&compared), "the office is told what phones are told: {board}");
            compared
        };
        assert_eq!(safe_through(&world, &inspector).await, Value::Null, "nobody promised anything");

        let mut world = world;
        world.restart(|config| config.storage_replicated = true).await;
        let inspector = world.inspector().await;
        for _ in 0..2 {
            // The number goes on with what is taken in.
            let newest = inspector.put(&seal(&inspector, None)).await;
            assert_eq!(safe_through(&world, &inspector).await, newest.at("/server_seq"), "{newest}");
        }
    }

    async fn a_reconcile_names_what_either_side_lacks(world: World) {
        let inspector = world.inspector().await;
        let epoch = json!(inspector.http.get("/api/v1/health").await.header("lalian-epoch"));
        let sent: Vec<Sealed> = (0..3).map(|_| seal(&inspector, None)).collect();
        for sealed in &sent {
            inspector.put(sealed).await.expect(201);
        }
        // Number 4 never left, 5 is nowhere, and of 6 the phone holds other bytes than the server.
        let never_sent = seal(&inspector, Some(4));
        let sixth = seal(&inspector, Some(6));
        inspector.put(&sixth).await.expect(201);
        let mut changed = item(&sixth);
        changed["hash"] = json!("0".repeat(64));
        let items = vec![item(&sent[0]), item(&sent[2]), item(&never_sent), changed];
        let answer = compare(&inspector, &epoch, 6, items).await.expect(200).json();
        assert_eq!(answer["epoch"], epoch);
        assert_eq!(answer["lacking"], json!([never_sent.id, sixth.id]));
        assert_eq!(answer["unknown"], json!([{ "operation_id": sent[1].id, "seq": 2 }]), "the phone forgot it");
        assert_eq!(answer["gaps"], json!([5]));
        let known: Vec<Uuid> = answer["known"].as_array().expect("known").iter().map(|row| id_of(&row["operation_id"])).collect();
        assert!(known.len() == 3 && known.contains(&sent[0].id) && known.contains(&sent[2].id), "{answer}");
        assert!(answer["known"].as_array().expect("known").iter().all(|row| row["complete"] == true && row["status"] == "accepted"), "{answer}");

        // Everything forgotten, as by a phone that was wiped; and a phone of another epoch lists everything it has.
        for epoch in [&epoch, &json!(fresh_id())] {
            let answer = compare(&inspector, epoch, 6, Vec::new()).await.expect(200).json();
            assert_eq!(answer["unknown"].as_array().map(Vec::len), Some(4), "{answer}");
            assert_eq!(answer["gaps"], json!([4, 5]));
        }
        // Once it has all come there is nothing to say.
        for sealed in [&never_sent, &seal(&inspector, Some(5))] {
            inspector.put(sealed).await.expect(201);
        }
        let from_the_fourth = vec![item(&never_sent), item(&sixth)];
        let answer = compare(&inspector, &epoch, 6, from_the_fourth).await.expect(200).json();
        assert_eq!((&answer["lacking"], &answer["gaps"]), (&json!([]), &json!([])), "{answer}");
        // Somebody else's phone is not compared.
        let (other, device) = (world.phone_of(Role::Inspector, 1).await, inspector.phone.as_ref().expect("a phone").id);
        let report = json!({ "epoch": epoch, "sealed_through": 0, "items": [], "held": {} });
        other.http.post(&format!("/api/v1/devices/{device}/reconcile"), &report).await.expect_problem(404, "not_found");
    }
}
