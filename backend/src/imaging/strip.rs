//! The strip under an exported photo: dark words on white, wrapped to its width, whatever people have written into names.

use image::{Rgb, RgbImage};

use super::letters::{Letters, Pen, pixels};
use crate::domain::evidence::stamp::Stamp;

pub(super) const PAPER: Rgb<u8> = Rgb([255, 255, 255]);
const INK: u8 = 24;
const RULE: Rgb<u8> = Rgb([120, 120, 120]);
/// A sheet is at least this wide, so that the words have room under a tiny picture.
pub(super) const LEAST_WIDTH: u32 = 720;
const PADDING: u32 = 16;
/// Of one entry; what is longer ends in an ellipsis.
const MOST_LINES: usize = 3;

/// Draws the entries of a stamp, in Chinese where the letters can, else the codes.
pub(super) fn draw(stamp: &Stamp, letters: &Letters, width: u32) -> RgbImage {
    let entries = if letters.speaks_chinese() { &stamp.words } else { &stamp.codes };
    letters.with_pen((width / 46).clamp(18, 34), |pen| {
        let room = pixels(width.saturating_sub(2 * PADDING));
        let lines: Vec<String> = entries.iter().flat_map(|entry| wrap(pen, &plain(entry), room)).collect();
        let step = pen.line_height();
        let count = u32::try_from(lines.len()).unwrap_or(u32::MAX);
        let mut strip = RgbImage::from_pixel(width, 2 * PADDING + step.saturating_mul(count), PAPER);
        (0..width).for_each(|x| strip.put_pixel(x, 0, RULE));
        for (nth, line) in (0..).zip(&lines) {
            write(&mut strip, pen, line, PADDING + step * nth);
        }
        strip
    })
}

fn write(strip: &mut RgbImage, pen: &Pen<'_>, line: &str, top: u32) {
    let mut x = pixels(PADDING);
    for sign in line.chars() {
        pen.draw(sign, x, pixels(top), |px, py, ink| {
            let (Ok(px), Ok(py)) = (u32::try_from(px), u32::try_from(py)) else { return };
            if let Some(pixel) = strip.get_pixel_mut_checked(px, py) {
                pixel.0 = pixel.0.map(|paper| darker(paper, ink));
            }
        });
        x += pen.advance(sign);
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two bytes")]
fn darker(paper: u8, ink: f32) -> u8 {
    let ink = ink.clamp(0.0, 1.0);
    (f32::from(paper) * (1.0 - ink) + f32::from(INK) * ink).round() as u8
}

/// Cuts a text into lines that fit; the last one that is allowed says that more stood there.
fn wrap(pen: &Pen<'_>, text: &str, room: f32) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0.0;
    for sign in text.chars() {
        let width = pen.advance(sign);
        if used + width > room {
            if lines.len() == MOST_LINES {
                if let Some(last) = lines.last_mut() {
                    last.pop();
                    last.push('…');
                }
                return lines;
            }
            lines.push(String::new());
            used = 0.0;
        }
        if let Some(line) = lines.last_mut() {
            line.push(sign);
        }
        used += width;
    }
    lines
}

/// One line of signs that stand for themselves: no breaks, no invisible ones, none that turn the direction or join their neighbours.
fn plain(text: &str) -> String {
    let invisible = |sign: char| {
        matches!(sign,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
    };
    text.chars()
        .filter(|sign| !invisible(*sign))
        .map(|sign| if sign.is_control() || sign.is_whitespace() { ' ' } else { sign })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_left_out_and_breaks_are_spaces() {
        assert_eq!(plain("一\n二\u{202e}三\u{200b}\t四\u{fe0f}"), "一 二三 四");
        assert_eq!(plain("<b>&amp;"), "<b>&amp;", "markup is text like any other");
    }

    #[test]
    fn a_long_text_ends_in_an_ellipsis() {
        Letters::Own.with_pen(20, |pen| {
            let lines = wrap(pen, &"A".repeat(500), 200.0);
            assert_eq!(lines.len(), MOST_LINES);
            assert!(
                lines[2].ends_with('…')
                    && lines.iter().all(|line| pixels(12) * 17.0 >= 200.0 && line.chars().count() <= 17)
            );
            assert_eq!(wrap(pen, "AB", 200.0), ["AB"]);
        });
    }
}
