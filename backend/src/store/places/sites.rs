//! Sites: the register of what is inspected, with the names of their places.

use crate::{
    domain::{
        names::find_text,
        page::{Cursor, PageRequest},
        people::scope::Scope,
        places::position::Point,
    },
    store::{
        Conn, Error, Tx,
        entity::{division, site},
        search,
    },
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, ExprTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder,
    QuerySelect, Select,
    sea_query::{Expr, LockType},
};
use uuid::Uuid;

use site::Column as C;

/// Open for inspections; the other status is `retired`.
pub const ACTIVE: &str = "active";

/// A site with the names of its township and village.
#[derive(Debug, Clone, PartialEq, FromQueryResult)]
pub struct Site {
    pub id: Uuid,
    pub county_id: Uuid,
    pub code: String,
    pub kind: String,
    pub name: String,
    pub township_id: Uuid,
    pub township_name: String,
    pub village_id: Uuid,
    pub village_name: String,
    pub lon: f64,
    pub lat: f64,
    pub status: String,
    /// The point lies outside the township that the register names; a person looks at it.
    pub outside: bool,
    pub version: i32,
}

/// What a list of sites is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub kind: Option<String>,
    pub township_id: Option<Uuid>,
    pub village_id: Option<Uuid>,
    pub status: Option<String>,
    pub outside: Option<bool>,
    /// Part of a name or code.
    pub search: Option<String>,
}

/// Which sites a scope may see: the township side its own, everybody else the county's.
fn scoped(scope: Scope) -> Condition {
    let all = Condition::all();
    match scope {
        Scope::Platform | Scope::Own { .. } => all.add(Expr::val(1).eq(0)),
        Scope::County { county } | Scope::Department { county, .. } => all.add(C::CountyId.eq(county)),
        Scope::Township { county, township } => {
            all.add(C::CountyId.eq(county)).add(C::TownshipId.eq(township))
        }
        Scope::Village { county, village, .. } => {
            all.add(C::CountyId.eq(county)).add(C::VillageId.eq(village))
        }
    }
}

/// Sites with the names of their places.
fn named() -> Select<site::Entity> {
    let place =
        |column: C| site::Entity::belongs_to(division::Entity).from(column).to(division::Column::Id).into();
    let name = |of: &'static str| Expr::col((of, division::Column::Name));
    site::Entity::find()
        .select_only()
        .columns([
            C::Id,
            C::CountyId,
            C::Code,
            C::Kind,
            C::Name,
            C::TownshipId,
            C::VillageId,
            C::Lon,
            C::Lat,
            C::Status,
        ])
        .column(C::Version)
        // Rows of older programs do not say.
        .expr_as(Expr::col((site::Entity, C::Outside)).if_null(false), "outside")
        .join_as(JoinType::InnerJoin, place(C::TownshipId), "township")
        .join_as(JoinType::InnerJoin, place(C::VillageId), "village")
        .expr_as(name("township"), "township_name")
        .expr_as(name("village"), "village_name")
}

async fn all_of(conn: &impl Conn, query: Select<site::Entity>) -> Result<Vec<Site>, Error> {
    Ok(query.into_model::<Site>().all(conn.raw()).await?)
}

