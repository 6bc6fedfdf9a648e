//! What a drawing shows: a place of plain shapes with a fault, or the same place without it.

use super::{
    Dice, Shows,
    frame::{Frame, Spot},
};
use image::Rgb;

type Colour = Rgb<u8>;
const DARK: Colour = Rgb([58, 62, 68]);
const STEEL: Colour = Rgb([140, 148, 156]);
const PALE: Colour = Rgb([238, 240, 236]);
const RUST: Colour = Rgb([150, 92, 58]);
const LIGHT: Colour = Rgb([255, 236, 150]);
const RUBBISH: [Colour; 4] =
    [Rgb([236, 236, 230]), Rgb([196, 84, 60]), Rgb([60, 110, 170]), Rgb([230, 190, 70])];

/// The places that there are.
const PLACES: [fn(&mut Frame, &mut Dice, bool); 5] = [shelter, stall, wall, lamp, board];

/// Draws the place of this number; the dice fall alike whatever is shown, so that it is the same place.
pub(super) fn draw(frame: &mut Frame, number: u64, shows: Shows) {
    let mut dice = Dice::of(number);
    let fault = shows == Shows::Fault;
    let place = usize::try_from(number % 5).unwrap_or(0);
    street(frame, &mut dice, place == 3);
    PLACES[place](frame, &mut dice, fault);
}

/// Sky, houses with windows, a tree, the ground with its joints.
fn street(frame: &mut Frame, dice: &mut Dice, dusk: bool) {
    let sky = if dusk { dice.tone(60, 40) } else { dice.tone(175, 70) };
    frame.block((-80, -80), (560, 400), sky);
    let mut left = -80 + dice.within(0, 30);
    while left < 480 {
        let (wide, high) = (dice.within(46, 120), dice.within(30, 130));
        let front = if dusk { dice.tone(25, 110) } else { dice.tone(90, 130) };
        frame.block((left, 160 - high), (wide, high + 10), front);
        let (step, pane) = (dice.within(18, 30), dice.within(8, 14));
        for at in 0..wide / step {
            for row in 0..high / step {
                let glass = dice.tone(50, 180);
                frame.block((left + 6 + at * step, 166 - high + row * step), (pane, pane + 2), glass);
            }
        }
        left += wide + dice.within(0, 40);
    }
    let ground = dice.tone(80, 110);
    frame.block((-80, 160), (560, 260), ground);
    let (joint, step, slant) = (dice.tone(60, 130), dice.within(26, 60), dice.within(-60, 60));
    for at in -4..14 {
        frame.line((at * step, 160), (at * step + slant, 300), 3, joint);
    }
    for at in 1..4 {
        frame.block((-80, 160 + at * step), (560, 3), joint);
    }
    let (root, crown) = (dice.within(-10, 400), dice.within(22, 46));
    frame.block((root - 4, 90), (8, 74), RUST);
    let top = dice.tone(60, 70);
    frame.disc((root, 80), crown, green(top));
    for _ in 0..3 {
        let (from, hue) = (dice.within(-20, 400), dice.tone(50, 120));
        for at in 0..3 {
            frame.disc((from + at * 16, 226 + at % 2 * 6), dice.within(12, 24), green(hue));
        }
    }
}

fn green(Rgb([red, green, blue]): Colour) -> Colour {
    Rgb([red / 2, green, blue / 2])
}

fn shelter(frame: &mut Frame, dice: &mut Dice, fault: bool) {
    let (left, wide, top) = (dice.within(50, 130), dice.within(170, 230), dice.within(56, 90));
    let (roof, glass) = (dice.tone(50, 120), dice.tone(170, 60));
    frame.block((left + 8, top), (wide - 16, 96), glass);
    for post in [left, left + wide / 2, left + wide - 8] {
        frame.block((post, top), (8, 130), STEEL);
    }
    frame.block((left - 18, top - 20), (wide + 36, 22), roof);
    frame.block((left + 20, top + 100), (wide - 40, 10), RUST);
    for leg in [left + 26, left + wide - 36] {
        frame.block((leg, top + 110), (8, 20), DARK);
    }
    if fault {
        let hit = (left + wide * 3 / 4, top + 44);
        for (x, y) in [(-44, -34), (-50, 20), (-10, 48), (36, 40), (34, -36), (0, -42)] {
            frame.line(hit, (hit.0 + x, hit.1 + y), 3, PALE);
            frame.line((hit.0 + 2, hit.1 + 2), (hit.0 + x + 2, hit.1 + y + 2), 2, DARK);
        }
        frame.disc(hit, 12, DARK);
        litter(frame, dice, left + wide / 2);
    }
}

