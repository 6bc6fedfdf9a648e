//! The one idempotent door of decisions.md 4: verifies the envelope, hands the payload to the use case of its kind,
//! and answers a repeat with what it answered before.

use super::{
    answer::{Answer, Refusal},
    author::{self, Sealed, Vouched},
    entry::{Belongs, Effect, Entry, Outcome},
    facts::Facts,
    inspections,
    quarantine::keep,
    receipts::{self, Subject},
    report,
};
use crate::{
    app::{App, AppError, AppResult, Caller, evidence::weigh, tickets::commands},
    domain::{
        clock::Instant,
        field::{
            envelope::{self, Envelope, MAX_FILE_BYTES, MAX_FILES},
            flag::{Flag, FlagCode},
            inspection::shorten,
            kind::Kind,
            media::Sha256,
            receipt::{ReceiptFile, named_hash},
            sheet,
            times::Times,
        },
        people::permission::Action,
        problem::{Code, Problem},
    },
    files::Key,
    store::{
        self, Tx,
        field::{
            operations::{NewOperation, OperationRow, Settled},
            phones::{Chain, Contact},
        },
    },
};
use bytes::Bytes;
use std::collections::HashSet;
use uuid::Uuid;

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
            let problem = Problem::new(Code::Malformed).with_field(
                "/operation_id",
                "与地址中的编号不同",
                "differs from the id in the address",
            );
            return keep(app, caller, &arrival, hash, "id_differs", problem).await;
        }
        Err(unreadable) => {
            let problem = Problem::new(Code::Malformed).with_field(
                "",
                "内容读不懂，已原样留存",
                format!("cannot be read, kept as it is: {}", unreadable.cause),
            );
            return keep(app, caller, &arrival, hash, "unreadable", problem).await;
        }
    };
    let kind = Kind::parse(&envelope.kind);
    let entered = if envelope.device.is_some() {
        Times::settle(envelope.made_at, &envelope.clock, now)
    } else {
        Times::at_desk(envelope.made_at, now)
    };
    let entered_at = entered.effective();
    let filled_at = sheet::of(&envelope).and_then(|sheet| sheet.filled_at());
    let times = filled_at.map_or(entered, |at| Times::on_paper(at, envelope.made_at, now));
    let signature = arrival.signature.as_deref();
    let at = times.effective();
    let sealed = Sealed { envelope: &envelope, kind, body: &arrival.body, signature, at, entered_at };
    let Some(author) = author::vouch(app, caller, sealed).await? else {
        // Kept apart, not under the operation's id: nobody may occupy the id of somebody else's visit.
        let (zh, en) = Refusal::NotAuthor.words();
        let problem = Problem::new(Code::Refused).with_field("/author", zh, en);
        return keep(app, caller, &arrival, hash, Refusal::NotAuthor.as_str(), problem).await;
    };
    let county = caller.county()?;
    wait_for(app, county, &envelope).await?;
    let facts = Facts::load(app, county).await?;
    let door = Door {
        app,
        caller,
        kind,
        envelope: &envelope,
        author: &author,
        county,
        times: &times,
        facts: &facts,
        hash: &hash,
        arrival: &arrival,
        accepted: "accepted",
        foreign: author.refusal == Some(Refusal::ForeignDevice),
    };
    let reply = app.store.write(async |tx| door.enter(tx).await).await?;
    if let Reply::Answered { answer, first: true } = &reply
        && answer.changed.iter().any(|one| one.noun == "tickets")
    {
        app.heard.notify_one();
    }
    Ok(reply)
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

/// Everything about one arrival that its transaction needs; borrowed, so that the closure may run again.
pub(super) struct Door<'a> {
    pub(super) app: &'a App,
    pub(super) caller: &'a Caller,
    pub(super) kind: Option<Kind>,
    pub(super) envelope: &'a Envelope<'a>,
    pub(super) author: &'a Vouched,
    pub(super) county: Uuid,
    pub(super) times: &'a Times,
    pub(super) facts: &'a Facts,
    pub(super) hash: &'a str,
    pub(super) arrival: &'a Arrival,
    /// The status of what is taken in: `accepted`, or `admitted` by the office.
    pub(super) accepted: &'static str,
    /// Sealed on a phone of somebody else: also once admitted it uses none of that phone's numbers and receipts.
    pub(super) foreign: bool,
}

