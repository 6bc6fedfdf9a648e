//! The outline of a division: a valid WGS-84 multipolygon. Invalid rings cannot get in, so the area index may trust its input.
//!
//! Valid means: every ring closed, at least three corners, no ring crossing or touching itself, no two rings crossing or running along
//! each other (touching in single points is allowed), holes inside their polygon, polygons of one outline apart from each other.

use geo::coordinate_position::CoordPos;
use geo::line_intersection::{LineIntersection, line_intersection};
use geo::{Coord, CoordinatePosition, InteriorPoint, Line, LineString, MultiPolygon, Polygon};
use rstar::RTree;
use rstar::primitives::GeomWithData;

/// Most rings of one outline; keeps the pairwise checks of rings short.
pub const RINGS_MAX: usize = 2_000;

#[derive(Debug, Clone, PartialEq)]
pub struct Outline(MultiPolygon);

/// Why an outline is refused; ring 1 is the outer ring of the first polygon, counted through the feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutlineFault {
    Empty,
    TooManyRings,
    TooFewPoints(usize),
    NotClosed(usize),
    OutOfRange(usize),
    CrossesItself(usize),
    RingsCross(usize, usize),
    HoleOutside(usize),
    Overlap(usize, usize),
}

impl OutlineFault {
    pub fn zh(self) -> String {
        match self {
            Self::Empty => "没有坐标".into(),
            Self::TooManyRings => format!("最多 {RINGS_MAX} 个环"),
            Self::TooFewPoints(r) => format!("第 {r} 环少于三个不同的点"),
            Self::NotClosed(r) => format!("第 {r} 环首尾不相接"),
            Self::OutOfRange(r) => format!("第 {r} 环有经纬度超出范围"),
            Self::CrossesItself(r) => format!("第 {r} 环自相交"),
            Self::RingsCross(a, b) => format!("第 {a} 环与第 {b} 环相交或重边"),
            Self::HoleOutside(r) => format!("第 {r} 环（洞）不在外环之内"),
            Self::Overlap(a, b) => format!("第 {a} 环与第 {b} 环重叠"),
        }
    }

    pub fn en(self) -> String {
        match self {
            Self::Empty => "holds no coordinates".into(),
            Self::TooManyRings => format!("at most {RINGS_MAX} rings"),
            Self::TooFewPoints(r) => format!("ring {r} has fewer than three different points"),
            Self::NotClosed(r) => format!("ring {r} does not end where it starts"),
            Self::OutOfRange(r) => format!("ring {r} has a longitude or latitude out of range"),
            Self::CrossesItself(r) => format!("ring {r} crosses or touches itself"),
            Self::RingsCross(a, b) => format!("rings {a} and {b} cross or share an edge"),
            Self::HoleOutside(r) => format!("ring {r}, a hole, lies outside its polygon"),
            Self::Overlap(a, b) => format!("rings {a} and {b} overlap"),
        }
    }
}

/// Polygons as they stand in a file: outer ring first, then holes; a ring is `[lon, lat]` in degrees.
pub type Rings = Vec<Vec<Vec<[f64; 2]>>>;

impl Outline {
    pub fn new(polygons: Rings) -> Result<Self, OutlineFault> {
        if polygons.is_empty() || polygons.iter().any(Vec::is_empty) {
            return Err(OutlineFault::Empty);
        }
        if polygons.iter().map(Vec::len).sum::<usize>() > RINGS_MAX {
            return Err(OutlineFault::TooManyRings);
        }
        let mut number = 0;
        let mut shapes = Vec::with_capacity(polygons.len());
        for polygon in polygons {
            let mut rings = Vec::with_capacity(polygon.len());
            for ring in polygon {
                number += 1;
                rings.push(ring_of(number, &ring)?);
            }
            let outer = rings.remove(0);
            shapes.push(Polygon::new(outer, rings));
        }
        check_crossings(&shapes)?;
        check_nesting(&shapes)?;
        Ok(Self(MultiPolygon(shapes)))
    }

    /// What was checked when it was stored; `None` for rings that no check can have let through.
    pub fn trusted(polygons: Rings) -> Option<Self> {
        let ring = |points: Vec<[f64; 2]>| LineString(points.into_iter().map(Coord::from).collect());
        let shapes = polygons.into_iter().map(|polygon| {
            let mut rings = polygon.into_iter().map(ring);
            Some(Polygon::new(rings.next()?, rings.collect()))
        });
        shapes
            .collect::<Option<Vec<_>>>()
            .filter(|shapes| !shapes.is_empty())
            .map(|all| Self(MultiPolygon(all)))
    }

    pub fn shape(&self) -> &MultiPolygon {
        &self.0
    }

