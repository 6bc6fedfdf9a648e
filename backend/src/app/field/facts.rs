//! What operations are judged by: the county's checklists, places and deadlines, read once and shared.

use crate::{
    app::{App, AppResult, standards::settings},
    domain::{
        clock::Instant,
        field::envelope::Place,
        people::scope::Scope,
        places::{
            areas::{AreaIndex, Located},
            position::{Datum, Position, Source},
        },
        standards::{checklist::Checklist, settings::CountySettings},
        tickets::deadline::DeadlineRules,
    },
    store::{
        self, Conn, Tx,
        people::{devices::DeviceRow, posts::PostRow},
        places::sites::Site,
    },
};
use chrono::TimeDelta;
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};
use uuid::Uuid;

/// How long a county's rules are used before they are looked at again.
const KEPT: TimeDelta = TimeDelta::seconds(5);

/// Rules of all counties as this process last read them, and the database's epoch.
#[derive(Default)]
pub struct FactsCache {
    epoch: RwLock<Option<Uuid>>,
    counties: Kept<Arc<Rules>>,
    sites: Kept<Arc<Site>>,
    posts: Kept<Arc<PostRow>>,
    devices: Kept<Arc<DeviceRow>>,
    checklists: RwLock<HashMap<Uuid, Arc<Checklist>>>,
}

impl FactsCache {
    /// Drops everything, the epoch too: the database was put back to an older copy.
    pub fn begin_anew(&self) {
        *self.epoch.write().unwrap_or_else(PoisonError::into_inner) = None;
        self.forget();
    }

    /// Drops everything that can change.
    pub fn forget(&self) {
        self.counties.forget();
        self.sites.forget();
        self.posts.forget();
        self.devices.forget();
    }
}

/// Values by id that are used for [`KEPT`] before they are read again.
struct Kept<V>(RwLock<HashMap<Uuid, (Instant, V)>>);

/// Far above what a county has in use at once; only a bound.
const MOST: usize = 20_000;

impl<V> Default for Kept<V> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<V: Clone> Kept<V> {
    fn get(&self, id: Uuid, now: Instant) -> Option<V> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        kept.get(&id)
            .filter(|(at, _)| now.signed_duration_since(*at).abs() < KEPT)
            .map(|(_, value)| value.clone())
    }

    fn put(&self, id: Uuid, now: Instant, value: V) -> V {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(id, (now, value.clone()));
        value
    }

    fn forget(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// What a county has decided.
struct Rules {
    areas: Arc<AreaIndex>,
    deadlines: DeadlineRules,
    settings: CountySettings,
    /// The checklist versions that new visits use.
    current: Vec<Uuid>,
}

/// A county's rules as they are now. Cheap to clone.
#[derive(Clone)]
pub struct Facts {
    pub county: Uuid,
    now: Instant,
    rules: Arc<Rules>,
    cache: Arc<FactsCache>,
}

impl Facts {
    pub async fn load(app: &App, county: Uuid) -> AppResult<Self> {
        let rules = rules(app, county).await?;
        Ok(Self { county, now: app.clock.now(), rules, cache: Arc::clone(&app.facts) })
    }

    pub fn deadlines(&self) -> &DeadlineRules {
        &self.rules.deadlines
    }

    pub fn settings(&self) -> &CountySettings {
        &self.rules.settings
    }

    /// The site of this id in the county. It stays until the transaction ends: taking an import back waits, and then sees what names it.
    pub async fn site(&self, tx: &Tx, id: Uuid) -> AppResult<Option<Arc<Site>>> {
        let Some(version) = store::places::sites::hold(tx, self.county, id).await? else { return Ok(None) };
        let known = self.cache.sites.get(id, self.now);
        if let Some(site) = known.filter(|site| site.county_id == self.county && site.version == version) {
            return Ok(Some(site));
        }
        let found = store::places::sites::get(tx, Scope::County { county: self.county }, id).await?;
        Ok(found.map(|site| self.cache.sites.put(id, self.now, Arc::new(site))))
    }

    /// The checklist version that a visit pinned, and whether it is in use. Versions never change, so they are kept; an import that brought
    /// one can be taken back, so it is held as a site is.
    pub async fn checklist(&self, tx: &Tx, id: Uuid) -> AppResult<Option<(Arc<Checklist>, bool)>> {
        if !store::standards::checklists::hold(tx, self.county, id).await? {
            return Ok(None);
        }
        let current = self.rules.current.contains(&id);
        if let Some(known) = self.cache.checklists.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
            return Ok(Some((Arc::clone(known), current)));
        }
        let Some(row) =
            store::standards::checklists::get(tx, Scope::County { county: self.county }, id).await?
        else {
            return Ok(None);
        };
        let body: Checklist = serde_json::from_value(row.body).map_err(|_cause| {
            store::Error::Inconsistent { table: "checklist", column: "body", value: id.to_string() }
        })?;
        let list = Arc::new(body);
        self.cache.checklists.write().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::clone(&list));
        Ok(Some((list, current)))
    }

    /// Where a reported position lies, as far as its township is still there; held as a site is.
    pub async fn locate_held(&self, tx: &Tx, place: &Place) -> AppResult<Option<Located>> {
        let Some(mut located) = self.locate(place) else { return Ok(None) };
        // In the order in which an undo takes them.
        let mut places: Vec<Uuid> = [located.village, located.township].into_iter().flatten().collect();
        places.sort_unstable();
        for division in places {
            if !store::places::divisions::hold(tx, self.county, division).await? {
                (located.township, located.village) = (None, None);
            }
        }
        Ok(Some(located))
    }

    /// Where a reported position lies; `None` when it is no place on Earth.
    pub fn locate(&self, place: &Place) -> Option<Located> {
        let place = place.checked()?;
        // A fix that does not say how good it is.
        let accuracy = place.accuracy_m.unwrap_or(f64::from(self.settings().field.border_accuracy_m));
        let position =
            Position::new((place.lon, place.lat), Some(accuracy), Source::Browser, Datum::Wgs84).ok()?;
        Some(self.rules.areas.locate(&position))
    }
}

