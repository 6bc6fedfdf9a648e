//! Titles are looked at again on a day (R54): whoever has to prepare is reminded before it, and what came of it is on record with the next
//! day, or with the title's end.

use super::honours::{self, HonourView};
use crate::{
    app::{
        App, AppResult, Caller, Once,
        duties::{gaps_told, liaisons::subject_names},
        notices::Tell,
    },
    domain::{
        clock::{Instant, local_day},
        field::inspection::{MAX_TEXT, shorten},
        notices::{dates, events::Address, kind::NoticeKind, settings::NoticeRules},
        people::permission::Action,
        problem::{Code, Problem},
        standards::calendar::Calendar,
    },
    store::{
        Conn, Tx, audit,
        duties::liaisons,
        notices::inbox,
        people::{persons, posts},
        places::{
            honours::{self as rows, HonourRow},
            rechecks::{self, RecheckRow},
        },
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecheckOutcome {
    Kept,
    /// The title is taken back.
    Withdrawn,
}

impl RecheckOutcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Withdrawn => "withdrawn",
        }
    }

    fn parse(text: &str) -> Self {
        if text == Self::Withdrawn.as_str() { Self::Withdrawn } else { Self::Kept }
    }
}

/// One time that a title was looked at again.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RecheckView {
    pub day: Option<NaiveDate>,
    pub outcome: RecheckOutcome,
    pub note: String,
    pub next_day: Option<NaiveDate>,
    pub made_by_name: Option<String>,
    pub made_at: DateTime<Utc>,
}

/// What came of looking again, over the version of the title that was seen.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewRecheck {
    pub version: i32,
    /// When it was looked at; not in the future.
    pub day: NaiveDate,
    pub outcome: RecheckOutcome,
    /// Why; asked for where the title is taken back.
    #[serde(default)]
    pub note: String,
    /// When it is looked at next, after `day`; of a title that is kept.
    #[serde(default)]
    pub next_day: Option<NaiveDate>,
}

impl NewRecheck {
    fn checked(&self, today: NaiveDate) -> Result<Self, Problem> {
        let note = shorten(self.note.trim(), MAX_TEXT);
        if self.day > today {
            return Err(Problem::field("/day", "不能晚于今天", "not later than today"));
        }
        if self.outcome == RecheckOutcome::Withdrawn && note.is_empty() {
            return Err(Problem::field("/note", "请写明原因", "Say why"));
        }
        let next_day = self.next_day.filter(|_| self.outcome == RecheckOutcome::Kept);
        if next_day.is_some_and(|next| next <= today) {
            return Err(Problem::field("/next_day", "应晚于今天", "later than today"));
        }
        Ok(Self { note, next_day, ..self.clone() })
    }
}

/// Records what came of it.
pub async fn record(
    app: &App,
    caller: &Caller,
    once: &Once,
    id: Uuid,
    new: &NewRecheck,
) -> AppResult<HonourView> {
    let post = caller.require(Action::ManageHonours)?.id;
    let (scope, county, now) = (caller.scope()?, caller.county()?, app.clock.now());
    let new = new.checked(local_day(now))?;
    let row = RecheckRow {
        id: app.random.id(),
        county_id: county,
        honour_id: id,
        day: new.day.to_string(),
        outcome: new.outcome.as_str().to_owned(),
        note: new.note.clone(),
        next_day: new.next_day.map(|day| day.to_string()),
        made_by: caller.person_id,
        made_post: Some(post),
        made_at: now,
    };
    app.idempotent(caller, once, async |tx| {
        let before = rows::get(tx, scope, id).await?.ok_or(Code::NotFound)?;
        if before.revoked_at.is_some() {
            return Err(Problem::new(Code::WrongState)
                .with_detail("这个称号已经撤销。", "This title was taken back already.")
                .into());
        }
        if before.version != new.version {
            return Err(Code::Conflict.into());
        }
        settled(tx, &before).await?;
        let withdrawn = new.outcome == RecheckOutcome::Withdrawn;
        let next = HonourRow {
            recheck_day: row.next_day.clone(),
            revoked_at: withdrawn.then_some(now),
            revoke_reason: if withdrawn { new.note.clone() } else { String::new() },
            version: before.version + 1,
            ..before
        };
        if !rows::update(tx, next).await? {
            return Err(Code::Conflict.into());
        }
        rechecks::insert(tx, row.clone()).await?;
        let line = caller.audit("honour.recheck", "honours", id);
        audit::append(tx, now, audit::AuditRow { reason: new.note.clone(), ..line }).await?;
        Ok(())
    })
    .await?;
    honours::one(app, caller, id).await
}

