//! Pictures made here, good and bad, through the whole path. Corners tell whether a picture stands upright.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb as Pixel, RgbImage, Rgba, RgbaImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use proptest::prelude::*;

use super::{Copies, DISPLAY_SIDE, MAX_SIDE, Photo, THUMB_SIDE, Unfit, sniff};
use crate::domain::field::{flag::FlagCode, media::PhotoKind};

const RED: [u8; 3] = [220, 30, 30];
const GREEN: [u8; 3] = [30, 200, 30];
const BLUE: [u8; 3] = [30, 30, 220];
const WHITE: [u8; 3] = [245, 245, 245];

/// Quarters: red top left, green top right, blue bottom left, white bottom right.
fn quarters(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        Pixel(match (x < width / 2, y < height / 2) {
            (true, true) => RED,
            (false, true) => GREEN,
            (true, false) => BLUE,
            (false, false) => WHITE,
        })
    })
}

/// Texture, so that cutting the file in half loses real pixels.
fn noise(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let mix = x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503).rotate_left(7);
        let [a, b, c, _] = mix.to_le_bytes();
        Pixel([a, b, c])
    })
}

struct Made {
    progressive: bool,
    orientation: Option<u16>,
}

const PLAIN: Made = Made { progressive: false, orientation: None };

fn jpeg(picture: &RgbImage, made: &Made) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 90);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_progressive(made.progressive);
    if let Some(number) = made.orientation {
        encoder.add_exif_metadata(&exif_block(number)).unwrap();
    }
    let (width, height) = (picture.width().try_into().unwrap(), picture.height().try_into().unwrap());
    encoder.encode(picture.as_raw(), width, height, ColorType::Rgb).unwrap();
    out
}

/// Little-endian TIFF: orientation, then a maker name that must not survive.
fn exif_block(orientation: u16) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
    tiff.extend_from_slice(&[0x0F, 0x01, 2, 0, 13, 0, 0, 0, 38, 0, 0, 0]);
    tiff.extend_from_slice(&[0x12, 0x01, 3, 0, 1, 0, 0, 0]);
    tiff.extend_from_slice(&orientation.to_le_bytes());
    tiff.extend_from_slice(&[0, 0, 0, 0, 0, 0]);
    tiff.extend_from_slice(b"PRIVATE-MAKER\0");
    tiff
}

fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, format).unwrap();
    out.into_inner()
}

fn copies(bytes: &[u8]) -> Result<Copies, Unfit> {
    Photo::open(bytes)?.copies()
}

fn read(jpeg: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).unwrap().into_rgb8()
}

fn near(pixel: Pixel<u8>, colour: [u8; 3]) -> bool {
    pixel.0.iter().zip(colour).all(|(a, b)| a.abs_diff(b) < 40)
}

fn assert_upright(jpeg: &[u8]) {
    let picture = read(jpeg);
    let (w, h) = picture.dimensions();
    for (x, y, colour) in [
        (w / 4, h / 4, RED),
        (w * 3 / 4, h / 4, GREEN),
        (w / 4, h * 3 / 4, BLUE),
        (w * 3 / 4, h * 3 / 4, WHITE),
    ] {
        assert!(
            near(*picture.get_pixel(x, y), colour),
            "({x}, {y}) is {:?}, wanted {colour:?}",
            picture.get_pixel(x, y)
        );
    }
}

#[test]
fn a_large_photo_becomes_a_display_copy_and_a_thumbnail() {
    let made = copies(&jpeg(&quarters(3000, 2000), &PLAIN)).unwrap();
    assert_eq!(read(&made.display).dimensions(), (DISPLAY_SIDE, 1067));
    assert_eq!(read(&made.thumb).dimensions(), (THUMB_SIDE, 213));
    assert_eq!(made.upright, (3000, 2000));
    assert!(!made.damaged);
    assert_upright(&made.display);
    assert_upright(&made.thumb);
}

#[test]
fn a_small_photo_is_never_enlarged() {
    let made = copies(&jpeg(&quarters(200, 120), &PLAIN)).unwrap();
    assert_eq!(read(&made.display).dimensions(), (200, 120));
    assert_eq!(read(&made.thumb).dimensions(), (200, 120));
}

