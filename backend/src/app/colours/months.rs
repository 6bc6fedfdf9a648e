//! The months of townships from proposal to publication. The clock proposes, one person confirms or changes with a reason, and the whole
//! month is published at once: a township hears nothing before. What was confirmed is frozen with all its figures.

use super::{
    show::{Beside, ColourDetail, ColourRow, allows, document, stored},
    tell,
    work::{self, Worked, standing},
};
use crate::{
    app::{App, AppError, AppResult, Caller, Once, field::facts::Facts},
    domain::{
        clock::Instant,
        colours::{
            colour::{self, Colour, ColourStep, Month},
            month::Reasoning,
            share::Shares,
        },
        field::inspection::{MAX_TEXT, shorten},
        people::{permission::Action, role::Role, scope::Scope},
        problem::{Code, Problem},
    },
    store::{
        audit,
        colours::{copies, months, months::ColourMonth, talks},
        places::divisions,
    },
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Most months of a list.
const MONTHS_MAX: u32 = 36;
/// Months of a list that names none.
const MONTHS: u32 = 12;

/// Months of townships as of a moment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ColourList {
    pub as_of: DateTime<Utc>,
    pub items: Vec<ColourRow>,
}

/// What a month would be by what is known so far; never stored.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ColourPreview {
    pub as_of: DateTime<Utc>,
    pub month: String,
    pub items: Vec<PreviewRow>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PreviewRow {
    pub township_id: Uuid,
    pub township_name: String,
    pub reasoning: Reasoning,
    pub counters: Shares,
}

/// Which months.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub from: Option<String>,
    pub to: Option<String>,
    pub township_id: Option<Uuid>,
}

/// A month as a request names it.
pub(super) fn month_of(text: &str) -> AppResult<Month> {
    let wrong = || Problem::field("/month", "应为如 2026-11 的月份", "a month such as 2026-11");
    Ok(Month::parse(text).ok_or_else(wrong)?)
}

/// The months that the caller may read, newest first.
pub async fn list(app: &App, caller: &Caller, wanted: &Wanted) -> AppResult<ColourList> {
    let post = caller.require(Action::ReadColours)?;
    let (county, scope, now) = (caller.county()?, caller.scope()?, app.clock.now());
    let to = wanted.to.as_deref().map(month_of).transpose()?.unwrap_or_else(|| Month::of(now));
    let from = wanted.from.as_deref().map(month_of).transpose()?.unwrap_or_else(|| to.back(MONTHS - 1));
    if from < to.back(MONTHS_MAX - 1) {
        return Err(Problem::field("/from", "最多 36 个月", "at most 36 months").into());
    }
    let filter = months::Filter {
        from: from.word(),
        to: to.word(),
        township_id: wanted.township_id,
        published_only: post.role != Role::Office,
    };
    let read = app.store.read();
    let rows = months::list(read, scope, &filter).await?;
    let beside = Beside::load(read, county, &rows).await?;
    Ok(ColourList { as_of: now, items: rows.iter().map(|row| beside.row(row)).collect::<AppResult<_>>()? })
}

/// A month as far as it has come, for the office only.
pub async fn preview(app: &App, caller: &Caller, month: &str) -> AppResult<ColourPreview> {
    caller.require(Action::JudgeColours)?;
    let (month, now) = (month_of(month)?, app.clock.now());
    if month > Month::of(now) {
        return Err(told("这个月还没有开始。", "This month has not begun."));
    }
    let worked = work::work_out(app, caller.county()?, month, now).await?;
    let items = worked
        .into_iter()
        .map(|one| PreviewRow {
            township_id: one.township_id,
            township_name: one.township_name,
            reasoning: one.reasoning,
            counters: one.shares,
        })
        .collect();
    Ok(ColourPreview { as_of: now, month: month.word(), items })
}

/// A month to be written, and the rows behind it.
type Proposal = (ColourMonth, serde_json::Value);

fn proposal(county: Uuid, month: Month, worked: &Worked, now: Instant) -> AppResult<Proposal> {
    let row = ColourMonth {
        // From what it is of, so that two who propose at once write the same row.
        id: Uuid::new_v5(&worked.township_id, month.word().as_bytes()),
        county_id: county,
        township_id: worked.township_id,
        month: month.word(),
        proposal: worked.reasoning.colour.as_str().into(),
        reasoning: document(&worked.reasoning)?,
        counters: document(&worked.shares)?,
        proposed_at: now,
        colour: None,
        reason: String::new(),
        confirmed_by: None,
        confirmed_at: None,
        published_by: None,
        published_at: None,
        appeal_until: None,
        plan_due: None,
        after_appeal: None,
        version: 1,
    };
    Ok((row, document(&worked.rows)?))
}

