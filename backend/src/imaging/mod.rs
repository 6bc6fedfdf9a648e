//! Pure CPU work on photographs: bytes in, two small upright JPEGs without metadata out; of a drawing that lies over a photo two
//! transparent PNGs ([`layer`]).
//!
//! One path, one file a step: [`sniff`] names the type by its first bytes, [`gate`] reads the size and refuses bombs before
//! any pixel is decoded, [`decode`] makes plain RGB, [`shrink`] resizes and encodes, [`colour`] makes wide-gamut pixels sRGB, [`orient`]
//! turns upright; [`fingerprint`] makes what the picture is recognised by. [`export`] makes what leaves the server, from those copies.
//! Nothing here opens files or knows a database; [`child`] does the work on foreign files in a process of its own that [`confine`] has
//! locked in, over the frames of [`wire`]. Limits and choices: photos.md 9 and 11.

mod buffers;
pub mod child;
mod claim;
mod colour;
#[cfg(test)]
mod colour_tests;
pub mod confine;
mod decode;
pub mod drawing;
mod export;
mod fingerprint;
mod gate;
mod heic;
mod layer;
mod letters;
mod orient;
mod shrink;
mod signs;
mod sniff;
mod strip;
#[cfg(test)]
mod tests;
#[cfg(feature = "turbo")]
mod turbo;
pub mod wire;

pub use claim::claim;
pub use export::{covered, stamped};
pub use gate::{Frame, MAX_PIXELS, MAX_PROGRESSIVE_PIXELS, MAX_SCANS, MAX_SIDE, MAX_WORKING, MIN_SIDE};
pub use heic::without_exif;
pub use letters::Letters;
pub use sniff::{SNIFF_BYTES, sniff};

use serde::{Deserialize, Serialize};

use crate::domain::{
    evidence::fingerprint::Fingerprint,
    field::{flag::FlagCode, media::PhotoKind},
};

/// Long side of the copy for looking at, in pixels.
pub const DISPLAY_SIDE: u32 = 1600;
/// Long side of the copy for lists, in pixels.
pub const THUMB_SIDE: u32 = 320;

/// The copies made of one photo. Fresh pixels only: no EXIF, GPS, XMP or colour profile can survive.
#[derive(Debug, Serialize, Deserialize)]
pub struct Copies {
    #[serde(skip)]
    pub display: Vec<u8>,
    #[serde(skip)]
    pub thumb: Vec<u8>,
    /// Width and height of the original as a person sees it, in pixels.
    pub upright: (u32, u32),
    /// The original opened only leniently: parts are missing or broken.
    pub damaged: bool,
    /// The copies are PNG and as transparent as the original.
    pub transparent: bool,
    /// Of the upright picture in the colours that a person sees, so that no profile can hide a copy; a drawing that lies over a photo has none.
    pub fingerprint: Option<Fingerprint>,
}

/// Why no copies were made. The original stays stored whatever the reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum Unfit {
    #[error("the bytes are no photo type that we know")]
    NotAPhoto,
    #[error("no decoder for this type")]
    NoDecoder(PhotoKind),
    #[error("{width} x {height} is outside the limits")]
    UnusualSize { width: u32, height: u32 },
    #[error("cannot be opened: {0}")]
    Unreadable(String),
    #[error("takes more time or memory than a photo gets: {0}")]
    TooHeavy(String),
}

impl Unfit {
    /// The flag that the office sees.
    pub const fn flag(&self) -> FlagCode {
        match self {
            Self::NotAPhoto => FlagCode::NotAPhoto,
            Self::NoDecoder(_) => FlagCode::NoPreview,
            Self::UnusualSize { .. } => FlagCode::UnusualSize,
            Self::Unreadable(_) => FlagCode::DamagedFile,
            Self::TooHeavy(_) => FlagCode::NotOpened,
        }
    }
}

/// A photo whose type and size are known and within limits; nothing is decoded yet.
#[derive(Debug)]
pub struct Photo<'a> {
    bytes: &'a [u8],
    kind: PhotoKind,
    frame: Frame,
    /// Whatever its EXIF says: who made these bytes has turned the pixels.
    upright: bool,
}

impl<'a> Photo<'a> {
    /// Names the type and reads the size: a few hundred microseconds, no allocation that the file's author chooses.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Unfit> {
        let kind = sniff(bytes).ok_or(Unfit::NotAPhoto)?;
        let frame = gate::frame(kind, bytes)?;
        Ok(Self { bytes, kind, frame, upright: false })
    }

    /// The same, with pixels that already stand upright: a converter that turns them may leave the old EXIF number behind.
    #[must_use]
    pub fn standing_upright(self) -> Self {
        Self { upright: true, ..self }
    }

    /// What the first bytes say the photo is.
    pub const fn kind(&self) -> PhotoKind {
        self.kind
    }

    /// Upper bound of the memory that [`Photo::copies`] takes besides the input, in bytes. Callers hold this much of their budget.
    pub fn working_bytes(&self) -> u64 {
        self.frame.working_bytes()
    }

    /// Decodes, turns upright, shrinks and encodes. About 90 ms for 12 megapixels.
    pub fn copies(&self) -> Result<Copies, Unfit> {
        let decoded = decode::rgb(self.kind, self.frame, self.bytes)?;
        let turn = if self.upright { orient::Orientation::UPRIGHT } else { orient::orientation(self.bytes) };
        let upright = turn.apply_to_size(self.frame.width, self.frame.height);
        let small = shrink::to_fit(decoded.pixels, DISPLAY_SIDE)?;
        let display = orient::turn(colour::to_srgb(small, decoded.profile.as_deref()), turn);
        let display_jpeg = shrink::jpeg(&display)?;
        let thumb = shrink::to_fit(display, THUMB_SIDE)?;
        let thumb_jpeg = shrink::jpeg(&thumb)?;
        Ok(Copies {
            display: display_jpeg,
            thumb: thumb_jpeg,
            upright,
            damaged: decoded.damaged,
            transparent: false,
            fingerprint: Some(fingerprint::of(&thumb)?),
        })
    }

    /// [`Photo::copies`] of a drawing that lies over a photo: what is transparent stays so. A type without transparency gives plain copies.
    pub fn layer_copies(&self) -> Result<Copies, Unfit> {
        match self.kind {
            PhotoKind::Png | PhotoKind::Webp => layer::copies(self.kind, self.frame, self.bytes),
            PhotoKind::Jpeg | PhotoKind::Heic => self.copies(),
        }
    }
}

/// Plain pixels, three bytes each, rows from the top.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rgb {
    width: u32,
    height: u32,
    bytes: Vec<u8>,
}
