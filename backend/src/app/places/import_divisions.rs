//! Importing divisions with their outlines: all rows checked, then all written or none; the same file twice changes nothing.

use super::{
    super::{App, AppResult, Caller},
    areas,
    import_sites::marked,
    queue, refuse,
};
use crate::{
    domain::{
        clock::Instant,
        import::{Faults, Imported},
        people::permission::Action,
        places::{
            division::{DivisionCode, DivisionKind, DivisionRow, Title, check_tree},
            outline::Outline,
        },
    },
    store::{
        Tx, audit,
        changes::{self, ChangeRow},
        places::{
            divisions::{self, Division, Stored},
            sites,
        },
    },
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

impl App {
    /// Takes rows of `places::geojson::divisions` or `places::division::from_csv`. Divisions that the file does not name stay.
    ///
    /// # Errors
    /// `import_refused` with every fault; nothing is written then.
    pub async fn import_divisions(&self, caller: &Caller, rows: &[DivisionRow]) -> AppResult<Imported> {
        caller.may(Action::ManagePlaces)?;
        let now = self.clock.now();
        let fresh: Vec<Uuid> = rows.iter().map(|_row| self.random.id()).collect();
        let stamp = self.random.id();
        let done = self
            .store
            .write(async |tx| {
                queue(tx, self).await?;
                let county = county_of(tx, caller, rows, &fresh).await?;
                let plan = Plan::make(tx, county, rows, &fresh).await?;
                let done = plan.imported();
                if done.created + done.changed > 0 {
                    let changed = plan.changes(now);
                    divisions::insert(tx, &plan.created, now).await?;
                    for row in &plan.changed {
                        // The queue lets nobody else in between; a miss would be a fault of ours.
                        if !divisions::update(tx, row).await? {
                            return Err(crate::app::AppError::Internal(
                                "division changed during its import".into(),
                            ));
                        }
                    }
                    changes::append(tx, now, changed).await?;
                    let touched = plan.changed.iter().map(|row| row.division.id).collect();
                    follow(tx, county, &touched, now).await?;
                    areas::renew(tx, county, stamp).await?;
                    let line = caller.audit("divisions.import", "divisions", county);
                    audit::append(tx, now, audit::AuditRow { county_id: Some(county), ..line }).await?;
                }
                Ok(done)
            })
            .await;
        self.forget();
        done
    }
}

/// Sites carry the names of their places and the mark of lying outside them, so phones are told of those that this import touched.
pub(in crate::app) async fn follow(
    tx: &Tx,
    county: Uuid,
    touched: &HashSet<Uuid>,
    now: Instant,
) -> AppResult<()> {
    if touched.is_empty() {
        return Ok(());
    }
    let areas = areas::read(tx, county).await?;
    let mut feed = Vec::new();
    for site in sites::of_county(tx, county).await? {
        let seen = marked(site.clone(), &areas);
        let named = touched.contains(&site.township_id) || touched.contains(&site.village_id);
        if !named && seen.outside == site.outside {
            continue;
        }
        let next = sites::Site { version: site.version + 1, ..seen };
        if !sites::update(tx, &next).await? {
            return Err(crate::app::AppError::Internal("site changed during an import".into()));
        }
        feed.push(ChangeRow::of_site(&next, Some(site.township_id), Some(now)));
    }
    Ok(changes::append(tx, now, feed).await?)
}

/// The county that the file speaks of: its own county row, else the parent of its townships, else the caller's.
async fn county_of(tx: &Tx, caller: &Caller, rows: &[DivisionRow], fresh: &[Uuid]) -> AppResult<Uuid> {
    let counties = divisions::counties(tx).await?;
    let known =
        |code: &DivisionCode| counties.iter().find(|county| county.code == *code).map(|county| county.id);
    let mut own = rows.iter().zip(fresh).filter(|(row, _)| row.kind == DivisionKind::County);
    let found = if let Some((row, id)) = own.next() {
        if let Some((second, _)) = own.next() {
            let mut faults = Faults::default();
            faults.add(second.row, "level", "一个文件只能有一个县", "a file speaks of one county only");
            return Err(refuse(faults));
        }
        known(&row.code).unwrap_or(*id)
    } else {
        let parent = rows
            .iter()
            .filter_map(|row| row.parent.as_ref())
            .find(|code| code.kind() == DivisionKind::County);
        match parent.map(known) {
            Some(Some(county)) => county,
            Some(None) => return Err(refuse(unknown_county(rows))),
            None => super::target(tx, caller).await?,
        }
    };
    if caller.county_id.is_some_and(|own| own != found) {
        return Err(refuse(Faults::whole("文件说的是另一个县", "the file speaks of another county")));
    }
    Ok(found)
}

/// Townships of a county that is neither in the file nor here.
fn unknown_county(rows: &[DivisionRow]) -> Faults {
    let mut faults = Faults::default();
    for row in rows.iter().filter(|row| row.kind == DivisionKind::Township) {
        let code = row.parent.as_ref().map(DivisionCode::as_str).unwrap_or_default();
        faults.add(
            row.row,
            "parent",
            format!("没有县 {code}，请在文件中加一行 level 为 county 的县"),
            format!("there is no county {code}; add a row of level county to the file"),
        );
    }
    faults
}

/// What is to be written.
struct Plan {
    created: Vec<Stored>,
    changed: Vec<Stored>,
    unchanged: usize,
}

impl Plan {
    async fn make(tx: &Tx, county: Uuid, rows: &[DivisionRow], fresh: &[Uuid]) -> AppResult<Self> {
        let existing = divisions::of_county(tx, county).await?;
        let by_code: HashMap<&DivisionCode, &Division> = existing.iter().map(|d| (&d.code, d)).collect();
        let mut faults = Faults::default();
        check_tree(rows, |code| by_code.contains_key(code), &mut faults);
        if rows.iter().any(|row| row.outline.is_some()) {
            check_nesting(&divisions::outlines(tx, county, None).await?, rows, &mut faults);
        }
        faults.or(()).map_err(refuse)?;

        let mut ids: HashMap<&DivisionCode, Uuid> = existing.iter().map(|d| (&d.code, d.id)).collect();
        for (row, id) in rows.iter().zip(fresh) {
            // The county's own row has the county's id.
            let id = if row.kind == DivisionKind::County { county } else { *id };
            ids.entry(&row.code).or_insert(id);
        }
        let mut boundaries: HashMap<Uuid, Option<String>> =
            divisions::boundary_texts(tx, county).await?.into_iter().collect();
        let mut plan = Self { created: Vec::new(), changed: Vec::new(), unchanged: 0 };
        for row in rows {
            let before = by_code.get(&row.code).copied();
            let id = ids[&row.code];
            let kept = boundaries.remove(&id).flatten();
            let boundary = row.outline.as_ref().map(text).or_else(|| kept.clone());
            let division = Division {
                id,
                county_id: county,
                code: row.code.clone(),
                name: row.name.clone(),
                kind: row.kind,
                parent_id: row.parent.as_ref().map(|code| ids[code]),
                honour: match row.honour {
                    Title::Unsaid => before.and_then(|d| d.honour.clone()),
                    Title::Nothing => None,
                    Title::Held(honour) => Some(honour.as_str().to_owned()),
                },
                version: before.map_or(1, |d| d.version),
            };
            match before {
                None => plan.created.push(Stored { division, boundary }),
                Some(before) if *before == division && kept == boundary => plan.unchanged += 1,
                Some(_) => {
                    let division = Division { version: division.version + 1, ..division };
                    plan.changed.push(Stored { division, boundary });
                }
            }
        }
        Ok(plan)
    }

    fn imported(&self) -> Imported {
        Imported { created: self.created.len(), changed: self.changed.len(), unchanged: self.unchanged }
    }

    fn changes(&self, now: Instant) -> Vec<ChangeRow> {
        let all = self.created.iter().chain(&self.changed);
        all.map(|Stored { division, .. }| told(division, now)).collect()
    }
}

/// Tells of a division; everybody of its county may hear.
pub(in crate::app) fn told(division: &Division, now: Instant) -> ChangeRow {
    ChangeRow {
        county_id: division.county_id,
        noun: "divisions",
        object_id: division.id,
        version: division.version,
        township_before: None,
        township_after: None,
        village_id: None,
        person_id: None,
        visible_from: Some(now),
        gone: false,
    }
}

/// As stored: the shortest decimal of each number, so equal outlines are equal texts.
fn text(outline: &Outline) -> String {
    serde_json::to_string(&outline.to_rings()).unwrap_or_default()
}

/// A village lies in its township, as far as both are drawn: a point inside the village is inside the township.
fn check_nesting(stored: &[(Division, Outline)], rows: &[DivisionRow], faults: &mut Faults) {
    let in_file: HashMap<&DivisionCode, &DivisionRow> = rows.iter().map(|row| (&row.code, row)).collect();
    let township = |code: &DivisionCode| {
        let drawn = in_file.get(code).and_then(|row| row.outline.as_ref());
        drawn.or_else(|| {
            stored.iter().find(|(division, _)| division.code == *code).map(|(_, outline)| outline)
        })
    };
    for row in rows.iter().filter(|row| row.kind == DivisionKind::Village) {
        let (Some(village), Some(parent)) = (&row.outline, &row.parent) else { continue };
        if township(parent).is_some_and(|outline| !village.lies_in(outline)) {
            faults.add(
                row.row,
                "geometry",
                format!("不在所属乡镇 {parent} 的范围内"),
                format!("lies outside its township {parent}"),
            );
        }
    }
}
