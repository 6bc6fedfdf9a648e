//! Odd, broken and hostile picture files, made here, each with what the server says of it. A new finding gets a row.

use image::codecs::png::PngEncoder;
use image::{
    DynamicImage, ExtendedColorType, ImageEncoder as _, ImageFormat, Luma, LumaA, Rgb, RgbImage, Rgba,
};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::photo::Noise;

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Copies are made of it.
    Shown { size: (u32, u32), damaged: bool },
    /// It is kept without copies, under this flag.
    Kept(&'static str),
}

/// One file of the corpus.
#[derive(Debug, Clone)]
pub struct Case {
    pub name: &'static str,
    pub bytes: Vec<u8>,
    pub expected: Expected,
}

const SIZE: (u32, u32) = (96, 64);
const WHOLE: Expected = Expected::Shown { size: SIZE, damaged: false };
const DAMAGED: Expected = Expected::Shown { size: SIZE, damaged: true };
const UNREADABLE: Expected = Expected::Kept("damaged_file");
const UNUSUAL: Expected = Expected::Kept("unusual_size");
const NO_PHOTO: Expected = Expected::Kept("not_a_photo");
const TOO_HEAVY: Expected = Expected::Kept("not_opened");
const NO_PREVIEW: Expected = Expected::Kept("no_preview");

/// All of them.
pub fn cases() -> Vec<Case> {
    let mut cases = no_photos();
    cases.extend(cut());
    cases.extend(bombs());
    cases.extend(unusual_coding());
    cases.extend(two_in_one());
    cases
}

fn case(name: &'static str, bytes: impl Into<Vec<u8>>, expected: Expected) -> Case {
    Case { name, bytes: bytes.into(), expected }
}

