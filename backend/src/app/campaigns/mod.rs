//! Zeroing campaigns 清零行动: drafted and started by the office, ended by it or by their last day.

pub mod board;
pub mod follow;
pub mod preview;
mod settle;
mod tell;

use crate::{
    app::{App, AppError, AppResult, Caller, Once, field::facts::Facts, tickets::reads::TicketFilter},
    domain::{
        campaigns::{CampaignScope, CampaignState, default_deadline},
        clock::local_day,
        field::inspection::shorten,
        page::Page,
        people::{permission::Action, scope::Scope},
        problem::{Code, Problem},
    },
    store::{
        self, audit,
        campaigns::{CampaignRow, days, members},
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Longest name, in characters.
const NAME: usize = 60;
/// Longest reason, in characters.
const REASON: usize = 400;
/// Batches that a start settles at once; a county's usual campaign. The rest follows in the background.
const AT_ONCE: usize = 3;

/// What a campaign is drafted with.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewCampaign {
    pub name: String,
    #[serde(default)]
    pub scope: CampaignScope,
    /// The last day; the end of the month if absent.
    #[serde(default)]
    pub deadline_day: Option<NaiveDate>,
}

/// A campaign as people read it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CampaignView {
    pub id: Uuid,
    pub name: String,
    pub state: CampaignState,
    pub scope: CampaignScope,
    pub deadline_day: String,
    pub created_at: DateTime<Utc>,
    pub created_by_name: Option<String>,
    pub started_at: Option<DateTime<Utc>>,
    pub started_by_name: Option<String>,
    pub ended_at: Option<DateTime<Utc>>,
    pub end_reason: String,
    /// Frozen at the start; of a township its own.
    pub baseline: Option<i64>,
    /// Tickets whose date is still to be moved, for the county.
    pub settling: u64,
    pub version: i32,
}

/// A campaign that the caller may know of: drafts are the office's.
async fn known(app: &App, caller: &Caller, id: Uuid) -> AppResult<CampaignRow> {
    let row = store::campaigns::get(app.store.read(), caller.county()?, id).await?.ok_or(Code::NotFound)?;
    let draft = row.state == CampaignState::Draft.as_str();
    if draft && caller.require(Action::ManageCampaigns).is_err() {
        return Err(Code::NotFound.into());
    }
    Ok(row)
}

/// The sums of it that the caller may know: a township's are its own.
pub(super) async fn view(app: &App, caller: &Caller, row: CampaignRow) -> AppResult<CampaignView> {
    let read = app.store.read();
    let people = [Some(row.created_by), row.started_by].into_iter().flatten().collect();
    let names = store::people::persons::names(read, people).await?;
    let scope = caller.scope()?;
    let whole = matches!(scope, Scope::County { .. });
    let (baseline, settling) = if row.started_at.is_none() {
        (None, 0)
    } else if whole {
        let sums = days::of(read, row.id).await?;
        let baseline = sums.iter().map(|(_, _, sum)| i64::from(sum.baseline)).sum();
        (Some(baseline), members::count_unsettled(read, row.id).await?)
    } else {
        let own = members::in_scope(read, scope, app.clock.now(), row.id).await?;
        let baseline = own.iter().filter(|(member, _)| member.baseline).count();
        (Some(i64::try_from(baseline).unwrap_or(i64::MAX)), 0)
    };
    Ok(CampaignView {
        settling,
        state: CampaignState::parse(&row.state).ok_or(Code::NotFound)?,
        scope: follow::scope_of(&row),
        created_by_name: names.get(&row.created_by).cloned(),
        started_by_name: row.started_by.and_then(|id| names.get(&id).cloned()),
        baseline,
        id: row.id,
        name: row.name,
        deadline_day: row.deadline_day,
        created_at: row.created_at,
        started_at: row.started_at,
        ended_at: row.ended_at,
        end_reason: row.end_reason,
        version: row.version,
    })
}

/// Campaigns that the caller may know of, newest first.
pub async fn list(app: &App, caller: &Caller, state: Option<CampaignState>) -> AppResult<Page<CampaignView>> {
    caller.require(Action::ReadCampaigns)?;
    let drafts = caller.require(Action::ManageCampaigns).is_ok();
    let rows = store::campaigns::list(app.store.read(), caller.county()?, state, drafts).await?;
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        items.push(view(app, caller, row).await?);
    }
    Ok(Page { items, next: None })
}