fn stall(frame: &mut Frame, dice: &mut Dice, fault: bool) {
    let (left, wide, top) = (dice.within(40, 110), dice.within(190, 250), dice.within(66, 96));
    let (cloth, wood) = (dice.tone(60, 120), dice.tone(90, 60));
    frame.block((left, top), (wide, 80), DARK);
    for at in 0..wide / 20 {
        let colour = if at % 2 == 0 { cloth } else { PALE };
        frame.block((left - 10 + at * 21, top - 26), (21, 36), colour);
        frame.disc((left + at * 21, top + 10), 10, colour);
    }
    frame.block((left - 6, top + 70), (wide + 12, 50), wood);
    for at in 0..wide / 26 {
        let goods = dice.tone(90, 140);
        frame.disc((left + 12 + at * 26, top + 64), 12, goods);
    }
    if fault {
        for side in [left, left + wide / 2, left + wide - 20] {
            litter(frame, dice, side);
        }
    }
}

fn wall(frame: &mut Frame, dice: &mut Dice, fault: bool) {
    let (left, wide, top) = (dice.within(10, 130), dice.within(190, 280), dice.within(20, 90));
    let (paint, joint) = (dice.tone(150, 80), dice.tone(90, 60));
    let high = 190 - top;
    frame.block((left, top), (wide, high), paint);
    frame.block((left - 6, top - 10), (wide + 12, 12), joint);
    frame.block((left, top + high - 24), (wide, 24), joint);
    let door = left + dice.within(16, wide / 3);
    frame.block((door, top + high - 84), (46, 84), RUST);
    let (pane, step) = (dice.within(12, 24), dice.within(30, 54));
    for at in 0..(wide - 20) / step {
        let glass = dice.tone(40, 120);
        frame.block((left + 14 + at * step, top + 14), (pane, pane), glass);
    }
    if fault {
        let corner = (left + wide * 2 / 3, top + 6);
        let at = |(right, down): Spot| (corner.0 + right, corner.1 + down);
        for [from, to] in
            [[(0, 0), (-14, 26)], [(-14, 26), (10, 50)], [(10, 50), (-8, 80)], [(10, 50), (34, 66)]]
        {
            frame.line(at(from), at(to), 5, DARK);
        }
        for (patch, radius) in [((40, 20), 18), ((58, 34), 14), ((30, 90), 16)] {
            frame.disc(at(patch), radius, RUST);
        }
    }
}

fn lamp(frame: &mut Frame, dice: &mut Dice, fault: bool) {
    let (foot, top, arm) = (dice.within(70, 270), dice.within(14, 60), dice.within(44, 84));
    let spread = dice.within(4, 9);
    let head = (foot + arm, top + 8);
    if !fault {
        for at in 0..11 {
            let half = 12 + at * spread;
            frame.block((head.0 - half, head.1 + 12 + at * 14), (half * 2, 14), Rgb([150, 140, 96]));
        }
        frame.disc(head, 34, Rgb([190, 178, 110]));
    }
    frame.block((foot - 5, top), (10, 190 - top), STEEL);
    frame.block((foot - 16, 180), (32, 12), STEEL);
    if fault {
        // The head hangs from its arm, dark.
        frame.line((foot, top), (foot + arm - 20, top + 34), 7, STEEL);
        frame.line((foot + arm - 30, top + 26), (foot + arm - 22, top + 66), 12, DARK);
        litter(frame, dice, foot);
    } else {
        frame.line((foot, top), (head.0, top), 7, STEEL);
        frame.block((head.0 - 22, top - 6), (44, 14), DARK);
        frame.disc(head, 14, LIGHT);
    }
}

fn board(frame: &mut Frame, dice: &mut Dice, fault: bool) {
    let (left, wide, top) = (dice.within(70, 140), dice.within(160, 210), dice.within(36, 60));
    let (face, letters) = (dice.tone(50, 130), dice.within(12, 18));
    for leg in [left + 14, left + wide - 24] {
        frame.block((leg, top), (10, 200 - top), STEEL);
    }
    let shown = if fault { wide * 3 / 5 } else { wide };
    frame.block((left, top), (shown, 96), face);
    frame.block((left + 6, top + 6), (shown - 12, 18), PALE);
    for row in 0..3 {
        for at in 0..(shown - 20) / (letters + 6) {
            frame.block((left + 12 + at * (letters + 6), top + 34 + row * 20), (letters, 10), PALE);
        }
    }
    if fault {
        // The torn half lies on the ground.
        for (dx, dy) in [(0, 0), (12, 24), (-8, 48), (10, 72)] {
            frame.line((left + shown + dx - 4, top + dy), (left + shown - dx, top + dy + 24), 12, face);
        }
        frame.line((left + shown + 6, 206), (left + wide + 30, 188), 26, face);
        litter(frame, dice, left);
    }
}

/// Bags and papers on the ground.
fn litter(frame: &mut Frame, dice: &mut Dice, near: i32) {
    for colour in RUBBISH {
        let (x, y) = (near + dice.within(-30, 50), dice.within(186, 214));
        frame.disc((x, y), dice.within(6, 11), colour);
        frame.block((x + 8, y - 2), (dice.within(10, 18), 8), colour);
    }
}
