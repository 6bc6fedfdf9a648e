//! Checking an evidence file with nothing but its bytes and the county's public keys. No database, no network.

use super::custody::{
    AUDIENCE, FLAGS, KEYS, MANIFEST, Manifest, OPERATION, PHOTO, READ_ME, RECEIPT, SCHEMA, SEAL, Seal,
    TRAIL_FILE, digest,
};
use crate::{
    app::{field::author::signed_by, people::published::Published},
    domain::field::{
        envelope::Envelope,
        receipt::{AUDIENCE as RECEIPT_AUDIENCE, Receipt, named_hash},
    },
};
use std::{
    collections::BTreeMap,
    io::{Cursor, Read},
};
use zip::ZipArchive;

/// Most of one part, unpacked.
const PART_MAX: u64 = 32 * 1024 * 1024;

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub zh: &'static str,
    pub en: &'static str,
    pub holds: bool,
    /// What was found, or why it does not hold.
    pub detail: String,
}

/// Why the file cannot be checked at all.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    #[error("不是证据文件 · no evidence file: {0}")]
    NotOurs(String),
    #[error("公钥文件读不懂 · the keys cannot be read: {0}")]
    Keys(String),
}

/// Checks a file. `keys` = the county's published keys from elsewhere; without them those inside the file are used, which proves only
/// that the file fits together.
///
/// # Errors
/// When it is no evidence file, or the keys cannot be read.
pub fn verify(file: &[u8], keys: Option<&[u8]>) -> Result<Vec<Check>, Broken> {
    let parts = unpacked(file)?;
    let part = |name: &str| parts.get(name).map(Vec::as_slice);
    let need = |name: &str| part(name).ok_or_else(|| Broken::NotOurs(format!("{name} is missing")));
    let published =
        Published::parse(keys.unwrap_or(need(KEYS)?)).map_err(|error| Broken::Keys(error.to_string()))?;
    let mut checks = Vec::new();
    let mut check = |zh, en, holds: bool, detail: String| checks.push(Check { zh, en, holds, detail });

    let manifest: Option<Manifest> = published.claims(need(MANIFEST)?, AUDIENCE);
    check(
        "证据文件由本县签发",
        "the file was signed by the county",
        manifest.as_ref().is_some_and(|manifest| manifest.schema == SCHEMA),
        manifest.as_ref().map_or_else(|| "signature does not verify".into(), signed_for),
    );
    let changed: Vec<&str> = [PHOTO, OPERATION, SEAL, RECEIPT, KEYS, TRAIL_FILE, FLAGS, READ_ME]
        .into_iter()
        .filter(|name| {
            let signed = manifest.as_ref().and_then(|manifest| manifest.parts.get(*name));
            part(name).map(|bytes| named_hash(&digest(bytes))).as_ref() != signed
        })
        .collect();
    check("各部分未被改动", "no part was changed", changed.is_empty(), changed.join(", "));

    let photo = digest(need(PHOTO)?);
    let operation = need(OPERATION)?;
    let envelope = Envelope::parse(operation).ok();
    let file_id = manifest.as_ref().map(|manifest| manifest.file_id);
    let named = envelope.as_ref().and_then(|envelope| {
        envelope.files.iter().find(|file| Some(file.file_id) == file_id && file.sha256 == photo)
    });
    check(
        "照片就是提交时封存的那一张",
        "the photo is the one that was sealed",
        named.is_some(),
        format!("sha-256:{photo}"),
    );

    let receipt: Option<Receipt> = published.claims(need(RECEIPT)?, RECEIPT_AUDIENCE);
    let operation_hash = named_hash(&digest(operation));
    let of_operation = receipt.as_ref().is_some_and(|receipt| {
        receipt.hash == operation_hash
            && envelope.as_ref().is_some_and(|envelope| envelope.operation_id == receipt.sub)
    });
    check(
        "县里的回执对应这份提交",
        "the county's receipt is for this work",
        of_operation,
        receipt
            .as_ref()
            .map_or_else(|| "signature does not verify".into(), |r| format!("accepted {}", r.accepted_at)),
    );
    let receipted = receipt.as_ref().is_some_and(|receipt| {
        receipt.files.iter().any(|file| Some(file.file_id) == file_id && file.hash == named_hash(&photo))
    });
    check("回执写明收到了这张照片", "the receipt names this photo", receipted, String::new());

    let seal: Option<Seal> = serde_json::from_slice(need(SEAL)?).ok();
    let sealed = seal
        .as_ref()
        .and_then(|seal| Some(signed_by(seal.public_key.as_deref()?, seal.signature.as_deref()?, operation)));
    check(
        "提交由登记的手机签名",
        "the work was signed by its registered phone",
        // Work entered at a desk has no phone; it says so and is not wrong for it.
        sealed.unwrap_or_else(|| envelope.as_ref().is_some_and(|envelope| envelope.device.is_none())),
        match (sealed, seal.and_then(|seal| seal.device_id)) {
            (Some(_), Some(device)) => format!("device {device}"),
            _ => "entered at a desk, no phone".into(),
        },
    );
    Ok(checks)
}

/// Whose file it is; one of a demo proves nothing about a real place.
fn signed_for(manifest: &Manifest) -> String {
    let demo = if manifest.demo { ", 示例数据 example data" } else { "" };
    format!("county {}{demo}", manifest.county_id)
}

fn unpacked(file: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, Broken> {
    let ours = |error: &dyn std::fmt::Display| Broken::NotOurs(error.to_string());
    let mut zip = ZipArchive::new(Cursor::new(file)).map_err(|error| ours(&error))?;
    if zip.len() > 16 {
        return Err(Broken::NotOurs("too many entries".into()));
    }
    let mut parts = BTreeMap::new();
    for at in 0..zip.len() {
        let entry = zip.by_index(at).map_err(|error| ours(&error))?;
        let name = entry.name().map_err(|error| ours(&error))?.into_owned();
        let mut bytes = Vec::new();
        entry.take(PART_MAX + 1).read_to_end(&mut bytes).map_err(|error| ours(&error))?;
        if bytes.len() as u64 > PART_MAX {
            return Err(Broken::NotOurs(format!("{name} is too large")));
        }
        parts.insert(name, bytes);
    }
    Ok(parts)
}
