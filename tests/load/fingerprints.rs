//! `fingerprints`: photographs that others may use, recycled in the ways that people recycle them, against strangers and honest second
//! shots; and one question to an album of a million.

use std::path::PathBuf;
use std::time::Instant;

use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};
use lalian::app::evidence::album::Album;
use lalian::domain::evidence::fingerprint::Fingerprint;
use lalian::domain::evidence::rules::EvidenceRules;
use lalian::domain::field::media::Sha256;
use lalian::imaging::Photo;
use lalian_tests::photo::{Noise, saved, scenery};

/// A way to use a photo again; `core` ones change every byte and nothing that a person sees.
struct Attack {
    name: &'static str,
    core: bool,
    again: fn(&RgbImage, &mut Noise) -> Vec<u8>,
}

const ATTACKS: &[Attack] = &[
    Attack { name: "saved at quality 40", core: true, again: |p, _| saved(p, 40) },
    Attack { name: "resized to a half", core: true, again: |p, _| saved(&scaled(p, 0.5), 85) },
    Attack { name: "brighter, more contrast", core: true, again: |p, _| saved(&recoloured(p), 85) },
    Attack { name: "through a chat app", core: true, again: |p, _| saved(&scaled(&scaled(p, 0.6), 1.3), 55) },
    Attack { name: "stamped with a time", core: true, again: |p, _| saved(&stamped(p), 85) },
    Attack { name: "in a white border", core: false, again: |p, _| saved(&framed(p, 0.05, [255; 3]), 85) },
    Attack { name: "screenshot in a viewer", core: false, again: |p, _| saved(&letterboxed(p), 85) },
    Attack { name: "mirrored", core: false, again: |p, _| saved(&imageops::flip_horizontal(p), 75) },
    Attack { name: "cropped by up to 5 %", core: false, again: |p, n| saved(&cropped(p, 0.05, n), 85) },
    Attack { name: "cropped by up to 10 %", core: false, again: |p, n| saved(&cropped(p, 0.10, n), 85) },
    Attack { name: "turned by up to 3°", core: false, again: |p, n| saved(&turned(p, 3.0, n), 85) },
];

/// Measures and prints; false when an honest second shot is called stronger than "look", or strangers are.
pub fn measure(full: bool, seed: u64) -> bool {
    let rules = EvidenceRules::default();
    let photos = photographs();
    let mut noise = Noise::new(seed);
    let prints: Vec<Fingerprint> = photos.iter().map(|photo| print(&saved(photo, 90))).collect();
    println!(
        "{} photographs, thresholds {} (almost the same) and {} (look), seed {seed}",
        photos.len(),
        rules.same_bits,
        rules.look_bits
    );

    let (mut core, mut cores) = (0, 0);
    for attack in ATTACKS {
        let bits: Vec<u32> = photos
            .iter()
            .zip(&prints)
            .map(|(photo, print_)| print(&(attack.again)(photo, &mut noise)).distance(print_).0)
            .collect();
        let within = |most: u32| bits.iter().filter(|bits| **bits <= most).count();
        println!(
            "  {:<26} almost the same {:>5.1} %, look {:>5.1} %, median {} bits",
            attack.name,
            percent(within(rules.same_bits), bits.len()),
            percent(within(rules.look_bits), bits.len()),
            median(&bits)
        );
        if attack.core {
            core += within(rules.look_bits);
            cores += bits.len();
        }
    }

    // Strangers: every pair of different photographs, and a thousand scenes more.
    let scenes: Vec<Fingerprint> =
        (0..if full { 3_000 } else { 600 }).map(|n| print(&saved(&scenery(n), 80))).collect();
    let all: Vec<&Fingerprint> = prints.iter().chain(&scenes).collect();
    let (mut pairs, mut look, mut same, mut least) = (0_u64, 0_u64, 0_u64, 256);
    for (at, one) in all.iter().enumerate() {
        for other in &all[..at] {
            let bits = one.distance(other).0;
            pairs += 1;
            look += u64::from(bits <= rules.look_bits);
            same += u64::from(bits <= rules.same_bits);
            least = least.min(bits);
        }
    }
    println!("  strangers: {pairs} pairs, {same} almost the same, {look} to look at, least {least} bits");

    // Somebody stands at the same wall again, an hour later, a step aside.
    let honest: Vec<u32> = photos
        .iter()
        .zip(&prints)
        .flat_map(|(photo, print_)| {
            (0..4)
                .map(|_| print(&saved(&second_shot(photo, &mut noise), 88)).distance(print_).0)
                .collect::<Vec<_>>()
        })
        .collect();
    let called = |most: u32| honest.iter().filter(|bits| **bits <= most).count();
    println!(
        "  honest second shots: {} of {} almost the same, {} to look at, least {} bits",
        called(rules.same_bits),
        honest.len(),
        called(rules.look_bits),
        honest.iter().min().unwrap_or(&0)
    );

    let (query_ms, floor_ms) = a_million(seed);
    println!(
        "  one question to 1,000,000 pictures: {query_ms:.1} ms; reading their bytes alone {floor_ms:.1} ms, ratio {:.1}",
        query_ms / floor_ms
    );
    let fpr = look as f64 / pairs as f64;
    println!("fingerprints: core_tpr={:.4} fpr={fpr:.2e} query_ms={query_ms:.1}", core as f64 / cores as f64);
    same == 0 && called(rules.same_bits) == 0
}

