//! Payloads A, B and C of the comparison: twenty answers, alone, with one photo of 300,959 bytes, or with five of
//! 1,019,671 bytes. Every photo decodes, carries EXIF like a phone's and has a hash of its own, so nothing is for free.

use lalian_tests::photo::{Noise, encode, stamp};
use serde_json::{Value, json};

/// One of the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload {
    A,
    B,
    C,
}

impl Payload {
    /// In the order in which they are measured.
    pub const ALL: [Self; 3] = [Self::A, Self::B, Self::C];

    /// Its letter, as in the keys of the result.
    pub fn letter(self) -> char {
        match self {
            Self::A => 'a',
            Self::B => 'b',
            Self::C => 'c',
        }
    }

    /// How many photos a submission carries.
    pub fn photos(self) -> usize {
        match self {
            Self::A => 0,
            Self::B => 1,
            Self::C => 5,
        }
    }

    /// The picture that its photos are stamped from; `None` for A.
    pub fn base_photo(self) -> Option<Vec<u8>> {
        match self {
            Self::A => None,
            Self::B => Some(photo(1600, 1200, 73, 300_959)),
            Self::C => Some(photo(2560, 1920, 83, 1_019_671)),
        }
    }
}

/// The twenty answers of submission `counter`.
pub fn answers(counter: u64) -> Value {
    json!({
        "site_code": format!("SITE-{counter:08}"),
        "inspector": "inspector-1",
        "visit_date": "2026-11-22",
        "visit_time": "08:15:00.000Z",
        "location": {
            "lat": 52.0 + (counter * 37 % 1_000_000) as f64 / 1e6,
            "lon": 13.0 + (counter * 51 % 1_000_000) as f64 / 1e6,
            "altitude": 34.0,
            "accuracy": 4.9,
        },
        "weather": "cloudy",
        "asset_type": "pump",
        "serial_no": format!("PX-2231-{counter}"),
        "condition": "fair",
        "leak": "no",
        "guard_ok": "yes",
        "signage_ok": "yes",
        "defects": ["corrosion", "noise", "loose_bolt"],
        "pressure_bar": 4.37,
        "temp_c": 61.5,
        "run_hours": 12873,
        "vibration": 3,
        "priority": 2,
        "follow_up": "2026-12-06",
        "remarks": "Bearing noise on the drive side; two bolts re-torqued, guard refitted. Recheck in two weeks.",
    })
}

/// Photo `index` of submission `counter`: the base with a 32-byte comment that makes its hash its own.
pub fn stamped(base: &[u8], counter: u64, seed: u64, index: usize) -> Vec<u8> {
    let mut comment = [0; COMMENT];
    comment[..8].copy_from_slice(&counter.to_be_bytes());
    comment[8..16].copy_from_slice(&seed.to_be_bytes());
    comment[16..24].copy_from_slice(&(index as u64).to_be_bytes());
    stamp(base, &comment)
}

const COMMENT: usize = 28;
/// The stamp's marker and length.
const FRAME: usize = 4;

/// A JPEG that has `bytes` bytes once it is stamped: a smooth field of colour, texture of middle scale, and as much
/// Gaussian-like noise as the size asks for; the last few hundred bytes are a comment.
fn photo(width: u16, height: u16, quality: u8, bytes: usize) -> Vec<u8> {
    let exif = exif();
    let room = bytes - COMMENT - FRAME - exif.len() - FRAME;
    let (mut low, mut high) = (0.0_f64, 60.0_f64);
    let mut best = Vec::new();
    for _ in 0..9 {
        let amount = f64::midpoint(low, high);
        let jpeg = encode(&pixels(width, height, amount), width, height, quality);
        if jpeg.len() + FRAME <= room {
            low = amount;
            best = jpeg;
        } else {
            high = amount;
        }
    }
    assert!(!best.is_empty(), "the size is too small for {width} x {height}");
    let with_exif =
        [&best[..2], &[0xff, 0xe1], &(exif.len() as u16 + 2).to_be_bytes(), &exif, &best[2..]].concat();
    let mut filler = bytes - COMMENT - FRAME - with_exif.len();
    let mut padded = with_exif;
    while filler > 0 {
        let piece = if filler > 60_000 { 50_000 } else { filler };
        padded = stamp(&padded, &vec![b' '; piece - FRAME]);
        filler -= piece;
    }
    padded
}

