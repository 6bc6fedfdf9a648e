//! What phones sealed, as the phones themselves wrote it down: the first of the two sides that the oracle compares.

use serde_json::Value;
use uuid::Uuid;

use crate::phone::Sealed;
use crate::visit::id_of;

/// Everything sealed in a run.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    pub entries: Vec<Entry>,
}

/// One sealed visit.
#[derive(Debug, Clone)]
pub struct Entry {
    pub device: Uuid,
    pub seq: i64,
    pub operation: Uuid,
    /// SHA-256 of the sealed bytes.
    pub hash: String,
    pub inspection: Uuid,
    /// Each finding with the fault that it is about.
    pub findings: Vec<(Uuid, Fault)>,
    pub photos: Vec<Named>,
}

/// What makes two findings the same fault: site, item, instance.
pub type Fault = (Uuid, String, String);

/// A photo as its operation names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub file_id: Uuid,
    pub sha256: String,
    pub bytes: usize,
}

impl Ledger {
    /// Writes a visit down in the moment in which it is sealed.
    pub fn note(&mut self, device: Uuid, sealed: &Sealed) {
        let body: Value = serde_json::from_slice(&sealed.bytes).expect("sealed JSON");
        let visit = &body["payload"];
        let site = id_of(&visit["site_id"]);
        let answers = visit["answers"].as_array().map(Vec::as_slice).unwrap_or_default();
        let findings = answers.iter().flat_map(|answer| {
            let text = |member: &str| answer[member].as_str().unwrap_or_default().to_owned();
            let fault = (site, text("item"), text("instance_key"));
            let findings = answer["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
            findings.iter().map(move |finding| (id_of(&finding["finding_id"]), fault.clone()))
        });
        self.entries.push(Entry {
            device,
            seq: sealed.seq.expect("a phone numbers its work"),
            operation: sealed.id,
            hash: sealed.sha256(),
            inspection: id_of(&visit["inspection_id"]),
            findings: findings.collect(),
            photos: sealed
                .photos
                .iter()
                .map(|photo| Named {
                    file_id: photo.file_id,
                    sha256: photo.sha256(),
                    bytes: photo.bytes.len(),
                })
                .collect(),
        });
    }

    /// All photos.
    pub fn photos(&self) -> impl Iterator<Item = &Named> {
        self.entries.iter().flat_map(|entry| &entry.photos)
    }
}
