//! Somebody of the same unit stands in for a while 代: a post of its own that names whose place it takes, so every line of history shows it.

use super::colleagues::of_unit;
use crate::{
    app::{App, AppError, AppResult, Caller, Once, field::facts::Facts},
    domain::{
        clock::{Instant, local_day},
        field::inspection::{MAX_TEXT, shorten},
        people::{
            permission::Action,
            role::{Role, UnitKind},
        },
        problem::{Code, Problem},
        standards::calendar::{end_of_day, start_of_day},
    },
    store::{
        Conn, audit,
        people::{
            persons,
            posts::{self, BegunPost, PostRow},
            units,
        },
    },
};
use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// Who stands in for whom, when.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SubstituteView {
    /// The post under which the substitute acts.
    pub id: Uuid,
    pub role: Role,
    pub unit_kind: UnitKind,
    pub unit_id: Uuid,
    pub unit_name: String,
    pub person_id: Uuid,
    pub person_name: Option<String>,
    pub for_post_id: Uuid,
    pub for_name: Option<String>,
    pub from_day: NaiveDate,
    /// Included.
    pub to_day: NaiveDate,
    pub valid_now: bool,
    pub ended: bool,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SubstituteList {
    pub items: Vec<SubstituteView>,
}

/// Who is to stand in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewSubstitute {
    /// A post of the caller's; any of the county for the office.
    pub post_id: Uuid,
    /// Somebody who holds a post in the same unit.
    pub person_id: Uuid,
    /// Today or later.
    pub from_day: NaiveDate,
    /// Included.
    pub to_day: NaiveDate,
    #[serde(default)]
    pub reason: String,
}

/// Running and coming ones of the caller's unit; the county's for the office.
pub async fn list(app: &App, caller: &Caller, unit: Option<Uuid>) -> AppResult<SubstituteList> {
    let post = caller.require(Action::NameSubstitute)?;
    let (county, now, read) = (caller.county()?, app.clock.now(), app.store.read());
    let own = post.township_id.unwrap_or(post.unit_id);
    let ours = |row: &PostRow| {
        post.unit_kind == UnitKind::County || row.unit_id == post.unit_id || row.township_id == Some(own)
    };
    let rows = posts::of_county(read, county, None, now).await?;
    let rows = rows
        .into_iter()
        .filter(|row| row.delegated_by.is_some() && ours(row))
        .filter(|row| unit.is_none_or(|unit| row.unit_id == unit || row.township_id == Some(unit)))
        .collect();
    Ok(SubstituteList { items: show(read, rows, now).await? })
}

/// Names somebody.
pub async fn name(app: &App, caller: &Caller, once: &Once, new: &NewSubstitute) -> AppResult<SubstituteView> {
    let office = caller.require(Action::NameSubstitute)?.role == Role::Office;
    let (county, now) = (caller.county()?, app.clock.now());
    let facts = Facts::load(app, county).await?;
    let longest = i64::from(facts.settings().duties.substitute_days);
    let today = local_day(now);
    if new.from_day < today {
        return Err(Problem::field("/from_day", "不能早于今天", "Not before today").into());
    }
    let span = (new.to_day - new.from_day).num_days();
    if span < 0 || span >= longest {
        return Err(Problem::field(
            "/to_day",
            format!("不早于开始日，最多 {longest} 天"),
            format!("Not before the first day, at most {longest} days"),
        )
        .into());
    }
    let id = app.random.id();
    let reason = shorten(&new.reason, MAX_TEXT);
    let named = app
        .idempotent(caller, once, async |tx| {
            let post = posts::lock(tx, new.post_id).await?.filter(|post| {
                post.county_id == Some(county) && (office || post.person_id == caller.person_id)
            });
            let post = post.ok_or(Code::NotFound)?;
            let (from, to) = (now.max(start_of_day(new.from_day)), end_of_day(new.to_day));
            let to = post.valid_to.map_or(to, |end| end.min(to));
            if !post.is_valid_at(from) || post.role == Role::PlatformAdmin || to <= from {
                let (zh, en) = ("这个岗位那时不在任", "This post is not held then");
                return Err(Problem::field("/post_id", zh, en).into());
            }
            if post.delegated_by.is_some() {
                let (zh, en) = ("代行的岗位不能再委托他人代行", "Who stands in does not pass it on");
                return Err(Problem::field("/post_id", zh, en).into());
            }
            let unit = post.township_id.unwrap_or(post.unit_id);
            let colleagues = of_unit(tx, county, unit, now).await?;
            let fits = new.person_id != post.person_id
                && colleagues.iter().any(|one| one.person_id == new.person_id);
            if !fits {
                let (zh, en) = ("应为同一单位的在任人员", "It must be somebody else of the same unit");
                return Err(Problem::field("/person_id", zh, en).into());
            }
            let others = posts::substitutes(tx, post.id, from).await?;
            if others.iter().any(|one| one.valid_from < to) {
                return Err(Problem::new(Code::WrongState)
                    .with_detail("这段时间已有人代行。", "Somebody stands in during these days already.")
                    .into());
            }
            let begun = BegunPost {
                id,
                county_id: Some(county),
                person_id: new.person_id,
                role: post.role,
                unit_id: post.unit_id,
                valid_from: from,
                valid_to: Some(to),
                delegated_by: Some(post.id),
                created_at: now,
            };
            posts::insert(tx, begun).await?;
            let line = caller.audit("substitute.name", "posts", id);
            audit::append(tx, now, audit::AuditRow { reason: reason.clone(), ..line }).await?;
            Ok(id)
        })
        .await?;
    app.forget();
    one(app, named).await
}

