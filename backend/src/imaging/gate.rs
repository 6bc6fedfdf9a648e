//! The size gate: reads width and height from the header and refuses picture bombs before a pixel is decoded (photos.md 9).

use std::io::{BufRead, Cursor};

use image::{ColorType, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::{DISPLAY_SIDE, Unfit, heic};
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
/// Most memory that one photo may take besides its own bytes: what a plain JPEG of [`MAX_PIXELS`] needs.
pub const MAX_WORKING: u64 = 188 * 1024 * 1024;
/// The display copy and the two JPEGs.
const COPIES_WORKING: u64 = 12 * 1024 * 1024;
/// Most scans of a JPEG. Cameras write about ten; each costs a pass over the whole picture.
pub const MAX_SCANS: usize = 32;

/// Most memory besides the file's own length for reading a header: a colour profile unpacks to any size.
const HEADER_ALLOC: u64 = 4 * 1024 * 1024;

/// Size as stored in the file, before turning upright.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    pub width: u32,
    pub height: u32,
    /// A JPEG that keeps its coefficients while decoding.
    pub progressive: bool,
    /// Memory that decoding takes, in bytes.
    decoding: u64,
}

impl Frame {
    const fn pixels(self) -> u64 {
        self.width as u64 * self.height as u64
    }

    pub(super) fn working_bytes(self) -> u64 {
        // The resizer makes all rows narrow first, and the few rows that it needs of those afterwards.
        let longest = u64::from(self.width.max(self.height).max(DISPLAY_SIDE));
        let narrow = 3 * self.pixels() * u64::from(DISPLAY_SIDE) / longest;
        self.decoding + narrow + COPIES_WORKING
    }

    /// Most memory that a PNG or WebP decoder may take for a file of this length: 16 bits in four channels, and the file's own chunks.
    pub(super) const fn decoder_bytes(self, file: usize) -> u64 {
        self.pixels() * 8 + file as u64 + HEADER_ALLOC
    }

    fn within_limits(self) -> Result<Self, Unfit> {
        let most = if self.progressive { MAX_PROGRESSIVE_PIXELS } else { MAX_PIXELS };
        let shortest = self.width.min(self.height);
        let longest = self.width.max(self.height);
        let fits = shortest >= MIN_SIDE && longest <= MAX_SIDE && self.pixels() <= most;
        if fits && self.working_bytes() <= MAX_WORKING {
            return Ok(self);
        }
        Err(Unfit::UnusualSize { width: self.width, height: self.height })
    }
}

/// Width, height and what decoding takes, judged against the limits.
pub(super) fn frame(kind: PhotoKind, bytes: &[u8]) -> Result<Frame, Unfit> {
    match kind {
        PhotoKind::Jpeg => jpeg_frame(bytes)?.within_limits(),
        PhotoKind::Png => raster_frame(ImageFormat::Png, bytes)?.within_limits(),
        PhotoKind::Webp => raster_frame(ImageFormat::WebP, bytes)?.within_limits(),
        PhotoKind::Heic => match heic::size(bytes) {
            Some((width, height)) => {
                // Whoever converts it makes a plain JPEG of this size.
                let frame = Frame { width, height, progressive: false, decoding: 0 };
                frame.within_limits().and(Err(Unfit::NoDecoder(PhotoKind::Heic)))
            }
            None => Err(Unfit::NoDecoder(PhotoKind::Heic)),
        },
    }
}

fn raster_frame(format: ImageFormat, bytes: &[u8]) -> Result<Frame, Unfit> {
    let unreadable = |error: image::ImageError| Unfit::Unreadable(error.to_string());
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(bytes.len() as u64 + HEADER_ALLOC);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    let colours = decoder.color_type();
    // What the decoder keeps beside its output, and the copies on the way to three plain bytes.
    let inside = if format == ImageFormat::WebP { 4 } else { 0 };
    let flattened = match colours {
        ColorType::Rgb8 => 0,
        ColorType::Rgba8 => 3,
        _ if colours.has_alpha() => 4 + 3,
        _ => 3,
    };
    let decoding = pixels * (u64::from(colours.bytes_per_pixel()) + inside + flattened);
    Ok(Frame { width, height, progressive: false, decoding })
}

