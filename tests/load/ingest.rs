//! `ingest`: payloads A, B and C through the operation door, counted when they are durable and have their receipt,
//! beside the floor of plain one-row inserts of the same run.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use lalian::domain::people::role::Role;
use lalian_tests::actor::{Actor, put};
use lalian_tests::backend::Backend;
use lalian_tests::demo::Demo;
use lalian_tests::http::Http;
use lalian_tests::phone::{Sealed, fresh_id};
use lalian_tests::text::hex_digest;
use lalian_tests::tus::{Upload, create_for};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::floor::inserts_per_second;
use crate::machine::Cpu;
use crate::payloads::{Payload, answers, stamped};
use lalian_tests::place::Place;

/// How much is sent.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Phones that send at once.
    pub phones: usize,
    /// Seconds of sending for each payload, after the warm-up.
    pub seconds: u64,
    /// Submissions before the clock starts.
    pub warm_up: usize,
}

/// What one payload came to.
#[derive(Debug, Default)]
struct Result {
    per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    /// Seconds from the last receipt until every photo had its thumbnail.
    lag_s: f64,
    /// Thumbnails still missing when the last receipt came.
    behind: usize,
}

/// Measures one database and prints its line.
pub async fn measure(backend: Backend, size: Size) {
    let place = Place::start(backend).await;
    let floor =
        inserts_per_second(backend, &place.floor_url, Duration::from_secs(size.seconds.clamp(3, 15))).await;
    println!("  {}: plain inserts {floor:.0}/s", backend.name());

    let demo = Demo::start(place.folder(), &place.url).await;
    let phones = log_in(&demo, size.phones).await;
    let visit = Visit::of(&phones[0]).await;
    let mut results = Vec::new();
    for payload in Payload::ALL {
        results.push(run(&demo, &phones, &visit, payload, size).await);
    }
    let [a, b, c] = &results[..] else { unreachable!("three payloads") };
    println!(
        "  {}: {:.0} MB resident at the end",
        backend.name(),
        demo.program.resident_bytes() as f64 / 1e6
    );
    println!(
        "ingest: database={} a_per_s={:.0} b_per_s={:.0} c_per_s={:.1} insert_per_s={floor:.0} ratio={:.3} p99_ms={:.1} lag_s={:.1}",
        backend.name(),
        a.per_second,
        b.per_second,
        c.per_second,
        a.per_second / floor,
        a.p99_ms,
        b.lag_s.max(c.lag_s),
    );
    demo.program.terminate().await;
}

/// Phones of the demo's inspectors, each an install of its own as in the field.
async fn log_in(demo: &Demo, phones: usize) -> Vec<Actor> {
    let logins = demo.logins(Role::Inspector);
    assert!(!logins.is_empty(), "the demo printed no inspector:\n{}", demo.program.log().join("\n"));
    let http = demo.http();
    let mut actors = Vec::new();
    for number in 0..phones {
        let seed = format!("load phone {number}");
        actors.push(
            Actor::on_phone(&http.through(demo.url.clone()), &logins[number % logins.len()], &seed).await,
        );
    }
    actors
}

/// Where the visits go: real sites with the checklist of their kind, taken in turn.
struct Visit {
    sites: Vec<(Uuid, Uuid)>,
    items: std::collections::HashMap<Uuid, Vec<String>>,
}

impl Visit {
    async fn of(actor: &Actor) -> Self {
        let id = |value: &Value| value.as_str().and_then(|text| text.parse::<Uuid>().ok()).expect("an id");
        let rows = actor.snapshot().await;
        let of = |noun: &str| {
            rows.iter().filter(|row| row["noun"] == noun).map(|row| row["row"].clone()).collect::<Vec<_>>()
        };
        let checklists = of("checklists");
        let items = checklists.iter().map(|list| {
            let codes = list["body"]["items"].as_array().expect("items").iter();
            (id(&list["id"]), codes.filter_map(|item| item["code"].as_str().map(str::to_owned)).collect())
        });
        let sites = of("sites");
        let sites = sites.iter().filter_map(|site| {
            let list = checklists.iter().find(|list| list["site_kind"] == site["kind"])?;
            Some((id(&site["id"]), id(&list["id"])))
        });
        Self { sites: sites.collect(), items: items.collect() }
    }

    /// The payload of the comparison in our own format: its values ride as the notes of the first twenty items.
    fn payload(&self, counter: u64) -> Value {
        let (site, checklist) = self.sites[counter as usize % self.sites.len()];
        let values = answers(counter);
        let values = values.as_object().expect("an object").values();
        let codes = &self.items[&checklist];
        let answers =
            codes.iter().zip(values.map(Some).chain(std::iter::repeat(None))).map(|(code, value)| {
                let note = value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
                json!({
                    "item": code, "instance_key": "", "result": "pass", "value": null, "reason": null,
                    "note": note.unwrap_or_default(), "findings": [],
                })
            });
        json!({
            "inspection_id": fresh_id(), "site_id": site, "checklist_id": checklist, "round_id": null, "outcome": "inspected",
            "people_present": "", "note": "", "arrived": null, "distance_reason": null,
            "answers": answers.collect::<Vec<_>>(),
        })
    }
}

/// A sealed submission whose photos are stamped again when they are sent, so that a thousand fit into memory.
struct Work {
    sealed: Sealed,
    counter: u64,
    photos: Vec<(Uuid, String)>,
}

