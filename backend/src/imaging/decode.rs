//! Bytes to plain RGB. JPEG strictly first; what opens only leniently is kept and called damaged (photos.md 9, "truncation").

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, ImageReader, Limits};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::gate::{MAX_ALLOC, MAX_SIDE};
use super::{Rgb, Unfit};
use crate::domain::field::media::PhotoKind;

/// Cameras write about ten; each scan of a progressive JPEG costs a pass over all coefficients, so this bounds the time.
const MAX_SCANS: usize = 32;

pub(super) struct Decoded {
    pub pixels: Rgb,
    pub damaged: bool,
}

pub(super) fn rgb(kind: PhotoKind, bytes: &[u8]) -> Result<Decoded, Unfit> {
    match kind {
        PhotoKind::Jpeg => match jpeg(bytes, true) {
            Ok(pixels) => Ok(Decoded { pixels, damaged: false }),
            Err(_strict) => jpeg(bytes, false).map(|pixels| Decoded { pixels, damaged: true }),
        },
        PhotoKind::Png | PhotoKind::Webp | PhotoKind::Heic => {
            Ok(Decoded { pixels: flatten(picture(kind, bytes)?), damaged: false })
        }
    }
}

fn jpeg(bytes: &[u8], strict: bool) -> Result<Rgb, Unfit> {
    let side = MAX_SIDE as usize;
    let options = DecoderOptions::default()
        .set_strict_mode(strict)
        .set_max_width(side)
        .set_max_height(side)
        .jpeg_set_max_scans(MAX_SCANS)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let unreadable = |error: zune_jpeg::errors::DecodeErrors| Unfit::Unreadable(error.to_string());
    let pixels = decoder.decode().map_err(unreadable)?;
    let info = decoder.info().ok_or_else(|| Unfit::Unreadable("no picture header in the JPEG".into()))?;
    Ok(Rgb { width: info.width.into(), height: info.height.into(), bytes: pixels })
}

/// Decodes PNG and WebP, with their transparency.
pub(super) fn picture(kind: PhotoKind, bytes: &[u8]) -> Result<DynamicImage, Unfit> {
    let format = match kind {
        PhotoKind::Png => ImageFormat::Png,
        PhotoKind::Webp => ImageFormat::WebP,
        PhotoKind::Jpeg | PhotoKind::Heic => return Err(Unfit::NoDecoder(kind)),
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_ALLOC);
    reader.limits(limits);
    reader.decode().map_err(|error| Unfit::Unreadable(error.to_string()))
}

/// Lays a transparent picture on white, as paper would be: a JPEG has no transparency, and black would hide dark text.
fn flatten(picture: DynamicImage) -> Rgb {
    let (width, height) = (picture.width(), picture.height());
    let bytes = if picture.color().has_alpha() {
        let rgba = picture.into_rgba8();
        let over_white = |value: u8, alpha: u8| {
            let (value, alpha) = (u32::from(value), u32::from(alpha));
            // At most 255 by construction: a weighted mean of two bytes.
            u8::try_from((value * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
        };
        rgba.pixels()
            .flat_map(|pixel| [0, 1, 2].map(|channel| over_white(pixel.0[channel], pixel.0[3])))
            .collect()
    } else {
        picture.into_rgb8().into_raw()
    };
    Rgb { width, height, bytes }
}
