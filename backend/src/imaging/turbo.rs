//! JPEG by libjpeg-turbo (feature `turbo`): it shrinks by eighths while it decodes, which is most of a photo's time, and encodes thrice as
//! fast. Whatever it does not like, a warning too, is left to the pure-Rust decoder, which also says what is damaged.

use turbojpeg::{Compressor, Decompressor, Image, PixelFormat, ScalingFactor, Subsamp};

use super::decode::{self, Decoded};
use super::gate::Frame;
use super::gate::MAX_SCANS;
use super::{DISPLAY_SIDE, Rgb, buffers};

/// Pixels at least as large as the display copy; `None` where the other decoder shall try.
pub(super) fn rgb(bytes: &[u8], frame: Frame) -> Option<Decoded> {
    let profile = decode::jpeg_profile(bytes, frame).ok()?;
    let mut decompressor = Decompressor::new().ok()?;
    decompressor.set_scan_limit(u32::try_from(MAX_SCANS).ok()?).ok()?;
    let header = decompressor.read_header(bytes).ok()?;
    let size = |length: u32| usize::try_from(length).ok();
    if (header.width, header.height) != (size(frame.width)?, size(frame.height)?) {
        return None;
    }
    let scale = ScalingFactor::new(eighths(frame.width.max(frame.height)), 8);
    decompressor.set_scaling_factor(scale).ok()?;
    let scaled = header.scaled(scale);
    let (width, height) = (u32::try_from(scaled.width).ok()?, u32::try_from(scaled.height).ok()?);
    let pitch = scaled.width * 3;
    let mut pixels = buffers::take(pitch * scaled.height);
    let target = Image {
        pixels: pixels.as_mut_slice(),
        width: scaled.width,
        pitch,
        height: scaled.height,
        format: PixelFormat::RGB,
    };
    if decompressor.decompress(bytes, target).is_err() {
        buffers::give_back(pixels);
        return None;
    }
    Some(Decoded { pixels: Rgb { width, height, bytes: pixels }, damaged: false, profile })
}

/// A JPEG of these pixels with halved colours, as the other encoder makes it; `None` where that one shall try.
pub(super) fn jpeg(picture: &Rgb, quality: u8) -> Option<Vec<u8>> {
    let mut compressor = Compressor::new().ok()?;
    compressor.set_quality(i32::from(quality)).ok()?;
    compressor.set_subsamp(Subsamp::Sub2x2).ok()?;
    let width = usize::try_from(picture.width).ok()?;
    let image = Image {
        pixels: picture.bytes.as_slice(),
        width,
        pitch: width * 3,
        height: usize::try_from(picture.height).ok()?,
        format: PixelFormat::RGB,
    };
    compressor.compress_to_vec(image).ok()
}

/// The fewest eighths that still reach the display copy.
fn eighths(longest: u32) -> usize {
    let reaches = |eighths: &usize| {
        let scaled = (longest as usize * eighths).div_ceil(8);
        scaled >= DISPLAY_SIDE as usize
    };
    (1..8).find(reaches).unwrap_or(8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_scale_that_reaches_the_display_copy() {
        for (longest, wanted) in
            [(100, 8), (1600, 8), (1632, 8), (1829, 7), (3200, 4), (4000, 4), (6000, 3), (12_000, 2)]
        {
            assert_eq!(eighths(longest), wanted, "{longest}");
        }
    }
}
