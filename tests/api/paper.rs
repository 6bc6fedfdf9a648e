//! Paper has equal standing: a sheet is entered later by somebody who says so, and gets the same receipts.

use chrono::{DateTime, TimeDelta, Utc};
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::phone::{Draft, Sealed, stamp};
use lalian_tests::photo;
use lalian_tests::stories;
use lalian_tests::visit::Visit;
use lalian_tests::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

/// A visit as a typist seals it for the person who walked.
fn sheet(typist: &Actor, author: (Uuid, Uuid), visit: &Visit, paper: &Value) -> Sealed {
    sheet_draft(typist, author, visit, paper).photo("paper", None, photo::tiny(4_242)).seal()
}

fn sheet_draft<'a>(
    typist: &'a Actor,
    (person, post): (Uuid, Uuid),
    visit: &Visit,
    paper: &Value,
) -> Draft<'a> {
    let mut payload = visit.payload.clone();
    payload["paper"] = paper.clone();
    typist
        .draft("inspection.submit/1", payload)
        .with("author", json!({ "person_id": person, "post_id": post }))
        .with("entered_by", json!({ "person_id": typist.person(), "post_id": typist.post() }))
        .with("capture", json!("paper"))
}

fn moment(value: &Value) -> DateTime<Utc> {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no moment: {value}"))
}

fn flags(answer: &Value) -> Vec<String> {
    let all = answer["flags"].as_array().cloned().unwrap_or_default();
    all.iter().map(|flag| flag["code"].as_str().unwrap_or_default().to_owned()).collect()
}

