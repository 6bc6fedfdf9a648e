//! Requests of units: rows beside their ticket, at most one open one of a kind.

use crate::{
    domain::{
        clock::Instant,
        people::role::UnitKind,
        tickets::request::{Asked, RequestState},
    },
    store::{Conn, Error, Tx, entity::ticket_request},
};
use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, OnConflict, SelectStatement},
};
use uuid::Uuid;

use ticket_request::Column as R;

/// A request with its words read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub id: Uuid,
    pub county_id: Uuid,
    pub ticket_id: Uuid,
    pub what: Asked,
    pub state: RequestState,
    pub reason: String,
    pub wanted_day: Option<NaiveDate>,
    pub measure: String,
    pub unit_kind: Option<UnitKind>,
    pub unit_id: Option<Uuid>,
    pub asked_by: Uuid,
    pub asked_post: Uuid,
    pub asked_at: Instant,
    pub operation_id: Uuid,
    pub decided_by: Option<Uuid>,
    pub decided_at: Option<Instant>,
    pub note: String,
    pub day: Option<NaiveDate>,
    pub wrongly_routed: bool,
    pub decision_id: Option<Uuid>,
    pub project_id: Option<Uuid>,
}

impl TryFrom<ticket_request::Model> for Request {
    type Error = Error;

    fn try_from(m: ticket_request::Model) -> Result<Self, Error> {
        let wrong = |column, value: &str| Error::Inconsistent {
            table: "ticket_request",
            column,
            value: value.to_owned(),
        };
        Ok(Self {
            what: Asked::parse(&m.what).ok_or_else(|| wrong("what", &m.what))?,
            state: RequestState::parse(&m.state).ok_or_else(|| wrong("state", &m.state))?,
            unit_kind: m.unit_kind.as_deref().and_then(UnitKind::parse),
            wanted_day: m.wanted_day.and_then(|day| day.parse().ok()),
            day: m.day.and_then(|day| day.parse().ok()),
            id: m.id,
            county_id: m.county_id,
            ticket_id: m.ticket_id,
            reason: m.reason,
            measure: m.measure,
            unit_id: m.unit_id,
            asked_by: m.asked_by,
            asked_post: m.asked_post,
            asked_at: m.asked_at,
            operation_id: m.operation_id,
            decided_by: m.decided_by,
            decided_at: m.decided_at,
            note: m.note,
            wrongly_routed: m.wrongly_routed,
            decision_id: m.decision_id,
            project_id: m.project_id,
        })
    }
}

/// Inserts unless its ticket has an open one of the kind, or the id is taken; the database decides when two ask at once.
pub async fn insert(tx: &Tx, request: Request) -> Result<bool, Error> {
    let row = ticket_request::Model {
        id: request.id,
        county_id: request.county_id,
        ticket_id: request.ticket_id,
        what: request.what.as_str().to_owned(),
        state: request.state.as_str().to_owned(),
        reason: request.reason,
        wanted_day: request.wanted_day.map(|day| day.to_string()),
        measure: request.measure,
        unit_kind: request.unit_kind.map(|kind| kind.as_str().to_owned()),
        unit_id: request.unit_id,
        asked_by: request.asked_by,
        asked_post: request.asked_post,
        asked_at: request.asked_at,
        operation_id: request.operation_id,
        decided_by: request.decided_by,
        decided_at: request.decided_at,
        note: request.note,
        day: request.day.map(|day| day.to_string()),
        wrongly_routed: request.wrongly_routed,
        decision_id: request.decision_id,
        project_id: request.project_id,
    };
    let rows = ticket_request::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.raw())
        .await?;
    Ok(rows == 1)
}

/// A request about this ticket. The ticket is locked before, so nobody else decides meanwhile.
pub async fn get(conn: &impl Conn, ticket: Uuid, id: Uuid) -> Result<Option<Request>, Error> {
    ticket_request::Entity::find_by_id(id)
        .filter(R::TicketId.eq(ticket))
        .one(conn.raw())
        .await?
        .map(Request::try_from)
        .transpose()
}

/// All requests about these tickets, oldest first.
pub async fn of_tickets(conn: &impl Conn, tickets: Vec<Uuid>) -> Result<Vec<Request>, Error> {
    ticket_request::Entity::find()
        .filter(R::TicketId.is_in(tickets))
        .order_by_asc(R::AskedAt)
        .order_by_asc(R::Id)
        .all(conn.raw())
        .await?
        .into_iter()
        .map(Request::try_from)
        .collect()
}

/// What became of a request.
#[derive(Debug, Clone)]
pub struct Decided {
    pub state: RequestState,
    pub by: Uuid,
    pub at: Instant,
    pub operation_id: Uuid,
    pub note: String,
    pub day: Option<NaiveDate>,
    pub unit: Option<(UnitKind, Uuid)>,
    pub wrongly_routed: bool,
}

/// Writes what became of a request.
pub async fn decide(tx: &Tx, id: Uuid, decided: Decided) -> Result<(), Error> {
    let mut update = ticket_request::Entity::update_many()
        .col_expr(R::State, Expr::value(decided.state.as_str()))
        .col_expr(R::DecidedBy, Expr::value(decided.by))
        .col_expr(R::DecidedAt, Expr::value(decided.at))
        .col_expr(R::DecisionId, Expr::value(decided.operation_id))
        .col_expr(R::Note, Expr::value(decided.note))
        .col_expr(R::Day, Expr::value(decided.day.map(|day| day.to_string())))
        .col_expr(R::WronglyRouted, Expr::value(decided.wrongly_routed));
    if let Some((kind, unit)) = decided.unit {
        update =
            update.col_expr(R::UnitKind, Expr::value(kind.as_str())).col_expr(R::UnitId, Expr::value(unit));
    }
    update.filter(R::Id.eq(id)).exec(tx.raw()).await?;
    Ok(())
}

/// Open requests about a ticket that ended or went to another unit.
pub async fn lapse(tx: &Tx, ticket: Uuid, at: Instant) -> Result<(), Error> {
    ticket_request::Entity::update_many()
        .col_expr(R::State, Expr::value(RequestState::Lapsed.as_str()))
        .col_expr(R::DecidedAt, Expr::value(at))
        .filter(R::TicketId.eq(ticket).and(R::State.eq(RequestState::Open.as_str())))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// The tickets of a county of which something in this state is asked.
pub(super) fn tickets_with(county: Uuid, state: RequestState) -> SelectStatement {
    ticket_request::Entity::find()
        .select_only()
        .column(R::TicketId)
        .filter(R::CountyId.eq(county).and(R::State.eq(state.as_str())))
        .into_query()
}
