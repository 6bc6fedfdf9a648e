//! Nothing lost, nothing doubled: what the phones wrote down against what the server holds, asked for in three ways that
//! do not know of each other: its lists over HTTP, the rows of its database, and the bytes of its stored objects.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, QueryResult, Statement, TryGetable};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::actor::Actor;
use crate::ledger::{Fault, Ledger, Named};
use crate::receipt;
use crate::text::hex_digest;
use crate::visit::id_of;

/// Everything that the server holds.
#[derive(Debug, Clone, Default)]
pub struct Held {
    /// By its lists: visits and tickets.
    pub listed_visits: Vec<Uuid>,
    pub listed_tickets: Vec<Uuid>,
    /// By its answers: the receipt of each operation, and the keys that it publishes.
    pub receipts: BTreeMap<Uuid, String>,
    pub keys: Value,
    /// By its rows.
    pub operations: Vec<Operation>,
    pub inspections: Vec<Uuid>,
    /// Finding and its ticket.
    pub findings: Vec<(Uuid, Option<Uuid>)>,
    pub tickets: Vec<(Uuid, Fault)>,
    pub files: Vec<File>,
    /// By its disk: name and SHA-256 of the bytes, counted again here.
    pub objects: Vec<(String, String)>,
}

/// A row of an accepted operation.
#[derive(Debug, Clone)]
pub struct Operation {
    pub id: Uuid,
    pub device: Option<Uuid>,
    pub seq: Option<i64>,
    /// SHA-256 of the stored body, counted again here.
    pub hash: String,
    pub status: String,
}

/// A file that an operation names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub operation: Uuid,
    pub named: Named,
    pub stored: bool,
}

/// What does not agree, in words; the two counts are what is published.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Sealed, and not there as it was sealed.
    pub missing: Vec<String>,
    /// There twice, or there and never sealed.
    pub doubled: Vec<String>,
}

impl Verdict {
    /// Both counts are zero.
    pub fn is_clean(&self) -> bool {
        self.missing.is_empty() && self.doubled.is_empty()
    }

    /// Every sealed thing is on the other side exactly once; nothing else is there.
    fn compare<T: Ord + std::fmt::Debug>(
        &mut self,
        what: &str,
        sealed: impl IntoIterator<Item = T>,
        held: impl IntoIterator<Item = T>,
    ) {
        let sealed: BTreeSet<T> = sealed.into_iter().collect();
        let mut found = BTreeSet::new();
        for thing in held {
            if !sealed.contains(&thing) {
                self.doubled.push(format!("{what} that nobody sealed: {thing:?}"));
            } else if !found.contains(&thing) {
                found.insert(thing);
            } else {
                self.doubled.push(format!("{what} twice: {thing:?}"));
            }
        }
        self.missing.extend(sealed.difference(&found).map(|thing| format!("{what}: {thing:?}")));
    }
}

/// Compares both sides.
pub fn judge(ledger: &Ledger, held: &Held) -> Verdict {
    let mut verdict = Verdict::default();
    let entries = &ledger.entries;
    let operation =
        |id: Uuid, device: Option<Uuid>, seq: Option<i64>, hash: &str| (id, device, seq, hash.to_owned());
    verdict.compare(
        "operation",
        entries
            .iter()
            .map(|entry| operation(entry.operation, Some(entry.device), Some(entry.seq), &entry.hash)),
        held.operations.iter().map(|row| operation(row.id, row.device, row.seq, &row.hash)),
    );
    let refused = held.operations.iter().filter(|row| row.status != "accepted");
    verdict.missing.extend(refused.map(|row| format!("operation {} is {}", row.id, row.status)));

    let visits = || entries.iter().map(|entry| entry.inspection);
    verdict.compare("visit in the list", visits(), held.listed_visits.iter().copied());
    verdict.compare("visit in the database", visits(), held.inspections.iter().copied());
    judge_findings(ledger, held, &mut verdict);
    judge_photos(ledger, held, &mut verdict);
    judge_receipts(ledger, held, &mut verdict);
    verdict
}

