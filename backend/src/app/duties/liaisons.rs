//! Who answers for an honoured place (R56): a township names a post of its own, and hears when nobody is left.

use crate::{
    app::{App, AppError, AppResult, Caller, Once},
    domain::{
        clock::{Instant, local_day},
        field::inspection::{MAX_TEXT, shorten},
        people::{
            permission::Action,
            role::{Role, UnitKind},
            scope::Scope,
        },
        problem::{Code, Problem},
    },
    store::{
        Conn, audit,
        duties::liaisons::{self, LiaisonRow},
        people::{persons, posts, units},
        places::{divisions, honours, sites},
    },
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// What holds a title: a site, or a township or village.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    Site,
    Division,
}

impl SubjectKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Division => "division",
        }
    }

    pub fn parse(text: &str) -> Self {
        if text == Self::Site.as_str() { Self::Site } else { Self::Division }
    }
}

/// A liaison in words.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LiaisonView {
    pub id: Uuid,
    pub subject_kind: SubjectKind,
    pub subject_id: Uuid,
    pub post_id: Uuid,
    pub person_name: Option<String>,
    pub role: Option<Role>,
    pub unit_name: Option<String>,
    pub since: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    /// The post is still held.
    pub post_valid: bool,
}

/// Who is to answer for it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewLiaison {
    pub subject_kind: SubjectKind,
    pub subject_id: Uuid,
    /// A post in the township where it lies, or in one of its villages.
    pub post_id: Uuid,
}

/// The township in which a place lies, if the place is in scope; a township lies in itself.
pub(in crate::app) async fn township_of(
    conn: &impl Conn,
    county: Uuid,
    kind: SubjectKind,
    id: Uuid,
) -> AppResult<Option<(Uuid, String)>> {
    let scope = Scope::County { county };
    Ok(match kind {
        SubjectKind::Site => sites::get(conn, scope, id).await?.map(|site| (site.township_id, site.name)),
        SubjectKind::Division => {
            let found = divisions::get(conn, scope, id).await?;
            found.and_then(|place| match place.kind.as_str() {
                "township" => Some((place.id, place.name)),
                "village" => place.parent_id.map(|parent| (parent, place.name)),
                _ => None,
            })
        }
    })
}

/// What honoured places are called, whichever kind they are.
pub(in crate::app) async fn subject_names(
    conn: &impl Conn,
    county: Uuid,
    ids: Vec<Uuid>,
) -> AppResult<HashMap<Uuid, String>> {
    let scope = Scope::County { county };
    let mut names = HashMap::new();
    for chunk in ids.chunks(500) {
        let places = divisions::get_many(conn, scope, chunk.to_vec()).await?;
        names.extend(places.into_iter().map(|place| (place.id, place.name)));
        let of_sites = sites::get_many(conn, scope, chunk.to_vec()).await?;
        names.extend(of_sites.into_iter().map(|site| (site.id, site.name)));
    }
    Ok(names)
}

/// Names somebody; whoever was named before is so no longer.
pub async fn name(app: &App, caller: &Caller, once: &Once, new: &NewLiaison) -> AppResult<LiaisonView> {
    let post = caller.require(Action::NameLiaison)?.clone();
    let (county, now, id) = (caller.county()?, app.clock.now(), app.random.id());
    let named = app
        .idempotent(caller, once, async |tx| {
            let place = township_of(tx, county, new.subject_kind, new.subject_id).await?;
            let (township, _) = place.ok_or(Code::NotFound)?;
            if post.unit_kind == UnitKind::Township && post.unit_id != township {
                return Err(Code::NotFound.into());
            }
            let held = honours::held_on(tx, county, local_day(now)).await?;
            if !held.iter().any(|row| row.subject_id == new.subject_id) {
                let (zh, en) = ("这里没有有效的荣誉称号", "No title is held there");
                return Err(Problem::field("/subject_id", zh, en).into());
            }
            let of = posts::lock(tx, new.post_id).await?;
            let fits = of.is_some_and(|row| {
                row.county_id == Some(county) && row.township_id == Some(township) && row.is_valid_at(now)
            });
            if !fits {
                let (zh, en) =
                    ("应为本乡镇或其村的在任人员", "It must be somebody of the township or its villages");
                return Err(Problem::field("/post_id", zh, en).into());
            }
            liaisons::end_of(tx, county, new.subject_id, now, "更换").await?;
            let row = LiaisonRow {
                id,
                county_id: county,
                subject_kind: new.subject_kind.as_str().to_owned(),
                subject_id: new.subject_id,
                township_id: township,
                post_id: new.post_id,
                named_by: caller.person_id,
                since: now,
                ended_at: None,
                reason: String::new(),
            };
            if !liaisons::insert(tx, row).await? {
                return Err(Code::Conflict.into());
            }
            audit::append(tx, now, caller.audit("liaison.name", "liaisons", id)).await?;
            Ok(id)
        })
        .await?;
    one(app, county, named).await
}

/// Ends it without a successor.
pub async fn end(app: &App, caller: &Caller, once: &Once, id: Uuid, reason: &str) -> AppResult<LiaisonView> {
    let post = caller.require(Action::NameLiaison)?.clone();
    let (county, now) = (caller.county()?, app.clock.now());
    let reason = shorten(reason, MAX_TEXT);
    app.idempotent(caller, once, async |tx| {
        let row = liaisons::get(tx, county, id).await?.ok_or(Code::NotFound)?;
        if post.unit_kind == UnitKind::Township && post.unit_id != row.township_id {
            return Err(Code::NotFound.into());
        }
        if row.ended_at.is_none() && liaisons::end_of(tx, county, row.subject_id, now, &reason).await? {
            audit::append(tx, now, caller.audit("liaison.end", "liaisons", id)).await?;
        }
        Ok(())
    })
    .await?;
    one(app, county, id).await
}

async fn one(app: &App, county: Uuid, id: Uuid) -> AppResult<LiaisonView> {
    let read = app.store.read();
    let row = liaisons::get(read, county, id).await?.ok_or(Code::NotFound)?;
    show(read, vec![row], app.clock.now()).await?.pop().ok_or(AppError::from(Code::NotFound))
}

/// Liaisons in words.
pub(in crate::app) async fn show(
    conn: &impl Conn,
    rows: Vec<LiaisonRow>,
    now: Instant,
) -> AppResult<Vec<LiaisonView>> {
    let held = posts::of_ids(conn, rows.iter().map(|row| row.post_id).collect()).await?;
    let suspended = match rows.first() {
        Some(row) => persons::suspended(conn, row.county_id).await?,
        None => std::collections::HashSet::new(),
    };
    let names = persons::names(conn, held.values().map(|post| post.person_id).collect()).await?;
    let ids: Vec<Uuid> = held.values().map(|post| post.unit_id).collect();
    let places = units::by_ids(conn, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let post = held.get(&row.post_id);
            LiaisonView {
                person_name: post.and_then(|post| names.get(&post.person_id).cloned()),
                role: post.map(|post| post.role),
                unit_name: post.and_then(|post| places.get(&post.unit_id)).map(|unit| unit.name.clone()),
                post_valid: post
                    .is_some_and(|post| post.is_valid_at(now) && !suspended.contains(&post.person_id)),
                subject_kind: SubjectKind::parse(&row.subject_kind),
                id: row.id,
                subject_id: row.subject_id,
                post_id: row.post_id,
                since: row.since,
                ended_at: row.ended_at,
            }
        })
        .collect())
}
