//! Letters for the strip of an exported photo: a Chinese font of the system where there is one, else plain signs of our own, which say
//! codes, numbers and dates and need nothing installed.

use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};
use fontdb::{Database, Family, ID, Query};
use std::sync::OnceLock;

use super::signs;

/// Looked for in this order; each is the regular face of a family that people read on screens.
const FAMILIES: [&str; 14] = [
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "Hiragino Sans GB",
    "SimHei",
    "SimSun",
    "Noto Serif CJK SC",
    "AR PL UMing CN",
];
/// A font that has these has what a strip says.
const SAMPLE: &str = "点位项目时间地点单号原片遮挡镇村乡县";
/// Stands for a sign that the font does not have.
const BLANK_SIGN: char = '□';

/// What texts are drawn with.
pub enum Letters {
    /// One face of the system's fonts; the file is mapped for each picture and read where it is needed.
    System { fonts: Database, face: ID },
    /// Our own signs: Latin capitals, digits and marks.
    Own,
}

impl std::fmt::Debug for Letters {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(if self.speaks_chinese() { "Letters::System" } else { "Letters::Own" })
    }
}

impl Letters {
    /// The best that this machine has, looked for once.
    pub fn of_system() -> &'static Self {
        static FOUND: OnceLock<Letters> = OnceLock::new();
        FOUND.get_or_init(|| {
            let mut fonts = Database::new();
            fonts.load_system_fonts();
            Self::among(fonts)
        })
    }

    /// The first face that writes Chinese.
    fn among(fonts: Database) -> Self {
        let named = FAMILIES
            .iter()
            .filter_map(|name| fonts.query(&Query { families: &[Family::Name(name)], ..Query::default() }));
        let others = fonts.faces().map(|face| face.id);
        let face = named.chain(others).find(|face| writes_chinese(&fonts, *face));
        match face {
            Some(face) => Self::System { fonts, face },
            None => Self::Own,
        }
    }

    pub const fn speaks_chinese(&self) -> bool {
        matches!(self, Self::System { .. })
    }

    /// Lends a pen whose letters are about `size` pixels high.
    pub(super) fn with_pen<T>(&self, size: u32, mut work: impl FnMut(&Pen<'_>) -> T) -> T {
        let own = Pen::Own { scale: (size / 10).max(2) };
        let Self::System { fonts, face } = self else { return work(&own) };
        let drawn = fonts.with_face_data(*face, |data, index| {
            let font = Box::new(FontRef::try_from_slice_and_index(data, index).ok()?);
            Some(work(&Pen::Font { font, scale: PxScale::from(pixels(size) * 1.35) }))
        });
        // The font's file was taken away while we ran.
        drawn.flatten().unwrap_or_else(|| work(&own))
    }
}

fn writes_chinese(fonts: &Database, face: ID) -> bool {
    let has_all = |data: &[u8], index| {
        FontRef::try_from_slice_and_index(data, index)
            .is_ok_and(|font| SAMPLE.chars().all(|sign| font.glyph_id(sign).0 != 0))
    };
    fonts.with_face_data(face, has_all).unwrap_or(false)
}

/// Draws one sign after the other.
pub(super) enum Pen<'a> {
    Font { font: Box<FontRef<'a>>, scale: PxScale },
    Own { scale: u32 },
}

impl Pen<'_> {
    /// From one line to the next, in pixels.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few dozen pixels")]
    pub fn line_height(&self) -> u32 {
        match self {
            Self::Font { font, scale } => (font.as_scaled(*scale).height() * 1.08).ceil() as u32,
            Self::Own { scale } => (signs::HEIGHT + 4) * scale,
        }
    }

    /// How far a sign moves the pen.
    pub fn advance(&self, sign: char) -> f32 {
        match self {
            Self::Font { font, scale } => font.as_scaled(*scale).h_advance(glyph_of(font, sign)),
            Self::Own { scale } => pixels((signs::WIDTH + 1) * scale),
        }
    }

    /// Puts a sign with its upper left corner at `(x, top)`: `dot` hears each pixel and how much of it is ink, from 0 to 1.
    #[expect(clippy::cast_possible_truncation, reason = "places inside a picture")]
    pub fn draw(&self, sign: char, x: f32, top: f32, mut dot: impl FnMut(i64, i64, f32)) {
        match self {
            Self::Font { font, scale } => {
                let base = top + font.as_scaled(*scale).ascent();
                let glyph = glyph_of(font, sign).with_scale_and_position(*scale, point(x, base));
                let Some(outline) = font.outline_glyph(glyph) else { return };
                let corner = outline.px_bounds().min;
                outline.draw(|dx, dy, ink| {
                    dot(corner.x as i64 + i64::from(dx), corner.y as i64 + i64::from(dy), ink);
                });
            }
            Self::Own { scale } => {
                for (column, row) in signs::dots(sign) {
                    for dx in 0..*scale {
                        for dy in 0..*scale {
                            let at = |cell: u32, inside: u32| i64::from(cell * scale + inside);
                            dot(x as i64 + at(column, dx), top as i64 + at(row, dy), 1.0);
                        }
                    }
                }
            }
        }
    }
}

/// What the font has for a sign, or a blank one that says that something stood there.
fn glyph_of(font: &FontRef<'_>, sign: char) -> ab_glyph::GlyphId {
    let found = font.glyph_id(sign);
    if found.0 == 0 { font.glyph_id(BLANK_SIGN) } else { found }
}

#[expect(clippy::cast_precision_loss, reason = "small whole numbers")]
pub(super) const fn pixels(whole: u32) -> f32 {
    whole as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_fonts_still_writes_codes() {
        let letters = Letters::among(Database::new());
        assert!(!letters.speaks_chinese());
        let mut ink = 0;
        letters.with_pen(24, |pen| pen.draw('A', 0.0, 0.0, |_, _, _| ink += 1));
        assert!(ink > 20);
        assert!(letters.with_pen(24, |pen| pen.line_height() > 16));
    }
}
