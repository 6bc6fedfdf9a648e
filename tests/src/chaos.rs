//! Phones that send a season's visits through a storm to a server that is killed again and again; at the end the oracle
//! asks what became of them.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use lalian::domain::people::role::Role;
use tokio::time::{sleep, timeout};

use crate::actor::Actor;
use crate::demo::Demo;
use crate::ledger::Ledger;
use crate::oracle::{self, Held, Verdict};
use crate::outbox::{Outbox, Step};
use crate::photo::{self, Noise};
use crate::place::Place;
use crate::storm::Storm;
use crate::visit::Site;

/// What is sent, and what goes wrong on the way.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub seed: u64,
    pub visits: usize,
    /// Photos of a visit: two of failed items, the others overviews.
    pub photos: usize,
    pub phones: usize,
    /// How often the server is killed with SIGKILL and started again.
    pub kills: usize,
    /// The bytes of photo `index` of visit `number`; each must be another file.
    pub photo: fn(seed: u64, number: usize, index: usize) -> Vec<u8>,
    pub sabotage: Sabotage,
}

/// What a run does wrong on purpose, to see that the oracle sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sabotage {
    None,
    /// A phone seals a visit and never sends it.
    Withhold,
    /// A phone seals a visit that it has sent once more, as another one.
    Double,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    pub visits: usize,
    pub photos: usize,
    pub photo_bytes: usize,
    /// Bytes of photos that left the phones, repeats among them.
    pub photo_bytes_sent: u64,
    pub cuts: u64,
    pub lost_answers: u64,
    pub app_deaths: usize,
    pub kills: usize,
    pub elapsed: Duration,
    pub verdict: Verdict,
}

/// A small JPEG of one to thirty kilobytes, and one in fifty visits carries one of 300 KB.
pub fn small_photo(seed: u64, number: usize, index: usize) -> Vec<u8> {
    let name = seed << 32 | (number as u64) << 8 | index as u64;
    let bytes = match (number % 50, index) {
        (0, 0) => 300_000,
        _ => 1_000 + (Noise::new(name).bits() % 30_000) as usize,
    };
    photo::of_size(name, bytes)
}

/// What all phones of a run share.
struct Run<'a> {
    plan: &'a Plan,
    sites: &'a [Site],
    ledger: RefCell<Ledger>,
    /// Visits that a phone holds the receipt of.
    confirmed: Cell<usize>,
    app_deaths: Cell<usize>,
    done: Cell<bool>,
}

/// Runs the plan on a fresh database.
pub async fn run(place: &Place, plan: &Plan) -> Outcome {
    let demo = Demo::start(place.folder(), &place.url).await;
    let logins = demo.logins(Role::Inspector);
    let office = demo.logins(Role::Office).remove(0);
    let mut actors = Vec::new();
    for number in 0..plan.phones {
        let seed = format!("phone {number} of {}", plan.seed);
        actors.push(Actor::on_phone(&demo.http(), &logins[number % logins.len()], &seed).await);
    }
    let sites = Site::spread(&actors[0], 60).await;
    let storm = Storm::before(address(&demo.url), plan.seed).await;
    let run = Run {
        plan,
        sites: &sites,
        ledger: RefCell::default(),
        confirmed: Cell::new(0),
        app_deaths: Cell::new(0),
        done: Cell::new(false),
    };
    let from = Instant::now();
    let phones = async {
        let phones = actors.iter().enumerate();
        let sent = join_all(phones.map(|(number, actor)| send_all(&run, actor, number, &storm))).await;
        run.done.set(true);
        sent
    };
    let (outboxes, (demo, kills)) = tokio::join!(phones, kill_now_and_then(&run, demo, place, &storm));
    let elapsed = from.elapsed();

    let ledger = run.ledger.into_inner();
    let office = Actor::at_desk(&demo.http(), &office).await;
    let actors: Vec<Actor> = actors.into_iter().map(|actor| actor.through(&demo.url)).collect();
    let held = Held::ask(&office, &actors.iter().collect::<Vec<_>>(), &ledger).await;
    demo.program.terminate().await;
    let held = held.with_rows_and_objects(&place.url, &place.folder().join("files")).await;
    let mut verdict = oracle::judge(&ledger, &held);
    for outbox in &outboxes {
        let forgotten = outbox.forgotten.iter().map(|id| format!("{id} was acknowledged and then forgotten"));
        verdict.missing.extend(forgotten);
        let changed =
            outbox.receipts().filter(|(id, text)| held.receipts.get(id).is_none_or(|kept| kept != text));
        verdict.missing.extend(changed.map(|(id, _)| format!("the receipt of {id} that its phone holds")));
    }
    Outcome {
        visits: ledger.entries.len(),
        photos: ledger.photos().count(),
        photo_bytes: ledger.photos().map(|photo| photo.bytes).sum(),
        photo_bytes_sent: outboxes.iter().map(|outbox| outbox.photo_bytes_sent).sum(),
        cuts: storm.cuts(),
        lost_answers: storm.lost_answers(),
        app_deaths: run.app_deaths.get(),
        kills,
        elapsed,
        verdict,
    }
}