/// Each finding once, each of its fault's one ticket.
fn judge_findings(ledger: &Ledger, held: &Held, verdict: &mut Verdict) {
    let sealed: HashMap<Uuid, &Fault> =
        ledger.entries.iter().flat_map(|entry| &entry.findings).map(|(id, fault)| (*id, fault)).collect();
    verdict.compare("finding", sealed.keys().copied(), held.findings.iter().map(|(id, _)| *id));
    let faults: BTreeSet<&Fault> = sealed.values().copied().collect();
    verdict.compare("ticket of a fault", faults, held.tickets.iter().map(|(_, fault)| fault));
    verdict.compare(
        "ticket in the list",
        held.tickets.iter().map(|(id, _)| *id),
        held.listed_tickets.iter().copied(),
    );
    let of_ticket: HashMap<Uuid, &Fault> = held.tickets.iter().map(|(id, fault)| (*id, fault)).collect();
    for (finding, ticket) in &held.findings {
        let about = ticket.and_then(|id| of_ticket.get(&id));
        if sealed.get(finding).is_some_and(|fault| about != Some(fault)) {
            verdict.missing.push(format!("finding {finding} lies under no ticket of its fault"));
        }
    }
}

/// Each named photo once with its operation, stored; each object once, its bytes hashing to its name.
fn judge_photos(ledger: &Ledger, held: &Held, verdict: &mut Verdict) {
    let row = |operation: Uuid, named: &Named| (operation, named.file_id, named.sha256.clone(), named.bytes);
    verdict.compare(
        "photo of an operation",
        ledger.entries.iter().flat_map(|entry| entry.photos.iter().map(|photo| row(entry.operation, photo))),
        held.files.iter().map(|file| row(file.operation, &file.named)),
    );
    let waiting = held.files.iter().filter(|file| !file.stored);
    verdict.missing.extend(waiting.map(|file| format!("photo {} is still on its way", file.named.file_id)));
    verdict.compare(
        "object",
        ledger.photos().map(|photo| photo.sha256.as_str()),
        held.objects.iter().map(|(name, _)| name.as_str()),
    );
    let damaged = held.objects.iter().filter(|(name, hash)| name != hash);
    verdict.missing.extend(damaged.map(|(name, hash)| format!("object {name} holds other bytes: {hash}")));
}

/// Each operation's receipt verifies and says what was sealed; those of a device form one chain, its numbers one sequence.
fn judge_receipts(ledger: &Ledger, held: &Held, verdict: &mut Verdict) {
    let mut chains: BTreeMap<Uuid, Vec<(i64, Value, &str)>> = BTreeMap::new();
    let mut numbers: BTreeMap<Uuid, BTreeSet<i64>> = BTreeMap::new();
    for entry in &ledger.entries {
        numbers.entry(entry.device).or_default().insert(entry.seq);
        let Some(text) = held.receipts.get(&entry.operation) else {
            verdict.missing.push(format!("receipt of {}", entry.operation));
            continue;
        };
        let claims = match receipt::verify(text, &held.keys) {
            Ok(claims) => claims,
            Err(why) => {
                verdict.missing.push(format!("receipt of {}: {why:?}", entry.operation));
                continue;
            }
        };
        let files: Vec<Value> = entry
            .photos
            .iter()
            .map(|photo| json!({ "file_id": photo.file_id, "hash": format!("sha-256:{}", photo.sha256), "bytes": photo.bytes }))
            .collect();
        let says =
            json!([claims["sub"], claims["hash"], claims["device"], claims["files"], claims["status"]]);
        let sealed = json!([
            entry.operation, format!("sha-256:{}", entry.hash), { "id": entry.device, "seq": entry.seq }, files, "accepted",
        ]);
        if says != sealed {
            verdict.missing.push(format!("receipt of {} says {says}, sealed was {sealed}", entry.operation));
        }
        chains.entry(entry.device).or_default().push((claims["no"].as_i64().unwrap_or(0), claims, text));
    }
    for (device, mut chain) in chains {
        chain.sort_by_key(|(no, ..)| *no);
        let mut before = Value::Null;
        for ((no, claims, text), expected) in chain.into_iter().zip(1..) {
            if no != expected || claims["prev"] != before {
                verdict.missing.push(format!("receipt {expected} in the chain of {device}"));
                break;
            }
            before = json!(receipt::link(text));
        }
    }
    for (device, numbers) in numbers {
        let gaps = (1..=numbers.last().copied().unwrap_or(0)).filter(|number| !numbers.contains(number));
        verdict.missing.extend(gaps.map(|number| format!("number {number} of {device}")));
    }
}

