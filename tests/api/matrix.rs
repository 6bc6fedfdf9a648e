//! Who may do what, walked route by route and kind by kind, for every role, against the one permission table.

use lalian::domain::people::permission::Action;
use lalian::domain::people::role::Role;
use lalian::http::routes;
use lalian::http::routes::{Body, Route, Who};
use lalian_tests::actor::Actor;
use lalian_tests::http::{Answer, Http, send};
use lalian_tests::phone::fresh_id;
use lalian_tests::stories;
use lalian_tests::world::World;
use reqwest::Method;
use serde_json::{Value, json};

/// A request to a route with ids that nobody has and a body that says nothing.
async fn probe(http: &Http, route: &Route) -> Answer {
    let mut path = route.path.to_owned();
    while let Some(open) = path.find('{') {
        let close = path.find('}').expect("a closed name");
        let value = match &path[open + 1..close] {
            "year" => "2026".to_owned(),
            "size" | "variant" => "thumb".to_owned(),
            _ => fresh_id().to_string(),
        };
        path.replace_range(open..=close, &value);
    }
    let method = Method::from_bytes(route.method.as_bytes()).expect("a method");
    let request = http.request(method, &path).header("idempotency-key", fresh_id().to_string());
    send(match route.body {
        Body::None => request,
        Body::Json(_) => request.json(&json!({})),
        Body::Bytes(_) => request.header("content-type", "application/octet-stream").body("x"),
    })
    .await
}

/// A name for messages.
fn name(route: &Route) -> String {
    format!("{} {}", route.method, route.path)
}

/// Everybody who can log in, one of each role.
async fn everybody(world: &World) -> Vec<(Role, Actor)> {
    let mut people = Vec::new();
    for role in Role::ALL {
        assert!(!world.logins(role).is_empty(), "the demo has nobody who is {role:?}");
        people.push((role, world.desk(role).await));
    }
    people
}

stories! {
    async fn without_a_token_every_route_but_the_open_ones_says_signed_out(world: World) {
        let nobody = world.http();
        for token in ["", "Bearer not.a.token", "Bearer ", "Basic YTpi", "Device x:y"] {
            let http = nobody.with("authorization", token);
            for route in routes() {
                let answer = probe(&http, route).await;
                if route.who == Who::Anyone {
                    assert_ne!(answer.status, 403, "{answer}");
                    assert!(answer.status < 500, "{answer}");
                } else if route.method == "HEAD" {
                    answer.expect(401);
                } else if matches!(route.who, Who::Address(_)) {
                    answer.expect_problem(401, "address_ended");
                } else {
                    answer.expect_problem(401, "signed_out");
                }
            }
        }
    }

    async fn each_route_lets_in_the_roles_of_the_table_and_no_other(world: World) {
        for (role, actor) in everybody(&world).await {
            for route in routes().iter().filter(|route| !route.path.ends_with("/session/logout")) {
                let answer = probe(&actor.http, route).await;
                assert!(answer.status < 500, "{role:?}: {answer}");
                if let Who::May(action) = route.who {
                    if action.allows(role) {
                        assert_ne!(answer.status, 401, "{role:?} may {}: {answer}", name(route));
                        let turned_away = answer.status == 403 && answer.at("/code") == "forbidden";
                        assert!(!turned_away, "{role:?} may {}: {answer}", name(route));
                    } else if route.method == "HEAD" {
                        answer.expect(403);
                    } else {
                        answer.expect_problem(403, "forbidden");
                    }
                }
            }
        }
    }

    async fn each_kind_of_operation_is_for_the_roles_of_the_table_and_no_other(world: World) {
        let kinds: Vec<&Action> = Action::ALL.iter().filter(|action| is_kind(action.as_str())).collect();
        assert!(kinds.len() >= 20, "{kinds:?}");
        for (role, actor) in everybody(&world).await {
            for action in &kinds {
                let kind = format!("{}/1", action.as_str());
                let answer = actor.operate(&kind, payload(action.as_str())).await;
                assert!(answer.status < 500, "{role:?} {kind}: {answer}");
                let forbidden = answer.at("/code") == "forbidden" || answer.at("/refusal") == "not_permitted";
                let may = action.allows(role) && Action::SendOperations.allows(role);
                assert_eq!(forbidden, !may, "{role:?} {kind}: {answer}");
            }
        }
    }
}

