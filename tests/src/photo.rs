//! Small real JPEGs, each with a hash of its own, made without waiting for an encoder.

use image::RgbImage;
use jpeg_encoder::{ColorType, Encoder};

/// A 64 × 48 JPEG of about a kilobyte; another `number` is another picture, which no fingerprint takes for this one.
pub fn tiny(number: u64) -> Vec<u8> {
    stamp(&encode(&scene(number, 64, 48), 64, 48, 80), &number.to_be_bytes())
}

/// A photograph of the same scene each time for the same `number`, large enough to be cropped, mirrored and saved again.
pub fn scenery(number: u64) -> RgbImage {
    RgbImage::from_raw(640, 480, scene(number, 640, 480)).expect("as many pixels as it says")
}

/// Saves a picture as a JPEG.
pub fn saved(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let side = |length: u32| u16::try_from(length).expect("a side that a JPEG has");
    encode(picture.as_raw(), side(picture.width()), side(picture.height()), quality)
}

/// Patches of light, coarse ones and finer ones on top of them: the frequencies that a photograph has.
fn scene(number: u64, width: usize, height: usize) -> Vec<u8> {
    let mut noise = Noise::new(number.wrapping_mul(0x9e37_79b9).wrapping_add(7));
    let layers = [(9, 7, 0.5), (17, 13, 0.3), (33, 25, 0.2)].map(|(across, down, weight)| {
        let patches: Vec<f32> =
            (0..across * down).map(|_| f32::from(noise.next().unwrap_or_default()) * weight).collect();
        (across, down, patches)
    });
    let place = |at: usize, length: usize, count: usize| {
        let place = at as f32 / length as f32 * (count - 1) as f32;
        (place as usize, place.fract())
    };
    let mut pixels = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            let light: f32 = layers
                .iter()
                .map(|(across, down, patches)| {
                    let ((row, below), (column, beside)) =
                        (place(y, height, *down), place(x, width, *across));
                    let patch = |dx: usize, dy: usize| patches[(row + dy) * across + column + dx];
                    let top = patch(0, 0) * (1.0 - beside) + patch(1, 0) * beside;
                    let bottom = patch(0, 1) * (1.0 - beside) + patch(1, 1) * beside;
                    top * (1.0 - below) + bottom * below
                })
                .sum();
            pixels.extend([light as u8, (light * 0.8) as u8, (255.0 - light) as u8]);
        }
    }
    pixels
}

/// A JPEG of about `bytes` bytes, the same each time for the same `number`: for transfers that take more than a packet.
pub fn of_size(number: u64, bytes: usize) -> Vec<u8> {
    let mut photo = tiny(number);
    while photo.len() < bytes {
        let filler = (bytes - photo.len()).clamp(1, 60_000);
        let noise = Noise::new(number ^ photo.len() as u64);
        photo = stamp(&photo, &noise.take(filler).collect::<Vec<u8>>());
    }
    photo
}

/// Encodes RGB pixels.
pub fn encode(pixels: &[u8], width: u16, height: u16, quality: u8) -> Vec<u8> {
    let mut jpeg = Vec::new();
    Encoder::new(&mut jpeg, quality).encode(pixels, width, height, ColorType::Rgb).expect("encode a JPEG");
    jpeg
}

/// The same picture with a comment segment behind its APP segments: another file, another hash.
pub fn stamp(jpeg: &[u8], comment: &[u8]) -> Vec<u8> {
    let at = end_of_app_segments(jpeg);
    let length = u16::try_from(comment.len() + 2).expect("a comment segment holds 65,533 bytes");
    [&jpeg[..at], &[0xff, 0xfe], &length.to_be_bytes(), comment, &jpeg[at..]].concat()
}

fn end_of_app_segments(jpeg: &[u8]) -> usize {
    assert_eq!(jpeg[..2], [0xff, 0xd8], "a JPEG starts with SOI");
    let mut at = 2;
    while jpeg[at] == 0xff && (0xe0..=0xef).contains(&jpeg[at + 1]) {
        at += 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
    }
    at
}

/// Seeded bytes (splitmix64), so that a failing test fails again.
#[derive(Debug, Clone)]
pub struct Noise(u64);

impl Noise {
    /// The stream of one seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl Iterator for Noise {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        Some((self.bits() >> 24) as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::{of_size, tiny};
    use crate::text::hex_digest;

    #[test]
    fn every_photo_decodes_and_has_its_own_hash() {
        for photo in [tiny(1), tiny(2), of_size(1, 300_000)] {
            assert_eq!(image::load_from_memory(&photo).expect("decodes").width(), 64);
        }
        assert_ne!(hex_digest(&tiny(1)), hex_digest(&tiny(2)));
        assert_eq!(tiny(7), tiny(7));
        assert!((300_000..300_008).contains(&of_size(1, 300_000).len()));
    }
}
