//! The area index of each county, made from its outlines and kept until an import changes them.

use super::super::{App, AppResult};
use crate::{
    domain::places::{
        areas::{Area, AreaIndex},
        division::DivisionKind,
        simplify::{TOLERANCE_DEGREES, simplify},
    },
    store::{Conn, Tx, meta, places::divisions},
};
use serde::Serialize;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};
use uuid::Uuid;

/// Shared by all workers of one process. Another process' import is noticed by the county's stamp.
#[derive(Debug, Clone, Default)]
pub struct AreaCache(Arc<RwLock<HashMap<Uuid, Arc<CountyAreas>>>>);

/// What was read at one stamp.
#[derive(Debug)]
struct CountyAreas {
    stamp: String,
    index: Arc<AreaIndex>,
    townships: OnceLock<Arc<Outlines>>,
}

/// Township outlines for drawing: a GeoJSON `FeatureCollection`, simplified.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Outlines {
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    kind: &'static str,
    /// `MultiPolygon` features with the properties `id`, `code` and `name`.
    #[schema(value_type = Vec<Object>)]
    features: Vec<Value>,
}

fn key(county: Uuid) -> String {
    format!("areas:{county}")
}

/// Tells every process that the outlines of a county are new; part of the import's transaction.
pub(in crate::app) async fn renew(tx: &Tx, county: Uuid, stamp: Uuid) -> AppResult<()> {
    Ok(meta::set(tx, &key(county), stamp.to_string()).await?)
}

/// The index as one transaction sees it, for marking sites against outlines that it may have changed itself.
pub(in crate::app) async fn read(conn: &impl Conn, county: Uuid) -> AppResult<AreaIndex> {
    let rows = divisions::outlines(conn, county, None).await?;
    Ok(AreaIndex::new(rows.into_iter().map(|(division, outline)| Area {
        id: division.id,
        code: division.code,
        kind: division.kind,
        parent: division.parent_id,
        outline,
    })))
}

impl App {
    /// The index that answers which township and village a position lies in.
    pub async fn areas(&self, county: Uuid) -> AppResult<Arc<AreaIndex>> {
        Ok(Arc::clone(&self.county_areas(county).await?.index))
    }

    /// Township outlines of a county, simplified so that a phone draws them; neighbours keep one common border.
    pub(super) async fn township_outlines(&self, county: Uuid) -> AppResult<Arc<Outlines>> {
        let areas = self.county_areas(county).await?;
        if let Some(ready) = areas.townships.get() {
            return Ok(Arc::clone(ready));
        }
        let rows = divisions::outlines(self.store.read(), county, Some(DivisionKind::Township)).await?;
        let (divisions, outlines): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
        let features =
            divisions.iter().zip(simplify(&outlines, TOLERANCE_DEGREES)).map(|(division, rings)| {
                json!({
                    "type": "Feature",
                    "properties": {"id": division.id, "code": division.code, "name": division.name},
                    "geometry": {"type": "MultiPolygon", "coordinates": rings},
                })
            });
        let made = Arc::new(Outlines { kind: "FeatureCollection", features: features.collect() });
        Ok(Arc::clone(areas.townships.get_or_init(|| made)))
    }

    async fn county_areas(&self, county: Uuid) -> AppResult<Arc<CountyAreas>> {
        // Read before the outlines: an import in between only makes the next caller read once more.
        let stamp = meta::get(self.store.read(), &key(county)).await?.unwrap_or_default();
        let kept = self.area_cache.0.read().unwrap_or_else(PoisonError::into_inner).get(&county).cloned();
        if let Some(kept) = kept.filter(|kept| kept.stamp == stamp) {
            return Ok(kept);
        }
        let index = read(self.store.read(), county).await?;
        let fresh = Arc::new(CountyAreas { stamp, index: Arc::new(index), townships: OnceLock::new() });
        let mut cache = self.area_cache.0.write().unwrap_or_else(PoisonError::into_inner);
        cache.insert(county, Arc::clone(&fresh));
        Ok(fresh)
    }
}
