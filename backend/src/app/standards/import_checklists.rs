//! Importing checklists: a kind whose content changed gets a new version, the others stay as they are.

use super::{
    super::{App, AppError, AppResult, Caller, places},
    checklists::parse,
};
use crate::{
    domain::{
        clock::Instant,
        field::envelope,
        import::{Faults, Imported},
        people::{permission::Action, scope::Scope},
        standards::checklist::{Checklist, Library, Picture, TOWNSHIP},
    },
    store::{
        Tx, audit,
        changes::{self, ChangeRow},
        standards::{
            checklists::{self, ACTIVE, ChecklistRow},
            departments::{self, Department},
            examples,
            kinds::{self, SiteKind},
        },
    },
};
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// A checklist as it is to be stored. Serialised once, before the transaction.
#[derive(Debug)]
pub(in crate::app) struct Prepared<'a> {
    list: &'a Checklist,
    body: Value,
    /// SHA-256 of the body's text: equal content, equal hash.
    hash: String,
    kind_id: Uuid,
    pub(in crate::app) checklist_id: Uuid,
}

impl App {
    /// Takes a library of `standards::checklist`. Inspections keep the version that they pinned. Counts checklists, not items.
    ///
    /// # Errors
    /// `import_refused` when an item code was used for another kind of question before; nothing is written then.
    pub async fn import_checklists(&self, caller: &Caller, library: &Library) -> AppResult<Imported> {
        caller.may(Action::ManageStandards)?;
        let now = self.clock.now();
        let lists = self.prepared(&library.checklists.iter().collect::<Vec<_>>())?;
        let departments = self.departments_of(library);
        let done = self
            .store
            .write(async |tx| {
                places::queue(tx, self).await?;
                let county = places::target(tx, caller).await?;
                write(tx, caller, (county, now), &lists, &departments, &library.pictures).await
            })
            .await;
        self.forget();
        done
    }

    /// Some of a library's checklists, ready to be written.
    pub(in crate::app) fn prepared<'a>(&self, lists: &[&'a Checklist]) -> AppResult<Vec<Prepared<'a>>> {
        lists.iter().map(|list| self.prepare(list)).collect()
    }

    /// The departments of a library, with ids for those that are new.
    pub(in crate::app) fn departments_of<'a>(
        &self,
        library: &'a Library,
    ) -> Vec<(Uuid, &'a crate::domain::standards::checklist::Department)> {
        let named = library.departments.iter().filter(|department| department.key != TOWNSHIP);
        named.map(|department| (self.random.id(), department)).collect()
    }

    fn prepare<'a>(&self, list: &'a Checklist) -> AppResult<Prepared<'a>> {
        let failed = |error: serde_json::Error| AppError::Internal(error.to_string());
        let body = serde_json::to_value(list).map_err(failed)?;
        let hash = envelope::hash(&serde_json::to_vec(&body).map_err(failed)?);
        Ok(Prepared { list, body, hash, kind_id: self.random.id(), checklist_id: self.random.id() })
    }
}

