//! A picture that is drawn on in the coordinates of its place, as the camera stands to it.

use image::{Rgb, RgbImage};

/// Where things are in a place: 400 by 236, the upper left corner is the first.
pub(super) type Spot = (i32, i32);

/// The picture, and how far the camera is from where the place was laid out.
pub(super) struct Frame {
    pub(super) picture: RgbImage,
    top: i32,
    shift: Spot,
    percent: i32,
}

/// Steps aside and back or forward, in pixels and percent: each changes the frame as little as a second visit does, and as much as a
/// fingerprint needs.
const TAKES: [(Spot, i32); 6] =
    [((0, 0), 100), ((-20, 10), 104), ((20, -10), 96), ((10, 20), 108), ((-18, -18), 94), ((30, 8), 103)];

impl Frame {
    /// A camera's view below a strip of this height; `take` says which look at the place this is.
    pub(super) fn new((width, height): (u32, u32), top: i32, take: usize) -> Self {
        let (shift, percent) = TAKES[take % TAKES.len()];
        Self { picture: RgbImage::new(width, height), top, shift, percent }
    }

    fn across(&self, x: i32) -> i32 {
        x * self.percent / 100 + self.shift.0
    }

    fn down(&self, y: i32) -> i32 {
        y * self.percent / 100 + self.shift.1 + self.top
    }

    pub(super) fn block(&mut self, (left, top): Spot, (wide, high): Spot, colour: Rgb<u8>) {
        let (from, to) =
            ((self.across(left), self.down(top)), (self.across(left + wide), self.down(top + high)));
        self.paint(from, to, colour, |_, _| true);
    }

    pub(super) fn disc(&mut self, (x, y): Spot, radius: i32, colour: Rgb<u8>) {
        let (x, y, r) = (self.across(x), self.down(y), radius * self.percent / 100);
        let inside = |px: i32, py: i32| (px - x).pow(2) + (py - y).pow(2) <= r * r;
        self.paint((x - r, y - r), (x + r, y + r), colour, inside);
    }

    /// A stroke of this thickness.
    pub(super) fn line(&mut self, from: Spot, to: Spot, thick: i32, colour: Rgb<u8>) {
        let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs()).max(1);
        for step in 0..=steps {
            let at = |a: i32, b: i32| a + (b - a) * step / steps - thick / 2;
            self.block((at(from.0, to.0), at(from.1, to.1)), (thick, thick), colour);
        }
    }

    /// What lies inside the picture, from one corner to the other.
    fn paint(&mut self, from: Spot, to: Spot, colour: Rgb<u8>, inside: impl Fn(i32, i32) -> bool) {
        let (width, height) = self.picture.dimensions();
        let end = |at: i32, limit: u32| at.min(i32::try_from(limit).unwrap_or(i32::MAX));
        for y in from.1.max(self.top)..end(to.1, height) {
            for x in from.0.max(0)..end(to.0, width) {
                if let (true, Ok(column), Ok(row)) = (inside(x, y), u32::try_from(x), u32::try_from(y)) {
                    self.picture.put_pixel(column, row, colour);
                }
            }
        }
    }
}
