//! Drawings that lie over a photo: decoded, shrunk and encoded with their transparency, and with nothing but pixels.

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions};
use image::codecs::png::{CompressionType, FilterType as RowFilter, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

use super::gate::Frame;
use super::{Copies, DISPLAY_SIDE, THUMB_SIDE, Unfit, buffers, decode, shrink};
use crate::domain::field::media::PhotoKind;

/// Pixels with transparency, four bytes each, rows from the top.
struct Rgba {
    width: u32,
    height: u32,
    bytes: Vec<u8>,
}

/// Its colours are taken as sRGB: the phone draws in that.
pub(super) fn copies(kind: PhotoKind, frame: Frame, bytes: &[u8]) -> Result<Copies, Unfit> {
    let picture = decode::picture(kind, frame, bytes)?.into_rgba8();
    let (width, height) = picture.dimensions();
    let display = to_fit(Rgba { width, height, bytes: picture.into_raw() }, DISPLAY_SIDE)?;
    let display_png = png(&display)?;
    let thumb_png = png(&to_fit(display, THUMB_SIDE)?)?;
    Ok(Copies {
        display: display_png,
        thumb: thumb_png,
        upright: (width, height),
        damaged: false,
        transparent: true,
        fingerprint: None,
    })
}

fn to_fit(picture: Rgba, side: u32) -> Result<Rgba, Unfit> {
    let Some((width, height)) = shrink::scaled(picture.width, picture.height, side) else {
        return Ok(picture);
    };
    let failed = |error: &dyn std::fmt::Display| Unfit::Unreadable(error.to_string());
    let source = Image::from_vec_u8(picture.width, picture.height, picture.bytes, PixelType::U8x4)
        .map_err(|error| failed(&error))?;
    let mut target = Image::new(width, height, PixelType::U8x4);
    // Colours weigh by their alpha, so that a stroke gets no dark rim.
    let options =
        ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear)).use_alpha(true);
    buffers::resize(&source, &mut target, &options).map_err(|error| failed(&error))?;
    Ok(Rgba { width, height, bytes: target.into_vec() })
}

fn png(picture: &Rgba) -> Result<Vec<u8>, Unfit> {
    let mut out = Vec::new();
    PngEncoder::new_with_quality(&mut out, CompressionType::Default, RowFilter::Adaptive)
        .write_image(&picture.bytes, picture.width, picture.height, ExtendedColorType::Rgba8)
        .map_err(|error| Unfit::Unreadable(error.to_string()))?;
    Ok(out)
}
