//! The registry of titles that places and sites hold (R54): entered by the office, taken back when they are lost, read by
//! everybody of the county.

use super::rechecks::{self, RecheckView};
use crate::{
    app::{
        App, AppError, AppResult, Caller, Once,
        duties::liaisons::{self as duty_liaisons, LiaisonView, SubjectKind, subject_names, township_of},
        field::facts::Facts,
    },
    domain::{
        clock::{Instant, local_day},
        field::inspection::{MAX_TEXT, shorten},
        page::{Page, PageRequest},
        people::permission::Action,
        places::division::Honour,
        problem::{Code, Problem},
    },
    store::{
        audit,
        duties::liaisons,
        places::honours::{self, HonourRow},
    },
};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// Longest title, in characters.
const TITLE_MAX: usize = 60;

/// A title in words.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HonourView {
    pub id: Uuid,
    pub subject_kind: SubjectKind,
    pub subject_id: Uuid,
    pub subject_name: String,
    pub township_id: Uuid,
    pub township_name: String,
    pub level: Honour,
    pub title: String,
    pub year: i32,
    /// The last day on which it is held; null without an end.
    pub valid_until: Option<NaiveDate>,
    /// When it is checked again.
    pub recheck_day: Option<NaiveDate>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub revoke_reason: String,
    pub note: String,
    pub version: i32,
    /// Held today.
    pub valid: bool,
    /// Who answers for the place.
    pub liaison: Option<LiaisonView>,
    /// The day to look at it again has come near, or has passed.
    pub recheck_due: bool,
    /// What came of looking at it again, newest first.
    pub rechecks: Vec<RecheckView>,
}

/// A title to be entered.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewHonour {
    pub subject_kind: SubjectKind,
    /// A site, a township or a village.
    pub subject_id: Uuid,
    #[serde(flatten)]
    pub facts: HonourFacts,
}

/// What is known of a title.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct HonourFacts {
    pub level: Honour,
    pub title: String,
    pub year: i32,
    #[serde(default)]
    pub valid_until: Option<NaiveDate>,
    #[serde(default)]
    pub recheck_day: Option<NaiveDate>,
    #[serde(default)]
    pub note: String,
}

impl HonourFacts {
    /// The facts with tidy texts, or the field that is not as required.
    pub(super) fn checked(&self, today: NaiveDate) -> Result<Self, Problem> {
        let title = self.title.trim().to_owned();
        if title.is_empty() || title.chars().count() > TITLE_MAX || title.chars().any(char::is_control) {
            return Err(Problem::field(
                "/title",
                format!("1 到 {TITLE_MAX} 个字"),
                format!("1 to {TITLE_MAX} characters"),
            ));
        }
        if !(1980..=today.year() + 1).contains(&self.year) {
            return Err(Problem::field("/year", "应为命名的年份", "The year in which it was given"));
        }
        Ok(Self { title, note: shorten(&self.note, MAX_TEXT), ..self.clone() })
    }
}

/// One page, newest year first.
pub async fn list(
    app: &App,
    caller: &Caller,
    asked: &Asked,
    page: &PageRequest,
) -> AppResult<Page<HonourView>> {
    caller.require(Action::ReadHonours)?;
    let filter = narrowed(app, caller.county()?, asked).await?;
    let rows = honours::list(app.store.read(), caller.scope()?, &filter, page).await?;
    let cut = Page::cut(rows, page.limit, honours::cursor);
    Ok(Page { items: show(app, caller.county()?, cut.items).await?, next: cut.next })
}

/// What a list is narrowed to, in the words of a request.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub level: Option<Honour>,
    pub township_id: Option<Uuid>,
    pub valid: Option<bool>,
    pub search: Option<String>,
    /// To be looked at again soon, or some time ago already.
    pub recheck_due: bool,
    pub recheck_on: Option<NaiveDate>,
    pub ends_on: Option<NaiveDate>,
}

