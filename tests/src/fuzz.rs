//! What strangers' bytes are thrown at: one entry a parser, shared by the fuzzer (`tests/fuzz`) and by the seeded replay in the gate.
//!
//! An entry returns for any bytes whatever, and holds what it says of the answer.

use std::io::Cursor;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, ImageFormat, RgbImage};
use jpeg_encoder::{ColorType, Encoder};
use lalian::app::imports::material::Material;
use lalian::domain::field::media::{PhotoKind, Sha256};
use lalian::domain::places::bd09::SourceDatum;
use lalian::http::v1::uploads::{read_creation, read_piece};
use lalian::imaging::wire;
use lalian::imaging::{Copies, DISPLAY_SIDE, MAX_SIDE, MIN_SIDE, Photo, THUMB_SIDE, claim, sniff};
use lalian::reading::child;

use crate::photo::{Noise, scenery, stamp};

/// A parser with files that it likes.
pub struct Target {
    /// As the fuzzer's program is called.
    pub name: &'static str,
    /// Takes any bytes.
    pub entry: fn(&[u8]),
    /// Good beginnings.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All of them.
pub const TARGETS: [Target; 4] = [
    Target { name: "upload", entry: upload, seeds: upload_seeds },
    Target { name: "claim", entry: exif_claim, seeds: photo_seeds },
    Target { name: "decode", entry: decode, seeds: photo_seeds },
    Target { name: "workbook", entry: workbook, seeds: workbook_seeds },
];

/// Largest picture that an entry decodes, in bytes of work: a fuzzer shall try many files, not wait for large ones.
const MOST_WORK: u64 = 24 * 1024 * 1024 + 512 * 512 * 11;

/// The headers of a tus request, one `name: value` a line, as `POST` and as `PATCH` read them.
pub fn upload(bytes: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let name = HeaderName::from_bytes(&line[..colon]);
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    if let Ok((sha256, _length)) = read_creation(&headers) {
        assert_eq!(Sha256::parse(&sha256.to_string()), Some(sha256), "a hash reads as it is written");
    }
    if let Ok(piece) = read_piece(&headers)
        && let Some(checksum) = piece.checksum
    {
        let mut verifier = checksum.verifier();
        verifier.update(bytes);
        assert!(!verifier.matches(), "no text holds its own hash");
    }
}

/// What a file says of itself.
pub fn exif_claim(bytes: &[u8]) {
    let claim = claim(bytes);
    if let Some(camera) = claim.camera {
        assert!((1..=64).contains(&camera.chars().count()), "{camera:?}");
        assert!(!camera.chars().any(char::is_control), "{camera:?}");
    }
    if let Some(point) = claim.point {
        assert!(point.lat().abs() <= 90.0 && point.lon().abs() <= 180.0, "{point:?}");
    }
}

/// The copies of a photo, and of a drawing that lies over one.
pub fn decode(bytes: &[u8]) {
    let Ok(photo) = Photo::open(bytes) else { return };
    if photo.working_bytes() > MOST_WORK {
        return;
    }
    for made in [photo.copies(), photo.layer_copies()].into_iter().flatten() {
        hold(&made);
    }
}

/// What a reading child answers, and what the server makes of the answer.
pub fn workbook(bytes: &[u8]) {
    let mut order = Vec::new();
    for frame in [b"a file".as_slice(), bytes] {
        wire::write(&mut order, frame).expect("into memory");
    }
    let mut heard = Vec::new();
    child::serve(&mut &order[..], &mut heard).expect("it answers, whatever it was asked");
    let (mut from, mut answer) = (&heard[..], child::Answer::default());
    while let Some(frame) = wire::read(&mut from, child::ANSWER_MAX).expect("whole frames") {
        let Some(whole) = answer.take(frame).expect("words of ours") else { continue };
        match whole {
            // Rows or faults: either is an answer.
            Ok(pieces) => drop(Material::of(pieces, SourceDatum::Bd09)),
            Err(refusal) => assert!(!refusal.zh.is_empty() && !refusal.en.is_empty()),
        }
        return;
    }
    panic!("an answer has an end");
}

fn hold(made: &Copies) {
    let (width, height) = made.upright;
    assert!(width.min(height) >= MIN_SIDE && width.max(height) <= MAX_SIDE, "{width} x {height}");
    let (kind, format) = if made.transparent {
        (PhotoKind::Png, ImageFormat::Png)
    } else {
        (PhotoKind::Jpeg, ImageFormat::Jpeg)
    };
    for (copy, longest) in [(&made.display, DISPLAY_SIDE), (&made.thumb, THUMB_SIDE)] {
        assert_eq!(sniff(copy), Some(kind));
        let copy = image::load_from_memory_with_format(copy, format).expect("a copy opens");
        let longest = longest.min(width.max(height));
        assert_eq!(copy.width().max(copy.height()), longest, "of {width} x {height}");
    }
    assert_eq!(made.fingerprint.is_none(), made.transparent);
}

/// Requests as tus clients send them.
fn upload_seeds() -> Vec<Vec<u8>> {
    let hash = STANDARD.encode("00ff0123456789abcdef0123456789abcdef0123456789abcdef0123456789ab");
    let sha1 = STANDARD.encode([7; 20]);
    let sha256 = STANDARD.encode([7; 32]);
    let begin = "tus-resumable: 1.0.0\nupload-length: 2900000\n";
    let piece = "tus-resumable: 1.0.0\ncontent-type: application/offset+octet-stream\nupload-offset: 65536\n";
    [
        format!("{begin}upload-metadata: sha256 {hash}\n"),
        format!("{begin}upload-metadata: filename YS5qcGc=,sha256 {hash}, filetype aW1hZ2UvanBlZw==\n"),
        format!("{piece}content-length: 65536\n"),
        format!("{piece}upload-checksum: sha1 {sha1}\n"),
        format!("{piece}upload-checksum: sha256 {sha256}\n"),
    ]
    .map(String::into_bytes)
    .to_vec()
}

/// A county's workbook, an archive of it, and plain tables.
fn workbook_seeds() -> Vec<Vec<u8>> {
    let template = lalian::app::imports::template::workbook().expect("a workbook");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("点位").expect("a name");
    for (column, title) in (0..).zip(["编码", "类型", "名称", "村", "经度", "纬度"]) {
        sheet.write_string(0, column, title).expect("a cell");
    }
    sheet.write_number(1, 0, 519_901_001_000.0).expect("a cell");
    sheet.write_formula(1, 2, "=1+1").expect("a cell");
    sheet.merge_range(1, 3, 3, 3, "某村", &rust_xlsxwriter::Format::new()).expect("a merged cell");
    let filled = book.save_to_buffer().expect("a workbook");
    let outline = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"519901001000","name":"甲镇","level":"township"},"geometry":{"type":"Polygon","coordinates":[[[105,30],[106,30],[106,31],[105,30]]]}}]}"#;
    let people = "姓名,手机,岗位,单位,开始日期\n甲,13900000001,办公室,,2026年1月1日\n";
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in
        [("a.xlsx", filled.as_slice()), ("b.geojson", outline.as_bytes()), ("c.csv", people.as_bytes())]
    {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("an entry");
        std::io::Write::write_all(&mut zip, bytes).expect("its bytes");
    }
    let archive = zip.finish().expect("an archive").into_inner();
    vec![template, filled, archive, outline.as_bytes().to_vec(), people.as_bytes().to_vec()]
}

