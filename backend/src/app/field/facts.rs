//! What operations are judged by: the county's checklists, places and deadlines, read once and shared.

use crate::{
    app::{App, AppResult},
    domain::{
        clock::Instant,
        field::envelope::Place,
        people::scope::Scope,
        places::{
            areas::{AreaIndex, Located},
            position::{Datum, Position, Source},
        },
        standards::{calendar::Calendar, checklist::Checklist},
        tickets::deadline::DeadlineRules,
    },
    store::{self, Conn, Tx, places::sites::Site},
};
use chrono::TimeDelta;
use std::{
    collections::HashMap,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};
use uuid::Uuid;

/// How long a county's rules are used before they are looked at again.
const KEPT: TimeDelta = TimeDelta::seconds(5);

/// Rules of all counties as this process last read them, and the database's epoch.
#[derive(Default)]
pub struct FactsCache {
    epoch: OnceLock<Uuid>,
    counties: RwLock<HashMap<Uuid, (Instant, Arc<Rules>)>>,
    checklists: RwLock<HashMap<Uuid, Arc<Checklist>>>,
}

/// What a county has decided.
struct Rules {
    deadlines: DeadlineRules,
    /// The checklist versions that new visits use.
    current: Vec<Uuid>,
}

/// A county's rules as they are now. Cheap to clone.
#[derive(Clone)]
pub struct Facts {
    pub county: Uuid,
    pub areas: Arc<AreaIndex>,
    rules: Arc<Rules>,
    cache: Arc<FactsCache>,
}

impl Facts {
    pub async fn load(app: &App, county: Uuid) -> AppResult<Self> {
        Ok(Self {
            county,
            areas: app.areas(county).await?,
            rules: rules(app, county).await?,
            cache: Arc::clone(&app.facts),
        })
    }

    pub fn deadlines(&self) -> &DeadlineRules {
        &self.rules.deadlines
    }

    /// The site of this id in the county.
    pub async fn site(&self, tx: &Tx, id: Uuid) -> AppResult<Option<Site>> {
        Ok(store::places::sites::get(tx, Scope::County { county: self.county }, id).await?)
    }

    /// The checklist version that a visit pinned, and whether it is in use. Versions never change, so they are kept.
    pub async fn checklist(&self, tx: &Tx, id: Uuid) -> AppResult<Option<(Arc<Checklist>, bool)>> {
        let current = self.rules.current.contains(&id);
        if let Some(known) = self.cache.checklists.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
            return Ok(Some((Arc::clone(known), current)));
        }
        let Some(row) =
            store::standards::checklists::get(tx, Scope::County { county: self.county }, id).await?
        else {
            return Ok(None);
        };
        let body: Checklist = serde_json::from_value(row.body).map_err(|_| store::Error::Inconsistent {
            table: "checklist",
            column: "body",
            value: id.to_string(),
        })?;
        let list = Arc::new(body);
        self.cache.checklists.write().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::clone(&list));
        Ok(Some((list, current)))
    }

    /// Where a reported position lies; `None` when it is no place on Earth.
    pub fn locate(&self, place: &Place) -> Option<Located> {
        let place = place.checked()?;
        let position =
            Position::new((place.lon, place.lat), place.accuracy_m, Source::Browser, Datum::Wgs84).ok()?;
        Some(self.areas.locate(&position))
    }
}

/// The database's epoch as every receipt names it.
pub async fn epoch(app: &App, conn: &impl Conn) -> AppResult<Uuid> {
    if let Some(epoch) = app.facts.epoch.get() {
        return Ok(*epoch);
    }
    let text = store::meta::get(conn, store::meta::EPOCH).await?.unwrap_or_default();
    let epoch = text.parse().map_err(|_| store::Error::Inconsistent {
        table: "meta",
        column: "value",
        value: text,
    })?;
    Ok(*app.facts.epoch.get_or_init(|| epoch))
}

async fn rules(app: &App, county: Uuid) -> AppResult<Arc<Rules>> {
    let now = app.clock.now();
    if let Some((at, rules)) = app.facts.counties.read().unwrap_or_else(PoisonError::into_inner).get(&county)
        && now.signed_duration_since(*at).abs() < KEPT
    {
        return Ok(Arc::clone(rules));
    }
    let current = store::standards::checklists::active(app.store.read(), county).await?;
    let fresh = Arc::new(Rules {
        deadlines: DeadlineRules::new(Calendar::shipped()),
        current: current.into_iter().map(|row| row.id).collect(),
    });
    let mut counties = app.facts.counties.write().unwrap_or_else(PoisonError::into_inner);
    counties.insert(county, (now, Arc::clone(&fresh)));
    Ok(fresh)
}
