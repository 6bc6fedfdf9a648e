//! Outlines made light for drawing: neighbours are cut at the corners where they meet and each common border is simplified once,
//! so no gap opens between two townships.

use std::collections::{HashMap, HashSet};

use super::outline::{Outline, Rings};

/// About 30 m: below a pixel on a phone that shows a county.
pub const TOLERANCE_DEGREES: f64 = 0.000_3;

type Point = [f64; 2];
/// A point by its bits, to be found in a map.
type Key = [u64; 2];

fn key(point: Point) -> Key {
    point.map(f64::to_bits)
}

/// The rings of each outline, simplified; in the same order.
pub fn simplify(outlines: &[Outline], tolerance: f64) -> Vec<Rings> {
    let shapes: Vec<Rings> = outlines.iter().map(Outline::to_rings).collect();
    let corners = corners(&shapes);
    let ring = |ring: Vec<Point>| light_ring(ring, &corners, tolerance);
    shapes
        .into_iter()
        .map(|shape| shape.into_iter().map(|p| p.into_iter().map(ring).collect()).collect())
        .collect()
}

/// Points where borders part or meet: those with other than two neighbours over all rings.
fn corners(shapes: &[Rings]) -> HashSet<Key> {
    let mut neighbours: HashMap<Key, HashSet<Key>> = HashMap::new();
    for edge in shapes.iter().flatten().flatten().flat_map(|ring| ring.windows(2)) {
        let (a, b) = (key(edge[0]), key(edge[1]));
        neighbours.entry(a).or_default().insert(b);
        neighbours.entry(b).or_default().insert(a);
    }
    neighbours.into_iter().filter(|(_, all)| all.len() != 2).map(|(point, _)| point).collect()
}

fn light_ring(mut ring: Vec<Point>, corners: &HashSet<Key>, tolerance: f64) -> Vec<Point> {
    ring.pop();
    // Every ring over the same points must begin at the same one: a corner, or without any the point with the lowest bits.
    let start =
        (0..ring.len()).min_by_key(|i| (!corners.contains(&key(ring[*i])), key(ring[*i]))).unwrap_or(0);
    ring.rotate_left(start);
    ring.push(ring[0]);
    let mut cuts: Vec<usize> = (0..ring.len()).filter(|i| corners.contains(&key(ring[*i]))).collect();
    if cuts.len() < 2 {
        cuts = vec![0, ring.len() - 1];
    }
    let mut light = vec![ring[0]];
    for cut in cuts.windows(2) {
        light.extend(light_arc(&ring[cut[0]..=cut[1]], tolerance).into_iter().skip(1));
    }
    // A ring that would fall into a line stays as it is.
    if light.len() < 4 { ring } else { light }
}

/// Simplified from the lower end to the higher, whichever way the ring runs, so both neighbours get the same points.
fn light_arc(arc: &[Point], tolerance: f64) -> Vec<Point> {
    let mut arc = arc.to_vec();
    let forward: Vec<Key> = arc.iter().copied().map(key).collect();
    let backward: Vec<Key> = forward.iter().rev().copied().collect();
    let turned = backward < forward;
    if turned {
        arc.reverse();
    }
    let mut keep = vec![false; arc.len()];
    keep[0] = true;
    keep[arc.len() - 1] = true;
    let mut spans = vec![(0, arc.len() - 1)];
    while let Some((from, to)) = spans.pop() {
        let farthest = (from + 1..to)
            .map(|i| (distance(arc[i], arc[from], arc[to]), i))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((distance, i)) = farthest
            && distance > tolerance
        {
            keep[i] = true;
            spans.extend([(from, i), (i, to)]);
        }
    }
    let mut light: Vec<Point> =
        arc.into_iter().zip(keep).filter_map(|(point, kept)| kept.then_some(point)).collect();
    if turned {
        light.reverse();
    }
    light
}

/// Degrees from `p` to the segment a–b.
fn distance(p: Point, a: Point, b: Point) -> f64 {
    let ([dx, dy], [px, py]) = ([b[0] - a[0], b[1] - a[1]], [p[0] - a[0], p[1] - a[1]]);
    let length2 = dx * dx + dy * dy;
    let along = if length2 > 0.0 { ((px * dx + py * dy) / length2).clamp(0.0, 1.0) } else { 0.0 };
    (px - along * dx).hypot(py - along * dy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::places::{division::DivisionKind, geojson};

    fn townships() -> Vec<Outline> {
        let rows = geojson::divisions(include_bytes!("../../../demo/regions.geojson")).unwrap();
        rows.into_iter()
            .filter(|row| row.kind == DivisionKind::Township)
            .filter_map(|row| row.outline)
            .collect()
    }

    fn edges(shapes: &[Rings]) -> Vec<(Key, Key)> {
        let rings = shapes.iter().flatten().flatten();
        rings.flat_map(|ring| ring.windows(2).map(|edge| (key(edge[0]), key(edge[1])))).collect()
    }

    fn area(shapes: &[Rings]) -> f64 {
        let rings = shapes.iter().flatten().flatten();
        rings
            .map(|ring| ring.windows(2).map(|e| e[0][0] * e[1][1] - e[1][0] * e[0][1]).sum::<f64>() / 2.0)
            .sum::<f64>()
            .abs()
    }

    /// Edges that no other ring walks the other way: the border to the outside.
    fn outer(edges: &[(Key, Key)]) -> Vec<(Key, Key)> {
        let set: HashSet<_> = edges.iter().copied().collect();
        edges.iter().copied().filter(|(a, b)| !set.contains(&(*b, *a))).collect()
    }

    #[test]
    fn neighbours_keep_one_common_border() {
        let whole: Vec<Rings> = townships().iter().map(Outline::to_rings).collect();
        let outside: HashSet<Key> = outer(&edges(&whole)).into_iter().flat_map(|(a, b)| [a, b]).collect();
        for tolerance in [0.0, 0.000_3, 0.001, 0.003] {
            let light = simplify(&townships(), tolerance);
            let all = edges(&light);
            assert_eq!(
                all.iter().collect::<HashSet<_>>().len(),
                all.len(),
                "an edge is walked once in each direction"
            );
            for (a, b) in outer(&all) {
                assert!(
                    outside.contains(&a) && outside.contains(&b),
                    "a border inside the county came apart"
                );
            }
            assert!((area(&light) - area(&whole)).abs() < area(&whole) * 0.01);
            assert!(tolerance < 0.001 || all.len() * 2 < edges(&whole).len());
        }
    }

    #[test]
    fn points_off_the_line_stay_and_points_on_it_go() {
        let square = |wiggle: f64| {
            let ring = vec![[0.0, 0.0], [5.0, wiggle], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0], [0.0, 0.0]];
            Outline::new(vec![vec![ring]]).unwrap()
        };
        assert_eq!(simplify(&[square(0.01)], 0.1)[0][0][0].len(), 5);
        assert_eq!(simplify(&[square(0.5)], 0.1)[0][0][0].len(), 6);
        let tiny = simplify(&[square(0.5)], 100.0);
        assert_eq!(tiny[0][0][0].len(), 6, "a ring never falls into a line");
    }
}