fn is_kind(name: &str) -> bool {
    matches!(
        name.split_once('.'),
        Some(("inspection", "submit" | "correct") | ("finding", "report") | ("ticket", _))
    ) && !name.ends_with(".read")
}

/// A readable payload of a kind that names nothing that exists.
fn payload(kind: &str) -> Value {
    let id = fresh_id;
    match kind {
        "inspection.submit" => inspection(),
        "inspection.correct" => {
            json!({ "inspection_id": id(), "seen_version": 1, "reason": "更正", "inspection": inspection() })
        }
        "finding.report" => json!({
            "finding_id": id(), "site_id": null, "item_code": null, "instance_key": "", "title": "试", "note": "",
            "severity": "minor", "is_static": false, "position": null, "fixed_on_spot": false,
        }),
        "ticket.issue" => json!({
            "ticket_id": id(), "seen_version": 1, "unit_kind": "township", "unit_id": id(), "severity": null,
            "is_static": null, "deadline_days": null, "note": "",
        }),
        "ticket.accept" => json!({ "ticket_id": id(), "seen_version": 1, "person_named": "" }),
        "ticket.rectify" | "ticket.submit" => {
            json!({ "ticket_id": id(), "seen_version": 1, "attempt_id": id(), "note": "" })
        }
        "ticket.stage" => json!({ "ticket_id": id(), "seen_version": 1, "stage": "control", "note": "" }),
        "ticket.verify" => json!({
            "ticket_id": id(), "seen_version": 1, "attempt_id": id(), "verdict": "passed", "reason": null, "note": "",
            "on_site": false, "position": null,
        }),
        "ticket.ask" => json!({
            "ticket_id": id(), "seen_version": 1, "request_id": id(), "what": "extension", "reason": "试",
            "wanted_day": "2026-12-31", "measure": "试", "unit_kind": null, "unit_id": null,
        }),
        "ticket.decide" => json!({
            "ticket_id": id(), "seen_version": 1, "request_id": id(), "verdict": "denied", "note": "试", "day": null,
            "unit_kind": null, "unit_id": null, "wrongly_routed": false,
        }),
        "ticket.withdraw_ask" => json!({ "ticket_id": id(), "seen_version": 1, "request_id": id() }),
        // duties
        "ticket.refer_done" | "ticket.refer_return" => {
            json!({ "ticket_id": id(), "seen_version": 1, "request_id": id(), "note": "", "reason": "试" })
        }
        "ticket.merge" => json!({ "ticket_id": id(), "seen_version": 1, "into_ticket_id": id(), "note": "" }),
        "ticket.relapse" => json!({ "ticket_id": id(), "seen_version": 1, "finding_id": id(), "note": "" }),
        "ticket.look_back" => json!({ "ticket_id": id(), "seen_version": 1, "result": "held", "note": "" }),
        "ticket.milestone" => json!({
            "ticket_id": id(), "seen_version": 1, "project_id": id(), "milestone_id": id(), "done_on": "2026-11-01", "note": "",
        }),
        "ticket.keep" => json!({ "ticket_id": id(), "seen_version": 1, "reason": "x" }),
        "ticket.answer_hard" => {
            json!({ "ticket_id": id(), "seen_version": 1, "coordinator": "县住建局", "until": "2026-12-10", "note": "" })
        }
        "ticket.mark_hard" => json!({ "ticket_id": id(), "seen_version": 1, "hard": true, "ask": "" }),
        // All others say why, or nothing.
        _ => json!({ "ticket_id": id(), "seen_version": 1, "reason": "试" }),
    }
}

fn inspection() -> Value {
    json!({
        "inspection_id": fresh_id(), "site_id": fresh_id(), "checklist_id": fresh_id(), "round_id": null,
        "outcome": "closed", "people_present": "", "note": "", "arrived": null, "distance_reason": null, "answers": [],
    })
}
