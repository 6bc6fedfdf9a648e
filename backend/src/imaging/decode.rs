//! Bytes to plain RGB. JPEG strictly first; what opens only leniently is kept and called damaged (photos.md 9, "truncation").

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::colour::MAX_PROFILE;
use super::gate::{Frame, MAX_ALLOC, MAX_SCANS, MAX_SIDE};
use super::{Rgb, Unfit, buffers};
use crate::domain::field::media::PhotoKind;

pub(super) struct Decoded {
    /// As large as the frame says, or smaller where a decoder shrinks for nothing, but never below the display copy.
    pub pixels: Rgb,
    pub damaged: bool,
    /// The ICC profile of RGB pixels, as the file has it; pixels that were grey or four-coloured have none.
    pub profile: Option<Vec<u8>>,
}

pub(super) fn rgb(kind: PhotoKind, frame: Frame, bytes: &[u8]) -> Result<Decoded, Unfit> {
    match kind {
        PhotoKind::Jpeg => {
            #[cfg(feature = "turbo")]
            if let Some(decoded) = super::turbo::rgb(bytes, frame) {
                return Ok(decoded);
            }
            jpeg(bytes, frame, true).or_else(|_strict| jpeg(bytes, frame, false))
        }
        PhotoKind::Png | PhotoKind::Webp | PhotoKind::Heic => {
            let (picture, profile) = picture_and_profile(kind, frame, bytes)?;
            Ok(Decoded { pixels: flatten(picture), damaged: false, profile })
        }
    }
}

fn jpeg(bytes: &[u8], frame: Frame, strict: bool) -> Result<Decoded, Unfit> {
    let mut decoder = opened(bytes, frame, strict)?;
    let length = decoder.output_buffer_size().ok_or_else(no_header)?;
    let mut pixels = buffers::take(length);
    if let Err(error) = decoder.decode_into(&mut pixels) {
        buffers::give_back(pixels);
        return Err(Unfit::Unreadable(error.to_string()));
    }
    Ok(Decoded {
        pixels: Rgb { width: frame.width, height: frame.height, bytes: pixels },
        damaged: !strict,
        profile: profile_of(&decoder),
    })
}

/// Reads the headers of a JPEG; its size must be the one that passed the gate.
fn opened(bytes: &[u8], frame: Frame, strict: bool) -> Result<JpegDecoder<ZCursor<&[u8]>>, Unfit> {
    let side = MAX_SIDE as usize;
    let options = DecoderOptions::default()
        .set_strict_mode(strict)
        .set_max_width(side)
        .set_max_height(side)
        .jpeg_set_max_scans(MAX_SCANS)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| Unfit::Unreadable(error.to_string()))?;
    let info = decoder.info().ok_or_else(no_header)?;
    if (u32::from(info.width), u32::from(info.height)) != (frame.width, frame.height) {
        return Err(Unfit::Unreadable("two headers of different sizes in the JPEG".into()));
    }
    Ok(decoder)
}

fn no_header() -> Unfit {
    Unfit::Unreadable("no picture header in the JPEG".into())
}

fn profile_of(decoder: &JpegDecoder<ZCursor<&[u8]>>) -> Option<Vec<u8>> {
    let coloured = decoder.info().is_some_and(|info| info.components == 3);
    coloured.then(|| decoder.icc_profile()).flatten()
}

/// The profile of a JPEG that another decoder reads.
#[cfg(feature = "turbo")]
pub(super) fn jpeg_profile(bytes: &[u8], frame: Frame) -> Result<Option<Vec<u8>>, Unfit> {
    opened(bytes, frame, true).map(|decoder| profile_of(&decoder))
}

/// Decodes PNG and WebP, with their transparency.
pub(super) fn picture(kind: PhotoKind, frame: Frame, bytes: &[u8]) -> Result<DynamicImage, Unfit> {
    picture_and_profile(kind, frame, bytes).map(|(picture, _profile)| picture)
}

fn picture_and_profile(
    kind: PhotoKind,
    frame: Frame,
    bytes: &[u8],
) -> Result<(DynamicImage, Option<Vec<u8>>), Unfit> {
    let format = match kind {
        PhotoKind::Png => ImageFormat::Png,
        PhotoKind::Webp => ImageFormat::WebP,
        PhotoKind::Jpeg | PhotoKind::Heic => return Err(Unfit::NoDecoder(kind)),
    };
    let unreadable = |error: image::ImageError| Unfit::Unreadable(error.to_string());
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(frame.decoder_bytes(bytes.len()).min(MAX_ALLOC));
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    limits.reserve(decoder.total_bytes()).map_err(unreadable)?;
    decoder.set_limits(limits).map_err(unreadable)?;
    let profile = match kind {
        PhotoKind::Webp => webp_profile(bytes).map(<[u8]>::to_vec),
        _ if decoder.color_type().has_color() => decoder.icc_profile().ok().flatten(),
        _ => None,
    };
    let profile = profile.filter(|profile| profile.len() <= MAX_PROFILE);
    DynamicImage::from_decoder(decoder).map(|picture| (picture, profile)).map_err(unreadable)
}

/// Read by hand because the decoder allocates as much as the chunk claims to hold, before it looks whether the file is that long.
fn webp_profile(bytes: &[u8]) -> Option<&[u8]> {
    // Behind "RIFF", its length and "WEBP" lie chunks: four letters, a length, and content of an even length.
    let mut at = 12_usize;
    loop {
        let head = bytes.get(at..at.checked_add(8)?)?;
        let length = usize::try_from(u32::from_le_bytes([head[4], head[5], head[6], head[7]])).ok()?;
        let end = (at + 8).checked_add(length)?;
        if head.starts_with(b"ICCP") {
            return bytes.get(at + 8..end);
        }
        at = end.checked_add(length % 2)?;
    }
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
