//! The chain of custody of one photo as one file (`lalian.evidence/1`): the bytes, the sealed work that names them with its author's
//! signature, the county's receipt, what was found odd, and who opened it. Whoever holds the file checks it without us: `lalian
//! verify-evidence` ([`super::verify`]).

use super::flags;
use crate::{
    app::{App, AppError, AppResult, Caller},
    domain::{
        field::{
            envelope::{hash, hex},
            receipt::{ISSUER, named_hash},
        },
        people::permission::Action,
        problem::Code,
    },
    files::Key,
    store::{self, audit, evidence::flags as rows, field::visible},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    io::{Cursor, Write},
};
use uuid::Uuid;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

pub const SCHEMA: &str = "lalian.evidence/1";
/// Who a manifest is for; a receipt says something else, so neither passes for the other.
pub const AUDIENCE: &str = "lalian-evidence";
/// Lines of the audit trail that come along.
const TRAIL: u64 = 1_000;

/// Names inside the file.
pub const MANIFEST: &str = "manifest.jws";
pub const OPERATION: &str = "operation.json";
pub const SEAL: &str = "seal.json";
pub const RECEIPT: &str = "receipt.jws";
pub const KEYS: &str = "jwks.json";
pub const TRAIL_FILE: &str = "audit.json";
pub const FLAGS: &str = "flags.json";
pub const PHOTO: &str = "photo";
/// In a file of a demo only: that nothing in it is real.
pub const READ_ME: &str = "README.txt";
const DEMO: &str = "示例数据：照片、记录和人员都是编造的，不是真实情况。\r\nExample data: photo, record and people are made up; nothing in this file is real.\r\n";

/// What the county signs over the whole file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    pub schema: String,
    pub iss: String,
    pub aud: String,
    /// Unix seconds.
    pub iat: i64,
    pub county_id: Uuid,
    pub file_id: Uuid,
    pub operation_id: Uuid,
    /// Of a county that is made up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub demo: bool,
    /// Hash of each other part, by its name.
    pub parts: BTreeMap<String, String>,
}

/// The device's seal over the operation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Seal {
    pub device_id: Option<Uuid>,
    /// JWK of the device, as it was registered at sign-in.
    pub public_key: Option<String>,
    /// `es256 <base64url of r||s>`
    pub signature: Option<String>,
}

/// Puts the file together. Exporting is audited, and the line of this export is in the trail.
pub async fn export(app: &App, caller: &Caller, file_id: Uuid) -> AppResult<Vec<u8>> {
    caller.require(Action::JudgeEvidence)?;
    let (county, scope, now, read) = (caller.county()?, caller.scope()?, app.clock.now(), app.store.read());
    let seen = visible::photo(read, scope, caller.person_id, now, file_id).await?.ok_or(Code::NotFound)?;
    let file = seen.file.ok_or(Code::FileNotHere)?;
    if file.erased {
        return Err(Code::FileErased.into());
    }
    let work = store::field::operations::find(read, seen.operation_id).await?.ok_or(Code::NotFound)?;
    // Without a receipt there is nothing that anybody else could check.
    let receipt = work.receipt.clone().ok_or(Code::FileNotHere)?;
    let photo = app
        .files
        .read(Key { county, sha256: file.sha256 })
        .await?
        .ok_or_else(|| AppError::Internal(format!("stored file {} is not in storage", file.sha256)))?;
    let device = match work.device_id {
        Some(id) => store::people::devices::get(read, id).await?,
        None => None,
    };
    let seal = Seal {
        device_id: work.device_id,
        public_key: device.map(|device| device.public_key),
        signature: work.signature.clone(),
    };
    let mut line = caller.audit("photo.export", "photos", file_id);
    line.hash_before = Some(named_hash(&file.sha256.to_string()));
    app.store.write(async |tx| Ok::<_, AppError>(audit::append(tx, now, line.clone()).await?)).await?;
    let trail = trail(app, county, &[file_id, work.id]).await?;
    let raised = rows::of_file(read, county, file_id).await?;
    let raised = flags::show(read, scope, caller.person_id, now, raised).await?;
    let mut parts: Vec<(&str, Vec<u8>)> = vec![
        (PHOTO, photo.to_vec()),
        (OPERATION, work.body.clone()),
        (SEAL, json_bytes(&seal)?),
        (RECEIPT, receipt.into_bytes()),
        (KEYS, json_bytes(&json!({ "keys": app.keys.jwks() }))?),
        (TRAIL_FILE, json_bytes(&trail)?),
        (FLAGS, json_bytes(&raised)?),
    ];
    if app.demo {
        parts.push((READ_ME, DEMO.into()));
    }
    let manifest = Manifest {
        schema: SCHEMA.into(),
        iss: ISSUER.into(),
        aud: AUDIENCE.into(),
        iat: now.timestamp(),
        county_id: county,
        file_id,
        operation_id: work.id,
        demo: app.demo,
        parts: parts.iter().map(|(name, bytes)| ((*name).to_owned(), named_hash(&digest(bytes)))).collect(),
    };
    parts.push((MANIFEST, app.keys.sign_receipt(&manifest)?.into_bytes()));
    packed(&parts).map_err(|error| AppError::Internal(format!("evidence file: {error}")))
}

/// SHA-256 in lower-case hex.
pub fn digest(bytes: &[u8]) -> String {
    if bytes.len() < 4096 { hash(bytes) } else { hex(&Sha256::digest(bytes)) }
}

fn json_bytes(value: &impl Serialize) -> AppResult<Vec<u8>> {
    serde_json::to_vec_pretty(value).map_err(|error| AppError::Internal(error.to_string()))
}

/// Who did what with the photo and with the work that names it, oldest first.
async fn trail(app: &App, county: Uuid, objects: &[Uuid]) -> AppResult<Vec<Value>> {
    let mut lines = Vec::new();
    for object in objects {
        let about =
            audit::AuditFilter { object_id: Some(object.to_string()), ..audit::AuditFilter::default() };
        lines.extend(audit::list(app.store.read(), Some(county), &about, None, TRAIL).await?);
    }
    lines.sort_by_key(|line| line.seq);
    Ok(lines
        .into_iter()
        .map(|line| {
            json!({
                "seq": line.seq, "at": line.at, "person_id": line.person_id, "post_id": line.post_id, "device_id": line.device_id,
                "action": line.action, "noun": line.noun, "object_id": line.object_id, "hash_before": line.hash_before,
                "hash_after": line.hash_after, "reason": line.reason, "device_at": line.device_at, "request_id": line.request_id,
            })
        })
        .collect())
}

/// Stored, not compressed: a photo does not shrink.
fn packed(parts: &[(&str, Vec<u8>)]) -> zip::result::ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in parts {
        zip.start_file(*name, options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}
