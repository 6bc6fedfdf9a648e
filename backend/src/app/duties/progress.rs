//! Open tickets without a step of their unit for long. Steps are what a unit did with the ticket: never logins, reading or reminders.

use crate::{
    app::{App, AppResult, Caller, field::facts::Facts, tickets::reads::TicketFilter},
    domain::{people::permission::Action, problem::Code},
    store::{self, people::units},
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Tickets that stand still, by township.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IdleTickets {
    pub as_of: DateTime<Utc>,
    /// Whole working days.
    pub days: u32,
    /// The last step was earlier than this.
    pub before: DateTime<Utc>,
    /// Most tickets first; townships without any are left out.
    pub items: Vec<TownshipIdle>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TownshipIdle {
    pub township_id: Uuid,
    pub township_name: String,
    pub tickets: i64,
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
    let ids: Vec<Uuid> = by_township.keys().copied().collect();
    let names = units::by_ids(read, &ids).await?;
    let mut items: Vec<TownshipIdle> = by_township
        .into_iter()
        .map(|(township_id, tickets)| TownshipIdle {
            township_id,
            township_name: names.get(&township_id).map(|unit| unit.name.clone()).unwrap_or_default(),
            tickets,
        })
        .collect();
    items.sort_by(|a, b| b.tickets.cmp(&a.tickets).then(a.township_id.cmp(&b.township_id)));
    Ok(IdleTickets { as_of: now, days: facts.deadlines().no_progress_days, before, items })
}