/// The fingerprint that the program makes of a file: the whole path of a photo.
fn print(jpeg: &[u8]) -> Fingerprint {
    let copies = Photo::open(jpeg).and_then(|photo| photo.copies()).expect("a photo of ours opens");
    copies.fingerprint.expect("a photo has a fingerprint")
}

/// Photographs of a package that ships them under free licences, cut into parts that show different things.
/// `tests/load/run` puts them where they are looked for.
fn photographs() -> Vec<RgbImage> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".cache/photographs");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("run tests/load/run fingerprints")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    files.sort();
    let mut photos = Vec::new();
    for file in files {
        let picture = image::open(&file).expect("a picture").into_rgb8();
        let (w, h) = (picture.width() / 2, picture.height() / 2);
        if w < 200 || h < 150 {
            photos.push(picture);
            continue;
        }
        for (x, y) in [(0, 0), (w, 0), (0, h), (w, h)] {
            photos.push(imageops::crop_imm(&picture, x, y, w, h).to_image());
        }
    }
    photos
}

fn scaled(picture: &RgbImage, by: f64) -> RgbImage {
    let side = |length: u32| ((f64::from(length) * by) as u32).max(16);
    imageops::resize(picture, side(picture.width()), side(picture.height()), FilterType::Triangle)
}

fn recoloured(picture: &RgbImage) -> RgbImage {
    let lighter = imageops::colorops::brighten(picture, 18);
    imageops::colorops::contrast(&lighter, 18.0)
}

/// A dark bar with light marks, as camera apps write time and place.
fn stamped(picture: &RgbImage) -> RgbImage {
    let mut made = picture.clone();
    let (w, h) = made.dimensions();
    for y in h * 90 / 100..h * 96 / 100 {
        for x in w * 4 / 100..w * 45 / 100 {
            let mark = (x / 5 + y / 7) % 3 == 0;
            made.put_pixel(x, y, if mark { Rgb([240, 240, 240]) } else { Rgb([40, 40, 40]) });
        }
    }
    made
}

fn framed(picture: &RgbImage, share: f64, colour: [u8; 3]) -> RgbImage {
    let edge = (f64::from(picture.width()) * share) as u32;
    let mut made = RgbImage::from_pixel(picture.width() + 2 * edge, picture.height() + 2 * edge, Rgb(colour));
    imageops::replace(&mut made, picture, edge.into(), edge.into());
    made
}

/// The picture in the middle of a dark phone screen.
fn letterboxed(picture: &RgbImage) -> RgbImage {
    let (w, h) = picture.dimensions();
    let edge = h * 18 / 100;
    let mut made = RgbImage::from_pixel(w, h + 2 * edge, Rgb([0, 0, 0]));
    imageops::replace(&mut made, picture, 0, edge.into());
    made
}

fn share(noise: &mut Noise, most: f64) -> f64 {
    (noise.bits() >> 11) as f64 / (1_u64 << 53) as f64 * most
}

/// Each side cut by its own part.
fn cropped(picture: &RgbImage, most: f64, noise: &mut Noise) -> RgbImage {
    let (w, h) = (f64::from(picture.width()), f64::from(picture.height()));
    let [left, right, top, bottom] = [(); 4].map(|()| share(noise, most));
    let (x, y) = ((w * left) as u32, (h * top) as u32);
    let (width, height) = ((w * (1.0 - left - right)) as u32, (h * (1.0 - top - bottom)) as u32);
    imageops::crop_imm(picture, x, y, width, height).to_image()
}