    /// Rings as they go into a file, a row or an answer: a GeoJSON `MultiPolygon`'s coordinates.
    pub fn to_rings(&self) -> Rings {
        let ring = |line: &LineString| line.0.iter().map(|c| [c.x, c.y]).collect::<Vec<_>>();
        self.0
            .iter()
            .map(|p| std::iter::once(p.exterior()).chain(p.interiors()).map(ring).collect())
            .collect()
    }

    /// Whether the point lies inside or on the edge. Holes are outside, their edge is not.
    pub fn covers(&self, at: Coord) -> bool {
        // Asked polygon by polygon: for a whole multipolygon `geo` counts touching edges away (mod-2 rule).
        self.0.iter().any(|polygon| polygon.coordinate_position(&at) != CoordPos::Outside)
    }

    /// Whether this lies in `larger`, judged by a point inside: borders drawn twice by hand never agree to the metre.
    pub fn lies_in(&self, larger: &Self) -> bool {
        self.0.interior_point().is_none_or(|point| larger.covers(point.0))
    }

    /// All edges of all rings.
    pub fn edges(&self) -> impl Iterator<Item = Line> + '_ {
        self.0
            .iter()
            .flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()))
            .flat_map(LineString::lines)
    }
}

fn ring_of(number: usize, points: &[[f64; 2]]) -> Result<LineString, OutlineFault> {
    let mut ring: Vec<Coord> = Vec::with_capacity(points.len());
    for &[x, y] in points {
        if super::position::Point::new(x, y).is_err() {
            return Err(OutlineFault::OutOfRange(number));
        }
        // A point written twice in a row changes nothing; survey programs do it.
        if ring.last() != Some(&Coord { x, y }) {
            ring.push(Coord { x, y });
        }
    }
    if points.len() > 1 && points.first() != points.last() {
        return Err(OutlineFault::NotClosed(number));
    }
    if ring.len() < 4 {
        return Err(OutlineFault::TooFewPoints(number));
    }
    Ok(LineString(ring))
}

/// An edge and where it belongs: ring number, place in the ring, edges of that ring.
type Edge = GeomWithData<rstar::primitives::Line<[f64; 2]>, (usize, usize, usize)>;

/// Looks at every pair of edges whose boxes meet, found by an R-tree, so a long coast does not cost its square.
fn check_crossings(shapes: &[Polygon]) -> Result<(), OutlineFault> {
    let rings = shapes.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
    let edges: Vec<Edge> = rings
        .enumerate()
        .flat_map(|(ring, line)| {
            let count = line.0.len() - 1;
            line.lines().enumerate().map(move |(place, edge)| {
                let ends =
                    rstar::primitives::Line::new([edge.start.x, edge.start.y], [edge.end.x, edge.end.y]);
                GeomWithData::new(ends, (ring + 1, place, count))
            })
        })
        .collect();
    let tree = RTree::bulk_load(edges);
    for (one, other) in tree.intersection_candidates_with_other_tree(&tree) {
        let ((ring_a, place_a, count), (ring_b, place_b, _)) = (one.data, other.data);
        if (ring_a, place_a) >= (ring_b, place_b) {
            continue;
        }
        let (a, b) = (line_of(one), line_of(other));
        let meet = line_intersection(a, b);
        if ring_a == ring_b {
            let neighbours = place_b - place_a == 1 || (place_a == 0 && place_b == count - 1);
            // Neighbours share a corner; more than that, or anything between others, is a crossing.
            let bad = if neighbours {
                matches!(meet, Some(LineIntersection::Collinear { .. }))
            } else {
                meet.is_some()
            };
            if bad {
                return Err(OutlineFault::CrossesItself(ring_a));
            }
        } else if !matches!(meet, None | Some(LineIntersection::SinglePoint { is_proper: false, .. })) {
            return Err(OutlineFault::RingsCross(ring_a, ring_b));
        }
    }
    Ok(())
}

fn line_of(edge: &Edge) -> Line {
    let ([ax, ay], [bx, by]) = (edge.geom().from, edge.geom().to);
    Line::new(Coord { x: ax, y: ay }, Coord { x: bx, y: by })
}

