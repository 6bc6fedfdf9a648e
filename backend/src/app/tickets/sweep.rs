//! What the clock alone does to tickets: overdue and control that nobody reported are written down once (T15,
//! `control_overdue`), holds end on their day of review (T9), closed tickets are put
//! on file when their month has ended (T18). Harmless to repeat, and in batches that each commit for themselves.

use super::{board, mend};
use crate::{
    app::{App, AppError, AppResult, campaigns::follow as campaigns, field::facts::Facts},
    domain::{
        campaigns::member,
        clock::{Instant, local_day},
        people::{role::UnitKind, scope::Scope},
        standards::calendar::start_of_day,
        tickets::machine::{self, Step, When},
    },
    store::{
        self, Tx,
        colours::copies,
        tickets::{Due, EventBy},
    },
};
use chrono::Datelike;
use std::collections::HashMap;
use uuid::Uuid;

/// Tickets of one transaction.
const BATCH: u64 = 200;
/// Batches of one turn; the next turn goes on.
const TURNS: usize = 50;

/// The step of the ladder that reaches the county's leaders.
const COUNTY_STEP: i32 = 3;

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    pub overdue: usize,
    pub out_of_control: usize,
    pub resumed: usize,
    pub archived: usize,
    pub escalated: usize,
}

impl App {
    /// Writes down what has come due since the last sweep.
    pub async fn sweep_tickets(&self) -> AppResult<Swept> {
        let now = self.clock.now();
        let mut facts = HashMap::new();
        let mut swept = Swept::default();
        let mut after = None;
        for _ in 0..TURNS {
            let found = store::tickets::newly_overdue(self.store.read(), now, after, BATCH).await?;
            let Some((at, (_, id))) = found.last() else { break };
            after = Some((*at, *id));
            let due = found.iter().map(|(_, due)| *due).collect();
            swept.overdue += self.sweep_batch(&mut facts, due, &Step::Overdue, now).await?;
        }
        let mut after = None;
        for _ in 0..TURNS {
            let found = store::tickets::newly_out_of_control(self.store.read(), now, after, BATCH).await?;
            let Some((at, (_, id))) = found.last() else { break };
            after = Some((*at, *id));
            let due = found.iter().map(|(_, due)| *due).collect();
            swept.out_of_control += self.sweep_batch(&mut facts, due, &Step::ControlOverdue, now).await?;
        }
        swept.escalated = self.escalate(&mut facts, now).await?;
        let review = Step::Resume { note: String::new() };
        for _ in 0..TURNS {
            let due = store::tickets::to_review(self.store.read(), local_day(now), BATCH).await?;
            let done = self.sweep_batch(&mut facts, due, &review, now).await?;
            swept.resumed += done;
            if done == 0 {
                break;
            }
        }
        let month = local_day(now).with_day(1).unwrap_or_else(|| local_day(now));
        for _ in 0..TURNS {
            let due = store::tickets::to_archive(self.store.read(), start_of_day(month), BATCH).await?;
            let done = self.sweep_batch(&mut facts, due, &Step::Archive, now).await?;
            swept.archived += done;
            if done == 0 {
                break;
            }
        }
        Ok(swept)
    }

    /// Tells delays upwards, the highest step that is due at once: what was told higher is not told again below.
    async fn escalate(&self, facts: &mut HashMap<Uuid, Facts>, now: Instant) -> AppResult<usize> {
        let mut told = 0;
        for county in store::places::divisions::counties(self.store.read()).await? {
            let of = Facts::load(self, county.id).await?;
            for (step, days) in [1, 2, 3].into_iter().zip(of.settings().duties.ladder()).rev() {
                let late = of.deadlines().late_before(now, days);
                for _ in 0..if days == 0 { 0 } else { TURNS } {
                    let due =
                        store::tickets::to_escalate(self.store.read(), county.id, step, late, BATCH).await?;
                    let done = self.sweep_batch(facts, due, &Step::Escalate { step }, now).await?;
                    told += done;
                    if done == 0 {
                        break;
                    }
                }
            }
        }
        Ok(told)
    }

    /// One step for each of these tickets that still allows it; answers how many those were.
    pub(super) async fn sweep_batch(
        &self,
        facts: &mut HashMap<Uuid, Facts>,
        due: Vec<Due>,
        step: &Step,
        now: Instant,
    ) -> AppResult<usize> {
        if due.is_empty() {
            return Ok(0);
        }
        for (county, _) in &due {
            if !facts.contains_key(county) {
                facts.insert(*county, Facts::load(self, *county).await?);
            }
        }
        let facts = &*facts;
        // In the order of their ids, so that two sweeps cannot wait for each other.
        let mut ordered = due;
        ordered.sort_unstable();
        let ordered = &ordered;
        self.store
            .write(async |tx| {
                let mut done = 0;
                for (county, id) in ordered {
                    let Some(facts) = facts.get(county) else { continue };
                    done += usize::from(move_on(tx, facts, *id, step, now).await?);
                }
                Ok::<_, AppError>(done)
            })
            .await
    }
}

/// Applies the step to a ticket as it stands now; false where somebody was faster.
async fn move_on(tx: &Tx, facts: &Facts, id: Uuid, step: &Step, now: Instant) -> AppResult<bool> {
    let scope = Scope::County { county: facts.county };
    let Some(mut ticket) = store::tickets::lock(tx, scope, now, id).await? else { return Ok(false) };
    if matches!(step, Step::Resume { .. }) && ticket.review_day.is_none_or(|day| day > local_day(now)) {
        return Ok(false);
    }
    if matches!(step, Step::Lift { .. }) && !mend::is_early(tx, &ticket).await? {
        return Ok(false);
    }
    let (before, was) = (board::share(&ticket), member::open_at(&ticket));
    let when = When { observed_at: now, accepted_at: now, effective: now };
    let Ok(event) = machine::apply(&mut ticket, step, when, facts.deadlines()) else { return Ok(false) };
    store::tickets::update(tx, &ticket).await?;
    board::recount(tx, facts.county, before, board::share(&ticket)).await?;
    // The hour itself is when it happened; when it counts is when it was written down, so that no month changes afterwards.
    let passed = ticket.control_due_at.filter(|_| matches!(step, Step::ControlOverdue));
    let observed_at = passed.unwrap_or(now);
    let by = EventBy { operation_id: None, person_id: None, post_id: None, observed_at, accepted_at: now };
    store::tickets::append_event(tx, &ticket, &event, by).await?;
    campaigns::follow(tx, facts.deadlines(), &mut ticket, was, when, by).await?;
    if matches!(step, Step::Escalate { step } if *step >= COUNTY_STEP)
        && let Some(township) = ticket.unit_id.filter(|_| ticket.unit_kind == UnitKind::Township)
    {
        // Whoever is in charge of the township gets a copy 抄送, each time that it comes so far.
        let said = store::tickets::event_id(ticket.id, event.version);
        copies::deliver(tx, facts.county, township, copies::ESCALATION, said, now).await?;
    }
    store::changes::append(tx, now, vec![store::changes::ChangeRow::of_ticket(&ticket, ticket.unit_id)])
        .await?;
    Ok(true)
}
