//! The calendar of what falls due (R51): a month, day by day, in the reader's scope. Every count is that of the list which it opens; what is
//! few comes with its rows. It is worked out from rows that are open, never from what is finished.

use crate::{
    app::{
        App, AppResult, Caller, campaigns, colours,
        duties::self_checks::{self, SelfChecks},
        field::facts::Facts,
        tickets::narrow,
    },
    domain::{
        campaigns::CampaignState,
        clock::{Instant, local_day},
        colours::colour::{Colour, Month},
        duties::self_check,
        notices::dates,
        people::{permission::Action, scope::Scope},
        problem::{Code, Problem},
        standards::calendar::Calendar,
        tickets::dues::DueKind,
    },
    store::{
        self,
        places::honours::{self, HonourRow},
        tickets::Filter,
    },
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// A month of what falls due.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DueMonth {
    pub as_of: DateTime<Utc>,
    /// `YYYY-MM`.
    pub month: String,
    pub today: NaiveDate,
    /// Working days before a date on which units are reminded.
    pub due_days: Vec<u32>,
    /// Every day of the month.
    pub days: Vec<DueDay>,
}

/// One day.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DueDay {
    pub day: NaiveDate,
    pub is_working_day: bool,
    /// What the notice of the year calls it: a holiday, or a weekend day that is worked.
    pub name: Option<String>,
    /// How near it is, in the steps of the reminders: the smallest number of `due_days` that has come. Null: further away, or past.
    pub near: Option<u32>,
    pub entries: Vec<DueEntry>,
}

/// What falls due on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DueWhat {
    /// Tickets; `GET /tickets` with `due_on` and this word as `due_kind` has the rows.
    Repair,
    Internal,
    Accept,
    Check,
    Control,
    Review,
    Referral,
    /// The last day of a campaign that runs.
    Campaign,
    /// Titles to be looked at again; `GET /honours?recheck_on=`.
    Recheck,
    /// The last day of titles; `GET /honours?ends_on=`.
    HonourEnd,
    /// The last day for the month's self-checks.
    SelfCheck,
    /// Plans after a yellow or red month that are still to come.
    Plan,
    /// The last day on which a colour may be appealed against, where nobody has.
    Appeal,
    /// A day of the month by which everything is to be finished.
    Monthly,
}

impl From<DueKind> for DueWhat {
    fn from(kind: DueKind) -> Self {
        match kind {
            DueKind::Repair => Self::Repair,
            DueKind::Internal => Self::Internal,
            DueKind::Accept => Self::Accept,
            DueKind::Check => Self::Check,
            DueKind::Control => Self::Control,
            DueKind::Review => Self::Review,
            DueKind::Referral => Self::Referral,
        }
    }
}

/// How much of a kind.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DueEntry {
    pub what: DueWhat,
    /// Rows of the list behind it; null where the date alone is known.
    pub count: Option<i64>,
    /// The rows themselves, where they are few: campaigns, townships.
    pub items: Vec<DueItem>,
}

/// A row that has a name of its own.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DueItem {
    pub id: Uuid,
    pub name: String,
}

/// Entries by day and kind.
type Found = BTreeMap<(NaiveDate, DueWhat), DueEntry>;

fn add(found: &mut Found, day: NaiveDate, what: DueWhat, count: Option<i64>, item: Option<DueItem>) {
    let entry = found.entry((day, what)).or_insert_with(|| DueEntry { what, count: None, items: Vec::new() });
    entry.count = match (entry.count, count) {
        (Some(before), Some(more)) => Some(before + more),
        (one, None) | (None, one) => one,
    };
    entry.items.extend(item);
}

/// The day that a date means: 24:00 of a day is the first moment of the next.
fn day_of(due: Instant) -> NaiveDate {
    local_day(due - TimeDelta::microseconds(1))
}

/// The month that is named, or the present one.
pub async fn month(app: &App, caller: &Caller, month: Option<&str>) -> AppResult<DueMonth> {
    caller.require(Action::ReadFigures)?;
    let (scope, now) = (caller.scope()?, app.clock.now());
    let county = scope.county().ok_or(Code::Forbidden)?;
    let wrong = || Problem::field("/month", "应为如 2026-11 的月份", "a month such as 2026-11");
    let month = month.map_or(Ok(Month::of(now)), |text| Month::parse(text).ok_or_else(wrong))?;
    let facts = Facts::load(app, county).await?;
    let mut found = Found::new();
    of_tickets(app, (scope, now), &facts, month, &mut found).await?;
    of_campaigns(app, (scope, county), month, &mut found).await?;
    of_honours(app, scope, month, &mut found).await?;
    of_colours(app, caller, month, &mut found).await?;
    of_self_checks(app, caller, &facts, month, &mut found).await?;
    let first = local_day(month.span().0);
    let numbers = facts.settings().notices.monthly_dates.iter();
    for day in numbers.filter_map(|number| dates::day_of_month(first, *number)).collect::<HashSet<_>>() {
        add(&mut found, day, DueWhat::Monthly, None, None);
    }
    let (calendar, today) = (&facts.deadlines().calendar, local_day(now));
    let due_days = &facts.settings().notices.due_days;
    let days = first.iter_days().take_while(|day| *day < local_day(month.span().1));
    Ok(DueMonth {
        as_of: now,
        month: month.word(),
        today,
        due_days: due_days.clone(),
        days: days.map(|day| shown(calendar, due_days, today, day, &found)).collect(),
    })
}

