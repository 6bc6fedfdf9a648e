//! Who takes part in the random commands, and the tickets that are there at the start.

use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::desk::tickets_of;
use lalian_tests::model::{Model, Who};
use lalian_tests::phone::{fresh_id, position_at};
use lalian_tests::photo;
use lalian_tests::visit::id_of;
use lalian_tests::world::World;
use serde_json::{Value, json};
use uuid::Uuid;

/// Who takes part, with the number of the demo's person of that role.
const CAST: [(Role, usize); 12] = [
    (Role::Office, 0),
    (Role::Office, 1),
    (Role::Inspector, 0),
    (Role::Inspector, 1),
    (Role::Department, 0),
    (Role::CountyLeader, 0),
    (Role::MainLeader, 0),
    (Role::DeputyLeader, 0),
    (Role::DeskOfficer, 0),
    (Role::VillageCadre, 0),
    (Role::DeputyLeader, 1),
    (Role::DeskOfficer, 1),
];

/// Somebody who takes part.
pub(super) struct Player {
    pub actor: Actor,
    pub who: Who,
}

pub(super) async fn cast(world: &World) -> Vec<Player> {
    let mut players = Vec::new();
    for (role, number) in CAST {
        let actor = world.desk_of(role, number).await;
        let id =
            |key: &str| actor.me.pointer(&format!("/posts/0/{key}")).and_then(Value::as_str)?.parse().ok();
        let who = Who {
            name: format!("{} {number}", role.as_str()),
            role: role.as_str(),
            person: actor.person(),
            unit: actor.unit(),
            township: id("township_id"),
        };
        players.push(Player { actor, who });
    }
    players
}

/// Six faults of a site, and two reports of one fault beside it.
pub(super) async fn opened(world: &World, seed: u64) -> (Vec<Model>, Vec<Uuid>) {
    let (inspector, office) = (world.inspector().await, world.office().await);
    let site = world.site(&inspector, "bus_shelter", 0).await;
    let items = site.ticket_items();
    let fails: Vec<&str> = items.iter().take(6).map(String::as_str).collect();
    inspector.send(&site.visit(&inspector, &fails).draft(&inspector, seed).seal()).await;
    let rows = tickets_of(&office, &site).await;
    let mut tickets = modelled(world, &inspector, &rows).await;
    let reports = reported(world, seed, &[]).await;
    let alike = reports.iter().map(|model| model.id).collect();
    tickets.extend(reports);
    (tickets, alike)
}

/// Two reports of one fault beside the site, which all such reports tell of; `known` are there already.
pub(super) async fn reported(world: &World, seed: u64, known: &[Uuid]) -> Vec<Model> {
    let (inspector, office) = (world.inspector().await, world.office().await);
    let place = world.site(&inspector, "bus_shelter", 0).await.place();
    for number in 0..2 {
        let report = json!({
            "finding_id": fresh_id(), "site_id": null, "item_code": null, "instance_key": "", "title": format!("路灯 {seed} {number}"),
            "note": "", "severity": "minor", "is_static": false, "position": position_at(place, inspector.now()), "fixed_on_spot": false,
        });
        let sealed = inspector
            .draft("finding.report/1", report)
            .photo("before", None, photo::tiny(seed * 100 + 50 + number))
            .seal();
        inspector.send(&sealed).await;
    }
    let mut rows = office.list("/api/v1/tickets?q=路灯").await;
    rows.retain(|row| !known.contains(&id_of(&row["id"])));
    modelled(world, &inspector, &rows).await
}

/// Rows of new tickets as the second opinion has them.
pub(super) async fn modelled(world: &World, inspector: &Actor, rows: &[Value]) -> Vec<Model> {
    let (office, department) = (world.office().await, world.desk(Role::Department).await);
    let departments = office.list("/api/v1/departments").await;
    let code =
        departments.iter().find(|row| id_of(&row["id"]) == department.unit()).expect("its row")["code"]
            .clone();
    let supervisor = |row: &Value| (row["department"] == code).then(|| department.unit());
    rows.iter().map(|row| Model::pending(row, inspector.person(), supervisor(row))).collect()
}