/// By code; `limit + 1` rows.
pub async fn list(
    conn: &impl Conn,
    scope: Scope,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Vec<Site>, Error> {
    let mut query = named()
        .filter(scoped(scope))
        .filter(
            Condition::all()
                .add_option(filter.kind.as_ref().map(|kind| C::Kind.eq(kind.as_str())))
                .add_option(filter.township_id.map(|id| C::TownshipId.eq(id)))
                .add_option(filter.village_id.map(|id| C::VillageId.eq(id)))
                .add_option(filter.status.as_ref().map(|status| C::Status.eq(status.as_str())))
                .add_option(
                    filter.outside.map(|flag| Expr::col((site::Entity, C::Outside)).if_null(false).eq(flag)),
                )
                .add_option(filter.search.as_ref().map(|text| search::holds(C::Search, text))),
        )
        .order_by_asc(C::Code);
    if let Some(after) = &page.after {
        // Codes are unique in a county, so the code alone says where the next page starts.
        query = query.filter(C::Code.gt(after.key.clone()));
    }
    all_of(conn, query.limit(page.limit + 1)).await
}

/// Where the next page after this site starts.
pub fn cursor(site: &Site) -> Cursor {
    Cursor { key: site.code.clone(), id: site.id }
}

pub async fn get(conn: &impl Conn, scope: Scope, id: Uuid) -> Result<Option<Site>, Error> {
    Ok(get_many(conn, scope, vec![id]).await?.pop())
}

/// The version of a site that is there. Held until the transaction ends: many may hold it, and nobody takes it away meanwhile.
pub async fn hold(tx: &Tx, county: Uuid, id: Uuid) -> Result<Option<i32>, Error> {
    let query = site::Entity::find_by_id(id).filter(C::CountyId.eq(county));
    let version = query.select_only().column(C::Version).lock(LockType::KeyShare);
    Ok(version.into_tuple().one(tx.raw()).await?)
}

/// The site of this code; codes are unique in a county.
pub async fn by_code(conn: &impl Conn, scope: Scope, code: &str) -> Result<Option<Site>, Error> {
    Ok(all_of(conn, named().filter(scoped(scope)).filter(C::Code.eq(code))).await?.pop())
}

/// The sites of these ids that are in scope; for the feed.
pub async fn get_many(conn: &impl Conn, scope: Scope, ids: Vec<Uuid>) -> Result<Vec<Site>, Error> {
    all_of(conn, named().filter(scoped(scope)).filter(C::Id.is_in(ids))).await
}

/// The whole register of a county by code.
pub async fn of_county(conn: &impl Conn, county: Uuid) -> Result<Vec<Site>, Error> {
    all_of(conn, named().filter(C::CountyId.eq(county)).order_by_asc(C::Code)).await
}

impl Site {
    /// The point; rows hold only valid ones.
    pub fn point(&self) -> Option<Point> {
        Point::new(self.lon, self.lat).ok()
    }
}

fn search(site: &Site) -> String {
    find_text(&site.name, &[&site.code])
}

/// Inserts sites; their places are named by id, the names beside them are not stored.
pub async fn insert(tx: &Tx, sites: &[Site]) -> Result<(), Error> {
    for chunk in sites.chunks(1000) {
        let models = chunk.iter().map(|site| site::ActiveModel {
            id: Set(site.id),
            county_id: Set(site.county_id),
            code: Set(site.code.clone()),
            kind: Set(site.kind.clone()),
            name: Set(site.name.clone()),
            township_id: Set(site.township_id),
            village_id: Set(site.village_id),
            lon: Set(site.lon),
            lat: Set(site.lat),
            datum: Set("wgs84".to_owned()),
            coord_source: Set("register".to_owned()),
            status: Set(site.status.clone()),
            outside: Set(Some(site.outside)),
            version: Set(site.version),
            search: Set(search(site)),
        });
        site::Entity::insert_many(models).exec_without_returning(tx.raw()).await?;
    }
    Ok(())
}

/// Writes the next version; false when somebody else wrote it first.
pub async fn update(tx: &Tx, site: &Site) -> Result<bool, Error> {
    let touched = site::Entity::update_many()
        .set(site::ActiveModel {
            kind: Set(site.kind.clone()),
            name: Set(site.name.clone()),
            township_id: Set(site.township_id),
            village_id: Set(site.village_id),
            lon: Set(site.lon),
            lat: Set(site.lat),
            status: Set(site.status.clone()),
            outside: Set(Some(site.outside)),
            version: Set(site.version),
            search: Set(search(site)),
            ..Default::default()
        })
        .filter(C::Id.eq(site.id).and(C::Version.eq(site.version - 1)))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected == 1)
}
