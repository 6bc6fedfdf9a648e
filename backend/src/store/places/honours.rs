//! Titles that places and sites hold, and what a site counts for because of them.

use crate::{
    domain::{
        clock::Instant,
        names::find_text,
        page::{Cursor, PageRequest},
        people::scope::Scope,
        places::division::Honour,
    },
    store::{
        Conn, Error, Tx,
        entity::{division, honour, site},
        search,
    },
};
use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use std::collections::HashMap;
use uuid::Uuid;

use honour::Column as C;

/// A title as stored.
pub type HonourRow = honour::Model;

/// What a list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub level: Option<Honour>,
    pub township_id: Option<Uuid>,
    /// Held on this day (or not).
    pub valid: Option<(bool, NaiveDate)>,
    /// To be looked at again between these days, both included; what has run out before that day, or is taken back, is not.
    pub recheck: Option<(NaiveDate, NaiveDate)>,
    /// Not taken back, and good until this day.
    pub ends_on: Option<NaiveDate>,
    pub search: Option<String>,
}

/// Neither taken back nor run out on this day.
pub(in crate::store) fn held(on: NaiveDate) -> Condition {
    Condition::all()
        .add(C::RevokedAt.is_null())
        .add(Condition::any().add(C::ValidUntil.is_null()).add(C::ValidUntil.gte(on.to_string())))
}

/// Whether a title is held on this day.
pub fn is_held(row: &HonourRow, on: NaiveDate) -> bool {
    row.revoked_at.is_none()
        && row.valid_until.as_deref().is_none_or(|until| until >= on.to_string().as_str())
}

/// Not taken back, to be looked at again between these days, and not run out by then.
fn rechecked((from, to): (NaiveDate, NaiveDate)) -> Condition {
    Condition::all()
        .add(C::RevokedAt.is_null())
        .add(C::RecheckDay.gte(from.to_string()).and(C::RecheckDay.lte(to.to_string())))
        .add(
            Condition::any()
                .add(C::ValidUntil.is_null())
                .add(Expr::col(C::ValidUntil).gte(Expr::col(C::RecheckDay))),
        )
}

/// Good until a day between these.
fn ending((from, to): (NaiveDate, NaiveDate)) -> Condition {
    Condition::all()
        .add(C::RevokedAt.is_null())
        .add(C::ValidUntil.gte(from.to_string()).and(C::ValidUntil.lte(to.to_string())))
}

/// Whether a title is to be looked at again by this day.
pub fn is_to_recheck(row: &HonourRow, by: NaiveDate) -> bool {
    let day = row.recheck_day.as_deref();
    row.revoked_at.is_none()
        && day.is_some_and(|day| day <= by.to_string().as_str())
        && row.valid_until.as_deref().is_none_or(|until| day <= Some(until))
}

/// The township side sees its own, everybody else the county's.
fn scoped(scope: Scope) -> Condition {
    let all = Condition::all();
    match scope {
        Scope::Platform | Scope::Own { .. } => all.add(Expr::val(1).eq(0)),
        Scope::County { county } | Scope::Department { county, .. } => all.add(C::CountyId.eq(county)),
        Scope::Township { county, township } | Scope::Village { county, township, .. } => {
            all.add(C::CountyId.eq(county)).add(C::TownshipId.eq(township))
        }
    }
}

