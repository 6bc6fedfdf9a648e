//! `documents`: the ledger of a county's years as a workbook: seconds until its last byte, and the most memory that the process had
//! meanwhile (server and client are one here).

use std::time::Instant;

use chrono::TimeDelta;
use lalian_tests::backend::Backend;
use lalian_tests::world::World;

use crate::rows::{self, Home};

/// Measures one database and prints its line.
pub async fn measure(backend: Backend, count: usize) {
    let world = World::start(backend).await;
    let office = world.office().await;
    let home = Home { county: office.unit(), township: world.township_id(0).await, person: office.person() };
    rows::tickets(&world, home, 0, count, TimeDelta::days(5)).await;
    let before = resident("VmRSS");
    forget_peak();
    let from = Instant::now();
    let answer = office.http.get("/api/v1/tickets/ledger.xlsx").await.expect(200);
    let seconds = from.elapsed().as_secs_f64();
    let peak = resident("VmHWM");
    println!(
        "  {}: {count} rows in {:.1} MB; {before:.0} MB resident before",
        backend.name(),
        answer.bytes.len() as f64 / 1e6
    );
    println!("documents: database={} xlsx_s={seconds:.1} xlsx_mb={peak:.0}", backend.name());
}

/// A figure of `/proc/self/status` in megabytes; 0 where there is none.
fn resident(name: &str) -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    let kilobytes = line.split_whitespace().find_map(|word| word.parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1e3
}

/// Has the kernel measure the peak anew.
fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}
