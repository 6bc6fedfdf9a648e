//! The one idempotent door of decisions.md 4: verifies the envelope, hands the payload to the use case of its kind,
//! and answers a repeat with what it answered before.

use super::{
    answer::{Answer, Refusal},
    author::{self, Vouched},
    entry::{Belongs, Effect, Entry, Outcome},
    facts::Facts,
    findings, inspections,
    receipts::{self, Subject},
};
use crate::{
    app::{App, AppError, AppResult, Caller, tickets::commands},
    domain::{
        clock::Instant,
        field::{
            envelope::{self, Envelope, MAX_FILE_BYTES, MAX_FILES},
            flag::{Flag, FlagCode},
            inspection::shorten,
            kind::Kind,
            receipt::{ReceiptFile, named_hash},
            times::Times,
        },
        people::{permission::Action, scope::Scope},
        problem::{Code, Problem},
    },
    store::{
        self, Tx,
        field::operations::{NewOperation, OperationRow, QuarantineRow, Settled},
    },
};
use bytes::Bytes;
use uuid::Uuid;

/// Broken bodies kept for one person.
const QUARANTINE_CAP: u64 = 200;

/// A body at the door with what came along.
pub struct Arrival {
    pub operation_id: Uuid,
    pub body: Bytes,
    pub signature: Option<String>,
    pub sealed_through: Option<i64>,
}

/// What the door says. All but `Answered` change nothing.
pub enum Reply {
    /// Accepted or refused; `first` when these bytes came for the first time.
    Answered { answer: Box<Answer>, first: bool },
    /// The body could not name itself; it is kept by its hash.
    Kept(Problem),
}

/// Takes one operation in.
pub async fn put(app: &App, caller: &Caller, arrival: Arrival) -> AppResult<Reply> {
    if caller.proof != crate::app::caller::Proof::SendCredential && caller.post.is_some() {
        caller.require(Action::SendOperations)?;
    }
    let now = app.clock.now();
    let hash = envelope::hash(&arrival.body);
    let envelope = match Envelope::parse(&arrival.body) {
        Ok(envelope) if envelope.operation_id == arrival.operation_id => envelope,
        Ok(_) => {
            let problem = Problem::new(Code::Malformed).with_field("/operation_id", "与地址中的编号不同", "differs from the id in the address");
            return keep(app, caller, &arrival, hash, "id_differs", problem).await;
        }
        Err(unreadable) => {
            let problem = Problem::new(Code::Malformed).with_field("", "内容读不懂，已原样留存", format!("cannot be read, kept as it is: {}", unreadable.cause));
            return keep(app, caller, &arrival, hash, "unreadable", problem).await;
        }
    };
    let kind = Kind::parse(&envelope.kind);
    let times = if envelope.device.is_some() {
        Times::settle(envelope.made_at, &envelope.clock, now)
    } else {
        Times::at_desk(envelope.made_at, now)
    };
    let Some(author) = author::vouch(app, caller, &envelope, kind, &arrival.body, arrival.signature.as_deref(), times.effective()).await? else {
        // Kept apart, not under the operation's id: nobody may occupy the id of somebody else's visit.
        let (zh, en) = Refusal::NotAuthor.words();
        let problem = Problem::new(Code::Refused).with_field("/author", zh, en);
        return keep(app, caller, &arrival, hash, Refusal::NotAuthor.as_str(), problem).await;
    };
    let county = caller.county()?;
    wait_for(app, county, &envelope).await?;
    let facts = Facts::load(app, county).await?;
    let door = Door { app, caller, kind, envelope: &envelope, author: &author, county, times: &times, facts: &facts, hash: &hash, arrival: &arrival };
    app.store.write(async |tx| door.enter(tx).await).await
}