/// One page, `limit + 1` rows, newest year first.
pub async fn list(
    conn: &impl Conn,
    scope: Scope,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Vec<HonourRow>, Error> {
    let mut query = honour::Entity::find().filter(scoped(scope)).filter(
        Condition::all()
            .add_option(filter.level.map(|level| C::Level.eq(level.as_str())))
            .add_option(filter.township_id.map(|id| C::TownshipId.eq(id)))
            .add_option(filter.valid.map(|(valid, on)| if valid { held(on) } else { held(on).not() }))
            .add_option(filter.recheck.map(rechecked))
            .add_option(filter.ends_on.map(|day| ending((day, day))))
            .add_option(filter.search.as_ref().map(|text| search::holds(C::Search, text))),
    );
    if let Some(Cursor { key, id }) = &page.after {
        let year = key.parse::<i32>().unwrap_or(i32::MAX);
        query = query.filter(Condition::any().add(C::Year.lt(year)).add(C::Year.eq(year).and(C::Id.gt(*id))));
    }
    Ok(query.order_by_desc(C::Year).order_by_asc(C::Id).limit(page.limit + 1).all(conn.raw()).await?)
}

/// The titles in scope that are to be looked at again, or end, between these days.
pub async fn dated(
    conn: &impl Conn,
    scope: Scope,
    days: (NaiveDate, NaiveDate),
) -> Result<Vec<HonourRow>, Error> {
    Ok(honour::Entity::find()
        .filter(scoped(scope))
        .filter(Condition::any().add(rechecked(days)).add(ending(days)))
        .order_by_asc(C::Id)
        .all(conn.raw())
        .await?)
}

/// The titles of a county that are to be looked at again between these days.
pub async fn to_recheck(
    conn: &impl Conn,
    county: Uuid,
    days: (NaiveDate, NaiveDate),
) -> Result<Vec<HonourRow>, Error> {
    Ok(honour::Entity::find()
        .filter(C::CountyId.eq(county))
        .filter(rechecked(days))
        .order_by_asc(C::Id)
        .all(conn.raw())
        .await?)
}

/// Where the next page after this title starts.
pub fn cursor(row: &HonourRow) -> Cursor {
    Cursor { key: row.year.to_string(), id: row.id }
}

/// All titles of a county that are held on this day.
pub async fn held_on(conn: &impl Conn, county: Uuid, on: NaiveDate) -> Result<Vec<HonourRow>, Error> {
    Ok(honour::Entity::find()
        .filter(C::CountyId.eq(county))
        .filter(held(on))
        .order_by_asc(C::Id)
        .all(conn.raw())
        .await?)
}

pub async fn get(conn: &impl Conn, scope: Scope, id: Uuid) -> Result<Option<HonourRow>, Error> {
    Ok(honour::Entity::find_by_id(id).filter(scoped(scope)).one(conn.raw()).await?)
}

/// The title of this place, level and year; there is one at most.
pub async fn same(conn: &impl Conn, row: &HonourRow) -> Result<Option<HonourRow>, Error> {
    Ok(honour::Entity::find()
        .filter(C::CountyId.eq(row.county_id).and(C::SubjectId.eq(row.subject_id)))
        .filter(C::Level.eq(row.level.as_str()).and(C::Year.eq(row.year)))
        .one(conn.raw())
        .await?)
}

/// What a title is found by.
pub fn search_text(name: &str, title: &str) -> String {
    find_text(name, &[title])
}

/// Inserts unless the place has this level of this year already.
pub async fn insert(tx: &Tx, row: HonourRow) -> Result<bool, Error> {
    let rows = honour::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.raw())
        .await?;
    Ok(rows == 1)
}

/// Writes the next version; false when somebody else wrote it first.
pub async fn update(tx: &Tx, row: HonourRow) -> Result<bool, Error> {
    let (id, before) = (row.id, row.version - 1);
    let mut active = row.into_active_model().reset_all();
    active.id = sea_orm::ActiveValue::Unchanged(id);
    let touched = honour::Entity::update_many()
        .set(active)
        .filter(C::Id.eq(id).and(C::Version.eq(before)))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected == 1)
}

/// Takes a title back; false when that was done before.
pub async fn revoke(tx: &Tx, id: Uuid, at: Instant, reason: String) -> Result<bool, Error> {
    let touched = honour::Entity::update_many()
        .col_expr(C::RevokedAt, Expr::value(at))
        .col_expr(C::RevokeReason, Expr::value(reason))
        .col_expr(C::Version, Expr::col(C::Version).add(1))
        .filter(C::Id.eq(id).and(C::RevokedAt.is_null()))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected == 1)
}

/// The highest title that counts for each site of a county on this day: its own, its village's or its township's. Sites without one are
/// not named.
pub async fn level_of_sites(
    conn: &impl Conn,
    county: Uuid,
    on: NaiveDate,
) -> Result<HashMap<Uuid, Honour>, Error> {
    let mut levels: HashMap<Uuid, Honour> = HashMap::new();
    let mut take = |id: Uuid, word: &str| {
        if let Some(level) = Honour::parse(word) {
            levels.entry(id).and_modify(|known| *known = level.max(*known)).or_insert(level);
        }
    };
    for row in held_on(conn, county, on).await? {
        take(row.subject_id, &row.level);
    }
    // What the register of places said before titles had rows of their own.
    let places: Vec<(Uuid, Option<String>)> = division::Entity::find()
        .select_only()
        .columns([division::Column::Id, division::Column::Honour])
        .filter(division::Column::CountyId.eq(county).and(division::Column::Honour.is_not_null()))
        .into_tuple()
        .all(conn.raw())
        .await?;
    for (id, word) in places {
        take(id, word.as_deref().unwrap_or_default());
    }
    let sites: Vec<(Uuid, Uuid, Uuid)> = site::Entity::find()
        .select_only()
        .columns([site::Column::Id, site::Column::VillageId, site::Column::TownshipId])
        .filter(site::Column::CountyId.eq(county))
        .into_tuple()
        .all(conn.raw())
        .await?;
    Ok(sites
        .into_iter()
        .filter_map(|(id, village, township)| {
            let level = [id, village, township].iter().filter_map(|id| levels.get(id)).max()?;
            Some((id, *level))
        })
        .collect())
}
