//! Writing a plan: all of it in one transaction, after it was worked out again against the register as it stands.

use super::{
    ImportState, ImportView,
    material::Material,
    plan::Plan,
    records,
    register::{Register, Slot},
    scope,
    traces::{DepartmentBefore, DivisionBefore, PersonBefore, SiteBefore, Touched},
    view, words,
};
use crate::{
    app::{
        App, AppError, AppResult, Caller, Once,
        people::posts::NewPost,
        places::{
            areas,
            import_divisions::{follow, told},
            import_sites::marked,
            queue,
        },
        standards::import_checklists,
    },
    domain::{
        clock::Instant,
        people::scope::Scope,
        places::bd09::SourceDatum,
        problem::{Code, Problem},
    },
    store::{
        Tx, audit,
        changes::{self, ChangeRow},
        imports::{self as store, people as store_people, sources},
        people::persons,
        places::{
            divisions::{self, Stored},
            sites::{self, Site},
        },
        standards::{
            checklists,
            departments::{self, Department},
            kinds,
        },
    },
};
use serde_json::json;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// What rows have touched, by the row's place in the plan.
type Traces = BTreeMap<usize, Vec<Touched>>;

impl App {
    /// Writes an import.
    ///
    /// # Errors
    /// `wrong_state` when it is no preview any more; `import_refused` when rows are refused and `skip_refused` is not said.
    pub async fn apply_import(
        &self,
        caller: &Caller,
        once: &Once,
        id: Uuid,
        skip_refused: bool,
    ) -> AppResult<ImportView> {
        let scope = scope(caller)?;
        let now = self.clock.now();
        let seen = store::get(self.store.read(), scope, id).await?.ok_or(Code::NotFound)?;
        let bytes = store::file(self.store.read(), id).await?;
        let datum = SourceDatum::parse(&seen.datum).unwrap_or_default();
        // Opened again: what was applied or holds nothing new has no file any more.
        let material =
            if bytes.is_empty() { None } else { Some(self.material(&seen.name, bytes, datum).await?) };
        let (fresh, stamp) = (self.random.id(), self.random.id());
        let done = self
            .idempotent(caller, once, async |tx| {
                queue(tx, self).await?;
                let mut record = store::lock(tx, scope, id).await?.ok_or(Code::NotFound)?;
                let material = material
                    .as_ref()
                    .filter(|_| record.state == ImportState::Preview.as_str())
                    .ok_or_else(not_now)?;
                let register = Register::read(tx, caller, material, (now, fresh)).await?;
                let plan = Plan::make(material, register);
                let digest = plan.digest();
                let mut rows = records(id, &plan);
                record.version += 1;
                let moved = digest != record.digest;
                if moved {
                    record.digest = digest;
                    record.summary = json!(plan.summary());
                } else {
                    let (refused, writes) = plan.weighs();
                    if !writes {
                        return Err(not_now().into());
                    }
                    if refused && !skip_refused {
                        return Err(some_refused(&plan).into());
                    }
                    let traces =
                        self.write_plan(tx, caller, (material, &plan, &record.name), (now, stamp)).await?;
                    for (at, touched) in traces {
                        if let Some(row) = rows.get_mut(at) {
                            row.touched = Some(json!(touched));
                        }
                    }
                    ImportState::Applied.as_str().clone_into(&mut record.state);
                    record.county_id = Some(plan.register.county);
                    record.applied_at = Some(now);
                    record.applied_by = Some(caller.person_id);
                    store::drop_files(tx, &[id]).await?;
                    let line = caller.audit("import.apply", "imports", id);
                    audit::append(tx, now, audit::AuditRow { county_id: record.county_id, ..line }).await?;
                }
                store::replace_rows(tx, id, rows).await?;
                store::update(tx, record.clone()).await?;
                let names = persons::names(tx, vec![record.made_by]).await?;
                let maker = names.get(&record.made_by).cloned().unwrap_or_default();
                Ok(ImportView { refreshed: moved, can_undo: !moved, ..view(record, maker, Vec::new())? })
            })
            .await;
        self.forget();
        done
    }

    async fn write_plan(
        &self,
        tx: &Tx,
        caller: &Caller,
        (material, plan, reason): (&Material, &Plan, &str),
        (now, stamp): (Instant, Uuid),
    ) -> AppResult<Traces> {
        let mut traces = Traces::new();
        let county = plan.register.county;
        write_divisions(tx, &plan.register, (now, stamp), &mut traces).await?;
        if let Some((row, touched)) = words::write(tx, caller, &plan.register, reason, now).await? {
            traces.entry(row).or_default().push(touched);
        }
        self.write_checklists(tx, caller, (material, plan), now, &mut traces).await?;
        write_sites(tx, &plan.register, now, &mut traces).await?;
        let kept: Vec<_> = plan.register.sources.iter().map(|(_, source)| source.clone()).collect();
        sources::keep(tx, county, now, &kept).await?;
        self.write_people(tx, caller, &plan.register, now, &mut traces).await?;
        Ok(traces)
    }

