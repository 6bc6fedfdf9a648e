//! `start`: from the command to the first answer, the memory of an idle server that holds the demo county, and the size of the program's one file.

use std::time::{Duration, Instant};

use lalian_tests::backend::Backend;
use lalian_tests::demo::{Demo, arguments};
use lalian_tests::http::{Http, try_send};
use lalian_tests::program::{Program, binary, command};
use reqwest::Method;

use lalian_tests::place::Place;

/// Measures one database and prints its line.
pub async fn measure(backend: Backend, rounds: usize) {
    let place = Place::start(backend).await;
    // The first start makes the county; it is not what is measured.
    Demo::start(place.folder(), &place.url).await.program.terminate().await;
    let (mut starts, mut sizes) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let from = Instant::now();
        let mut program = Program::start(command(place.folder(), &arguments(&place.url)));
        let http = Http::new(program.url().await);
        while !is_ready(&http).await {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        starts.push(from.elapsed().as_secs_f64() * 1e3);
        tokio::time::sleep(Duration::from_secs(5)).await;
        sizes.push(program.resident_bytes() as f64 / 1e6);
        program.terminate().await;
    }
    let program = std::fs::metadata(binary()).map_or(0.0, |file| file.len() as f64 / 1e6);
    println!(
        "start: database={} start_ms={:.0} rss_mb={:.1} program_mb={program:.1}",
        backend.name(),
        median(starts),
        median(sizes)
    );
}

async fn is_ready(http: &Http) -> bool {
    let answer = try_send(http.request(Method::GET, "/api/v1/health")).await;
    answer.is_ok_and(|answer| answer.status == 200)
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
