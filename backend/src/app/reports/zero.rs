//! The zero board 静态问题清零: open static issues by township, with the burn-down of the whole.
//!
//! Every number opens its rows: `/tickets?counted=true` with the township, the state, `overdue`, or the day of issue or closing.
//!
//! Inputs, all of them: tickets issued and visible, by day of issue, of closing, of voiding, by state and due date. Nothing about people,
//! logins or devices (decisions.md 1).

use crate::{
    app::{App, AppResult, Caller},
    domain::{
        clock::local_day,
        page::PageRequest,
        people::{permission::Action, scope::Scope},
        problem::Code,
        tickets::State,
    },
    store::{
        self,
        places::divisions,
        tickets::{CountedRow, Filter, board::StaticDay},
    },
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The board as of an instant.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ZeroBoard {
    pub as_of: DateTime<Utc>,
    pub open: i64,
    pub opened: i64,
    pub closed: i64,
    /// Printed beside any claimed zero.
    pub on_hold: i64,
    pub submitted: i64,
    pub townships: Vec<ZeroTownship>,
    pub days: Vec<ZeroDay>,
}

/// One township's part.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ZeroTownship {
    pub id: Uuid,
    pub name: String,
    pub open: i64,
    /// Of the open ones: repaired by the unit, waiting for the check.
    pub submitted: i64,
    /// Of the open ones: past their date and with the unit.
    pub overdue: i64,
    pub opened: i64,
    pub closed: i64,
}

/// One local day of the burn-down; `open` at its end.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ZeroDay {
    pub day: String,
    pub open: i64,
    pub opened: i64,
    pub closed: i64,
}

/// What one township opened and closed on one local day.
struct Sum {
    township: Uuid,
    day: String,
    opened: i64,
    closed: i64,
}

impl From<StaticDay> for Sum {
    fn from(row: StaticDay) -> Self {
        let (opened, closed) = (i64::from(row.opened), i64::from(row.closed));
        Self { township: row.township_id, day: row.local_day, opened, closed }
    }
}

/// The same sums from rows, by the days that they carry.
fn of_rows(rows: Vec<CountedRow>) -> Vec<Sum> {
    let mut sums = Vec::new();
    for row in rows {
        let (Some(township), Some(issued)) = (row.place_township_id, row.issued_at) else { continue };
        let on = |at| local_day(at).to_string();
        sums.push(Sum { township, day: on(issued), opened: 1, closed: 0 });
        if let Some(closed) = row.closed_at.filter(|_| row.state == State::Closed.as_str()) {
            sums.push(Sum { township, day: on(closed), opened: 0, closed: 1 });
        }
    }
    sums
}

/// Reads the board of the caller's scope: a county's, or one township's own.
pub async fn board(app: &App, caller: &Caller) -> AppResult<ZeroBoard> {
    caller.require(Action::ReadFigures)?;
    let (scope, now, read) = (caller.scope()?, app.clock.now(), app.store.read());
    let (county, township) = match scope {
        Scope::County { county } | Scope::Department { county, .. } => (county, None),
        Scope::Township { county, township } | Scope::Village { county, township, .. } => {
            (county, Some(township))
        }
        Scope::Own { .. } | Scope::Platform => return Err(Code::Forbidden.into()),
    };
    let sums = match scope {
        Scope::County { .. } => {
            let rows = store::tickets::board::static_days(read, county).await?;
            rows.into_iter().map(Sum::from).collect()
        }
        // The sums go by place; these readers open rows by unit, department or village, so theirs are added up from the rows.
        _ => of_rows(store::tickets::counted_rows(read, scope, now).await?),
    };
    let mut days: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    let mut places: BTreeMap<Uuid, (i64, i64)> = BTreeMap::new();
    for Sum { township, day, opened, closed } in &sums {
        let on = days.entry(day).or_default();
        *on = (on.0 + opened, on.1 + closed);
        let place = places.entry(*township).or_default();
        *place = (place.0 + opened, place.1 + closed);
    }
    let mut open = 0;
    let days = days
        .into_iter()
        .map(|(day, (opened, closed))| {
            open += opened - closed;
            ZeroDay { day: day.to_owned(), open, opened, closed }
        })
        .collect();
    let counted = Filter { counted: Some(true), township_id: township, ..Filter::default() };
    let by_township =
        async |filter: Filter| store::tickets::count_by_township(read, scope, now, &filter).await;
    let submitted = by_township(Filter { states: vec![State::Submitted], ..counted.clone() }).await?;
    let overdue = by_township(Filter { overdue: Some(true), ..counted.clone() }).await?;
    let filter = divisions::Filter {
        kind: Some(crate::domain::places::division::DivisionKind::Township),
        ..divisions::Filter::default()
    };
    let all = PageRequest { after: None, limit: 1000 };
    let townships: Vec<ZeroTownship> = divisions::list(read, Scope::County { county }, &filter, &all)
        .await?
        .into_iter()
        .filter(|division| township.is_none_or(|own| own == division.id))
        .map(|division| {
            let (opened, closed) = places.get(&division.id).copied().unwrap_or_default();
            ZeroTownship {
                submitted: submitted.get(&division.id).copied().unwrap_or_default(),
                overdue: overdue.get(&division.id).copied().unwrap_or_default(),
                id: division.id,
                name: division.name,
                open: opened - closed,
                opened,
                closed,
            }
        })
        .collect();
    let waiting =
        store::tickets::count_by_state(read, scope, now, &Filter { states: vec![State::OnHold], ..counted })
            .await?;
    Ok(ZeroBoard {
        as_of: now,
        open,
        opened: townships.iter().map(|t| t.opened).sum(),
        closed: townships.iter().map(|t| t.closed).sum(),
        on_hold: waiting.get(&State::OnHold).copied().unwrap_or_default(),
        submitted: townships.iter().map(|t| t.submitted).sum(),
        townships,
        days,
    })
}
