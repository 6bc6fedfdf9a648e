//! Events become notices: the job takes what transactions left for it, in batches that each commit for themselves. An event is taken and
//! its notices are written in one transaction, so a crash loses and doubles nothing.

use super::{
    Tell,
    compose::{self, Urgent},
    write,
};
use crate::{
    app::{App, AppError, AppResult, standards::settings},
    domain::{
        clock::Instant,
        notices::{
            events::{self, Address, Answered, Heard},
            settings::NoticeRules,
        },
        people::{
            role::{Role, UnitKind},
            scope::Scope,
        },
        tickets::Ticket,
    },
    store::{
        self, Tx,
        colours::leaders,
        notices::{
            inbox,
            outbox::{self, Event},
        },
        places::divisions,
        standards::departments,
    },
};
use std::collections::HashMap;
use uuid::Uuid;

/// Events of one transaction.
const BATCH: u64 = 200;
/// Batches of one turn; the next turn goes on.
const TURNS: usize = 50;

/// The rules of every county.
pub(super) type AllRules = HashMap<Uuid, NoticeRules>;

impl App {
    /// Turns every event that waits into notices, then looks what the clock reminds of; answers how many notices were written.
    pub async fn gather_notices(&self) -> AppResult<usize> {
        let written = self.hear_events().await?;
        Ok(written + self.remind_of_dates(&self.notice_rules().await?).await?)
    }

    /// Turns every event that waits into notices; answers how many were written. Costs one look at an index where nothing waits.
    pub async fn hear_events(&self) -> AppResult<usize> {
        let mut written = 0;
        if !outbox::waits(self.store.read()).await? {
            return Ok(written);
        }
        let rules = self.notice_rules().await?;
        for _ in 0..TURNS {
            let now = self.clock.now();
            let (taken, new) = self
                .store
                .write(async |tx| {
                    let events = outbox::take(tx, BATCH).await?;
                    let (mut new, mut urgent) = (0, Vec::new());
                    for event in &events {
                        new += hear(tx, &rules, event, now, &mut urgent).await?;
                    }
                    // Of a batch together: a hundred reminders to one unit are one message.
                    compose::urgent(tx, &rules, &urgent, now).await?;
                    Ok::<_, AppError>((events.len(), new))
                })
                .await?;
            written += new;
            if taken == 0 {
                break;
            }
        }
        Ok(written)
    }

    pub(super) async fn notice_rules(&self) -> AppResult<AllRules> {
        let mut rules = HashMap::new();
        for county in divisions::counties(self.store.read()).await? {
            rules.insert(county.id, settings::row(self.store.read(), county.id).await?.settings.notices);
        }
        Ok(rules)
    }
}

/// The notices of one event; of the ticket as it stands now, because that is what its readers will open.
async fn hear(
    tx: &Tx,
    rules: &AllRules,
    event: &Event,
    now: Instant,
    urgent: &mut Vec<Urgent>,
) -> AppResult<usize> {
    let Some(rules) = rules.get(&event.county_id) else { return Ok(0) };
    let scope = Scope::County { county: event.county_id };
    let Some(ticket) = store::tickets::get(tx, scope, now, event.ticket_id).await? else { return Ok(0) };
    let heard = Heard { transition: &event.transition, reason: &event.reason, data: &event.data };
    let settled = events::settles(heard);
    if !settled.is_empty() {
        inbox::settle(tx, ticket.id, settled, events::leaves(&event.transition)).await?;
    }
    let answered = events::answers(&event.transition);
    if answered != Answered::None {
        inbox::settle_requests(tx, ticket.id, |waiting| answered.settles(waiting, &event.data)).await?;
    }
    let mut written = 0;
    let mut all = events::of_event(heard, &ticket, now);
    if let Some(kind) = events::supervised(&event.transition) {
        let supervisor = departments::of_code(tx, event.county_id, &ticket.department).await?;
        all.extend(supervisor.and_then(|row| events::of_supervisor(kind, heard, &ticket, row.id, now)));
    }
    for told in all {
        let one = Tell {
            county: event.county_id,
            key: format!("event:{}", event.id),
            kind: told.kind,
            to: vec![in_charge(tx, &ticket, told.to, now).await?],
            ticket: told.ticket.then_some(ticket.id),
            data: told.data,
            rules,
        };
        let new = write(tx, event.accepted_at, &one).await?;
        written += new.len();
        if rules.is_urgent(one.kind) {
            urgent.extend(new.into_iter().map(|to| Urgent { county: one.county, key: one.key.clone(), to }));
        }
    }
    Ok(written)
}

/// What goes to the county's leaders goes to those in charge of its township, by that duty, where somebody is.
async fn in_charge(tx: &Tx, ticket: &Ticket, to: Address, now: Instant) -> AppResult<Address> {
    let township = ticket.unit_id.filter(|_| ticket.unit_kind == UnitKind::Township);
    let (Some(township), Role::CountyLeader) = (township, to.duty) else { return Ok(to) };
    let held = leaders::in_charge(tx, ticket.county_id, township, now).await?;
    Ok(if held.is_empty() { to } else { Address { unit_id: township, ..to } })
}