    async fn write_checklists(
        &self,
        tx: &Tx,
        caller: &Caller,
        (material, plan): (&Material, &Plan),
        now: Instant,
        traces: &mut Traces,
    ) -> AppResult<()> {
        // A file may bring departments while its checklists are those in use.
        let first = plan.register.lists.first().map(|(_, row)| *row).or(plan.register.told_first);
        let Some(first) = first else { return Ok(()) };
        let library = material.library.as_ref();
        let county = plan.register.county;
        let scope = Scope::County { county };
        let known: HashSet<Uuid> = kinds::list(tx, scope).await?.into_iter().map(|kind| kind.id).collect();
        let units: HashMap<Uuid, Department> =
            departments::of_county(tx, county).await?.into_iter().map(|row| (row.id, row)).collect();
        let before: HashMap<String, (Uuid, i32)> = checklists::active(tx, county)
            .await?
            .into_iter()
            .map(|row| (row.site_kind, (row.id, row.version)))
            .collect();
        let chosen: Vec<_> = plan.register.lists.iter().map(|(list, _)| list).collect();
        let lists = self.prepared(&chosen)?;
        let named: Vec<_> = library
            .into_iter()
            .flat_map(|library| &library.departments)
            .filter_map(|department| {
                let all = &plan.register.departments;
                let id = all.iter().find(|(key, ..)| *key == department.key).map(|(.., id)| *id)?;
                (department.key != crate::domain::standards::checklist::TOWNSHIP).then_some((id, department))
            })
            .chain(plan.register.new_departments.iter().map(|(id, department)| (*id, department)))
            .collect();
        let pictures = library.map_or(&[][..], |library| &library.pictures);
        import_checklists::write(tx, caller, (county, now), &lists, &named, pictures).await?;
        for ((list, prepared), (_, row)) in chosen.iter().zip(&lists).zip(&plan.register.lists) {
            let retired = before.get(&list.kind).map(|(id, version)| (*id, version + 1));
            traces.entry(*row).or_default().push(Touched::Checklist {
                id: prepared.checklist_id,
                version: 1,
                retired,
            });
        }
        let first = traces.entry(first).or_default();
        for kind in kinds::list(tx, scope).await?.into_iter().filter(|kind| !known.contains(&kind.id)) {
            first.push(Touched::SiteKind { id: kind.id, version: kind.version, key: kind.key });
        }
        for row in departments::of_county(tx, county).await? {
            let before = units.get(&row.id);
            if before.is_some_and(|before| before.version == row.version) {
                continue;
            }
            let before = before.map(|Department { name_zh, name_en, .. }| DepartmentBefore {
                name_zh: name_zh.clone(),
                name_en: name_en.clone(),
            });
            first.push(Touched::Department { id: row.id, version: row.version, before });
        }
        Ok(())
    }

    async fn write_people(
        &self,
        tx: &Tx,
        caller: &Caller,
        register: &Register,
        now: Instant,
        traces: &mut Traces,
    ) -> AppResult<()> {
        let scope = Scope::County { county: register.county };
        let line = |action, noun, id| audit::AuditRow {
            county_id: Some(register.county),
            ..caller.audit(action, noun, id)
        };
        let mut slots: Vec<_> = register.people.values().collect();
        slots.sort_by_key(|slot| slot.row);
        for Slot { before, after, row } in slots {
            let Some(row) = *row else { continue };
            let mut after = after.clone();
            let (written, action) = if before.is_none() {
                (persons::insert(tx, after.clone()).await?, "person.add")
            } else {
                after.version += 1;
                (store_people::update(tx, &after).await?, "person.change")
            };
            if !written {
                return Err(Code::Conflict.into());
            }
            audit::append(tx, now, line(action, "people", after.id)).await?;
            let before =
                before.as_ref().map(|row| PersonBefore { name: row.name.clone(), phone: row.phone.clone() });
            let touched = Touched::Person { id: after.id, version: after.version, before };
            traces.entry(row).or_default().push(touched);
        }
        for new in &register.new_posts {
            let Some(person) = register.people.get(&new.login).map(|slot| slot.after.id) else { continue };
            let post = NewPost { valid_from: new.valid_from, ..NewPost::now(new.role, Some(new.unit)) };
            let id = self.begin_in(tx, scope, person, &post, "").await?;
            audit::append(tx, now, line("post.begin", "posts", id)).await?;
            traces.entry(new.row).or_default().push(Touched::Post { id, version: 1 });
        }
        Ok(())
    }
}

