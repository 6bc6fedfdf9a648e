//! Campaigns follow their tickets: what becomes countable while one runs joins it with an event, and the sums follow whatever moved a
//! ticket. Called after every step, beside the zero board's sums.

use crate::{
    app::{AppResult, look_backs},
    domain::{
        campaigns::{
            CampaignScope,
            member::{self, Member},
        },
        clock::local_day,
        tickets::{
            State, Ticket,
            deadline::DeadlineRules,
            free_dates::{Line, free_dates},
            machine::{self, LeftBy, Step, When},
        },
    },
    store::{
        self, Tx,
        campaigns::{CampaignRow, Takes, days, members},
        changes::ChangeRow,
        tickets::EventBy,
    },
};
use uuid::Uuid;

/// What a campaign takes, in the words of queries.
pub(super) fn takes(scope: &CampaignScope, on: chrono::NaiveDate) -> Takes {
    Takes {
        titles: scope.titles().map(|titles| (on, titles)),
        kinds: scope.site_kinds.clone(),
        townships: scope.township_ids.clone(),
    }
}

pub(in crate::app) fn scope_of(row: &CampaignRow) -> CampaignScope {
    serde_json::from_value(row.takes.clone()).unwrap_or_default()
}

/// Keeps campaigns up with a ticket that was just written; `was` says in which township it was open and countable before. Answers whether
/// the ticket was written once more.
pub async fn follow(
    tx: &Tx,
    rules: &DeadlineRules,
    ticket: &mut Ticket,
    was: Option<Uuid>,
    when: When,
    by: EventBy,
) -> AppResult<bool> {
    let was_open = was.is_some();
    // A relapse is the other thing that follows a ticket: draws that wait for a look at it have their answer.
    if !was_open && ticket.state == State::Rework {
        look_backs::came_back(tx, ticket, when.effective, by).await?;
    }
    let out = if ticket.campaigns > 0 { recount(tx, ticket, when).await? } else { Vec::new() };
    let before = ticket.version;
    if was_open && ticket.state.is_open() && ticket.zero_day.is_some() && !ticket.counts_as_static() {
        // Not static any more: no campaign's date is its own.
        let of = members::of_ticket(tx, ticket.id).await?;
        for row in store::campaigns::running(tx, ticket.county_id).await? {
            if of.iter().any(|member| member.campaign_id == row.id) {
                leave(tx, rules, ticket, &row, (None, true, LeftBy::NotStatic), when, by).await?;
            }
        }
    }
    let now_at = member::open_at(ticket);
    if now_at.is_none() || now_at == was {
        return Ok(ticket.version != before);
    }
    // New there, or of another township now: what was found before the campaign began is news to it all the same.
    let running = store::campaigns::running(tx, ticket.county_id).await?;
    for row in running.iter().filter(|row| out.contains(&row.id)) {
        let today = local_day(when.accepted_at);
        let next = next_day(tx, ticket, row.id, &running, today).await?;
        let frees = row.deadline_day >= today.to_string();
        leave(tx, rules, ticket, row, (next, frees, LeftBy::Moved), when, by).await?;
    }
    for row in &running {
        join(tx, rules, ticket, row, when, by).await?;
    }
    Ok(ticket.version != before)
}

/// Moves the sums from where its members stood to where they stand; answers the campaigns in which it no longer counts since now.
async fn recount(tx: &Tx, ticket: &Ticket, when: When) -> AppResult<Vec<Uuid>> {
    let mut out = Vec::new();
    for before in members::of_ticket(tx, ticket.id).await? {
        let Some(row) = store::campaigns::get(tx, ticket.county_id, before.campaign_id).await? else {
            continue;
        };
        let after = before.follow(ticket, &scope_of(&row), local_day(when.accepted_at));
        if before.left_day.is_none() && after.left_day.is_some() {
            out.push(row.id);
        }
        move_sums(tx, &before, &after).await?;
    }
    Ok(out)
}