/// The database's epoch as every receipt names it.
pub async fn epoch(app: &App, conn: &impl Conn) -> AppResult<Uuid> {
    let kept = *app.facts.epoch.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(epoch) = kept {
        return Ok(epoch);
    }
    let text = store::meta::get(conn, store::meta::EPOCH).await?.unwrap_or_default();
    let epoch = text.parse().map_err(|_cause| store::Error::Inconsistent {
        table: "meta",
        column: "value",
        value: text,
    })?;
    *app.facts.epoch.write().unwrap_or_else(PoisonError::into_inner) = Some(epoch);
    Ok(epoch)
}

/// A post as it stands, for judging what its holder sealed.
pub async fn post(app: &App, id: Uuid) -> AppResult<Option<Arc<PostRow>>> {
    let now = app.clock.now();
    if let Some(post) = app.facts.posts.get(id, now) {
        return Ok(Some(post));
    }
    let found = store::people::posts::get(app.store.read(), id).await?;
    Ok(found.map(|post| app.facts.posts.put(id, now, Arc::new(post))))
}

/// A device as it stands, with its public key.
pub async fn device(app: &App, id: Uuid) -> AppResult<Option<Arc<DeviceRow>>> {
    let now = app.clock.now();
    if let Some(device) = app.facts.devices.get(id, now) {
        return Ok(Some(device));
    }
    let found = store::people::devices::get(app.store.read(), id).await?;
    Ok(found.map(|device| app.facts.devices.put(id, now, Arc::new(device))))
}

async fn rules(app: &App, county: Uuid) -> AppResult<Arc<Rules>> {
    let now = app.clock.now();
    if let Some(rules) = app.facts.counties.get(county, now) {
        return Ok(rules);
    }
    let current = store::standards::checklists::active(app.store.read(), county).await?;
    let settings = settings::row(app.store.read(), county).await?.settings;
    let fresh = Arc::new(Rules {
        areas: app.areas(county).await?,
        deadlines: DeadlineRules::new(app.calendar(county).await?, &settings),
        settings,
        current: current.into_iter().map(|row| row.id).collect(),
    });
    Ok(app.facts.counties.put(county, now, fresh))
}
