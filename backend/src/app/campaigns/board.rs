//! The board of a campaign: by township and by day, as of now, or as it was when it ended. The county reads sums; all others what the
//! rows that they may open add up to.

use super::{CampaignView, view};
use crate::{
    app::{App, AppResult, Caller, field::facts::Facts},
    domain::{
        campaigns::{
            CampaignState,
            burn_down::{self, BurnDay, IdealDay},
            member::Sum,
        },
        clock::{Instant, local_day},
        page::PageRequest,
        people::{permission::Action, scope::Scope},
        places::division::DivisionKind,
        problem::Code,
        tickets::State,
    },
    store::{
        Conn,
        campaigns::{CampaignRow, days, members},
        places::divisions,
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;
use uuid::Uuid;

/// A campaign with its numbers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CampaignBoard {
    pub campaign: CampaignView,
    #[serde(flatten)]
    pub numbers: CampaignNumbers,
    /// As it was when it ended; for whoever reads the whole county.
    #[serde(rename = "final")]
    pub last: Option<CampaignNumbers>,
}

/// What a campaign has come to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CampaignNumbers {
    pub as_of: DateTime<Utc>,
    pub baseline: i64,
    /// Found since the start.
    pub fresh: i64,
    pub closed: i64,
    /// Voided, merged, or not static any more.
    pub left_out: i64,
    /// With their units.
    pub open: i64,
    /// Waiting for the county's check.
    pub submitted: i64,
    /// Printed beside any claimed zero.
    pub on_hold: i64,
    /// Closed of the baseline, in shares of it.
    pub zero_rate: Option<f64>,
    /// Nothing is open, nothing waits, nothing is held.
    pub true_zero: bool,
    pub townships: Vec<CampaignTownship>,
    /// From the start up to today, or to the end.
    pub days: Vec<BurnDay>,
    pub ideal: Vec<IdealDay>,
}

/// One township's part.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CampaignTownship {
    pub id: Uuid,
    pub name: String,
    pub baseline: i64,
    pub fresh: i64,
    pub closed: i64,
    pub left_out: i64,
    pub open: i64,
    pub submitted: i64,
    pub on_hold: i64,
    pub true_zero: bool,
}

/// What one township has on one day.
type DaySum = (Uuid, NaiveDate, Sum);
/// How many of a township stand in a state.
type Standing = (Uuid, State, i64);

/// Reads the board of the caller's scope.
pub async fn board(app: &App, caller: &Caller, id: Uuid) -> AppResult<CampaignBoard> {
    caller.require(Action::ReadCampaigns)?;
    let (scope, now, read) = (caller.scope()?, app.clock.now(), app.store.read());
    let county = caller.county()?;
    let row = super::known(app, caller, id).await?;
    if row.state == CampaignState::Draft.as_str() {
        return Err(Code::WrongState.into());
    }
    let facts = Facts::load(app, county).await?;
    let whole = matches!(scope, Scope::County { .. });
    let (sums, standing) = if whole {
        (days::of(read, id).await?, members::open_by_state(read, id).await?)
    } else {
        of_rows(members::in_scope(read, scope, now, id).await?)
    };
    let numbers = numbers(read, &facts, &row, now, &sums, &standing).await?;
    let last = row.snapshot.clone().filter(|_| whole).and_then(|value| serde_json::from_value(value).ok());
    Ok(CampaignBoard { campaign: view(app, caller, row).await?, numbers, last })
}

/// The county's numbers as they are at this moment, to be kept.
pub(super) async fn frozen(
    conn: &impl Conn,
    facts: &Facts,
    row: &CampaignRow,
    now: Instant,
) -> AppResult<CampaignNumbers> {
    let sums = days::of(conn, row.id).await?;
    let standing = members::open_by_state(conn, row.id).await?;
    numbers(conn, facts, row, now, &sums, &standing).await
}

/// The same sums from rows.
fn of_rows(rows: Vec<(crate::domain::campaigns::member::Member, State)>) -> (Vec<DaySum>, Vec<Standing>) {
    let (mut sums, mut standing) = (Vec::new(), Vec::new());
    for (member, state) in rows {
        sums.extend(member.sums().into_iter().map(|(day, sum)| (member.township_id, day, sum)));
        if member.closed_day.is_none() && member.left_day.is_none() {
            standing.push((member.township_id, state, 1));
        }
    }
    (sums, standing)
}

async fn numbers(
    conn: &impl Conn,
    facts: &Facts,
    row: &CampaignRow,
    now: Instant,
    sums: &[DaySum],
    standing: &[Standing],
) -> AppResult<CampaignNumbers> {
    let mut by_day: BTreeMap<NaiveDate, Sum> = BTreeMap::new();
    let mut by_township: HashMap<Uuid, Sum> = HashMap::new();
    for (township, day, sum) in sums {
        let on = by_day.entry(*day).or_default();
        *on = on.plus(*sum);
        let at = by_township.entry(*township).or_default();
        *at = at.plus(*sum);
    }
    let all = by_day.values().fold(Sum::default(), |all, sum| all.plus(*sum));
    let count = |township: Option<Uuid>, states: &[State]| -> i64 {
        let of = standing
            .iter()
            .filter(|(at, state, _)| township.is_none_or(|wanted| wanted == *at) && states.contains(state));
        of.map(|(_, _, n)| n).sum()
    };
    let part = |township: Option<Uuid>, sum: Sum| CampaignTownship {
        id: township.unwrap_or_default(),
        name: String::new(),
        baseline: i64::from(sum.baseline),
        fresh: i64::from(sum.fresh),
        closed: i64::from(sum.closed_baseline + sum.closed_fresh),
        left_out: i64::from(sum.left_baseline + sum.left_fresh),
        open: count(township, &State::WITH_UNIT),
        submitted: count(township, &[State::Submitted]),
        on_hold: count(township, &[State::OnHold]),
        true_zero: count(township, &State::OPEN) == 0,
    };
    let filter = divisions::Filter { kind: Some(DivisionKind::Township), ..divisions::Filter::default() };
    let page = PageRequest { after: None, limit: 1000 };
    let places = divisions::list(conn, Scope::County { county: row.county_id }, &filter, &page).await?;
    let townships = places
        .into_iter()
        .filter_map(|place| {
            let sum = by_township.get(&place.id)?;
            Some(CampaignTownship { name: place.name, ..part(Some(place.id), *sum) })
        })
        .collect();
    let first = row.started_at.map_or_else(|| local_day(now), local_day);
    let deadline = row.deadline_day.parse().unwrap_or(first);
    let ideal = burn_down::ideal(&facts.deadlines().calendar, first, deadline, all.baseline);
    let last = local_day(now).min(row.ended_at.map_or(deadline, local_day).max(first));
    let whole = part(None, all);
    let rate = (all.baseline > 0)
        .then(|| (f64::from(all.closed_baseline) / f64::from(all.baseline) * 1000.0).round() / 1000.0);
    Ok(CampaignNumbers {
        as_of: now,
        baseline: whole.baseline,
        fresh: whole.fresh,
        closed: whole.closed,
        left_out: whole.left_out,
        open: whole.open,
        submitted: whole.submitted,
        on_hold: whole.on_hold,
        zero_rate: rate,
        true_zero: whole.true_zero,
        townships,
        days: burn_down::days(&by_day, &ideal, last),
        ideal,
    })
}
