//! Copies that leave the server: the display copy with its drawing and a strip of words under it, and with areas covered beyond recognition.
//! They are made from our own copies when somebody exports; original and display copy stay as they are.

use image::{ImageFormat, Rgb, RgbImage, RgbaImage, imageops};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::{Unfit, letters::Letters, strip};
use crate::domain::{evidence::stamp::Stamp, field::area::Area};

/// The words should stay sharp; the copy for the screen has 80.
const QUALITY: u8 = 90;
/// A covered area has at most so many blocks along each side.
const BLOCKS: u32 = 4;
/// None of them is smaller than this, in pixels.
const BLOCK_SIDE: u32 = 24;
/// And each has one of sixteen values a colour: what an average of a number plate could still tell goes with the rest.
const VALUE_STEP: u64 = 16;

/// The picture with what lies over it, and the strip under it. `layer` is the drawing's own display copy.
pub fn stamped(
    display: &[u8],
    layer: Option<&[u8]>,
    stamp: &Stamp,
    letters: &Letters,
) -> Result<Vec<u8>, Unfit> {
    let mut picture = open(display)?;
    if let Some(layer) = layer {
        lay_over(&mut picture, layer)?;
    }
    jpeg(&under(&picture, stamp, letters))
}

/// The picture with these areas covered.
pub fn covered(display: &[u8], areas: &[Area]) -> Result<Vec<u8>, Unfit> {
    let mut picture = open(display)?;
    for area in areas {
        cover(&mut picture, area);
    }
    jpeg(&picture)
}

/// The picture, untouched, and the strip below it; a narrow picture stands on the left of a wider sheet.
fn under(picture: &RgbImage, stamp: &Stamp, letters: &Letters) -> RgbImage {
    let strip = strip::draw(stamp, letters, picture.width().max(strip::LEAST_WIDTH));
    let mut sheet = RgbImage::from_pixel(strip.width(), picture.height() + strip.height(), strip::PAPER);
    imageops::replace(&mut sheet, picture, 0, 0);
    imageops::replace(&mut sheet, &strip, 0, i64::from(picture.height()));
    sheet
}

/// Our own copy, made of pixels that were checked before.
fn open(copy: &[u8]) -> Result<RgbImage, Unfit> {
    let picture = image::load_from_memory_with_format(copy, ImageFormat::Jpeg);
    Ok(picture.map_err(|error| Unfit::Unreadable(error.to_string()))?.into_rgb8())
}

fn lay_over(picture: &mut RgbImage, layer: &[u8]) -> Result<(), Unfit> {
    let drawing = image::load_from_memory_with_format(layer, ImageFormat::Png);
    let drawing = drawing.map_err(|error| Unfit::Unreadable(error.to_string()))?.into_rgba8();
    let (width, height) = picture.dimensions();
    let drawing: RgbaImage = if drawing.dimensions() == (width, height) {
        drawing
    } else {
        imageops::resize(&drawing, width, height, imageops::FilterType::Triangle)
    };
    for (below, above) in picture.pixels_mut().zip(drawing.pixels()) {
        let alpha = u32::from(above.0[3]);
        for (channel, value) in below.0.iter_mut().enumerate() {
            let mixed = (u32::from(above.0[channel]) * alpha + u32::from(*value) * (255 - alpha) + 127) / 255;
            // A weighted mean of two bytes.
            *value = u8::try_from(mixed).unwrap_or(u8::MAX);
        }
    }
    Ok(())
}

/// Few large blocks, each of one rounded average.
fn cover(picture: &mut RgbImage, area: &Area) {
    let (width, height) = picture.dimensions();
    let across = area.across(width);
    let down = area.down(height);
    for rows in blocks(down) {
        for columns in blocks(across.clone()) {
            let mut sums = [0_u64; 3];
            for y in rows.clone() {
                for x in columns.clone() {
                    let pixel = picture.get_pixel(x, y);
                    sums.iter_mut().zip(pixel.0).for_each(|(sum, value)| *sum += u64::from(value));
                }
            }
            let count = u64::from(rows.end - rows.start) * u64::from(columns.end - columns.start);
            let mean = sums.map(|sum| {
                let rounded = sum / count.max(1) / VALUE_STEP * VALUE_STEP + VALUE_STEP / 2;
                u8::try_from(rounded).unwrap_or(u8::MAX)
            });
            for y in rows.clone() {
                for x in columns.clone() {
                    picture.put_pixel(x, y, Rgb(mean));
                }
            }
        }
    }
}

/// A span in equal parts: at most [`BLOCKS`], none shorter than [`BLOCK_SIDE`] unless the span is.
fn blocks(span: std::ops::Range<u32>) -> impl Iterator<Item = std::ops::Range<u32>> {
    let length = span.end.saturating_sub(span.start);
    let count = (length / BLOCK_SIDE).clamp(1, BLOCKS);
    (0..count).map(move |nth| span.start + length * nth / count..span.start + length * (nth + 1) / count)
}

fn jpeg(picture: &RgbImage) -> Result<Vec<u8>, Unfit> {
    let (width, height) = picture.dimensions();
    let side = |length: u32| u16::try_from(length).map_err(|_too_long| Unfit::UnusualSize { width, height });
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder
        .encode(picture.as_raw(), side(width)?, side(height)?, ColorType::Rgb)
        .map_err(|error| Unfit::Unreadable(error.to_string()))?;
    Ok(out)
}

#[cfg(test)]
#[path = "export_tests.rs"]
mod tests;
