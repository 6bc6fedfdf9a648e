//! How alike two pictures look (structural similarity, Wang and others 2004): 1 is the same.

use image::RgbImage;
use image::imageops::{self, FilterType};

const WINDOW: usize = 8;
const STEP: usize = 4;

/// Of a picture against the best that its size allows: Lanczos, made of the pixels before any file.
pub fn against(source: &RgbImage, shown: &RgbImage) -> f64 {
    let best = imageops::resize(source, shown.width(), shown.height(), FilterType::Lanczos3);
    similarity(&grey(&best), &grey(shown), shown.width() as usize)
}

fn grey(picture: &RgbImage) -> Vec<f64> {
    picture
        .pixels()
        .map(|p| 0.299 * f64::from(p[0]) + 0.587 * f64::from(p[1]) + 0.114 * f64::from(p[2]))
        .collect()
}

/// The mean over even windows of grey values.
fn similarity(a: &[f64], b: &[f64], width: usize) -> f64 {
    let height = a.len() / width;
    let (c1, c2) = ((0.01_f64 * 255.0).powi(2), (0.03_f64 * 255.0).powi(2));
    let (mut sum, mut windows) = (0.0, 0.0);
    for top in (0..=height - WINDOW).step_by(STEP) {
        for left in (0..=width - WINDOW).step_by(STEP) {
            let [mut sa, mut sb, mut saa, mut sbb, mut sab] = [0.0; 5];
            for y in top..top + WINDOW {
                let row = y * width + left..y * width + left + WINDOW;
                for (x, y) in a[row.clone()].iter().zip(&b[row]) {
                    sa += x;
                    sb += y;
                    saa += x * x;
                    sbb += y * y;
                    sab += x * y;
                }
            }
            let n = (WINDOW * WINDOW) as f64;
            let (ma, mb) = (sa / n, sb / n);
            let (va, vb, cov) = (saa / n - ma * ma, sbb / n - mb * mb, sab / n - ma * mb);
            sum += (2.0 * ma * mb + c1) * (2.0 * cov + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2));
            windows += 1.0;
        }
    }
    sum / windows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_one_and_damage_is_less() {
        let picture = lalian_tests::photo::scenery(1);
        assert!((against(&picture, &picture) - 1.0).abs() < 1e-9);
        let blurred = imageops::blur(&picture, 2.0);
        let noisy = lalian_tests::photo::saved(&picture, 10);
        let noisy = image::load_from_memory(&noisy).expect("ours").into_rgb8();
        for (name, worse) in [("blurred", blurred), ("quality 10", noisy)] {
            let likeness = against(&picture, &worse);
            assert!((0.2..0.999).contains(&likeness), "{name}: {likeness}");
        }
    }
}
