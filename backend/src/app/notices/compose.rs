//! Which messages there are to be: urgent notices at once, everything else in one message a day. What they say is worked out when they
//! go out; here it is only written down that they are due, once.

use super::{
    address::{self, UnitRef},
    counts,
    gather::AllRules,
    text,
};
use crate::{
    app::{App, AppError, AppResult, caller, field::facts::Facts},
    domain::{
        clock::{Instant, SHANGHAI, local_day},
        notices::{
            events::Address,
            message::{MessageKind, MessageState},
            quiet::after_quiet,
            settings::{NoticeRules, time_of_day},
        },
        people::role::{Role, UnitKind},
    },
    store::{
        Tx,
        notices::{
            channels::{self, Channel},
            days::{self, Daily},
            inbox::{self, Reader},
            messages::{self, Message},
            pushes::{self, Push},
        },
        people::posts,
    },
};
use chrono::{NaiveDate, TimeDelta};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// An urgent notice that was just written.
#[derive(Debug, Clone)]
pub(super) struct Urgent {
    pub county: Uuid,
    pub key: String,
    pub to: Address,
}

/// Writes down the messages of urgent notices, in their transaction.
pub(super) async fn urgent(tx: &Tx, rules: &AllRules, told: &[Urgent], now: Instant) -> AppResult<()> {
    let mut units: BTreeMap<(Uuid, &str, Uuid), BTreeSet<&str>> = BTreeMap::new();
    let mut duties: BTreeMap<(Uuid, Uuid, &str), (Role, &str)> = BTreeMap::new();
    for one in told {
        let (kind, unit, duty) = (one.to.unit_kind.as_str(), one.to.unit_id, one.to.duty);
        // The county's groups hear for its leaders, whichever township it is about.
        let group = if duty == Role::CountyLeader { one.county } else { unit };
        units.entry((one.county, kind, group)).or_default().insert(&one.key);
        duties.entry((one.county, unit, duty.as_str())).or_insert((duty, &one.key));
    }
    let start = |county: &Uuid| match rules.get(county) {
        Some(rules) if !rules.urgent_in_quiet => after_quiet(rules, now),
        _ => now,
    };
    for ((county, kind, unit), keys) in &units {
        let Some(kind) = UnitKind::parse(kind) else { continue };
        let Some(first) = keys.first() else { continue };
        let n = i32::try_from(keys.len()).unwrap_or(i32::MAX);
        for channel in channels::of_unit(tx, *county, kind, *unit).await? {
            // One that still waits says it for both.
            if !messages::add_urgent(tx, channel.id, n).await? {
                let key = format!("urgent:{}:{first}", channel.id);
                let row = message(*county, MessageKind::Urgent, key, (now, start(county)));
                messages::insert(tx, Message { channel_id: Some(channel.id), urgent: n, ..row }).await?;
            }
        }
    }
    for ((county, unit, _), (duty, key)) in &duties {
        for push in pushes::of_duty(tx, *unit, *duty, now).await? {
            if !messages::push_waits(tx, push.id).await? {
                let key = format!("push:{}:{key}", push.id);
                let row = message(*county, MessageKind::Push, key, (now, start(county)));
                messages::insert(tx, Message { push_id: Some(push.id), urgent: 1, ..row }).await?;
            }
        }
    }
    Ok(())
}

impl App {
    /// Writes down the day's messages of every county whose time has come; answers how many.
    pub(super) async fn compose_digests(&self, rules: &AllRules) -> AppResult<usize> {
        let now = self.clock.now();
        let (today, time) = (local_day(now), now.with_timezone(&SHANGHAI).time());
        let mut written = 0;
        for (county, rules) in rules {
            let come = time_of_day(&rules.digest_at).is_some_and(|at| time >= at);
            if !come || days::is_done(self.store.read(), *county, Daily::Messages, today).await? {
                continue;
            }
            let facts = Facts::load(self, *county).await?;
            let working = rules.digest_on_days_off || facts.deadlines().calendar.is_working_day(today);
            // In quiet hours (the server was off all day) the day's message is not made up for: tomorrow's says it all.
            let rows = if working && after_quiet(rules, now) == now {
                self.digests(*county, today, now).await?
            } else {
                Vec::new()
            };
            let before = now - TimeDelta::days(i64::from(rules.keep_days));
            written += self
                .store
                .write(async |tx| {
                    let mut written = 0;
                    for row in &rows {
                        written += usize::from(messages::insert(tx, row.clone()).await?);
                    }
                    messages::forget(tx, *county, before).await?;
                    days::done(tx, *county, Daily::Messages, today, now).await?;
                    Ok::<_, AppError>(written)
                })
                .await?;
        }
        Ok(written)
    }

