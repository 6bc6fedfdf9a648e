//! Where nothing moves: open tickets without a step of their unit for long, and self-checks that were due so long ago. Steps are what a
//! unit did with the ticket, and a self-check is a visit: never logins, reading or reminders.

use super::self_checks;
use crate::{
    app::{App, AppResult, Caller, field::facts::Facts, tickets::reads::TicketFilter},
    domain::{people::permission::Action, problem::Code},
    store::{self, people::units},
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// What stands still, by township.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IdleTickets {
    pub as_of: DateTime<Utc>,
    /// Whole working days.
    pub days: u32,
    /// The last step was earlier than this.
    pub before: DateTime<Utc>,
    /// The month whose self-checks were due before; null where none were asked for.
    pub self_check_month: Option<String>,
    /// Most tickets first; townships without any are left out.
    pub items: Vec<TownshipIdle>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TownshipIdle {
    pub township_id: Uuid,
    pub township_name: String,
    pub tickets: i64,
    /// Sites without a self-check since that month began.
    pub self_checks: i64,
}

/// Counts in the caller's scope; the rows are the list with `no_progress=true`.
pub async fn idle(app: &App, caller: &Caller) -> AppResult<IdleTickets> {
    caller.require(Action::ReadDuties)?;
    let (scope, now, read) = (caller.scope()?, app.clock.now(), app.store.read());
    let county = scope.county().ok_or(Code::Forbidden)?;
    let facts = Facts::load(app, county).await?;
    let before = facts.deadlines().idle_before(now);
    let filter = TicketFilter { idle: Some((true, before)), ..TicketFilter::default() };
    let by_township = store::tickets::count_by_township(read, scope, now, &filter).await?;
    let day = facts.settings().duties.self_check_day;
    let standing = self_checks::standing(app, county, scope, day, before).await?;
    let (month, lacking) =
        standing.map_or((None, BTreeMap::new()), |(month, lacking)| (Some(month.word()), lacking));
    let ids: BTreeSet<Uuid> = by_township.keys().chain(lacking.keys()).copied().collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let names = units::by_ids(read, &ids).await?;
    let mut items: Vec<TownshipIdle> = ids
        .into_iter()
        .map(|township_id| TownshipIdle {
            township_id,
            township_name: names.get(&township_id).map(|unit| unit.name.clone()).unwrap_or_default(),
            tickets: by_township.get(&township_id).copied().unwrap_or_default(),
            self_checks: lacking.get(&township_id).copied().unwrap_or_default(),
        })
        .collect();
    items.sort_by(|a, b| {
        b.tickets
            .cmp(&a.tickets)
            .then(b.self_checks.cmp(&a.self_checks))
            .then(a.township_id.cmp(&b.township_id))
    });
    let days = facts.deadlines().no_progress_days;
    Ok(IdleTickets { as_of: now, days, before, self_check_month: month, items })
}
