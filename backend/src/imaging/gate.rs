//! The size gate: reads width and height from the header and refuses picture bombs before a pixel is decoded (photos.md 9).

use std::io::Cursor;

use image::{ImageFormat, ImageReader, Limits};

use super::Unfit;
use crate::domain::field::media::PhotoKind;

/// Most pixels of a photo.
pub const MAX_PIXELS: u64 = 50_000_000;
/// Most pixels of a progressive JPEG, whose decoder keeps every coefficient.
pub const MAX_PROGRESSIVE_PIXELS: u64 = 30_000_000;
/// Longest side in pixels.
pub const MAX_SIDE: u32 = 12_000;
/// Shortest side in pixels.
pub const MIN_SIDE: u32 = 16;
/// Most memory that a PNG or WebP decoder may take, in bytes.
pub(super) const MAX_ALLOC: u64 = 320 * 1024 * 1024;

/// Most memory besides the file's own length for reading a header: a colour profile unpacks to any size.
const HEADER_ALLOC: u64 = 4 * 1024 * 1024;

/// Size as stored in the file, before turning upright.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    pub width: u32,
    pub height: u32,
    /// A JPEG that keeps its coefficients while decoding.
    pub progressive: bool,
}

impl Frame {
    const fn pixels(self) -> u64 {
        self.width as u64 * self.height as u64
    }

    pub(super) const fn working_bytes(self, kind: PhotoKind) -> u64 {
        let per_pixel = match kind {
            // RGB out, plus two bytes a coefficient where they are kept.
            PhotoKind::Jpeg if self.progressive => 3 + 6,
            PhotoKind::Jpeg => 3,
            // Up to 16 bits in four channels, then the flattened copy.
            PhotoKind::Png | PhotoKind::Webp => 8 + 3,
            PhotoKind::Heic => 0,
        };
        // The display copy, the resizer's own rows and the two JPEGs.
        self.pixels() * per_pixel + 24 * 1024 * 1024
    }

    /// Most memory that a PNG or WebP decoder may take for a file of this length: 16 bits in four channels, and the file's own chunks.
    pub(super) const fn decoder_bytes(self, file: usize) -> u64 {
        self.pixels() * 8 + file as u64 + HEADER_ALLOC
    }

    fn within_limits(self) -> Result<Self, Unfit> {
        let most = if self.progressive { MAX_PROGRESSIVE_PIXELS } else { MAX_PIXELS };
        let shortest = self.width.min(self.height);
        let longest = self.width.max(self.height);
        if shortest < MIN_SIDE || longest > MAX_SIDE || self.pixels() > most {
            return Err(Unfit::UnusualSize { width: self.width, height: self.height });
        }
        Ok(self)
    }
}

/// Width, height and whether the JPEG is progressive, judged against the limits.
pub(super) fn frame(kind: PhotoKind, bytes: &[u8]) -> Result<Frame, Unfit> {
    match kind {
        PhotoKind::Jpeg => jpeg_frame(bytes)?.within_limits(),
        PhotoKind::Png => raster_frame(ImageFormat::Png, bytes)?.within_limits(),
        PhotoKind::Webp => raster_frame(ImageFormat::WebP, bytes)?.within_limits(),
        PhotoKind::Heic => Err(Unfit::NoDecoder(PhotoKind::Heic)),
    }
}

fn raster_frame(format: ImageFormat, bytes: &[u8]) -> Result<Frame, Unfit> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(bytes.len() as u64 + HEADER_ALLOC);
    reader.limits(limits);
    let (width, height) = reader.into_dimensions().map_err(|error| Unfit::Unreadable(error.to_string()))?;
    Ok(Frame { width, height, progressive: false })
}

/// Walks the segments up to the first start-of-frame. Read by hand because the decoder allocates by what the header claims.
fn jpeg_frame(bytes: &[u8]) -> Result<Frame, Unfit> {
    let broken = || Unfit::Unreadable("no picture header in the JPEG".into());
    let mut at = 2;
    loop {
        // Any number of fill bytes may stand before a marker.
        while bytes.get(at) == Some(&0xFF) && bytes.get(at + 1) == Some(&0xFF) {
            at += 1;
        }
        let [0xFF, marker] = *bytes.get(at..at + 2).ok_or_else(broken)? else { return Err(broken()) };
        at += 2;
        match marker {
            // Markers without a body.
            0x01 | 0xD0..=0xD8 => continue,
            // End of picture or start of pixels before any frame.
            0xD9 | 0xDA => return Err(broken()),
            _ => {}
        }
        let segment = bytes.get(at..at + 2).ok_or_else(broken)?;
        let length = usize::from(u16::from_be_bytes([segment[0], segment[1]]));
        // Start-of-frame markers; C4, C8 and CC share the range and mean something else.
        if matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC) {
            let [_precision, h1, h0, w1, w0] = *bytes.get(at + 2..at + 7).ok_or_else(broken)? else {
                return Err(broken());
            };
            return Ok(Frame {
                width: u16::from_be_bytes([w1, w0]).into(),
                height: u16::from_be_bytes([h1, h0]).into(),
                progressive: !matches!(marker, 0xC0 | 0xC1),
            });
        }
        if length < 2 {
            return Err(broken());
        }
        at += length;
    }
}