/// Small photos of every kind that is taken in, with everything in them that is read.
fn photo_seeds() -> Vec<Vec<u8>> {
    let picture = DynamicImage::from(scenery(3)).thumbnail(48, 40).into_rgb8();
    let saved = |progressive: bool, colour: ColorType| {
        let mut out = Vec::new();
        let mut encoder = Encoder::new(&mut out, 80);
        encoder.set_progressive(progressive);
        encoder.set_restart_interval(if progressive { 0 } else { 4 });
        encoder.add_exif_metadata(&exif_block()).expect("a block");
        encoder.add_icc_profile(&profile()).expect("a profile");
        let pixels = match colour {
            ColorType::Luma => picture.pixels().map(|pixel| pixel[0]).collect(),
            ColorType::Cmyk => picture.pixels().flat_map(|p| [p[0], p[1], p[2], 30]).collect(),
            _ => picture.as_raw().clone(),
        };
        let (w, h) = (picture.width() as u16, picture.height() as u16);
        encoder.encode(&pixels, w, h, colour).expect("encode a JPEG");
        out
    };
    let written = |picture: DynamicImage, format: ImageFormat| {
        let mut out = Cursor::new(Vec::new());
        picture.write_to(&mut out, format).expect("encode");
        out.into_inner()
    };
    let plain = DynamicImage::from(picture.clone());
    let deep = DynamicImage::from(plain.to_rgba16());
    let strip = DynamicImage::from(RgbImage::from_fn(700, 16, |x, y| image::Rgb([x as u8, y as u8, 9])));
    vec![
        saved(false, ColorType::Rgb),
        saved(true, ColorType::Rgb),
        saved(false, ColorType::Luma),
        saved(false, ColorType::Cmyk),
        stamp(&saved(false, ColorType::Rgb), b"a comment"),
        with_chunks(&written(plain.clone(), ImageFormat::Png)),
        written(deep, ImageFormat::Png),
        written(plain.clone().to_luma_alpha8().into(), ImageFormat::Png),
        written(plain.to_rgba8().into(), ImageFormat::WebP),
        written(strip, ImageFormat::WebP),
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(),
    ]
}