/// Works the proposals of a month out, again where nobody has confirmed them yet.
pub async fn propose(app: &App, caller: &Caller, once: &Once, month: &str) -> AppResult<ColourList> {
    caller.require(Action::JudgeColours)?;
    let (county, month, now) = (caller.county()?, month_of(month)?, app.clock.now());
    if month >= Month::of(now) {
        return Err(told("这个月还没有结束。", "This month is not over yet."));
    }
    let worked = work::work_out(app, county, month, now).await?;
    let rows = worked.iter().map(|one| proposal(county, month, one, now)).collect::<AppResult<Vec<_>>>()?;
    app.idempotent(caller, once, async |tx| {
        for (row, behind) in &rows {
            months::propose(tx, row.clone(), behind.clone()).await?;
        }
        let line = caller.audit("colours.propose", "colours", month.word());
        audit::append(tx, now, line).await?;
        let rows = months::of_month(tx, county, &month.word()).await?;
        let beside = Beside::load(tx, county, &rows).await?;
        Ok(ColourList {
            as_of: now,
            items: rows.iter().map(|row| beside.row(row)).collect::<AppResult<_>>()?,
        })
    })
    .await
}

impl App {
    /// Proposes the month before for every county that has no proposal yet. Harmless to repeat; answers how many rows are new.
    pub async fn propose_colours(&self) -> AppResult<usize> {
        let (now, mut new) = (self.clock.now(), 0);
        let month = Month::of(now).former();
        for county in divisions::counties(self.store.read()).await? {
            if !months::of_month(self.store.read(), county.id, &month.word()).await?.is_empty() {
                // Where the former month was published and the proposals could not follow at once.
                refresh(self, county.id, month).await?;
                continue;
            }
            let worked = work::work_out(self, county.id, month, now).await?;
            // A county that has no tickets yet has no colours either; the office may ask for them all the same.
            if worked.iter().all(Worked::is_empty) {
                continue;
            }
            let rows = worked
                .iter()
                .map(|one| proposal(county.id, month, one, now))
                .collect::<AppResult<Vec<_>>>()?;
            let rows = &rows;
            new += self
                .store
                .write(async |tx| {
                    let mut new = 0;
                    for (row, behind) in rows {
                        new += usize::from(months::propose(tx, row.clone(), behind.clone()).await?);
                    }
                    Ok::<_, AppError>(new)
                })
                .await?;
        }
        Ok(new)
    }
}

/// Works the proposals of a month out again where they rest on a former month that stands otherwise now: what is shown as the reason is
/// what is published. What a person has confirmed stays. Answers how many rows.
pub(super) async fn refresh(app: &App, county: Uuid, month: Month) -> AppResult<usize> {
    let read = app.store.read();
    let waiting: Vec<ColourMonth> = months::of_month(read, county, &month.word())
        .await?
        .into_iter()
        .filter(|row| row.confirmed_at.is_none() && row.published_at.is_none())
        .collect();
    if waiting.is_empty() {
        return Ok(0);
    }
    let former = work::former(read, county, month).await?;
    let mut stale = Vec::new();
    for row in &waiting {
        let reasoning: Reasoning = stored(&row.reasoning)?;
        if reasoning.former != former.get(&row.township_id).copied() {
            stale.push(row.township_id);
        }
    }
    if stale.is_empty() {
        return Ok(0);
    }
    let now = app.clock.now();
    let worked = work::work_out(app, county, month, now).await?;
    let rows = worked
        .iter()
        .filter(|one| stale.contains(&one.township_id))
        .map(|one| proposal(county, month, one, now))
        .collect::<AppResult<Vec<_>>>()?;
    let rows = &rows;
    app.store
        .write(async |tx| {
            let mut anew = 0;
            for (row, behind) in rows {
                anew += usize::from(months::propose(tx, row.clone(), behind.clone()).await?);
            }
            Ok::<_, AppError>(anew)
        })
        .await
}