stories! {
    async fn a_sheet_becomes_its_walkers_visit_with_a_receipt(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let visit = site.visit(&office, &["BUS-01"]);
        let filled = office.now() - TimeDelta::days(2);
        let paper = json!({ "sheet_filled_at": stamp(filled), "filled_by": "检查员甲", "author": null, "no_photo_reason": null });
        let sealed = sheet(&office, (inspector.person(), inspector.post()), &visit, &paper);
        let (answer, _) = office.send(&sealed).await;
        assert_eq!(answer.at("/outcome"), "applied", "{answer}");
        assert!(!flags(&answer.json()).contains(&"sheet_missing".to_owned()), "{answer}");
        office.verified_receipt(&sealed).await;

        let shown = office.http.get(&format!("/api/v1/inspections/{}", visit.inspection)).await.expect(200).json();
        assert_eq!((&shown["capture"], &shown["filled_by"]), (&json!("paper"), &json!("检查员甲")), "{shown}");
        assert_eq!(shown["person_id"], json!(inspector.person()), "the walker is the author");
        assert_eq!(shown["entered_by_name"], office.me["person"]["name"]);
        assert_eq!(moment(&shown["observed_at"]), filled, "it was when the sheet says");
        assert_eq!(shown["photos"][0]["role"], "paper");
        // The walker reads it too, and its failed answer is a ticket like any other.
        let mine = inspector.list("/api/v1/inspections").await;
        assert!(mine.iter().any(|row| row["id"] == json!(visit.inspection)));
        let tickets = office.list(&format!("/api/v1/tickets?site_id={}", site.id())).await;
        assert_eq!(tickets.len(), 1);
        // Sent again it is the same; under another body the id is taken.
        assert_eq!(office.put(&sealed).await.expect(200).at("/server_seq"), answer.at("/server_seq"));
    }

    async fn a_sheet_says_how_sure_it_is(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let site = world.site(&inspector, "bus_shelter", 0).await;
        let walker = (inspector.person(), inspector.post());
        let said = async |paper: Value, photo: bool| {
            let visit = site.visit(&office, &[]);
            let draft = sheet_draft(&office, walker, &visit, &paper);
            let draft = if photo { draft.photo("paper", None, photo::tiny(1)) } else { draft };
            (visit.inspection, office.put(&draft.seal()).await.expect(201).json())
        };
        let (_, bare) = said(json!({ "sheet_filled_at": "2026-11-20", "filled_by": "检查员甲", "no_photo_reason": "原件已上交" }), false).await;
        let missing = bare["flags"].as_array().expect("flags").iter().find(|flag| flag["code"] == "sheet_missing").cloned();
        assert_eq!(missing.expect("flagged")["detail"], "原件已上交");
        let (_, future) = said(json!({ "sheet_filled_at": stamp(office.now() + TimeDelta::days(3)), "filled_by": "甲" }), true).await;
        assert!(flags(&future).contains(&"clock_doubtful".to_owned()), "{future}");
        let (_, before) = said(json!({ "sheet_filled_at": "1999-01-01", "filled_by": "甲" }), true).await;
        assert!(flags(&before).contains(&"post_ended".to_owned()), "nobody held this post then: {before}");
        // A day that nobody can read falls back on the time of entering.
        let (id, odd) = said(json!({ "sheet_filled_at": "上周三", "filled_by": "甲" }), true).await;
        assert_eq!(odd["status"], "accepted");
        let shown = office.http.get(&format!("/api/v1/inspections/{id}")).await.expect(200).json();
        assert_eq!(moment(&shown["observed_at"]), office.now());
    }

    async fn a_desk_officer_enters_sheets_of_the_own_township_only(world: World) {
        let inspector = world.inspector().await;
        let desk = world.township(0, Role::DeskOfficer).await;
        let (own, other) = (world.site(&inspector, "bus_shelter", 0).await, world.site(&inspector, "bus_shelter", 1).await);
        let paper = json!({ "sheet_filled_at": "2026-11-20", "filled_by": "驻村工作队员" });
        // Of somebody without an account: the typist's own.
        let me = (desk.person(), desk.post());
        let visit = own.visit(&desk, &[]);
        let answer = desk.put(&sheet(&desk, me, &visit, &paper)).await.expect(201).json();
        assert_eq!(answer["status"], "accepted", "{answer}");
        // Of an inspector who walked there.
        let walker = (inspector.person(), inspector.post());
        let visit = own.visit(&desk, &[]);
        let answer = desk.put(&sheet(&desk, walker, &visit, &paper)).await.expect(201).json();
        assert_eq!(answer["status"], "accepted", "{answer}");
        // Elsewhere neither.
        for author in [me, walker] {
            let visit = other.visit(&desk, &[]);
            desk.put(&sheet(&desk, author, &visit, &paper)).await.expect_refusal("not_permitted");
        }
        // Without paper a desk officer inspects nothing.
        let visit = own.visit(&desk, &[]);
        let plain = desk.draft("inspection.submit/1", visit.payload.clone()).seal();
        desk.put(&plain).await.expect_refusal("not_permitted");
        // Others enter nothing for anybody.
        let cadre = world.desk(Role::VillageCadre).await;
        let visit = own.visit(&cadre, &[]);
        cadre.put(&sheet(&cadre, walker, &visit, &paper)).await.expect_problem(422, "refused");
        let leader = world.desk(Role::CountyLeader).await;
        leader.put(&sheet(&leader, walker, &own.visit(&leader, &[]), &paper)).await.expect_problem(422, "refused");
    }

    async fn entering_paper_lends_no_authority_over_tickets(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let site = world.site(&inspector, "bus_shelter", 0).await;
        inspector.send(&site.visit(&inspector, &["BUS-01"]).draft(&inspector, 3).seal()).await;
        let ticket = office.list(&format!("/api/v1/tickets?site_id={}", site.id())).await.remove(0);
        let (desk, deputy) = (world.township(0, Role::DeskOfficer).await, world.township(0, Role::DeputyLeader).await);
        let payload = json!({ "ticket_id": ticket["id"], "seen_version": ticket["version"], "reason": "重复" });
        let lent = |typist: &Actor, author: &Actor, kind: &str| {
            typist.draft(kind, payload.clone())
                .with("author", json!({ "person_id": author.person(), "post_id": author.post() }))
                .with("entered_by", json!({ "person_id": typist.person(), "post_id": typist.post() }))
                .with("capture", json!("paper")).seal()
        };
        for (typist, author, kind) in [(&desk, &deputy, "ticket.submit/1"), (&inspector, &office, "ticket.decline/1"), (&desk, &office, "ticket.void/1")] {
            typist.put(&lent(typist, author, kind)).await.expect_problem(422, "refused");
        }
        let after = office.http.get(&format!("/api/v1/tickets/{}", ticket["id"].as_str().expect("an id"))).await.expect(200).json();
        assert_eq!(after["version"], ticket["version"], "nothing happened to it");
    }

    async fn paper_sealed_on_a_phone_arrives_after_its_typist_signed_out(world: World) {
        let (walker, typist) = (world.inspector().await, world.phone_of(Role::Inspector, 1).await);
        let site = world.site(&typist, "bus_shelter", 0).await;
        let visit = site.visit(&typist, &[]);
        let paper = json!({ "sheet_filled_at": "2026-11-20", "filled_by": "检查员甲" });
        let sealed = sheet(&typist, (walker.person(), walker.post()), &visit, &paper);
        typist.http.post("/api/v1/session/logout", &json!({})).await;
        let http = typist.sending_only();
        let answer = lalian_tests::actor::put(&http, &sealed).await.expect(201);
        assert_eq!(answer.at("/missing").as_array().map(Vec::len), Some(1), "{answer}");
        lalian_tests::tus::upload(&http, &sealed.photos[0].bytes, 64 * 1024).await;
        let shown = walker.http.get(&format!("/api/v1/operations/{}/receipt", sealed.id)).await;
        assert_eq!(shown.status, 200, "the walker has the receipt as well: {shown}");
    }
}