/// From where a member stood to where it stands.
pub(super) async fn move_sums(tx: &Tx, before: &Member, after: &Member) -> AppResult<()> {
    if after == before {
        return Ok(());
    }
    members::update(tx, after).await?;
    for (day, sum) in before.sums() {
        days::add(tx, before.campaign_id, before.township_id, day, sum.negative()).await?;
    }
    for (day, sum) in after.sums() {
        days::add(tx, after.campaign_id, after.township_id, day, sum).await?;
    }
    Ok(())
}

/// Takes a ticket into a running campaign, if it is one that the campaign takes and does not have.
async fn join(
    tx: &Tx,
    rules: &DeadlineRules,
    ticket: &mut Ticket,
    row: &CampaignRow,
    when: When,
    by: EventBy,
) -> AppResult<()> {
    let today = local_day(when.accepted_at);
    let Some(township) = ticket.place_township_id else { return Ok(()) };
    let Ok(day) = row.deadline_day.parse() else { return Ok(()) };
    // It ends with its last day, also where the sweep has not come by yet.
    if day < today
        || !store::campaigns::is_taken(tx, ticket.county_id, ticket.id, &takes(&scope_of(row), today)).await?
    {
        return Ok(());
    }
    let new = Member {
        campaign_id: row.id,
        ticket_id: ticket.id,
        township_id: township,
        baseline: false,
        joined_day: today,
        closed_day: None,
        left_day: None,
    };
    let again = !members::insert(tx, ticket.county_id, &new).await?;
    // Counted before, and held by a date that is still to come and no later.
    if again && ticket.zero_day.is_some_and(|zero| today <= zero && zero <= day) {
        return Ok(());
    }
    for (on, sum) in if again { Vec::new() } else { new.sums() } {
        days::add(tx, row.id, township, on, sum).await?;
    }
    let step =
        Step::JoinCampaign { campaign_id: row.id, name: row.name.clone(), day, baseline: false, again };
    write(tx, rules, ticket, &step, when, by).await
}

/// A campaign's date holds no more for a ticket, which gets back what that date took, where it `frees`.
pub(super) async fn leave(
    tx: &Tx,
    rules: &DeadlineRules,
    ticket: &mut Ticket,
    row: &CampaignRow,
    (next, frees, why): (Option<chrono::NaiveDate>, bool, LeftBy),
    when: When,
    by: EventBy,
) -> AppResult<()> {
    let events = store::tickets::events(tx, ticket).await?;
    let lines = events.iter().map(|event| Line {
        transition: &event.transition,
        data: &event.data,
        observed_at: event.observed_at,
        accepted_at: event.accepted_at,
    });
    let free = free_dates(ticket, lines, rules).filter(|_| frees);
    let step = Step::LeaveCampaign { campaign_id: row.id, name: row.name.clone(), why, next, free };
    write(tx, rules, ticket, &step, when, by).await
}

/// Applies a step of a campaign, writes it down and tells the feed; nothing where the ticket does not allow it.
pub(super) async fn write(
    tx: &Tx,
    rules: &DeadlineRules,
    ticket: &mut Ticket,
    step: &Step,
    when: When,
    by: EventBy,
) -> AppResult<()> {
    let Ok(event) = machine::apply(ticket, step, when, rules) else { return Ok(()) };
    store::tickets::update(tx, ticket).await?;
    store::tickets::append_event(tx, ticket, &event, by).await?;
    let change = ChangeRow::of_ticket(ticket, ticket.unit_id);
    Ok(store::changes::append(tx, when.accepted_at, vec![change]).await?)
}

/// The earliest zeroing date that still holds for a ticket, but for one campaign's.
pub(super) async fn next_day(
    tx: &Tx,
    ticket: &Ticket,
    but: Uuid,
    running: &[CampaignRow],
    today: chrono::NaiveDate,
) -> AppResult<Option<chrono::NaiveDate>> {
    let of = members::of_ticket(tx, ticket.id).await?;
    let days = running
        .iter()
        .filter(|row| row.id != but)
        .filter(|row| of.iter().any(|member| member.campaign_id == row.id && member.left_day.is_none()))
        .filter_map(|row| row.deadline_day.parse().ok())
        .filter(|day| *day >= today);
    Ok(days.min())
}
