//! Putting a register back as it was before an import: created rows go, changed ones are as they were.

use super::{
    traces::{DepartmentBefore, DivisionBefore, PersonBefore, SiteBefore, Traces},
    words,
};
use crate::{
    app::{
        AppResult, Caller,
        places::{
            areas,
            import_divisions::{follow, told},
            import_sites::marked,
        },
        standards::{checklists::parse, import_checklists::change},
    },
    domain::{
        clock::Instant,
        people::{account, scope::Scope},
        problem::Code,
    },
    store::{
        Tx, audit,
        changes::{self, ChangeRow},
        imports::{people as store_people, sources, takeback},
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
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// What the look let through cannot fail; if it does, the whole of it is rolled back.
fn sure(done: bool) -> AppResult<()> {
    if done { Ok(()) } else { Err(Code::Conflict.into()) }
}

pub async fn take_back(
    tx: &Tx,
    caller: &Caller,
    county: Uuid,
    traces: &Traces,
    (now, stamp): (Instant, Uuid),
) -> AppResult<()> {
    let line =
        |action, noun, id| audit::AuditRow { county_id: Some(county), ..caller.audit(action, noun, id) };
    for (id, version) in traces.posts.iter().rev() {
        sure(takeback::post(tx, *id, *version).await?)?;
        audit::append(tx, now, line("post.take_back", "posts", *id)).await?;
    }
    for (id, version, before) in traces.people.iter().rev() {
        if let Some(PersonBefore { name, phone }) = before {
            let mut row = persons::get(tx, *id).await?.ok_or(Code::Conflict)?;
            let login = account::Login::parse(&row.login).ok_or(Code::Conflict)?;
            row.search = account::search_text(&login, name, phone.as_deref());
            (row.name, row.phone) = (name.clone(), phone.clone());
            row.version += 1;
            sure(store_people::update(tx, &row).await?)?;
            audit::append(tx, now, line("person.change", "people", *id)).await?;
        } else {
            sure(takeback::person(tx, *id, *version).await?)?;
            audit::append(tx, now, line("person.take_back", "people", *id)).await?;
        }
    }
    take_back_sites(tx, county, &traces.sites, now).await?;
    take_back_checklists(tx, county, traces, now).await?;
    words::take_back(tx, caller, county, traces, (now, stamp)).await?;
    take_back_divisions(tx, county, &traces.divisions, (now, stamp)).await
}

async fn take_back_sites(
    tx: &Tx,
    county: Uuid,
    traces: &[(Uuid, i32, Option<SiteBefore>)],
    now: Instant,
) -> AppResult<()> {
    if traces.is_empty() {
        return Ok(());
    }
    let all: HashMap<Uuid, Site> =
        sites::of_county(tx, county).await?.into_iter().map(|site| (site.id, site)).collect();
    let areas = areas::read(tx, county).await?;
    let (mut feed, mut given) = (Vec::new(), Vec::new());
    for (id, version, before) in traces {
        let site = all.get(id).ok_or(Code::Conflict)?;
        let Some(before) = before.clone() else {
            sure(takeback::site(tx, *id, *version).await?)?;
            feed.push(ChangeRow {
                gone: true,
                version: version + 1,
                ..ChangeRow::of_site(site, Some(site.township_id), Some(now))
            });
            continue;
        };
        let SiteBefore { kind, name, township_id, village_id, lon, lat, source } = before;
        given.extend(source);
        let next =
            Site { kind, name, township_id, village_id, lon, lat, version: site.version + 1, ..site.clone() };
        let next = marked(next, &areas);
        sure(sites::update(tx, &next).await?)?;
        feed.push(ChangeRow::of_site(&next, Some(site.township_id), Some(now)));
    }
    sources::clear(tx, &traces.iter().map(|(id, ..)| *id).collect::<Vec<_>>()).await?;
    sources::keep(tx, county, now, &given).await?;
    Ok(changes::append(tx, now, feed).await?)
}

async fn take_back_checklists(tx: &Tx, county: Uuid, traces: &Traces, now: Instant) -> AppResult<()> {
    let scope = Scope::County { county };
    let mut feed = Vec::new();
    for (id, version, retired) in &traces.checklists {
        sure(takeback::checklist(tx, *id, *version).await?)?;
        feed.push(ChangeRow { gone: true, ..change(now, county, "checklists", *id, version + 1) });
        let Some((former, version)) = retired else { continue };
        sure(takeback::revive(tx, *former, *version, checklists::ACTIVE).await?)?;
        feed.push(change(now, county, "checklists", *former, version + 1));
        // The kind is called again as its checklist calls it.
        let row = checklists::get(tx, scope, *former).await?.ok_or(Code::Conflict)?;
        let list = parse(&row)?;
        if let Some(kind) = kinds::list(tx, scope).await?.into_iter().find(|kind| kind.key == list.kind) {
            let next = kinds::SiteKind {
                name_zh: list.zh.clone(),
                name_en: list.en.clone(),
                code_prefix: list.code_prefix.clone(),
                scope_zh: list.scope_zh.clone(),
                ..kind.clone()
            };
            if next != kind {
                let next = kinds::SiteKind { version: kind.version + 1, ..next };
                feed.push(change(now, county, "site-kinds", next.id, next.version));
                sure(kinds::update(tx, next).await?)?;
            }
        }
    }
    for (id, version, _) in &traces.kinds {
        sure(takeback::site_kind(tx, *id, *version).await?)?;
        feed.push(ChangeRow { gone: true, ..change(now, county, "site-kinds", *id, version + 1) });
    }
    let all = departments::of_county(tx, county).await?;
    for (id, version, before) in &traces.departments {
        let Some(DepartmentBefore { name_zh, name_en }) = before.clone() else {
            sure(takeback::department(tx, *id, *version).await?)?;
            continue;
        };
        let row = all.iter().find(|row| row.id == *id).cloned().ok_or(Code::Conflict)?;
        let version = row.version + 1;
        sure(departments::update(tx, Department { name_zh, name_en, version, ..row }).await?)?;
    }
    Ok(changes::append(tx, now, feed).await?)
}

async fn take_back_divisions(
    tx: &Tx,
    county: Uuid,
    traces: &[(Uuid, i32, Option<DivisionBefore>)],
    (now, stamp): (Instant, Uuid),
) -> AppResult<()> {
    if traces.is_empty() {
        return Ok(());
    }
    let all: HashMap<Uuid, divisions::Division> =
        divisions::of_county(tx, county).await?.into_iter().map(|division| (division.id, division)).collect();
    let (mut feed, mut touched, mut given) = (Vec::new(), HashSet::new(), Vec::new());
    for (id, version, before) in traces {
        let division = all.get(id).ok_or(Code::Conflict)?;
        if let Some(DivisionBefore { name, parent_id, honour, boundary, source }) = before.clone() {
            given.extend(source);
            let division = divisions::Division {
                name,
                parent_id,
                honour,
                version: division.version + 1,
                ..division.clone()
            };
            feed.push(told(&division, now));
            touched.insert(*id);
            sure(divisions::update(tx, &Stored { division, boundary }).await?)?;
        } else {
            sure(takeback::division(tx, *id, *version).await?)?;
            feed.push(ChangeRow { gone: true, version: version + 1, ..told(division, now) });
        }
    }
    sources::clear(tx, &traces.iter().map(|(id, ..)| *id).collect::<Vec<_>>()).await?;
    sources::keep(tx, county, now, &given).await?;
    changes::append(tx, now, feed).await?;
    follow(tx, county, &touched, now).await?;
    areas::renew(tx, county, stamp).await
}
