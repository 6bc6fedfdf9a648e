//! What a draft would take, were it started now. Its rows are the list with the same filter.

use super::follow;
use crate::{
    app::{App, AppResult, Caller},
    domain::{
        campaigns::CampaignState, clock::local_day, page::PageRequest, people::permission::Action,
        problem::Code, standards::calendar::end_of_day,
    },
    store::{self, places::divisions},
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What a start would mean.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CampaignPreview {
    pub as_of: DateTime<Utc>,
    pub tickets: i64,
    /// Of these, whose date would become earlier.
    pub sooner: i64,
    pub townships: Vec<PreviewTownship>,
}

/// One township's part.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PreviewTownship {
    pub id: Uuid,
    pub name: String,
    pub tickets: i64,
    pub sooner: i64,
}

/// Counts what a draft takes.
pub async fn preview(app: &App, caller: &Caller, id: Uuid) -> AppResult<CampaignPreview> {
    caller.require(Action::ManageCampaigns)?;
    let (scope, now, read) = (caller.scope()?, app.clock.now(), app.store.read());
    let row = super::known(app, caller, id).await?;
    if row.state != CampaignState::Draft.as_str() {
        return Err(Code::WrongState.into());
    }
    let takes = Some(follow::takes(&follow::scope_of(&row), local_day(now)));
    let all = store::tickets::Filter { takes, ..store::tickets::Filter::default() };
    let deadline = row.deadline_day.parse::<NaiveDate>().map(end_of_day).ok();
    let later = store::tickets::Filter { due_after: deadline, ..all.clone() };
    let counts = store::tickets::count_by_township(read, scope, now, &all).await?;
    let sooner = store::tickets::count_by_township(read, scope, now, &later).await?;
    let filter = divisions::Filter {
        kind: Some(crate::domain::places::division::DivisionKind::Township),
        ..divisions::Filter::default()
    };
    let page = PageRequest { after: None, limit: 1000 };
    let townships = divisions::list(read, scope, &filter, &page)
        .await?
        .into_iter()
        .filter_map(|place| {
            let tickets = *counts.get(&place.id)?;
            let sooner = sooner.get(&place.id).copied().unwrap_or_default();
            Some(PreviewTownship { id: place.id, name: place.name, tickets, sooner })
        })
        .collect();
    Ok(CampaignPreview {
        as_of: now,
        tickets: counts.values().sum(),
        sooner: sooner.values().sum(),
        townships,
    })
}
