//! Where something was: a WGS-84 point with how it was found and how far it may be off (decisions.md 3, domain.md 2.9).

use serde::{Deserialize, Serialize};

use super::gcj02;

/// Mean radius of the earth in metres; over a county the sphere is off by less than a phone's own error.
const EARTH_M: f64 = 6_371_008.8;

/// A point in WGS-84 degrees; out of range or not finite cannot exist.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawPoint")]
pub struct Point {
    lon: f64,
    lat: f64,
}

#[derive(Deserialize)]
struct RawPoint {
    lon: f64,
    lat: f64,
}

impl TryFrom<RawPoint> for Point {
    type Error = PositionError;
    fn try_from(raw: RawPoint) -> Result<Self, Self::Error> {
        Self::new(raw.lon, raw.lat)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PositionError {
    #[error("经度须在 -180 到 180 之间 · longitude must lie between -180 and 180")]
    Longitude,
    #[error("纬度须在 -90 到 90 之间 · latitude must lie between -90 and 90")]
    Latitude,
    #[error("定位精度须是不小于 0 的米数 · accuracy must be metres, 0 or more")]
    Accuracy,
}

impl Point {
    pub fn new(lon: f64, lat: f64) -> Result<Self, PositionError> {
        // `contains` is false for NaN, so finiteness needs no second question.
        if !(-180.0..=180.0).contains(&lon) {
            return Err(PositionError::Longitude);
        }
        if !(-90.0..=90.0).contains(&lat) {
            return Err(PositionError::Latitude);
        }
        Ok(Self { lon, lat })
    }

    /// Degrees east.
    pub fn lon(self) -> f64 {
        self.lon
    }

    /// Degrees north.
    pub fn lat(self) -> f64 {
        self.lat
    }

    /// Great-circle distance in metres (haversine).
    pub fn distance_m(self, other: Self) -> f64 {
        let (a, b) = (self.lat.to_radians(), other.lat.to_radians());
        let dlat = ((b - a) / 2.0).sin();
        let dlon = ((other.lon - self.lon).to_radians() / 2.0).sin();
        let h = dlat * dlat + a.cos() * b.cos() * dlon * dlon;
        2.0 * EARTH_M * h.clamp(0.0, 1.0).sqrt().asin()
    }

    /// `other` as metres east and north of `self`, on a flat map; good to a few parts in a thousand within 50 km.
    pub(super) fn flat_m(self, other: geo::Coord) -> [f64; 2] {
        [
            (other.x - self.lon).to_radians() * self.lat.to_radians().cos() * EARTH_M,
            (other.y - self.lat).to_radians() * EARTH_M,
        ]
    }
}

/// Who says where: the phone's own fix, a scanned code at the site, a finger on the map, or the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Browser,
    SiteQr,
    MapPin,
    Register,
    #[serde(other)]
    None,
}

/// The datum that the source claims. CGCS2000 agrees with WGS-84 within about a metre and is taken as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Datum {
    #[default]
    Wgs84,
    Cgcs2000,
    Gcj02,
}

/// A position as it is kept: the point in WGS-84, the datum it came in, its source and accuracy.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Position {
    #[serde(flatten)]
    point: Point,
    /// Radius in metres that holds the true place with 68 %; `None` where the source does not say.
    accuracy_m: Option<f64>,
    source: Source,
    datum: Datum,
}

impl Position {
    /// Takes degrees in `datum` and turns them into WGS-84 once, here.
    pub fn new(
        (lon, lat): (f64, f64),
        accuracy_m: Option<f64>,
        source: Source,
        datum: Datum,
    ) -> Result<Self, PositionError> {
        let given = Point::new(lon, lat)?;
        if accuracy_m.is_some_and(|m| !(0.0..=f64::MAX).contains(&m)) {
            return Err(PositionError::Accuracy);
        }
        let point = if datum == Datum::Gcj02 { gcj02::to_wgs84(given) } else { given };
        Ok(Self { point, accuracy_m, source, datum })
    }

    /// A surveyed point: no circle of doubt.
    pub fn exact(point: Point) -> Self {
        Self { point, accuracy_m: Some(0.0), source: Source::Register, datum: Datum::Wgs84 }
    }

    pub fn point(&self) -> Point {
        self.point
    }

    pub fn accuracy_m(&self) -> Option<f64> {
        self.accuracy_m
    }

    pub fn source(&self) -> Source {
        self.source
    }

    pub fn datum(&self) -> Datum {
        self.datum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_no_place() {
        for (lon, lat) in
            [(180.1, 0.0), (f64::NAN, 0.0), (0.0, f64::INFINITY), (0.0, -90.5), (f64::NEG_INFINITY, 0.0)]
        {
            assert!(Point::new(lon, lat).is_err(), "{lon} {lat}");
        }
        assert!(Position::new((105.0, 30.0), Some(-1.0), Source::Browser, Datum::Wgs84).is_err());
        assert!(Position::new((105.0, 30.0), Some(f64::NAN), Source::Browser, Datum::Wgs84).is_err());
        assert!(serde_json::from_str::<Point>(r#"{"lon":181,"lat":0}"#).is_err());
    }

    #[test]
    fn distances_are_metres() {
        let a = Point::new(105.0, 30.0).unwrap();
        let b = Point::new(105.0, 31.0).unwrap();
        assert!((a.distance_m(b) - 111_195.0).abs() < 10.0);
        assert!(a.distance_m(a) < 1e-9);
        let antipode = Point::new(-75.0, -30.0).unwrap();
        assert!((a.distance_m(antipode) - std::f64::consts::PI * EARTH_M).abs() < 1.0);
    }
}
