//! What a phone does with its sealed work, step by step as the PWA does it (`pwa/src/core/lane.ts`): answers first, then
//! photos piece by piece, then receipts, which it checks; a reconcile at the start and whenever the server has a new epoch.
//! Waits are those of the PWA divided by [`HURRY`], so that a season fits into minutes.

use std::collections::HashSet;
use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::actor::{Actor, put_request};
use crate::http::{Answer, Http, try_send};
use crate::phone::{APP_VERSION, Sealed};
use crate::photo::Noise;
use crate::receipt;
use crate::text::{base64, digest};

/// How much faster than the PWA it tries again.
const HURRY: u32 = 50;
/// The PWA's ladder of waits.
const FIRST_WAIT: Duration = Duration::from_secs(2);
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// A request without an answer is given up after this long.
const PATIENCE: Duration = Duration::from_secs(8);

/// How far one operation has come, by what the phone has heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    Sealed,
    /// The server has the answers and named the photos that it lacks.
    Received,
    /// The phone holds a receipt that verifies.
    Confirmed,
    /// Kept by the server, for a person to decide.
    Refused(String),
}

#[derive(Debug)]
struct Job {
    sealed: Sealed,
    hash: String,
    progress: Progress,
    /// By photo: the server has said that it has every byte.
    stored: Vec<bool>,
    receipt: Option<String>,
}

/// The outbox of one phone.
#[derive(Debug)]
pub struct Outbox {
    pub device: Uuid,
    http: Http,
    jobs: Vec<Job>,
    noise: Noise,
    attempts: u32,
    epoch: Option<String>,
    reconciled_epoch: Option<String>,
    keys: Option<Value>,
    /// Bytes of photos that went out, those sent again among them.
    pub photo_bytes_sent: u64,
    /// What the server had once acknowledged and then did not have.
    pub forgotten: Vec<Uuid>,
}

/// What one step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Did,
    /// The link or the server failed; a wait lies behind us.
    Failed,
    /// Nothing is left to do.
    Rest,
}

/// The link failed, or the server asked to come back later.
struct Later(Option<Duration>);

impl Outbox {
    /// The phone of somebody who has signed in; it sends with the device's own credential through `door`.
    pub fn of(actor: &Actor, door: &str, seed: u64) -> Self {
        Self {
            device: actor.phone.as_ref().expect("a phone").id,
            http: actor.sending_only().through(door),
            jobs: Vec::new(),
            noise: Noise::new(seed),
            attempts: 0,
            epoch: None,
            reconciled_epoch: None,
            keys: None,
            photo_bytes_sent: 0,
            forgotten: Vec::new(),
        }
    }

    /// Takes sealed work in.
    pub fn add(&mut self, sealed: Sealed) {
        let (hash, stored) = (sealed.sha256(), vec![false; sealed.photos.len()]);
        self.jobs.push(Job { sealed, hash, progress: Progress::Sealed, stored, receipt: None });
    }

    /// The server now answers at another door.
    pub fn through(&mut self, door: &str) {
        self.http = self.http.through(door);
    }

    /// Operations that are neither confirmed nor refused.
    pub fn held(&self) -> usize {
        self.jobs.iter().filter(|job| matches!(job.progress, Progress::Sealed | Progress::Received)).count()
    }

    /// How many receipts it holds.
    pub fn confirmed(&self) -> usize {
        self.jobs.iter().filter(|job| job.progress == Progress::Confirmed).count()
    }

    /// How far an operation has come.
    pub fn progress(&self, operation: Uuid) -> &Progress {
        &self.jobs.iter().find(|job| job.sealed.id == operation).expect("ours").progress
    }

    /// The receipts that it holds, by operation.
    pub fn receipts(&self) -> impl Iterator<Item = (Uuid, &str)> {
        self.jobs.iter().filter_map(|job| Some((job.sealed.id, job.receipt.as_deref()?)))
    }

    /// Steps until nothing is left, or `tries` steps in a row have failed.
    pub async fn drain(&mut self, tries: u32) {
        let mut failed = 0;
        while failed < tries {
            match self.step().await {
                Step::Did => failed = 0,
                Step::Failed => failed += 1,
                Step::Rest => return,
            }
        }
    }

    /// Does the most urgent thing. It may be dropped at any await, as a phone may die: nothing is noted before its answer.
    pub async fn step(&mut self) -> Step {
        let result = self.most_urgent().await;
        match result {
            Ok(true) => {
                self.attempts = 0;
                Step::Did
            }
            Ok(false) => Step::Rest,
            Err(Later(asked)) => {
                self.attempts += 1;
                let ceiling = LONGEST_WAIT.min(FIRST_WAIT * 2_u32.saturating_pow(self.attempts - 1)) / HURRY;
                let jitter = ceiling.mul_f64((self.noise.bits() >> 11) as f64 / (1_u64 << 53) as f64);
                // What a server asks for is kept to the second; only our own waits are hurried.
                sleep(jitter.max(asked.unwrap_or_default())).await;
                Step::Failed
            }
        }
    }

