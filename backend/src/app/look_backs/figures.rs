//! How repairs held, by township: of those looked at again, how many did not.

use super::rate;
use crate::{
    app::{App, AppResult, Caller},
    domain::{
        clock::local_day,
        look_backs::ItemState,
        people::{permission::Action, scope::Scope},
        problem::Code,
    },
    store,
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// Days that are shown when none are asked for.
const SHOWN: u64 = 90;

/// What looking back found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LookBackFigures {
    pub as_of: DateTime<Utc>,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub looked: i64,
    pub not_held: i64,
    pub rate: Option<f64>,
    pub townships: Vec<LookBackRate>,
}

/// One township's part.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LookBackRate {
    pub id: Uuid,
    pub name: String,
    pub looked: i64,
    pub not_held: i64,
    pub rate: Option<f64>,
}

/// By the day of the look; a township reads its own.
pub async fn figures(
    app: &App,
    caller: &Caller,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
) -> AppResult<LookBackFigures> {
    caller.require(Action::ReadFigures)?;
    let (scope, now, read) = (caller.scope()?, app.clock.now(), app.store.read());
    let county = caller.county()?;
    let own = match scope {
        Scope::County { .. } => None,
        Scope::Township { township, .. } | Scope::Village { township, .. } => Some(township),
        // The rates are townships'; a department has none of its own.
        Scope::Department { department, .. } => Some(department),
        Scope::Own { .. } | Scope::Platform => return Err(Code::Forbidden.into()),
    };
    let to = to.unwrap_or_else(|| local_day(now));
    let from = from.unwrap_or_else(|| to.checked_sub_days(Days::new(SHOWN)).unwrap_or(to));
    let mut sums: BTreeMap<Uuid, (i64, i64)> = BTreeMap::new();
    for (township, state, n) in store::look_backs::looked(read, county, (from, to)).await? {
        if own.is_some_and(|own| own != township) {
            continue;
        }
        let sum = sums.entry(township).or_default();
        if state == ItemState::NotHeld {
            sum.1 += n;
        } else {
            sum.0 += n;
        }
    }
    let places =
        store::places::divisions::get_many(read, Scope::County { county }, sums.keys().copied().collect())
            .await?;
    let (held, not_held) = sums.values().fold((0, 0), |all, sum| (all.0 + sum.0, all.1 + sum.1));
    let townships = sums
        .into_iter()
        .map(|(id, (held, not_held))| LookBackRate {
            name: places.iter().find(|one| one.id == id).map(|one| one.name.clone()).unwrap_or_default(),
            looked: held + not_held,
            rate: rate(held, not_held),
            id,
            not_held,
        })
        .collect();
    let looked = held + not_held;
    Ok(LookBackFigures { as_of: now, from, to, looked, not_held, rate: rate(held, not_held), townships })
}
