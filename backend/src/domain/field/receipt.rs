//! What a receipt says: the server's signed word that an operation and its files are durable.

use crate::domain::clock::Instant;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// `typ` of a receipt's header.
pub const TYP: &str = "lalian-receipt+jws";
pub const ISSUER: &str = "lalian";
pub const AUDIENCE: &str = "lalian-device";

/// The claims of a receipt. Hashes name their algorithm.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Receipt {
    pub iss: String,
    pub aud: String,
    /// The operation.
    pub sub: Uuid,
    /// Unix seconds.
    pub iat: i64,
    pub epoch: Uuid,
    pub county_id: Uuid,
    pub person_id: Uuid,
    pub server_seq: i64,
    pub kind: String,
    pub hash: String,
    pub status: String,
    pub outcome: String,
    pub accepted_at: Instant,
    pub device: Option<ReceiptDevice>,
    pub files: Vec<ReceiptFile>,
    /// Number in the chain of this device, from 1; 0 without a device.
    pub no: i64,
    /// Hash of the device's previous receipt text.
    pub prev: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct ReceiptDevice {
    pub id: Uuid,
    pub seq: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct ReceiptFile {
    pub file_id: Uuid,
    pub hash: String,
    pub bytes: i64,
    /// The county erased these bytes on purpose; there is nothing to send.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub erased: bool,
}

/// A hash that names its algorithm.
pub fn named_hash(sha256_hex: &str) -> String {
    format!("sha-256:{sha256_hex}")
}