    async fn most_urgent(&mut self) -> Result<bool, Later> {
        if let Some(at) = self.first(|job| job.progress == Progress::Sealed) {
            self.put(at).await?;
        } else if !self.jobs.is_empty()
            && (self.reconciled_epoch.is_none() || self.reconciled_epoch != self.epoch)
        {
            self.reconcile().await?;
        } else if let Some(at) = self.first(|job| job.progress == Progress::Received) {
            match self.jobs[at].stored.iter().position(|stored| !stored) {
                Some(photo) => self.upload(at, photo).await?,
                None => self.fetch_receipt(at).await?,
            }
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn first(&self, wanted: impl Fn(&Job) -> bool) -> Option<usize> {
        self.jobs.iter().position(wanted)
    }

    /// The number that the phone has sealed through.
    fn sealed_through(&self) -> i64 {
        self.jobs.iter().filter_map(|job| job.sealed.seq).max().unwrap_or(0)
    }

    // ---------------------------------------------------------------- what it can do

    async fn put(&mut self, at: usize) -> Result<(), Later> {
        self.jobs[at].sealed.sealed_through = Some(self.sealed_through());
        let answer = self.ask(put_request(&self.http, &self.jobs[at].sealed)).await?;
        let job = &mut self.jobs[at];
        match answer.status {
            200 | 201 => {
                assert_eq!(answer.text("/operation_id"), job.sealed.id.to_string(), "{answer}");
                job.progress = Progress::Received;
                job.mark(&answer.at("/missing"));
                if let Some(receipt) = answer.at("/receipt").as_str() {
                    self.confirm(at, receipt.to_owned()).await?;
                }
                Ok(())
            }
            422 => {
                job.progress = Progress::Refused(answer.text("/refusal"));
                Ok(())
            }
            _ => Err(Later(retry_after(&answer))),
        }
    }

    /// One photo from wherever the server is. Half of the phones let the server check each piece, half let it keep what
    /// came of a piece that was cut.
    async fn upload(&mut self, at: usize, photo: usize) -> Result<(), Later> {
        let length = self.jobs[at].sealed.photos[photo].bytes.len();
        let sha256 = self.jobs[at].sealed.photos[photo].sha256();
        let tus = |request: RequestBuilder| request.header("Tus-Resumable", "1.0.0");
        let creation = tus(self.http.request(Method::POST, "/api/v1/uploads"))
            .header("Upload-Length", length)
            .header("Upload-Metadata", format!("sha256 {}", base64(sha256.as_bytes())));
        let created = self.ask(creation).await?;
        if created.status != 201 {
            // The server does not know who names this file: what it lacks shows in the receipt's answer.
            return self.fetch_receipt(at).await;
        }
        let location = created.header("location").to_owned();
        let mut offset = number(&created, "upload-offset");
        let checked = self.device.as_u128() & 1 == 0;
        loop {
            let piece = (16 * 1024) << (self.noise.bits() % 5);
            let end = length.min(offset + piece);
            let bytes = self.jobs[at].sealed.photos[photo].bytes[offset..end].to_vec();
            self.photo_bytes_sent += bytes.len() as u64;
            let mut patch = tus(self.http.request(Method::PATCH, &location))
                .header("Upload-Offset", offset)
                .header("Content-Type", "application/offset+octet-stream");
            if checked {
                patch = patch.header("Upload-Checksum", format!("sha256 {}", base64(&digest(&bytes))));
            }
            let answer = self.ask(patch.body(bytes)).await?;
            offset = match answer.status {
                204 => number(&answer, "upload-offset"),
                409 => {
                    let answer = self.ask(tus(self.http.request(Method::HEAD, &location))).await?;
                    if answer.status != 200 {
                        return Err(Later(None));
                    }
                    number(&answer, "upload-offset")
                }
                _ => return Err(Later(retry_after(&answer))),
            };
            if answer.status == 204 && offset >= length {
                self.jobs[at].stored[photo] = true;
                return Ok(());
            }
        }
    }

    async fn fetch_receipt(&mut self, at: usize) -> Result<(), Later> {
        let path = format!("/api/v1/operations/{}/receipt", self.jobs[at].sealed.id);
        let answer = self.ask(self.http.request(Method::GET, &path)).await?;
        match answer.status {
            200 => self.confirm(at, answer.text("/receipt")).await,
            202 => {
                self.jobs[at].mark(&answer.at("/missing"));
                Ok(())
            }
            404 => {
                self.send_again(at);
                Ok(())
            }
            _ => Err(Later(retry_after(&answer))),
        }
    }

    /// Believes a receipt that a published key signed over this very operation and its files.
    async fn confirm(&mut self, at: usize, text: String) -> Result<(), Later> {
        if self.keys.is_none() {
            let answer = self.ask(self.http.request(Method::GET, "/.well-known/jwks.json")).await?;
            self.keys = Some(answer.json());
        }
        let claims = receipt::verify(&text, self.keys.as_ref().expect("just fetched"));
        let claims = claims.unwrap_or_else(|why| panic!("a receipt that is none: {why:?} {text}"));
        let job = &mut self.jobs[at];
        assert_eq!(claims["sub"], json!(job.sealed.id), "{claims}");
        assert_eq!(claims["hash"], json!(format!("sha-256:{}", job.hash)), "{claims}");
        assert_eq!(claims["files"].as_array().map_or(0, Vec::len), job.sealed.photos.len(), "{claims}");
        job.progress = Progress::Confirmed;
        job.stored.fill(true);
        job.receipt = Some(text);
        Ok(())
    }

    /// Lays both lists side by side once more, however often the link breaks, and returns the server's answer.
    pub async fn compared(&mut self) -> Value {
        for _ in 0..500 {
            if let Ok(compared) = self.reconcile().await {
                return compared;
            }
        }
        panic!("the lists do not get through");
    }

    /// What the server once had and lacks now goes out again.
    async fn reconcile(&mut self) -> Result<Value, Later> {
        let state = |job: &Job| match job.progress {
            Progress::Sealed => "sealed",
            Progress::Received => "received",
            Progress::Confirmed => "confirmed",
            Progress::Refused(_) => "refused",
        };
        let items: Vec<Value> = self
            .jobs
            .iter()
            .map(|job| {
                json!({ "seq": job.sealed.seq, "operation_id": job.sealed.id, "hash": job.hash, "state": state(job) })
            })
            .collect();
        let held = self.jobs.iter().filter(|job| job.progress == Progress::Sealed).count();
        let files: usize =
            self.jobs.iter().map(|job| job.stored.iter().filter(|stored| !**stored).count()).sum();
        let body = json!({
            "epoch": self.reconciled_epoch, "sealed_through": self.sealed_through(), "items": items,
            "held": { "operations": held, "files": files, "oldest_at": null },
            "free_bytes": null, "persisted": true, "app_version": APP_VERSION,
        });
        let path = format!("/api/v1/devices/{}/reconcile", self.device);
        let answer = self.ask(self.http.request(Method::POST, &path).json(&body)).await?;
        if answer.status != 200 {
            return Err(Later(retry_after(&answer)));
        }
        let compared = answer.json();
        let ids = |list: &Value, member: &str| -> HashSet<String> {
            let rows = list.as_array().map(Vec::as_slice).unwrap_or_default();
            let text = |row: &Value| row.get(member).unwrap_or(row).as_str().unwrap_or_default().to_owned();
            rows.iter().map(text).collect()
        };
        let lacking = ids(&compared["lacking"], "");
        // Known without its files: the server was put back to a moment before they came.
        let known = compared["known"].as_array().map(Vec::as_slice).unwrap_or_default();
        let incomplete: Value = known.iter().filter(|row| row["complete"] == json!(false)).cloned().collect();
        let incomplete = ids(&incomplete, "operation_id");
        for at in 0..self.jobs.len() {
            let job = &self.jobs[at];
            let id = job.sealed.id.to_string();
            let gone = lacking.contains(&id) && job.progress != Progress::Sealed;
            let halved = incomplete.contains(&id) && job.progress == Progress::Confirmed;
            if gone || halved {
                self.send_again(at);
            }
        }
        self.reconciled_epoch = compared["epoch"].as_str().map(str::to_owned);
        Ok(compared)
    }

    fn send_again(&mut self, at: usize) {
        let job = &mut self.jobs[at];
        self.forgotten.push(job.sealed.id);
        job.progress = Progress::Sealed;
        job.stored.fill(false);
    }

    /// One request; an answer that is not our server's counts as none.
    async fn ask(&mut self, request: RequestBuilder) -> Result<Answer, Later> {
        let Ok(Ok(answer)) = timeout(PATIENCE, try_send(request)).await else { return Err(Later(None)) };
        let epoch = answer.header("lalian-epoch");
        if epoch.is_empty() {
            return Err(Later(None));
        }
        self.epoch = Some(epoch.to_owned());
        if matches!(answer.status, 408 | 429 | 500..=504) {
            return Err(Later(retry_after(&answer)));
        }
        assert!(!matches!(answer.status, 401 | 403), "the credential was not taken: {answer}");
        Ok(answer)
    }
}

impl Job {
    /// Notes which photos the server lacks.
    fn mark(&mut self, missing: &Value) {
        let missing = missing.as_array().map(Vec::as_slice).unwrap_or_default();
        for (photo, stored) in self.sealed.photos.iter().zip(&mut self.stored) {
            *stored = !missing.contains(&json!(photo.sha256()));
        }
    }
}

fn retry_after(answer: &Answer) -> Option<Duration> {
    answer.header("retry-after").parse().ok().map(Duration::from_secs)
}

fn number(answer: &Answer, header: &str) -> usize {
    answer.header(header).parse().unwrap_or(0)
}
