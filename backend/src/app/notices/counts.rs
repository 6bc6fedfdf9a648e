//! What a unit has to do now, worked out from its tickets and from nothing else: the numbers of the digest, of chat texts and of messages.

use super::address::UnitRef;
use crate::{
    app::{App, AppResult, field::facts::Facts, tickets::narrow},
    domain::{
        clock::Instant,
        people::{role::UnitKind, scope::Scope},
        tickets::{State, request::RequestState},
    },
    store::{
        Conn,
        tickets::{self, Filter},
    },
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;

/// Each number opens its rows: `/tickets` with the state, `overdue`, `due_soon` or `request`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = NoticeNow)]
pub struct NowCounts {
    pub to_accept: i64,
    pub in_progress: i64,
    /// Due soon 临期 by the county's rules, as each ticket says.
    pub due_soon: i64,
    pub overdue: i64,
    pub returned: i64,
    pub submitted: i64,
    pub on_hold: i64,
    /// Asked, and not answered yet.
    pub requests: i64,
    /// 0 for everybody but the county's own.
    pub to_issue: i64,
    pub to_verify: i64,
}

impl NowCounts {
    /// Everything that waits for somebody of the unit.
    pub fn total(&self, kind: UnitKind) -> i64 {
        match kind {
            UnitKind::County => self.to_issue + self.to_verify + self.requests,
            _ => self.to_accept + self.in_progress + self.returned,
        }
    }
}

/// The counts of a scope. `shown`: only what the townships may know of, because the answer leaves the system.
pub(super) async fn now(
    app: &App,
    conn: &impl Conn,
    unit: &UnitRef,
    scope: Scope,
    shown: bool,
    at: Instant,
) -> AppResult<NowCounts> {
    let Some(county) = scope.county() else { return Ok(NowCounts::default()) };
    let facts = Facts::load(app, county).await?;
    let rules = facts.deadlines();
    // A department also reads what it supervises; to do is only what is its own.
    let unit_id = (unit.kind == UnitKind::Department).then_some(unit.id);
    let base = Filter { unit_id, shown, ..Filter::default() };
    let count = async |filter: Filter| tickets::count_by_state(conn, scope, at, &filter).await;
    let states = count(base.clone()).await?;
    let sum = |map: &HashMap<State, i64>| map.values().sum::<i64>();
    let of = |state: State| states.get(&state).copied().unwrap_or(0);
    let overdue = count(Filter { overdue: Some(true), ..base.clone() }).await?;
    let soon = narrow::due_soon(conn, scope, at, rules, &base).await?;
    let asked = count(Filter { request: Some(RequestState::Open), ..base }).await?;
    let of_county = |n: i64| if unit.kind == UnitKind::County { n } else { 0 };
    Ok(NowCounts {
        to_accept: of(State::Issued),
        in_progress: of(State::InProgress),
        due_soon: soon,
        overdue: sum(&overdue),
        returned: of(State::Rework),
        submitted: of(State::Submitted),
        on_hold: of(State::OnHold),
        requests: sum(&asked),
        to_issue: of_county(of(State::Pending)),
        to_verify: of_county(of(State::Submitted)),
    })
}
