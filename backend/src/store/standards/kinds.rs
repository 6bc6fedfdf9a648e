//! Kinds of sites.

use crate::{
    domain::people::scope::Scope,
    store::{Conn, Error, Tx, entity::site_kind},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Unchanged, ColumnTrait, Condition, EntityTrait, ExprTrait,
    IntoActiveModel, QueryFilter, QueryOrder, sea_query::Expr,
};
use uuid::Uuid;

use site_kind::Column as C;

pub type SiteKind = site_kind::Model;

/// Standards are open to every post of the county ("open-book exam", R38).
fn scoped(scope: Scope) -> Condition {
    match scope.county() {
        Some(county) => Condition::all().add(C::CountyId.eq(county)),
        None => Condition::all().add(Expr::val(1).eq(0)),
    }
}

/// All kinds in scope by key; there are a few dozen.
pub async fn list(conn: &impl Conn, scope: Scope) -> Result<Vec<SiteKind>, Error> {
    Ok(site_kind::Entity::find().filter(scoped(scope)).order_by_asc(C::Key).all(conn.raw()).await?)
}

/// The kinds of these ids that are in scope; for the feed.
pub async fn get_many(conn: &impl Conn, scope: Scope, ids: Vec<Uuid>) -> Result<Vec<SiteKind>, Error> {
    Ok(site_kind::Entity::find().filter(scoped(scope)).filter(C::Id.is_in(ids)).all(conn.raw()).await?)
}

pub async fn insert(tx: &Tx, kind: SiteKind) -> Result<(), Error> {
    site_kind::Entity::insert(kind.into_active_model()).exec_without_returning(tx.raw()).await?;
    Ok(())
}

/// Writes the next version; false when somebody else wrote it first.
pub async fn update(tx: &Tx, kind: SiteKind) -> Result<bool, Error> {
    let (id, before) = (kind.id, kind.version - 1);
    let mut row = kind.into_active_model().reset_all();
    row.id = Unchanged(id);
    let touched = site_kind::Entity::update_many()
        .set(row)
        .filter(C::Id.eq(id).and(C::Version.eq(before)))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected == 1)
}
