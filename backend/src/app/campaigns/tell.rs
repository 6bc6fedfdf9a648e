//! What units hear of a campaign: at its start one notice each, with counts and the day, and one where it ends early and dates that it held
//! are free.

use crate::{
    app::{
        AppResult,
        field::facts::Facts,
        notices::{self, Tell},
    },
    domain::{
        clock::Instant,
        notices::{events::Address, kind::NoticeKind},
        people::role::{Role, UnitKind},
        standards::calendar::end_of_day,
    },
    store::{
        Tx,
        campaigns::{CampaignRow, members},
        notices::inbox,
    },
};
use chrono::NaiveDate;
use serde_json::json;

fn key(row: &CampaignRow) -> String {
    format!("campaign:{}", row.id)
}

/// Tells each unit how much of it was taken in, and how many dates come nearer; before they move, and only of what units may see.
pub(super) async fn of_start(tx: &Tx, facts: &Facts, row: &CampaignRow, now: Instant) -> AppResult<()> {
    let Ok(day) = row.deadline_day.parse::<NaiveDate>() else { return Ok(()) };
    for (kind, unit_id, tickets, sooner) in members::by_unit(tx, row.id, end_of_day(day)).await? {
        let duties: &[Role] = match UnitKind::parse(&kind) {
            Some(UnitKind::Township) => &[Role::DeskOfficer, Role::DeputyLeader, Role::MainLeader],
            Some(UnitKind::Department) => &[Role::Department],
            _ => continue,
        };
        let to = duties.iter().map(|duty| Address { unit_kind: duty.unit_kind(), unit_id, duty: *duty });
        let started = Tell {
            county: row.county_id,
            key: key(row),
            kind: NoticeKind::CampaignStarted,
            to: to.collect(),
            ticket: None,
            data: json!({
                "campaign_id": row.id, "campaign": row.name, "tickets": tickets, "sooner": sooner, "day": row.deadline_day,
            }),
            rules: &facts.settings().notices,
        };
        notices::tell(tx, now, &started).await?;
    }
    Ok(())
}

/// It calls nobody to work any more.
pub(super) async fn of_end(tx: &Tx, row: &CampaignRow) -> AppResult<()> {
    Ok(inbox::settle_keys(tx, row.county_id, &[key(row)]).await?)
}

/// Tells each unit how many of its dates were the last day of a campaign that ends before it; asked before they are given back.
pub(super) async fn of_early_end(tx: &Tx, facts: &Facts, row: &CampaignRow, now: Instant) -> AppResult<()> {
    let Ok(day) = row.deadline_day.parse::<NaiveDate>() else { return Ok(()) };
    for (kind, unit_id, tickets) in members::held_by_unit(tx, row.id, end_of_day(day)).await? {
        let duties: &[Role] = match UnitKind::parse(&kind) {
            Some(UnitKind::Township) => &[Role::DeskOfficer, Role::DeputyLeader],
            Some(UnitKind::Department) => &[Role::Department],
            _ => continue,
        };
        let to = duties.iter().map(|duty| Address { unit_kind: duty.unit_kind(), unit_id, duty: *duty });
        let ended = Tell {
            county: row.county_id,
            key: format!("campaign_end:{}", row.id),
            kind: NoticeKind::CampaignEnded,
            to: to.collect(),
            ticket: None,
            data: json!({ "campaign_id": row.id, "campaign": row.name, "tickets": tickets, "day": row.deadline_day }),
            rules: &facts.settings().notices,
        };
        notices::tell(tx, now, &ended).await?;
    }
    Ok(())
}
