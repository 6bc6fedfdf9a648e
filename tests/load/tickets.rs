//! `tickets`: what one command on a ticket costs, and what the sweep of deadlines costs for what it finds, with many tickets beside with
//! few: neither may grow with the data.

use std::time::Instant;

use chrono::TimeDelta;
use lalian_tests::actor::Actor;
use lalian_tests::backend::Backend;
use lalian_tests::desk::about;
use lalian_tests::world::World;
use serde_json::json;
use uuid::Uuid;

use crate::rows::{self, Home, p95};

/// How much there is, and how much is done.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub few: usize,
    pub many: usize,
    pub commands: usize,
    /// Tickets that come due for one sweep.
    pub due: usize,
}

/// Measures one database and prints its line.
pub async fn measure(backend: Backend, size: Size) {
    let world = World::start(backend).await;
    let office = world.office().await;
    let home = Home { county: office.unit(), township: world.township_id(0).await, person: office.person() };
    let mut next = 0;
    let mut grow = async |count: usize, due: TimeDelta| {
        let ids = rows::tickets(&world, home, next, count, due).await;
        next += count;
        ids
    };
    let mut results = Vec::new();
    for total in [size.few, size.many] {
        let have: usize = results.iter().map(|one: &Result| one.rows).sum();
        let from = Instant::now();
        let ids = grow(total - have, TimeDelta::days(5)).await;
        println!("  {}: {total} tickets after {:.0} s", backend.name(), from.elapsed().as_secs_f64());
        let chosen: Vec<Uuid> = ids.iter().step_by((ids.len() / size.commands).max(1)).copied().collect();
        let command_ms = commands(&office, &chosen).await;
        // Nothing else is due: the first sweep leaves only what comes due now.
        world.server().app().sweep_tickets().await.expect("swept");
        grow(size.due, -TimeDelta::days(3)).await;
        let from = Instant::now();
        let swept = world.server().app().sweep_tickets().await.expect("swept");
        let sweep_ms = from.elapsed().as_secs_f64() * 1e3;
        assert_eq!(swept.overdue, size.due, "the sweep found what came due");
        println!(
            "  {}: command p95 {command_ms:.1} ms, sweep of {} {sweep_ms:.0} ms",
            backend.name(),
            size.due
        );
        results.push(Result { rows: total - have, command_ms, sweep_ms });
    }
    let [few, many] = &results[..] else { unreachable!("two sizes") };
    println!(
        "tickets: database={} p95_ms={:.1} growth={:.2} sweep_ms={:.0} sweep_growth={:.2}",
        backend.name(),
        many.command_ms,
        many.command_ms / few.command_ms,
        many.sweep_ms,
        many.sweep_ms / few.sweep_ms,
    );
}

struct Result {
    rows: usize,
    command_ms: f64,
    sweep_ms: f64,
}

/// Reminders, one after the other, each through the operation door.
async fn commands(office: &Actor, tickets: &[Uuid]) -> f64 {
    let mut times = Vec::new();
    for (number, id) in tickets.iter().enumerate() {
        let sealed = office.draft("ticket.remind/1", about(*id, &json!({ "note": "" }))).seal();
        let from = Instant::now();
        let answer = office.put(&sealed).await.expect(201);
        assert_eq!(answer.at("/outcome"), "applied", "{answer}");
        // The first ones warm caches up.
        if number >= tickets.len() / 10 {
            times.push(from.elapsed().as_secs_f64() * 1e3);
        }
    }
    p95(times)
}
