//! What the clock reminds of, once a day and county: tickets that are due in so many working days, the county's monthly dates, plans that
//! are late, titles to be looked at again, duties and honoured places without anybody, and what is old enough to be forgotten. A day that broke off is done again;
//! keys keep it from telling twice.

use super::{Tell, gather::AllRules, tell};
use crate::{
    app::{App, AppError, AppResult, colours, duties::gaps_told, field::facts::Facts, places::rechecks},
    domain::{
        clock::{Instant, SHANGHAI, local_day},
        notices::{
            dates,
            events::{self, Address},
            kind::NoticeKind,
            settings::{NoticeRules, time_of_day},
        },
        people::role::{Role, UnitKind},
        standards::calendar::{Calendar, end_of_day, start_of_day},
        tickets::Ticket,
    },
    store::notices::{
        days::{self, Daily},
        inbox,
    },
};
use chrono::{NaiveDate, TimeDelta};
use serde_json::{Value, json};
use std::collections::HashSet;
use uuid::Uuid;

/// Tickets of one transaction.
const BATCH: u64 = 200;

impl App {
    /// Writes today's reminders of every county whose time for them has come; answers how many.
    pub(super) async fn remind_of_dates(&self, rules: &AllRules) -> AppResult<usize> {
        let now = self.clock.now();
        let (today, time) = (local_day(now), now.with_timezone(&SHANGHAI).time());
        let mut written = 0;
        for (county, rules) in rules {
            let come = time_of_day(&rules.day_at).is_none_or(|at| time >= at);
            if !come || days::is_done(self.store.read(), *county, Daily::Reminders, today).await? {
                continue;
            }
            let facts = Facts::load(self, *county).await?;
            let calendar = &facts.deadlines().calendar;
            written += self.remind_of_due(*county, rules, calendar, today, now).await?;
            written += self.remind_of_months(*county, rules, calendar, today, now).await?;
            let before = now - TimeDelta::days(i64::from(rules.keep_days));
            let late = colours::tell::late_plans(self.store.read(), *county, rules, (before, now)).await?;
            written += self.tell_all(&late, now).await?;
            let again = rechecks::reminders(self.store.read(), *county, rules, calendar, now).await?;
            written += self.tell_all(&again, now).await?;
            written += self.remind_of_gaps(*county, rules, now).await?;
            self.store
                .write(async |tx| {
                    inbox::forget(tx, *county, before, gaps_told::KINDS).await?;
                    inbox::settle_ended(tx, *county, events::OF_OPEN).await?;
                    days::done(tx, *county, Daily::Reminders, today, now).await?;
                    Ok::<_, AppError>(())
                })
                .await?;
        }
        Ok(written)
    }

    async fn remind_of_due(
        &self,
        county: Uuid,
        rules: &NoticeRules,
        calendar: &Calendar,
        today: NaiveDate,
        now: Instant,
    ) -> AppResult<usize> {
        let (mut written, mut after) = (0, None);
        if rules.due_days.is_empty() || !calendar.is_working_day(today) {
            return Ok(0);
        }
        let span = (start_of_day(today), end_of_day(dates::horizon(calendar, &rules.due_days, today)));
        loop {
            let tickets = days::due_between(self.store.read(), county, span, now, after, BATCH).await?;
            let Some(last) = tickets.last() else { break };
            after = last.official_due_at.map(|at| (at, last.id));
            let told: Vec<Tell<'_>> =
                tickets.iter().flat_map(|ticket| due(ticket, rules, calendar, today)).collect();
            written += self.tell_all(&told, now).await?;
        }
        after = None;
        loop {
            let tickets = days::internal_between(self.store.read(), county, span, now, after, BATCH).await?;
            let Some(last) = tickets.last() else { return Ok(written) };
            after = last.internal_due_at.map(|at| (at, last.id));
            let told: Vec<Tell<'_>> =
                tickets.iter().flat_map(|ticket| internal(ticket, rules, calendar, today)).collect();
            written += self.tell_all(&told, now).await?;
        }
    }

