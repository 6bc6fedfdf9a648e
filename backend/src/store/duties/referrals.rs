//! Tickets that a department has for a while, each with its own clock. A short cut to what the tickets' events say.

use crate::{
    domain::{
        clock::Instant,
        duties::referral::{ReferralState, Referred},
    },
    store::{Conn, Error, Tx, entity::referral},
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, FromQueryResult, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
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

/// The tickets whose referral stands so, of one department or of all.
pub(in crate::store) fn tickets_with(
    county: Uuid,
    department: Option<Uuid>,
    which: Referred,
    now: Instant,
) -> SelectStatement {
    let open = C::State.eq(ReferralState::Open.as_str());
    let which = match which {
        Referred::Open => open,
        Referred::Overdue => open.and(C::DueAt.lt(now)),
        Referred::Ended => C::State.ne(ReferralState::Open.as_str()),
    };
    referral::Entity::find()
        .select_only()
        .column(C::TicketId)
        .filter(C::CountyId.eq(county).and(which))
        .filter(Condition::all().add_option(department.map(|id| C::DepartmentId.eq(id))))
        .into_query()
}

/// Sums over the referrals of one department that stand alike.
#[derive(Debug, FromQueryResult)]
pub struct Sum {
    pub department_id: Uuid,
    pub state: String,
    pub late: bool,
    pub n: i64,
}

/// How many referrals of each department stand how; of open ones `late` says whether their day has passed.
pub async fn sums(conn: &impl Conn, county: Uuid, now: Instant) -> Result<Vec<Sum>, Error> {
    let count = |open: bool, late: Option<bool>| {
        let state = C::State.eq(ReferralState::Open.as_str());
        let mut query = referral::Entity::find()
            .select_only()
            .columns([C::DepartmentId, C::State, C::Late])
            .column_as(C::Id.count(), "n")
            .filter(C::CountyId.eq(county))
            .filter(if open { state } else { state.not() });
        if let Some(late) = late {
            query = query.filter(if late { C::DueAt.lt(now) } else { C::DueAt.gte(now) });
        }
        query.group_by(C::DepartmentId).group_by(C::State).group_by(C::Late).into_model::<Sum>()
    };
    let mut rows = count(false, None).all(conn.raw()).await?;
    rows.extend(
        count(true, Some(false)).all(conn.raw()).await?.into_iter().map(|row| Sum { late: false, ..row }),
    );
    rows.extend(
        count(true, Some(true)).all(conn.raw()).await?.into_iter().map(|row| Sum { late: true, ..row }),
    );
    Ok(rows)
}
