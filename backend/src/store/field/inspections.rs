//! Visits with every answer.

use crate::{
    domain::{
        clock::Instant,
        page::{Cursor, PageRequest},
        people::scope::Scope,
    },
    store::{
        Conn, Error, Tx,
        entity::inspection,
        places::{Columns, at_place},
    },
};
use chrono::SecondsFormat;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, ExprTrait, FromQueryResult, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockType, OnConflict},
};
use std::collections::HashMap;
use uuid::Uuid;

use inspection::Column as C;

/// A visit as stored.
pub type InspectionRow = inspection::Model;

/// Inserts; `false` when this visit is already there under another operation.
pub async fn insert(tx: &Tx, row: InspectionRow) -> Result<bool, Error> {
    let rows = inspection::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.raw())
        .await?;
    Ok(rows == 1)
}

/// Replaces the shown content of a visit by a correction; the former operation stays readable.
pub async fn update(tx: &Tx, row: InspectionRow) -> Result<(), Error> {
    let (id, before) = (row.id, row.version - 1);
    let touched = inspection::Entity::update_many()
        .set(row.into_active_model().reset_all())
        .filter(C::Id.eq(id).and(C::Version.eq(before)))
        .exec(tx.raw())
        .await?
        .rows_affected;
    if touched == 1 {
        Ok(())
    } else {
        Err(Error::Inconsistent { table: "inspection", column: "version", value: id.to_string() })
    }
}

/// A visit of this county, locked for change.
pub async fn lock(tx: &Tx, county: Uuid, id: Uuid) -> Result<Option<InspectionRow>, Error> {
    Ok(inspection::Entity::find_by_id(id)
        .filter(C::CountyId.eq(county))
        .lock(LockType::Update)
        .one(tx.raw())
        .await?)
}

/// A visit in scope.
pub async fn get(
    conn: &impl Conn,
    scope: Scope,
    now: Instant,
    id: Uuid,
) -> Result<Option<InspectionRow>, Error> {
    Ok(inspection::Entity::find_by_id(id).filter(scoped(scope, now)).one(conn.raw()).await?)
}

/// The visits of these ids that are in scope.
pub async fn get_many(
    conn: &impl Conn,
    scope: Scope,
    now: Instant,
    ids: Vec<Uuid>,
) -> Result<Vec<InspectionRow>, Error> {
    Ok(inspection::Entity::find().filter(C::Id.is_in(ids)).filter(scoped(scope, now)).all(conn.raw()).await?)
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub site_id: Option<Uuid>,
    pub person_id: Option<Uuid>,
    pub round_id: Option<Uuid>,
    pub since: Option<Instant>,
    /// Part of the site's name, first sounds or code, or of its township's or village's name.
    pub search: Option<String>,
    pub township_id: Option<Uuid>,
    /// Made before this.
    pub before: Option<Instant>,
}

