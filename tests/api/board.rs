//! The zero board and its rows: every number is the length of the list that it opens.

use chrono::TimeDelta;
use lalian::domain::people::role::Role;
use lalian_tests::{actor::Actor, phone::fresh_id, photo, stories, visit::id_of, world::World};
use serde_json::{Value, json};
use uuid::Uuid;

async fn rows(office: &Actor, query: &str) -> i64 {
    i64::try_from(office.list(&format!("/api/v1/tickets?counted=true&{query}")).await.len()).expect("few")
}

async fn command(actor: &Actor, kind: &str, ticket: Uuid, more: Value) {
    let mut payload = json!({ "ticket_id": ticket, "seen_version": 1 });
    payload.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    actor.operate(kind, payload).await.expect(201);
}

/// Compares every number of the board with the rows that it opens.
async fn agrees(world: &World) -> Value {
    for (role, number) in
        [(Role::DeputyLeader, 0), (Role::DeputyLeader, 1), (Role::VillageCadre, 0), (Role::Department, 0)]
    {
        agrees_for(&world.desk_of(role, number).await).await;
    }
    agrees_for(&world.office().await).await
}

async fn agrees_for(office: &Actor) -> Value {
    const OPEN: &str = "state=issued,in_progress,submitted,rework,on_hold";
    let board = office.http.get("/api/v1/figures/zero").await.expect(200).json();
    let number = |value: &Value, key: &str| value[key].as_i64().expect("a number");
    for township in board["townships"].as_array().expect("townships") {
        let at = format!("township_id={}", township["id"].as_str().expect("an id"));
        for (key, query) in [
            ("open", OPEN),
            ("submitted", "state=submitted"),
            ("overdue", "overdue=true"),
            ("opened", ""),
            ("closed", "state=closed"),
        ] {
            // Townships without anything are many; one look each is enough.
            if number(township, "opened") > 0 || key == "opened" {
                assert_eq!(
                    number(township, key),
                    rows(office, &format!("{at}&{query}")).await,
                    "{key} of {township}"
                );
            }
        }
    }
    for (key, query) in [
        ("open", OPEN),
        ("submitted", "state=submitted"),
        ("on_hold", "state=on_hold"),
        ("opened", ""),
        ("closed", "state=closed"),
    ] {
        assert_eq!(number(&board, key), rows(office, query).await, "{key}");
    }
    for day in board["days"].as_array().expect("days") {
        let on = day["day"].as_str().expect("a day");
        assert_eq!(number(day, "opened"), rows(office, &format!("issued_on={on}")).await, "{day}");
        assert_eq!(number(day, "closed"), rows(office, &format!("closed_on={on}")).await, "{day}");
    }
    assert_eq!(
        board["days"].as_array().and_then(|days| days.last()).map_or(0, |day| number(day, "open")),
        number(&board, "open")
    );
    board
}

stories! {
    async fn every_number_of_the_board_opens_the_rows_that_make_it(world: World) {
        let mut tickets = Vec::new();
        for township in [0, 1] {
            let (inspector, office) = (world.inspector().await, world.office().await);
            let site = world.site(&inspector, "bus_shelter", township).await;
            let items = site.ticket_items();
            let fails: Vec<&str> = items.iter().take(4).map(String::as_str).collect();
            inspector.send(&site.visit(&inspector, &fails).draft(&inspector, 10 + township as u64).seal()).await;
            let found = office.list(&format!("/api/v1/tickets?site_id={}", site.id())).await;
            // One stays pending, one is declined, the rest is issued on two days.
            for (number, row) in found.iter().enumerate().skip(1) {
                // One lies in a township and is a department's to repair: not a number of the township, nor a row of it.
                let (kind, unit) = if township == 1 && number == 3 {
                    ("department", world.desk(Role::Department).await.unit())
                } else {
                    ("township", world.township_id(township).await)
                };
                command(&world.office().await, "ticket.issue/1", id_of(&row["id"]), json!({ "unit_kind": kind, "unit_id": unit, "severity": null, "is_static": true, "deadline_days": 2, "note": "" })).await;
                tickets.push((township, id_of(&row["id"])));
                world.clock.advance(TimeDelta::hours(9));
            }
        }
        let office = world.office().await;
        agrees(&world).await;
        // Of the first township: one repaired and waiting, one closed, one voided by two people; the second does nothing.
        let (officer, deputy) = (world.township(0, Role::DeskOfficer).await, world.township(0, Role::DeputyLeader).await);
        let own: Vec<Uuid> = tickets.iter().filter(|(at, _)| *at == 0).map(|(_, id)| *id).collect();
        for (number, id) in (0..).zip(own.iter().take(2)) {
            command(&officer, "ticket.accept/1", *id, json!({ "person_named": "" })).await;
            let attempt = fresh_id();
            let payload = json!({ "ticket_id": id, "seen_version": 1, "attempt_id": attempt, "note": "" });
            officer.send(&officer.draft("ticket.rectify/1", payload).photo("after", None, photo::tiny(4_000 + number)).seal()).await;
            command(&deputy, "ticket.submit/1", *id, json!({ "attempt_id": attempt, "note": "" })).await;
        }
        agrees(&world).await;
        let row = office.http.get(&format!("/api/v1/tickets/{}", own[0])).await.expect(200).json();
        command(&office, "ticket.verify/1", own[0], json!({ "attempt_id": row["attempt_id"], "verdict": "passed", "reason": null, "note": "", "on_site": true, "position": null })).await;
        for person in [0, 1] {
            command(&world.desk_of(Role::Office, person).await, "ticket.void/1", own[2], json!({ "reason": "重复" })).await;
        }
        let board = agrees(&world).await;
        assert_eq!((&board["submitted"], &board["closed"]), (&json!(1), &json!(1)), "{board}");
        world.clock.advance(TimeDelta::days(9));
        let office = world.office().await;
        let board = agrees(&world).await;
        let overdue: i64 = board["townships"].as_array().expect("townships").iter().map(|one| one["overdue"].as_i64().expect("a number")).sum();
        assert_eq!(overdue, 3, "only what is with its unit is late: {board}");
        // A day that is none, and rows that the board does not count.
        office.http.get("/api/v1/tickets?issued_on=2026-13-01").await.expect_problem(400, "malformed");
        assert_eq!(office.list("/api/v1/tickets?counted=false").await.len(), 3, "two pending, one voided");
    }
}
