//! Who answers for an honoured place: one post at a time, the former ones stay on record.

use crate::{
    domain::clock::Instant,
    store::{Conn, Error, Tx, entity::liaison},
};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use liaison::Column as C;

/// A liaison as stored.
pub type LiaisonRow = liaison::Model;

/// The present liaisons of these places.
pub async fn of_subjects(
    conn: &impl Conn,
    county: Uuid,
    subjects: Vec<Uuid>,
) -> Result<Vec<LiaisonRow>, Error> {
    let mut rows = Vec::new();
    for chunk in subjects.chunks(500) {
        rows.extend(
            liaison::Entity::find()
                .filter(C::CountyId.eq(county).and(C::EndedAt.is_null()))
                .filter(C::SubjectId.is_in(chunk.iter().copied()))
                .all(conn.raw())
                .await?,
        );
    }
    Ok(rows)
}

/// What this post answers for now.
pub async fn of_post(conn: &impl Conn, post: Uuid) -> Result<Vec<LiaisonRow>, Error> {
    Ok(liaison::Entity::find()
        .filter(C::PostId.eq(post).and(C::EndedAt.is_null()))
        .order_by_asc(C::Id)
        .all(conn.raw())
        .await?)
}

pub async fn get(conn: &impl Conn, county: Uuid, id: Uuid) -> Result<Option<LiaisonRow>, Error> {
    Ok(liaison::Entity::find_by_id(id).filter(C::CountyId.eq(county)).one(conn.raw()).await?)
}

/// Ends whoever answers for a place; false when nobody did.
pub async fn end_of(tx: &Tx, county: Uuid, subject: Uuid, at: Instant, reason: &str) -> Result<bool, Error> {
    let touched = liaison::Entity::update_many()
        .col_expr(C::EndedAt, Expr::value(at))
        .col_expr(C::Reason, Expr::value(reason))
        .filter(C::CountyId.eq(county).and(C::SubjectId.eq(subject)).and(C::EndedAt.is_null()))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected > 0)
}

/// Inserts unless somebody else was named meanwhile; the database decides.
pub async fn insert(tx: &Tx, row: LiaisonRow) -> Result<bool, Error> {
    let rows = liaison::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.raw())
        .await?;
    Ok(rows == 1)
}
