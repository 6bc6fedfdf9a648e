//! What hangs on a ticket or visit: its photos, the drawings that lie over them, and voice notes.

use crate::store::field::named::NamedFile;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Roles of files that are not photos of their own.
const ANNOTATION: &str = "annotation";
const VOICE: &str = "voice";

/// A photo that belongs to something; its bytes are read by id and size.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PhotoRef {
    pub file_id: Uuid,
    pub operation_id: Uuid,
    pub role: String,
    /// `missing` while it is on its way, `stored`, `waived`, `erased` on purpose.
    pub state: String,
    pub media_type: String,
    pub item_path: Option<String>,
    pub instance_key: Option<String>,
    pub taken_at: Option<DateTime<Utc>>,
    pub capture: Option<String>,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub accuracy_m: Option<f64>,
    /// Where the position comes from: `browser`, `site_qr`, `map_pin`.
    pub source: Option<String>,
    /// When that position was taken; it may be older than the photo.
    pub fixed_at: Option<DateTime<Utc>>,
    /// Degrees from north.
    pub heading: Option<f64>,
    /// Why it comes from the album.
    pub capture_reason: Option<String>,
    pub flags: Vec<String>,
    /// A transparent picture of the same proportions that its photographer drew over it; read like a photo.
    pub annotation: Option<Uuid>,
    /// Of the original bytes, where they are here: a phone that has them knows that they were used.
    pub sha256: Option<String>,
}

/// A voice note; its bytes are the original of `/photos/{photo_id}/original`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct VoiceRef {
    pub photo_id: Uuid,
    pub operation_id: Uuid,
    pub state: String,
    pub media_type: String,
    pub item_path: Option<String>,
    pub instance_key: Option<String>,
    pub seconds: Option<f64>,
    pub flags: Vec<String>,
}

/// The photos among `shown`, with drawings from all files of the same ticket or visit.
pub fn photos<'a>(shown: impl IntoIterator<Item = &'a NamedFile>, all: &[NamedFile]) -> Vec<PhotoRef> {
    shown
        .into_iter()
        .filter(|file| ![ANNOTATION, VOICE].contains(&file.role.as_str()))
        .map(|file| PhotoRef { annotation: annotation_of(file, all), ..photo(file) })
        .collect()
}

/// The voice notes among these files.
pub fn voices(files: &[NamedFile]) -> Vec<VoiceRef> {
    files
        .iter()
        .filter(|file| file.role == VOICE)
        .map(|file| VoiceRef {
            photo_id: file.file_id,
            operation_id: file.operation_id,
            state: file.state.clone(),
            media_type: file.media_type.clone(),
            item_path: file.item_path.clone(),
            instance_key: file.instance_key.clone(),
            seconds: file.sidecar["seconds"].as_f64(),
            flags: serde_json::from_value(file.flags.clone()).unwrap_or_default(),
        })
        .collect()
}

/// The newest drawing over a photo that is here. Only who took a photo draws on it: nobody may mark up somebody else's evidence.
fn annotation_of(photo: &NamedFile, all: &[NamedFile]) -> Option<Uuid> {
    let of = photo.file_id.to_string();
    all.iter()
        .filter(|file| file.role == ANNOTATION && file.state == "stored" && file.person_id == photo.person_id)
        .filter(|file| file.sidecar["of_file_id"].as_str() == Some(of.as_str()))
        .max_by_key(|file| taken_at(file))
        .map(|file| file.file_id)
}

fn taken_at(file: &NamedFile) -> Option<DateTime<Utc>> {
    file.sidecar["taken_at"].as_str().and_then(|text| text.parse().ok())
}

fn photo(file: &NamedFile) -> PhotoRef {
    let number = |key: &str| file.sidecar["position"][key].as_f64();
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    PhotoRef {
        file_id: file.file_id,
        operation_id: file.operation_id,
        role: file.role.clone(),
        state: file.state.clone(),
        media_type: file.media_type.clone(),
        item_path: file.item_path.clone(),
        instance_key: file.instance_key.clone(),
        taken_at: taken_at(file),
        capture: file.sidecar["capture"].as_str().map(str::to_owned),
        lon: number("lon"),
        lat: number("lat"),
        accuracy_m: number("accuracy_m"),
        source: text(&file.sidecar["position"]["source"]),
        fixed_at: file.sidecar["position"]["fixed_at"].as_str().and_then(|at| at.parse().ok()),
        heading: file.sidecar["heading"].as_f64(),
        capture_reason: text(&file.sidecar["capture_reason"]),
        flags: serde_json::from_value(file.flags.clone()).unwrap_or_default(),
        annotation: None,
        sha256: (file.state == "stored").then(|| file.sha256.clone()),
    }
}
