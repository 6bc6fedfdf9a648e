//! Talks 约谈 and referrals 问责移交: records that people of the office write of what they did. The system proposes a talk beside a red
//! month and makes none; nothing is edited, a correction is a record of its own.

use super::{
    show::{document, stored},
    work,
};
use crate::{
    app::{App, AppResult, Caller, Once},
    domain::{
        clock::local_day,
        field::inspection::{MAX_TEXT, shorten},
        page::{Page, PageRequest},
        people::{permission::Action, scope::Scope},
        problem::{Code, Problem},
    },
    store::{
        self, Conn, audit,
        colours::{
            months,
            talks::{self, Talk},
        },
        people::persons,
        places::divisions,
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use utoipa::ToSchema;
use uuid::Uuid;

/// Most months or tickets that a record names.
const NAMED_MAX: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TalkKind {
    Talk,
    Referral,
}

impl TalkKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Talk => talks::TALK,
            Self::Referral => talks::REFERRAL,
        }
    }
}

/// What somebody wrote down.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTalk {
    pub kind: TalkKind,
    pub township_id: Uuid,
    pub held_on: NaiveDate,
    /// Who took part, in words.
    pub participants: String,
    pub subject: String,
    #[serde(default)]
    pub agreed: String,
    #[serde(default)]
    pub colour_ids: Vec<Uuid>,
    #[serde(default)]
    pub ticket_ids: Vec<Uuid>,
    /// The record that this one corrects.
    #[serde(default)]
    pub corrects_id: Option<Uuid>,
}

/// A record as people read it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TalkRow {
    pub id: Uuid,
    pub kind: TalkKind,
    pub township_id: Uuid,
    pub township_name: String,
    pub held_on: String,
    pub participants: String,
    pub subject: String,
    pub agreed: String,
    pub colour_ids: Vec<Uuid>,
    pub ticket_ids: Vec<Uuid>,
    pub corrects_id: Option<Uuid>,
    /// The record that corrects this one.
    pub corrected_by_id: Option<Uuid>,
    pub made_by_name: String,
    pub made_at: DateTime<Utc>,
}

/// One page, newest first; a township reads the talks that concern it.
pub async fn list(
    app: &App,
    caller: &Caller,
    township: Option<Uuid>,
    page: &PageRequest,
) -> AppResult<Page<TalkRow>> {
    caller.require(Action::ReadTalks)?;
    let read = app.store.read();
    let rows = talks::list(read, caller.scope()?, township, page).await?;
    let cut = Page::cut(rows, page.limit, talks::cursor);
    Ok(Page { items: show(read, caller.county()?, cut.items).await?, next: cut.next })
}

pub async fn get(app: &App, caller: &Caller, id: Uuid) -> AppResult<TalkRow> {
    caller.require(Action::ReadTalks)?;
    let read = app.store.read();
    let row = talks::get(read, caller.scope()?, id).await?.ok_or(Code::NotFound)?;
    Ok(show(read, caller.county()?, vec![row]).await?.pop().ok_or(Code::NotFound)?)
}

/// Writes a record down.
pub async fn add(app: &App, caller: &Caller, once: &Once, new: &NewTalk) -> AppResult<TalkRow> {
    let post = caller.require(Action::WriteTalks)?.id;
    let (county, now, id) = (caller.county()?, app.clock.now(), app.random.id());
    check(app, county, new, local_day(now)).await?;
    let text = |said: &str| shorten(said.trim(), MAX_TEXT);
    let row = Talk {
        id,
        county_id: county,
        kind: new.kind.as_str().into(),
        township_id: new.township_id,
        held_on: new.held_on.to_string(),
        participants: text(&new.participants),
        subject: text(&new.subject),
        agreed: text(&new.agreed),
        colour_ids: document(&new.colour_ids)?,
        ticket_ids: document(&new.ticket_ids)?,
        corrects_id: new.corrects_id,
        made_by: caller.person_id,
        made_post: post,
        made_at: now,
    };
    app.idempotent(caller, once, async |tx| {
        if !talks::insert(tx, row.clone()).await? {
            // Two corrections of one record: the second corrects the first one.
            return Err(Code::Conflict.into());
        }
        audit::append(tx, now, caller.audit("talks.add", "talks", id)).await?;
        Ok(show(tx, county, vec![row.clone()]).await?.pop().ok_or(Code::NotFound)?)
    })
    .await
}

