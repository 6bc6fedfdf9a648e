use super::*;
use crate::domain::evidence::stamp::StampFacts;

/// A picture with detail everywhere, and no two of these alike.
fn scene(width: u32, height: u32, seed: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let wave =
            |a: u32, b: u32| u8::try_from((x * a + y * b + seed * 37 + (x / 9) * (y / 7)) % 256).unwrap();
        Rgb([wave(1, 2), wave(3, 1), wave(2, 5)])
    })
}

fn smooth(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let share = |at: u32, of: u32| u8::try_from(at * 255 / of).unwrap();
        Rgb([share(x, width), share(y, height), 128])
    })
}

fn facts() -> StampFacts {
    StampFacts {
        site_name: Some("示例路公交站".into()),
        site_code: Some("51-0001".into()),
        item: Some("站牌破损".into()),
        item_code: "BUS-01".into(),
        ticket: Some("2026-0012".into()),
        sha256: "0123456789abcdef".repeat(4),
        ..StampFacts::default()
    }
}

fn reopened(jpeg: &[u8]) -> RgbImage {
    image::load_from_memory(jpeg).unwrap().into_rgb8()
}

/// The share of pixels that are clearly ink.
fn ink(strip: &RgbImage) -> f64 {
    let dark = strip.pixels().filter(|pixel| pixel.0[0] < 110).count();
    f64::from(u32::try_from(dark).unwrap()) / f64::from(strip.width() * strip.height())
}

fn cut(picture: &RgbImage, top: u32, height: u32) -> RgbImage {
    imageops::crop_imm(picture, 0, top, picture.width(), height).to_image()
}

#[test]
fn the_picture_stays_and_the_strip_stands_under_it() {
    for letters in [Letters::of_system(), &Letters::Own] {
        let picture = scene(1600, 1200, 1);
        let sheet = under(&picture, &facts().stamp(), letters);
        assert_eq!(cut(&sheet, 0, 1200), picture, "not a pixel of it changes");
        let strip = cut(&sheet, 1200, sheet.height() - 1200);
        assert!((100..400).contains(&strip.height()), "{letters:?}: {}", strip.height());
        let share = ink(&strip);
        assert!((0.01..0.3).contains(&share), "{letters:?}: {share}");
    }
}

#[test]
fn the_saved_copy_looks_like_the_display_copy() {
    let display = jpeg(&smooth(1600, 1200)).unwrap();
    let saved = stamped(&display, None, &facts().stamp(), Letters::of_system()).unwrap();
    let (shown, saved) = (reopened(&display), reopened(&saved));
    let kept = cut(&saved, 0, 1200);
    let off: u64 = shown.as_raw().iter().zip(kept.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    let count = u64::try_from(shown.as_raw().len()).unwrap();
    assert!(off < count, "less than one step of 256 on the average: {off} of {count}");
    assert!(ink(&cut(&saved, 1200, saved.height() - 1200)) > 0.01);
}

#[test]
fn other_words_are_another_strip_and_the_same_words_the_same_bytes() {
    let display = jpeg(&smooth(800, 600)).unwrap();
    let save = |facts: &StampFacts| stamped(&display, None, &facts.stamp(), Letters::of_system()).unwrap();
    assert_eq!(save(&facts()), save(&facts()));
    let other = StampFacts { ticket: Some("2026-0013".into()), ..facts() };
    assert_ne!(save(&facts()), save(&other));
}

#[test]
fn whatever_people_write_into_names_is_drawn_as_text() {
    let display = jpeg(&smooth(1600, 900)).unwrap();
    let names = [
        "<script>alert(1)</script>".to_owned(),
        "很长的点位名称".repeat(300),
        "🚧⚠️👨‍👩‍👧‍👦 👩🏽‍🚒".to_owned(),
        "\u{202e}反写\u{200d}\u{0000}\u{7f}\r\n\t".to_owned(),
        "a\u{0301}\u{0301}\u{0301} ﷽ ‏عربي".to_owned(),
        String::new(),
        "𠮷𡘙".to_owned(),
    ];
    for name in names {
        for letters in [Letters::of_system(), &Letters::Own] {
            let facts = StampFacts { site_name: Some(name.clone()), item: Some(name.clone()), ..facts() };
            let saved = reopened(&stamped(&display, None, &facts.stamp(), letters).unwrap());
            assert_eq!(saved.width(), 1600);
            assert!((950..1500).contains(&saved.height()), "{name:.20}: {}", saved.height());
        }
    }
}

#[test]
fn a_tiny_picture_gets_room_for_the_words() {
    let display = jpeg(&smooth(64, 48)).unwrap();
    let saved = reopened(&stamped(&display, None, &facts().stamp(), Letters::of_system()).unwrap());
    assert_eq!(saved.width(), strip::LEAST_WIDTH);
    assert!(ink(&cut(&saved, 48, saved.height() - 48)) > 0.005);
    assert_eq!(saved.get_pixel(700, 10).0, [255, 255, 255], "paper beside it");
}

#[test]
fn a_drawing_lies_over_the_copy_and_stays_where_it_was_drawn() {
    let display = jpeg(&RgbImage::from_pixel(400, 300, Rgb([200, 200, 200]))).unwrap();
    let layer = RgbaImage::from_fn(200, 150, |x, _| {
        image::Rgba(if x < 100 { [255, 0, 0, 255] } else { [0, 0, 0, 0] })
    });
    let mut png = std::io::Cursor::new(Vec::new());
    layer.write_to(&mut png, ImageFormat::Png).unwrap();
    let png = png.into_inner();
    let saved = reopened(&stamped(&display, Some(&png), &facts().stamp(), &Letters::Own).unwrap());
    let near = |x: u32, wanted: [u8; 3]| {
        let there = saved.get_pixel(x, 100).0;
        assert!(there.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) < 12), "{x}: {there:?}");
    };
    near(50, [255, 0, 0]);
    near(350, [200, 200, 200]);
    assert!(stamped(&display, Some(b"no png"), &facts().stamp(), &Letters::Own).is_err());
    assert!(stamped(b"no jpeg", None, &facts().stamp(), &Letters::Own).is_err());
}