/// Rings that do not cross are either apart or one inside the other; this tells which, by one corner off the other's edge.
fn check_nesting(shapes: &[Polygon]) -> Result<(), OutlineFault> {
    let inside = |ring: &LineString, polygon: &Polygon| {
        ring.0.iter().map(|c| polygon.coordinate_position(c)).find(|p| *p != CoordPos::OnBoundary)
            == Some(CoordPos::Inside)
    };
    let mut number = 0;
    let mut outer_numbers = Vec::with_capacity(shapes.len());
    for shape in shapes {
        number += 1;
        outer_numbers.push(number);
        let hull = Polygon::new(shape.exterior().clone(), vec![]);
        let holes: Vec<Polygon> = shape.interiors().iter().map(|r| Polygon::new(r.clone(), vec![])).collect();
        for (i, hole) in shape.interiors().iter().enumerate() {
            number += 1;
            if !inside(hole, &hull) {
                return Err(OutlineFault::HoleOutside(number));
            }
            if let Some(j) = holes.iter().enumerate().position(|(j, other)| j != i && inside(hole, other)) {
                return Err(OutlineFault::Overlap(number - i + j, number));
            }
        }
    }
    for (i, one) in shapes.iter().enumerate() {
        for (j, other) in shapes.iter().enumerate() {
            if i != j && inside(one.exterior(), other) {
                return Err(OutlineFault::Overlap(outer_numbers[j], outer_numbers[i]));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: f64, y: f64, side: f64) -> Vec<[f64; 2]> {
        vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    }

    #[test]
    fn good_shapes() {
        let with_hole = vec![vec![square(0.0, 0.0, 8.0), square(2.0, 2.0, 2.0)]];
        let outline = Outline::new(with_hole.clone()).unwrap();
        assert_eq!(outline.to_rings(), with_hole);
        assert!(outline.covers(Coord { x: 1.0, y: 1.0 }));
        assert!(!outline.covers(Coord { x: 3.0, y: 3.0 }), "a hole is outside");
        assert!(outline.covers(Coord { x: 2.0, y: 3.0 }), "the edge of a hole is not");
        // an island in the hole, and two squares that touch in one corner
        Outline::new(vec![vec![square(0.0, 0.0, 8.0), square(2.0, 2.0, 4.0)], vec![square(3.0, 3.0, 1.0)]])
            .unwrap();
        Outline::new(vec![vec![square(0.0, 0.0, 1.0)], vec![square(1.0, 1.0, 1.0)]]).unwrap();
        let doubled = vec![[0.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]];
        assert_eq!(Outline::new(vec![vec![doubled]]).unwrap().edges().count(), 3);
    }

    #[test]
    fn a_touched_corner_of_two_polygons_is_covered() {
        let outline = Outline::new(vec![vec![square(0.0, 0.0, 1.0)], vec![square(1.0, 1.0, 1.0)]]).unwrap();
        assert!(outline.covers(Coord { x: 1.0, y: 1.0 }));
    }

    #[test]
    fn bad_shapes() {
        use OutlineFault as F;
        let bow_tie = vec![[0.0, 0.0], [2.0, 2.0], [2.0, 0.0], [0.0, 2.0], [0.0, 0.0]];
        let spike = vec![[0.0, 0.0], [4.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 0.0]];
        let line = vec![[0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [0.0, 0.0]];
        let cases: Vec<(Rings, F)> = vec![
            (vec![], F::Empty),
            (vec![vec![]], F::Empty),
            (vec![vec![vec![]]], F::TooFewPoints(1)),
            (vec![vec![vec![[1.0, 1.0]; 5]]], F::TooFewPoints(1)),
            (vec![vec![vec![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]]], F::NotClosed(1)),
            (vec![vec![square(179.5, 0.0, 1.0)]], F::OutOfRange(1)),
            (vec![vec![square(0.0, 89.5, 1.0)]], F::OutOfRange(1)),
            (vec![vec![square(f64::NAN, 0.0, 1.0)]], F::OutOfRange(1)),
            (vec![vec![bow_tie]], F::CrossesItself(1)),
            (vec![vec![spike]], F::CrossesItself(1)),
            (vec![vec![line]], F::CrossesItself(1)),
            (vec![vec![square(0.0, 0.0, 4.0), square(3.0, 3.0, 4.0)]], F::RingsCross(1, 2)),
            (vec![vec![square(0.0, 0.0, 4.0)], vec![square(4.0, 0.0, 4.0)]], F::RingsCross(1, 2)),
            (vec![vec![square(0.0, 0.0, 1.0), square(5.0, 5.0, 1.0)]], F::HoleOutside(2)),
            (
                vec![vec![square(0.0, 0.0, 9.0), square(1.0, 1.0, 5.0), square(2.0, 2.0, 1.0)]],
                F::Overlap(2, 3),
            ),
            (vec![vec![square(0.0, 0.0, 9.0)], vec![square(1.0, 1.0, 2.0)]], F::Overlap(1, 2)),
            (vec![vec![square(0.0, 0.0, 9.0)]; 2001], F::TooManyRings),
        ];
        for (rings, fault) in cases {
            assert_eq!(Outline::new(rings).unwrap_err(), fault);
        }
    }
}
