//! Photographs as phones make them, from small ones that may be used freely: cut to a format, enlarged, and given a sensor's noise.

use std::fs;
use std::path::{Path, PathBuf};

use image::RgbImage;
use image::imageops::{self, FilterType};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use lalian_tests::photo::Noise;

/// Faces, animals, tables, rooms, walls, grass and the sky: colours and textures that differ.
const NAMES: [&str; 8] =
    ["astronaut", "brick", "chelsea", "coffee", "grass", "hubble_deep_field", "motorcycle_left", "rocket"];
/// Half of all photos are upright, as phones hold them; the others say how they lie.
const ORIENTATIONS: [u16; 8] = [1, 6, 1, 3, 1, 6, 1, 8];

/// One photo as a phone stores it.
pub struct Source {
    pub file: PathBuf,
    /// The pixels before they became a file, upright.
    pub upright: RgbImage,
}

/// A format that is measured.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    pub width: u32,
    pub height: u32,
    pub progressive: bool,
}

/// Writes `count` photos into `folder`.
pub fn write(folder: &Path, format: Format, count: usize, seed: u64) -> Vec<Source> {
    fs::create_dir_all(folder).expect("a folder");
    (0..count)
        .map(|at| {
            let name = NAMES[at % NAMES.len()];
            let mut noise = Noise::new(seed ^ (at as u64) << 32);
            let stored = enlarged(&small(name), format, &mut noise);
            let orientation = ORIENTATIONS[at % ORIENTATIONS.len()];
            let file = folder.join(format!("{at:02}-{name}.jpg"));
            fs::write(&file, saved(&stored, format.progressive, orientation)).expect("a file");
            let upright = match orientation {
                3 => imageops::rotate180(&stored),
                6 => imageops::rotate90(&stored),
                8 => imageops::rotate270(&stored),
                _ => stored,
            };
            Source { file, upright }
        })
        .collect()
}

/// `tests/load/run` puts them where they are looked for.
fn small(name: &str) -> RgbImage {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".cache/photographs");
    let file =
        ["png", "jpg"].iter().map(|end| folder.join(format!("{name}.{end}"))).find(|file| file.exists());
    image::open(file.expect("run tests/load/run photos")).expect("a picture").into_rgb8()
}

fn enlarged(picture: &RgbImage, format: Format, noise: &mut Noise) -> RgbImage {
    let (w, h) = (u64::from(picture.width()), u64::from(picture.height()));
    let (fw, fh) = (u64::from(format.width), u64::from(format.height));
    let (cut_w, cut_h) = if w * fh > h * fw { (h * fw / fh, h) } else { (w, w * fh / fw) };
    let cut = imageops::crop_imm(
        picture,
        ((w - cut_w) / 2) as u32,
        ((h - cut_h) / 2) as u32,
        cut_w as u32,
        cut_h as u32,
    );
    let mut large = imageops::resize(&cut.to_image(), format.width, format.height, FilterType::CatmullRom);
    // Photons: the brighter, the noisier. Two bytes make a triangle, which is near enough to a bell.
    for pixel in large.pixels_mut() {
        let chance = noise.bits().to_le_bytes();
        for (channel, value) in pixel.0.iter_mut().enumerate() {
            let bell = f32::from(chance[2 * channel]) + f32::from(chance[2 * channel + 1]) - 255.0;
            let strength = 1.2 + f32::from(*value).sqrt() * NOISE;
            *value = (f32::from(*value) + bell / 104.0 * strength).clamp(0.0, 255.0) as u8;
        }
    }
    large
}

/// Twelve megapixels weigh about 2.9 MB with it, as those of phones do.
const NOISE: f32 = 0.49;

fn saved(picture: &RgbImage, progressive: bool, orientation: u16) -> Vec<u8> {
    let side = |length: u32| u16::try_from(length).expect("a side that a JPEG has");
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 90);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_progressive(progressive);
    // A TIFF block of one entry.
    let mut exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend(orientation.to_le_bytes());
    exif.extend([0; 6]);
    encoder.add_exif_metadata(&exif).expect("a block");
    encoder
        .encode(picture.as_raw(), side(picture.width()), side(picture.height()), ColorType::Rgb)
        .expect("encode a JPEG");
    out
}
