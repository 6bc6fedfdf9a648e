//! A rectangle on a picture, told in shares of its width and height, so that it means the same on every copy.

use crate::domain::problem::{Code, Problem};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use utoipa::ToSchema;

/// As many as one cover may have.
pub const MOST_AREAS: usize = 50;
/// Smaller ones are slips of the finger: a five-hundredth of a side.
const LEAST: f64 = 0.002;

/// From the upper left corner; everything between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PictureArea)]
pub struct Area {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Area {
    /// The part that lies on the picture; `None` where none does, or too little to be meant.
    pub fn clipped(self) -> Option<Self> {
        if ![self.x, self.y, self.width, self.height].iter().all(|value| value.is_finite()) {
            return None;
        }
        let span = |from: f64, length: f64| {
            // What lies wholly on the picture stays to the last digit as it was told.
            let inside = from >= 0.0 && from + length <= 1.0;
            let (start, end) = (from.max(0.0), (from + length).min(1.0));
            let kept = if inside { length } else { end - start };
            (length > 0.0 && kept >= LEAST).then_some((start, kept))
        };
        let ((x, width), (y, height)) = (span(self.x, self.width)?, span(self.y, self.height)?);
        Some(Self { x, y, width, height })
    }

    /// The columns that it touches on a picture of this width: never fewer than what was drawn.
    pub fn across(&self, width: u32) -> Range<u32> {
        touched(self.x, self.width, width)
    }

    /// The rows that it touches on a picture of this height.
    pub fn down(&self, height: u32) -> Range<u32> {
        touched(self.y, self.height, height)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the side first")]
fn touched(from: f64, length: f64, side: u32) -> Range<u32> {
    let within = |value: f64| value.clamp(0.0, f64::from(side)) as u32;
    within((from * f64::from(side)).floor())..within(((from + length) * f64::from(side)).ceil())
}

/// What somebody drew, cut to the picture; a problem names each rectangle that has nothing on it.
pub fn checked(areas: &[Area]) -> Result<Vec<Area>, Problem> {
    if areas.is_empty() || areas.len() > MOST_AREAS {
        return Err(Problem::field(
            "/areas",
            format!("请画出 1 到 {MOST_AREAS} 个遮挡区域"),
            format!("Draw 1 to {MOST_AREAS} areas to cover"),
        ));
    }
    let clipped: Vec<Option<Area>> = areas.iter().map(|area| area.clipped()).collect();
    let mut problem = Problem::new(Code::InvalidField);
    for (nth, _) in clipped.iter().enumerate().filter(|(_, area)| area.is_none()) {
        problem = problem.with_field(
            format!("/areas/{nth}"),
            "这个区域不在照片上，或太小",
            "This area does not lie on the picture, or is too small",
        );
    }
    if problem.errors.is_empty() { Ok(clipped.into_iter().flatten().collect()) } else { Err(problem) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(x: f64, y: f64, width: f64, height: f64) -> Area {
        Area { x, y, width, height }
    }

    #[test]
    fn what_reaches_beyond_the_picture_is_cut() {
        assert_eq!(area(-0.5, 0.25, 1.0, 2.0).clipped(), Some(area(0.0, 0.25, 0.5, 0.75)));
        assert_eq!(area(0.0, 0.0, 1.0, 1.0).clipped(), Some(area(0.0, 0.0, 1.0, 1.0)));
        for nowhere in [
            area(1.0, 0.0, 0.5, 0.5),
            area(-0.5, 0.0, 0.5, 0.5),
            area(0.5, 0.5, 0.0, 0.5),
            area(0.5, 0.5, -0.2, 0.5),
            area(0.5, 0.5, 0.0001, 0.5),
            area(f64::NAN, 0.0, 1.0, 1.0),
            area(0.0, 0.0, f64::INFINITY, 1.0),
        ] {
            assert_eq!(nowhere.clipped(), None, "{nowhere:?}");
        }
    }

    #[test]
    fn every_pixel_that_is_touched_belongs_to_it() {
        assert_eq!(area(0.11, 0.0, 0.2, 1.0).across(100), 11..31);
        assert_eq!(area(0.115, 0.0, 0.2, 1.0).across(100), 11..32);
        assert_eq!(area(0.0, 0.5, 1.0, 0.5).down(3), 1..3);
    }

    #[test]
    fn each_wrong_one_is_named() {
        let good = area(0.1, 0.1, 0.2, 0.2);
        assert_eq!(checked(&[good]).unwrap(), [good]);
        let problem = checked(&[good, area(2.0, 0.0, 1.0, 1.0), good, area(0.0, 0.0, 0.0, 1.0)]).unwrap_err();
        let fields: Vec<&str> = problem.errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["/areas/1", "/areas/3"]);
        assert_eq!(checked(&[]).unwrap_err().errors[0].field, "/areas");
        assert_eq!(checked(&vec![good; 51]).unwrap_err().errors[0].field, "/areas");
    }
}