impl Held {
    /// Asks a running server: its lists as the office reads them, its receipts as their phones fetch them.
    pub async fn ask(office: &Actor, phones: &[&Actor], ledger: &Ledger) -> Self {
        let ids = |rows: Vec<Value>| rows.iter().map(|row| id_of(&row["id"])).collect();
        let mut receipts = BTreeMap::new();
        for phone in phones {
            let (device, http) = (phone.phone.as_ref().expect("a phone").id, phone.sending_only());
            for entry in ledger.entries.iter().filter(|entry| entry.device == device) {
                let answer = http.get(&format!("/api/v1/operations/{}/receipt", entry.operation)).await;
                if answer.status == 200 {
                    receipts.insert(entry.operation, answer.text("/receipt"));
                }
            }
        }
        Self {
            listed_visits: ids(office.list("/api/v1/inspections").await),
            listed_tickets: ids(office.list("/api/v1/tickets").await),
            receipts,
            keys: receipt::published_keys(&office.http).await,
            ..Self::default()
        }
    }

    /// Reads the database and the disk behind the server's back.
    #[must_use]
    pub async fn with_rows_and_objects(self, database: &str, files: &Path) -> Self {
        let connection = Database::connect(database).await.expect("open the database");
        let read = Self {
            operations: rows(
                &connection,
                "SELECT id, device_id, device_seq, body, status FROM operation",
                |row| Operation {
                    id: get(row, "id"),
                    device: get(row, "device_id"),
                    seq: get(row, "device_seq"),
                    hash: hex_digest(&get::<Vec<u8>>(row, "body")),
                    status: get(row, "status"),
                },
            )
            .await,
            inspections: rows(&connection, "SELECT id FROM inspection", |row| get(row, "id")).await,
            findings: rows(&connection, "SELECT id, ticket_id FROM finding", |row| {
                (get(row, "id"), get(row, "ticket_id"))
            })
            .await,
            tickets: rows(&connection, "SELECT id, site_id, item_code, instance_key FROM ticket", |row| {
                let site: Option<Uuid> = get(row, "site_id");
                (get(row, "id"), (site.unwrap_or_default(), get(row, "item_code"), get(row, "instance_key")))
            })
            .await,
            files: rows(
                &connection,
                "SELECT operation_id, file_id, sha256, bytes, state FROM operation_file",
                |row| File {
                    operation: get(row, "operation_id"),
                    named: Named {
                        file_id: get(row, "file_id"),
                        sha256: get(row, "sha256"),
                        bytes: get::<i64>(row, "bytes") as usize,
                    },
                    stored: get::<String>(row, "state") == "stored",
                },
            )
            .await,
            objects: objects(files),
            ..self
        };
        connection.close().await.expect("close");
        read
    }
}

async fn rows<T>(connection: &DatabaseConnection, sql: &str, read: impl Fn(&QueryResult) -> T) -> Vec<T> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.iter().map(read).collect()
}

fn get<T: TryGetable>(row: &QueryResult, column: &str) -> T {
    row.try_get("", column).unwrap_or_else(|error| panic!("{column}: {error}"))
}

/// Name and hash of every stored original: `c/{county}/{sha256}` under the folder.
fn objects(files: &Path) -> Vec<(String, String)> {
    let within = |folder: &Path| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect::<Vec<_>>()
    };
    let originals = within(&files.join("c")).into_iter().flat_map(|county| within(&county));
    originals
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, hex_digest(&std::fs::read(&path).expect("read an object")))
        })
        .collect()
}
