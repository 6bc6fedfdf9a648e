//! Upright: reads the EXIF orientation (a claim, but a harmless one) and turns or mirrors pixels, after shrinking because that is cheaper.

use std::io::Cursor;

use exif::{In, Reader, Tag};

use super::Rgb;

/// How stored pixels become upright: mirror left-right first, then turn clockwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Orientation {
    mirrored: bool,
    quarter_turns: u8,
}

impl Orientation {
    pub(super) const UPRIGHT: Self = Self { mirrored: false, quarter_turns: 0 };

    /// From the EXIF number 1 to 8; anything else means upright.
    pub(super) const fn from_exif(number: u32) -> Self {
        let (mirrored, quarter_turns) = match number {
            2 => (true, 0),
            3 => (false, 2),
            4 => (true, 2),
            5 => (true, 3),
            6 => (false, 1),
            7 => (true, 1),
            8 => (false, 3),
            _ => (false, 0),
        };
        Self { mirrored, quarter_turns }
    }

    pub(super) const fn apply_to_size(self, width: u32, height: u32) -> (u32, u32) {
        if self.quarter_turns % 2 == 1 { (height, width) } else { (width, height) }
    }
}

/// The orientation that the file claims; upright when it claims none or its EXIF block is broken beyond use.
pub(super) fn orientation(bytes: &[u8]) -> Orientation {
    let exif = Reader::new()
        .continue_on_error(true)
        .read_from_container(&mut Cursor::new(bytes))
        .or_else(|error| error.distill_partial_result(|_parts| {}));
    exif.ok()
        .and_then(|exif| {
            exif.get_field(Tag::Orientation, In::PRIMARY).and_then(|field| field.value.get_uint(0))
        })
        .map_or(Orientation::UPRIGHT, Orientation::from_exif)
}

/// Moves every pixel to its upright place.
pub(super) fn turn(picture: Rgb, orientation: Orientation) -> Rgb {
    if orientation == Orientation::UPRIGHT {
        return picture;
    }
    let (old_width, old_height) = (picture.width as usize, picture.height as usize);
    let (width, height) = orientation.apply_to_size(picture.width, picture.height);
    let (pixels, _rest) = picture.bytes.as_chunks::<3>();
    // Undoes the clockwise turn, then the mirror, to find where a pixel came from. Wrapping, because a step may lead out of a picture that is
    // one pixel wide.
    let origin = |x: usize, y: usize| {
        let (x, y) = match orientation.quarter_turns {
            1 => (y, old_height.wrapping_sub(1 + x)),
            2 => (old_width.wrapping_sub(1 + x), old_height - 1 - y),
            3 => (old_width - 1 - y, x),
            _ => (x, y),
        };
        let x = if orientation.mirrored { old_width.wrapping_sub(1 + x) } else { x };
        y.wrapping_mul(old_width).wrapping_add(x)
    };
    let mut turned = Vec::with_capacity(pixels.len());
    for y in 0..height as usize {
        // Along a row of the upright picture the old places lie evenly.
        let start = origin(0, y);
        let step = origin(1, y).wrapping_sub(start);
        turned.extend((0..width as usize).map(|x| pixels[start.wrapping_add(x.wrapping_mul(step))]));
    }
    Rgb { width, height, bytes: turned.into_flattened() }
}
