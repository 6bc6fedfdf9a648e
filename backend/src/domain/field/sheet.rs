//! Paper has equal standing: a visit that was written on a sheet and entered later by somebody who says so.

use super::envelope::Envelope;
use crate::domain::clock::{self, Instant};
use serde::Deserialize;

/// `capture` of an envelope that was entered from a sheet.
pub const PAPER: &str = "paper";
/// `role` of a file that shows the sheet.
pub const SHEET_ROLE: &str = "paper";

/// What the person at the desk says of the sheet.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Sheet {
    /// When the sheet says that the visit was: RFC 3339, or only the day.
    #[serde(rename = "sheet_filled_at")]
    pub filled_on: Option<String>,
    /// Name of the person who walked.
    pub filled_by: Option<String>,
    /// Why no photo of the sheet is attached.
    pub no_photo_reason: Option<String>,
}

impl Sheet {
    /// When it was filled in; of a day without time, its noon.
    pub fn filled_at(&self) -> Option<Instant> {
        let text = self.filled_on.as_deref()?;
        text.parse().ok().or_else(|| clock::local_noon(text.parse().ok()?))
    }
}

/// The sheet that an operation was entered from; `None` for everything that was not.
pub fn of(envelope: &Envelope<'_>) -> Option<Sheet> {
    /// Only what lies on the way to the sheet, of a visit or its correction.
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Peek {
        paper: Option<Sheet>,
        inspection: Option<Box<Peek>>,
    }
    if envelope.capture.as_deref() != Some(PAPER) {
        return None;
    }
    let peek: Peek = envelope.payload().unwrap_or_default();
    Some(peek.paper.or_else(|| peek.inspection?.paper).unwrap_or_default())
}
