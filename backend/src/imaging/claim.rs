//! What a file says of itself in its EXIF block: when, where, with which camera. A claim beside what the phone reported, never the truth.

use std::io::Cursor;

use chrono::{NaiveDate, NaiveDateTime};
use exif::{Exif, In, Reader, Tag, Value};

use crate::domain::{evidence::rules::Claim, places::position::Point};

/// Longest camera name that is kept, in characters.
const NAME: usize = 64;

/// Reads the claim of a JPEG, PNG, WebP or HEIC; what is broken or missing is left out.
pub fn claim(bytes: &[u8]) -> Claim {
    let exif = Reader::new()
        .continue_on_error(true)
        .read_from_container(&mut Cursor::new(bytes))
        .or_else(|error| error.distill_partial_result(|_parts| {}));
    let Ok(exif) = exif else { return Claim::default() };
    Claim { taken: taken(&exif), point: point(&exif), camera: camera(&exif) }
}

fn ascii(exif: &Exif, tag: Tag) -> Option<String> {
    let Value::Ascii(lines) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    let text = String::from_utf8_lossy(lines.first()?);
    let text: String = text.trim().chars().filter(|c| !c.is_control()).take(NAME).collect();
    (!text.is_empty()).then_some(text)
}

/// `YYYY:MM:DD HH:MM:SS`, as the camera's clock showed it; all zeros and blanks mean that it had none.
fn taken(exif: &Exif) -> Option<NaiveDateTime> {
    let text = ascii(exif, Tag::DateTimeOriginal).or_else(|| ascii(exif, Tag::DateTimeDigitized))?;
    let taken = NaiveDateTime::parse_from_str(&text, "%Y:%m:%d %H:%M:%S").ok()?;
    let first = NaiveDate::from_ymd_opt(1990, 1, 1)?;
    (taken.date() >= first).then_some(taken)
}

fn camera(exif: &Exif) -> Option<String> {
    let model = ascii(exif, Tag::Model);
    match (ascii(exif, Tag::Make), model) {
        (Some(make), Some(model)) => Some(format!("{make} {model}").chars().take(NAME).collect()),
        (make, model) => make.or(model),
    }
}

fn point(exif: &Exif) -> Option<Point> {
    let lat = degrees(exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, "S")?;
    let lon = degrees(exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, "W")?;
    // Null island is what a camera without a fix writes.
    (lat != 0.0 || lon != 0.0).then_some(())?;
    Point::new(lon, lat).ok()
}

fn degrees(exif: &Exif, tag: Tag, reference: Tag, negative: &str) -> Option<f64> {
    let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    let [degrees, minutes, seconds] = parts.get(..3)? else { return None };
    let value = degrees.to_f64() + minutes.to_f64() / 60.0 + seconds.to_f64() / 3600.0;
    let sign = if ascii(exif, reference)?.eq_ignore_ascii_case(negative) { -1.0 } else { 1.0 };
    value.is_finite().then_some(sign * value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A big-endian TIFF block: maker, time, and a position in the southern and western half.
    fn block() -> Vec<u8> {
        let mut tiff = b"MM\0*\0\0\0\x08".to_vec();
        let entry = |tag: u16, kind: u16, count: u32, value: u32| {
            let mut bytes = Vec::new();
            bytes.extend(tag.to_be_bytes());
            bytes.extend(kind.to_be_bytes());
            bytes.extend(count.to_be_bytes());
            bytes.extend(value.to_be_bytes());
            bytes
        };
        // IFD0 at 8: 3 entries (2 + 36 + 4 = 42), so data from 50 on.
        let (make, exif_ifd, gps_ifd) = (50_u32, 56_u32, 94_u32);
        tiff.extend(3_u16.to_be_bytes());
        tiff.extend(entry(0x010F, 2, 6, make));
        tiff.extend(entry(0x8769, 4, 1, exif_ifd));
        tiff.extend(entry(0x8825, 4, 1, gps_ifd));
        tiff.extend(0_u32.to_be_bytes());
        tiff.extend(b"Phone\0");
        // The EXIF directory at 56: 1 entry (18 bytes), its text at 74.
        tiff.extend(1_u16.to_be_bytes());
        tiff.extend(entry(0x9003, 2, 20, 74));
        tiff.extend(0_u32.to_be_bytes());
        tiff.extend(b"2026:11:24 10:05:00\0");
        // The GPS directory at 94: 4 entries (54 bytes), its numbers at 148.
        tiff.extend(4_u16.to_be_bytes());
        tiff.extend(entry(1, 2, 2, u32::from_be_bytes(*b"S\0\0\0")));
        tiff.extend(entry(2, 5, 3, 148));
        tiff.extend(entry(3, 2, 2, u32::from_be_bytes(*b"W\0\0\0")));
        tiff.extend(entry(4, 5, 3, 172));
        tiff.extend(0_u32.to_be_bytes());
        for number in [30_u32, 1, 30, 1, 0, 1, 105, 1, 0, 1, 36, 1] {
            tiff.extend(number.to_be_bytes());
        }
        tiff
    }

    fn jpeg(exif: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut out, 80);
        encoder.add_exif_metadata(exif).unwrap();
        encoder.encode(&[128; 32 * 32 * 3], 32, 32, jpeg_encoder::ColorType::Rgb).unwrap();
        out
    }

    #[test]
    fn time_place_and_camera_are_read() {
        let claim = claim(&jpeg(&block()));
        assert_eq!(claim.camera.as_deref(), Some("Phone"));
        assert_eq!(claim.taken.map(|taken| taken.to_string()).as_deref(), Some("2026-11-24 10:05:00"));
        let point = claim.point.unwrap();
        assert!((point.lat() + 30.5).abs() < 1e-9 && (point.lon() + 105.01).abs() < 1e-9, "{point:?}");
    }

    #[test]
    fn nothing_and_nonsense_claim_nothing() {
        assert_eq!(claim(b""), Claim::default());
        assert_eq!(claim(&jpeg(b"II*\0\xFF\xFF\xFF\xFF")), Claim::default());
        for length in 0..block().len() {
            // Whatever is cut off, nothing panics and nothing is invented.
            let cut = claim(&jpeg(&block()[..length]));
            assert!(cut.point.is_none_or(|point| point.lat() < 0.0), "{length}");
        }
    }
}
