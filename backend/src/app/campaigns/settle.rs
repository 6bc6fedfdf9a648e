//! What a start and an end of a campaign mean for its tickets, in batches that each commit for themselves: the earlier date and its line of
//! history, or the end of a date that no longer holds. Harmless to repeat. Campaigns whose last day is over end here too.

use super::{
    board,
    follow::{leave, move_sums, next_day, scope_of, write},
    tell,
};
use crate::{
    app::{App, AppError, AppResult, field::facts::Facts},
    domain::{
        campaigns::{CampaignState, member},
        clock::{Instant, local_day},
        people::scope::Scope,
        tickets::machine::{LeftBy, Step, When},
    },
    store::{
        self, Tx,
        campaigns::{CampaignRow, members},
        tickets::EventBy,
    },
};
use uuid::Uuid;

/// Tickets of one transaction.
const BATCH: u64 = 200;
/// Batches of one turn; the next turn goes on.
const TURNS: usize = 50;

impl App {
    /// Ends campaigns whose last day is over, and settles tickets that wait for it. Answers how many tickets those were.
    pub async fn sweep_campaigns(&self) -> AppResult<usize> {
        let now = self.clock.now();
        for row in store::campaigns::over(self.store.read(), local_day(now)).await? {
            self.end_of_time(&row, now).await?;
        }
        let mut done = 0;
        for row in store::campaigns::unsettled(self.store.read()).await? {
            for _ in 0..TURNS {
                let n = self.settle_some(&row, now).await?;
                done += n;
                if n == 0 {
                    break;
                }
            }
        }
        Ok(done)
    }

    /// One batch of a campaign's tickets.
    pub(super) async fn settle_some(&self, row: &CampaignRow, now: Instant) -> AppResult<usize> {
        let waiting = members::next_unsettled(self.store.read(), row.id, BATCH).await?;
        if waiting.is_empty() {
            return Ok(0);
        }
        let facts = Facts::load(self, row.county_id).await?;
        let (facts, waiting) = (&facts, &waiting);
        self.store
            .write(async |tx| {
                let mut done = 0;
                for id in waiting {
                    done += usize::from(settle(tx, facts, row, *id, now).await?);
                }
                Ok::<_, AppError>(done)
            })
            .await
    }

    async fn end_of_time(&self, row: &CampaignRow, now: Instant) -> AppResult<()> {
        let facts = Facts::load(self, row.county_id).await?;
        let facts = &facts;
        self.store
            .write(async |tx| {
                let Some(mut row) = store::campaigns::lock(tx, row.county_id, row.id).await? else {
                    return Ok::<_, AppError>(());
                };
                if row.state != CampaignState::Running.as_str() {
                    return Ok(());
                }
                close(tx, facts, &mut row, None, String::new(), now).await
            })
            .await
    }
}

/// Ends a running campaign that is locked: its numbers are frozen as they are.
pub(super) async fn close(
    tx: &Tx,
    facts: &Facts,
    row: &mut CampaignRow,
    by: Option<Uuid>,
    reason: String,
    now: Instant,
) -> AppResult<()> {
    let frozen = board::frozen(tx, facts, row, now).await?;
    row.snapshot = Some(serde_json::to_value(frozen).map_err(|error| AppError::Internal(error.to_string()))?);
    (row.state, row.ended_by, row.ended_at) = (CampaignState::Ended.as_str().into(), by, Some(now));
    (row.end_reason, row.version) = (reason, row.version + 1);
    store::campaigns::update(tx, row.clone()).await?;
    tell::of_end(tx, row).await?;
    let over = row.deadline_day < local_day(now).to_string();
    if !over {
        tell::of_early_end(tx, facts, row, now).await?;
    }
    if !over || !store::campaigns::running(tx, row.county_id).await?.is_empty() {
        // Its date would have held on, or another one's holds from now on.
        members::unsettle(tx, row.id).await?;
    }
    Ok(())
}

/// One ticket that waits: joins with the campaign's start, is freed by its early end, or goes over to one that still runs.
async fn settle(tx: &Tx, facts: &Facts, row: &CampaignRow, id: Uuid, now: Instant) -> AppResult<bool> {
    let scope = Scope::County { county: row.county_id };
    let Some(mut ticket) = store::tickets::lock(tx, scope, now, id).await? else {
        members::settle(tx, row.id, id).await?;
        return Ok(true);
    };
    // Read behind the ticket's lock: whoever was faster has settled it.
    let Some(before) = members::unsettled(tx, row.id, id).await? else { return Ok(false) };
    let when = When { observed_at: now, accepted_at: now, effective: now };
    let by = EventBy {
        operation_id: None,
        person_id: row.ended_by.or(row.started_by),
        post_id: None,
        observed_at: now,
        accepted_at: now,
    };
    let counted = store::tickets::events(tx, &ticket).await?.iter().any(|event| {
        event.transition == "campaign_joined" && event.data["campaign_id"] == row.id.to_string().as_str()
    });
    if !counted {
        let day = row.deadline_day.parse().unwrap_or(before.joined_day);
        let step = Step::JoinCampaign {
            campaign_id: row.id,
            name: row.name.clone(),
            day,
            baseline: before.baseline,
            again: false,
        };
        write(tx, facts.deadlines(), &mut ticket, &step, when, by).await?;
    }
    // What happened to it between the start and now, before it knew of the campaign.
    let after = before.follow(&ticket, &scope_of(row), local_day(now));
    let moved = member::is_open(&ticket) && after.left_day.is_some();
    if moved && !counted {
        let running = store::campaigns::running(tx, row.county_id).await?;
        let next = next_day(tx, &ticket, row.id, &running, local_day(now)).await?;
        leave(tx, facts.deadlines(), &mut ticket, row, (next, true, LeftBy::Moved), when, by).await?;
    }
    if row.state == CampaignState::Ended.as_str() && member::counts(&ticket) && !moved {
        let running = store::campaigns::running(tx, row.county_id).await?;
        let next = next_day(tx, &ticket, row.id, &running, local_day(now)).await?;
        // Of a campaign that ran to its end the date stands. So does that of what is closed; when it comes back, only what runs holds it.
        let over = row.ended_at.is_some_and(|at| row.deadline_day < local_day(at).to_string());
        let frees = !over && member::is_open(&ticket);
        if !over || (next.is_some() && next != ticket.zero_day) {
            leave(tx, facts.deadlines(), &mut ticket, row, (next, frees, LeftBy::Ended), when, by).await?;
        }
    }
    move_sums(tx, &before, &after).await?;
    members::settle(tx, row.id, id).await?;
    Ok(true)
}
