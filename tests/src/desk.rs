//! What office and townships do with tickets at their desks, so that a story reads as what happened.

use lalian::domain::people::role::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::actor::Actor;
use crate::http::Answer;
use crate::phone::{Sealed, fresh_id};
use crate::photo;
use crate::visit::{Site, id_of};
use crate::world::World;

/// A ticket as somebody reads it.
pub async fn ticket(actor: &Actor, id: Uuid) -> Value {
    actor.http.get(&format!("/api/v1/tickets/{id}")).await.expect(200).json()
}

/// The tickets of a site, those of its first item first.
pub async fn tickets_of(actor: &Actor, site: &Site) -> Vec<Value> {
    let mut rows = actor.list(&format!("/api/v1/tickets?site_id={}", site.id())).await;
    rows.sort_by_key(|row| row["item_code"].as_str().unwrap_or_default().to_owned());
    rows
}

/// A command on a ticket; `more` is what it says beside the ticket.
pub fn about(ticket: Uuid, more: &Value) -> Value {
    let mut payload = json!({ "ticket_id": ticket, "seen_version": 1 });
    payload.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    payload
}

/// Seals and sends a command on a ticket that is taken in, whatever became of it.
pub async fn command(actor: &Actor, kind: &str, ticket: Uuid, more: Value) -> Answer {
    actor.operate(kind, about(ticket, &more)).await.expect(201)
}

/// A command that the ticket's state must allow.
pub async fn applied(actor: &Actor, kind: &str, ticket: Uuid, more: Value) -> Answer {
    let answer = command(actor, kind, ticket, more).await;
    assert_eq!(answer.at("/outcome"), "applied", "{answer}");
    answer
}

/// The office issues a ticket to the first or second township.
pub async fn issue(world: &World, ticket: Uuid, township: usize) -> Answer {
    let unit = world.township_id(township).await;
    let to = json!({
        "unit_kind": "township", "unit_id": unit, "severity": null, "is_static": null, "deadline_days": null, "note": "",
    });
    applied(&world.office().await, "ticket.issue/1", ticket, to).await
}

/// A visit of the first township's bus shelter by this inspector, with these items failed, and its tickets.
pub async fn found(world: &World, inspector: &Actor, fails: &[&str], seed: u64) -> Vec<Uuid> {
    let site = world.site(inspector, "bus_shelter", 0).await;
    inspector.send(&site.visit(inspector, fails).draft(inspector, seed).seal()).await;
    tickets_of(&world.office().await, &site).await.iter().map(|row| id_of(&row["id"])).collect()
}

/// A fault of the first township that is issued and accepted.
pub async fn in_progress(world: &World, inspector: &Actor, seed: u64) -> Uuid {
    let id = found(world, inspector, &["BUS-01"], seed).await[0];
    issue(world, id, 0).await;
    let officer = world.township(0, Role::DeskOfficer).await;
    applied(&officer, "ticket.accept/1", id, json!({ "person_named": "" })).await;
    id
}

/// The desk officer's repair with its photo: the attempt, and the operation that told of it.
pub async fn repaired(world: &World, ticket: Uuid, seed: u64) -> (Uuid, Sealed) {
    let (officer, attempt) = (world.township(0, Role::DeskOfficer).await, fresh_id());
    let payload = about(ticket, &json!({ "attempt_id": attempt, "note": "已修复" }));
    let sealed = officer.draft("ticket.rectify/1", payload).photo("after", None, photo::tiny(seed)).seal();
    officer.send(&sealed).await;
    (attempt, sealed)
}

/// The office begins a round: `announced` or `unannounced`, `after_look` or `at_once`.
pub async fn round(office: &Actor, mode: &str, issue_mode: &str) -> Uuid {
    let round = json!({ "name": "拉练", "year": 2026, "quarter": 4, "mode": mode, "issue_mode": issue_mode });
    let http = office.http.with("idempotency-key", &fresh_id().to_string());
    id_of(&http.post("/api/v1/rounds", &round).await.expect(201).at("/id"))
}

/// The office shows an unannounced round to the townships.
pub async fn release(office: &Actor, round: Uuid) {
    let http = office.http.with("idempotency-key", &fresh_id().to_string());
    http.post(&format!("/api/v1/rounds/{round}/release"), &json!({})).await.expect(200);
}

/// The codes of an answer's flags.
pub fn flags(answer: &Answer) -> Vec<String> {
    let flags = answer.at("/flags");
    let codes = flags.as_array().into_iter().flatten().filter_map(|flag| flag["code"].as_str());
    codes.map(str::to_owned).collect()
}
