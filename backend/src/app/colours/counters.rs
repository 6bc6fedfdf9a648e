//! Counters of a month (R80 to R82): the county reads all townships', a township its own and the county's middle.
//!
//! Inputs, all of them: events of tickets that townships had and may know of. Nothing about people, logins or devices (decisions.md 1).

use super::{
    months::{month_of, told},
    work::{self, Worked},
};
use crate::{
    app::{App, AppResult, Caller},
    domain::{
        colours::{
            colour::Month,
            share::{self, Medians, Shares},
        },
        people::{permission::Action, scope::Scope},
        problem::Code,
    },
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The counters of a month; while it runs, so far.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MonthCounters {
    pub as_of: DateTime<Utc>,
    pub month: String,
    pub townships: Vec<TownshipCounters>,
    pub median: Medians,
    /// The middle may be some minutes older than a township's own counters.
    pub median_as_of: DateTime<Utc>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TownshipCounters {
    pub township_id: Uuid,
    pub township_name: String,
    #[serde(flatten)]
    pub shares: Shares,
}

/// Reads them in the caller's scope.
pub async fn counters(app: &App, caller: &Caller, month: Option<&str>) -> AppResult<MonthCounters> {
    caller.require(Action::ReadCounters)?;
    let now = app.clock.now();
    let month = month.map(month_of).transpose()?.unwrap_or_else(|| Month::of(now));
    if month > Month::of(now) {
        return Err(told("这个月还没有开始。", "This month has not begun."));
    }
    let (county, own) = match caller.scope()? {
        Scope::County { county } => (county, None),
        Scope::Township { county, township } => (county, Some(township)),
        Scope::Platform | Scope::Department { .. } | Scope::Village { .. } | Scope::Own { .. } => {
            return Err(Code::Forbidden.into());
        }
    };
    let known = own.and_then(|own| Some((own, app.middles.known(county, &month.word(), now)?)));
    let (worked, (median_as_of, median)) = if let Some((own, known)) = known {
        let alone = work::work_out_one(app, (county, own), month, now).await?;
        (alone.into_iter().collect(), known)
    } else {
        let all = work::work_out(app, county, month, now).await?;
        let shares: Vec<Shares> = all.iter().map(|one| one.shares.clone()).collect();
        let median = share::medians(&shares);
        app.middles.keep(county, month.word(), now, median);
        (all, (now, median))
    };
    let townships = worked
        .into_iter()
        .filter(|one| own.is_none_or(|own| own == one.township_id))
        .map(|Worked { township_id, township_name, shares, .. }| TownshipCounters {
            township_id,
            township_name,
            shares,
        })
        .collect();
    Ok(MonthCounters { as_of: now, month: month.word(), townships, median, median_as_of })
}