/// Ends it: whose post it is, who stands in, or the office. The same again changes nothing.
pub async fn end(
    app: &App,
    caller: &Caller,
    once: &Once,
    id: Uuid,
    reason: &str,
) -> AppResult<SubstituteView> {
    let office = caller.require(Action::NameSubstitute)?.role == Role::Office;
    let (county, now) = (caller.county()?, app.clock.now());
    let reason = shorten(reason, MAX_TEXT);
    app.idempotent(caller, once, async |tx| {
        let acting = posts::lock(tx, id).await?.filter(|post| post.county_id == Some(county));
        let acting = acting.ok_or(Code::NotFound)?;
        let principal = posts::get(tx, acting.delegated_by.ok_or(Code::NotFound)?).await?;
        let whose = principal.map(|post| post.person_id);
        if !office && whose != Some(caller.person_id) && acting.person_id != caller.person_id {
            return Err(Code::NotFound.into());
        }
        if posts::end(tx, id, now.max(acting.valid_from)).await? {
            let line = caller.audit("substitute.end", "posts", id);
            audit::append(tx, now, audit::AuditRow { reason: reason.clone(), ..line }).await?;
        }
        Ok(())
    })
    .await?;
    app.forget();
    one(app, id).await
}

async fn one(app: &App, id: Uuid) -> AppResult<SubstituteView> {
    let read = app.store.read();
    let row = posts::get(read, id).await?.ok_or(Code::NotFound)?;
    show(read, vec![row], app.clock.now()).await?.pop().ok_or(AppError::from(Code::NotFound))
}

async fn show(conn: &impl Conn, rows: Vec<PostRow>, now: Instant) -> AppResult<Vec<SubstituteView>> {
    let principals: HashMap<Uuid, Uuid> =
        posts::principals(conn, rows.iter().map(|row| row.id).collect()).await?;
    let people = rows.iter().map(|row| row.person_id).chain(principals.values().copied()).collect();
    let names = persons::names(conn, people).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.unit_id).collect();
    let places = units::by_ids(conn, &ids).await?;
    let last = |end: Instant| local_day(end - TimeDelta::microseconds(1));
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let end = row.valid_to?;
            Some(SubstituteView {
                valid_now: row.is_valid_at(now),
                ended: end <= now,
                person_name: names.get(&row.person_id).cloned(),
                for_name: principals.get(&row.id).and_then(|person| names.get(person).cloned()),
                unit_name: places.get(&row.unit_id).map(|unit| unit.name.clone()).unwrap_or_default(),
                from_day: local_day(row.valid_from),
                to_day: last(end).max(local_day(row.valid_from)),
                for_post_id: row.delegated_by?,
                id: row.id,
                role: row.role,
                unit_kind: row.unit_kind,
                unit_id: row.unit_id,
                person_id: row.person_id,
            })
        })
        .collect())
}
