//! Drawings for the demo county in place of photographs: a place of plain shapes that says 示例图片 in large letters, with its fault or
//! repaired. Another number is another place, and another look at a place stands elsewhere: no fingerprint takes one for the other.

mod frame;
mod scene;

use super::Unfit;
use frame::Frame;
use image::{GrayImage, ImageFormat, Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// The words, light on dark (`demo/make_examples.py` draws them).
const MARK: &[u8] = include_bytes!("../../demo/example_mark.png");
const SIZE: (u16, u16) = (400, 300);
/// Height of the strip that carries the words.
const STRIP: i32 = 64;
const QUALITY: u8 = 70;
const FAULT: Rgb<u8> = Rgb([198, 40, 40]);
const REPAIRED: Rgb<u8> = Rgb([46, 125, 50]);

/// What a drawing stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    Fault,
    Repair,
}

/// A small JPEG of a place; `take` says which look at it this is, 0 the first.
pub fn example(place: u64, take: usize, shows: Shows) -> Result<Vec<u8>, Unfit> {
    let mark = image::load_from_memory_with_format(MARK, ImageFormat::Png)
        .map_err(|error| Unfit::Unreadable(error.to_string()))?
        .into_luma8();
    let mut frame = Frame::new((u32::from(SIZE.0), u32::from(SIZE.1)), STRIP, take);
    scene::draw(&mut frame, place, shows);
    let mut picture = frame.picture;
    let colour = if shows == Shows::Fault { FAULT } else { REPAIRED };
    strip(&mut picture, &mark, colour);
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder
        .encode(picture.as_raw(), SIZE.0, SIZE.1, ColorType::Rgb)
        .map_err(|error| Unfit::Unreadable(error.to_string()))?;
    Ok(out)
}

/// The words, above the place.
fn strip(picture: &mut RgbImage, mark: &GrayImage, colour: Rgb<u8>) {
    let (width, high) = (picture.width(), STRIP.unsigned_abs());
    for (x, y) in (0..high).flat_map(|y| (0..width).map(move |x| (x, y))) {
        picture.put_pixel(x, y, colour);
    }
    let (left, top) = ((width - mark.width()) / 2, (high - mark.height()) / 2);
    for (x, y, light) in mark.enumerate_pixels() {
        if light.0[0] > 127 {
            picture.put_pixel(left + x, top + y, Rgb([255, 255, 255]));
        }
    }
}

/// Numbers that are the same each time for the same beginning.
struct Dice(u64);

impl Dice {
    fn of(number: u64) -> Self {
        // Another constant than the dice's own step, with which the next place would begin one throw later in this one.
        Self(number.wrapping_mul(0xd134_2543_de82_ef95) | 1)
    }

    fn below(&mut self, end: u32) -> u32 {
        // SplitMix64: short, and even enough for blocks of colour.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((mixed ^ (mixed >> 31)) % u64::from(end.max(1))).unwrap_or(0)
    }

    fn within(&mut self, least: i32, end: i32) -> i32 {
        let span = u32::try_from(end - least).unwrap_or(0);
        least + i32::try_from(self.below(span)).unwrap_or(0)
    }

    /// A muted colour, at least so light and at most so much lighter.
    fn tone(&mut self, least: u8, more: u8) -> Rgb<u8> {
        let half = u32::from(more / 2) + 1;
        let grey = u32::from(least) + self.below(half);
        let mut one = || u8::try_from(grey + self.below(half)).unwrap_or(u8::MAX);
        Rgb([one(), one(), one()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::Photo;

    fn print(bytes: &[u8]) -> crate::domain::evidence::fingerprint::Fingerprint {
        Photo::open(bytes).unwrap().copies().unwrap().fingerprint.unwrap()
    }

    #[test]
    fn no_two_looks_are_taken_for_one_another_and_all_are_small() {
        let looks = (1..=20).flat_map(|place| [(place, 0), (place, 1), (place, 2)]);
        let prints: Vec<_> = looks
            .map(|(place, take)| {
                let shows = if take == 0 { Shows::Fault } else { Shows::Repair };
                let bytes = example(place, take, shows).unwrap();
                assert!(bytes.len() < 24 * 1024, "{} bytes", bytes.len());
                (place, take, print(&bytes))
            })
            .collect();
        for (at, one) in prints.iter().enumerate() {
            assert!(!one.2.is_blank());
            for other in &prints[..at] {
                // More than the county's usual bits for "look at the pair".
                let bits = one.2.distance(&other.2).0;
                assert!(bits > 64, "{bits}: {} {}, {} {}", one.0, one.1, other.0, other.1);
            }
        }
    }

    #[test]
    fn a_fault_changes_its_place_and_nothing_else() {
        for place in 0..5 {
            let [before, after] = [Shows::Fault, Shows::Repair].map(|shows| {
                image::load_from_memory(&example(place, 0, shows).unwrap()).unwrap().into_rgb8()
            });
            let below = |picture: &RgbImage| picture.as_raw()[400 * 64 * 3..].to_vec();
            let far = |(one, other): (u8, u8)| one.abs_diff(other) > 40;
            let (one, other) = (below(&before), below(&after));
            let all = one.len();
            let changed = one.into_iter().zip(other).filter(|pair| far(*pair)).count();
            assert!(changed * 200 > all && changed * 3 < all, "{place}: {changed} of {all}");
        }
    }

    #[test]
    fn every_drawing_says_that_it_is_an_example() {
        let mark = image::load_from_memory(MARK).unwrap().into_luma8();
        let white = |picture: &RgbImage| {
            picture.pixels().take(400 * 64).filter(|pixel| pixel.0.iter().all(|tone| *tone > 200)).count()
        };
        let bytes = example(7, 0, Shows::Repair).unwrap();
        let words = mark.pixels().filter(|light| light.0[0] > 127).count();
        assert!(words > 500, "the words are there: {words}");
        let shown = white(&image::load_from_memory(&bytes).unwrap().into_rgb8());
        assert!(shown * 10 > words * 6, "{shown} of {words}");
    }
}
