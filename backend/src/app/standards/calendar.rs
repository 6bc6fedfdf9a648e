//! The county's working days: the published years that the program ships, overruled by what the office entered.

use super::super::{
    App, AppError, AppResult, Caller, Once,
    places::{queue, target},
};
use crate::{
    domain::{
        import::Imported,
        people::permission::Action,
        problem::{Code, Problem, pointer},
        standards::calendar::{Calendar, DayChange, PAPERS_EN, PAPERS_ZH, YearPlan},
    },
    store::{audit, standards::settings},
};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;
use utoipa::ToSchema;
use uuid::Uuid;

/// Years that can be asked for and set.
const YEARS: RangeInclusive<i32> = 2000..=2100;
/// Most days that one year may list: all of it and the December before.
const DAYS_MAX: usize = 397;
/// What the keys of entered years begin with.
pub const PREFIX: &str = "calendar.";

/// One year and where it comes from.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CalendarYear {
    #[serde(flatten)]
    pub plan: YearPlan,
    pub source: PlanSource,
    /// To be sent back with a change; 0 while the office has entered nothing.
    pub version: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanSource {
    /// Entered by the office.
    County,
    /// Comes with the program.
    Shipped,
    /// No notice yet: Monday to Friday.
    None,
}

/// What saving a year would change.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CalendarPreview {
    pub year: i32,
    pub before: CalendarYear,
    /// Days that would turn from worked to off or the other way; tickets keep the dates that they have.
    pub changes: Vec<DayChange>,
    pub working_days_before: usize,
    pub working_days_after: usize,
}

/// Where an entered year is kept.
pub fn key(year: i32) -> String {
    format!("{PREFIX}{year}")
}

fn read(value: serde_json::Value) -> AppResult<YearPlan> {
    serde_json::from_value(value).map_err(|error| AppError::Internal(format!("setting calendar: {error}")))
}

impl App {
    /// The working days by which the county counts.
    pub async fn calendar(&self, county: Uuid) -> AppResult<Calendar> {
        let entered = settings::with_prefix(self.store.read(), county, PREFIX).await?;
        let plans = entered.into_iter().map(|setting| read(setting.value)).collect::<AppResult<Vec<_>>>()?;
        Ok(Calendar::shipped().with(plans))
    }

    pub async fn calendar_year(&self, caller: &Caller, year: i32) -> AppResult<CalendarYear> {
        caller.require(Action::ReadStandards)?;
        if !YEARS.contains(&year) {
            return Err(Code::NotFound.into());
        }
        self.year_of(caller.county()?, year).await
    }

    async fn year_of(&self, county: Uuid, year: i32) -> AppResult<CalendarYear> {
        if let Some(entered) = settings::get(self.store.read(), county, &key(year)).await? {
            return Ok(CalendarYear {
                plan: read(entered.value)?,
                source: PlanSource::County,
                version: entered.version,
            });
        }
        Ok(match Calendar::shipped().year(year) {
            Some(plan) => CalendarYear { plan: plan.clone(), source: PlanSource::Shipped, version: 0 },
            None => CalendarYear {
                plan: YearPlan { year, papers: Vec::new(), days: Vec::new() },
                source: PlanSource::None,
                version: 0,
            },
        })
    }

    /// What a plan would change, before anybody saves it.
    pub async fn preview_calendar_year(
        &self,
        caller: &Caller,
        plan: &YearPlan,
    ) -> AppResult<CalendarPreview> {
        caller.require(Action::ManageStandards)?;
        let county = caller.county()?;
        check(plan)?;
        let (now, before) = (self.calendar(county).await?, self.year_of(county, plan.year).await?);
        let after = now.clone().with([plan.clone()]);
        Ok(CalendarPreview {
            year: plan.year,
            before,
            changes: now.changes(plan),
            working_days_before: now.working_days_of(plan.year),
            working_days_after: after.working_days_of(plan.year),
        })
    }

    /// Takes a year of `YearPlan::from_file`, over whatever the county had for it. The same file twice changes nothing.
    ///
    /// # Errors
    /// `import_refused` when there is no county, or the year cannot be used.
    pub async fn import_calendar(&self, caller: &Caller, mut plan: YearPlan) -> AppResult<Imported> {
        caller.may(Action::ManageStandards)?;
        check(&plan)?;
        plan.days.sort_by_key(|day| day.date);
        let now = self.clock.now();
        let value = serde_json::to_value(&plan).map_err(|error| AppError::Internal(error.to_string()))?;
        let done = self
            .store
            .write(async |tx| {
                queue(tx, self).await?;
                let county = target(tx, caller).await?;
                let stored = settings::get(tx, county, &key(plan.year)).await?;
                if stored.as_ref().is_some_and(|stored| stored.value == value) {
                    return Ok(Imported { unchanged: 1, ..Imported::default() });
                }
                let seen = stored.map_or(0, |stored| stored.version);
                if !settings::put(tx, county, &key(plan.year), value.clone(), seen, now).await? {
                    return Err(AppError::from(Code::Conflict));
                }
                audit::append(tx, now, caller.audit("calendar.set", "calendar", plan.year)).await?;
                let (created, changed) = if seen == 0 { (1, 0) } else { (0, 1) };
                Ok(Imported { created, changed, unchanged: 0 })
            })
            .await;
        self.forget();
        done
    }

    /// Replaces a year. Tickets keep the due dates that they have; the next issue counts anew.
    pub async fn set_calendar_year(
        &self,
        caller: &Caller,
        once: &Once,
        mut plan: YearPlan,
        seen: i32,
    ) -> AppResult<CalendarYear> {
        caller.require(Action::ManageStandards)?;
        let county = caller.county()?;
        check(&plan)?;
        plan.days.sort_by_key(|day| day.date);
        let now = self.clock.now();
        let value = serde_json::to_value(&plan).map_err(|error| AppError::Internal(error.to_string()))?;
        let done = self
            .idempotent(caller, once, async |tx| {
                if !settings::put(tx, county, &key(plan.year), value.clone(), seen, now).await? {
                    return Err(Code::Conflict.into());
                }
                audit::append(tx, now, caller.audit("calendar.set", "calendar", plan.year)).await?;
                Ok(CalendarYear { plan: plan.clone(), source: PlanSource::County, version: seen + 1 })
            })
            .await;
        self.forget();
        done
    }
}

fn check(plan: &YearPlan) -> AppResult<()> {
    if !YEARS.contains(&plan.year) {
        return Err(Code::NotFound.into());
    }
    if plan.days.len() > DAYS_MAX {
        let (zh, en) = (format!("最多 {DAYS_MAX} 天"), format!("at most {DAYS_MAX} days"));
        return Err(Problem::field("/days", zh, en).into());
    }
    if !plan.papers_are_usable() {
        return Err(Problem::field("/papers", PAPERS_ZH, PAPERS_EN).into());
    }
    let problem =
        plan.faults().into_iter().fold(Problem::new(Code::InvalidField), |problem, (place, zh, en)| {
            problem.with_field(pointer(["days", &place.to_string()]), zh, en)
        });
    if problem.errors.is_empty() { Ok(()) } else { Err(problem.into()) }
}
