//! Which township and village a point lies in: an R-tree over the outlines, made once per import and then only read.
//!
//! The rules, decided once:
//! - A point on an edge belongs to the division; where divisions share the edge (or overlap) the lowest code has it.
//! - A hole is outside; its edge is not.
//! - The village is looked for among the villages of the township that was found, so the two never contradict each other.
//! - Outside every township there is no answer, only the nearest township and how far away it is.
//! - `border` is set when the circle of accuracy reaches the edge of the township, whatever lies beyond: another township, a hole or
//!   the neighbouring county; then the office looks (decisions.md 3). A fix without accuracy counts as one of 100 m.

use std::cmp::Ordering;

use geo::{BoundingRect, Coord};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use uuid::Uuid;

use super::division::{DivisionCode, DivisionKind};
use super::outline::Outline;
use super::position::{Point, Position};

/// Taken where a fix does not say how far it may be off.
pub const ASSUMED_ACCURACY_M: f64 = 100.0;

/// One division with its outline.
#[derive(Debug, Clone)]
pub struct Area {
    pub id: Uuid,
    pub code: DivisionCode,
    pub kind: DivisionKind,
    pub parent: Option<Uuid>,
    pub outline: Outline,
}

/// The answer for one position.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Located {
    pub township: Option<Uuid>,
    pub village: Option<Uuid>,
    /// The circle of accuracy reaches an edge: a person confirms the township.
    pub border: bool,
    /// Set where no township contains the point.
    pub nearest: Option<Nearest>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Nearest {
    pub township: Uuid,
    /// Metres to the nearest point of its edge.
    pub distance_m: f64,
}

/// Immutable; an import builds a new one.
#[derive(Debug, Default)]
pub struct AreaIndex {
    /// Sorted by code, so that the lower place in the list is the lower code.
    areas: Vec<Area>,
    boxes: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
}

impl AreaIndex {
    pub fn new(areas: impl IntoIterator<Item = Area>) -> Self {
        let mut areas: Vec<Area> = areas.into_iter().collect();
        areas.sort_by(|a, b| a.code.cmp(&b.code));
        let boxes = areas
            .iter()
            .enumerate()
            .filter_map(|(index, area)| {
                let bounds = area.outline.shape().bounding_rect()?;
                let corners = Rectangle::from_corners(bounds.min().into(), bounds.max().into());
                Some(GeomWithData::new(corners, index))
            })
            .collect();
        Self { areas, boxes: RTree::bulk_load(boxes) }
    }

    pub fn is_empty(&self) -> bool {
        self.areas.is_empty()
    }

    pub fn locate(&self, position: &Position) -> Located {
        let point = position.point();
        let reach = position.accuracy_m().unwrap_or(ASSUMED_ACCURACY_M);
        let covering = self.covering(point);
        let of_kind = |kind| covering.iter().map(|i| &self.areas[*i]).filter(move |a| a.kind == kind);

        let Some(township) = of_kind(DivisionKind::Township).next() else {
            let nearest = self.nearest(point);
            let border = nearest.as_ref().is_some_and(|n| n.distance_m <= reach);
            return Located { border, nearest, ..Located::default() };
        };
        let village = of_kind(DivisionKind::Village).find(|v| v.parent == Some(township.id));
        let shared = of_kind(DivisionKind::Township).nth(1).is_some();
        Located {
            township: Some(township.id),
            village: village.map(|v| v.id),
            border: shared || edge_distance_m(township, point) <= reach,
            nearest: None,
        }
    }

    /// Whether a division's outline covers a point; its edge belongs to it. `None` when it is not drawn.
    pub fn covers(&self, division: Uuid, point: Point) -> Option<bool> {
        let area = self.areas.iter().find(|area| area.id == division)?;
        Some(area.outline.covers(Coord { x: point.lon(), y: point.lat() }))
    }

    /// Places in `areas` of the divisions that cover the point, lowest code first.
    fn covering(&self, point: Point) -> Vec<usize> {
        let at = [point.lon(), point.lat()];
        let mut found: Vec<usize> = self
            .boxes
            .locate_in_envelope_intersecting(&AABB::from_point(at))
            .map(|candidate| candidate.data)
            .filter(|i| self.areas[*i].outline.covers(Coord { x: at[0], y: at[1] }))
            .collect();
        found.sort_unstable();
        found
    }

    fn nearest(&self, point: Point) -> Option<Nearest> {
        self.areas
            .iter()
            .filter(|area| area.kind == DivisionKind::Township)
            .map(|area| Nearest { township: area.id, distance_m: edge_distance_m(area, point) })
            // `min_by` keeps the first of equals: the lowest code.
            .min_by(|a, b| a.distance_m.partial_cmp(&b.distance_m).unwrap_or(Ordering::Equal))
    }
}

fn edge_distance_m(area: &Area, point: Point) -> f64 {
    area.outline
        .edges()
        .map(|edge| origin_to_segment(point.flat_m(edge.start), point.flat_m(edge.end)))
        .fold(f64::INFINITY, f64::min)
}

/// Distance of the origin from the segment a–b.
fn origin_to_segment([ax, ay]: [f64; 2], [bx, by]: [f64; 2]) -> f64 {
    let (dx, dy) = (bx - ax, by - ay);
    let length2 = dx * dx + dy * dy;
    let along = if length2 > 0.0 { (-(ax * dx + ay * dy) / length2).clamp(0.0, 1.0) } else { 0.0 };
    (ax + along * dx).hypot(ay + along * dy)
}

#[cfg(test)]
#[path = "areas_tests.rs"]
mod tests;