/// Walks all segments, the scans too: reads the size of the first start-of-frame and counts how often the decoder would go over the
/// picture. Read by hand because the decoder allocates by what the header claims.
fn jpeg_frame(bytes: &[u8]) -> Result<Frame, Unfit> {
    let broken = || Unfit::Unreadable("no picture header in the JPEG".into());
    let (mut frame, mut scans) = (None, 0_usize);
    let mut rest = bytes.get(2..).unwrap_or_default();
    while let Some((marker, body)) = next_segment(&mut rest) {
        match marker {
            // End of picture: what stands behind it is not looked at.
            0xD9 => break,
            // Start of pixels.
            0xDA if frame.is_none() => return Err(broken()),
            0xDA => {
                scans += 1;
                if scans > MAX_SCANS {
                    return Err(Unfit::TooHeavy(format!("more than {MAX_SCANS} scans")));
                }
                rest = behind_pixels(rest);
            }
            // Start-of-frame markers; C4, C8 and CC share the range and mean something else. A second one counts for nothing here.
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) && frame.is_none() => {
                frame = Some(frame_of(marker, body).ok_or_else(broken)?);
            }
            _ => {}
        }
    }
    frame.ok_or_else(broken)
}

/// The next marker with its body; `None` where the file ends or is no longer made of segments.
fn next_segment<'a>(rest: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    // Any number of fill bytes may stand before a marker.
    while let [0xFF, 0xFF, ..] = rest {
        *rest = &rest[1..];
    }
    let [0xFF, marker, behind @ ..] = *rest else { return None };
    let marker = *marker;
    // Markers without a body.
    if matches!(marker, 0x01 | 0xD0..=0xD9) {
        *rest = behind;
        return Some((marker, &[]));
    }
    let length = usize::from(u16::from_be_bytes([*behind.first()?, *behind.get(1)?]));
    let body = behind.get(2..length)?;
    *rest = &behind[length..];
    Some((marker, body))
}

/// What follows the pixels of a scan, from the next marker on that is no restart.
fn behind_pixels(pixels: &[u8]) -> &[u8] {
    let mut rest = pixels;
    loop {
        // Never fails on bytes in memory, and looks for one byte far faster than a loop would.
        let _ = rest.skip_until(0xFF);
        match rest.first() {
            None => return rest,
            // A stuffed byte, a fill byte, a restart.
            Some(0x00 | 0xFF | 0xD0..=0xD7) => {}
            Some(_) => return &pixels[pixels.len() - rest.len() - 1..],
        }
    }
}

/// Body: precision, height, width, and for each component its id, sampling factors and table.
fn frame_of(marker: u8, body: &[u8]) -> Option<Frame> {
    let [_precision, h1, h0, w1, w0, count, components @ ..] = body else { return None };
    let (width, height) =
        (u32::from(u16::from_be_bytes([*w1, *w0])), u32::from(u16::from_be_bytes([*h1, *h0])));
    let progressive = !matches!(marker, 0xC0 | 0xC1);
    let factors =
        components.chunks_exact(3).take(usize::from(*count)).map(|one| (one[1] >> 4, one[1] & 0x0F));
    let samples: u64 = factors.clone().map(|(across, down)| u64::from(across) * u64::from(down)).sum();
    let most = |side: fn((u8, u8)) -> u8| u64::from(factors.clone().map(side).max().unwrap_or(1).max(1));
    let whole = most(|(across, _)| across) * most(|(_, down)| down);
    let pixels = u64::from(width) * u64::from(height);
    // Plain RGB, plus two bytes a coefficient where they are kept.
    let kept = if progressive { (2 * samples * pixels).div_ceil(whole) } else { 0 };
    Some(Frame { width, height, progressive, decoding: 3 * pixels + kept })
}