    async fn remind_of_months(
        &self,
        county: Uuid,
        rules: &NoticeRules,
        calendar: &Calendar,
        today: NaiveDate,
        now: Instant,
    ) -> AppResult<usize> {
        let dates = dates::monthly_today(calendar, &rules.monthly_dates, today);
        if dates.is_empty() {
            return Ok(0);
        }
        let units = days::units_at_work(self.store.read(), county, now).await?;
        let mut told = Vec::new();
        for date in dates {
            for (kind, unit_id) in &units {
                let duties: &[Role] = match UnitKind::parse(kind) {
                    Some(UnitKind::Township) => &[Role::DeskOfficer, Role::DeputyLeader],
                    Some(UnitKind::Department) => &[Role::Department],
                    _ => continue,
                };
                let to =
                    |duty: &Role| Address { unit_kind: duty.unit_kind(), unit_id: *unit_id, duty: *duty };
                told.push(Tell {
                    county,
                    key: format!("month:{date}"),
                    kind: NoticeKind::MonthlyDate,
                    to: duties.iter().map(to).collect(),
                    ticket: None,
                    data: json!({ "date": date }),
                    rules,
                });
            }
        }
        self.tell_all(&told, now).await
    }

    /// Holes that are new are told, and what was told of those that are filled goes.
    async fn remind_of_gaps(&self, county: Uuid, rules: &NoticeRules, now: Instant) -> AppResult<usize> {
        let conn = self.store.read();
        // Read first: a post that ends in between is told of at once, and is none of these.
        let mut filled = inbox::keys(conn, county, gaps_told::KINDS).await?;
        let holes = gaps_told::open(conn, county, now).await?;
        let open: HashSet<&str> = holes.iter().map(|gap| gap.key.as_str()).collect();
        filled.retain(|key| !open.contains(key.as_str()));
        if !filled.is_empty() {
            let filled = &filled;
            self.store
                .write(async |tx| Ok::<_, AppError>(inbox::settle_keys(tx, county, filled).await?))
                .await?;
        }
        let told: Vec<Tell<'_>> = holes
            .into_iter()
            .map(|gap| Tell {
                county,
                key: gap.key,
                kind: gap.kind,
                to: gap.to,
                ticket: None,
                data: gap.data,
                rules,
            })
            .collect();
        self.tell_all(&told, now).await
    }

    async fn tell_all(&self, told: &[Tell<'_>], now: Instant) -> AppResult<usize> {
        if told.is_empty() {
            return Ok(0);
        }
        self.store
            .write(async |tx| {
                let mut written = 0;
                for one in told {
                    written += tell(tx, now, one).await?;
                }
                Ok::<_, AppError>(written)
            })
            .await
    }
}

/// The reminders of one ticket today. Where its unit has a date of its own before it, those go by that one, and of its own date only the last.
fn due<'a>(ticket: &Ticket, rules: &'a NoticeRules, calendar: &Calendar, today: NaiveDate) -> Vec<Tell<'a>> {
    let Some(due_at) = ticket.due_at else { return Vec::new() };
    let last = rules.due_days.iter().min().copied().into_iter().collect::<Vec<u32>>();
    let days = if ticket.internal_due_at.is_some() { &last } else { &rules.due_days };
    reminders(ticket, rules, (due_at, json!({})), dates::days_left(calendar, days, day_of(due_at), today))
}

/// Those of the date by which its unit means to be ready.
fn internal<'a>(
    ticket: &Ticket,
    rules: &'a NoticeRules,
    calendar: &Calendar,
    today: NaiveDate,
) -> Vec<Tell<'a>> {
    let Some(at) = ticket.internal_due_at else { return Vec::new() };
    let days = dates::days_left(calendar, &rules.due_days, day_of(at), today);
    reminders(ticket, rules, (at, json!({ "official_due_at": ticket.official_due_at })), days)
}

/// 24:00 of a day is the first moment of the next.
fn day_of(due_at: Instant) -> NaiveDate {
    local_day(due_at - TimeDelta::microseconds(1))
}

/// What is told so many working days before a date.
fn reminders<'a>(
    ticket: &Ticket,
    rules: &'a NoticeRules,
    (due_at, mut data): (Instant, Value),
    days: Option<u32>,
) -> Vec<Tell<'a>> {
    let Some(days) = days else { return Vec::new() };
    let duties: &[Role] = if days <= 1 {
        &[Role::DeskOfficer, Role::VillageCadre, Role::DeputyLeader]
    } else {
        &[Role::DeskOfficer, Role::VillageCadre]
    };
    (data["days"], data["due_at"]) = (json!(days), json!(due_at));
    let due_day = day_of(due_at);
    let told = events::of_unit(ticket, duties, NoticeKind::DueSoon, data);
    told.into_iter()
        .map(|told| Tell {
            county: ticket.county_id,
            key: format!("due:{}:{due_day}:{days}", ticket.id),
            kind: told.kind,
            to: vec![told.to],
            ticket: Some(ticket.id),
            data: told.data,
            rules,
        })
        .collect()
}
