//! Wide-gamut pictures made here: what a person sees of the copies is what the camera meant, and no profile costs a picture.

use std::io::Cursor;

use image::codecs::{png::PngEncoder, webp::WebPEncoder};
use image::{ExtendedColorType, ImageEncoder, ImageFormat, RgbImage};
use jpeg_encoder::{ColorType, Encoder};
use moxcms::ColorProfile;

use super::colour::MAX_PROFILE;
use super::{Copies, Photo};
use crate::domain::{evidence::rules::EvidenceRules, field::media::PhotoKind};

/// Colours of a Display P3 camera: pure sRGB red, green and blue as it writes them, foliage, skin, grey, and the strongest red it knows.
const CAMERA: [[u8; 3]; 8] = [
    [234, 51, 35],
    [117, 251, 76],
    [0, 0, 245],
    [90, 140, 60],
    [220, 170, 150],
    [128, 128, 128],
    [255, 0, 0],
    [200, 100, 50],
];
const PATCH: u32 = 64;

fn patches(colours: &[[u8; 3]]) -> RgbImage {
    let width = PATCH * u32::try_from(colours.len()).unwrap();
    RgbImage::from_fn(width, PATCH, |x, _| image::Rgb(colours[(x / PATCH) as usize]))
}

/// What Display P3 means in sRGB, by the published matrix: an answer that does not come from the library that is tested.
fn meant([r, g, b]: [u8; 3]) -> [u8; 3] {
    let linear = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let (r, g, b) = (linear(r), linear(g), linear(b));
    let rows = [
        1.224_940_2 * r - 0.224_940_2 * g,
        -0.042_056_9 * r + 1.042_056_9 * g,
        -0.019_637_6 * r - 0.078_636_1 * g + 1.098_273_5 * b,
    ];
    rows.map(|value| {
        let value = value.clamp(0.0, 1.0);
        let shown = if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
        let byte = (shown * 255.0).round() as u8;
        byte
    })
}

fn jpeg(picture: &RgbImage, profile: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 98);
    encoder.add_icc_profile(profile).unwrap();
    let (width, height) = (picture.width().try_into().unwrap(), picture.height().try_into().unwrap());
    encoder.encode(picture.as_raw(), width, height, ColorType::Rgb).unwrap();
    out
}

fn lossless(picture: &RgbImage, profile: &[u8], kind: PhotoKind) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let (width, height) = picture.dimensions();
    if kind == PhotoKind::Png {
        let mut encoder = PngEncoder::new(&mut out);
        encoder.set_icc_profile(profile.to_vec()).unwrap();
        encoder.write_image(picture, width, height, ExtendedColorType::Rgb8).unwrap();
    } else {
        let mut encoder = WebPEncoder::new_lossless(&mut out);
        encoder.set_icc_profile(profile.to_vec()).unwrap();
        encoder.write_image(picture, width, height, ExtendedColorType::Rgb8).unwrap();
    }
    out.into_inner()
}

fn file(picture: &RgbImage, profile: &[u8], kind: PhotoKind) -> Vec<u8> {
    if kind == PhotoKind::Jpeg { jpeg(picture, profile) } else { lossless(picture, profile, kind) }
}

const KINDS: [PhotoKind; 3] = [PhotoKind::Jpeg, PhotoKind::Png, PhotoKind::Webp];

fn copies(bytes: &[u8]) -> Copies {
    Photo::open(bytes).unwrap().copies().unwrap()
}

fn shown(jpeg: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).unwrap().into_rgb8()
}

/// The patches of both copies against the colours wanted; a JPEG of quality 80 moves an even patch by a few steps.
fn assert_shows(made: &Copies, wanted: &[[u8; 3]]) {
    for copy in [&made.display, &made.thumb] {
        let picture = shown(copy);
        let patch = picture.width() / u32::try_from(wanted.len()).unwrap();
        for (at, colour) in (0..).zip(wanted) {
            let seen = picture.get_pixel(at * patch + patch / 2, picture.height() / 2).0;
            let far = seen.iter().zip(colour).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
            assert!(far <= 6, "patch {at} of {} pixels: {seen:?}, wanted {colour:?}", picture.width());
        }
    }
}

#[test]
fn display_p3_comes_out_as_a_plain_screen_shows_it() {
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    let wanted = CAMERA.map(meant);
    assert!(wanted[0][0] >= 254 && wanted[0][1] <= 2 && wanted[0][2] <= 2, "{:?}", wanted[0]);
    for kind in KINDS {
        let made = copies(&file(&patches(&CAMERA), &profile, kind));
        assert_shows(&made, &wanted);
        // The copies say nothing of profiles themselves.
        for copy in [&made.display, &made.thumb] {
            assert!(!copy.windows(11).any(|part| part == b"ICC_PROFILE"), "{kind:?}");
        }
    }
}

#[test]
fn a_large_one_is_converted_after_shrinking() {
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    let large = image::imageops::resize(&patches(&CAMERA), 4096, 512, image::imageops::FilterType::Nearest);
    assert_shows(&copies(&jpeg(&large, &profile)), &CAMERA.map(meant));
}