impl Door<'_> {
    async fn enter(&self, tx: &Tx) -> AppResult<Reply> {
        let inserted = store::field::operations::insert(tx, self.row()).await?;
        let (server_seq, before) = if let Some(seq) = inserted {
            (seq, None)
        } else {
            let row = store::field::operations::find(tx, self.envelope.operation_id)
                .await?
                .ok_or(Code::Conflict)?;
            if row.hash != self.hash || row.person_id != self.author.person_id {
                return Err(Code::IdReused.into());
            }
            // What was refused is judged again; everything else gets the same answer again.
            if row.status != "refused" {
                self.contact(tx, None).await?;
                return Ok(Reply::Answered { answer: Box::new(replay(tx, &row).await?), first: false });
            }
            (row.server_seq, Some(row))
        };
        let answer = self.apply(tx, server_seq, before.as_ref()).await?;
        Ok(Reply::Answered { answer: Box::new(answer), first: before.is_none() })
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

    /// Judges and settles; `before` is the row of what was refused and is judged again.
    pub(super) async fn apply(
        &self,
        tx: &Tx,
        server_seq: i64,
        before: Option<&OperationRow>,
    ) -> AppResult<Answer> {
        let mut flags: Vec<Flag> = self.times.flags.iter().chain(&self.author.flags).cloned().collect();
        let device = self.envelope.device.map(|device| (device.id, device.seq));
        if let Some((id, seq)) = device
            && !self.foreign
            && !store::field::operations::take_slot(tx, id, seq, self.envelope.operation_id).await?
        {
            flags.push(FlagCode::Forked.with(seq.to_string()));
        }
        let entry = Entry::new(tx, self.facts, self.envelope, self.author, self.county, self.times);
        let mut effect = match self.author.refusal.or_else(|| self.unreadable()) {
            Some(refusal) => Effect::refused(refusal),
            None => self.dispatch(&entry).await?,
        };
        if let (Some(refusal), Some(row)) = (effect.refusal, before)
            && row.problem == Some(serde_json::json!(refusal.as_str()))
        {
            // Refused as before: the same answer with the same receipt. Another one would only lengthen the device's chain.
            self.contact(tx, None).await?;
            return replay(tx, row).await;
        }
        if effect.refusal.is_some() && before.is_none() && self.unreadable().is_none() {
            // A refused operation keeps its files too.
            let id = self.envelope.operation_id;
            effect.missing = entry
                .name_files(None, None, None, |_| Belongs {
                    subject: "operation",
                    subject_id: id,
                    urgent: false,
                })
                .await?;
        } else if effect.refusal.is_some() {
            effect.missing = store::field::named::missing(tx, self.envelope.operation_id).await?;
        }
        entry.publish().await?;
        flags.append(&mut effect.flags);
        flags.append(&mut entry.noticed());
        self.settle(tx, server_seq, flags, effect).await
    }

    /// Manifests that cannot be kept to: the sealed bytes stay, nothing else is done with them.
    fn unreadable(&self) -> Option<Refusal> {
        let files = &self.envelope.files;
        let bad = files.len() > MAX_FILES
            || files.iter().any(|file| {
                !envelope::is_sha256(&file.sha256) || file.bytes <= 0 || file.bytes > MAX_FILE_BYTES
            });
        bad.then_some(Refusal::Unreadable)
    }

    async fn dispatch(&self, entry: &Entry<'_>) -> AppResult<Effect> {
        let done = match self.kind {
            None => return Ok(Effect::refused(Refusal::UnknownKind)),
            Some(Kind::InspectionSubmit) => inspections::submit(entry).await?,
            Some(Kind::InspectionCorrect) => inspections::correct(entry).await?,
            Some(Kind::FindingReport) => report::report(entry).await?,
            // On the heap: the many commands would make every arrival's future as large as the largest of them.
            Some(kind) => Box::pin(commands::run(entry, kind)).await?,
        };
        Ok(done.unwrap_or_else(|_| Effect::refused(Refusal::Unreadable)))
    }

    async fn settle(&self, tx: &Tx, server_seq: i64, flags: Vec<Flag>, effect: Effect) -> AppResult<Answer> {
        let id = self.envelope.operation_id;
        let status = if effect.refusal.is_some() { "refused" } else { self.accepted };
        let now = self.times.accepted_at;
        let (receipt, chain) = if effect.missing.is_empty() {
            // Nothing to wait for although it names files: all have come before, or were erased on purpose.
            let erased = if self.envelope.files.is_empty() {
                HashSet::new()
            } else {
                store::field::erasures::of_operations(tx, vec![id]).await?
            };
            let file = |f: &envelope::FileRef| ReceiptFile {
                file_id: f.file_id,
                hash: named_hash(&f.sha256),
                bytes: f.bytes,
                erased: erased.contains(&f.file_id),
            };
            let subject = Subject {
                operation_id: id,
                server_seq,
                county_id: self.county,
                person_id: self.author.person_id,
                kind: &self.envelope.kind,
                hash: self.hash,
                status,
                outcome: effect.outcome.as_str(),
                accepted_at: now,
                device: self.device(),
                files: self.envelope.files.iter().map(file).collect(),
            };
            let (text, chain) = receipts::sign(self.app, tx, subject, now).await?;
            (Some(text), chain)
        } else {
            (None, None)
        };
        let current = effect.current.as_ref().map(|ticket| crate::app::tickets::reads::brief(ticket, now));
        let answer = Answer {
            operation_id: id,
            server_seq,
            accepted_at: now,
            observed_at: self.times.observed_at,
            status: status.into(),
            outcome: effect.outcome.as_str().into(),
            flags: flags.iter().filter(|flag| !flag.office).cloned().collect(),
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
        self.weigh_known(tx, &answer.missing, now).await?;
        self.contact(tx, chain).await?;
        let action = if effect.outcome == Outcome::Conflict {
            "operation.conflict"
        } else {
            self.kind.map_or("operation.refuse", Kind::as_str)
        };
        let mut line = self.caller.audit_at(action, "operations", id, self.times.made_at);
        line.post_id = Some(self.author.post_id);
        line.hash_after = Some(named_hash(self.hash));
        store::audit::append(tx, now, line).await?;
        Ok(answer)
    }

    /// Bytes that came before with other work are weighed again where this work names them; all others are when they come.
    async fn weigh_known(&self, tx: &Tx, missing: &[String], now: Instant) -> AppResult<()> {
        for file in self.envelope.files.iter().filter(|file| !missing.contains(&file.sha256)) {
            let Some(sha256) = Sha256::parse(&file.sha256) else { continue };
            let job = weigh::job(self.envelope.operation_id, now, Key { county: self.county, sha256 });
            store::jobs::enqueue(tx, now, job).await?;
        }
        Ok(())
    }

    /// The author's own device; a foreign one is left alone.
    fn device(&self) -> Option<(Uuid, i64)> {
        self.envelope.device.filter(|_| !self.foreign).map(|device| (device.id, device.seq))
    }

    async fn contact(&self, tx: &Tx, chain: Option<Chain>) -> AppResult<()> {
        let Some((id, seq)) = self.device() else { return Ok(()) };
        let heard = Contact { sealed_through: self.arrival.sealed_through, received: Some(seq), chain };
        Ok(store::field::phones::contact(tx, id, self.times.accepted_at, heard).await?)
    }
}

/// The stored answer with what has arrived since.
pub(super) async fn replay(conn: &impl store::Conn, row: &OperationRow) -> AppResult<Answer> {
    let mut answer: Answer = serde_json::from_value(row.answer.clone())
        .map_err(|error| AppError::Internal(format!("stored answer: {error}")))?;
    answer.status.clone_from(&row.status);
    answer.receipt.clone_from(&row.receipt);
    answer.missing =
        if row.receipt.is_some() { Vec::new() } else { store::field::named::missing(conn, row.id).await? };
    Ok(answer)
}
