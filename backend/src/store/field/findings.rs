//! Findings 问题: faults that somebody saw; many may belong to one ticket.

use crate::{
    domain::{clock::Instant, people::scope::Scope},
    store::{Conn, Error, Tx, entity::finding},
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use finding::Column as C;

/// It opened its ticket, or counts among its sightings.
pub const TICKETED: &str = "ticketed";
/// Of a hidden round, at a ticket that others may read: it counts once its round is released.
pub const WAITING: &str = "waiting";
pub const SCORED: &str = "scored";
pub const WITHDRAWN: &str = "withdrawn";

/// A finding as stored.
pub type FindingRow = finding::Model;

/// Inserts those that are not there yet; answers how many were new.
pub async fn insert(tx: &Tx, rows: Vec<FindingRow>) -> Result<u64, Error> {
    if rows.is_empty() {
        return Ok(0);
    }
    Ok(finding::Entity::insert_many(rows.into_iter().map(IntoActiveModel::into_active_model))
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.raw())
        .await?)
}

/// Findings of a visit.
pub async fn of_inspection(
    conn: &impl Conn,
    county: Uuid,
    inspection: Uuid,
) -> Result<Vec<FindingRow>, Error> {
    Ok(finding::Entity::find()
        .filter(C::CountyId.eq(county).and(C::InspectionId.eq(inspection)))
        .order_by_asc(C::ItemCode)
        .all(conn.raw())
        .await?)
}

/// Findings of these visits.
pub async fn of_inspections(
    conn: &impl Conn,
    county: Uuid,
    inspections: Vec<Uuid>,
) -> Result<Vec<FindingRow>, Error> {
    Ok(finding::Entity::find()
        .filter(C::CountyId.eq(county).and(C::InspectionId.is_in(inspections)))
        .all(conn.raw())
        .await?)
}

/// The newest findings that were reported at a site outside a visit; hidden and foreign ones too.
pub async fn reported_at(
    conn: &impl Conn,
    county: Uuid,
    site: Uuid,
    limit: u64,
) -> Result<Vec<FindingRow>, Error> {
    Ok(finding::Entity::find()
        .filter(C::CountyId.eq(county).and(C::SiteId.eq(site)).and(C::InspectionId.is_null()))
        .order_by_desc(C::ObservedAt)
        .limit(limit)
        .all(conn.raw())
        .await?)
}

/// Findings behind a ticket that the caller has already been given, first seen first; hidden ones for the county only.
pub async fn of_ticket(
    conn: &impl Conn,
    scope: Scope,
    now: Instant,
    ticket: Uuid,
) -> Result<Vec<FindingRow>, Error> {
    Ok(finding::Entity::find()
        .filter(C::TicketId.eq(ticket))
        .filter(scoped(scope, now))
        .order_by_asc(C::ObservedAt)
        .all(conn.raw())
        .await?)
}

/// Hidden rounds do not exist for whoever repairs.
fn scoped(scope: Scope, now: Instant) -> Condition {
    let all = Condition::all();
    match scope {
        Scope::Platform => all.add(Expr::val(1).eq(0)),
        Scope::County { county } => all.add(C::CountyId.eq(county)),
        Scope::Department { county, .. } | Scope::Township { county, .. } | Scope::Village { county, .. } => {
            all.add(C::CountyId.eq(county)).add(C::VisibleFrom.lte(now))
        }
        Scope::Own { county, person } => all
            .add(C::CountyId.eq(county))
            .add(Condition::any().add(C::VisibleFrom.lte(now)).add(C::PersonId.eq(person))),
    }
}

/// Operations behind a ticket whose round is still hidden, except the one that opened it.
pub async fn hidden_operations(
    conn: &impl Conn,
    county: Uuid,
    ticket: Uuid,
    opened_by: Uuid,
) -> Result<Vec<Uuid>, Error> {
    Ok(finding::Entity::find()
        .select_only()
        .column(C::OperationId)
        .filter(C::CountyId.eq(county).and(C::TicketId.eq(ticket)).and(C::Id.ne(opened_by)))
        .filter(C::VisibleFrom.is_null())
        .into_tuple()
        .all(conn.raw())
        .await?)
}

/// Whether sightings of hidden rounds wait at this ticket.
pub async fn any_waiting(conn: &impl Conn, county: Uuid, ticket: Uuid) -> Result<bool, Error> {
    let row = finding::Entity::find()
        .filter(C::CountyId.eq(county).and(C::TicketId.eq(ticket)).and(C::State.eq(WAITING)))
        .one(conn.raw())
        .await?;
    Ok(row.is_some())
}

/// Lets whoever repairs see these findings of visits from `at` on; answers those that were hidden, as they were, oldest first.
pub async fn release(
    tx: &Tx,
    county: Uuid,
    inspections: Vec<Uuid>,
    at: Instant,
) -> Result<Vec<FindingRow>, Error> {
    let mut released = Vec::new();
    for chunk in inspections.chunks(500) {
        let hidden = C::CountyId
            .eq(county)
            .and(C::InspectionId.is_in(chunk.iter().copied()))
            .and(C::VisibleFrom.is_null());
        released.extend(finding::Entity::find().filter(hidden.clone()).all(tx.raw()).await?);
        finding::Entity::update_many()
            .col_expr(C::VisibleFrom, Expr::value(at))
            .filter(hidden.clone())
            .exec(tx.raw())
            .await?;
        finding::Entity::update_many()
            .col_expr(C::State, Expr::value(TICKETED))
            .filter(C::CountyId.eq(county).and(C::InspectionId.is_in(chunk.iter().copied())))
            .filter(C::State.eq(WAITING))
            .exec(tx.raw())
            .await?;
    }
    released.sort_by_key(|finding| (finding.accepted_at, finding.id));
    Ok(released)
}

/// The finding that opened a ticket is shown with it.
pub async fn show(tx: &Tx, county: Uuid, id: Uuid, at: Instant) -> Result<(), Error> {
    finding::Entity::update_many()
        .col_expr(C::VisibleFrom, Expr::value(at))
        .filter(C::CountyId.eq(county).and(C::Id.eq(id)).and(C::VisibleFrom.is_null()))
        .exec(tx.raw())
        .await?;
    Ok(())
}

/// Moves the findings of a ticket to the one that it was merged into; answers the operations that told of them.
pub async fn move_to(tx: &Tx, county: Uuid, from: Uuid, to: Uuid) -> Result<Vec<Uuid>, Error> {
    let theirs = C::CountyId.eq(county).and(C::TicketId.eq(from));
    let operations: Vec<Uuid> = finding::Entity::find()
        .select_only()
        .column(C::OperationId)
        .filter(theirs.clone())
        .into_tuple()
        .all(tx.raw())
        .await?;
    finding::Entity::update_many()
        .col_expr(C::TicketId, Expr::value(to))
        .filter(theirs)
        .exec(tx.raw())
        .await?;
    Ok(operations)
}

/// Marks findings that their author withdrew in a correction.
pub async fn withdraw(tx: &Tx, county: Uuid, ids: Vec<Uuid>) -> Result<(), Error> {
    finding::Entity::update_many()
        .col_expr(C::State, Expr::value(WITHDRAWN))
        .filter(C::CountyId.eq(county).and(C::Id.is_in(ids)))
        .exec(tx.raw())
        .await?;
    Ok(())
}
