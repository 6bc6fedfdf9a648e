//! Findings 问题: faults that somebody saw; many may belong to one ticket.

use crate::store::{Conn, Error, Tx, entity::finding};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use finding::Column as C;

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

/// Findings behind a ticket, first seen first.
pub async fn of_ticket(conn: &impl Conn, county: Uuid, ticket: Uuid) -> Result<Vec<FindingRow>, Error> {
    Ok(finding::Entity::find()
        .filter(C::CountyId.eq(county).and(C::TicketId.eq(ticket)))
        .order_by_asc(C::ObservedAt)
        .all(conn.raw())
        .await?)
}

/// Marks findings that their author withdrew in a correction.
pub async fn withdraw(tx: &Tx, county: Uuid, ids: Vec<Uuid>) -> Result<(), Error> {
    finding::Entity::update_many()
        .col_expr(C::State, Expr::value("withdrawn"))
        .filter(C::CountyId.eq(county).and(C::Id.is_in(ids)))
        .exec(tx.raw())
        .await?;
    Ok(())
}
