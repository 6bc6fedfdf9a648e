//! What a list is narrowed to once the county's rules, its campaigns and the hour are known: the same for a list, its ledger and its counts.

use super::reads::TicketFilter;
use crate::{
    app::{App, AppResult, Caller, campaigns, look_backs},
    domain::{
        clock::Instant,
        colours::level::{self, level},
        page::PageRequest,
        people::{permission::Action, scope::Scope},
        standards::calendar::{end_of_day, start_of_day},
        tickets::{Ticket, deadline::DeadlineRules, dues::DueKind},
    },
    store::{
        self, Conn,
        tickets::{Falls, LevelSpan},
    },
};

/// The filter as the database takes it.
pub async fn narrow(
    app: &App,
    caller: &Caller,
    rules: &DeadlineRules,
    filter: &TicketFilter,
    now: Instant,
) -> AppResult<TicketFilter> {
    if filter.local {
        caller.require(Action::ReadLocalTickets)?;
    }
    look_backs::guard(caller, filter)?;
    let span = (!filter.levels.is_empty()).then(|| LevelSpan {
        levels: filter.levels.clone(),
        lines: rules.colours.clone(),
        beyond: level::overdue_beyond(&rules.calendar, now, rules.colours.overdue_days),
        soon: level::soon_within(rules, now),
    });
    let soon_within = (filter.due_soon == Some(true)).then(|| level::soon_within(rules, now));
    let falls = filter.due_on.map(|(kind, day)| falls(rules, kind, (start_of_day(day), end_of_day(day))));
    let idle = filter.no_progress.map(|flag| (flag, rules.idle_before(now)));
    campaigns::opened(app, caller, &TicketFilter { idle, soon_within, falls, level: span, ..filter.clone() })
        .await
}

/// What of a kind ends within a span, as the database is asked for it.
pub fn falls(rules: &DeadlineRules, kind: DueKind, span: (Instant, Instant)) -> Falls {
    let span = if kind == DueKind::Accept { rules.issued_between(span) } else { span };
    Falls { kind, span }
}

/// One page of a narrowed list, `limit + 1` rows. The database leaves a few too many through where hours decide whether something is due
/// soon; those are dropped here, by the same function that shows the level.
pub async fn rows(
    conn: &impl Conn,
    scope: Scope,
    now: Instant,
    rules: &DeadlineRules,
    filter: &TicketFilter,
    page: &PageRequest,
) -> AppResult<Vec<Ticket>> {
    if !by_hours(filter) {
        return Ok(store::tickets::list(conn, scope, now, filter, page).await?);
    }
    let wanted = usize::try_from(page.limit).unwrap_or(usize::MAX).saturating_add(1);
    let (mut kept, mut page) = (Vec::new(), page.clone());
    loop {
        let found = store::tickets::list(conn, scope, now, filter, &page).await?;
        let more = found.len() == wanted;
        page.after = found.last().map(|last| store::tickets::cursor(last, filter.newest_first));
        kept.extend(found.into_iter().filter(|row| keeps(filter, row, rules, now)));
        if !more || kept.len() >= wanted {
            kept.truncate(wanted);
            return Ok(kept);
        }
    }
}

/// Whether hours decide, which the database does not count.
fn by_hours(filter: &TicketFilter) -> bool {
    !filter.levels.is_empty() || filter.due_soon.is_some()
}

fn keeps(filter: &TicketFilter, row: &Ticket, rules: &DeadlineRules, now: Instant) -> bool {
    (filter.levels.is_empty() || filter.levels.contains(&level(row, rules, now).level))
        && filter.due_soon.is_none_or(|flag| flag == rules.is_soon(row, now))
}

/// How many tickets are due soon: the number of the list with `due_soon`.
pub async fn due_soon(
    conn: &impl Conn,
    scope: Scope,
    now: Instant,
    rules: &DeadlineRules,
    base: &TicketFilter,
) -> AppResult<i64> {
    let filter = TicketFilter { soon_within: Some(level::soon_within(rules, now)), ..base.clone() };
    let dates = store::tickets::spans(conn, scope, now, &filter).await?;
    let soon = dates.into_iter().filter(|(issued, due)| rules.is_due_soon(now, *issued, *due));
    Ok(i64::try_from(soon.count()).unwrap_or(i64::MAX))
}

/// How many rows a narrowed list has; more than `most` are not counted to the end.
pub async fn count(
    conn: &impl Conn,
    scope: Scope,
    now: Instant,
    rules: &DeadlineRules,
    filter: &TicketFilter,
    most: i64,
) -> AppResult<i64> {
    let all: i64 = store::tickets::count_by_state(conn, scope, now, filter).await?.values().sum();
    if !by_hours(filter) || all > most {
        return Ok(all);
    }
    let (mut count, mut page) = (0, PageRequest { after: None, limit: 1000 });
    loop {
        let found = rows(conn, scope, now, rules, filter, &page).await?;
        let shown = found.len().min(1000);
        count += i64::try_from(shown).unwrap_or(i64::MAX);
        if found.len() <= 1000 {
            return Ok(count);
        }
        page.after = found.get(999).map(|last| store::tickets::cursor(last, filter.newest_first));
    }
}