#[test]
fn srgb_under_any_name_changes_nothing() {
    let plain = patches(&CAMERA);
    let profile = ColorProfile::new_srgb().encode().unwrap();
    for kind in [PhotoKind::Png, PhotoKind::Webp] {
        let tagged = copies(&file(&plain, &profile, kind));
        let untagged = copies(&file(&plain, b"none", kind));
        assert_eq!(tagged.display, untagged.display, "{kind:?}");
    }
}

#[test]
fn a_broken_profile_gives_the_plain_picture() {
    let good = ColorProfile::new_display_p3().encode().unwrap();
    let grey = ColorProfile::new_gray_with_gamma(2.2).encode().unwrap();
    let huge = [good.as_slice(), &vec![0; MAX_PROFILE]].concat();
    let mut count = good.clone();
    count[128..132].fill(0xFF);
    let mut curves = good.clone();
    // Every tag points behind the end.
    for entry in curves[132..].chunks_exact_mut(12).take(9) {
        entry[4..8].fill(0x7F);
    }
    let broken: [&[u8]; 7] = [b"x", &good[..100], &good[..good.len() / 2], &grey, &huge, &count, &curves];
    for kind in KINDS {
        for (at, profile) in broken.iter().enumerate() {
            let made = copies(&file(&patches(&CAMERA), profile, kind));
            assert!(!made.damaged, "{kind:?}, profile {at}");
            assert_shows(&made, &CAMERA);
        }
    }
}

#[test]
fn any_single_damage_to_a_profile_costs_no_picture() {
    let good = ColorProfile::new_display_p3().encode().unwrap();
    let plain = patches(&CAMERA[..2]);
    for at in (0..good.len()).step_by(3) {
        for value in [0x7F, 0xFF] {
            let mut profile = good.clone();
            profile[at] = value;
            assert_eq!(copies(&lossless(&plain, &profile, PhotoKind::Png)).upright, (2 * PATCH, PATCH));
        }
    }
}

#[test]
fn a_profile_that_unpacks_to_a_bomb_takes_no_memory() {
    // 200 MB of zeros in 200 KB, in the one chunk of a PNG that is unpacked before any pixel.
    let bomb = lossless(&patches(&CAMERA), &vec![0; 200 * 1024 * 1024], PhotoKind::Png);
    assert!(bomb.len() < 1024 * 1024, "{} bytes", bomb.len());
    assert_shows(&copies(&bomb), &CAMERA);
}

#[test]
fn a_webp_chunk_that_claims_gigabytes_takes_no_memory() {
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    let mut lying = lossless(&patches(&CAMERA), &profile, PhotoKind::Webp);
    let at = lying.windows(4).position(|four| four == b"ICCP").unwrap();
    lying[at + 4..at + 8].copy_from_slice(&0xFFFF_FFF0_u32.to_le_bytes());
    // The picture lies behind the lie, so it is lost; the program is not.
    assert!(Photo::open(&lying).and_then(|photo| photo.copies()).is_err());
}

#[test]
fn grey_and_four_coloured_pictures_are_left_alone() {
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    for (kind, channels) in [(ColorType::Luma, 1), (ColorType::Cmyk, 4)] {
        let with = |profile: Option<&[u8]>| {
            let mut out = Vec::new();
            let mut encoder = Encoder::new(&mut out, 95);
            if let Some(profile) = profile {
                encoder.add_icc_profile(profile).unwrap();
            }
            let pixels: Vec<u8> = (0..64 * 64 * channels).map(|at| u8::try_from(at % 251).unwrap()).collect();
            encoder.encode(&pixels, 64, 64, kind).unwrap();
            copies(&out).display
        };
        assert_eq!(with(Some(&profile)), with(None), "{channels} channels");
    }
}

#[test]
fn a_copy_that_lost_its_profile_is_still_recognised() {
    // Coarse patches under finer ones: the frequencies that a photograph has.
    let layer = |wide: u32, seed: u32| {
        let patches = RgbImage::from_fn(wide, wide * 3 / 4, |x, y| {
            let mixed = (x * 7919 + y * 104_729 + seed).wrapping_mul(2_654_435_761);
            let [_, a, b, c] = (mixed ^ (mixed >> 13)).wrapping_mul(0x5bd1_e995).to_le_bytes();
            image::Rgb([a, b, c])
        });
        image::imageops::resize(&patches, 320, 240, image::imageops::FilterType::CatmullRom)
    };
    let (coarse, middle, fine) = (layer(8, 1), layer(16, 2), layer(32, 3));
    let scene = RgbImage::from_fn(320, 240, |x, y| {
        let mix = |at: usize| {
            let parts = [(&coarse, 5), (&middle, 3), (&fine, 2)];
            let sum: u32 = parts.iter().map(|(p, part)| u32::from(p.get_pixel(x, y).0[at]) * part).sum();
            u8::try_from(sum / 10).unwrap()
        };
        image::Rgb([mix(0), mix(1), mix(2)])
    });
    let print = |bytes: &[u8]| copies(bytes).fingerprint.unwrap();
    let tagged = print(&jpeg(&scene, &ColorProfile::new_display_p3().encode().unwrap()));
    let stripped = print(&jpeg(&scene, b"none"));
    let bits = tagged.distance(&stripped).0;
    assert!(bits <= EvidenceRules::default().same_bits, "{bits} bits apart");
}
