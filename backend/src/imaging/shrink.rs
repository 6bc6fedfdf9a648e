//! Resizing (Catmull-Rom, never larger than the source) and JPEG encoding (quality 80, 4:2:0, nothing but pixels).
//!
//! Catmull-Rom looks at two thirds of the pixels that Lanczos3 does, which is a twentieth of a photo's time, and rings less at hard edges;
//! `tests/load/run photos` prints what it costs in likeness to a Lanczos reference.

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::{Rgb, Unfit, buffers};

const QUALITY: u8 = 80;
/// A picture of more pixels is halved in its own memory first: the resizer's narrow rows would cost a fifth more at the very moment when
/// all pixels are there. Nobody sees the difference at a third of the side.
const HALVED_PIXELS: u64 = 20_000_000;

/// Shrinks so that the long side is at most `side`; a smaller picture comes back as it is.
pub(super) fn to_fit(picture: Rgb, side: u32) -> Result<Rgb, Unfit> {
    let Some((width, height)) = scaled(picture.width, picture.height, side) else { return Ok(picture) };
    let large = u64::from(picture.width) * u64::from(picture.height) > HALVED_PIXELS;
    let picture =
        if large && picture.width.max(picture.height) >= 3 * side { halved(picture) } else { picture };
    let failed = |error: &dyn std::fmt::Display| Unfit::Unreadable(error.to_string());
    let source = Image::from_vec_u8(picture.width, picture.height, picture.bytes, PixelType::U8x3)
        .map_err(|error| failed(&error))?;
    let mut target = Image::new(width, height, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    buffers::resize(&source, &mut target, &options).map_err(|error| failed(&error))?;
    buffers::give_back(source.into_vec());
    Ok(Rgb { width, height, bytes: target.into_vec() })
}

/// Each pixel the mean of four; what is written never lies behind what is still to be read.
fn halved(picture: Rgb) -> Rgb {
    let Rgb { width, height, mut bytes } = picture;
    let row = width as usize * 3;
    let mut to = 0;
    for y in 0..height as usize / 2 {
        for x in 0..width as usize / 2 {
            let at = y * 2 * row + x * 6;
            for one in at..at + 3 {
                let sum: u16 =
                    [one, one + 3, one + row, one + row + 3].iter().map(|at| u16::from(bytes[*at])).sum();
                bytes[to] = u8::try_from((sum + 2) / 4).unwrap_or(u8::MAX);
                to += 1;
            }
        }
    }
    bytes.truncate(to);
    Rgb { width: width / 2, height: height / 2, bytes }
}

/// The size that fits into a square of `side`; `None` where it fits already.
pub(super) fn scaled(width: u32, height: u32, side: u32) -> Option<(u32, u32)> {
    let longest = width.max(height);
    let scaled = |length: u32| -> u32 {
        // Rounded, at least one pixel: a strip of 12,000 x 16 stays visible.
        let exact = (u64::from(length) * u64::from(side) * 2 + u64::from(longest)) / (2 * u64::from(longest));
        u32::try_from(exact).unwrap_or(side).max(1)
    };
    (longest > side).then(|| (scaled(width), scaled(height)))
}

/// Encodes plain pixels; the file holds a JFIF header and the picture, nothing else.
pub(super) fn jpeg(picture: &Rgb) -> Result<Vec<u8>, Unfit> {
    #[cfg(feature = "turbo")]
    if let Some(file) = super::turbo::jpeg(picture, QUALITY) {
        return Ok(file);
    }
    let too_long = |_| Unfit::UnusualSize { width: picture.width, height: picture.height };
    let width = u16::try_from(picture.width).map_err(too_long)?;
    let height = u16::try_from(picture.height).map_err(too_long)?;
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder
        .encode(&picture.bytes, width, height, ColorType::Rgb)
        .map_err(|error| Unfit::Unreadable(error.to_string()))?;
    Ok(out)
}