/// 425 while an operation named in `after` has not come.
async fn wait_for(app: &App, county: Uuid, envelope: &Envelope<'_>) -> AppResult<()> {
    if envelope.after.is_empty() {
        return Ok(());
    }
    let mut wanted = envelope.after.clone();
    wanted.sort_unstable();
    wanted.dedup();
    wanted.truncate(MAX_FILES);
    let known = store::field::operations::count_known(app.store.read(), county, wanted.clone()).await?;
    if known < wanted.len() as u64 {
        return Err(Problem::new(Code::NotYet).with_retry_after(5).into());
    }
    Ok(())
}

/// Keeps a body that has no row of its own.
async fn keep(app: &App, caller: &Caller, arrival: &Arrival, hash: String, code: &str, problem: Problem) -> AppResult<Reply> {
    let now = app.clock.now();
    let row = QuarantineRow {
        id: Uuid::new_v5(&caller.person_id, hash.as_bytes()),
        county_id: caller.county_id,
        person_id: caller.person_id,
        device_id: caller.device_id,
        hash: hash.clone(),
        body: arrival.body.to_vec(),
        problem: code.to_owned(),
        received_at: now,
    };
    let kept = app
        .store
        .write(async |tx| -> AppResult<bool> {
            let kept = store::field::operations::quarantine(tx, row.clone(), QUARANTINE_CAP).await?;
            if kept {
                let mut line = caller.audit("operation.keep", "operations", arrival.operation_id);
                line.hash_after = Some(named_hash(&hash));
                store::audit::append(tx, now, line).await?;
            }
            Ok(kept)
        })
        .await?;
    if kept { Ok(Reply::Kept(problem)) } else { Err(Code::TooMany.into()) }
}

/// Everything about one arrival that its transaction needs; borrowed, so that the closure may run again.
struct Door<'a> {
    app: &'a App,
    caller: &'a Caller,
    kind: Option<Kind>,
    envelope: &'a Envelope<'a>,
    author: &'a Vouched,
    county: Uuid,
    times: &'a Times,
    facts: &'a Facts,
    hash: &'a str,
    arrival: &'a Arrival,
}