/// Camera, time, orientation and place, big-endian.
fn exif_block() -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08".to_vec();
    let entry = |out: &mut Vec<u8>, tag: u16, kind: u16, count: u32, value: u32| {
        out.extend([tag.to_be_bytes(), kind.to_be_bytes()].concat());
        out.extend([count.to_be_bytes(), value.to_be_bytes()].concat());
    };
    // The first directory ends at 62, its text at 68; the second ends at 86, its text at 106; the third ends at 160.
    tiff.extend(4_u16.to_be_bytes());
    entry(&mut tiff, 0x010F, 2, 6, 62);
    entry(&mut tiff, 0x0112, 3, 1, 6 << 16);
    entry(&mut tiff, 0x8769, 4, 1, 68);
    entry(&mut tiff, 0x8825, 4, 1, 106);
    tiff.extend(0_u32.to_be_bytes());
    tiff.extend(b"Phone\0");
    tiff.extend(1_u16.to_be_bytes());
    entry(&mut tiff, 0x9003, 2, 20, 86);
    tiff.extend(0_u32.to_be_bytes());
    tiff.extend(b"2026:11:24 10:05:00\0");
    tiff.extend(4_u16.to_be_bytes());
    entry(&mut tiff, 1, 2, 2, u32::from_be_bytes(*b"N\0\0\0"));
    entry(&mut tiff, 2, 5, 3, 160);
    entry(&mut tiff, 3, 2, 2, u32::from_be_bytes(*b"E\0\0\0"));
    entry(&mut tiff, 4, 5, 3, 184);
    tiff.extend(0_u32.to_be_bytes());
    for number in [30_u32, 1, 30, 1, 0, 1, 105, 1, 0, 1, 36, 1] {
        tiff.extend(number.to_be_bytes());
    }
    tiff
}