async fn run(demo: &Demo, phones: &[Actor], visit: &Visit, payload: Payload, size: Size) -> Result {
    let base = payload.base_photo();
    // More than the goal asks for; what is left over when the time is up is not sent.
    let per_second = [2_600, 500, 60][Payload::ALL.iter().position(|other| *other == payload).unwrap_or(0)];
    let wanted = (size.seconds * per_second) as usize + size.warm_up;
    let mut queues: Vec<VecDeque<Work>> = phones.iter().map(|_| VecDeque::new()).collect();
    for number in 0..wanted {
        let phone = number % phones.len();
        queues[phone].push_back(seal(&phones[phone], visit, base.as_deref(), payload, number as u64));
    }

    let warm_up = size.warm_up / phones.len();
    let sent = Mutex::new(Vec::new());
    let drain = async |until: Option<Instant>, limit: usize, queues: Vec<VecDeque<Work>>| {
        let sending = phones.iter().zip(queues);
        join_all(sending.map(|(phone, queue)| send_all(phone, queue, base.as_deref(), until, limit, &sent)))
            .await
    };
    let queues = drain(None, warm_up, queues).await;
    sent.lock().expect("no holder panics").clear();

    let (from, cpu) = (Instant::now(), Cpu::read(demo.program.id()));
    drain(Some(from + Duration::from_secs(size.seconds)), usize::MAX, queues).await;
    let elapsed = from.elapsed().as_secs_f64();
    let sent = sent.into_inner().expect("no holder panics");
    let http = &phones[0].http;
    let (behind, lag_s) = wait_for_thumbnails(http, &sent).await;
    // Derivatives belong to the work, so their processor time is counted in.
    let spent = Cpu::read(demo.program.id()).since(cpu);

    let mut times: Vec<f64> = sent.iter().map(|(time, _)| *time).collect();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or(f64::NAN);
    let result =
        Result { per_second: times.len() as f64 / elapsed, p50_ms: at(0.5), p99_ms: at(0.99), lag_s, behind };
    let each = |seconds: f64| seconds * 1e3 / times.len() as f64;
    println!(
        "  {}: {} submissions, {:.1}/s, p50 {:.1} ms, p99 {:.1} ms; CPU ms each: server {:.2}, database {:.2}, this client {:.2}, \
         foreign {:.0} %; {} thumbnails behind, drained in {:.1} s",
        payload.letter(),
        times.len(),
        result.per_second,
        result.p50_ms,
        result.p99_ms,
        each(spent.server),
        each(spent.database),
        each(spent.client),
        100.0 * spent.foreign() / spent.all.max(0.01),
        result.behind,
        result.lag_s,
    );
    result
}

fn seal(phone: &Actor, visit: &Visit, base: Option<&[u8]>, payload: Payload, counter: u64) -> Work {
    let mut draft = phone.draft("inspection.submit/1", visit.payload(counter));
    for index in 0..payload.photos() {
        draft = draft.photo("overview", None, photo(base, payload, counter, index));
    }
    let mut sealed = draft.seal();
    let photos = sealed.photos.iter_mut().map(|photo| {
        let sha256 = hex_digest(&photo.bytes);
        photo.bytes = Vec::new();
        (photo.file_id, sha256)
    });
    let photos = photos.collect();
    Work { sealed, counter: counter + ((payload as u64) << 40), photos }
}

fn photo(base: Option<&[u8]>, payload: Payload, counter: u64, index: usize) -> Vec<u8> {
    stamped(
        base.expect("a payload with photos has a base"),
        counter + ((payload as u64) << 40),
        std::process::id().into(),
        index,
    )
}

/// Sends a phone's work in order, as the PWA does: operation, photos, receipt. Returns what the time did not allow.
async fn send_all(
    phone: &Actor,
    mut queue: VecDeque<Work>,
    base: Option<&[u8]>,
    until: Option<Instant>,
    limit: usize,
    sent: &Mutex<Vec<(f64, Vec<Uuid>)>>,
) -> VecDeque<Work> {
    for _ in 0..limit {
        if until.is_some_and(|until| Instant::now() >= until) {
            break;
        }
        let Some(work) = queue.pop_front() else { break };
        let from = Instant::now();
        send_one(&phone.http, &work, base).await;
        let files = work.photos.into_iter().map(|(file, _)| file).collect();
        sent.lock().expect("no holder panics").push((from.elapsed().as_secs_f64() * 1e3, files));
    }
    queue
}

async fn send_one(http: &Http, work: &Work, base: Option<&[u8]>) {
    let answer = put(http, &work.sealed).await.expect(201);
    if work.photos.is_empty() {
        assert!(answer.at("/receipt").is_string(), "complete, so it has its receipt: {answer}");
        return;
    }
    for (index, (_, sha256)) in work.photos.iter().enumerate() {
        let bytes = stamped(base.expect("a base"), work.counter, std::process::id().into(), index);
        let created = create_for(http, sha256, bytes.len()).await.expect(201);
        Upload::of(&created).patch(http, 0, &bytes).await.expect(204);
    }
    http.get(&format!("/api/v1/operations/{}/receipt", work.sealed.id)).await.expect(200);
}

/// How many thumbnails were missing at first, and how long it took until none was.
async fn wait_for_thumbnails(http: &Http, sent: &[(f64, Vec<Uuid>)]) -> (usize, f64) {
    let from = Instant::now();
    let mut waiting: Vec<Uuid> = sent.iter().flat_map(|(_, files)| files).copied().collect();
    let mut behind = None;
    while !waiting.is_empty() {
        let mut still = Vec::new();
        for file in waiting {
            // Made roughly in order: one that is not there yet stands for those behind it.
            let there =
                still.len() < 3 && http.get(&format!("/api/v1/photos/{file}/thumb")).await.status == 200;
            if !there {
                still.push(file);
            }
        }
        behind.get_or_insert(still.len());
        waiting = still;
        assert!(from.elapsed() < Duration::from_secs(600), "{} thumbnails were never made", waiting.len());
        if !waiting.is_empty() {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    (behind.unwrap_or(0), from.elapsed().as_secs_f64())
}