async fn narrowed(app: &App, county: Uuid, asked: &Asked) -> AppResult<honours::Filter> {
    let now = app.clock.now();
    let today = local_day(now);
    let recheck = if asked.recheck_due {
        let facts = Facts::load(app, county).await?;
        let until = rechecks::due_until(&facts.deadlines().calendar, &facts.settings().notices, now);
        Some((NaiveDate::default(), until))
    } else {
        asked.recheck_on.map(|day| (day, day))
    };
    Ok(honours::Filter {
        level: asked.level,
        township_id: asked.township_id,
        valid: asked.valid.map(|flag| (flag, today)),
        recheck,
        ends_on: asked.ends_on,
        search: asked.search.clone().filter(|text| !text.trim().is_empty()),
    })
}

/// Enters one.
pub async fn add(app: &App, caller: &Caller, once: &Once, new: &NewHonour) -> AppResult<HonourView> {
    caller.require(Action::ManageHonours)?;
    let (county, now, id) = (caller.county()?, app.clock.now(), app.random.id());
    let facts = new.facts.checked(local_day(now))?;
    let added = app
        .idempotent(caller, once, async |tx| {
            let place = township_of(tx, county, new.subject_kind, new.subject_id).await?;
            let (township, name) = place.ok_or_else(|| {
                AppError::from(Problem::field("/subject_id", "没有这个地方", "There is no such place"))
            })?;
            let row = row(id, county, (new.subject_kind, new.subject_id, township, &name), &facts, now);
            if !honours::insert(tx, row).await? {
                return Err(Problem::new(Code::WrongState)
                    .with_detail(
                        "这里已登记同一级别、同一年份的称号。",
                        "A title of this level and year is entered there already.",
                    )
                    .into());
            }
            audit::append(tx, now, caller.audit("honour.add", "honours", id)).await?;
            Ok(id)
        })
        .await?;
    one(app, caller, added).await
}

pub(super) fn row(
    id: Uuid,
    county: Uuid,
    (kind, subject_id, township_id, name): (SubjectKind, Uuid, Uuid, &str),
    facts: &HonourFacts,
    now: Instant,
) -> HonourRow {
    HonourRow {
        id,
        county_id: county,
        subject_kind: kind.as_str().to_owned(),
        subject_id,
        township_id,
        level: facts.level.as_str().to_owned(),
        title: facts.title.clone(),
        year: facts.year,
        valid_until: facts.valid_until.map(|day| day.to_string()),
        recheck_day: facts.recheck_day.map(|day| day.to_string()),
        revoked_at: None,
        revoke_reason: String::new(),
        note: facts.note.clone(),
        created_at: now,
        version: 1,
        search: honours::search_text(name, &facts.title),
    }
}

/// Puts one right, over the version that was seen.
pub async fn change(
    app: &App,
    caller: &Caller,
    once: &Once,
    id: Uuid,
    version: i32,
    facts: &HonourFacts,
) -> AppResult<HonourView> {
    caller.require(Action::ManageHonours)?;
    let (scope, county, now) = (caller.scope()?, caller.county()?, app.clock.now());
    let facts = facts.checked(local_day(now))?;
    app.idempotent(caller, once, async |tx| {
        let before = honours::get(tx, scope, id).await?.ok_or(Code::NotFound)?;
        if before.version != version {
            return Err(Code::Conflict.into());
        }
        let names = subject_names(tx, county, vec![before.subject_id]).await?;
        let name = names.get(&before.subject_id).cloned().unwrap_or_default();
        let place =
            (SubjectKind::parse(&before.subject_kind), before.subject_id, before.township_id, name.as_str());
        let fresh = row(id, county, place, &facts, before.created_at);
        let other = honours::same(tx, &fresh).await?;
        if other.is_some_and(|other| other.id != id) {
            return Err(Problem::new(Code::WrongState)
                .with_detail(
                    "这里已登记同一级别、同一年份的称号。",
                    "A title of this level and year is entered there already.",
                )
                .into());
        }
        if before.recheck_day != fresh.recheck_day {
            rechecks::settled(tx, &before).await?;
        }
        let next = HonourRow {
            revoked_at: before.revoked_at,
            revoke_reason: before.revoke_reason,
            version: before.version + 1,
            ..fresh
        };
        if !honours::update(tx, next).await? {
            return Err(Code::Conflict.into());
        }
        audit::append(tx, now, caller.audit("honour.change", "honours", id)).await?;
        Ok(())
    })
    .await?;
    one(app, caller, id).await
}