#[test]
fn all_eight_orientations_come_out_upright() {
    use image::imageops::{flip_horizontal, rotate90, rotate180, rotate270};
    let upright = quarters(640, 400);
    // What a camera stores for each number: the inverse of what the viewer does.
    let stored = [
        upright.clone(),
        flip_horizontal(&upright),
        rotate180(&upright),
        flip_horizontal(&rotate180(&upright)),
        flip_horizontal(&rotate90(&upright)),
        rotate270(&upright),
        flip_horizontal(&rotate270(&upright)),
        rotate90(&upright),
    ];
    for (number, picture) in (1..).zip(stored) {
        let made = copies(&jpeg(&picture, &Made { progressive: false, orientation: Some(number) })).unwrap();
        assert_eq!(made.upright, (640, 400), "orientation {number}");
        assert_eq!(read(&made.display).dimensions(), (640, 400), "orientation {number}");
        assert_upright(&made.display);
        assert_upright(&made.thumb);
    }
}

#[test]
fn nonsense_orientations_mean_upright() {
    for number in [0, 9, u16::MAX] {
        assert_upright(
            &copies(&jpeg(&quarters(64, 64), &Made { progressive: false, orientation: Some(number) }))
                .unwrap()
                .display,
        );
    }
}

#[test]
fn nothing_private_survives() {
    let source = jpeg(&quarters(400, 300), &Made { progressive: false, orientation: Some(1) });
    let holds = |bytes: &[u8], word: &[u8]| bytes.windows(word.len()).any(|part| part == word);
    assert!(holds(&source, b"PRIVATE-MAKER"), "the source must carry what is looked for");
    let made = copies(&source).unwrap();
    for copy in [&made.display, &made.thumb] {
        assert!(!holds(copy, b"PRIVATE-MAKER") && !holds(copy, b"Exif"));
    }
}

#[test]
fn progressive_grey_and_cmyk_jpegs_open() {
    let progressive = jpeg(&quarters(500, 400), &Made { progressive: true, orientation: None });
    assert_upright(&copies(&progressive).unwrap().display);

    let mut grey = Vec::new();
    Encoder::new(&mut grey, 90).encode(&vec![128; 100 * 80], 100, 80, ColorType::Luma).unwrap();
    assert!(near(*read(&copies(&grey).unwrap().display).get_pixel(50, 40), [128; 3]));

    let mut cmyk = Vec::new();
    Encoder::new(&mut cmyk, 90).encode(&vec![128; 100 * 80 * 4], 100, 80, ColorType::Cmyk).unwrap();
    assert_eq!(copies(&cmyk).unwrap().upright, (100, 80));
}

#[test]
fn a_jpeg_cut_in_half_is_kept_and_called_damaged() {
    for progressive in [false, true] {
        let whole = jpeg(&noise(800, 600), &Made { progressive, orientation: None });
        assert!(!copies(&whole).unwrap().damaged, "progressive {progressive}");
        let made = copies(&whole[..whole.len() / 2]).unwrap();
        assert!(made.damaged, "progressive {progressive}");
        assert_eq!(made.upright, (800, 600));
    }
}

#[test]
fn a_jpeg_cut_in_its_header_is_unreadable() {
    let whole = jpeg(&quarters(100, 100), &PLAIN);
    for length in [3, 20, 100] {
        let error = copies(&whole[..length]).unwrap_err();
        assert_eq!(error.flag(), FlagCode::DamagedFile, "{length} bytes");
    }
}

#[test]
fn transparent_png_is_laid_on_white() {
    let mut picture = RgbaImage::from_pixel(100, 60, Rgba([0, 0, 0, 0]));
    for x in 0..50 {
        for y in 0..60 {
            picture.put_pixel(x, y, Rgba([220, 30, 30, 255]));
        }
    }
    let shown = read(&copies(&written(&picture.into(), ImageFormat::Png)).unwrap().display);
    assert!(near(*shown.get_pixel(20, 30), RED));
    assert!(near(*shown.get_pixel(80, 30), [255; 3]));
}

#[test]
fn png_and_webp_open_and_cut_ones_do_not() {
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let whole = written(&quarters(640, 480).into(), format);
        assert_upright(&copies(&whole).unwrap().display);
        let noisy = written(&noise(300, 300).into(), format);
        assert_eq!(copies(&noisy[..noisy.len() / 2]).unwrap_err().flag(), FlagCode::DamagedFile);
    }
}

