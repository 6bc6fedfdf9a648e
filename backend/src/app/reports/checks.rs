//! The county's own clock beside the townships': how long checks took, month by month, and how long it took until tickets were accepted.
//! Everything is worked out from events.

use crate::{
    app::{App, AppResult, Caller, field::facts::Facts},
    domain::{
        clock::{Instant, local_day},
        colours::colour::Month,
        page::{Cursor, Page, PageRequest},
        people::{permission::Action, scope::Scope},
        problem::{Code, Problem},
        reports::spans::{hours, median, percentile},
        standards::calendar::start_of_day,
        tickets::{State, machine::Transition},
    },
    store::{
        self, Conn,
        tickets::{Filter, checks::Happened},
    },
};
use chrono::{DateTime, Datelike, Months, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
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
    let unit = unit_of(scope);
    let facts = Facts::load(app, county).await?;
    let first = first_day(local_day(now), months.clamp(1, MOST_MONTHS));
    let steps = steps(read, county, (start_of_day(first), now)).await?;
    let mut by_month: BTreeMap<String, Sums> = BTreeMap::new();
    let mut day = first;
    while day <= local_day(now) {
        by_month.insert(month(day), Sums::default());
        day = day.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX);
    }
    for step in &steps {
        let Some(sums) = by_month.get_mut(&month(local_day(step.event.accepted_at))) else { continue };
        if step.is_accept() {
            sums.all.push(step.took);
        }
        if CheckFigure::Accepts.counts(step, unit) {
            sums.own.push(step.took);
        }
        if CheckFigure::Checks.counts(step, unit) {
            sums.checks.push(step.took);
        }
        sums.late += usize::from(CheckFigure::Late.counts(step, unit));
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

/// A number of a month that opens its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckFigure {
    Checks,
    /// Of the checks, later than the county allows itself.
    Late,
    /// By the reader's own unit, or by all of the county.
    Accepts,
}

impl CheckFigure {
    /// What it counts; figures and lists go by this alone.
    fn counts(self, step: &Step, unit: Option<Uuid>) -> bool {
        match self {
            Self::Checks => !step.is_accept(),
            Self::Late => !step.is_accept() && step.event.data["check_late"] == true,
            Self::Accepts => step.is_accept() && (unit.is_none() || step.event.unit_id == unit),
        }
    }
}

/// A check or an acceptance behind a number.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CheckRow {
    pub ticket_id: Uuid,
    pub number: String,
    /// The event by its version, and its kind: T5, T11 or T12.
    pub event: i32,
    pub transition: String,
    pub at: DateTime<Utc>,
    /// How long it took.
    pub hours: f64,
    pub late: bool,
}

/// One page of the rows behind a number.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CheckRows {
    pub as_of: DateTime<Utc>,
    pub of: CheckFigure,
    pub count: usize,
    /// Oldest first.
    pub items: Vec<CheckRow>,
    pub next: Option<String>,
}

/// The rows behind a number of one month. Checks are the county's: who reads for one unit opens its own acceptances.
pub async fn rows(
    app: &App,
    caller: &Caller,
    (of, asked): (CheckFigure, &str),
    page: &PageRequest,
) -> AppResult<CheckRows> {
    caller.require(Action::ReadFigures)?;
    let (scope, now, read) = (caller.scope()?, app.clock.now(), app.store.read());
    let Some(county) = scope.county() else { return Err(Code::Forbidden.into()) };
    let unit = unit_of(scope);
    if unit.is_some() && of != CheckFigure::Accepts {
        return Err(Code::Forbidden.into());
    }
    let wrong = || Problem::field("/month", "应为如 2026-11 的月份", "a month such as 2026-11");
    let (from, end) = Month::parse(asked).ok_or_else(wrong)?.span();
    let mut steps = steps(read, county, (from, now.min(end - TimeDelta::microseconds(1)))).await?;
    steps.retain(|step| of.counts(step, unit));
    steps.sort_by_key(Step::key);
    let count = steps.len();
    if let Some(cursor) = &page.after {
        let strange = || {
            Problem::new(Code::Malformed).with_field("cursor", "翻页位置不对", "not a cursor of this list")
        };
        let after = key_of(cursor).ok_or_else(strange)?;
        steps.retain(|step| step.key() > after);
    }
    let cut = Page::cut(steps, page.limit, |step: &Step| {
        let (at, ticket, version) = step.key();
        Cursor { key: format!("{at}.{version}"), id: ticket }
    });
    let Page { items, next } = cut.map(Step::row);
    Ok(CheckRows { as_of: now, of, count, items, next })
}

fn key_of(cursor: &Cursor) -> Option<(i64, Uuid, i32)> {
    let (at, version) = cursor.key.split_once('.')?;
    Some((at.parse().ok()?, cursor.id, version.parse().ok()?))
}

/// The unit for which somebody reads.
fn unit_of(scope: Scope) -> Option<Uuid> {
    match scope {
        Scope::Township { township, .. } | Scope::Village { township, .. } => Some(township),
        Scope::Department { department, .. } => Some(department),
        Scope::County { .. } | Scope::Own { .. } | Scope::Platform => None,
    }
}

/// A check or an acceptance, and how long it took.
struct Step {
    event: Happened,
    took: TimeDelta,
}

impl Step {
    fn is_accept(&self) -> bool {
        self.event.transition == Transition::T5.name()
    }

    fn key(&self) -> (i64, Uuid, i32) {
        (self.event.accepted_at.timestamp_micros(), self.event.ticket_id, self.event.version)
    }

    fn row(self) -> CheckRow {
        let late = if self.is_accept() { "late" } else { "check_late" };
        CheckRow {
            late: self.event.data[late] == true,
            ticket_id: self.event.ticket_id,
            number: self.event.number.unwrap_or_default(),
            event: self.event.version,
            transition: self.event.transition,
            at: self.event.accepted_at,
            hours: hours(self.took),
        }
    }
}

/// Everything that the figures of a time count.
async fn steps(read: &impl Conn, county: Uuid, span: (Instant, Instant)) -> AppResult<Vec<Step>> {
    let kinds = [Transition::T5, Transition::T11, Transition::T12].map(Transition::name);
    let events = store::tickets::checks::within(read, county, &kinds, span).await?;
    let checked = events.iter().filter(|event| event.transition != Transition::T5.name());
    let tickets = checked.map(|event| event.ticket_id).collect();
    let submitted = store::tickets::checks::of_tickets(read, Transition::T10.name(), tickets).await?;
    let mut received: HashMap<Uuid, Vec<(i32, Instant)>> = HashMap::new();
    for event in submitted {
        received.entry(event.ticket_id).or_default().push((event.version, event.accepted_at));
    }
    let took = |event: &Happened| {
        if event.transition == Transition::T5.name() {
            return response(event);
        }
        // The submission that a check is about is the last one before it.
        let before = received.get(&event.ticket_id).into_iter().flatten();
        let (_, at) = before.filter(|(version, _)| *version < event.version).max()?;
        Some(event.accepted_at - *at)
    };
    Ok(events.into_iter().filter_map(|event| Some(Step { took: took(&event)?, event })).collect())
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
