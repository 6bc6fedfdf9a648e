//! GCJ-02, the shifted datum of Chinese map services, into WGS-84: some phones and map pickers hand it out (domain.md 2.9).
//! The forward shift is the published polynomial; the way back is found by iteration, good to centimetres.

use std::f64::consts::PI;

use super::position::Point;

/// Semi-major axis and squared eccentricity of the Krasovsky ellipsoid, which the shift is defined on.
const AXIS_M: f64 = 6_378_245.0;
const ECC2: f64 = 0.006_693_421_622_965_943;

/// Outside this box the services do not shift.
fn shifted(lon: f64, lat: f64) -> bool {
    (72.004..=137.8347).contains(&lon) && (0.8293..=55.8271).contains(&lat)
}

fn waves(x: f64, periods: [(f64, f64); 2]) -> f64 {
    periods.iter().map(|(height, length)| height * (x * PI / length).sin()).sum::<f64>() * 2.0 / 3.0
}

/// The shift in degrees (east, north) at a WGS-84 point.
fn shift(lon: f64, lat: f64) -> (f64, f64) {
    let (x, y) = (lon - 105.0, lat - 35.0);
    let ripple = waves(x, [(20.0, 1.0 / 6.0), (20.0, 0.5)]);
    let root = x.abs().sqrt();
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + ripple
        + waves(y, [(20.0, 1.0), (40.0, 3.0)])
        + waves(y, [(160.0, 12.0), (320.0, 30.0)]);
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + ripple
        + waves(x, [(20.0, 1.0), (40.0, 3.0)])
        + waves(x, [(150.0, 12.0), (300.0, 30.0)]);
    let phi = lat.to_radians();
    let magic = 1.0 - ECC2 * phi.sin().powi(2);
    let meridian = AXIS_M * (1.0 - ECC2) / (magic * magic.sqrt());
    let parallel = AXIS_M / magic.sqrt() * phi.cos();
    ((east / parallel).to_degrees(), (north / meridian).to_degrees())
}

/// The WGS-84 point that the services show at `given`.
pub fn to_wgs84(given: Point) -> Point {
    if !shifted(given.lon(), given.lat()) {
        return given;
    }
    let (mut lon, mut lat) = (given.lon(), given.lat());
    for _ in 0..8 {
        let (east, north) = shift(lon, lat);
        (lon, lat) = (given.lon() - east, given.lat() - north);
    }
    Point::new(lon, lat).unwrap_or(given)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_known_pair_and_outside() {
        // Beijing, Tiananmen square: a pair that map services publish in their conversion examples.
        let (east, north) = shift(116.391_28, 39.907_30);
        assert!((east - 0.006_24).abs() < 2e-4 && (north - 0.001_40).abs() < 2e-4, "{east} {north}");
        let london = Point::new(-0.1, 51.5).unwrap();
        assert_eq!(to_wgs84(london), london);
    }

    proptest! {
        #[test]
        fn there_and_back(lon in 98.0..109.0_f64, lat in 26.0..34.0_f64) {
            let (east, north) = shift(lon, lat);
            let truth = Point::new(lon, lat).unwrap();
            let shown = Point::new(lon + east, lat + north).unwrap();
            prop_assert!(truth.distance_m(shown) > 100.0);
            prop_assert!(truth.distance_m(to_wgs84(shown)) < 0.1);
        }
    }
}
