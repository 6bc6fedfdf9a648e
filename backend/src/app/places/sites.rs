//! Reading the register of sites.

use super::super::{App, AppResult, Caller};
pub use crate::store::places::sites::Filter as SiteFilter;
use crate::{
    domain::{
        clock::Instant,
        names::initials,
        page::{Page, PageRequest},
        people::{permission::Action, scope::Scope},
        places::bd09::SourceDatum,
        problem::Code,
    },
    store::{
        field::inspections,
        imports::sources,
        places::sites::{self, Site},
        tickets,
    },
};
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// A site as an inspector sees it before the visit.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SiteRow {
    pub id: Uuid,
    /// Permanent and without meaning; printed as QR at the site.
    pub code: String,
    pub kind: String,
    pub name: String,
    /// First sounds of the name's syllables, for search; more than one spelling is parted by spaces.
    pub initials: String,
    pub township_id: Uuid,
    pub township_name: String,
    pub village_id: Uuid,
    pub village_name: String,
    /// WGS-84 degrees.
    pub lon: f64,
    pub lat: f64,
    /// `active` or `retired`.
    pub status: String,
    /// The point lies outside the township that the register names; the register wants a look.
    pub outside_township: bool,
    pub version: i32,
    /// The latest visit that the caller may know of.
    pub last_visit: Option<LastVisit>,
    /// Open tickets at this site that the caller may see.
    pub open_tickets: i64,
    /// What its position was given as, where that was converted; for the office, of the register alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given: Option<GivenPosition>,
}

/// A position as a file gave it.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct GivenPosition {
    pub datum: SourceDatum,
    pub lon: f64,
    pub lat: f64,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LastVisit {
    pub inspection_id: Uuid,
    #[schema(value_type = String, format = DateTime)]
    pub observed_at: Instant,
    pub outcome: String,
    /// Thousandths of the points that applied.
    pub score: Option<i32>,
}

impl App {
    pub async fn sites(
        &self,
        caller: &Caller,
        filter: &SiteFilter,
        page: &PageRequest,
    ) -> AppResult<Page<SiteRow>> {
        caller.require(Action::ReadPlaces)?;
        let scope = caller.scope()?;
        let rows = sites::list(self.store.read(), scope, filter, page).await?;
        let Page { items, next } = Page::cut(rows, page.limit, sites::cursor);
        let rows = self.site_rows(scope, items).await?;
        Ok(Page { items: self.with_given(caller, rows).await?, next })
    }

    pub async fn site(&self, caller: &Caller, id: Uuid) -> AppResult<SiteRow> {
        caller.require(Action::ReadPlaces)?;
        let scope = caller.scope()?;
        let found = sites::get(self.store.read(), scope, id).await?.ok_or(Code::NotFound)?;
        let rows = self.site_rows(scope, vec![found]).await?;
        Ok(self.with_given(caller, rows).await?.pop().ok_or(Code::NotFound)?)
    }

    /// For whoever imports the register: what positions were given as.
    async fn with_given(&self, caller: &Caller, mut rows: Vec<SiteRow>) -> AppResult<Vec<SiteRow>> {
        if caller.may(Action::ImportRegisters).is_err() {
            return Ok(rows);
        }
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let sources = sources::of(self.store.read(), &ids).await?;
        for row in &mut rows {
            row.given = sources.get(&row.id).and_then(|source| {
                Some(GivenPosition { datum: source.datum, lon: source.lon?, lat: source.lat? })
            });
        }
        Ok(rows)
    }

    /// The site whose code is on the plate.
    pub async fn site_by_code(&self, caller: &Caller, code: &str) -> AppResult<SiteRow> {
        caller.require(Action::ReadPlaces)?;
        let scope = caller.scope()?;
        let found = sites::by_code(self.store.read(), scope, code.trim()).await?.ok_or(Code::NotFound)?;
        Ok(self.site_rows(scope, vec![found]).await?.pop().ok_or(Code::NotFound)?)
    }

    /// Sites with what the scope may know of their visits and tickets: three queries, however many sites. The feed uses it too.
    pub async fn site_rows(&self, scope: Scope, sites: Vec<Site>) -> AppResult<Vec<SiteRow>> {
        let now = self.clock.now();
        let ids: Vec<Uuid> = sites.iter().map(|site| site.id).collect();
        let visits = inspections::latest_of_sites(self.store.read(), scope, now, &ids).await?;
        let mut visits: HashMap<Uuid, _> = visits.into_iter().map(|visit| (visit.site_id, visit)).collect();
        let open = tickets::open_by_site(self.store.read(), scope, now, ids).await?;
        Ok(sites
            .into_iter()
            .map(|site| SiteRow {
                last_visit: visits.remove(&site.id).map(|visit| LastVisit {
                    inspection_id: visit.id,
                    observed_at: visit.observed_at,
                    outcome: visit.outcome,
                    score: (visit.score_permille >= 0).then_some(visit.score_permille),
                }),
                open_tickets: open.get(&site.id).copied().unwrap_or_default(),
                id: site.id,
                code: site.code,
                kind: site.kind,
                initials: initials(&site.name),
                name: site.name,
                township_id: site.township_id,
                township_name: site.township_name,
                village_id: site.village_id,
                village_name: site.village_name,
                lon: site.lon,
                lat: site.lat,
                status: site.status,
                outside_township: site.outside,
                version: site.version,
                given: None,
            })
            .collect())
    }
}
