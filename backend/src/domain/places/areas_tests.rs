//! The area index against a slow and simple truth: counties made of unit squares, where "which square" is a floor and a comparison.

use proptest::prelude::*;

use super::super::position::{Datum, Source};
use super::*;

const SIDE: i32 = 8;

/// A county of 8 × 8 squares; each belongs to one of four townships or to none (a hole).
#[derive(Debug, Clone)]
struct Grid {
    owner: Vec<Option<u8>>,
    /// South-west corner; whole numbers, so that shifting is exact.
    origin: (f64, f64),
}

impl Grid {
    fn at(&self, x: i32, y: i32) -> Option<u8> {
        let inside = (0..SIDE).contains(&x) && (0..SIDE).contains(&y);
        if inside { self.owner[usize::try_from(y * SIDE + x).unwrap()] } else { None }
    }

    /// Each square as its own division of the same township code would overlap nothing but share edges inside one outline,
    /// which an outline forbids; so a township is one area per square, all with the township's id.
    fn index(&self) -> AreaIndex {
        let mut areas = Vec::new();
        for y in 0..SIDE {
            for x in 0..SIDE {
                let Some(owner) = self.at(x, y) else { continue };
                let (west, south) = (self.origin.0 + f64::from(x), self.origin.1 + f64::from(y));
                areas.push(square(owner, west, south, 1.0));
            }
        }
        AreaIndex::new(areas)
    }

    /// Brute force: the lowest owner among the squares that touch the point.
    fn truth(&self, lon: f64, lat: f64) -> Option<u8> {
        let (x, y) = (lon - self.origin.0, lat - self.origin.1);
        let near = |v: f64| {
            #[expect(clippy::cast_possible_truncation, reason = "a few units, whole after floor")]
            let floor = v.floor() as i32;
            if v.fract() == 0.0 { vec![floor - 1, floor] } else { vec![floor] }
        };
        near(y).into_iter().flat_map(|cy| near(x).into_iter().filter_map(move |cx| self.at(cx, cy))).min()
    }
}

fn township_code(owner: u8) -> DivisionCode {
    DivisionCode::parse(&format!("519901{:03}000", u16::from(owner) + 100)).unwrap()
}

fn id(owner: u8) -> Uuid {
    Uuid::from_u128(u128::from(owner) + 1)
}

fn ring(x: f64, y: f64, side: f64) -> Vec<[f64; 2]> {
    vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
}

fn square(owner: u8, x: f64, y: f64, side: f64) -> Area {
    area(owner, vec![vec![ring(x, y, side)]])
}

fn area(owner: u8, rings: super::super::outline::Rings) -> Area {
    Area {
        id: id(owner),
        code: township_code(owner),
        kind: DivisionKind::Township,
        parent: None,
        outline: Outline::new(rings).unwrap(),
    }
}

fn village(number: u8, township: u8, x: f64, y: f64, side: f64) -> Area {
    Area {
        id: id(100 + number),
        code: DivisionCode::parse(&format!("519901{:03}{number:03}", u16::from(township) + 100)).unwrap(),
        kind: DivisionKind::Village,
        parent: Some(id(township)),
        outline: Outline::new(vec![vec![ring(x, y, side)]]).unwrap(),
    }
}

fn exact(lon: f64, lat: f64) -> Position {
    Position::exact(Point::new(lon, lat).unwrap())
}

fn within(lon: f64, lat: f64, accuracy_m: f64) -> Position {
    Position::new((lon, lat), Some(accuracy_m), Source::Browser, Datum::Wgs84).unwrap()
}

fn grids() -> impl Strategy<Value = Grid> {
    let owner = prop_oneof![4 => (0_u8..4).prop_map(Some), 1 => Just(None)];
    prop::collection::vec(owner, usize::try_from(SIDE * SIDE).unwrap())
        .prop_map(|owner| Grid { owner, origin: (100.0, 20.0) })
}

/// Eighths of a degree: edges and corners are hit often, and every number is exact.
fn eighths() -> impl Strategy<Value = (f64, f64)> {
    (-8..=72_i32, -8..=72_i32).prop_map(|(x, y)| (100.0 + f64::from(x) / 8.0, 20.0 + f64::from(y) / 8.0))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn agrees_with_brute_force(grid in grids(), points in prop::collection::vec(eighths(), 50)) {
        let index = grid.index();
        for (lon, lat) in points {
            let found = index.locate(&exact(lon, lat));
            let truth = grid.truth(lon, lat).map(id);
            prop_assert_eq!(found.township, truth, "{} {}", lon, lat);
            prop_assert_eq!(found.township.is_none() && !index.is_empty(), found.nearest.is_some());
        }
    }

    #[test]
    fn the_order_of_the_file_does_not_matter(grid in grids(), point in eighths()) {
        let forward = grid.index();
        let backward = AreaIndex::new(forward.areas.iter().rev().cloned());
        let at = exact(point.0, point.1);
        prop_assert_eq!(forward.locate(&at).township, backward.locate(&at).township);
    }

    #[test]
    fn shifting_county_and_point_changes_nothing(grid in grids(), point in eighths(), east in -30..30_i32) {
        let moved = Grid { origin: (grid.origin.0 + f64::from(east), grid.origin.1), ..grid.clone() };
        let here = grid.index().locate(&exact(point.0, point.1));
        let there = moved.index().locate(&exact(point.0 + f64::from(east), point.1));
        prop_assert_eq!(here.township, there.township);
        prop_assert_eq!(here.border, there.border);
    }

    #[test]
    fn a_larger_circle_never_takes_the_border_mark_away(
        grid in grids(), point in eighths(), small in 0.0..50_000.0_f64, more in 0.0..50_000.0_f64,
    ) {
        let index = grid.index();
        let narrow = index.locate(&within(point.0, point.1, small));
        let wide = index.locate(&within(point.0, point.1, small + more));
        prop_assert!(!narrow.border || wide.border);
        prop_assert_eq!(narrow.township, wide.township);
    }
}