/// A small wide-gamut colour profile: three matrix columns and a gamma that the channels share.
fn profile() -> Vec<u8> {
    let fixed = |value: f64| ((value * 65536.0).round() as i32).to_be_bytes();
    let columns = [[0.515, 0.241, -0.001], [0.292, 0.692, 0.042], [0.157, 0.067, 0.784]];
    let tags: [&[u8; 4]; 6] = [b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC"];
    let mut out = vec![0; 128];
    out[8..12].copy_from_slice(&[4, 0, 0, 0]);
    out[12..24].copy_from_slice(b"mntrRGB XYZ ");
    // A day that there was, and the white of all profiles.
    out[24..36].copy_from_slice(&[7, 234, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]);
    out[36..40].copy_from_slice(b"acsp");
    out[68..80].copy_from_slice(&[fixed(0.9642), fixed(1.0), fixed(0.8249)].concat());
    out.extend((tags.len() as u32).to_be_bytes());
    let data = 132 + 12 * tags.len() as u32;
    for (at, tag) in (0..).zip(tags) {
        out.extend(tag);
        let (offset, length) = if at < 3 { (data + 20 * at, 20) } else { (data + 60, 14_u32) };
        out.extend([offset.to_be_bytes(), length.to_be_bytes()].concat());
    }
    for column in columns {
        out.extend(b"XYZ \0\0\0\0");
        out.extend(column.map(fixed).concat());
    }
    // A gamma of 2.2 in 256ths.
    out.extend(b"curv\0\0\0\0\0\0\0\x01\x02\x33\0\0");
    let length = (out.len() as u32).to_be_bytes();
    out[..4].copy_from_slice(&length);
    out
}

/// The PNG with an EXIF chunk behind its header.
fn with_chunks(png: &[u8]) -> Vec<u8> {
    let exif = exif_block();
    let body = [b"eXIf".as_slice(), &exif].concat();
    let length = (exif.len() as u32).to_be_bytes();
    // Signature and header chunk take 33 bytes.
    [&png[..33], &length, &body, &crc32(&body).to_be_bytes(), &png[33..]].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

/// One file made of others, the same each time for the same `number`.
pub fn mutated(seeds: &[Vec<u8>], number: u64) -> Vec<u8> {
    let mut noise = Noise::new(number.wrapping_mul(0x9e37_79b9).wrapping_add(1));
    let mut below = |most: usize| (noise.bits() % most.max(1) as u64) as usize;
    let mut bytes = seeds[below(seeds.len())].clone();
    for _ in 0..=below(6) {
        if bytes.is_empty() {
            break;
        }
        // Half of all damage goes to the headers, where the numbers lie that a parser believes.
        let reach = if below(2) == 0 { bytes.len().min(400) } else { bytes.len() };
        let at = below(reach);
        let end = (at + 1 + below(16)).min(bytes.len());
        match below(9) {
            0 => bytes[at] ^= 1 << below(8),
            1 => bytes[at] = below(256) as u8,
            2 => bytes[at..end].fill([0, 0x7F, 0x80, 0xFF][below(4)]),
            3 => bytes.truncate(at),
            4 => drop(bytes.drain(at..end)),
            5 => {
                let piece = bytes[at..end].to_vec();
                let to = below(bytes.len());
                bytes.splice(to..to, piece);
            }
            6 => {
                let other = &seeds[below(seeds.len())];
                let from = below(other.len());
                let piece = &other[from..(from + 1 + below(64)).min(other.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
            7 => {
                let value = bytes[at].wrapping_add([1, 2, 16, 255, 240][below(5)]);
                bytes[at] = value;
            }
            _ => bytes[at..end].reverse(),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says which file it was when an entry panics.
    struct Said(&'static str, u64);

    impl Drop for Said {
        fn drop(&mut self) {
            if std::thread::panicking() {
                eprintln!("target {}, mutation {}", self.0, self.1);
            }
        }
    }

    fn replay(name: &str, runs: u32) {
        let scale = std::env::var("LALIAN_TEST_SCALE").ok().and_then(|text| text.parse::<f64>().ok());
        let runs = (f64::from(runs) * scale.unwrap_or(1.0)) as u64;
        let target = TARGETS.iter().find(|target| target.name == name).expect("a target");
        let seeds = (target.seeds)();
        for seed in &seeds {
            (target.entry)(seed);
        }
        for number in 0..runs {
            let _said = Said(target.name, number);
            (target.entry)(&mutated(&seeds, number));
        }
    }

    #[test]
    fn headers_of_uploads_survive_damage() {
        replay("upload", 100_000);
    }

    #[test]
    fn claims_survive_damage() {
        replay("claim", 50_000);
    }

    #[test]
    fn photos_survive_damage() {
        replay("decode", 4_000);
    }

    #[test]
    fn the_seeds_reach_what_they_are_for() {
        let photos = photo_seeds();
        let said = claim(&photos[0]);
        assert_eq!(said.camera.as_deref(), Some("Phone"));
        assert!(said.point.is_some() && said.taken.is_some());
        assert_eq!(claim(&photos[5]).camera.as_deref(), Some("Phone"), "in a PNG too");
        let made = |bytes: &[u8]| Photo::open(bytes).and_then(|photo| photo.copies());
        let opened = photos.iter().filter(|photo| made(photo).is_ok_and(|made| !made.damaged)).count();
        assert_eq!(opened, photos.len() - 1, "all but the HEIC");
        // The orientation turns it and the profile changes its colours.
        let upright = made(&photos[0]).expect("opens");
        assert!(upright.upright.0 < upright.upright.1);
        let plain = made(&without_profile(&photos[0])).expect("opens");
        assert_ne!(upright.display, plain.display);
        let headers = upload_seeds();
        assert!(headers.iter().all(|lines| lines.starts_with(b"tus-resumable: 1.0.0\n")));
    }

    fn without_profile(jpeg: &[u8]) -> Vec<u8> {
        let at = jpeg.windows(11).position(|part| part == b"ICC_PROFILE").expect("a profile");
        let mut other = jpeg.to_vec();
        other[at] = b'X';
        other
    }

    #[test]
    fn the_same_number_is_the_same_file() {
        let seeds = photo_seeds();
        assert_eq!(mutated(&seeds, 7), mutated(&seeds, 7));
        let distinct: std::collections::HashSet<_> = (0..1000).map(|n| mutated(&seeds, n)).collect();
        assert!(distinct.len() > 950, "{}", distinct.len());
    }
}