/// What came of these titles so far, newest first.
pub(super) async fn of_honours(
    conn: &impl Conn,
    county: Uuid,
    ids: Vec<Uuid>,
) -> AppResult<HashMap<Uuid, Vec<RecheckView>>> {
    let found = rechecks::of_honours(conn, county, ids).await?;
    let names = persons::names(conn, found.iter().map(|row| row.made_by).collect()).await?;
    let mut by_honour: HashMap<Uuid, Vec<RecheckView>> = HashMap::new();
    for row in found {
        by_honour.entry(row.honour_id).or_default().push(RecheckView {
            day: row.day.parse().ok(),
            outcome: RecheckOutcome::parse(&row.outcome),
            next_day: row.next_day.and_then(|day| day.parse().ok()),
            made_by_name: names.get(&row.made_by).cloned(),
            note: row.note,
            made_at: row.made_at,
        });
    }
    Ok(by_honour)
}

/// Most working days before a date that a county reminds: a bound of its settings.
const MOST_DAYS: u32 = 30;

fn key(row: &HonourRow, days: u32) -> String {
    format!("recheck:{}:{}:{days}", row.id, row.recheck_day.as_deref().unwrap_or_default())
}

/// Nobody is to prepare for this day any more.
pub(super) async fn settled(tx: &Tx, row: &HonourRow) -> AppResult<()> {
    if row.recheck_day.is_none() {
        return Ok(());
    }
    let keys: Vec<String> = (0..=MOST_DAYS).map(|days| key(row, days)).collect();
    Ok(inbox::settle_keys(tx, row.county_id, &keys).await?)
}

/// Today's reminders: to the office, the desk of the township, and whoever answers for the place.
pub(in crate::app) async fn reminders<'a>(
    conn: &impl Conn,
    county: Uuid,
    rules: &'a NoticeRules,
    calendar: &Calendar,
    now: Instant,
) -> AppResult<Vec<Tell<'a>>> {
    let today = local_day(now);
    let last = dates::horizon(calendar, &rules.due_days, today);
    let found = rows::to_recheck(conn, county, (today, last)).await?;
    let due: Vec<(HonourRow, NaiveDate, u32)> = found
        .into_iter()
        .filter_map(|row| {
            let day = row.recheck_day.as_deref()?.parse().ok()?;
            let days = dates::days_left(calendar, &rules.due_days, day, today)?;
            Some((row, day, days))
        })
        .collect();
    let subjects: Vec<Uuid> = due.iter().map(|(row, ..)| row.subject_id).collect();
    let names = subject_names(conn, county, subjects.clone()).await?;
    let answering = liaisons::of_subjects(conn, county, subjects).await?;
    let held = posts::of_ids(conn, answering.iter().map(|row| row.post_id).collect()).await?;
    Ok(due
        .into_iter()
        .map(|(row, day, days)| {
            let mut to = gaps_told::readers(county, Some(row.township_id));
            let own = answering.iter().filter(|one| one.subject_id == row.subject_id);
            for post in own.filter_map(|one| held.get(&one.post_id)).filter(|post| post.is_valid_at(now)) {
                let liaison = Address { unit_kind: post.unit_kind, unit_id: post.unit_id, duty: post.role };
                if !to.contains(&liaison) {
                    to.push(liaison);
                }
            }
            let place = names.get(&row.subject_id).cloned().unwrap_or_default();
            Tell {
                county,
                key: key(&row, days),
                kind: NoticeKind::HonourRecheck,
                to,
                ticket: None,
                data: json!({ "place": place, "title": row.title, "level": row.level, "day": day, "days": days }),
                rules,
            }
        })
        .collect())
}

/// Until when something counts as due to be looked at again: as far as reminders reach.
pub(super) fn due_until(calendar: &Calendar, rules: &NoticeRules, now: Instant) -> NaiveDate {
    dates::horizon(calendar, &rules.due_days, local_day(now))
}