/// One phone's season: seals a few visits, sends them, seals the next, until all are confirmed.
async fn send_all(run: &Run<'_>, actor: &Actor, number: usize, storm: &Storm) -> Outbox {
    let plan = run.plan;
    let mut noise = Noise::new(plan.seed ^ (number as u64 + 1) << 48);
    let mut outbox = Outbox::of(actor, &storm.url(), noise.bits());
    let mut waiting = (number..plan.visits).step_by(plan.phones).peekable();
    let (mut known, mut since) = (0, Instant::now());
    loop {
        if waiting.peek().is_some() && outbox.held() < 3 {
            for visit in waiting.by_ref().take(1 + noise.bits() as usize % 8) {
                seal(run, actor, visit, &mut noise, &mut outbox);
            }
        }
        let step = outbox.step();
        // Now and then the app is killed in the middle of what it does, and remembers only what it had noted.
        let step = if noise.bits().is_multiple_of(200) {
            let died = timeout(Duration::from_micros(noise.bits() % 20_000), step).await;
            run.app_deaths.set(run.app_deaths.get() + usize::from(died.is_err()));
            died.unwrap_or(Step::Did)
        } else {
            step.await
        };
        let confirmed = outbox.confirmed();
        if confirmed != known {
            run.confirmed.set(run.confirmed.get() + confirmed - known);
            (known, since) = (confirmed, Instant::now());
        }
        assert!(
            since.elapsed() < Duration::from_secs(180),
            "phone {number} gets nothing through: {outbox:?}"
        );
        if step == Step::Rest && waiting.peek().is_none() {
            return outbox;
        }
    }
}

fn seal(run: &Run<'_>, actor: &Actor, number: usize, noise: &mut Noise, outbox: &mut Outbox) {
    let plan = run.plan;
    let site = &run.sites[noise.bits() as usize % run.sites.len()];
    let items = site.ticket_items();
    let first = noise.bits() as usize % items.len();
    let fails = [items[first].as_str(), items[(first + 1) % items.len()].as_str()];
    let visit = site.visit(actor, &fails);
    let mut draft = actor.draft("inspection.submit/1", visit.payload.clone());
    for index in 0..plan.photos {
        let bytes = (plan.photo)(plan.seed, number, index);
        draft = match fails.get(index) {
            Some(item) => draft.photo("before", Some(item), bytes),
            None => draft.photo("overview", None, bytes),
        };
    }
    let sealed = draft.seal();
    run.ledger.borrow_mut().note(outbox.device, &sealed);
    if plan.sabotage == Sabotage::Withhold && number == 0 {
        return;
    }
    outbox.add(sealed);
    if plan.sabotage == Sabotage::Double && number == 0 {
        let again = site.visit(actor, &fails);
        outbox.add(actor.draft("inspection.submit/1", again.payload).seal());
    }
}

/// Kills the server whenever another share of the visits is confirmed, and starts it again on the same data.
async fn kill_now_and_then(run: &Run<'_>, mut demo: Demo, place: &Place, storm: &Storm) -> (Demo, usize) {
    let plan = run.plan;
    let mut noise = Noise::new(!plan.seed);
    let mut kills = 0;
    while kills < plan.kills {
        let share = plan.visits * (kills + 1) / (plan.kills + 1);
        while run.confirmed.get() < share && !run.done.get() {
            sleep(Duration::from_millis(2)).await;
        }
        if run.done.get() {
            break;
        }
        sleep(Duration::from_micros(noise.bits() % 50_000)).await;
        demo.program.kill().await;
        kills += 1;
        sleep(Duration::from_millis(noise.bits() % 300)).await;
        demo = Demo::start(place.folder(), &place.url).await;
        storm.moved(address(&demo.url));
    }
    (demo, kills)
}

/// The address of a URL such as `http://127.0.0.1:4711`.
pub fn address(url: &str) -> SocketAddr {
    url.trim_start_matches("http://").parse().expect("an address and a port")
}

/// Ids that the oracle names in a verdict are easier to find when they are few.
pub fn shown(verdict: &Verdict) -> String {
    let lines = |word: &str, things: &[String]| {
        let more = things.len().saturating_sub(20);
        let lines: String = things.iter().take(20).map(|thing| format!("  {word} {thing}\n")).collect();
        if more > 0 { format!("{lines}  {word} {more} more\n") } else { lines }
    };
    lines("missing", &verdict.missing) + &lines("doubled", &verdict.doubled)
}