    /// A message for each channel whose unit has something to do, and for each browser whose person has not seen something.
    async fn digests(&self, county: Uuid, today: NaiveDate, now: Instant) -> AppResult<Vec<Message>> {
        let conn = self.store.read();
        let mut rows = Vec::new();
        for channel in channels::of_county(conn, county).await?.into_iter().filter(|row| !row.paused) {
            let Some(unit) = self.unit_of(&channel).await? else { continue };
            let scope = address::scope(conn, county, &unit).await?;
            let sums = counts::now(self, conn, &unit, scope, true, now).await?;
            if sums.total(unit.kind) + sums.overdue > 0 {
                let key = format!("digest:{}:{today}", channel.id);
                let row = message(county, MessageKind::Digest, key, (now, now));
                rows.push(Message { channel_id: Some(channel.id), ..row });
            }
        }
        let mut last: Option<(Uuid, bool)> = None;
        for push in pushes::of_county(conn, county).await? {
            let has = match last {
                Some((person, has)) if person == push.person_id => has,
                _ => self.has_unseen(county, &push, now).await?,
            };
            last = Some((push.person_id, has));
            if has {
                let key = format!("pushday:{}:{today}", push.id);
                let row = message(county, MessageKind::Push, key, (now, now));
                rows.push(Message { push_id: Some(push.id), ..row });
            }
        }
        Ok(rows)
    }

    async fn has_unseen(&self, county: Uuid, push: &Push, now: Instant) -> AppResult<bool> {
        let conn = self.store.read();
        for post in posts::not_ended(conn, push.person_id, now).await? {
            if !post.is_valid_at(now) || post.county_id != Some(county) {
                continue;
            }
            let place = (post.unit_kind, post.unit_id, post.township_id);
            let scope = caller::scope_of(county, push.person_id, place);
            let (person_id, unit_id, duty) = (push.person_id, post.unit_id, post.role);
            if inbox::unseen(conn, &Reader { person_id, unit_id, duty, scope, now }).await? > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The unit of a channel; none when it is gone.
    pub(super) async fn unit_of(&self, channel: &Channel) -> AppResult<Option<UnitRef>> {
        let Some(kind) = UnitKind::parse(&channel.unit_kind) else { return Ok(None) };
        let named = text::names(self.store.read(), vec![(kind, channel.unit_id)]).await?.pop();
        Ok(named.filter(|unit| !unit.name.is_empty()))
    }
}

/// When the rules of a county let a message go out next.
pub(super) fn next_time(rules: &NoticeRules, urgent: bool, at: Instant) -> Instant {
    if urgent && rules.urgent_in_quiet { at } else { after_quiet(rules, at) }
}

/// The namespace of message ids: the same message has the same id.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f0e_12c7_5a4d_5b61_8a5e_0c3b_77d1_0019);

/// A message that is due, and says nothing yet.
pub(super) fn message(
    county: Uuid,
    kind: MessageKind,
    key: String,
    (now, not_before): (Instant, Instant),
) -> Message {
    Message {
        id: Uuid::new_v5(&NAMESPACE, key.as_bytes()),
        county_id: county,
        channel_id: None,
        push_id: None,
        dedupe_key: key,
        kind: kind.as_str().into(),
        state: MessageState::Queued.as_str().into(),
        urgent: 0,
        subject: String::new(),
        body: String::new(),
        attempts: 0,
        created_at: now,
        not_before,
        worker: None,
        lease_until: None,
        tried_at: None,
        sent_at: None,
        reason: None,
    }
}