fn pixels(width: u16, height: u16, noise: f64) -> Vec<u8> {
    let mut random = Noise::new(7);
    let along = |index: u16, size: u16| f64::from(index) / f64::from(size);
    let waves: Vec<f64> = (0..width).map(|x| 14.0 * (along(x, width) * 90.0).sin()).collect();
    let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(height) * 3);
    for y in 0..height {
        let v = along(y, height);
        let wave = (v * 70.0).cos();
        for x in 0..width {
            let u = along(x, width);
            // Four uniform bytes of one draw: close to Gaussian, and cheap.
            let bits = random.bits();
            let sum = (bits & 255) + (bits >> 8 & 255) + (bits >> 16 & 255) + (bits >> 24 & 255);
            let detail = waves[usize::from(x)] * wave + (sum as f64 - 510.0) / 148.0 * noise;
            for level in [90.0 + 80.0 * u, 110.0 + 60.0 * v, 150.0 - 50.0 * u * v] {
                pixels.push((level + detail).clamp(0.0, 255.0) as u8);
            }
        }
    }
    pixels
}

/// Make, model, orientation 6, DateTimeOriginal and a position (52°30'15" N, 13°24'18" E), as a phone writes them.
fn exif() -> Vec<u8> {
    let make = b"Example\0";
    let model = b"Field Phone 1\0\0\0";
    let taken = b"2026:11:22 08:15:00\0";
    // Big-endian TIFF. Offsets count from its header; the data area follows the three directories.
    let (ifd0, exif_ifd): (u32, u32) = (8, 8 + 2 + 5 * 12 + 4);
    let gps_ifd: u32 = exif_ifd + 2 + 12 + 4;
    let data: u32 = gps_ifd + 2 + 4 * 12 + 4;
    let at = [data, data + 8, data + 8 + 16, data + 8 + 16 + 20, data + 8 + 16 + 20 + 24];
    let mut tiff = b"MM\0\x2a".to_vec();
    tiff.extend(ifd0.to_be_bytes());
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value].concat()
    };
    let directory = |entries: &[Vec<u8>]| {
        [&(entries.len() as u16).to_be_bytes()[..], &entries.concat(), &[0; 4]].concat()
    };
    tiff.extend(directory(&[
        entry(0x010f, 2, 8, at[0].to_be_bytes()),
        entry(0x0110, 2, 14, at[1].to_be_bytes()),
        entry(0x0112, 3, 1, [0, 6, 0, 0]),
        entry(0x8769, 4, 1, exif_ifd.to_be_bytes()),
        entry(0x8825, 4, 1, gps_ifd.to_be_bytes()),
    ]));
    tiff.extend(directory(&[entry(0x9003, 2, 20, at[2].to_be_bytes())]));
    tiff.extend(directory(&[
        entry(1, 2, 2, *b"N\0\0\0"),
        entry(2, 5, 3, at[3].to_be_bytes()),
        entry(3, 2, 2, *b"E\0\0\0"),
        entry(4, 5, 3, at[4].to_be_bytes()),
    ]));
    tiff.extend([&make[..], model, taken].concat());
    for whole in [52_u32, 30, 15, 13, 24, 18] {
        tiff.extend([whole.to_be_bytes(), 1_u32.to_be_bytes()].concat());
    }
    [&b"Exif\0\0"[..], &tiff].concat()
}

#[cfg(test)]
mod tests {
    use super::{Payload, stamped};

    #[test]
    fn a_photo_has_the_published_size_decodes_and_is_its_own() {
        let base = Payload::B.base_photo().expect("a photo");
        let (one, other) = (stamped(&base, 1, 9, 0), stamped(&base, 2, 9, 0));
        assert_eq!((one.len(), other.len()), (300_959, 300_959));
        assert_ne!(one, other);
        assert_eq!(image::load_from_memory(&one).expect("decodes").width(), 1600);
    }
}