fn shown(calendar: &Calendar, due_days: &[u32], today: NaiveDate, day: NaiveDate, found: &Found) -> DueDay {
    let last = (day, DueWhat::Monthly);
    DueDay {
        day,
        is_working_day: calendar.is_working_day(day),
        name: calendar.named(day).map(|named| named.name.clone()),
        near: dates::nearness(calendar, due_days, day, today),
        entries: found.range((day, DueWhat::Repair)..=last).map(|(_, entry)| entry.clone()).collect(),
    }
}

/// Each kind in one question: the same filter as the list of a day, over the whole month.
async fn of_tickets(
    app: &App,
    (scope, now): (Scope, Instant),
    facts: &Facts,
    month: Month,
    found: &mut Found,
) -> AppResult<()> {
    let rules = facts.deadlines();
    for kind in DueKind::ALL {
        let filter = Filter { falls: Some(narrow::falls(rules, kind, month.span())), ..Filter::default() };
        for (at, n) in store::tickets::falls_at(app.store.read(), scope, now, &filter).await? {
            let day = match kind {
                DueKind::Review => local_day(at),
                DueKind::Accept => day_of(rules.due_at(at, rules.accept_days)),
                DueKind::Repair
                | DueKind::Internal
                | DueKind::Check
                | DueKind::Control
                | DueKind::Referral => day_of(at),
            };
            add(found, day, kind.into(), Some(n), None);
        }
    }
    Ok(())
}

/// The last days of campaigns that run in the reader's townships.
async fn of_campaigns(
    app: &App,
    (scope, county): (Scope, Uuid),
    month: Month,
    found: &mut Found,
) -> AppResult<()> {
    let running = Some(CampaignState::Running);
    for row in store::campaigns::list(app.store.read(), county, running, false).await? {
        let Some(day) = row.deadline_day.parse::<NaiveDate>().ok().filter(|day| is_in(month, *day)) else {
            continue;
        };
        let reached = match scope {
            Scope::Township { township, .. } | Scope::Village { township, .. } => {
                campaigns::follow::scope_of(&row).reaches(township)
            }
            _ => true,
        };
        if reached {
            let item = DueItem { id: row.id, name: row.name };
            add(found, day, DueWhat::Campaign, Some(1), Some(item));
        }
    }
    Ok(())
}

fn is_in(month: Month, day: NaiveDate) -> bool {
    day.format("%Y-%m").to_string() == month.word()
}

async fn of_honours(app: &App, scope: Scope, month: Month, found: &mut Found) -> AppResult<()> {
    let (from, to) = (local_day(month.span().0), day_of(month.span().1));
    let day = |text: Option<&String>| text.and_then(|text| text.parse::<NaiveDate>().ok());
    for row in honours::dated(app.store.read(), scope, (from, to)).await? {
        let row: HonourRow = row;
        let ends = day(row.valid_until.as_ref());
        if let Some(day) = day(row.recheck_day.as_ref()).filter(|day| is_in(month, *day)) {
            // What has run out before is looked at no more.
            if ends.is_none_or(|end| end >= day) {
                add(found, day, DueWhat::Recheck, Some(1), None);
            }
        }
        if let Some(day) = ends.filter(|day| is_in(month, *day)) {
            add(found, day, DueWhat::HonourEnd, Some(1), None);
        }
    }
    Ok(())
}

/// Plans and appeals after months that were published yellow or red.
async fn of_colours(app: &App, caller: &Caller, month: Month, found: &mut Found) -> AppResult<()> {
    if caller.require(Action::ReadColours).is_err() {
        return Ok(());
    }
    let (read, county) = (app.store.read(), caller.county()?);
    let mut rows = store::colours::months::dated(read, caller.scope()?, month.span()).await?;
    rows.retain(|row| colours::work::standing(row) > Colour::Green);
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let planned = store::colours::appeals::plans_of(read, ids.clone()).await?;
    let planned: HashSet<Uuid> = planned.into_iter().map(|plan| plan.colour_id).collect();
    let appealed = store::colours::appeals::of_months(read, ids).await?;
    let appealed: HashSet<Uuid> = appealed.into_iter().map(|one| one.colour_id).collect();
    // In the order of the register: nobody is ranked.
    for place in colours::work::townships(read, county).await? {
        for row in rows.iter().filter(|row| row.township_id == place.id) {
            let item = || Some(DueItem { id: row.id, name: place.name.clone() });
            let dates =
                [(DueWhat::Plan, row.plan_due, &planned), (DueWhat::Appeal, row.appeal_until, &appealed)];
            for (what, due, done) in dates {
                let day = due.map(day_of).filter(|day| is_in(month, *day) && !done.contains(&row.id));
                if let Some(day) = day {
                    add(found, day, what, Some(1), item());
                }
            }
        }
    }
    Ok(())
}

/// The last day of the month's self-checks, with the sites that wait, as their own list counts them.
async fn of_self_checks(
    app: &App,
    caller: &Caller,
    facts: &Facts,
    month: Month,
    found: &mut Found,
) -> AppResult<()> {
    let read_by = matches!(caller.scope()?, Scope::County { .. } | Scope::Township { .. });
    let day = self_check::due_day(month, facts.settings().duties.self_check_day);
    let Some(day) = day.filter(|_| read_by && caller.require(Action::ReadDuties).is_ok()) else {
        return Ok(());
    };
    if month > Month::of(app.clock.now()) {
        add(found, day, DueWhat::SelfCheck, None, None);
        return Ok(());
    }
    let SelfChecks { townships, .. } = self_checks::list(app, caller, Some(&month.word()), None).await?;
    let left: u32 = townships.iter().map(|one| one.sites - one.done).sum();
    if left > 0 {
        add(found, day, DueWhat::SelfCheck, Some(i64::from(left)), None);
    }
    Ok(())
}
