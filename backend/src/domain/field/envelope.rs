//! The envelope of an operation, read from the bytes that its author sealed (decisions.md 4).
//!
//! Unknown fields are kept with the bytes and never refused; what is missing gets the most careful default.

use crate::domain::clock::Instant;
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Limits that phones check before sealing.
pub const MAX_BODY: usize = 256 * 1024;
pub const MAX_FILES: usize = 60;
pub const MAX_FILE_BYTES: i64 = 20 * 1024 * 1024;

/// SHA-256 of the sealed bytes, lower-case hex.
pub fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// True for a SHA-256 in lower-case hex.
pub fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// One sealed piece of work; `payload` stays raw until its kind is known.
#[derive(Debug, Deserialize)]
pub struct Envelope<'a> {
    pub operation_id: Uuid,
    pub kind: String,
    pub author: Author,
    #[serde(default)]
    pub device: Option<DeviceNumber>,
    #[serde(default)]
    pub entered_by: Option<Author>,
    #[serde(default)]
    pub capture: Option<String>,
    #[serde(default)]
    pub after: Vec<Uuid>,
    pub made_at: Instant,
    #[serde(default)]
    pub clock: ClockFacts,
    #[serde(default)]
    pub app_version: String,
    #[serde(borrow)]
    pub payload: &'a RawValue,
    #[serde(default)]
    pub files: Vec<FileRef>,
}

/// A person acting under a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Author {
    pub person_id: Uuid,
    pub post_id: Uuid,
}

/// The gap-free number that a device gave this operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct DeviceNumber {
    pub id: Uuid,
    pub seq: i64,
}

/// What the phone knows of its own clock.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ClockFacts {
    pub tz: Option<String>,
    pub boot_id: Option<String>,
    pub last_server_at: Option<Instant>,
    pub device_at_last_server: Option<Instant>,
    /// Milliseconds since `last_server_at` by the monotonic clock.
    pub monotonic_ms: Option<i64>,
}

/// A file that the operation names; its bytes follow by themselves.
#[derive(Debug, Clone, Deserialize)]
pub struct FileRef {
    pub file_id: Uuid,
    pub sha256: String,
    pub bytes: i64,
    pub media_type: String,
    #[serde(default)]
    pub role: String,
    #[serde(default)]
    pub item_path: Option<String>,
    #[serde(default)]
    pub instance_key: Option<String>,
    #[serde(default)]
    pub of_file_id: Option<Uuid>,
    #[serde(default)]
    pub taken_at: Option<Instant>,
    #[serde(default)]
    pub capture: Option<String>,
    #[serde(default)]
    pub capture_reason: Option<String>,
    #[serde(default)]
    pub reencoded: bool,
    #[serde(default)]
    pub position: Option<Place>,
    #[serde(default)]
    pub heading: Option<f64>,
    /// How long a voice note is.
    #[serde(default)]
    pub seconds: Option<f64>,
}

/// A position as a phone claims it; judged by [`Place::checked`].
#[derive(Debug, Clone, Deserialize, serde::Serialize, PartialEq)]
pub struct Place {
    pub lon: f64,
    pub lat: f64,
    #[serde(default)]
    pub accuracy_m: Option<f64>,
    #[serde(default)]
    pub fixed_at: Option<Instant>,
    #[serde(default)]
    pub source: Option<String>,
    #[serde(default)]
    pub datum: Option<String>,
}

impl Place {
    /// The same place when its numbers can be a place on Earth.
    pub fn checked(&self) -> Option<&Self> {
        let sane = self.lon.is_finite()
            && self.lat.is_finite()
            && self.lon.abs() <= 180.0
            && self.lat.abs() <= 90.0
            && self.accuracy_m.is_none_or(|m| m.is_finite() && m >= 0.0);
        sane.then_some(self)
    }
}

/// Why a body could not be read, with the place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    pub cause: String,
}

impl<'a> Envelope<'a> {
    /// Reads sealed bytes. The caller has already checked their size.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Unreadable> {
        serde_json::from_slice(bytes).map_err(|error| Unreadable { cause: error.to_string() })
    }

    /// Reads the payload of a known kind.
    pub fn payload<T: Deserialize<'a>>(&self) -> Result<T, Unreadable> {
        serde_json::from_str(self.payload.get())
            .map_err(|error| Unreadable { cause: format!("payload: {error}") })
    }
}