/// Everything that is not as it must be, named by its field.
async fn check(app: &App, county: Uuid, new: &NewTalk, today: NaiveDate) -> AppResult<()> {
    let (read, scope) = (app.store.read(), Scope::County { county });
    let mut problem = Problem::new(Code::InvalidField);
    for (field, said) in [("/participants", &new.participants), ("/subject", &new.subject)] {
        if said.trim().is_empty() {
            problem = problem.with_field(field, "请填写", "please fill this in");
        }
    }
    if new.held_on > today {
        problem = problem.with_field("/held_on", "还没有到这一天", "this day has not come yet");
    }
    if !work::townships(read, county).await?.iter().any(|place| place.id == new.township_id) {
        problem = problem.with_field("/township_id", "没有这个乡镇", "there is no such township");
    }
    let distinct = |ids: &[Uuid]| ids.iter().copied().collect::<BTreeSet<_>>();
    let (colours, tickets) = (distinct(&new.colour_ids), distinct(&new.ticket_ids));
    if colours.len() > NAMED_MAX || tickets.len() > NAMED_MAX {
        return Err(problem.with_field("/ticket_ids", "最多 200 项", "at most 200").into());
    }
    let found = months::get_many(read, scope, colours.iter().copied().collect()).await?;
    if found.iter().filter(|row| row.township_id == new.township_id).count() != colours.len() {
        problem = problem.with_field("/colour_ids", "不是这个乡镇的月份", "not a month of this township");
    }
    let named: Vec<Uuid> = tickets.iter().copied().collect();
    let known = store::tickets::get_many(read, scope, app.clock.now(), named).await?;
    if known.iter().filter(|row| row.unit_id == Some(new.township_id) && row.visible_from.is_some()).count()
        != tickets.len()
    {
        problem = problem.with_field("/ticket_ids", "不是这个乡镇的整改单", "not a ticket of this township");
    }
    if let Some(before) = new.corrects_id
        && talks::get(read, scope, before)
            .await?
            .is_none_or(|row| row.township_id != new.township_id || row.kind != new.kind.as_str())
    {
        problem = problem.with_field("/corrects_id", "没有这条记录", "there is no such record");
    }
    if problem.errors.is_empty() { Ok(()) } else { Err(problem.into()) }
}

async fn show(conn: &impl Conn, county: Uuid, rows: Vec<Talk>) -> AppResult<Vec<TalkRow>> {
    let corrected: HashMap<Uuid, Uuid> = talks::corrections(conn, rows.iter().map(|row| row.id).collect())
        .await?
        .into_iter()
        .filter_map(|row| Some((row.corrects_id?, row.id)))
        .collect();
    let names = persons::names(conn, rows.iter().map(|row| row.made_by).collect()).await?;
    let scope = Scope::County { county };
    let places = divisions::get_many(conn, scope, rows.iter().map(|row| row.township_id).collect()).await?;
    let places: HashMap<Uuid, String> = places.into_iter().map(|place| (place.id, place.name)).collect();
    rows.into_iter()
        .map(|row| {
            Ok(TalkRow {
                kind: if row.kind == talks::REFERRAL { TalkKind::Referral } else { TalkKind::Talk },
                township_name: places.get(&row.township_id).cloned().unwrap_or_default(),
                colour_ids: stored(&row.colour_ids)?,
                ticket_ids: stored(&row.ticket_ids)?,
                corrected_by_id: corrected.get(&row.id).copied(),
                made_by_name: names.get(&row.made_by).cloned().unwrap_or_default(),
                id: row.id,
                township_id: row.township_id,
                held_on: row.held_on,
                participants: row.participants,
                subject: row.subject,
                agreed: row.agreed,
                corrects_id: row.corrects_id,
                made_at: row.made_at,
            })
        })
        .collect()
}
