//! What inspections and findings carry, as the phone seals it.

use super::envelope::Place;
use super::sheet::Sheet;
use crate::domain::standards::judge::Verdict;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Texts longer than this are shown shortened (the sealed bytes keep them whole).
pub const MAX_TEXT: usize = 4000;

/// `inspection.submit/1`.
#[derive(Debug, Clone, Deserialize)]
pub struct InspectionBody {
    pub inspection_id: Uuid,
    pub site_id: Uuid,
    #[serde(default)]
    pub checklist_id: Option<Uuid>,
    #[serde(default)]
    pub round_id: Option<Uuid>,
    #[serde(default = "inspected")]
    pub outcome: String,
    #[serde(default)]
    pub people_present: String,
    #[serde(default)]
    pub note: String,
    #[serde(default)]
    pub arrived: Option<Place>,
    #[serde(default)]
    pub distance_reason: Option<String>,
    /// Where the phone was at the beginning, told in one piece; takes the place of `arrived` and `distance_reason`.
    #[serde(default)]
    pub arrival: Option<Arrival>,
    #[serde(default)]
    pub answers: Vec<AnswerBody>,
    /// Set when this was entered from a sheet.
    #[serde(default)]
    pub paper: Option<Sheet>,
}

/// How the phone knew that it had come to the site. The distance is measured again by the server.
#[derive(Debug, Clone, Deserialize)]
pub struct Arrival {
    #[serde(default)]
    pub position: Option<Place>,
    /// Why the visit was made far from the site's known position.
    #[serde(default)]
    pub far_reason: Option<String>,
}

impl InspectionBody {
    /// Where the phone was, as far as its numbers can be a place on Earth.
    pub fn place(&self) -> Option<&Place> {
        let arrival = self.arrival.as_ref().and_then(|arrival| arrival.position.as_ref());
        arrival.or(self.arrived.as_ref()).and_then(Place::checked)
    }

    /// Why it was far from the site.
    pub fn far_reason(&self) -> Option<&str> {
        let arrival = self.arrival.as_ref().and_then(|arrival| arrival.far_reason.as_deref());
        arrival.or(self.distance_reason.as_deref()).map(str::trim).filter(|reason| !reason.is_empty())
    }
}

fn inspected() -> String {
    "inspected".into()
}

/// What became of a visit.
pub const OUTCOMES: [&str; 6] = ["inspected", "closed", "gone", "works", "road_cut", "refused"];

/// One answer; kept as sealed, also where the rules judge otherwise.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct AnswerBody {
    pub item: String,
    #[serde(default)]
    pub instance_key: String,
    pub result: Verdict,
    #[serde(default)]
    pub value: Option<serde_json::Value>,
    #[serde(default)]
    pub reason: Option<String>,
    #[serde(default)]
    pub note: String,
    #[serde(default)]
    pub findings: Vec<AnswerFinding>,
}

/// A fault found under an item.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct AnswerFinding {
    pub finding_id: Uuid,
    #[serde(default)]
    pub instance_key: Option<String>,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub note: String,
    #[serde(default)]
    pub fixed_on_spot: bool,
    #[serde(default)]
    pub missing_photo_reason: Option<String>,
}

/// `inspection.correct/1`: the full new body; both stay readable.
#[derive(Debug, Clone, Deserialize)]
pub struct CorrectionBody {
    pub inspection_id: Uuid,
    #[serde(default)]
    pub seen_version: Option<i32>,
    #[serde(default)]
    pub reason: String,
    pub inspection: InspectionBody,
}

/// `finding.report/1`: a fault away from a checklist.
#[derive(Debug, Clone, Deserialize)]
pub struct FindingBody {
    pub finding_id: Uuid,
    #[serde(default)]
    pub site_id: Option<Uuid>,
    #[serde(default)]
    pub item_code: Option<String>,
    #[serde(default)]
    pub instance_key: String,
    pub title: String,
    #[serde(default)]
    pub note: String,
    #[serde(default)]
    pub severity: Option<String>,
    #[serde(default)]
    pub is_static: bool,
    #[serde(default)]
    pub position: Option<Place>,
    #[serde(default)]
    pub fixed_on_spot: bool,
}

/// Cuts a text to `max` characters for showing.
pub fn shorten(text: &str, max: usize) -> String {
    text.chars().filter(|c| !c.is_control() || *c == '\n').take(max).collect()
}

/// A JSON value without the NUL characters that PostgreSQL cannot keep; the sealed bytes have them still.
pub fn clean(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::String(text) if text.contains('\0') => Value::String(text.replace('\0', "")),
        Value::Array(items) => Value::Array(items.into_iter().map(clean).collect()),
        Value::Object(fields) => Value::Object(
            fields.into_iter().map(|(key, value)| (key.replace('\0', ""), clean(value))).collect(),
        ),
        other => other,
    }
}