#[test]
fn too_small_too_long_and_too_many_pixels_are_not_opened() {
    for (width, height) in [(15, 400), (400, 15), (1, 1), (MAX_SIDE + 1, 16)] {
        let picture = written(&RgbImage::new(width, height).into(), ImageFormat::Png);
        assert_eq!(Photo::open(&picture).unwrap_err(), Unfit::UnusualSize { width, height });
    }
}

/// Rewrites the size in the first start-of-frame of a JPEG.
fn claiming(mut jpeg: Vec<u8>, width: u16, height: u16) -> Vec<u8> {
    let at = jpeg.windows(2).position(|pair| matches!(pair, [0xFF, 0xC0 | 0xC2])).unwrap();
    jpeg[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
    jpeg[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
    jpeg
}

#[test]
fn a_header_that_claims_a_huge_picture_is_a_bomb() {
    let small = jpeg(&quarters(64, 64), &PLAIN);
    for (width, height) in [(65_500, 65_500), (11_000, 11_000), (65_500, 16), (12_001, 100)] {
        let bomb = claiming(small.clone(), width, height);
        let error = Photo::open(&bomb).unwrap_err();
        assert_eq!(error, Unfit::UnusualSize { width: width.into(), height: height.into() });
    }
    // Forty megapixels pass as a plain JPEG and not as a progressive one.
    assert!(Photo::open(&claiming(small, 8000, 5000)).is_ok());
    let progressive = jpeg(&quarters(64, 64), &Made { progressive: true, orientation: None });
    assert!(Photo::open(&claiming(progressive, 8000, 5000)).is_err());
}

#[test]
fn a_second_header_cannot_smuggle_a_larger_size_past_the_gate() {
    let small = jpeg(&quarters(64, 64), &PLAIN);
    let at = small.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    let length = usize::from(u16::from_be_bytes([small[at + 2], small[at + 3]])) + 2;
    let mut second = small[at..at + length].to_vec();
    second[5..7].copy_from_slice(&12_000_u16.to_be_bytes());
    second[7..9].copy_from_slice(&12_000_u16.to_be_bytes());
    let smuggled = [&small[..at + length], &second, &small[at + length..]].concat();
    let made = copies(&smuggled);
    assert!(made.is_err() || made.is_ok_and(|copies| copies.upright == (64, 64)));
}

#[test]
fn pages_drawings_films_and_text_are_no_photos() {
    let film = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2";
    let avif = b"\0\0\0\x1cftypavif\0\0\0\0avifmif1";
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
    let all: [&[u8]; 9] = [
        svg,
        b"<!DOCTYPE html><script>",
        b"",
        b"\xFF\xD8",
        b"GIF89a",
        b"%PDF-1.7",
        film,
        avif,
        b"RIFF\0\0\0\0WAVE",
    ];
    for bytes in all {
        assert_eq!(sniff(bytes), None, "{bytes:?}");
        assert_eq!(Photo::open(bytes).unwrap_err(), Unfit::NotAPhoto);
    }
    assert_eq!(sniff(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"), Some(PhotoKind::Heic));
    assert_eq!(Photo::open(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic").unwrap_err().flag(), FlagCode::NoPreview);
}

#[test]
fn working_memory_is_estimated_from_the_header() {
    let plain = claiming(jpeg(&quarters(64, 64), &PLAIN), 4000, 3000);
    let estimate = Photo::open(&plain).unwrap().working_bytes();
    assert!((36_000_000..80_000_000).contains(&estimate), "{estimate}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn broken_bytes_never_panic(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12), cut in any::<prop::sample::Index>(), which in 0_usize..4) {
        let picture = quarters(48, 32);
        let mut bytes = match which {
            0 => jpeg(&picture, &Made { progressive: false, orientation: Some(6) }),
            1 => jpeg(&picture, &Made { progressive: true, orientation: Some(6) }),
            2 => written(&picture.into(), ImageFormat::Png),
            _ => written(&picture.into(), ImageFormat::WebP),
        };
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Ok(made) = copies(&bytes[..=cut.index(bytes.len())]) {
            prop_assert!(image::load_from_memory_with_format(&made.thumb, ImageFormat::Jpeg).is_ok());
        }
    }
}
