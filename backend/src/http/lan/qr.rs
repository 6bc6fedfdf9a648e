//! An address as a square of dots: for the terminal and for the page that explains the way.

use qrcode::{Color, EcLevel, QrCode, types::QrError};
use std::fmt::Write;

/// Light modules around it, without which cameras find nothing.
const QUIET: usize = 4;

/// Rows of modules with their quiet border; true is dark.
fn modules(text: &str) -> Result<Vec<Vec<bool>>, QrError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)?;
    let (width, colours) = (code.width(), code.to_colors());
    let side = width + 2 * QUIET;
    let dark = |x: usize, y: usize| {
        let inside = (QUIET..QUIET + width).contains(&x) && (QUIET..QUIET + width).contains(&y);
        inside && colours[(y - QUIET) * width + x - QUIET] == Color::Dark
    };
    Ok((0..side).map(|y| (0..side).map(|x| dark(x, y)).collect()).collect())
}

/// Two rows of modules in one line of the terminal. Light is drawn and dark left out, in white on black said outright, so
/// that it reads the same in light and dark terminals.
pub fn terminal(text: &str) -> String {
    let Ok(rows) = modules(text) else { return String::new() };
    let mut drawn = String::new();
    for pair in rows.chunks(2) {
        drawn.push_str("\x1b[97;40m");
        for x in 0..pair[0].len() {
            let below = pair.get(1).is_none_or(|row| row[x]);
            drawn.push(match (pair[0][x], below) {
                (false, false) => '█',
                (false, true) => '▀',
                (true, false) => '▄',
                (true, true) => ' ',
            });
        }
        drawn.push_str("\x1b[0m\n");
    }
    drawn
}

/// One path of squares, black on white whatever the page looks like.
pub fn svg(text: &str, label: &str) -> String {
    let Ok(rows) = modules(text) else { return String::new() };
    let mut path = String::new();
    for (y, row) in rows.iter().enumerate() {
        for (x, _) in row.iter().enumerate().filter(|(_, dark)| **dark) {
            let _ = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    let side = rows.len();
    format!(
        "<svg class=\"qr\" role=\"img\" aria-label=\"{label}\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}h-{side}z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_drawings_have_the_same_dots() {
        let text = "http://192.168.1.5:8447";
        let rows = modules(text).unwrap();
        let dark = rows.iter().flatten().filter(|dark| **dark).count();
        assert_eq!(svg(text, "x").matches("h1v1h-1z").count(), dark);
        assert_eq!(terminal(text).lines().count(), rows.len().div_ceil(2));
        assert!(rows.iter().take(QUIET).flatten().all(|dark| !dark), "a quiet border");
    }

    #[test]
    fn what_no_code_can_hold_is_left_out() {
        assert_eq!(terminal(&"x".repeat(10_000)), "");
    }
}