fn no_photos() -> Vec<Case> {
    let gif = b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
    vec![
        case("one byte", [0xFF], NO_PHOTO),
        case("the start of a JPEG and nothing else", [0xFF, 0xD8], NO_PHOTO),
        case("text", "照片", NO_PHOTO),
        case("a page", "<!DOCTYPE html><script>alert(1)</script>", NO_PHOTO),
        case(
            "a drawing that can run scripts",
            "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            NO_PHOTO,
        ),
        case("a document", "%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj", NO_PHOTO),
        case("an animated GIF named jpg", gif, NO_PHOTO),
        case("a film", b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2\0\0\0\x08vide", NO_PHOTO),
        case("an AVIF", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", NO_PHOTO),
        case("a BMP", b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", NO_PHOTO),
        case("an archive", b"PK\x03\x04\x14\0\0\0\0\0", NO_PHOTO),
        case("a program", b"\x7fELF\x02\x01\x01\0", NO_PHOTO),
    ]
}

fn cut() -> Vec<Case> {
    let (plain, progressive) = (jpeg(SIZE, false), jpeg(SIZE, true));
    let half = |bytes: &[u8]| bytes[..bytes.len() / 2].to_vec();
    let (png, webp) =
        (written(noise(SIZE).into(), ImageFormat::Png), written(noise(SIZE).into(), ImageFormat::WebP));
    let mut no_end = plain.clone();
    no_end.truncate(plain.len() - 2);
    let mut garbage = plain.clone();
    let middle = garbage.len() * 3 / 4;
    garbage[middle..middle + 40].fill(0xFF);
    vec![
        case("a JPEG cut in half", half(&plain), DAMAGED),
        case("a progressive JPEG cut in half", half(&progressive), DAMAGED),
        case("a JPEG cut in its header", &plain[..100], UNREADABLE),
        case("a JPEG cut before its pixels", &plain[..position(&plain, 0xDA)], UNREADABLE),
        case("a JPEG without its end marker", no_end, WHOLE),
        case("a JPEG with a hole in its pixels", garbage, DAMAGED),
        case("a PNG cut in half", half(&png), UNREADABLE),
        case("a PNG cut in its header", &png[..20], UNREADABLE),
        case("a PNG with one flipped bit", flipped(&png, png.len() / 2), UNREADABLE),
        case("a WebP cut in half", half(&webp), UNREADABLE),
        case("a WebP cut in its header", &webp[..16], UNREADABLE),
        case(
            "zeros behind the start of a JPEG",
            [&[0xFF, 0xD8, 0xFF, 0xE0][..], &[0; 500]].concat(),
            UNREADABLE,
        ),
    ]
}

fn bombs() -> Vec<Case> {
    let (plain, progressive) = (jpeg((64, 64), false), jpeg((64, 64), true));
    let png = written(noise((64, 64)).into(), ImageFormat::Png);
    let ispe = |width: u32, height: u32| {
        let box_ = [&20_u32.to_be_bytes()[..], b"ispe\0\0\0\0", &width.to_be_bytes(), &height.to_be_bytes()];
        [&b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..], &box_.concat()].concat()
    };
    vec![
        case("a JPEG that claims 65,500 x 65,500", claiming(&plain, 65_500, 65_500), UNUSUAL),
        case(
            "a progressive JPEG that claims 11,000 x 11,000",
            claiming(&progressive, 11_000, 11_000),
            UNUSUAL,
        ),
        case("a progressive JPEG that claims 8,000 x 5,000", claiming(&progressive, 8_000, 5_000), UNUSUAL),
        case("a JPEG with 200 scans", many_scans(&progressive, 200), TOO_HEAVY),
        case("a JPEG with 60,000 empty scans", many_empty_scans(&progressive, 60_000), TOO_HEAVY),
        case("a PNG that claims 30,000 x 30,000", png_claiming(&png, 30_000, 30_000), UNUSUAL),
        case("a PNG that claims 11,000 x 11,000", png_claiming(&png, 11_000, 11_000), UNUSUAL),
        case("a PNG that claims 4,000,000,000 x 1", png_claiming(&png, 4_000_000_000, 1), UNREADABLE),
        case("a PNG of no width", png_claiming(&png, 0, 64), UNREADABLE),
        case("a PNG with 8 MB of zeros for a colour profile", profile_bomb(), WHOLE),
        case(
            "a 16-bit PNG that claims 6,000 x 6,000",
            png_claiming(&sixteen_bit(true), 6_000, 6_000),
            UNUSUAL,
        ),
        case("a WebP that claims 16,384 x 16,384", animated(16_384, 16_384), UNUSUAL),
        case("a HEIC that claims 60,000 x 60,000", ispe(60_000, 60_000), UNUSUAL),
        case("the head of a HEIC", ispe(4_032, 3_024), NO_PREVIEW),
        case("a JPEG of 65,500 x 1", jpeg((65_500, 1), false), UNUSUAL),
        case("a JPEG one pixel high", jpeg((400, 1), false), UNUSUAL),
        case("a PNG one pixel wide", written(noise((1, 400)).into(), ImageFormat::Png), UNUSUAL),
        case("an EXIF directory that follows itself", with_exif(b"II*\0\x08\0\0\0\0\0\x08\0\0\0"), WHOLE),
        case(
            "an EXIF value that claims 4 GB",
            with_exif(b"II*\0\x08\0\0\0\x01\0\x0F\x01\x02\0\xff\xff\xff\xff\x08\0\0\0\0\0\0\0"),
            WHOLE,
        ),
    ]
}

fn unusual_coding() -> Vec<Case> {
    let mut arithmetic = jpeg(SIZE, false);
    let frame = position(&arithmetic, 0xC0);
    arithmetic[frame + 1] = 0xC9;
    let mut twelve_bit = jpeg(SIZE, false);
    twelve_bit[frame + 4] = 12;
    let transparent = image::RgbaImage::from_fn(SIZE.0, SIZE.1, |x, _| Rgba([200, 20, 20, x as u8]));
    let deep_grey =
        image::ImageBuffer::from_fn(SIZE.0, SIZE.1, |x, y| LumaA([(x * 600) as u16, (y * 900) as u16]));
    let grey = image::GrayImage::from_fn(SIZE.0, SIZE.1, |x, y| Luma([(x + y) as u8]));
    vec![
        case("a CMYK JPEG", coded(ColorType::Cmyk, 4), WHOLE),
        case("a grey JPEG", coded(ColorType::Luma, 1), WHOLE),
        case("a progressive JPEG", jpeg(SIZE, true), WHOLE),
        case(
            "the smallest JPEG that is shown",
            jpeg((16, 16), false),
            Expected::Shown { size: (16, 16), damaged: false },
        ),
        case("a JPEG with arithmetic coding", arithmetic, UNREADABLE),
        case("a JPEG of twelve bits", twelve_bit, UNREADABLE),
        case("a 16-bit PNG", sixteen_bit(false), WHOLE),
        case("a 16-bit PNG with transparency", sixteen_bit(true), WHOLE),
        case(
            "a 16-bit grey PNG with transparency",
            written(DynamicImage::ImageLumaA16(deep_grey), ImageFormat::Png),
            WHOLE,
        ),
        case("a grey PNG", written(grey.into(), ImageFormat::Png), WHOLE),
        case("a transparent PNG", written(transparent.into(), ImageFormat::Png), WHOLE),
        case("an animated WebP", animated(SIZE.0, SIZE.1), WHOLE),
        case("a WebP", written(noise(SIZE).into(), ImageFormat::WebP), WHOLE),
    ]
}

fn two_in_one() -> Vec<Case> {
    let (plain, png) = (jpeg(SIZE, false), written(noise(SIZE).into(), ImageFormat::Png));
    let page = &b"<!DOCTYPE html><script>alert(1)</script>"[..];
    let archive = &b"PK\x03\x04\x14\0\0\0\0\0archive"[..];
    vec![
        case("a JPEG with an archive behind it", [&plain[..], archive].concat(), WHOLE),
        case("a JPEG with a page in a comment", crate::photo::stamp(&plain, page), WHOLE),
        case("a JPEG with a second JPEG behind it", [&plain[..], &jpeg((640, 480), false)].concat(), WHOLE),
        case("a PNG with a page behind it", [&png[..], page].concat(), WHOLE),
        case("a PNG that is a page", [&b"\x89PNG\r\n\x1a\n"[..], page].concat(), UNREADABLE),
        case("a JPEG that is a page", [&[0xFF, 0xD8, 0xFF][..], page].concat(), UNREADABLE),
        case("a GIF with a JPEG behind it", [&b"GIF89a"[..], &plain].concat(), NO_PHOTO),
        case("a page with a JPEG behind it", [page, &plain].concat(), NO_PHOTO),
        case("a JPEG with a second, larger header", second_header(&plain), UNREADABLE),
    ]
}

/// Texture, so that a missing part is seen.
fn noise((width, height): (u32, u32)) -> RgbImage {
    let mut noise = Noise::new(u64::from(width) << 32 | u64::from(height));
    let mut next = || noise.next().unwrap_or_default();
    RgbImage::from_fn(width, height, |_, _| Rgb([next(), next(), next()]))
}

fn jpeg(size: (u32, u32), progressive: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 85);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_progressive(progressive);
    let (width, height) = (size.0 as u16, size.1 as u16);
    encoder.encode(noise(size).as_raw(), width, height, ColorType::Rgb).expect("encode a JPEG");
    out
}

fn coded(colours: ColorType, channels: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let (width, height) = (SIZE.0 as u16, SIZE.1 as u16);
    let pixels: Vec<u8> = Noise::new(7).take(usize::from(width) * usize::from(height) * channels).collect();
    Encoder::new(&mut out, 85).encode(&pixels, width, height, colours).expect("encode a JPEG");
    out
}

fn with_exif(tiff: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 85);
    encoder.add_exif_metadata(tiff).expect("a short block");
    encoder
        .encode(noise(SIZE).as_raw(), SIZE.0 as u16, SIZE.1 as u16, ColorType::Rgb)
        .expect("encode a JPEG");
    out
}