/// One page, newest first, `limit + 1` rows.
pub async fn list(
    conn: &impl Conn,
    scope: Scope,
    now: Instant,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Vec<InspectionRow>, Error> {
    let mut query = inspection::Entity::find().filter(scoped(scope, now)).filter(
        Condition::all()
            .add_option(filter.site_id.map(|id| C::SiteId.eq(id)))
            .add_option(filter.person_id.map(|id| C::PersonId.eq(id)))
            .add_option(filter.round_id.map(|id| C::RoundId.eq(id)))
            .add_option(filter.since.map(|at| C::ObservedAt.gte(at)))
            .add_option(filter.township_id.map(|id| C::TownshipId.eq(id)))
            .add_option(filter.before.map(|at| C::ObservedAt.lt(at)))
            .add_option(filter.search.as_ref().zip(scope.county()).map(|(text, county)| {
                let columns = Columns { site: C::SiteId, township: C::TownshipId, village: C::VillageId };
                at_place(columns, county, text)
            })),
    );
    if let Some(Cursor { key, id }) = &page.after {
        let at = key.parse::<Instant>().unwrap_or(now);
        query = query
            .filter(Condition::any().add(C::ObservedAt.lt(at)).add(C::ObservedAt.eq(at).and(C::Id.lt(*id))));
    }
    Ok(query.order_by_desc(C::ObservedAt).order_by_desc(C::Id).limit(page.limit + 1).all(conn.raw()).await?)
}

/// Where the next page after this visit starts.
pub fn cursor(row: &InspectionRow) -> Cursor {
    Cursor { key: row.observed_at.to_rfc3339_opts(SecondsFormat::Micros, true), id: row.id }
}

/// What a list of sites says of a site's latest visit.
#[derive(Debug, Clone, PartialEq, FromQueryResult)]
pub struct LatestVisit {
    pub id: Uuid,
    pub site_id: Uuid,
    pub outcome: String,
    pub score_permille: i32,
    pub observed_at: Instant,
}

/// The latest visit of each of these sites that the scope may see. Reads one visit a site, however many there were.
pub async fn latest_of_sites(
    conn: &impl Conn,
    scope: Scope,
    now: Instant,
    sites: &[Uuid],
) -> Result<Vec<LatestVisit>, Error> {
    let mut latest: HashMap<Uuid, LatestVisit> = HashMap::new();
    for sites in sites.chunks(200) {
        let when: Vec<(Uuid, Instant)> = inspection::Entity::find()
            .select_only()
            .column(C::SiteId)
            .column_as(C::ObservedAt.max(), "observed_at")
            .filter(scoped(scope, now))
            .filter(C::SiteId.is_in(sites.iter().copied()))
            .group_by(C::SiteId)
            .into_tuple()
            .all(conn.raw())
            .await?;
        if when.is_empty() {
            continue;
        }
        let these = when
            .into_iter()
            .fold(Condition::any(), |any, (site, at)| any.add(C::SiteId.eq(site).and(C::ObservedAt.eq(at))));
        let rows = inspection::Entity::find()
            .select_only()
            .columns([C::Id, C::SiteId, C::Outcome, C::ScorePermille, C::ObservedAt])
            .filter(scoped(scope, now))
            .filter(these)
            .order_by_asc(C::AcceptedAt)
            .into_model::<LatestVisit>()
            .all(conn.raw())
            .await?;
        // Of two at the same moment the one that came in last stands.
        latest.extend(rows.into_iter().map(|row| (row.site_id, row)));
    }
    Ok(latest.into_values().collect())
}

/// Hidden visits (unannounced rounds) do not exist for the township side.
fn scoped(scope: Scope, now: Instant) -> Condition {
    let all = Condition::all();
    match scope {
        // A department supervises tickets; visits as such are the county's.
        Scope::Platform | Scope::Department { .. } => all.add(Expr::val(1).eq(0)),
        Scope::County { county } => all.add(C::CountyId.eq(county)),
        Scope::Township { county, township } => {
            all.add(C::CountyId.eq(county)).add(C::TownshipId.eq(township)).add(C::VisibleFrom.lte(now))
        }
        Scope::Village { county, village, .. } => {
            all.add(C::CountyId.eq(county)).add(C::VillageId.eq(village)).add(C::VisibleFrom.lte(now))
        }
        Scope::Own { county, person } => all.add(C::CountyId.eq(county)).add(C::PersonId.eq(person)),
    }
}

/// Lets the township side see a round's visits from `at` on; answers their ids and places.
pub async fn release_round(
    tx: &Tx,
    county: Uuid,
    round: Uuid,
    at: Instant,
) -> Result<Vec<InspectionRow>, Error> {
    let hidden =
        Condition::all().add(C::CountyId.eq(county)).add(C::RoundId.eq(round)).add(C::VisibleFrom.is_null());
    let rows = inspection::Entity::find().filter(hidden.clone()).all(tx.raw()).await?;
    inspection::Entity::update_many()
        .col_expr(C::VisibleFrom, Expr::value(at))
        .filter(hidden)
        .exec(tx.raw())
        .await?;
    Ok(rows)
}
