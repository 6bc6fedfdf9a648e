//! Bytes erased by two people: the requests, and the tombstones that stay where bytes were (decisions.md 4).

use super::files::{Concerned, lock_operations, tickets_of};
use crate::{
    domain::{
        clock::Instant,
        field::media::Sha256,
        page::{Cursor, PageRequest},
    },
    store::{
        Conn, Error, Tx,
        entity::{erasure, file, operation_file, upload},
    },
};
use chrono::SecondsFormat;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use std::collections::HashSet;
use uuid::Uuid;

use erasure::Column as E;
use operation_file::Column as F;

/// A request as stored.
pub type Erasure = erasure::Model;

pub const ASKED: &str = "asked";
pub const ERASED: &str = super::files::ERASED;
pub const WITHDRAWN: &str = "withdrawn";

/// Inserts unless these bytes have an open request or are erased already; the database decides when two ask at once.
pub async fn insert(tx: &Tx, row: Erasure) -> Result<bool, Error> {
    let rows = erasure::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.raw())
        .await?;
    Ok(rows == 1)
}

pub async fn get(conn: &impl Conn, county: Uuid, id: Uuid) -> Result<Option<Erasure>, Error> {
    Ok(erasure::Entity::find_by_id(id).filter(E::CountyId.eq(county)).one(conn.raw()).await?)
}

/// The request for these bytes that is open or was carried out.
pub async fn of_bytes(conn: &impl Conn, county: Uuid, sha256: Sha256) -> Result<Option<Erasure>, Error> {
    Ok(erasure::Entity::find()
        .filter(E::CountyId.eq(county).and(E::Sha256.eq(sha256.to_string())).and(E::State.ne(WITHDRAWN)))
        .one(conn.raw())
        .await?)
}

/// Ends an open request; false when somebody else ended it first.
pub async fn decide(
    tx: &Tx,
    id: Uuid,
    state: &str,
    by: Uuid,
    decision: String,
    at: Instant,
) -> Result<bool, Error> {
    let touched = erasure::Entity::update_many()
        .col_expr(E::State, Expr::value(state))
        .col_expr(E::DecidedBy, Expr::value(by))
        .col_expr(E::DecidedAt, Expr::value(at))
        .col_expr(E::Decision, Expr::value(decision))
        .col_expr(E::Version, Expr::col(E::Version).add(1))
        .filter(E::Id.eq(id).and(E::State.eq(ASKED)))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected == 1)
}

/// One page of a county's requests, newest first.
pub async fn list(
    conn: &impl Conn,
    county: Uuid,
    state: Option<&str>,
    page: &PageRequest,
) -> Result<Vec<Erasure>, Error> {
    let mut query = erasure::Entity::find().filter(E::CountyId.eq(county));
    if let Some(state) = state {
        query = query.filter(E::State.eq(state));
    }
    if let Some(Cursor { key, id }) = &page.after {
        let at = key.parse::<Instant>().unwrap_or_default();
        query =
            query.filter(Condition::any().add(E::AskedAt.lt(at)).add(E::AskedAt.eq(at).and(E::Id.lt(*id))));
    }
    Ok(query.order_by_desc(E::AskedAt).order_by_desc(E::Id).limit(page.limit + 1).all(conn.raw()).await?)
}

/// Where the next page after this request starts.
pub fn cursor(row: &Erasure) -> Cursor {
    Cursor { key: row.asked_at.to_rfc3339_opts(SecondsFormat::Micros, true), id: row.id }
}

/// Puts the tombstone where the bytes are: they are no longer shown, taken in or copied from now on.
pub async fn bury(tx: &Tx, county: Uuid, sha256: Sha256, at: Instant) -> Result<(), Error> {
    file::Entity::update_many()
        .col_expr(file::Column::ErasedAt, Expr::value(at))
        .col_expr(file::Column::Derivatives, Expr::value("none"))
        .filter(file::Column::CountyId.eq(county).and(file::Column::Sha256.eq(sha256.to_string())))
        .filter(file::Column::ErasedAt.is_null())
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// Marks erased bytes wherever an operation names them, and answers what this changed. Harmless to repeat.
pub async fn mark(tx: &Tx, county: Uuid, sha256: Sha256) -> Result<Concerned, Error> {
    let named = F::CountyId.eq(county).and(F::Sha256.eq(sha256.to_string())).and(F::State.ne(ERASED));
    let ids: Vec<Uuid> = operation_file::Entity::find()
        .select_only()
        .column(F::OperationId)
        .filter(named.clone())
        .into_tuple()
        .all(tx.raw())
        .await?;
    lock_operations(tx, &ids.into_iter().collect()).await?;
    let rows = operation_file::Entity::update_many()
        .col_expr(F::State, Expr::value(ERASED))
        .filter(named)
        .exec_with_returning(tx.raw())
        .await?;
    let visits = rows.iter().filter(|row| row.subject == "inspection");
    Ok(Concerned {
        operations: rows.iter().map(|row| row.operation_id).collect(),
        tickets: tickets_of(&rows),
        inspections: visits.map(|row| row.subject_id).collect(),
    })
}

/// Uploads of these bytes that are under way; their staged bytes go too.
pub async fn uploads(conn: &impl Conn, county: Uuid, sha256: Sha256) -> Result<Vec<Uuid>, Error> {
    Ok(upload::Entity::find()
        .select_only()
        .column(upload::Column::Id)
        .filter(upload::Column::CountyId.eq(county).and(upload::Column::Sha256.eq(sha256.to_string())))
        .into_tuple()
        .all(conn.raw())
        .await?)
}

/// Notes that storage holds nothing of these bytes any more.
pub async fn bytes_gone(tx: &Tx, county: Uuid, sha256: Sha256, at: Instant) -> Result<(), Error> {
    erasure::Entity::update_many()
        .col_expr(E::BytesGoneAt, Expr::value(at))
        .filter(E::CountyId.eq(county).and(E::Sha256.eq(sha256.to_string())).and(E::State.eq(ERASED)))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// Erased bytes that storage may still hold: decided, and never reported gone.
pub async fn unfinished(conn: &impl Conn, limit: u64) -> Result<Vec<Erasure>, Error> {
    Ok(erasure::Entity::find()
        .filter(E::State.eq(ERASED).and(E::BytesGoneAt.is_null()))
        .limit(limit)
        .all(conn.raw())
        .await?)
}

/// The erased files among those that these operations name; for phones that still hold the bytes.
pub async fn of_operations(conn: &impl Conn, operations: Vec<Uuid>) -> Result<HashSet<Uuid>, Error> {
    let mut found = HashSet::new();
    for chunk in operations.chunks(500) {
        found.extend(
            operation_file::Entity::find()
                .select_only()
                .column(F::FileId)
                .filter(F::OperationId.is_in(chunk.iter().copied()).and(F::State.eq(ERASED)))
                .into_tuple::<Uuid>()
                .all(conn.raw())
                .await?,
        );
    }
    Ok(found)
}