/// Writes what is new and tells of it; part of a transaction that has the queue.
pub(in crate::app) async fn write(
    tx: &Tx,
    caller: &Caller,
    (county, now): (Uuid, Instant),
    lists: &[Prepared<'_>],
    departments: &[(Uuid, &crate::domain::standards::checklist::Department)],
    pictures: &[Picture],
) -> AppResult<Imported> {
    let before = checklists::active(tx, county).await?;
    let before: HashMap<&str, &ChecklistRow> =
        before.iter().map(|row| (row.site_kind.as_str(), row)).collect();
    stable(&before, lists)?;
    for picture in pictures {
        examples::insert(tx, county, now, picture).await?;
    }
    let mut changes = import_kinds(tx, now, county, lists).await?;
    let mut done = Imported::default();
    for Prepared { list, body, hash, checklist_id, .. } in lists {
        let before = before.get(list.kind.as_str()).copied();
        if before.is_some_and(|row| row.hash == *hash) {
            done.unchanged += 1;
            continue;
        }
        if let Some(before) = before {
            if !checklists::retire(tx, before).await? {
                return Err(AppError::Internal("checklist changed during its import".into()));
            }
            changes.push(change(now, county, "checklists", before.id, before.version + 1));
        }
        let row = ChecklistRow {
            id: *checklist_id,
            county_id: county,
            site_kind: list.kind.clone(),
            no: checklists::newest_no(tx, county, &list.kind).await? + 1,
            hash: hash.clone(),
            body: body.clone(),
            status: ACTIVE.to_owned(),
            created_at: now,
            version: 1,
        };
        checklists::insert(tx, row).await?;
        changes.push(change(now, county, "checklists", *checklist_id, 1));
        *(if before.is_some() { &mut done.changed } else { &mut done.created }) += 1;
    }
    let departments = import_departments(tx, county, departments).await?;
    if departments > 0 || !changes.is_empty() {
        changes::append(tx, now, changes).await?;
        let line = caller.audit("checklists.import", "checklists", county);
        audit::append(tx, now, audit::AuditRow { county_id: Some(county), ..line }).await?;
    }
    Ok(done)
}

/// Item codes are stable: figures compare answers of one code over years, so a code never comes to mean another kind of question.
fn stable(before: &HashMap<&str, &ChecklistRow>, lists: &[Prepared<'_>]) -> AppResult<()> {
    let mut faults = Faults::default();
    for Prepared { list, .. } in lists {
        let Some(row) = before.get(list.kind.as_str()) else { continue };
        let old = parse(row)?;
        for item in &list.items {
            if old.item(&item.code).is_some_and(|old| old.answer != item.answer) {
                faults.add(
                    &item.code,
                    "answer",
                    "这个编号以前是另一种题型，请用新编号",
                    "this code was another kind of question before; use a new code",
                );
            }
        }
    }
    faults.or(()).map_err(places::refuse)
}

async fn import_kinds(
    tx: &Tx,
    now: Instant,
    county: Uuid,
    lists: &[Prepared<'_>],
) -> AppResult<Vec<ChangeRow>> {
    let existing = kinds::list(tx, Scope::County { county }).await?;
    let existing: HashMap<&str, &SiteKind> = existing.iter().map(|kind| (kind.key.as_str(), kind)).collect();
    let mut changes = Vec::new();
    for Prepared { list, kind_id, .. } in lists {
        let before = existing.get(list.kind.as_str()).copied();
        let kind = SiteKind {
            id: before.map_or(*kind_id, |kind| kind.id),
            county_id: county,
            key: list.kind.clone(),
            name_zh: list.zh.clone(),
            name_en: list.en.clone(),
            code_prefix: list.code_prefix.clone(),
            scope_zh: list.scope_zh.clone(),
            version: before.map_or(1, |kind| kind.version),
        };
        if before == Some(&kind) {
            continue;
        }
        let kind = SiteKind { version: before.map_or(1, |kind| kind.version + 1), ..kind };
        changes.push(change(now, county, "site-kinds", kind.id, kind.version));
        if before.is_none() {
            kinds::insert(tx, kind).await?;
        } else if !kinds::update(tx, kind).await? {
            return Err(AppError::Internal("site kind changed during its import".into()));
        }
    }
    Ok(changes)
}

/// How many departments were written.
async fn import_departments(
    tx: &Tx,
    county: Uuid,
    file: &[(Uuid, &crate::domain::standards::checklist::Department)],
) -> AppResult<usize> {
    let existing = departments::of_county(tx, county).await?;
    let existing: HashMap<&str, &Department> = existing.iter().map(|d| (d.code.as_str(), d)).collect();
    let mut written = 0;
    for (fresh, source) in file {
        let before = existing.get(source.key.as_str()).copied();
        let department = Department {
            id: before.map_or(*fresh, |d| d.id),
            county_id: county,
            code: source.key.clone(),
            name_zh: source.zh.clone(),
            name_en: source.en.clone(),
            version: before.map_or(1, |d| d.version),
        };
        if before == Some(&department) {
            continue;
        }
        written += 1;
        if before.is_none() {
            departments::insert(tx, department).await?;
        } else {
            let department = Department { version: department.version + 1, ..department };
            if !departments::update(tx, department).await? {
                return Err(AppError::Internal("department changed during its import".into()));
            }
        }
    }
    Ok(written)
}

pub(in crate::app) fn change(
    now: Instant,
    county_id: Uuid,
    noun: &'static str,
    object_id: Uuid,
    version: i32,
) -> ChangeRow {
    ChangeRow {
        county_id,
        noun,
        object_id,
        version,
        township_before: None,
        township_after: None,
        village_id: None,
        person_id: None,
        visible_from: Some(now),
        gone: false,
    }
}
