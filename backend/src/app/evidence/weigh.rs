//! Weighing a photo once its pixels were seen: what its file says, what it looks like, where and when it was taken (R81).
//!
//! A job, not a step of the door: nothing that a photo turns out to be may delay a receipt. Weighing again gives the same flags.

use super::surroundings::{self, Naming, Places};
use crate::{
    app::{App, AppError, AppResult, field::facts::Facts, field::settle},
    domain::{
        clock::Instant,
        evidence::{
            flag::{PhotoFlag, Strength},
            rules::{EvidenceRules, Raised, exact, weigh},
        },
        field::media::Sha256,
    },
    files::Key,
    store::{
        self, Conn, Tx,
        evidence::{around, flags::PhotoFlagRow, pictures},
        field::files as stored,
        jobs::{self, NewJob},
    },
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Job kind that weighs one picture wherever it is named; payload `{county_id, sha256}`.
pub const WEIGH_PHOTO: &str = "weigh_photo";
/// Right behind the copies: whoever checks waits for it.
const PRIORITY: i32 = 51;

/// The job that weighs a picture because of something (an operation, a file); one at a time for each picture.
pub fn job(because_of: Uuid, now: Instant, key: Key) -> NewJob {
    NewJob {
        id: Uuid::new_v5(&because_of, format!("{} {}", key.sha256, now.timestamp_micros()).as_bytes()),
        kind: WEIGH_PHOTO,
        dedupe_key: Some(format!("{WEIGH_PHOTO}/{}/{}", key.county, key.sha256)),
        payload: json!({ "county_id": key.county, "sha256": key.sha256.to_string() }),
        priority: PRIORITY,
        run_at: now,
    }
}

impl App {
    /// What the county decided about evidence.
    pub(super) async fn evidence_rules(&self, county: Uuid) -> AppResult<EvidenceRules> {
        Ok(Facts::load(self, county).await?.settings().evidence.clone())
    }

    /// Weighs the picture wherever sealed work names it.
    pub async fn weigh_photo(&self, key: Key) -> AppResult<()> {
        let read = self.store.read();
        let Some(file) = stored::find(read, key.county, key.sha256).await? else { return Ok(()) };
        if file.erased {
            return Ok(());
        }
        let rules = self.evidence_rules(key.county).await?;
        let claim = pictures::claim_of(read, key.county, key.sha256).await?.unwrap_or_default();
        let matches = match pictures::print_of(read, key.county, key.sha256).await? {
            Some(print) => self.pictures_like(key.county, print, rules.look_bits).await?,
            None => Vec::new(),
        };
        let mine = around::named(read, key.county, &[key.sha256]).await?;
        let mut seen: Vec<Sha256> = matches.iter().map(|one| one.sha256).take(MOST_ALIKE).collect();
        seen.push(key.sha256);
        let mut others = around::named(read, key.county, &seen).await?;
        drop_idle(read, &mut others).await?;
        let mut weighed = Vec::with_capacity(mine.len());
        for naming in &mine {
            let facts = surroundings::facts(self, &rules, &file, &claim, naming, &others, &matches).await?;
            weighed.push((naming, weigh(&facts, &rules)));
        }
        let again = self.concerned(key, &mine, &others).await?;
        if again.is_empty() && self.known_already(key.county, &weighed).await? {
            return Ok(());
        }
        let now = self.clock.now();
        let ids: Vec<Uuid> =
            weighed.iter().flat_map(|(_, raised)| raised).map(|_| self.random.id()).collect();
        let jobs: Vec<NewJob> =
            again.iter().map(|sha256| job(self.random.id(), now, Key { sha256: *sha256, ..key })).collect();
        self.store
            .write(async |tx| -> AppResult<()> {
                let mut fresh = ids.iter().copied();
                for (naming, raised) in &weighed {
                    write(tx, now, naming, raised, &mut fresh).await?;
                }
                for job in &jobs {
                    jobs::enqueue(tx, now, job.clone()).await?;
                }
                let mut tickets: BTreeMap<Uuid, bool> = BTreeMap::new();
                for naming in &mine {
                    // A unit reads the flags of its repairs only; that other photos were weighed it does not hear.
                    if let Some(ticket) = ticket_of(naming) {
                        *tickets.entry(ticket).or_default() |=
                            surroundings::is_proof(naming) && naming.0.visible_from.is_some();
                    }
                }
                settle::tell_of_photos(tx, now, key.county, tickets, BTreeSet::new()).await
            })
            .await?;
        if !jobs.is_empty() {
            self.bell.notify_one();
        }
        Ok(())
    }

    /// Weighing found what stands there already: nothing is written, and nobody hears of it.
    async fn known_already(&self, county: Uuid, weighed: &[(&Naming, Vec<Raised>)]) -> AppResult<bool> {
        for ((file, _), raised) in weighed {
            let rows = store::evidence::flags::of_file(self.store.read(), county, file.file_id).await?;
            let stands: BTreeSet<(String, String, Option<Uuid>)> = rows
                .into_iter()
                .filter(|row| row.operation_id == file.operation_id && !by_people(&row.code))
                .map(|row| (row.code, row.strength, row.other_file_id))
                .collect();
            let found = raised.iter().map(|one| {
                (
                    one.flag.as_str().to_owned(),
                    one.strength.as_str().to_owned(),
                    one.other.map(|other| other.1),
                )
            });
            if found.collect::<BTreeSet<_>>() != stands {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Pictures of repairs that came before the picture of their own fault, and have not been held against it yet.
    async fn concerned(&self, key: Key, mine: &[Naming], known: &[Naming]) -> AppResult<BTreeSet<Sha256>> {
        let mut again = BTreeSet::new();
        for naming in mine.iter().filter(|naming| !surroundings::is_proof(naming)) {
            let Some(ticket) = ticket_of(naming) else { continue };
            let alike = |sha256: &str| known.iter().any(|(file, _)| file.sha256 == sha256);
            let proofs = around::of_ticket(self.store.read(), key.county, ticket).await?;
            let proofs =
                proofs.iter().filter(|other| surroundings::is_proof(other) && alike(&other.0.sha256));
            again.extend(proofs.filter_map(|(file, _)| Sha256::parse(&file.sha256)));
        }
        again.remove(&key.sha256);
        Ok(again)
    }
}

/// Similar pictures whose places are looked up.
const MOST_ALIKE: usize = 50;

fn by_people(code: &str) -> bool {
    PhotoFlag::parse(code).is_some_and(PhotoFlag::is_by_people)
}

fn ticket_of((file, _): &Naming) -> Option<Uuid> {
    (file.subject == "ticket").then_some(file.subject_id)
}

async fn write(
    tx: &Tx,
    now: Instant,
    naming: &Naming,
    raised: &[Raised],
    ids: &mut impl Iterator<Item = Uuid>,
) -> AppResult<()> {
    let (file, _) = naming;
    let mut rows = Vec::with_capacity(raised.len());
    for one in raised {
        rows.push(PhotoFlagRow {
            id: ids.next().ok_or_else(|| AppError::Internal("an id for each flag".into()))?,
            county_id: file.county_id,
            operation_id: file.operation_id,
            file_id: file.file_id,
            ticket_id: ticket_of(naming),
            code: one.flag.as_str().into(),
            strength: one.strength.as_str().into(),
            reason: serde_json::to_value(&one.reason).unwrap_or_default(),
            other_operation_id: one.other.map(|other| other.0),
            other_file_id: one.other.map(|other| other.1),
            raised_at: now,
            overruled_by: None,
            overruled_at: None,
            overrule_reason: String::new(),
        });
    }
    Ok(store::evidence::flags::replace(tx, file.operation_id, file.file_id, rows).await?)
}

/// What keeps an attempt from being submitted: photos of it whose very bytes showed the fault, another repair or another place.
pub(in crate::app) async fn reused(
    tx: &Tx,
    county: Uuid,
    now: Instant,
    operation: Uuid,
) -> AppResult<Vec<(PhotoFlag, Uuid)>> {
    let own = around::of_operation(tx, county, operation).await?;
    let hashes: Vec<Sha256> = own.iter().filter_map(|(file, _)| Sha256::parse(&file.sha256)).collect();
    let mut others = around::named(tx, county, &hashes).await?;
    drop_idle(tx, &mut others).await?;
    let all: Vec<Naming> = own.iter().chain(&others).cloned().collect();
    let places = Places::load(tx, county, now, &all).await?;
    let mut found = Vec::new();
    for mine in own.iter().filter(|naming| surroundings::is_proof(naming)) {
        let flags = others
            .iter()
            .filter(|other| other.0.sha256 == mine.0.sha256)
            .filter_map(|other| surroundings::relation(&places, mine, other).map(exact));
        if let Some(flag) = flags.filter(|flag| flag.is_exact()).min() {
            found.push((flag, mine.0.file_id));
        }
    }
    Ok(found)
}

/// A photo that was put to the wrong ticket and never handed in there is still free. When it is handed in, it is weighed again.
async fn drop_idle(conn: &impl Conn, namings: &mut Vec<Naming>) -> AppResult<()> {
    let operations = namings.iter().map(|(file, _)| file.operation_id).collect();
    let idle = store::tickets::attempts::not_put_forward(conn, operations).await?;
    namings.retain(|(file, _)| !idle.contains(&file.operation_id));
    Ok(())
}

/// Has the photos of an attempt that is put forward weighed once more: others may have been handed in since they came.
pub(in crate::app) async fn handed_in(tx: &Tx, county: Uuid, now: Instant, operation: Uuid) -> AppResult<()> {
    for (file, _) in around::of_operation(tx, county, operation).await? {
        let Some(sha256) = Sha256::parse(&file.sha256).filter(|_| file.state == "stored") else { continue };
        jobs::enqueue(tx, now, job(operation, now, Key { county, sha256 })).await?;
    }
    Ok(())
}

/// True while a strong flag of these photos stands: the repair is looked at on site, not on a picture.
pub(in crate::app) async fn asks_for_visit(conn: &impl Conn, operation: Uuid) -> AppResult<bool> {
    Ok(!store::evidence::flags::standing(conn, operation, Strength::Strong.as_str()).await?.is_empty())
}
