//! Photos as somebody may see them: what a scope contains, by place or by a ticket, and only once it is released.

use super::{
    files::{ERASED, STORED, StoredFile, stored_file},
    named::genuine,
};
use crate::{
    domain::{clock::Instant, field::media::Sha256, people::scope::Scope, tickets::State},
    store::{
        Conn, Error,
        entity::{file, operation_file},
    },
};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    sea_query::{Condition, Expr, Query, SelectStatement},
};
use std::collections::HashMap;
use uuid::Uuid;

/// A photo as somebody may see it.
#[derive(Debug, Clone)]
pub struct VisiblePhoto {
    pub county_id: Uuid,
    pub sha256: Sha256,
    /// `None` while it is on its way.
    pub file: Option<StoredFile>,
    pub operation_id: Uuid,
}

/// The photo of this id, if it is named by something that the scope contains and that is released to it. The person's own are always theirs.
pub async fn photo(
    conn: &impl Conn,
    scope: Scope,
    person: Uuid,
    now: Instant,
    file_id: Uuid,
) -> Result<Option<VisiblePhoto>, Error> {
    Ok(photos(conn, scope, person, now, vec![file_id]).await?.remove(&file_id))
}

/// [`photo`] for several photos at once, by their ids.
pub async fn photos(
    conn: &impl Conn,
    scope: Scope,
    person: Uuid,
    now: Instant,
    file_ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, VisiblePhoto>, Error> {
    let mut photos = HashMap::new();
    let Some(county) = scope.county() else { return Ok(photos) };
    let rows = operation_file::Entity::find()
        .filter(operation_file::Column::FileId.is_in(file_ids))
        .filter(operation_file::Column::CountyId.eq(county))
        .filter(Condition::any().add(operation_file::Column::PersonId.eq(person)).add(in_scope(scope, now)))
        // The same photo named more than once: the place where it is here wins; "stored" sorts after "missing".
        .order_by_desc(operation_file::Column::State)
        .order_by_asc(operation_file::Column::OperationId)
        .all(conn.raw())
        .await?;
    let rows = genuine(conn, county, rows).await?;
    let here = rows.iter().filter(|row| [STORED, ERASED].contains(&row.state.as_str()));
    let files = file::Entity::find()
        .filter(file::Column::CountyId.eq(county))
        .filter(file::Column::Sha256.is_in(here.map(|row| row.sha256.clone())))
        .all(conn.raw())
        .await?;
    let files: Vec<StoredFile> = files.into_iter().map(stored_file).collect::<Result<_, _>>()?;
    for row in rows {
        if photos.contains_key(&row.file_id) {
            continue;
        }
        let sha256 = Sha256::parse(&row.sha256).ok_or_else(|| Error::Inconsistent {
            table: "operation_file",
            column: "sha256",
            value: row.sha256.clone(),
        })?;
        let here = [STORED, ERASED].contains(&row.state.as_str());
        let file = files.iter().find(|file| here && file.sha256 == sha256).cloned();
        let photo = VisiblePhoto { county_id: county, sha256, file, operation_id: row.operation_id };
        photos.insert(row.file_id, photo);
    }
    Ok(photos)
}

/// Of these photos those that the reader may see, once each.
pub async fn named(
    conn: &impl Conn,
    scope: Scope,
    person: Uuid,
    now: Instant,
    photos: Vec<Uuid>,
) -> Result<Vec<operation_file::Model>, Error> {
    let Some(county) = scope.county() else { return Ok(Vec::new()) };
    if photos.is_empty() {
        return Ok(Vec::new());
    }
    let rows = operation_file::Entity::find()
        .filter(operation_file::Column::FileId.is_in(photos))
        .filter(operation_file::Column::CountyId.eq(county))
        .filter(Condition::any().add(operation_file::Column::PersonId.eq(person)).add(in_scope(scope, now)))
        .order_by_asc(operation_file::Column::FileId)
        .order_by_asc(operation_file::Column::OperationId)
        .all(conn.raw())
        .await?;
    let mut rows = genuine(conn, county, rows).await?;
    rows.sort_by_key(|row| row.file_id);
    rows.dedup_by_key(|row| row.file_id);
    Ok(rows)
}

/// The photos that are here of these operations, of these roles, as far as the scope contains them and they are released to it.
pub async fn here_of_operations(
    conn: &impl Conn,
    scope: Scope,
    now: Instant,
    operations: Vec<Uuid>,
    roles: &[&str],
) -> Result<Vec<operation_file::Model>, Error> {
    let Some(county) = scope.county() else { return Ok(Vec::new()) };
    let rows = operation_file::Entity::find()
        .filter(operation_file::Column::CountyId.eq(county))
        .filter(operation_file::Column::OperationId.is_in(operations))
        .filter(operation_file::Column::Role.is_in(roles.iter().copied()))
        .filter(operation_file::Column::State.eq(STORED))
        .filter(in_scope(scope, now))
        .order_by_asc(operation_file::Column::OperationId)
        .order_by_asc(operation_file::Column::Ord)
        .all(conn.raw())
        .await?;
    genuine(conn, county, rows).await
}

/// The rows of `operation_file` that a scope contains: by place, or by a ticket that the unit has to repair.
fn in_scope(scope: Scope, now: Instant) -> Condition {
    use operation_file::Column;
    let released = Column::VisibleFrom.lte(now);
    match scope {
        Scope::Platform => Condition::all().add(Expr::value(false)),
        Scope::County { county } => Condition::all().add(Column::CountyId.eq(county)),
        Scope::Department { county, department } => {
            Condition::all().add(released).add(of_tickets(&tickets_of_department(county, department)))
        }
        Scope::Township { county, township } => Condition::all().add(released).add(
            Condition::any()
                .add(Column::TownshipId.eq(township))
                .add(of_tickets(&tickets_of_unit(county, township))),
        ),
        Scope::Village { village, .. } => Condition::all().add(released).add(Column::VillageId.eq(village)),
        Scope::Own { person, .. } => Condition::all().add(Column::PersonId.eq(person)),
    }
}

/// The ids of the tickets that this unit has to repair.
fn tickets_of_unit(county: Uuid, unit: Uuid) -> SelectStatement {
    Query::select()
        .column("id")
        .from("ticket")
        .and_where(Expr::col("county_id").eq(county))
        .and_where(Expr::col("unit_id").eq(unit))
        .to_owned()
}

/// The ids of the tickets that a department repairs or supervises, or that were referred to it: those that it reads.
fn tickets_of_department(county: Uuid, department: Uuid) -> SelectStatement {
    let code = Query::select()
        .column("code")
        .from("department")
        .and_where(Expr::col("id").eq(department))
        .to_owned();
    Query::select()
        .column("id")
        .from("ticket")
        .and_where(Expr::col("county_id").eq(county))
        .and_where(Expr::col("state").ne(State::Pending.as_str()))
        .and_where(
            Expr::col("unit_id")
                .eq(department)
                .or(Expr::col("department").in_subquery(code))
                .or(Expr::col("referred_to_id").eq(department)),
        )
        .to_owned()
}

/// The subject is one of these tickets, or a finding that became one.
fn of_tickets(tickets: &SelectStatement) -> Condition {
    let findings = Query::select()
        .column("id")
        .from("finding")
        .and_where(Expr::col("ticket_id").in_subquery(tickets.clone()))
        .to_owned();
    Condition::any()
        .add(operation_file::Column::SubjectId.in_subquery(tickets.clone()))
        .add(operation_file::Column::SubjectId.in_subquery(findings))
}
