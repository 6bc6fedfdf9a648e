//! Drawings for the demo county in place of photographs: a scene of plain shapes that says 示例图片 in large letters. Another
//! number is another scene, which no fingerprint takes for this one.

use super::Unfit;
use image::{GrayImage, ImageFormat, Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// The words, light on dark (`demo/make_examples.py` draws them).
const MARK: &[u8] = include_bytes!("../../demo/example_mark.png");
const SIZE: (u16, u16) = (400, 300);
/// Height of the strip that carries the words.
const STRIP: u32 = 64;
const QUALITY: u8 = 70;
const FAULT: Rgb<u8> = Rgb([198, 40, 40]);
const REPAIRED: Rgb<u8> = Rgb([46, 125, 50]);

/// What a drawing stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    Fault,
    Repair,
}

/// A small JPEG of scene `number`.
pub fn example(number: u64, shows: Shows) -> Result<Vec<u8>, Unfit> {
    let mark = image::load_from_memory_with_format(MARK, ImageFormat::Png)
        .map_err(|error| Unfit::Unreadable(error.to_string()))?
        .into_luma8();
    let mut picture = scene(number);
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

/// Blocks of muted colours in many places and sizes: coarse enough to be told apart by, and clearly no photograph.
fn scene(number: u64) -> RgbImage {
    // Another constant than the dice's own step, with which the next scene would begin one throw later in this one.
    let mut dice = Dice(number.wrapping_mul(0xd134_2543_de82_ef95) | 1);
    let (width, height) = (u32::from(SIZE.0), u32::from(SIZE.1));
    let mut picture = RgbImage::from_pixel(width, height, dice.colour());
    for _ in 0..28 {
        let (across, down) = (24 + dice.below(110), 18 + dice.below(90));
        let (left, top) = (dice.below(width), dice.below(height));
        fill(&mut picture, (left, top), (across, down), dice.colour());
    }
    picture
}

fn strip(picture: &mut RgbImage, mark: &GrayImage, colour: Rgb<u8>) {
    let width = picture.width();
    fill(picture, (0, 0), (width, STRIP), colour);
    let (left, top) = ((width - mark.width()) / 2, (STRIP - mark.height()) / 2);
    for (x, y, light) in mark.enumerate_pixels() {
        if light.0[0] > 127 {
            picture.put_pixel(left + x, top + y, Rgb([255, 255, 255]));
        }
    }
}

/// A block, as far as it lies inside.
fn fill(picture: &mut RgbImage, (left, top): (u32, u32), (across, down): (u32, u32), colour: Rgb<u8>) {
    for y in top..(top + down).min(picture.height()) {
        for x in left..(left + across).min(picture.width()) {
            picture.put_pixel(x, y, colour);
        }
    }
}

/// Numbers that are the same each time for the same beginning.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u32) -> u32 {
        // SplitMix64: short, and even enough for blocks of colour.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((mixed ^ (mixed >> 31)) % u64::from(end.max(1))).unwrap_or(0)
    }

    fn colour(&mut self) -> Rgb<u8> {
        let mut tone = || u8::try_from(40 + self.below(190)).unwrap_or(128);
        Rgb([tone(), tone(), tone()])
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
    fn no_two_scenes_look_alike_and_all_are_small() {
        let prints: Vec<_> = (0..60)
            .map(|number| {
                let shows = if number % 2 == 0 { Shows::Fault } else { Shows::Repair };
                let bytes = example(number, shows).unwrap();
                assert!(bytes.len() < 24 * 1024, "{} bytes", bytes.len());
                print(&bytes)
            })
            .collect();
        for (at, one) in prints.iter().enumerate() {
            assert!(!one.is_blank());
            for other in &prints[..at] {
                // More than the county's usual bits for "look at the pair".
                assert!(one.distance(other).0 > 64, "{}", one.distance(other).0);
            }
        }
    }

    #[test]
    fn every_drawing_says_that_it_is_an_example() {
        let mark = image::load_from_memory(MARK).unwrap().into_luma8();
        let white = |picture: &RgbImage| {
            picture.pixels().take(400 * 64).filter(|pixel| pixel.0.iter().all(|tone| *tone > 200)).count()
        };
        let bytes = example(7, Shows::Repair).unwrap();
        let words = mark.pixels().filter(|light| light.0[0] > 127).count();
        assert!(words > 500, "the words are there: {words}");
        let shown = white(&image::load_from_memory(&bytes).unwrap().into_rgb8());
        assert!(shown * 10 > words * 6, "{shown} of {words}");
    }
}