fn written(picture: DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut out, format).expect("encode");
    out.into_inner()
}

fn sixteen_bit(transparent: bool) -> Vec<u8> {
    let value = |x: u32, y: u32| ((x * 613 + y * 977) % 65_536) as u16;
    let picture = if transparent {
        let pixel = |x, y| Rgba([value(x, y), value(y, x), 9_000, 60_000]);
        DynamicImage::ImageRgba16(image::ImageBuffer::from_fn(SIZE.0, SIZE.1, pixel))
    } else {
        let pixel = |x, y| Rgb([value(x, y), value(y, x), 9_000]);
        DynamicImage::ImageRgb16(image::ImageBuffer::from_fn(SIZE.0, SIZE.1, pixel))
    };
    written(picture, ImageFormat::Png)
}

fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] ^= 0x10;
    bytes
}

/// Where a marker stands first.
fn position(jpeg: &[u8], marker: u8) -> usize {
    jpeg.windows(2).position(|pair| pair == [0xFF, marker]).expect("the marker")
}

/// Rewrites the size in the header of a JPEG.
fn claiming(jpeg: &[u8], width: u16, height: u16) -> Vec<u8> {
    let mut jpeg = jpeg.to_vec();
    let at = jpeg.windows(2).position(|pair| matches!(pair, [0xFF, 0xC0 | 0xC2])).expect("a frame");
    jpeg[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
    jpeg[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
    jpeg
}

fn many_scans(progressive: &[u8], count: usize) -> Vec<u8> {
    let last = progressive.windows(2).rposition(|pair| pair == [0xFF, 0xDA]).expect("a scan");
    let scan = &progressive[last..progressive.len() - 2];
    [&progressive[..last], &scan.repeat(count), &[0xFF, 0xD9]].concat()
}

/// Scans of a header only: many in a few kilobytes.
fn many_empty_scans(progressive: &[u8], count: usize) -> Vec<u8> {
    let last = progressive.windows(2).rposition(|pair| pair == [0xFF, 0xDA]).expect("a scan");
    let length = usize::from(u16::from_be_bytes([progressive[last + 2], progressive[last + 3]])) + 2;
    let header = &progressive[last..last + length];
    [&progressive[..last], &header.repeat(count), &[0xFF, 0xD9]].concat()
}

fn second_header(jpeg: &[u8]) -> Vec<u8> {
    let at = position(jpeg, 0xC0);
    let length = usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]])) + 2;
    let second = claiming(&jpeg[at..at + length], 12_000, 12_000);
    [&jpeg[..at + length], &second, &jpeg[at + length..]].concat()
}