#[test]
fn a_covered_area_tells_nothing_of_what_was_there() {
    let area = Area { x: 0.25, y: 0.25, width: 0.5, height: 0.3 };
    let mut picture = scene(1600, 1200, 1);
    let before = picture.clone();
    cover(&mut picture, &area);
    let (across, down) = (area.across(1600), area.down(1200));
    let mut values = std::collections::BTreeSet::new();
    for (x, y, pixel) in picture.enumerate_pixels() {
        if across.contains(&x) && down.contains(&y) {
            values.insert(pixel.0);
            // A block is flat: no edge of the source is left in it.
            let flat = (x - across.start) % 200 == 0 || picture.get_pixel(x - 1, y) == pixel;
            assert!(flat, "{x} {y}");
        } else {
            assert_eq!(pixel, before.get_pixel(x, y), "outside nothing changes");
        }
    }
    assert!(values.len() <= 16);
    assert!(values.iter().flatten().all(|value| value % 16 == 8), "{values:?}");
    // Pixels that trade places inside a block leave the same cover: only a rounded average gets through.
    let mut shuffled = before.clone();
    let (left, right, top) = (across.start + 3, across.start + 150, down.start + 5);
    for y in top..top + 40 {
        let (a, b) = (*shuffled.get_pixel(left, y), *shuffled.get_pixel(right, y));
        shuffled.put_pixel(left, y, b);
        shuffled.put_pixel(right, y, a);
    }
    assert_ne!(shuffled, before);
    cover(&mut shuffled, &area);
    assert_eq!(shuffled, picture);
}

#[test]
fn a_plate_of_letters_is_gone_also_in_the_saved_copy() {
    let letters = Letters::Own;
    let plate = |text: &str| {
        let mut picture = RgbImage::from_pixel(800, 600, Rgb([240, 240, 240]));
        letters.with_pen(60, |pen| {
            let mut x = 220.0;
            for sign in text.chars() {
                pen.draw(sign, x, 280.0, |px, py, _| {
                    let place = (u32::try_from(px).unwrap(), u32::try_from(py).unwrap());
                    picture.put_pixel(place.0, place.1, Rgb([10, 10, 10]));
                });
                x += pen.advance(sign);
            }
        });
        jpeg(&picture).unwrap()
    };
    let area = Area { x: 0.25, y: 0.44, width: 0.4, height: 0.12 };
    let inside = |display: &[u8]| {
        let saved = reopened(&covered(display, &[area]).unwrap());
        // One block's breadth inside the rim, where the codec mixes nothing of the neighbourhood in.
        imageops::crop_imm(&saved, 224, 280, 280, 40).to_image()
    };
    // Two plates with as much ink: what is left of them differs by a step of the average at the most.
    let (one, other) = (inside(&plate("A1B2C3D")), inside(&plate("D3C2B1A")));
    let most = one.as_raw().iter().zip(other.as_raw()).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
    assert!(most <= 40, "{most}");
    // And it has no strokes: neighbours hardly differ but at the edges of a block.
    let steps = one
        .enumerate_pixels()
        .filter(|(x, y, pixel)| *x > 0 && pixel.0[0].abs_diff(one.get_pixel(x - 1, *y).0[0]) > 8);
    assert!(steps.count() <= 4 * 40 * 2, "only the edges of blocks");
}

#[test]
fn blocks_share_a_span_evenly_and_none_is_thin() {
    let all = |length: u32| blocks(10..10 + length).collect::<Vec<_>>();
    assert_eq!(all(10), vec![10..20]);
    assert_eq!(all(47), vec![10..57]);
    assert_eq!(all(50), vec![10..35, 35..60]);
    assert_eq!(all(400).len(), 4);
    assert!(all(403).iter().all(|block| block.end - block.start >= 100));
}