/// One month of one township with everything behind it.
pub async fn get(app: &App, caller: &Caller, id: Uuid) -> AppResult<ColourDetail> {
    let post = caller.require(Action::ReadColours)?;
    let (county, now, read) = (caller.county()?, app.clock.now(), app.store.read());
    let row = months::get(read, caller.scope()?, id).await?.ok_or(Code::NotFound)?;
    if post.role != Role::Office && row.published_at.is_none() {
        return Err(Code::NotFound.into());
    }
    let beside = Beside::load(read, county, std::slice::from_ref(&row)).await?;
    let published = row.published_at.is_some();
    let today = if published {
        let month = month_of(&row.month)?;
        let one = work::work_out_one(app, (county, row.township_id), month, now).await?;
        one.map(|one| one.reasoning)
    } else {
        None
    };
    let proposes_talk = published && standing(&row) == Colour::Red && post.role == Role::Office && {
        let scope = Scope::County { county };
        let held = talks::since(read, scope, row.township_id, row.published_at.unwrap_or(now)).await?;
        !held.iter().any(|talk| stored::<Vec<Uuid>>(&talk.colour_ids).is_ok_and(|ids| ids.contains(&row.id)))
    };
    Ok(ColourDetail {
        row: beside.row(&row)?,
        reasoning: stored(&row.reasoning)?,
        counters: stored(&row.counters)?,
        today,
        appeal_record: beside.appeal_record(id)?,
        plans: beside.plan_records(id),
        proposes_talk,
        may: ColourStep::ALL
            .into_iter()
            .filter(|step| allows(caller, &row, beside.appeal(id), *step, now))
            .collect(),
    })
}

/// A person's word on a proposal: as proposed, or another colour with the reason for it.
pub async fn confirm(
    app: &App,
    caller: &Caller,
    once: &Once,
    id: Uuid,
    (colour, reason, seen): (Colour, &str, i32),
) -> AppResult<ColourRow> {
    caller.require(Action::JudgeColours)?;
    let (county, scope, now) = (caller.county()?, caller.scope()?, app.clock.now());
    let reason = shorten(reason.trim(), MAX_TEXT);
    // Nobody confirms a reasoning that is not so any more: a row worked out anew has another version than was seen.
    if let Some(row) = months::get(app.store.read(), scope, id).await? {
        refresh(app, county, month_of(&row.month)?).await?;
    }
    app.idempotent(caller, once, async |tx| {
        let row = months::get(tx, scope, id).await?.ok_or(Code::NotFound)?;
        if !allows(caller, &row, None, ColourStep::Confirm, now) {
            return Err(Code::WrongState.into());
        }
        if row.proposal != colour.as_str() && reason.is_empty() {
            return Err(Problem::field(
                "/reason",
                "与系统建议不同，请说明原因",
                "another than proposed: please say why",
            )
            .into());
        }
        if !months::confirm(tx, id, seen, (colour, reason.clone()), caller.person_id, now).await? {
            return Err(Code::Conflict.into());
        }
        let line = caller.audit("colours.confirm", "colours", id);
        audit::append(tx, now, audit::AuditRow { reason: reason.clone(), ..line }).await?;
        let row = months::get(tx, scope, id).await?.ok_or(Code::NotFound)?;
        Beside::load(tx, county, std::slice::from_ref(&row)).await?.row(&row)
    })
    .await
}

/// Publishes a whole month; the leaders in charge get their copies of what is red.
pub async fn publish(app: &App, caller: &Caller, once: &Once, month: &str) -> AppResult<ColourList> {
    caller.require(Action::JudgeColours)?;
    let (county, of, now) = (caller.county()?, month_of(month)?, app.clock.now());
    let month = of.word();
    let facts = Facts::load(app, county).await?;
    let rules = facts.deadlines();
    let until = |days| colour::within(&rules.calendar, now, days);
    let ends = (until(rules.colours.appeal_days), until(rules.colours.plan_days));
    let townships = work::townships(app.store.read(), county).await?.len();
    let published = app
        .idempotent(caller, once, async |tx| {
            let rows = months::of_month(tx, county, &month).await?;
            let ready = rows.iter().filter(|row| row.confirmed_at.is_some()).count();
            if rows.is_empty() || ready < townships.max(rows.len()) {
                return Err(told(
                    "还有乡镇没有确认，确认后再整月公布。",
                    "Some townships are not confirmed yet; a month is published as a whole.",
                ));
            }
            if months::publish(tx, (county, &month), caller.person_id, now, ends).await? == 0 {
                return Err(told("这个月已经公布。", "This month is published already."));
            }
            let rows = months::of_month(tx, county, &month).await?;
            for row in rows.iter().filter(|row| standing(row) == Colour::Red) {
                copies::deliver(tx, county, row.township_id, copies::RED, row.id, now).await?;
            }
            for row in &rows {
                tell::published(tx, &facts.settings().notices, row, now).await?;
            }
            audit::append(tx, now, caller.audit("colours.publish", "colours", &month)).await?;
            let beside = Beside::load(tx, county, &rows).await?;
            Ok(ColourList {
                as_of: now,
                items: rows.iter().map(|row| beside.row(row)).collect::<AppResult<_>>()?,
            })
        })
        .await?;
    // What was proposed for the month after it without knowing this.
    refresh(app, county, of.next()).await?;
    Ok(published)
}

pub(super) fn told(zh: &str, en: &str) -> AppError {
    Problem::new(Code::WrongState).with_detail(zh, en).into()
}