/// Turned about the middle, with the corners cut off as an editor does.
fn turned(picture: &RgbImage, most: f64, noise: &mut Noise) -> RgbImage {
    let angle = (share(noise, 2.0 * most) - most).to_radians();
    let (w, h) = (f64::from(picture.width()), f64::from(picture.height()));
    let zoom = 1.0 + angle.abs() * (w / h).max(h / w);
    moved(picture, angle, zoom, (0.0, 0.0), 0.0)
}

/// The same scene from a step aside: another height, another angle, other light, other noise.
fn second_shot(picture: &RgbImage, noise: &mut Noise) -> RgbImage {
    let angle = (share(noise, 6.0) - 3.0).to_radians();
    let zoom = 1.08 + share(noise, 0.12);
    let aside =
        |noise: &mut Noise| (share(noise, 0.06) + 0.03) * if noise.bits() & 1 == 0 { 1.0 } else { -1.0 };
    let shift = (aside(noise), aside(noise));
    let tilt = share(noise, 0.12) - 0.06;
    let mut made = moved(picture, angle, zoom, shift, tilt);
    let light = 0.85 + share(noise, 0.3);
    for pixel in made.pixels_mut() {
        let grain = share(noise, 12.0) - 6.0;
        for value in &mut pixel.0 {
            *value = (f64::from(*value) * light + grain).clamp(0.0, 255.0) as u8;
        }
    }
    made
}

/// Rotation, zoom, shift (parts of the side) and a tilt that makes one side larger, sampled between pixels.
fn moved(picture: &RgbImage, angle: f64, zoom: f64, shift: (f64, f64), tilt: f64) -> RgbImage {
    let (w, h) = (f64::from(picture.width()), f64::from(picture.height()));
    let (sin, cos) = angle.sin_cos();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let (dx, dy) = (f64::from(x) - w / 2.0, f64::from(y) - h / 2.0);
        let near = zoom * (1.0 + tilt * dx / w);
        let (sx, sy) =
            ((dx * cos - dy * sin) / near + shift.0 * w, (dx * sin + dy * cos) / near + shift.1 * h);
        let (sx, sy) = ((sx + w / 2.0).clamp(0.0, w - 1.001), (sy + h / 2.0).clamp(0.0, h - 1.001));
        let (left, top) = (sx as u32, sy as u32);
        let (beside, below) = (sx.fract(), sy.fract());
        let pixel = |dx: u32, dy: u32| {
            picture.get_pixel((left + dx).min(picture.width() - 1), (top + dy).min(picture.height() - 1)).0
        };
        let (a, b, c, d) = (pixel(0, 0), pixel(1, 0), pixel(0, 1), pixel(1, 1));
        Rgb([0, 1, 2].map(|at| {
            let above = f64::from(a[at]) * (1.0 - beside) + f64::from(b[at]) * beside;
            let under = f64::from(c[at]) * (1.0 - beside) + f64::from(d[at]) * beside;
            (above * (1.0 - below) + under * below) as u8
        }))
    })
}

/// Milliseconds of one question to a million random pictures, and of only reading as many bytes: the floor of any scan.
fn a_million(seed: u64) -> (f64, f64) {
    let mut noise = Noise::new(seed);
    let mut random =
        || Fingerprint { plain: bits(&mut noise), trimmed: bits(&mut noise), mirrored: bits(&mut noise) };
    let mut album = Album::default();
    let mut raw = Vec::with_capacity(1_000_000 * 12);
    for number in 0..1_000_000_u32 {
        let print = random();
        raw.extend(print.plain.iter().chain(&print.trimmed).chain(&print.mirrored).copied());
        let mut name = [0; 32];
        name[..4].copy_from_slice(&number.to_be_bytes());
        album.add(Sha256::new(name), print);
    }
    let asked = random();
    let mut questions = Vec::new();
    let mut floors = Vec::new();
    for _ in 0..9 {
        let from = Instant::now();
        let found = album.like(&asked, 64);
        questions.push(from.elapsed().as_secs_f64() * 1e3);
        assert!(found.is_empty(), "no stranger of a million is within 64 bits");
        let from = Instant::now();
        let sum = raw.iter().fold(0_u64, |sum, word| sum.wrapping_add(*word));
        floors.push(from.elapsed().as_secs_f64() * 1e3);
        assert_ne!(sum, 1);
    }
    (crate::start::median(questions), crate::start::median(floors))
}

fn bits(noise: &mut Noise) -> [u64; 4] {
    [(); 4].map(|()| noise.bits())
}

fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole as f64
}

fn median(bits: &[u32]) -> u32 {
    let mut sorted = bits.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}