/// One campaign.
pub async fn get(app: &App, caller: &Caller, id: Uuid) -> AppResult<CampaignView> {
    caller.require(Action::ReadCampaigns)?;
    let row = known(app, caller, id).await?;
    view(app, caller, row).await
}

/// Drafts a campaign.
pub async fn draft(app: &App, caller: &Caller, once: &Once, new: NewCampaign) -> AppResult<CampaignView> {
    caller.require(Action::ManageCampaigns)?;
    let county = caller.county()?;
    let (now, id) = (app.clock.now(), app.random.id());
    let (name, takes, deadline) = checked(app, county, &new).await?;
    let row = CampaignRow {
        id,
        county_id: county,
        name,
        state: CampaignState::Draft.as_str().into(),
        takes,
        deadline_day: deadline.to_string(),
        created_by: caller.person_id,
        created_at: now,
        started_by: None,
        started_at: None,
        ended_by: None,
        ended_at: None,
        end_reason: String::new(),
        snapshot: None,
        version: 1,
    };
    let id: Uuid = app
        .idempotent(caller, once, async |tx| {
            store::campaigns::insert(tx, row.clone()).await?;
            audit::append(tx, now, caller.audit("campaign.draft", "campaigns", id)).await?;
            Ok(id)
        })
        .await?;
    get(app, caller, id).await
}

/// Changes a draft over the version that was seen.
pub async fn edit(
    app: &App,
    caller: &Caller,
    once: &Once,
    id: Uuid,
    seen: i32,
    new: NewCampaign,
) -> AppResult<CampaignView> {
    caller.require(Action::ManageCampaigns)?;
    let county = caller.county()?;
    known(app, caller, id).await?;
    let now = app.clock.now();
    let (name, takes, deadline) = checked(app, county, &new).await?;
    app.idempotent(caller, once, async |tx| {
        let mut row = draft_at(tx, county, id, seen).await?;
        (row.name, row.takes, row.deadline_day) = (name.clone(), takes.clone(), deadline.to_string());
        row.version += 1;
        store::campaigns::update(tx, row).await?;
        audit::append(tx, now, caller.audit("campaign.edit", "campaigns", id)).await?;
        Ok(())
    })
    .await?;
    get(app, caller, id).await
}

/// A draft, locked, in the version that was seen.
async fn draft_at(tx: &store::Tx, county: Uuid, id: Uuid, seen: i32) -> AppResult<CampaignRow> {
    let row = store::campaigns::lock(tx, county, id).await?.ok_or(Code::NotFound)?;
    if row.state != CampaignState::Draft.as_str() {
        return Err(Code::WrongState.into());
    }
    if row.version != seen {
        return Err(Code::Conflict.into());
    }
    Ok(row)
}

/// Name, scope and last day, if they can be used.
async fn checked(
    app: &App,
    county: Uuid,
    new: &NewCampaign,
) -> AppResult<(String, serde_json::Value, NaiveDate)> {
    let name = new.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > NAME || name.chars().any(char::is_control) {
        return Err(
            Problem::field("/name", "请填写名称，60字以内", "give a name of at most 60 characters").into()
        );
    }
    let today = local_day(app.clock.now());
    let deadline = new.deadline_day.unwrap_or_else(|| default_deadline(today));
    if deadline < today || deadline > today + chrono::Days::new(366) {
        return Err(Problem::field(
            "/deadline_day",
            "应在今天到一年之内",
            "between today and a year from now",
        )
        .into());
    }
    if new.scope.has_unknown_title() {
        return Err(Problem::field(
            "/scope/honour_level",
            "应为 county、city、provincial 或 national",
            "county, city, provincial or national",
        )
        .into());
    }
    if new.scope.site_kinds.len() > 200 || new.scope.site_kinds.iter().any(|kind| kind.chars().count() > 64) {
        return Err(Problem::field("/scope/site_kinds", "没有这种点位", "there is no such kind").into());
    }
    if !new.scope.township_ids.is_empty() {
        let wanted = new.scope.township_ids.clone();
        let found =
            store::places::divisions::get_many(app.store.read(), Scope::County { county }, wanted.clone())
                .await?;
        if wanted.len() > 500 || !wanted.iter().all(|id| found.iter().any(|division| division.id == *id)) {
            return Err(
                Problem::field("/scope/township_ids", "没有这个乡镇", "there is no such township").into()
            );
        }
    }
    let takes = serde_json::to_value(&new.scope).map_err(|error| AppError::Internal(error.to_string()))?;
    Ok((name, takes, deadline))
}