/// Rewrites the size in the header of a PNG, with a checksum that is right.
fn png_claiming(png: &[u8], width: u32, height: u32) -> Vec<u8> {
    let mut png = png.to_vec();
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    png
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xEDB8_8320 & (sum & 1).wrapping_neg()))
    })
}

fn profile_bomb() -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = PngEncoder::new(&mut out);
    encoder.set_icc_profile(vec![0; 8 << 20]).expect("PNG holds profiles");
    encoder.write_image(noise(SIZE).as_raw(), SIZE.0, SIZE.1, ExtendedColorType::Rgb8).expect("encode");
    out
}

/// Two frames on a canvas of this size.
fn animated(width: u32, height: u32) -> Vec<u8> {
    let three = |number: u32| number.to_le_bytes()[..3].to_vec();
    let chunk = |name: &[u8; 4], body: &[u8]| {
        let pad = vec![0; body.len() % 2];
        [&name[..], &(body.len() as u32).to_le_bytes(), body, &pad].concat()
    };
    let frame = |picture: RgbImage| {
        // Behind "RIFF", a length and "WEBP" stands the one chunk of a still picture.
        let still = written(picture.into(), ImageFormat::WebP)[12..].to_vec();
        let head = [three(0), three(0), three(SIZE.0 - 1), three(SIZE.1 - 1), three(100), vec![0]].concat();
        chunk(b"ANMF", &[head, still].concat())
    };
    let canvas = [vec![2, 0, 0, 0], three(width - 1), three(height - 1)].concat();
    let second = RgbImage::from_pixel(SIZE.0, SIZE.1, Rgb([10, 200, 10]));
    let body = [
        b"WEBP".to_vec(),
        chunk(b"VP8X", &canvas),
        chunk(b"ANIM", &[0; 6]),
        frame(noise(SIZE)),
        frame(second),
    ]
    .concat();
    [&b"RIFF"[..], &(body.len() as u32).to_le_bytes(), &body].concat()
}
