//! Importing sites: all rows checked against kinds, townships and villages, then all written or none.

use super::{
    super::{App, AppError, AppResult, Caller},
    areas, queue, refuse, target,
};
use crate::{
    domain::{
        import::{Faults, Imported},
        people::{permission::Action, scope::Scope},
        places::{
            areas::AreaIndex,
            division::{DivisionCode, DivisionKind},
            site::SiteRow,
        },
    },
    store::{
        Tx, audit,
        changes::{self, ChangeRow},
        imports::sources,
        places::{
            divisions::{self, Division},
            sites::{self, ACTIVE, Site},
        },
        standards::kinds,
    },
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

impl App {
    /// Takes rows of `places::site::from_csv`. Sites that the file does not name stay; a retired one that it names stays retired.
    ///
    /// # Errors
    /// `import_refused` with every fault; nothing is written then.
    pub async fn import_sites(&self, caller: &Caller, rows: &[SiteRow]) -> AppResult<Imported> {
        caller.may(Action::ManagePlaces)?;
        let now = self.clock.now();
        let fresh: Vec<Uuid> = rows.iter().map(|_row| self.random.id()).collect();
        let done = self
            .store
            .write(async |tx| {
                queue(tx, self).await?;
                let county = target(tx, caller).await?;
                let places = Places::read(tx, county).await?;
                let areas = areas::read(tx, county).await?;
                places.check(rows).map_err(refuse)?;
                let existing = sites::of_county(tx, county).await?;
                let before: HashMap<&str, &Site> =
                    existing.iter().map(|site| (site.code.as_str(), site)).collect();
                let (mut created, mut changed, mut feed) = (Vec::new(), Vec::new(), Vec::new());
                for (row, id) in rows.iter().zip(&fresh) {
                    let before = before.get(row.code.as_str()).copied();
                    let site = marked(places.site(county, row, *id, before), &areas);
                    if before == Some(&site) {
                        continue;
                    }
                    let site = Site { version: before.map_or(1, |site| site.version + 1), ..site };
                    feed.push(ChangeRow::of_site(&site, before.map(|site| site.township_id), Some(now)));
                    if before.is_some() { changed.push(site) } else { created.push(site) }
                }
                let done = Imported {
                    created: created.len(),
                    changed: changed.len(),
                    unchanged: rows.len() - created.len() - changed.len(),
                };
                if feed.is_empty() {
                    return Ok(done);
                }
                let moved = |site: &&Site| {
                    let before = before.get(site.code.as_str());
                    before.is_some_and(|before| (before.lon, before.lat) != (site.lon, site.lat))
                };
                let moved: Vec<Uuid> = changed.iter().filter(moved).map(|site| site.id).collect();
                sites::insert(tx, &created).await?;
                // These positions are as they are given.
                sources::clear(tx, &moved).await?;
                for site in &changed {
                    if !sites::update(tx, site).await? {
                        return Err(AppError::Internal("site changed during its import".into()));
                    }
                }
                changes::append(tx, now, feed).await?;
                let line = caller.audit("sites.import", "sites", county);
                audit::append(tx, now, audit::AuditRow { county_id: Some(county), ..line }).await?;
                Ok(done)
            })
            .await;
        self.forget();
        done
    }
}

/// What the rows are checked against.
struct Places {
    kinds: HashSet<String>,
    divisions: HashMap<DivisionCode, Division>,
}

impl Places {
    async fn read(tx: &Tx, county: Uuid) -> AppResult<Self> {
        let kinds = kinds::list(tx, Scope::County { county }).await?;
        let divisions = divisions::of_county(tx, county).await?;
        Ok(Self {
            kinds: kinds.into_iter().map(|kind| kind.key).collect(),
            divisions: divisions.into_iter().map(|division| (division.code.clone(), division)).collect(),
        })
    }

    fn find(&self, code: &DivisionCode, kind: DivisionKind) -> Option<&Division> {
        self.divisions.get(code).filter(|division| division.kind == kind)
    }

    fn check(&self, rows: &[SiteRow]) -> Result<(), Faults> {
        let mut faults = Faults::default();
        for SiteRow { row, kind, township, village, .. } in rows {
            if !self.kinds.contains(kind) {
                faults.add(
                    row,
                    "kind",
                    format!("没有点位类型 {kind}"),
                    format!("there is no site kind {kind}"),
                );
            }
            let found = self.find(township, DivisionKind::Township);
            if found.is_none() {
                let (zh, en) = (format!("没有乡镇 {township}"), format!("there is no township {township}"));
                faults.add(row, "township_code", zh, en);
            }
            match (self.find(village, DivisionKind::Village), found) {
                (None, _) => {
                    faults.add(
                        row,
                        "village_code",
                        format!("没有村 {village}"),
                        format!("there is no village {village}"),
                    );
                }
                (Some(village), Some(township)) if village.parent_id != Some(township.id) => {
                    faults.add(
                        row,
                        "village_code",
                        "这个村不属于这个乡镇",
                        "this village is not of this township",
                    );
                }
                _ => {}
            }
        }
        faults.or(())
    }

    /// The site as the row says, with what the row does not speak of as it was. Checked rows name divisions that exist.
    fn site(&self, county: Uuid, row: &SiteRow, fresh: Uuid, before: Option<&Site>) -> Site {
        let place = |code: &DivisionCode| {
            self.divisions.get(code).map(|division| (division.id, division.name.clone())).unwrap_or_default()
        };
        let ((township_id, township_name), (village_id, village_name)) =
            (place(&row.township), place(&row.village));
        Site {
            id: before.map_or(fresh, |site| site.id),
            county_id: county,
            code: row.code.clone(),
            kind: row.kind.clone(),
            name: row.name.clone(),
            township_id,
            township_name,
            village_id,
            village_name,
            lon: row.point.lon(),
            lat: row.point.lat(),
            status: before.map_or_else(|| ACTIVE.to_owned(), |site| site.status.clone()),
            outside: false,
            version: before.map_or(1, |site| site.version),
        }
    }
}

/// The site with its mark: does its point lie in the township that the register names? Unknown while that is not drawn.
pub(in crate::app) fn marked(site: Site, areas: &AreaIndex) -> Site {
    let covered = site.point().and_then(|point| areas.covers(site.township_id, point));
    Site { outside: covered == Some(false), ..site }
}