/// A title is lost; the same again changes nothing.
pub async fn revoke(
    app: &App,
    caller: &Caller,
    once: &Once,
    id: Uuid,
    reason: &str,
) -> AppResult<HonourView> {
    caller.require(Action::ManageHonours)?;
    let (scope, now) = (caller.scope()?, app.clock.now());
    let reason = shorten(reason.trim(), MAX_TEXT);
    if reason.is_empty() {
        return Err(Problem::field("/reason", "请写明原因", "Say why").into());
    }
    app.idempotent(caller, once, async |tx| {
        let before = honours::get(tx, scope, id).await?.ok_or(Code::NotFound)?;
        if honours::revoke(tx, id, now, reason.clone()).await? {
            rechecks::settled(tx, &before).await?;
            let line = caller.audit("honour.revoke", "honours", id);
            audit::append(tx, now, audit::AuditRow { reason: reason.clone(), ..line }).await?;
        }
        Ok(())
    })
    .await?;
    one(app, caller, id).await
}

pub(super) async fn one(app: &App, caller: &Caller, id: Uuid) -> AppResult<HonourView> {
    let read = app.store.read();
    let row = honours::get(read, caller.scope()?, id).await?.ok_or(Code::NotFound)?;
    let shown = show(app, caller.county()?, vec![row]).await?.pop();
    Ok(shown.ok_or(Code::NotFound)?)
}

async fn show(app: &App, county: Uuid, rows: Vec<HonourRow>) -> AppResult<Vec<HonourView>> {
    let (conn, now) = (app.store.read(), app.clock.now());
    let today = local_day(now);
    let facts = Facts::load(app, county).await?;
    let soon = rechecks::due_until(&facts.deadlines().calendar, &facts.settings().notices, now);
    let mut rechecks = rechecks::of_honours(conn, county, rows.iter().map(|row| row.id).collect()).await?;
    let both = rows.iter().flat_map(|row| [row.subject_id, row.township_id]).collect();
    let names = subject_names(conn, county, both).await?;
    let subjects = rows.iter().map(|row| row.subject_id).collect();
    let people = liaisons::of_subjects(conn, county, subjects).await?;
    let people: HashMap<Uuid, LiaisonView> =
        duty_liaisons::show(conn, people, now).await?.into_iter().map(|one| (one.subject_id, one)).collect();
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let day = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
            Some(HonourView {
                level: Honour::parse(&row.level)?,
                subject_kind: SubjectKind::parse(&row.subject_kind),
                subject_name: names.get(&row.subject_id).cloned().unwrap_or_default(),
                township_name: names.get(&row.township_id).cloned().unwrap_or_default(),
                valid: honours::is_held(&row, today),
                recheck_due: honours::is_to_recheck(&row, soon),
                rechecks: rechecks.remove(&row.id).unwrap_or_default(),
                valid_until: day(&row.valid_until),
                recheck_day: day(&row.recheck_day),
                liaison: people.get(&row.subject_id).cloned(),
                id: row.id,
                subject_id: row.subject_id,
                township_id: row.township_id,
                title: row.title,
                year: row.year,
                revoked_at: row.revoked_at,
                revoke_reason: row.revoke_reason,
                note: row.note,
                version: row.version,
            })
        })
        .collect())
}
