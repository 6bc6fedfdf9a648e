//! Self-checks 自查: once a month a township looks at each of its sites itself, where the county asks for it. Done is a visit whose author
//! holds a post of the township; a sheet of paper counts like a phone's. Nothing else of it is counted, and no colour and no rule reads it.

use crate::{
    app::{App, AppResult, Caller, field::facts::Facts, standards::settings::in_force},
    domain::{
        clock::Instant,
        colours::colour::Month,
        duties::self_check::{due_by, due_day, first_day},
        people::{permission::Action, scope::Scope},
        problem::{Code, Problem},
        standards::calendar::start_of_day,
    },
    store::{
        field::self_checks,
        places::sites::{self, Site},
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;
use uuid::Uuid;

/// A month's self-checks in the caller's scope.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SelfChecks {
    pub as_of: DateTime<Utc>,
    pub month: String,
    /// The last day for them; null where the county asks for none.
    pub due_day: Option<NaiveDate>,
    pub townships: Vec<TownshipSelfChecks>,
    /// The sites of one township, those that wait first; empty where all townships are shown.
    pub items: Vec<SelfCheckSite>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TownshipSelfChecks {
    pub township_id: Uuid,
    pub township_name: String,
    pub sites: u32,
    pub done: u32,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SelfCheckSite {
    pub site_id: Uuid,
    pub code: String,
    pub name: String,
    pub kind: String,
    pub village_name: String,
    /// The last self-check since the month began; one after its end makes up for it.
    pub checked_on: Option<NaiveDate>,
}

/// The month that is named, or the present one.
pub async fn list(
    app: &App,
    caller: &Caller,
    month: Option<&str>,
    township: Option<Uuid>,
) -> AppResult<SelfChecks> {
    caller.require(Action::ReadDuties)?;
    let (scope, now, read) = (caller.scope()?, app.clock.now(), app.store.read());
    let county = scope.county().ok_or(Code::Forbidden)?;
    let wrong = || Problem::field("/month", "应为如 2026-11 的月份", "a month such as 2026-11");
    let month = month.map_or(Ok(Month::of(now)), |text| {
        Month::parse(text).filter(|month| *month <= Month::of(now)).ok_or_else(wrong)
    })?;
    let day = Facts::load(app, county).await?.settings().duties.self_check_day;
    let due_day = due_day(month, day);
    let mut answer =
        SelfChecks { as_of: now, month: month.word(), due_day, townships: Vec::new(), items: Vec::new() };
    if due_day.is_none() || !reads(scope) {
        return Ok(answer);
    }
    let own = own(scope);
    if own.is_some() && township.is_some() && own != township {
        return Err(Code::NotFound.into());
    }
    let wanted = own.or(township);
    let checked = self_checks::last_since(read, county, first_day(month)).await?;
    let sites = asked_for(sites::of_county(read, county).await?, wanted);
    // In the order of the register: nobody is ranked.
    let mut places: HashMap<Uuid, usize> = HashMap::new();
    for site in &sites {
        let place = *places.entry(site.township_id).or_insert_with(|| {
            answer.townships.push(TownshipSelfChecks {
                township_id: site.township_id,
                township_name: site.township_name.clone(),
                sites: 0,
                done: 0,
            });
            answer.townships.len() - 1
        });
        let row = &mut answer.townships[place];
        row.sites += 1;
        row.done += u32::from(checked.contains_key(&site.id));
    }
    if wanted.is_some() {
        answer.items = sites
            .into_iter()
            .map(|site| SelfCheckSite {
                checked_on: checked.get(&site.id).copied(),
                site_id: site.id,
                code: site.code,
                name: site.name,
                kind: site.kind,
                village_name: site.village_name,
            })
            .collect();
        // By code within each half.
        answer.items.sort_by_key(|site| site.checked_on.is_some());
    }
    Ok(answer)
}

/// The month whose self-checks stand still, and how many sites of each township lack one: due before `before`, and none made since.
/// Only a month counts on whose last day the county already asked for them.
pub(super) async fn standing(
    app: &App,
    county: Uuid,
    scope: Scope,
    day: u32,
    before: Instant,
) -> AppResult<Option<(Month, BTreeMap<Uuid, i64>)>> {
    let read = app.store.read();
    let Some(month) = due_by(day, before) else { return Ok(None) };
    let Some(due) = due_day(month, day).filter(|_| reads(scope)) else { return Ok(None) };
    if in_force(read, county, start_of_day(due)).await?.duties.self_check_day == 0 {
        return Ok(None);
    }
    let checked = self_checks::last_since(read, county, first_day(month)).await?;
    let mut lacking = BTreeMap::new();
    for site in asked_for(sites::of_county(read, county).await?, own(scope)) {
        if !checked.contains_key(&site.id) {
            *lacking.entry(site.township_id).or_default() += 1;
        }
    }
    Ok(Some((month, lacking)))
}

/// Whether somebody reads self-checks at all: what a department looks after is repairs.
fn reads(scope: Scope) -> bool {
    matches!(scope, Scope::County { .. } | Scope::Township { .. })
}

/// The one township whose self-checks somebody reads; `None` = all.
fn own(scope: Scope) -> Option<Uuid> {
    if let Scope::Township { township, .. } = scope { Some(township) } else { None }
}

/// Sites that are open, by code.
fn asked_for(mut sites: Vec<Site>, township: Option<Uuid>) -> Vec<Site> {
    sites.retain(|site| site.status == sites::ACTIVE && township.is_none_or(|one| site.township_id == one));
    sites
}
