//! What a township hears of its month: its colour and until when a plan is asked for, the answer to its appeal, and once that a plan is late.

use super::work::standing;
use crate::{
    app::{
        AppResult,
        notices::{self, Tell},
    },
    domain::{
        clock::Instant,
        colours::colour::{AppealState, Colour},
        notices::{events::Address, kind::NoticeKind, settings::NoticeRules},
        people::role::{Role, UnitKind},
    },
    store::{
        Conn, Tx,
        colours::{
            appeals,
            months::{self, ColourMonth},
        },
        notices::inbox,
    },
};
use serde_json::{Value, json};
use std::collections::HashSet;
use uuid::Uuid;

fn leaders(row: &ColourMonth, duties: &[Role]) -> Vec<Address> {
    let to = |duty: &Role| Address { unit_kind: UnitKind::Township, unit_id: row.township_id, duty: *duty };
    duties.iter().map(to).collect()
}

/// What stands of the month, and the day of the plan where one is asked for.
fn said(row: &ColourMonth, colour: Colour) -> Value {
    let mut data = json!({ "month": row.month, "colour": colour });
    if let Some(due) = row.plan_due.filter(|_| colour > Colour::Green) {
        data["plan_due"] = json!(due);
    }
    data
}

/// Of a month that was just published.
pub(super) async fn published(
    tx: &Tx,
    rules: &NoticeRules,
    row: &ColourMonth,
    now: Instant,
) -> AppResult<()> {
    let published = Tell {
        county: row.county_id,
        key: format!("colour:{}", row.id),
        kind: NoticeKind::ColourPublished,
        to: leaders(row, &[Role::MainLeader, Role::DeputyLeader]),
        ticket: None,
        data: said(row, standing(row)),
        rules,
    };
    notices::tell(tx, now, &published).await?;
    Ok(())
}

/// Of an appeal that was just decided, to those who may appeal; `became` is the other colour, if it is one.
pub(super) async fn decided(
    tx: &Tx,
    rules: &NoticeRules,
    row: &ColourMonth,
    became: Option<Colour>,
    now: Instant,
) -> AppResult<()> {
    let colour = became.unwrap_or_else(|| standing(row));
    let mut data = said(row, colour);
    data["changed"] = json!(became.is_some());
    let decided = Tell {
        county: row.county_id,
        key: format!("appeal:{}", row.id),
        kind: NoticeKind::AppealDecided,
        to: leaders(row, &[Role::MainLeader, Role::DeputyLeader]),
        ticket: None,
        data,
        rules,
    };
    notices::tell(tx, now, &decided).await?;
    if colour == Colour::Green {
        planned(tx, row).await?;
    }
    Ok(())
}

fn late_key(id: Uuid) -> String {
    format!("plan:{id}")
}

/// A plan was handed in, or is asked for no more.
pub(super) async fn planned(tx: &Tx, row: &ColourMonth) -> AppResult<()> {
    Ok(inbox::settle_keys(tx, row.county_id, &[late_key(row.id)]).await?)
}

/// The plans that are late by now and were not yet at `from`. What was told is forgotten only after that, so each is told once.
pub(in crate::app) async fn late_plans<'a>(
    conn: &impl Conn,
    county: Uuid,
    rules: &'a NoticeRules,
    (from, now): (Instant, Instant),
) -> AppResult<Vec<Tell<'a>>> {
    let mut rows = months::plans_due(conn, county, (from, now)).await?;
    rows.retain(|row| standing(row) > Colour::Green);
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    // While an appeal waits, it may turn out that none is asked for.
    let open = appeals::of_months(conn, ids.clone()).await?;
    let open =
        open.into_iter().filter(|one| one.state == AppealState::Open.as_str()).map(|one| one.colour_id);
    let planned = appeals::plans_of(conn, ids).await?.into_iter().map(|plan| plan.colour_id);
    let without: HashSet<Uuid> = open.chain(planned).collect();
    let late = rows.into_iter().filter(|row| !without.contains(&row.id));
    Ok(late
        .map(|row| Tell {
            county,
            key: late_key(row.id),
            kind: NoticeKind::PlanLate,
            to: leaders(&row, &[Role::MainLeader]),
            ticket: None,
            data: said(&row, standing(&row)),
            rules,
        })
        .collect())
}
