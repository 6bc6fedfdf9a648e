//! What townships say to their colours: appeals, and plans.

use crate::{
    domain::{
        clock::Instant,
        colours::colour::{AppealState, Colour},
    },
    store::{
        Conn, Error, Tx,
        entity::{colour_appeal, colour_plan},
    },
};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use colour_appeal::Column as A;
use colour_plan::Column as P;

/// As stored.
pub type Appeal = colour_appeal::Model;
pub type Plan = colour_plan::Model;

/// Inserts unless the month has one; the database decides when two appeal at once.
pub async fn insert(tx: &Tx, row: Appeal) -> Result<bool, Error> {
    let rows = colour_appeal::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.raw())
        .await?;
    Ok(rows == 1)
}

/// The appeals against these months, which the caller has been given already.
pub async fn of_months(conn: &impl Conn, months: Vec<Uuid>) -> Result<Vec<Appeal>, Error> {
    Ok(colour_appeal::Entity::find().filter(A::ColourId.is_in(months)).all(conn.raw()).await?)
}

/// Decides an open one; false when somebody did so first.
pub async fn decide(
    tx: &Tx,
    id: Uuid,
    (to, colour): (AppealState, Option<Colour>),
    by: Uuid,
    note: String,
    at: Instant,
) -> Result<bool, Error> {
    let touched = colour_appeal::Entity::update_many()
        .col_expr(A::State, Expr::value(to.as_str()))
        .col_expr(A::Colour, Expr::value(colour.map(Colour::as_str)))
        .col_expr(A::DecidedBy, Expr::value(by))
        .col_expr(A::DecidedAt, Expr::value(at))
        .col_expr(A::Note, Expr::value(note))
        .filter(A::Id.eq(id).and(A::State.eq(AppealState::Open.as_str())))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected == 1)
}

pub async fn insert_plan(tx: &Tx, row: Plan) -> Result<(), Error> {
    colour_plan::Entity::insert(row.into_active_model()).exec_without_returning(tx.raw()).await?;
    Ok(())
}

/// The plans after these months, newest first.
pub async fn plans_of(conn: &impl Conn, months: Vec<Uuid>) -> Result<Vec<Plan>, Error> {
    Ok(colour_plan::Entity::find()
        .filter(P::ColourId.is_in(months))
        .order_by_desc(P::MadeAt)
        .order_by_desc(P::Id)
        .all(conn.raw())
        .await?)
}
