//! Colours as a plain screen shows them: the copies carry no profile, so pixels of a wide-gamut camera (Display P3) become sRGB.
//!
//! Done after shrinking, on a sixth of the pixels. Only what phones and cameras write is understood: RGB by three curves and a matrix.
//! A profile that is broken, huge, of another kind or makes its reader panic is ignored, and the picture stays as it was.

use std::panic::{AssertUnwindSafe, catch_unwind};

use moxcms::{ColorProfile, DataColorSpace, Layout, ParsingOptions, TransformOptions};

use super::Rgb;

/// Most bytes of a profile. A phone's has half a kilobyte, a measured screen's some tens.
pub(super) const MAX_PROFILE: usize = 128 * 1024;
/// Most values of a curve in a profile.
const MAX_CURVE: usize = 8192;
/// What differs by no more than this in any channel is sRGB under another name; its pixels are left alone.
const SAME: u8 = 2;

/// The picture in sRGB; the same one where the profile says nothing useful.
pub(super) fn to_srgb(picture: Rgb, profile: Option<&[u8]>) -> Rgb {
    let converted = profile.filter(|profile| profile.len() <= MAX_PROFILE).and_then(|profile| {
        // A stranger's file drives this parser; the copies are worth more than its colours.
        catch_unwind(AssertUnwindSafe(|| converted(&picture.bytes, profile))).ok().flatten()
    });
    match converted {
        Some(bytes) => Rgb { bytes, ..picture },
        None => picture,
    }
}

fn converted(pixels: &[u8], profile: &[u8]) -> Option<Vec<u8>> {
    let options = ParsingOptions {
        max_profile_size: MAX_PROFILE + 1,
        max_allowed_clut_size: MAX_PROFILE,
        max_allowed_trc_size: MAX_CURVE,
    };
    let mut profile = ColorProfile::new_from_slice_with_options(profile, options).ok()?;
    if !profile.is_matrix_shaper() || profile.pcs != DataColorSpace::Xyz {
        return None;
    }
    // Tables beside the matrix are for printers and would be preferred to it.
    profile.lut_a_to_b_perceptual = None;
    profile.lut_a_to_b_colorimetric = None;
    profile.lut_a_to_b_saturation = None;
    let transform = profile
        .create_transform_8bit(
            Layout::Rgb,
            &ColorProfile::new_srgb(),
            Layout::Rgb,
            TransformOptions::default(),
        )
        .ok()?;
    let samples = samples();
    let mut seen = vec![0; samples.len()];
    transform.transform(&samples, &mut seen).ok()?;
    if samples.iter().zip(&seen).all(|(before, after)| before.abs_diff(*after) <= SAME) {
        return None;
    }
    let mut converted = vec![0; pixels.len()];
    transform.transform(pixels, &mut converted).ok()?;
    Some(converted)
}

/// Colours from all over the cube, from black to white in steps of 51.
fn samples() -> Vec<u8> {
    let steps = || (0..=u8::MAX).step_by(51);
    steps().flat_map(|r| steps().flat_map(move |g| steps().flat_map(move |b| [r, g, b]))).collect()
}