impl Door<'_> {
    async fn enter(&self, tx: &Tx) -> AppResult<Reply> {
        let inserted = store::field::operations::insert(tx, self.row()).await?;
        let (server_seq, again) = match inserted {
            Some(seq) => (seq, false),
            None => {
                let row = store::field::operations::find(tx, self.envelope.operation_id).await?.ok_or(Code::Conflict)?;
                if row.hash != self.hash || row.person_id != self.author.person_id {
                    return Err(Code::IdReused.into());
                }
                // What was refused is judged again; everything else gets the same answer again.
                if row.status != "refused" {
                    self.contact(tx).await?;
                    return Ok(Reply::Answered { answer: Box::new(replay(tx, &row).await?), first: false });
                }
                (row.server_seq, true)
            }
        };
        let answer = self.apply(tx, server_seq, again).await?;
        Ok(Reply::Answered { answer: Box::new(answer), first: !again })
    }

    fn row(&self) -> NewOperation {
        NewOperation {
            id: self.envelope.operation_id,
            county_id: self.county,
            kind: shorten(&self.envelope.kind, 32),
            person_id: self.author.person_id,
            post_id: self.author.post_id,
            device: self.envelope.device.map(|device| (device.id, device.seq)),
            hash: self.hash.to_owned(),
            body: self.arrival.body.to_vec(),
            signature: self.arrival.signature.clone(),
            made_at: self.times.made_at,
            observed_at: self.times.observed_at,
            uncertainty_ms: self.times.uncertainty.num_milliseconds(),
            accepted_at: self.times.accepted_at,
            files: i32::try_from(self.envelope.files.len()).unwrap_or(i32::MAX),
        }
    }

    async fn apply(&self, tx: &Tx, server_seq: i64, again: bool) -> AppResult<Answer> {
        let mut flags: Vec<Flag> = self.times.flags.iter().chain(&self.author.flags).cloned().collect();
        let device = self.envelope.device.map(|device| (device.id, device.seq));
        if let Some((id, seq)) = device
            && self.author.refusal != Some(Refusal::ForeignDevice)
            && !store::field::operations::take_slot(tx, id, seq, self.envelope.operation_id).await?
        {
            flags.push(FlagCode::Forked.with(seq.to_string()));
        }
        let entry = Entry::new(tx, self.facts, self.envelope, self.author, self.county, self.times);
        let mut effect = match self.author.refusal.or_else(|| self.unreadable()) {
            Some(refusal) => Effect::refused(refusal),
            None => self.dispatch(&entry).await?,
        };
        if effect.refusal.is_some() && !again && self.unreadable().is_none() {
            // A refused operation keeps its files too.
            let id = self.envelope.operation_id;
            effect.missing = entry.name_files(None, None, None, |_| Belongs { subject: "operation", subject_id: id, urgent: false }).await?;
        } else if effect.refusal.is_some() {
            effect.missing = store::field::named::missing(tx, self.envelope.operation_id).await?;
        }
        entry.publish().await?;
        flags.append(&mut effect.flags);
        self.settle(tx, server_seq, flags, effect).await
    }

    /// Manifests that cannot be kept to: the sealed bytes stay, nothing else is done with them.
    fn unreadable(&self) -> Option<Refusal> {
        let files = &self.envelope.files;
        let bad = files.len() > MAX_FILES
            || files.iter().any(|file| !envelope::is_sha256(&file.sha256) || file.bytes <= 0 || file.bytes > MAX_FILE_BYTES);
        bad.then_some(Refusal::Unreadable)
    }

    async fn dispatch(&self, entry: &Entry<'_>) -> AppResult<Effect> {
        let done = match self.kind {
            None => return Ok(Effect::refused(Refusal::UnknownKind)),
            Some(Kind::InspectionSubmit) => inspections::submit(entry).await?,
            Some(Kind::InspectionCorrect) => inspections::correct(entry).await?,
            Some(Kind::FindingReport) => findings::report(entry).await?,
            Some(kind) => commands::run(entry, kind).await?,
        };
        Ok(done.unwrap_or_else(|_| Effect::refused(Refusal::Unreadable)))
    }

    async fn settle(&self, tx: &Tx, server_seq: i64, flags: Vec<Flag>, effect: Effect) -> AppResult<Answer> {
        let id = self.envelope.operation_id;
        let status = if effect.refusal.is_some() { "refused" } else { "accepted" };
        let device = self.envelope.device.map(|device| (device.id, device.seq));
        let now = self.times.accepted_at;
        let files = || {
            let file = |f: &envelope::FileRef| ReceiptFile { file_id: f.file_id, hash: named_hash(&f.sha256), bytes: f.bytes };
            self.envelope.files.iter().map(file).collect()
        };
        let receipt = if effect.missing.is_empty() {
            let subject = Subject {
                operation_id: id, server_seq, county_id: self.county, person_id: self.author.person_id, kind: &self.envelope.kind,
                hash: self.hash, status, outcome: effect.outcome.as_str(), accepted_at: now, device, files: files(),
            };
            Some(receipts::sign(self.app, tx, subject, now).await?)
        } else {
            None
        };
        let current = match &effect.current {
            Some(ticket) => Some(crate::app::tickets::reads::brief(ticket, now)),
            None => None,
        };
        let answer = Answer {
            operation_id: id,
            server_seq,
            accepted_at: now,
            observed_at: self.times.observed_at,
            status: status.into(),
            outcome: effect.outcome.as_str().into(),
            flags: flags.clone(),
            changed: effect.changed,
            missing: effect.missing,
            receipt: receipt.clone(),
            refusal: effect.refusal.map(|refusal| refusal.as_str().into()),
            current,
        };
        let stored = serde_json::to_value(Answer { missing: Vec::new(), receipt: None, ..answer.clone() })
            .map_err(|error| AppError::Internal(format!("answer: {error}")))?;
        let settled = Settled {
            status,
            outcome: effect.outcome.as_str(),
            flags,
            problem: effect.refusal.map(|refusal| serde_json::json!(refusal.as_str())),
            answer: stored,
            subject: effect.subject,
            missing: i32::try_from(answer.missing.len()).unwrap_or(i32::MAX),
            completed_at: receipt.as_ref().map(|_| now),
            receipt,
            accepted_at: now,
            observed_at: self.times.observed_at,
        };
        store::field::operations::settle(tx, id, settled).await?;
        self.contact(tx).await?;
        let action = if effect.outcome == Outcome::Conflict { "operation.conflict" } else { self.kind.map_or("operation.refuse", Kind::as_str) };
        let mut line = self.caller.audit_at(action, "operations", id, self.times.made_at);
        line.post_id = Some(self.author.post_id);
        line.hash_after = Some(named_hash(self.hash));
        store::audit::append(tx, now, line).await?;
        Ok(answer)
    }

    async fn contact(&self, tx: &Tx) -> AppResult<()> {
        if let Some(device) = self.envelope.device
            && self.author.refusal != Some(Refusal::ForeignDevice)
        {
            store::field::phones::contact(tx, device.id, self.times.accepted_at, self.arrival.sealed_through, Some(device.seq)).await?;
        }
        Ok(())
    }
}

