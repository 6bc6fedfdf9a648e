//! Resizing (Lanczos3, never larger than the source) and JPEG encoding (quality 80, 4:2:0, nothing but pixels).

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::{Rgb, Unfit, buffers};

const QUALITY: u8 = 80;

/// Shrinks so that the long side is at most `side`; a smaller picture comes back as it is.
pub(super) fn to_fit(picture: Rgb, side: u32) -> Result<Rgb, Unfit> {
    let Some((width, height)) = scaled(picture.width, picture.height, side) else { return Ok(picture) };
    let failed = |error: &dyn std::fmt::Display| Unfit::Unreadable(error.to_string());
    let source = Image::from_vec_u8(picture.width, picture.height, picture.bytes, PixelType::U8x3)
        .map_err(|error| failed(&error))?;
    let mut target = Image::new(width, height, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
    buffers::resize(&source, &mut target, &options).map_err(|error| failed(&error))?;
    buffers::give_back(source.into_vec());
    Ok(Rgb { width, height, bytes: target.into_vec() })
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
