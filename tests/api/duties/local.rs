//! What departments repair on a township's land: the township looks on, and nothing else; and the numbers of referrals open their rows.

use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::desk::{about, applied, found, issue, release, round, ticket};
use lalian_tests::phone::fresh_id;
use lalian_tests::photo;
use lalian_tests::stories;
use lalian_tests::visit::id_of;
use lalian_tests::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

const LOCAL: &str = "/api/v1/tickets?local=true";

/// The office gives a ticket to a department.
async fn to_department(world: &World, id: Uuid, department: Uuid) {
    let to = json!({
        "unit_kind": "department", "unit_id": department, "severity": null, "is_static": null, "deadline_days": null, "note": "",
    });
    applied(&world.office().await, "ticket.issue/1", id, to).await;
}

fn ids(rows: &[Value]) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = rows.iter().map(|row| id_of(&row["id"])).collect();
    ids.sort();
    ids
}

/// Everything that counts for a township: its own list, badges, zero board and counters.
async fn figures(world: &World, township: usize) -> Value {
    let (officer, deputy) = (
        world.township(township, Role::DeskOfficer).await,
        world.township(township, Role::DeputyLeader).await,
    );
    let mut told = json!({ "own": ids(&officer.list("/api/v1/tickets").await) });
    for path in ["/tickets/counts", "/figures/counters"] {
        let mut said = deputy.http.get(&format!("/api/v1{path}")).await.expect(200).json();
        said["as_of"] = Value::Null;
        said["to"] = Value::Null;
        told[path] = said;
    }
    told
}

async fn ask_department(world: &World, id: Uuid, department: &Actor) -> Uuid {
    let request = fresh_id();
    let asked = json!({
        "request_id": request, "what": "refer", "reason": "站牌归部门管", "unit_kind": "department", "unit_id": department.unit(),
    });
    applied(&world.township(0, Role::DeputyLeader).await, "ticket.ask/1", id, asked).await;
    let agreed = json!({ "request_id": request, "verdict": "approved", "note": "", "days": 3 });
    applied(&world.office().await, "ticket.decide/1", id, agreed).await;
    request
}

