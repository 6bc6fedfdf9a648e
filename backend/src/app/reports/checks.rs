//! The county's own clock beside the townships': how long checks took, month by month, and how long it took until tickets were accepted.
//! Everything is worked out from events.

use crate::{
    app::{App, AppResult, Caller, field::facts::Facts},
    domain::{
        clock::{Instant, local_day},
        people::{permission::Action, scope::Scope},
        problem::Code,
        reports::spans::{median, percentile},
        standards::calendar::start_of_day,
        tickets::{State, machine::Transition},
    },
    store::{
        self,
        tickets::{Filter, checks::Happened},
    },
};
use chrono::{DateTime, Datelike, Months, NaiveDate, TimeDelta, Utc};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;
use uuid::Uuid;

/// Most months that are shown.
pub const MOST_MONTHS: u32 = 24;

/// How long checks and acceptances took.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CheckFigures {
    pub as_of: DateTime<Utc>,
    /// Working days that the county allows itself.
    pub check_days: u32,
    /// Oldest first; the last one is under way.
    pub months: Vec<CheckMonth>,
    /// Waiting for a check now, and how many of them too long.
    pub waiting: i64,
    pub waiting_late: i64,
}

/// One month, by when the check or the acceptance came in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CheckMonth {
    /// `YYYY-MM`.
    pub month: String,
    pub checks: usize,
    /// From submission to check, in hours.
    pub median_hours: Option<f64>,
    pub p90_hours: Option<f64>,
    /// Of the checks, later than the county allows itself.
    pub late: usize,
    /// Acceptances by the reader's own unit, or by all of the county.
    pub accepts: usize,
    /// From issue to acceptance, in hours.
    pub response_median_hours: Option<f64>,
    pub county_response_median_hours: Option<f64>,
}

#[derive(Default)]
struct Sums {
    checks: Vec<TimeDelta>,
    late: usize,
    own: Vec<TimeDelta>,
    all: Vec<TimeDelta>,
}

/// Figures of the last months, up to and with this one.
pub async fn figures(app: &App, caller: &Caller, months: u32) -> AppResult<CheckFigures> {
    caller.require(Action::ReadFigures)?;
    let (scope, now, read) = (caller.scope()?, app.clock.now(), app.store.read());
    let Some(county) = scope.county() else { return Err(Code::Forbidden.into()) };
    let unit = match scope {
        Scope::Township { township, .. } | Scope::Village { township, .. } => Some(township),
        Scope::Department { department, .. } => Some(department),
        Scope::County { .. } | Scope::Own { .. } | Scope::Platform => None,
    };
    let facts = Facts::load(app, county).await?;
    let first = first_day(local_day(now), months.clamp(1, MOST_MONTHS));
    let kinds = [Transition::T5, Transition::T11, Transition::T12].map(Transition::name);
    let events = store::tickets::checks::within(read, county, &kinds, (start_of_day(first), now)).await?;
    let checked = events.iter().filter(|event| event.transition != Transition::T5.name());
    let tickets = checked.map(|event| event.ticket_id).collect();
    let submitted = store::tickets::checks::of_tickets(read, Transition::T10.name(), tickets).await?;
    let mut received: HashMap<Uuid, Vec<(i32, Instant)>> = HashMap::new();
    for event in submitted {
        received.entry(event.ticket_id).or_default().push((event.version, event.accepted_at));
    }
    let mut by_month: BTreeMap<String, Sums> = BTreeMap::new();
    let mut day = first;
    while day <= local_day(now) {
        by_month.insert(month(day), Sums::default());
        day = day.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX);
    }
    for event in &events {
        let Some(sums) = by_month.get_mut(&month(local_day(event.accepted_at))) else { continue };
        if event.transition == Transition::T5.name() {
            let Some(span) = response(event) else { continue };
            sums.all.push(span);
            if unit.is_none() || event.unit_id == unit {
                sums.own.push(span);
            }
            continue;
        }
        // The submission that this check is about is the last one before it.
        let before = received.get(&event.ticket_id).into_iter().flatten();
        let Some((_, at)) = before.filter(|(version, _)| *version < event.version).max() else { continue };
        sums.checks.push(event.accepted_at - *at);
        sums.late += usize::from(event.data["check_late"] == true);
    }
    let waiting = Filter { states: vec![State::Submitted], ..Filter::default() };
    let count = async |filter: Filter| -> AppResult<i64> {
        Ok(store::tickets::count_by_state(read, scope, now, &filter).await?.values().sum())
    };
    Ok(CheckFigures {
        as_of: now,
        check_days: facts.settings().checks.check_days,
        waiting: count(waiting.clone()).await?,
        waiting_late: count(Filter { check_late: Some(true), ..waiting }).await?,
        months: by_month
            .into_iter()
            .map(|(month, mut sums)| CheckMonth {
                month,
                checks: sums.checks.len(),
                median_hours: median(&mut sums.checks),
                p90_hours: percentile(&mut sums.checks, 90),
                late: sums.late,
                accepts: sums.own.len(),
                response_median_hours: median(&mut sums.own),
                county_response_median_hours: median(&mut sums.all),
            })
            .collect(),
    })
}

/// The first day of the month that many months before this one, this one counted.
fn first_day(today: NaiveDate, months: u32) -> NaiveDate {
    let this = today.with_day(1).unwrap_or(today);
    this.checked_sub_months(Months::new(months - 1)).unwrap_or(this)
}

fn month(day: NaiveDate) -> String {
    day.format("%Y-%m").to_string()
}

/// From issue to acceptance, by what the event says.
fn response(event: &Happened) -> Option<TimeDelta> {
    let at = |key: &str| event.data[key].as_str()?.parse::<Instant>().ok();
    Some(at("accepted_at")? - at("issued_at")?)
}
