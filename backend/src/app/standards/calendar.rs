//! The county's working days: the published years that the program ships, overruled by what the office entered.

use super::super::{App, AppError, AppResult, Caller, Once};
use crate::{
    domain::{
        people::permission::Action,
        problem::{Code, Problem, pointer},
        standards::calendar::{Calendar, YearPlan},
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
const PREFIX: &str = "calendar.";

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

fn key(year: i32) -> String {
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
        let county = caller.county()?;
        if !YEARS.contains(&year) {
            return Err(Code::NotFound.into());
        }
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
                plan: YearPlan { year, days: Vec::new() },
                source: PlanSource::None,
                version: 0,
            },
        })
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
    let problem =
        plan.faults().into_iter().fold(Problem::new(Code::InvalidField), |problem, (place, zh, en)| {
            problem.with_field(pointer(["days", &place.to_string()]), zh, en)
        });
    if problem.errors.is_empty() { Ok(()) } else { Err(problem.into()) }
}