#[test]
fn a_hole_is_outside_and_its_filling_is_the_neighbour() {
    let ringed = area(1, vec![vec![ring(100.0, 20.0, 8.0), ring(102.0, 22.0, 2.0)]]);
    let alone = AreaIndex::new([ringed.clone()]);
    let found = alone.locate(&exact(103.0, 23.0));
    assert_eq!(found.township, None);
    assert_eq!(found.nearest.unwrap().township, id(1));
    assert_eq!(
        alone.locate(&exact(102.0, 23.0)).township,
        Some(id(1)),
        "the edge of a hole belongs to the ring"
    );

    let filled = AreaIndex::new([ringed, square(0, 102.0, 22.0, 2.0)]);
    assert_eq!(filled.locate(&exact(103.0, 23.0)).township, Some(id(0)));
    assert_eq!(filled.locate(&exact(102.0, 23.0)).township, Some(id(0)), "shared edge: lowest code");
    assert_eq!(filled.locate(&exact(101.0, 23.0)).township, Some(id(1)));
}

#[test]
fn outside_the_county_names_the_nearest_township() {
    let index = AreaIndex::new([square(0, 100.0, 20.0, 1.0), square(1, 101.0, 20.0, 1.0)]);
    let found = index.locate(&exact(102.1, 20.5));
    assert_eq!((found.township, found.village, found.border), (None, None, false));
    let nearest = found.nearest.unwrap();
    assert_eq!(nearest.township, id(1));
    let truth = Point::new(102.0, 20.5).unwrap().distance_m(Point::new(102.1, 20.5).unwrap());
    assert!((nearest.distance_m - truth).abs() < 20.0, "{} {truth}", nearest.distance_m);
    assert!(index.locate(&within(102.1, 20.5, 11_000.0)).border, "the circle reaches into the county");
    assert_eq!(AreaIndex::default().locate(&exact(1.0, 1.0)), Located::default());
}

#[test]
fn the_circle_of_accuracy_decides_about_the_border() {
    let index = AreaIndex::new([square(0, 100.0, 20.0, 1.0), square(1, 101.0, 20.0, 1.0)]);
    // 0.001 degrees of longitude are about 104 m here.
    assert!(!index.locate(&within(100.999, 20.5, 100.0)).border);
    assert!(index.locate(&within(100.999, 20.5, 110.0)).border, "reaches the neighbour");
    assert!(index.locate(&within(100.001, 20.5, 110.0)).border, "reaches the outer border");
    assert!(index.locate(&exact(101.0, 20.5)).border, "on the shared edge even without an error");
    let unknown = Position::new((100.9995, 20.5), None, Source::None, Datum::Wgs84).unwrap();
    assert!(index.locate(&unknown).border, "an unknown accuracy counts as 100 m");
}

#[test]
fn a_village_never_contradicts_its_township() {
    let index = AreaIndex::new([
        square(0, 100.0, 20.0, 2.0),
        square(1, 102.0, 20.0, 2.0),
        village(1, 1, 102.0, 20.0, 2.0),
        village(2, 0, 101.0, 20.0, 1.0),
    ]);
    let edge = index.locate(&exact(102.0, 20.5));
    assert_eq!((edge.township, edge.village), (Some(id(0)), Some(id(102))), "both from the lower township");
    let gap = index.locate(&exact(100.5, 20.5));
    assert_eq!((gap.township, gap.village), (Some(id(0)), None), "no village is drawn there");
}

#[test]
fn every_site_of_the_demo_county_lies_where_its_register_says() {
    let rows = super::super::geojson::divisions(include_bytes!("../../../demo/regions.geojson")).unwrap();
    let id_of = |code: &DivisionCode| Uuid::from_u128(code.as_str().parse().unwrap());
    let index = AreaIndex::new(rows.into_iter().map(|row| Area {
        id: id_of(&row.code),
        parent: row.parent.as_ref().map(id_of),
        code: row.code,
        kind: row.kind,
        outline: row.outline.unwrap(),
    }));
    let sites = super::super::site::from_csv(include_bytes!("../../../demo/sites.csv")).unwrap();
    assert_eq!(sites.len(), 925);
    for site in sites {
        let found = index.locate(&Position::exact(site.point));
        assert_eq!(found.township, Some(id_of(&site.township)), "{}", site.name);
        assert_eq!(found.village, Some(id_of(&site.village)), "{}", site.name);
    }
}