fn not_now() -> Problem {
    Problem::new(Code::WrongState).with_detail(
        "这次导入已经写入、已撤回，或没有可写的内容。",
        "This import was applied or undone before, or has nothing to write.",
    )
}

fn some_refused(plan: &Plan) -> Problem {
    let refused: Vec<_> = plan.rows.iter().filter(|row| row.is_refused()).collect();
    let problem = Problem::new(Code::ImportRefused).with_detail(
        format!("有 {} 行不能写入；改正后重新导入，或选择跳过它们。", refused.len()),
        format!(
            "{} rows cannot be written; correct them and import again, or choose to leave them out.",
            refused.len()
        ),
    );
    refused.iter().take(crate::domain::import::LISTED).fold(problem, |problem, row| {
        let first = row.detail.faults.first();
        let (field, zh, en) = first.map_or(("", "", ""), |fault| (&fault.field, &fault.zh, &fault.en));
        problem.with_field(format!("{}/{}/{field}", row.source, row.row), zh, en)
    })
}

async fn write_divisions(
    tx: &Tx,
    register: &Register,
    (now, stamp): (Instant, Uuid),
    traces: &mut Traces,
) -> AppResult<()> {
    let county = register.county;
    let (mut created, mut feed, mut touched) = (Vec::new(), Vec::new(), HashSet::new());
    let mut drawn_anew = Vec::new();
    let here: Vec<Uuid> = register
        .divisions
        .values()
        .filter(|slot| slot.row.is_some())
        .filter_map(|slot| Some(slot.before.as_ref()?.division.id))
        .collect();
    let mut given = sources::of(tx, &here).await?;
    for Slot { before, after, row } in register.divisions.values() {
        let Some(row) = *row else { continue };
        let mut after = after.clone();
        if let Some(before) = before {
            after.division.version += 1;
            if !divisions::update(tx, &after).await? {
                return Err(AppError::Internal("division changed during its import".into()));
            }
            touched.insert(after.division.id);
            if before.boundary != after.boundary {
                drawn_anew.push(after.division.id);
            }
        } else {
            created.push(after.clone());
        }
        feed.push(told(&after.division, now));
        let before = before.as_ref().map(|Stored { division, boundary }| DivisionBefore {
            name: division.name.clone(),
            parent_id: division.parent_id,
            honour: division.honour.clone(),
            boundary: boundary.clone(),
            source: given.remove(&division.id),
        });
        let trace = Touched::Division { id: after.division.id, version: after.division.version, before };
        traces.entry(row).or_default().push(trace);
    }
    if feed.is_empty() {
        return Ok(());
    }
    divisions::insert(tx, &created, now).await?;
    changes::append(tx, now, feed).await?;
    sources::clear(tx, &drawn_anew).await?;
    follow(tx, county, &touched, now).await?;
    areas::renew(tx, county, stamp).await?;
    Ok(())
}

async fn write_sites(tx: &Tx, register: &Register, now: Instant, traces: &mut Traces) -> AppResult<()> {
    let mut slots: Vec<(usize, &Slot<Site>)> =
        register.sites.values().filter_map(|slot| Some((slot.row?, slot))).collect();
    if slots.is_empty() {
        return Ok(());
    }
    slots.sort_by_key(|(row, _)| *row);
    let areas = areas::read(tx, register.county).await?;
    // Divisions of this import may have moved the versions of sites on.
    let versions: HashMap<Uuid, i32> = sites::of_county(tx, register.county)
        .await?
        .into_iter()
        .map(|site| (site.id, site.version))
        .collect();
    let here: Vec<Uuid> = slots.iter().filter_map(|(_, slot)| Some(slot.before.as_ref()?.id)).collect();
    let mut given = sources::of(tx, &here).await?;
    let (mut created, mut feed, mut moved) = (Vec::new(), Vec::new(), Vec::new());
    for (row, Slot { before, after, .. }) in slots {
        let site = marked(after.clone(), &areas);
        let site = Site { version: versions.get(&site.id).map_or(1, |version| version + 1), ..site };
        feed.push(ChangeRow::of_site(&site, before.as_ref().map(|site| site.township_id), Some(now)));
        if let Some(before) = before {
            if !sites::update(tx, &site).await? {
                return Err(AppError::Internal("site changed during its import".into()));
            }
            // Where only its name is another one, it still came from there.
            if (before.lon, before.lat) != (site.lon, site.lat) {
                moved.push(site.id);
            }
        }
        let before_it = before.as_ref().map(|site| SiteBefore::of(site, given.remove(&site.id)));
        let trace = Touched::Site { id: site.id, version: site.version, before: before_it };
        traces.entry(row).or_default().push(trace);
        if before.is_none() {
            created.push(site);
        }
    }
    sites::insert(tx, &created).await?;
    sources::clear(tx, &moved).await?;
    changes::append(tx, now, feed).await?;
    Ok(())
}
