//! Versions of checklists: never changed once written, only followed by the next one.

use crate::{
    domain::{
        page::{Cursor, PageRequest},
        people::scope::Scope,
    },
    store::{Conn, Error, Tx, entity::checklist},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockType},
};
use uuid::Uuid;

use checklist::Column as C;

/// In use for new visits; the other status is `retired`.
pub const ACTIVE: &str = "active";
pub const RETIRED: &str = "retired";

/// One version; `body` is the checklist as JSON.
pub type ChecklistRow = checklist::Model;

/// What a list of checklists is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub site_kind: Option<String>,
    pub status: Option<String>,
}

/// Standards are open to every post of the county ("open-book exam", R38).
fn scoped(scope: Scope) -> Condition {
    match scope.county() {
        Some(county) => Condition::all().add(C::CountyId.eq(county)),
        None => Condition::all().add(Expr::val(1).eq(0)),
    }
}

/// By kind, newest version first; `limit + 1` rows.
pub async fn list(
    conn: &impl Conn,
    scope: Scope,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Vec<ChecklistRow>, Error> {
    let mut query = checklist::Entity::find()
        .filter(scoped(scope))
        .filter(
            Condition::all()
                .add_option(filter.site_kind.as_ref().map(|kind| C::SiteKind.eq(kind.as_str())))
                .add_option(filter.status.as_ref().map(|status| C::Status.eq(status.as_str()))),
        )
        .order_by_asc(C::SiteKind)
        .order_by_desc(C::No);
    if let Some((kind, no)) = page.after.as_ref().and_then(|after| after.key.rsplit_once('/')) {
        let no: i32 = no.parse().unwrap_or(i32::MAX);
        query = query
            .filter(Condition::any().add(C::SiteKind.gt(kind)).add(C::SiteKind.eq(kind).and(C::No.lt(no))));
    }
    Ok(query.limit(page.limit + 1).all(conn.raw()).await?)
}

/// Where the next page after this version starts.
pub fn cursor(row: &ChecklistRow) -> Cursor {
    Cursor { key: format!("{}/{}", row.site_kind, row.no), id: row.id }
}

pub async fn get(conn: &impl Conn, scope: Scope, id: Uuid) -> Result<Option<ChecklistRow>, Error> {
    Ok(get_many(conn, scope, vec![id]).await?.pop())
}

/// Whether a version is there. Held until the transaction ends: many may hold it, and nobody takes it away meanwhile.
pub async fn hold(tx: &Tx, county: Uuid, id: Uuid) -> Result<bool, Error> {
    let query = checklist::Entity::find_by_id(id).filter(C::CountyId.eq(county));
    let found = query.select_only().column(C::Version).lock(LockType::KeyShare);
    Ok(found.into_tuple::<i32>().one(tx.raw()).await?.is_some())
}

/// The versions of these ids that are in scope; for the feed.
pub async fn get_many(conn: &impl Conn, scope: Scope, ids: Vec<Uuid>) -> Result<Vec<ChecklistRow>, Error> {
    Ok(checklist::Entity::find().filter(scoped(scope)).filter(C::Id.is_in(ids)).all(conn.raw()).await?)
}

/// The versions that new visits use, one a kind.
pub async fn active(conn: &impl Conn, county: Uuid) -> Result<Vec<ChecklistRow>, Error> {
    Ok(checklist::Entity::find()
        .filter(C::CountyId.eq(county).and(C::Status.eq(ACTIVE)))
        .order_by_asc(C::SiteKind)
        .all(conn.raw())
        .await?)
}

/// The number of the newest version of a kind, in use or not; 0 when there is none.
pub async fn newest_no(conn: &impl Conn, county: Uuid, kind: &str) -> Result<i32, Error> {
    let found = checklist::Entity::find()
        .filter(C::CountyId.eq(county).and(C::SiteKind.eq(kind)))
        .order_by_desc(C::No)
        .one(conn.raw())
        .await?;
    Ok(found.map_or(0, |row| row.no))
}

pub async fn insert(tx: &Tx, row: ChecklistRow) -> Result<(), Error> {
    checklist::Entity::insert(row.into_active_model()).exec_without_returning(tx.raw()).await?;
    Ok(())
}

/// Takes a version out of use; false when somebody else did so first.
pub async fn retire(tx: &Tx, row: &ChecklistRow) -> Result<bool, Error> {
    let touched = checklist::Entity::update_many()
        .set(checklist::ActiveModel {
            status: Set(RETIRED.to_owned()),
            version: Set(row.version + 1),
            ..Default::default()
        })
        .filter(C::Id.eq(row.id).and(C::Version.eq(row.version)).and(C::Status.eq(ACTIVE)))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected == 1)
}