/// The stored answer with what has arrived since.
async fn replay(conn: &impl store::Conn, row: &OperationRow) -> AppResult<Answer> {
    let mut answer: Answer =
        serde_json::from_value(row.answer.clone()).map_err(|error| AppError::Internal(format!("stored answer: {error}")))?;
    answer.status.clone_from(&row.status);
    answer.receipt.clone_from(&row.receipt);
    answer.missing = if row.receipt.is_some() { Vec::new() } else { store::field::named::missing(conn, row.id).await? };
    Ok(answer)
}

/// One's own operation, or any of the county for the office; anything else is not found.
pub async fn own(app: &App, caller: &Caller, id: Uuid) -> AppResult<OperationRow> {
    let scope = match (&caller.post, caller.county_id) {
        (Some(post), Some(county)) if Action::DecideOperations.allows(post.role) && caller.proof != crate::app::caller::Proof::SendCredential => {
            Scope::County { county }
        }
        (_, Some(county)) => Scope::Own { county, person: caller.person_id },
        _ => return Err(Code::NotFound.into()),
    };
    store::field::operations::visible(app.store.read(), scope, caller.person_id, id).await?.ok_or_else(|| Code::NotFound.into())
}

/// An operation as the office or its author reads it.
pub struct Shown {
    pub row: OperationRow,
    pub answer: Answer,
}

/// Reads one operation.
pub async fn get(app: &App, caller: &Caller, id: Uuid) -> AppResult<Shown> {
    let row = own(app, caller, id).await?;
    let answer = replay(app.store.read(), &row).await?;
    Ok(Shown { row, answer })
}

/// The office's decision on a refused operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Admit,
    Dismiss,
}

/// Records the decision; the operation, its body and its files stay as they are.
pub async fn decide(app: &App, caller: &Caller, id: Uuid, decision: Decision, reason: &str) -> AppResult<()> {
    caller.require(Action::DecideOperations)?;
    if reason.trim().is_empty() {
        return Err(Problem::field("/reason", "请说明原因", "give a reason").into());
    }
    let row = own(app, caller, id).await?;
    if row.status != "refused" {
        return Err(Code::WrongState.into());
    }
    let now: Instant = app.clock.now();
    let status = match decision {
        Decision::Admit => "admitted",
        Decision::Dismiss => "dismissed",
    };
    app.store
        .write(async |tx| {
            store::field::operations::decide(tx, id, status, reason.to_owned()).await?;
            let mut line = caller.audit("operation.decide", "operations", id);
            line.reason = format!("{status}: {reason}");
            Ok(store::audit::append(tx, now, line).await?)
        })
        .await
}
