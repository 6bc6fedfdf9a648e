//! What people found of photos themselves: proposals, and what the second person said.

use crate::{
    domain::{
        clock::Instant,
        evidence::verdict::VerdictState,
        page::{Cursor, PageRequest},
    },
    store::{Conn, Error, Tx, entity::photo_verdict},
};
use chrono::SecondsFormat;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use photo_verdict::Column as V;

/// A proposal as stored.
pub type Verdict = photo_verdict::Model;

/// Inserts unless this photo has one that is open or confirmed; the database decides when two propose at once.
pub async fn insert(tx: &Tx, row: Verdict) -> Result<bool, Error> {
    let rows = photo_verdict::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.raw())
        .await?;
    Ok(rows == 1)
}

pub async fn get(conn: &impl Conn, county: Uuid, id: Uuid) -> Result<Option<Verdict>, Error> {
    Ok(photo_verdict::Entity::find_by_id(id).filter(V::CountyId.eq(county)).one(conn.raw()).await?)
}

/// Everything that was ever proposed of one photo, newest first.
pub async fn of_file(conn: &impl Conn, county: Uuid, file: Uuid) -> Result<Vec<Verdict>, Error> {
    Ok(photo_verdict::Entity::find()
        .filter(V::CountyId.eq(county).and(V::FileId.eq(file)))
        .order_by_desc(V::ProposedAt)
        .order_by_desc(V::Id)
        .all(conn.raw())
        .await?)
}

/// Takes a proposal from one state to the next; false when somebody else did so first.
pub async fn decide(
    tx: &Tx,
    id: Uuid,
    (from, to): (VerdictState, VerdictState),
    by: Uuid,
    decision: String,
    at: Instant,
) -> Result<bool, Error> {
    let touched = photo_verdict::Entity::update_many()
        .col_expr(V::State, Expr::value(to.as_str()))
        .col_expr(V::DecidedBy, Expr::value(by))
        .col_expr(V::DecidedAt, Expr::value(at))
        .col_expr(V::Decision, Expr::value(decision))
        .col_expr(V::Version, Expr::col(V::Version).add(1))
        .filter(V::Id.eq(id).and(V::State.eq(from.as_str())))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected == 1)
}

/// One page of a county's, newest first.
pub async fn list(
    conn: &impl Conn,
    county: Uuid,
    state: Option<VerdictState>,
    page: &PageRequest,
) -> Result<Vec<Verdict>, Error> {
    let mut query = photo_verdict::Entity::find().filter(V::CountyId.eq(county));
    if let Some(state) = state {
        query = query.filter(V::State.eq(state.as_str()));
    }
    if let Some(Cursor { key, id }) = &page.after {
        let at = key.parse::<Instant>().unwrap_or_default();
        query = query
            .filter(Condition::any().add(V::ProposedAt.lt(at)).add(V::ProposedAt.eq(at).and(V::Id.lt(*id))));
    }
    Ok(query.order_by_desc(V::ProposedAt).order_by_desc(V::Id).limit(page.limit + 1).all(conn.raw()).await?)
}

/// Where the page after this one begins.
pub fn cursor(row: &Verdict) -> Cursor {
    Cursor { key: row.proposed_at.to_rfc3339_opts(SecondsFormat::Micros, true), id: row.id }
}
