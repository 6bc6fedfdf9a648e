//! Tickets that a department has for a while, each with its own clock. A short cut to what the tickets' events say.

use crate::{
    domain::{
        clock::Instant,
        duties::referral::{ReferralState, Referred},
        people::scope::Scope,
    },
    store::{
        Conn, Error, Tx,
        entity::{referral, ticket},
        tickets,
    },
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, IntoSimpleExpr, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
    sea_query::{Expr, SelectStatement},
};
use std::collections::HashMap;
use uuid::Uuid;

use referral::Column as C;

/// A referral as stored.
pub type ReferralRow = referral::Model;

pub async fn insert(tx: &Tx, row: ReferralRow) -> Result<(), Error> {
    referral::Entity::insert(row.into_active_model()).exec_without_returning(tx.raw()).await?;
    Ok(())
}

/// Ends the open referral of a ticket, if there is one. The ticket is locked before.
pub async fn end(
    tx: &Tx,
    ticket: Uuid,
    state: ReferralState,
    at: Instant,
    note: String,
) -> Result<(), Error> {
    referral::Entity::update_many()
        .col_expr(C::State, Expr::value(state.as_str()))
        .col_expr(C::EndedAt, Expr::value(at))
        .col_expr(C::Late, Expr::col(C::DueAt).lt(at))
        .col_expr(C::Note, Expr::value(note))
        .filter(C::TicketId.eq(ticket).and(C::State.eq(ReferralState::Open.as_str())))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// The newest referral of each of these tickets.
pub async fn newest(conn: &impl Conn, tickets: Vec<Uuid>) -> Result<HashMap<Uuid, ReferralRow>, Error> {
    let rows = referral::Entity::find()
        .filter(C::TicketId.is_in(tickets))
        .order_by_asc(C::GivenAt)
        .order_by_asc(C::Id)
        .all(conn.raw())
        .await?;
    Ok(rows.into_iter().map(|row| (row.ticket_id, row)).collect())
}

/// The tickets of which a department was asked, of one department or of all, standing so.
pub(in crate::store) fn tickets_with(
    county: Uuid,
    department: Option<Uuid>,
    which: Option<Referred>,
    now: Instant,
) -> SelectStatement {
    referral::Entity::find()
        .select_only()
        .column(C::TicketId)
        .filter(C::CountyId.eq(county))
        .filter(Condition::all().add_option(which.map(|which| standing(which, now))))
        .filter(Condition::all().add_option(department.map(|id| C::DepartmentId.eq(id))))
        .into_query()
}

fn standing(which: Referred, now: Instant) -> Expr {
    let is = |state: ReferralState| C::State.eq(state.as_str());
    match which {
        Referred::Open => is(ReferralState::Open),
        Referred::Overdue => is(ReferralState::Open).and(C::DueAt.lt(now)),
        Referred::Ended => C::State.ne(ReferralState::Open.as_str()),
        Referred::Done => is(ReferralState::Done),
        Referred::DoneLate => is(ReferralState::Done).and(C::Late.eq(true)),
        Referred::Returned => is(ReferralState::Returned),
    }
}

/// How many tickets in scope each department was asked about and that stand so: the rows of the list with the same filters. The last
/// number is that of all departments, where a ticket of two counts once.
pub async fn count(
    conn: &impl Conn,
    scope: Scope,
    which: Referred,
    now: Instant,
) -> Result<(HashMap<Uuid, i64>, i64), Error> {
    let Some(county) = scope.county() else { return Ok((HashMap::new(), 0)) };
    let department = match scope {
        Scope::Department { department, .. } => Some(department),
        _ => None,
    };
    let seen = ticket::Entity::find()
        .select_only()
        .column(ticket::Column::Id)
        .filter(tickets::scoped(scope, now))
        .into_query();
    let asked = referral::Entity::find()
        .select_only()
        .filter(C::CountyId.eq(county).and(standing(which, now)))
        .filter(Condition::all().add_option(department.map(|id| C::DepartmentId.eq(id))))
        .filter(C::TicketId.in_subquery(seen));
    let different = || C::TicketId.into_simple_expr().count_distinct();
    let each: Vec<(Uuid, i64)> = asked
        .clone()
        .column(C::DepartmentId)
        .column_as(different(), "n")
        .group_by(C::DepartmentId)
        .into_tuple()
        .all(conn.raw())
        .await?;
    let all: Option<i64> = asked.column_as(different(), "n").into_tuple().one(conn.raw()).await?;
    Ok((each.into_iter().collect(), all.unwrap_or_default()))
}
