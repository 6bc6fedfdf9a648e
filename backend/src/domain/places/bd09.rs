//! BD-09, Baidu's shift on top of GCJ-02, and the one door for positions of files: whatever the datum, WGS-84 comes out.

use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

use super::{gcj02, position::Point};

/// Baidu's constant: a wave along the longitude, in its own unit of angle.
const WAVE: f64 = PI * 3000.0 / 180.0;

/// The datum that a file's positions are given in. CGCS2000 agrees with WGS-84 within about a metre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceDatum {
    #[default]
    Wgs84,
    Gcj02,
    Bd09,
}

impl SourceDatum {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wgs84 => "wgs84",
            Self::Gcj02 => "gcj02",
            Self::Bd09 => "bd09",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Wgs84, Self::Gcj02, Self::Bd09].into_iter().find(|datum| datum.as_str() == text)
    }

    /// The WGS-84 point, to seven decimals (a centimetre): the same file always gives the same numbers.
    pub fn to_wgs84(self, given: Point) -> Point {
        let point = match self {
            Self::Wgs84 => return given,
            Self::Gcj02 => gcj02::to_wgs84(given),
            Self::Bd09 => gcj02::to_wgs84(to_gcj02(given)),
        };
        let short = |degrees: f64| (degrees * 1e7).round() / 1e7;
        Point::new(short(point.lon()), short(point.lat())).unwrap_or(point)
    }
}

/// The BD-09 point of a GCJ-02 point: the published forward shift.
fn from_gcj02(lon: f64, lat: f64) -> (f64, f64) {
    let radius = lon.hypot(lat) + 0.000_02 * (lat * WAVE).sin();
    let angle = lat.atan2(lon) + 0.000_003 * (lon * WAVE).cos();
    (radius * angle.cos() + 0.0065, radius * angle.sin() + 0.006)
}

/// The way back, found by iteration like GCJ-02's own.
fn to_gcj02(given: Point) -> Point {
    let (mut lon, mut lat) = (given.lon() - 0.0065, given.lat() - 0.006);
    for _ in 0..8 {
        let (x, y) = from_gcj02(lon, lat);
        (lon, lat) = (lon + given.lon() - x, lat + given.lat() - y);
    }
    Point::new(lon, lat).unwrap_or(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back_is_within_a_centimetre() {
        for (lon, lat) in [(104.97, 30.28), (87.6, 43.8), (121.47, 31.23), (110.3, 20.0), (126.6, 45.8)] {
            let (x, y) = from_gcj02(lon, lat);
            let back = to_gcj02(Point::new(x, y).unwrap());
            let metres = back.distance_m(Point::new(lon, lat).unwrap());
            assert!(metres < 0.01, "{lon} {lat}: {metres} m");
        }
    }

    #[test]
    fn the_shift_is_some_hundred_metres_to_the_north_east() {
        let (lon, lat) = from_gcj02(116.397_499, 39.908_722);
        assert!((lon - 116.404).abs() < 6e-4 && (lat - 39.9147).abs() < 6e-4, "{lon} {lat}");
        let bd = Point::new(116.404, 39.915).unwrap();
        let metres = SourceDatum::Bd09.to_wgs84(bd).distance_m(bd);
        assert!((800.0..2000.0).contains(&metres), "{metres} m");
        let same = Point::new(116.123_456_789, 39.9).unwrap();
        assert_eq!(SourceDatum::Wgs84.to_wgs84(same), same);
    }
}