stories! {
    async fn a_township_looks_on_while_a_department_repairs_on_its_land(world: World) {
        let (inspector, department) = (world.inspector().await, world.desk(Role::Department).await);
        let tickets = found(&world, &inspector, &["BUS-01", "BUS-02", "BUS-03"], 2_700).await;
        let [theirs, referred, own] = tickets[..] else { panic!("three: {tickets:?}") };
        let officer = world.township(0, Role::DeskOfficer).await;
        assert!(officer.list(LOCAL).await.is_empty(), "nothing yet");
        officer.http.get(&format!("/api/v1/tickets/{theirs}")).await.expect_problem(404, "not_found");
        for id in [referred, own] {
            issue(&world, id, 0).await;
            applied(&officer, "ticket.accept/1", id, json!({ "person_named": "" })).await;
        }
        let before = figures(&world, 0).await;
        to_department(&world, theirs, department.unit()).await;
        assert_eq!(figures(&world, 0).await, before, "it counts nowhere for the township");
        ask_department(&world, referred, &department).await;

        let officer = world.township(0, Role::DeskOfficer).await;
        let mut both = [theirs, referred];
        both.sort();
        assert_eq!(ids(&officer.list(LOCAL).await), both);
        let mut mine = [referred, own];
        mine.sort();
        assert_eq!(ids(&officer.list("/api/v1/tickets").await), mine, "its own list is as before");
        for role in [Role::MainLeader, Role::DeputyLeader, Role::DeskOfficer] {
            let reader = world.township(0, role).await;
            let row = ticket(&reader, theirs).await;
            assert_eq!((&row["allowed"], &row["may_ask"], &row["photo_flags"], &row["projects"]), (&json!([]), &json!([]), &json!([]), &json!([])), "{role:?}");
            assert_eq!((&row["unit_id"], row["before"].as_array().map(Vec::len)), (&json!(department.unit()), Some(1)));
            let photo = row["before"][0]["file_id"].as_str().expect("an id").to_owned();
            reader.http.get(&format!("/api/v1/photos/{photo}/thumb")).await.expect(200);
        }
        // Looking is all: a command, a figure of departments, a list of another kind are none of its business.
        let deputy = world.township(0, Role::DeputyLeader).await;
        for (kind, more) in [
            ("ticket.accept/1", json!({ "person_named": "" })),
            ("ticket.rectify/1", json!({ "attempt_id": fresh_id(), "note": "" })),
            ("ticket.ask/1", json!({ "request_id": fresh_id(), "what": "extension", "reason": "x", "wanted_day": "2026-12-20", "measure": "围挡", "unit_kind": null, "unit_id": null })),
            ("ticket.mark_hard/1", json!({ "hard": true, "ask": "x" })),
        ] {
            deputy.operate(kind, about(theirs, &more)).await.expect_refusal("unknown_ticket");
        }
        // Another township: neither in its list nor by the id.
        let other = world.township(1, Role::DeskOfficer).await;
        assert!(other.list(LOCAL).await.is_empty());
        for id in [theirs, referred, own] {
            other.http.get(&format!("/api/v1/tickets/{id}")).await.expect_problem(404, "not_found");
        }
        assert!(other.list(&format!("{LOCAL}&township_id={}", world.township_id(0).await)).await.is_empty(), "a filter widens nothing");
        for actor in [&department, &world.office().await, &inspector] {
            actor.http.get(LOCAL).await.expect_problem(403, "forbidden");
        }
        // It stays so to the end, which the department brings about.
        world.clock.advance(TimeDelta::minutes(1));
        let department = world.desk(Role::Department).await;
        applied(&department, "ticket.accept/1", theirs, json!({ "person_named": "" })).await;
        let attempt = fresh_id();
        let repair = about(theirs, &json!({ "attempt_id": attempt, "note": "已换" }));
        department.send(&department.draft("ticket.rectify/1", repair).photo("after", None, photo::tiny(2_701)).seal()).await;
        applied(&department, "ticket.submit/1", theirs, json!({ "attempt_id": attempt, "note": "" })).await;
        let officer = world.township(0, Role::DeskOfficer).await;
        let row = ticket(&officer, theirs).await;
        assert_eq!((&row["state"], row["after"].as_array().map(Vec::len), &row["check"]), (&json!("submitted"), Some(1), &Value::Null));
        assert_eq!(row["events"].as_array().expect("events").len(), 5, "{row}");
    }

    async fn what_a_hidden_round_found_stays_hidden_until_its_release(world: World) {
        let (inspector, department, office) = (world.inspector().await, world.desk(Role::Department).await, world.office().await);
        let hidden = round(&office, "unannounced", "after_look").await;
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let mut visit = site.visit(&inspector, &["BUS-01"]);
        visit.payload["round_id"] = json!(hidden);
        inspector.send(&visit.draft(&inspector, 2_710).seal()).await;
        let id = id_of(&office.list(&format!("/api/v1/tickets?site_id={}", site.id())).await[0]["id"]);
        to_department(&world, id, department.unit()).await;
        let officer = world.township(0, Role::DeskOfficer).await;
        assert!(officer.list(LOCAL).await.is_empty());
        officer.http.get(&format!("/api/v1/tickets/{id}")).await.expect_problem(404, "not_found");
        release(&office, hidden).await;
        assert_eq!(ids(&officer.list(LOCAL).await), [id]);
        ticket(&officer, id).await;
    }

    /// Each number of the table is as long as the list with the same filters, of a department and of the county.
    async fn every_number_of_referrals_opens_its_rows(world: World) {
        let (inspector, department) = (world.inspector().await, world.desk(Role::Department).await);
        let tickets = found(&world, &inspector, &["BUS-01", "BUS-02", "BUS-03"], 2_720).await;
        let officer = world.township(0, Role::DeskOfficer).await;
        for id in &tickets {
            issue(&world, *id, 0).await;
            applied(&officer, "ticket.accept/1", *id, json!({ "person_named": "" })).await;
        }
        // One is given back twice, then done late; one is under way and late; one is under way.
        for _ in 0..2 {
            let request = ask_department(&world, tickets[0], &department).await;
            applied(&department, "ticket.refer_return/1", tickets[0], json!({ "request_id": request, "reason": "不归本局" })).await;
            world.clock.advance(TimeDelta::minutes(1));
        }
        let request = ask_department(&world, tickets[0], &department).await;
        ask_department(&world, tickets[1], &department).await;
        world.clock.advance(TimeDelta::days(9));
        let (department, office) = (world.desk(Role::Department).await, world.office().await);
        applied(&department, "ticket.refer_done/1", tickets[0], json!({ "request_id": request, "note": "" })).await;
        ask_department(&world, tickets[2], &department).await;
        let other = fresh_id();
        for reader in [&office, &department] {
            let told = reader.http.get("/api/v1/figures/referrals").await.expect(200).json();
            let row = told["items"][0].clone();
            assert_eq!((told["items"].as_array().map(Vec::len), &row["department_id"]), (Some(1), &json!(department.unit())));
            for (name, wanted) in [("open", 2), ("overdue", 1), ("done", 1), ("done_late", 1), ("returned", 1)] {
                assert_eq!((&row[name], &told["total"][name]), (&json!(wanted), &json!(wanted)), "{name} of {told}");
                for filter in [format!("referral={name}"), format!("referral={name}&referred_to={}", department.unit())] {
                    assert_eq!(reader.list(&format!("/api/v1/tickets?{filter}")).await.len(), wanted, "{filter}");
                }
            }
            assert_eq!(reader.list(&format!("/api/v1/tickets?referred_to={}", department.unit())).await.len(), 3);
            assert!(reader.list(&format!("/api/v1/tickets?referral=open&referred_to={other}")).await.is_empty());
        }
    }
}
