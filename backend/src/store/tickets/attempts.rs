//! Attempts 整改反馈: each claim that a ticket is repaired.

use crate::{
    domain::clock::Instant,
    store::{Conn, Error, Tx, entity::attempt},
};
use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use std::collections::HashSet;
use uuid::Uuid;

/// One claim, as stored. States: `recorded`, `submitted`, `passed`, `failed`.
pub type Attempt = attempt::Model;

/// Inserts unless this id is already there (a repeat under another operation keeps the first).
pub async fn insert(tx: &Tx, attempt: Attempt) -> Result<bool, Error> {
    let rows = attempt::Entity::insert(attempt.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.raw())
        .await?;
    Ok(rows == 1)
}

/// An attempt of this ticket.
pub async fn get(conn: &impl Conn, ticket: Uuid, id: Uuid) -> Result<Option<Attempt>, Error> {
    Ok(attempt::Entity::find_by_id(id).filter(attempt::Column::TicketId.eq(ticket)).one(conn.raw()).await?)
}

/// All attempts of these tickets, oldest first.
pub async fn of_tickets(conn: &impl Conn, tickets: Vec<Uuid>) -> Result<Vec<Attempt>, Error> {
    Ok(attempt::Entity::find()
        .filter(attempt::Column::TicketId.is_in(tickets))
        .order_by_asc(attempt::Column::TicketId)
        .order_by_asc(attempt::Column::No)
        .all(conn.raw())
        .await?)
}

/// Of these operations those that recorded an attempt which nobody has put forward: no claim yet.
pub async fn not_put_forward(conn: &impl Conn, operations: Vec<Uuid>) -> Result<HashSet<Uuid>, Error> {
    let rows: Vec<Uuid> = attempt::Entity::find()
        .select_only()
        .column(attempt::Column::OperationId)
        .filter(attempt::Column::OperationId.is_in(operations))
        .filter(attempt::Column::State.eq("recorded"))
        .into_tuple()
        .all(conn.raw())
        .await?;
    Ok(rows.into_iter().collect())
}

/// Marks an attempt as the one put forward for checking.
pub async fn mark_submitted(
    tx: &Tx,
    id: Uuid,
    by: Uuid,
    observed_at: Instant,
    accepted_at: Instant,
) -> Result<(), Error> {
    use attempt::Column as A;
    attempt::Entity::update_many()
        .col_expr(A::State, Expr::value("submitted"))
        .col_expr(A::SubmittedBy, Expr::value(by))
        .col_expr(A::SubmittedAt, Expr::value(observed_at))
        .col_expr(A::SubmittedAcceptedAt, Expr::value(accepted_at))
        .filter(A::Id.eq(id))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// Writes the verdict of a check.
pub async fn mark_verified(
    tx: &Tx,
    id: Uuid,
    passed: bool,
    by: Uuid,
    at: Instant,
    reason: Option<String>,
    note: String,
) -> Result<(), Error> {
    use attempt::Column as A;
    attempt::Entity::update_many()
        .col_expr(A::State, Expr::value(if passed { "passed" } else { "failed" }))
        .col_expr(A::VerifiedBy, Expr::value(by))
        .col_expr(A::VerifiedAt, Expr::value(at))
        .col_expr(A::Reason, Expr::value(reason))
        .col_expr(A::VerdictNote, Expr::value(note))
        .filter(A::Id.eq(id))
        .exec(tx.raw())
        .await?;
    Ok(())
}
