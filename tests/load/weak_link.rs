//! `weak-link`: the phone's own code (`pwa/src/core`, in Node) on 30 kbit/s and 600 ms: how long a visit's answers take to be safe, on a
//! free link and behind a photo, and whether a 400 KB photo goes on after a cut.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use lalian::domain::people::role::Role;
use lalian_tests::backend::Backend;
use lalian_tests::chaos::address;
use lalian_tests::demo::Demo;
use lalian_tests::place::Place;
use lalian_tests::thin::{Line, Thin};
use serde_json::Value;
use tokio::process::Command;
use tokio::time::sleep;

const LINE: Line = Line { bits_per_second: 30_000, round_trip: Duration::from_millis(600) };
/// Of the goal: answers of a visit are safe in under ten seconds, and no photo starts over.
const GOAL_S: f64 = 10.0;
/// The link breaks once, when so much has gone up: in the middle of the photo.
const CUT_AFTER: u64 = 220_000;

/// Measures one database and prints its line; false when the goal is missed.
pub async fn measure(backend: Backend) -> bool {
    let place = Place::start(backend).await;
    let demo = Demo::start(place.folder(), &place.url).await;
    let thin = Thin::before(address(&demo.url), LINE).await;
    let from = Instant::now();
    let (output, ()) = tokio::join!(phone(&demo, &thin), cut_once(&thin));
    let Some(seen) = output.lines().find_map(|line| Some(line.split_once("WEAK ")?.1)) else {
        panic!("the phone said nothing:\n{output}")
    };
    let seen: Value = serde_json::from_str(seen).expect("JSON");
    let number = |name: &str| seen[name].as_f64().unwrap_or(f64::NAN);
    let (up, down) = thin.carried();
    let safe = number("idle_s").max(number("busy_s"));
    println!(
        "  {}: answers of {:.0} bytes safe in {:.1} s on a free link, {:.1} s behind a photo; {:.0} bytes of photos in {:.0} pieces, \
         {:.0} sent twice, {:.0} requests without an answer; {up} bytes up, {down} down in {:.0} s",
        backend.name(),
        number("body_bytes"),
        number("idle_s"),
        number("busy_s"),
        number("photo_bytes"),
        number("pieces"),
        number("photo_bytes_sent") - number("photo_bytes"),
        number("unanswered"),
        from.elapsed().as_secs_f64(),
    );
    println!(
        "weak-link: database={} answers_safe_s={safe:.1} photo_restarts={:.0}",
        backend.name(),
        number("restarts"),
    );
    demo.program.terminate().await;
    safe < GOAL_S && number("restarts") == 0.0 && number("unanswered") > 0.0
}

/// Runs the phone to its end and returns what it printed.
async fn phone(demo: &Demo, thin: &Thin) -> String {
    let login = demo.logins(Role::Inspector).remove(0);
    let pwa = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pwa");
    let mut command = Command::new("npx");
    command.args([
        "--no-install",
        "vitest",
        "run",
        "--disable-console-intercept",
        "tests/live/weak-link.test.ts",
    ]);
    command.current_dir(pwa).stdin(Stdio::null()).kill_on_drop(true);
    command.env("LALIAN_LIVE_URL", &demo.url).env("LALIAN_WEAK_URL", thin.url());
    command.env("LALIAN_LIVE_LOGIN", &login.login).env("LALIAN_LIVE_PASSWORD", &login.password);
    let output = command.output().await.expect("Node.js and `npm ci` in pwa/ (tests/run installs both)");
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    text.concat()
}

async fn cut_once(thin: &Thin) {
    let deadline = Instant::now() + Duration::from_secs(300);
    while thin.carried().0 < CUT_AFTER && Instant::now() < deadline {
        sleep(Duration::from_millis(50)).await;
    }
    thin.cut();
}
