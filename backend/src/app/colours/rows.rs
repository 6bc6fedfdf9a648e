//! The list that a number of a month opens: of a month that was proposed or published as it was written then, of everything else as it is
//! known now.

use super::{
    months::{month_of, told},
    show::stored,
    work,
};
use crate::{
    app::{App, AppResult, Caller},
    domain::{
        colours::{behind::Behind, colour::Month, why::Figure},
        page::{Page, PageRequest},
        people::{permission::Action, role::Role, scope::Scope},
        problem::{Code, Problem},
    },
    store::colours::months,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// One page of the rows behind a number.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MonthRows {
    pub as_of: DateTime<Utc>,
    pub month: String,
    pub township_id: Uuid,
    pub of: Figure,
    /// How many there are in all: the number itself.
    pub count: usize,
    /// As they were kept with the month. False where they are worked out from what is known now, also for a month that was published before
    /// rows were kept: the number may have been another then.
    pub kept: bool,
    /// Oldest first.
    pub items: Vec<Behind>,
    pub next: Option<String>,
}

/// Which number of whose month.
struct Asked {
    month: String,
    township_id: Uuid,
    of: Figure,
    as_of: DateTime<Utc>,
    kept: bool,
}

fn cut(asked: Asked, rows: &[Behind], page: &PageRequest) -> AppResult<MonthRows> {
    let of = asked.of.of(rows);
    let count = of.len();
    let mut left = Vec::new();
    for row in of {
        let after = page.after.as_ref().map_or(Some(true), |cursor| row.is_after(cursor));
        if after.ok_or_else(|| {
            Problem::new(Code::Malformed).with_field("cursor", "翻页位置不对", "not a cursor of this list")
        })? {
            left.push(row.clone());
        }
    }
    let Page { items, next } = Page::cut(left, page.limit, Behind::cursor);
    let Asked { month, township_id, of, as_of, kept } = asked;
    Ok(MonthRows { as_of, month, township_id, of, count, kept, items, next })
}

/// Of a month that was proposed; a township reads what was published of its own.
pub async fn of_month(
    app: &App,
    caller: &Caller,
    id: Uuid,
    of: Figure,
    page: &PageRequest,
) -> AppResult<MonthRows> {
    let post = caller.require(Action::ReadColours)?;
    let (county, now, read) = (caller.county()?, app.clock.now(), app.store.read());
    let row = months::get(read, caller.scope()?, id).await?.ok_or(Code::NotFound)?;
    if post.role != Role::Office && row.published_at.is_none() {
        return Err(Code::NotFound.into());
    }
    let (kept, rows) = if let Some(rows) = months::rows(read, id).await? {
        (true, stored::<Vec<Behind>>(&rows)?)
    } else {
        let month = month_of(&row.month)?;
        let worked = work::work_out_one(app, (county, row.township_id), month, now).await?;
        (false, worked.map(|one| one.rows).unwrap_or_default())
    };
    let as_of = if kept { row.proposed_at } else { now };
    cut(Asked { month: row.month, township_id: row.township_id, of, as_of, kept }, &rows, page)
}

/// Of a month as it is known now. What speaks for a colour is the office's until the month is published.
pub async fn so_far(
    app: &App,
    caller: &Caller,
    (month, township): (Option<&str>, Option<Uuid>),
    of: Figure,
    page: &PageRequest,
) -> AppResult<MonthRows> {
    caller.require(if of.of_colour() { Action::JudgeColours } else { Action::ReadCounters })?;
    let now = app.clock.now();
    let month = month.map(month_of).transpose()?.unwrap_or_else(|| Month::of(now));
    if month > Month::of(now) {
        return Err(told("这个月还没有开始。", "This month has not begun."));
    }
    let (county, township) = match caller.scope()? {
        Scope::County { county } => {
            let missing = || Problem::field("/township_id", "请说明哪个乡镇", "say which township");
            (county, township.ok_or_else(missing)?)
        }
        // Another township's is not there.
        Scope::Township { county, township: own } if township.is_none_or(|asked| asked == own) => {
            (county, own)
        }
        Scope::Township { .. } => return Err(Code::NotFound.into()),
        Scope::Platform | Scope::Department { .. } | Scope::Village { .. } | Scope::Own { .. } => {
            return Err(Code::Forbidden.into());
        }
    };
    let worked = work::work_out_one(app, (county, township), month, now).await?.ok_or(Code::NotFound)?;
    let asked = Asked { month: month.word(), township_id: township, of, as_of: now, kept: false };
    cut(asked, &worked.rows, page)
}
