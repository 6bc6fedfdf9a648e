//! What operations are judged by: the county's checklists, places and deadlines, read once and shared.

use crate::{
    app::{App, AppResult},
    domain::{
        field::envelope::Place,
        places::areas::{AreaIndex, Located},
        places::position::{Datum, Position, Source},
        standards::checklist::Checklist,
        tickets::deadline::DeadlineRules,
    },
    store::{Tx, places::sites::Site},
};
use std::sync::Arc;
use uuid::Uuid;

/// A county's rules as they are now. Cheap to clone.
#[derive(Clone)]
pub struct Facts {
    pub county: Uuid,
    pub areas: Arc<AreaIndex>,
    pub rules: Arc<DeadlineRules>,
    pub standards: Arc<crate::app::standards::Standards>,
}

impl Facts {
    pub async fn load(app: &App, county: Uuid) -> AppResult<Self> {
        Ok(Self {
            county,
            areas: app.areas(county).await?,
            rules: app.deadline_rules(county).await?,
            standards: app.standards(county).await?,
        })
    }

    /// The site of this id in the county.
    pub async fn site(&self, tx: &Tx, id: Uuid) -> AppResult<Option<Site>> {
        let scope = crate::domain::people::scope::Scope::County { county: self.county };
        Ok(crate::store::places::sites::get(tx, scope, id).await?)
    }

    /// The checklist version that a visit pinned, and whether it is still the current one.
    pub fn checklist(&self, id: Uuid) -> Option<(&Checklist, bool)> {
        self.standards.checklist(id)
    }

    /// Where a reported position lies; `None` when it is no place on Earth.
    pub fn locate(&self, place: &Place) -> Option<Located> {
        let place = place.checked()?;
        let position = Position::new((place.lon, place.lat), place.accuracy_m, Source::Browser, Datum::Wgs84).ok()?;
        Some(self.areas.locate(&position))
    }
}