/// Starts a campaign: what it takes is frozen in one moment; dates move in batches behind it.
pub async fn start(app: &App, caller: &Caller, once: &Once, id: Uuid, seen: i32) -> AppResult<CampaignView> {
    caller.require(Action::ManageCampaigns)?;
    let county = caller.county()?;
    known(app, caller, id).await?;
    let now = app.clock.now();
    let (today, facts) = (local_day(now), Facts::load(app, county).await?);
    app.idempotent(caller, once, async |tx| {
        let mut row = draft_at(tx, county, id, seen).await?;
        if row.deadline_day < today.to_string() {
            return Err(Problem::field(
                "/deadline_day",
                "截止日期已过，请先修改",
                "the last day has passed; change it first",
            )
            .into());
        }
        let taken =
            members::freeze(tx, county, id, &follow::takes(&follow::scope_of(&row), today), (now, today))
                .await?;
        if taken == 0 {
            return Err(Problem::field(
                "/scope",
                "范围内没有未销号的静态问题",
                "no static issue is open within this scope",
            )
            .into());
        }
        days::begin(tx, id, today).await?;
        (row.state, row.started_by, row.started_at) =
            (CampaignState::Running.as_str().into(), Some(caller.person_id), Some(now));
        row.version += 1;
        tell::of_start(tx, &facts, &row, now).await?;
        store::campaigns::update(tx, row).await?;
        audit::append(tx, now, caller.audit("campaign.start", "campaigns", id)).await?;
        Ok(())
    })
    .await?;
    settle_at_once(app, county, id).await?;
    get(app, caller, id).await
}

/// Ends a running campaign before its last day.
pub async fn end(app: &App, caller: &Caller, once: &Once, id: Uuid, reason: &str) -> AppResult<CampaignView> {
    caller.require(Action::ManageCampaigns)?;
    let county = caller.county()?;
    known(app, caller, id).await?;
    let reason = shorten(reason.trim(), REASON);
    if reason.is_empty() {
        return Err(Problem::field("/reason", "请说明原因", "please say why").into());
    }
    let now = app.clock.now();
    let facts = Facts::load(app, county).await?;
    app.idempotent(caller, once, async |tx| {
        let mut row = store::campaigns::lock(tx, county, id).await?.ok_or(Code::NotFound)?;
        if row.state != CampaignState::Running.as_str() {
            return Err(Code::WrongState.into());
        }
        settle::close(tx, &facts, &mut row, Some(caller.person_id), reason.clone(), now).await?;
        let line = caller.audit("campaign.end", "campaigns", id);
        audit::append(tx, now, audit::AuditRow { reason: reason.clone(), ..line }).await?;
        Ok(())
    })
    .await?;
    settle_at_once(app, county, id).await?;
    get(app, caller, id).await
}

/// A usual campaign is settled before its start is answered.
async fn settle_at_once(app: &App, county: Uuid, id: Uuid) -> AppResult<()> {
    let Some(row) = store::campaigns::get(app.store.read(), county, id).await? else { return Ok(()) };
    for _ in 0..AT_ONCE {
        if app.settle_some(&row, app.clock.now()).await? == 0 {
            break;
        }
    }
    Ok(())
}

/// A list's filter by campaign: of a draft, what it would take, for the office.
pub async fn opened(app: &App, caller: &Caller, filter: &TicketFilter) -> AppResult<TicketFilter> {
    let mut filter = filter.clone();
    if let Some(id) = filter.campaign
        && caller.require(Action::ManageCampaigns).is_ok()
        && let Some(row) = store::campaigns::get(app.store.read(), caller.county()?, id).await?
        && row.state == CampaignState::Draft.as_str()
    {
        (filter.campaign, filter.takes) =
            (None, Some(follow::takes(&follow::scope_of(&row), local_day(app.clock.now()))));
    }
    Ok(filter)
}
