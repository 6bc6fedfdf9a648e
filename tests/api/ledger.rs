//! Ledgers: the rows of the list, in its order, for the eyes of its reader; text is never a formula.

use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::desk::{found, issue, release, round, tickets_of};
use lalian_tests::phone::fresh_id;
use lalian_tests::photo;
use lalian_tests::stories;
use lalian_tests::world::World;
use serde_json::json;
use std::io::{Cursor, Read};

/// The sheet of a ledger as XML.
async fn sheet(actor: &Actor, query: &str) -> String {
    let answer = actor.http.get(&format!("/api/v1/tickets/ledger.xlsx{query}")).await.expect(200);
    assert_eq!(
        answer.headers["content-type"],
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    );
    let name = answer.headers["content-disposition"].to_str().expect("a name").to_owned();
    assert_eq!(name, "attachment; filename=\"ledger-20261123.xlsx\"");
    let mut zip = zip::ZipArchive::new(Cursor::new(answer.bytes)).expect("a workbook");
    let mut xml = String::new();
    zip.by_name("xl/worksheets/sheet1.xml").expect("a sheet").read_to_string(&mut xml).expect("text");
    xml
}

fn rows(xml: &str) -> usize {
    xml.matches("<row ").count()
}

stories! {
    async fn a_ledger_holds_the_rows_of_its_list_for_its_reader(world: World) {
        let (inspector, office) = (world.inspector().await, world.office().await);
        let ids = found(&world, &inspector, &["BUS-01", "BUS-05"], 3_000).await;
        issue(&world, ids[0], 0).await;
        let evil = "=cmd|' /C calc'!A0";
        let report = json!({
            "finding_id": fresh_id(), "site_id": null, "item_code": null, "instance_key": "", "title": evil, "note": "+1\u{1}",
            "severity": "minor", "is_static": true, "position": null, "fixed_on_spot": false,
        });
        inspector.send(&inspector.draft("finding.report/1", report).photo("before", None, photo::tiny(3_010)).seal()).await;
        // Three rows, two lines above and the head.
        let xml = sheet(&office, "").await;
        assert_eq!(rows(&xml), 3 + 3, "{xml}");
        assert!(xml.contains("=cmd|") && !xml.contains("<f>") && !xml.contains("<f "), "text stays text");
        assert!(xml.contains("整改台账　截至 2026-11-23 09:00　共 3 条"), "{xml}");
        assert!(xml.contains("示例数据"), "a demo says so");
        assert!(xml.contains("autoFilter") && xml.contains("<pane "), "a filter row and a frozen head");
        assert!(sheet(&office, "?lang=en").await.contains("Example data"));
        assert_eq!(rows(&sheet(&office, "?state=issued").await), 1 + 3);
        let number = tickets_of(&office, &world.site(&inspector, "bus_shelter", 0).await).await[0]["number"].clone();
        assert!(xml.contains(number.as_str().expect("a number")));

        // A township gets its own and nothing of rounds that it does not know of; the office is told which rows those are.
        let hidden = round(&office, "unannounced", "at_once").await;
        let mut visit = world.site(&inspector, "farmers_market", 0).await.visit(&inspector, &["MKT-01"]);
        visit.payload["round_id"] = json!(hidden);
        inspector.send(&visit.draft(&inspector, 3_020).seal()).await;
        let officer = world.township(0, Role::DeskOfficer).await;
        assert_eq!(rows(&sheet(&officer, "").await), 1 + 3);
        let all = sheet(&office, "").await;
        assert_eq!(rows(&all), 4 + 3);
        assert!(all.contains("暗访未公布") && !sheet(&officer, "").await.contains("暗访未公布"));
        assert_eq!(rows(&sheet(&world.township(1, Role::DeskOfficer).await, "").await), 3, "nothing of theirs");
        release(&office, hidden).await;
        assert_eq!(rows(&sheet(&officer, "").await), 2 + 3);

        // Who took it along stands in the record, with the hash of what it was.
        let lines = office.list("/api/v1/audit").await;
        let taken: Vec<_> = lines.iter().filter(|line| line["action"] == "tickets.ledger").collect();
        assert!(taken.len() >= 8 && taken.iter().all(|line| line["hash_after"].is_string()), "{taken:?}");
        world.desk(Role::VillageCadre).await.http.get("/api/v1/tickets/ledger.xlsx").await.expect_problem(403, "forbidden");
        office.http.get("/api/v1/tickets/ledger.xlsx?lang=fr").await.expect_problem(400, "malformed");
    }
}
