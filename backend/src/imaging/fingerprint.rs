//! The fingerprint of an upright picture: 64 x 64 grey values, their cosine transform, the 16 x 16 lowest frequencies against their
//! median (photos.md 7). A mirrored picture has the same values with every other sign changed, so its hash costs nothing more.

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use std::sync::LazyLock;

use super::{Rgb, Unfit};
use crate::domain::evidence::fingerprint::{Bits, Fingerprint};

const SIDE: usize = 64;
const SIDE_U32: u32 = 64;
const LOW: usize = 16;
/// Grey values of an even border differ by less than this.
const EVEN: u8 = 14;
/// Deepest border that is cut off, as a part of the side.
const DEEPEST: usize = 5;
/// A picture whose strongest frequency is weaker has nothing to recognise.
const BLANK: f32 = 24.0;

/// Cosines of the frequencies 1 to 16: the even light of the whole (0) tells nothing.
#[expect(clippy::cast_precision_loss, reason = "small whole numbers")]
static COSINES: LazyLock<[[f32; SIDE]; LOW]> = LazyLock::new(|| {
    let mut table = [[0.0; SIDE]; LOW];
    for (u, row) in table.iter_mut().enumerate() {
        for (x, cell) in row.iter_mut().enumerate() {
            let angle = std::f32::consts::PI * (u + 1) as f32 * (2 * x + 1) as f32 / (2 * SIDE) as f32;
            *cell = angle.cos() * (2.0 / SIDE as f32).sqrt();
        }
    }
    table
});

/// Grey values, rows from the top.
struct Grey {
    width: u32,
    height: u32,
    bytes: Vec<u8>,
}

/// The fingerprint of an upright picture; a thumbnail is enough.
pub(super) fn of(picture: &Rgb) -> Result<Fingerprint, Unfit> {
    let grey = grey(picture);
    let (plain, mirrored) = hashes(&small(&grey)?);
    let trimmed = match trim(&grey) {
        Some(inner) => hashes(&small(&inner)?).0,
        None => plain,
    };
    Ok(Fingerprint { plain, trimmed, mirrored })
}

fn grey(picture: &Rgb) -> Grey {
    // The weights of ITU-R BT.601 in 256ths.
    let luma = |p: &[u8]| {
        let sum = (77 * u32::from(p[0]) + 150 * u32::from(p[1]) + 29 * u32::from(p[2])) >> 8;
        u8::try_from(sum).unwrap_or(u8::MAX)
    };
    Grey {
        width: picture.width,
        height: picture.height,
        bytes: picture.bytes.chunks_exact(3).map(luma).collect(),
    }
}

fn small(grey: &Grey) -> Result<Vec<u8>, Unfit> {
    let failed = |error: &dyn std::fmt::Display| Unfit::Unreadable(error.to_string());
    let source = Image::from_vec_u8(grey.width, grey.height, grey.bytes.clone(), PixelType::U8)
        .map_err(|error| failed(&error))?;
    let mut target = Image::new(SIDE_U32, SIDE_U32, PixelType::U8);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    Resizer::new().resize(&source, &mut target, &options).map_err(|error| failed(&error))?;
    Ok(target.into_vec())
}

/// The picture inside its even borders; `None` where it has none.
fn trim(grey: &Grey) -> Option<Grey> {
    let (w, h) = (usize::try_from(grey.width).ok()?, usize::try_from(grey.height).ok()?);
    let even = |values: &mut dyn Iterator<Item = u8>| {
        let (low, high) = values.fold((u8::MAX, 0), |(low, high), v| (low.min(v), high.max(v)));
        high.saturating_sub(low) < EVEN
    };
    let row = |y: usize| even(&mut grey.bytes[y * w..(y + 1) * w].iter().copied());
    let column = |x: usize| even(&mut (0..h).map(|y| grey.bytes[y * w + x]));
    let (deep_x, deep_y) = (w / DEEPEST, h / DEEPEST);
    let top = (0..deep_y).take_while(|y| row(*y)).count();
    let bottom = (0..deep_y).take_while(|y| row(h - 1 - y)).count();
    let left = (0..deep_x).take_while(|x| column(*x)).count();
    let right = (0..deep_x).take_while(|x| column(w - 1 - x)).count();
    let (width, height) = (w - left - right, h - top - bottom);
    if (top, bottom, left, right) == (0, 0, 0, 0) || width < LOW || height < LOW {
        return None;
    }
    let rows = (top..top + height).flat_map(|y| &grey.bytes[y * w + left..y * w + left + width]);
    let bytes = rows.copied().collect();
    Some(Grey { width: u32::try_from(width).ok()?, height: u32::try_from(height).ok()?, bytes })
}

/// The hash of 64 x 64 grey values as they are, and as a mirror shows them.
fn hashes(pixels: &[u8]) -> (Bits, Bits) {
    let cosines = &*COSINES;
    // Rows first: 64 rows of 16 frequencies, then 16 x 16.
    let mut rows = [[0.0_f32; LOW]; SIDE];
    for (row, line) in rows.iter_mut().zip(pixels.chunks_exact(SIDE)) {
        for (cell, wave) in row.iter_mut().zip(cosines) {
            *cell = line.iter().zip(wave).map(|(pixel, cosine)| f32::from(*pixel) * cosine).sum();
        }
    }
    let mut low = [0.0_f32; LOW * LOW];
    for (v, wave) in cosines.iter().enumerate() {
        for u in 0..LOW {
            low[v * LOW + u] = rows.iter().zip(wave).map(|(row, cosine)| row[u] * cosine).sum();
        }
    }
    if low.iter().fold(0.0_f32, |most, value| most.max(value.abs())) < BLANK {
        return ([0; 4], [0; 4]);
    }
    // Frequency u + 1 is odd for even u: a mirror changes its sign.
    let mut turned = low;
    for (at, value) in turned.iter_mut().enumerate() {
        if (at % LOW).is_multiple_of(2) {
            *value = -*value;
        }
    }
    (bits(&low), bits(&turned))
}

fn bits(values: &[f32; LOW * LOW]) -> Bits {
    let mut sorted = *values;
    sorted.sort_unstable_by(f32::total_cmp);
    let median = f32::midpoint(sorted[LOW * LOW / 2 - 1], sorted[LOW * LOW / 2]);
    let mut bits = [0_u64; 4];
    for (at, value) in values.iter().enumerate() {
        if *value > median {
            bits[at / 64] |= 1 << (at % 64);
        }
    }
    bits
}
