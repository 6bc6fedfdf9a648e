//! Projects as rows, with their milestones and the tickets that they serve.

use crate::{
    domain::projects::ProjectState,
    store::{
        Conn, Error, Tx,
        entity::{project, project_milestone, project_ticket},
    },
};
use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Unchanged,
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
    sea_query::{Expr, LockType, OnConflict},
};
use uuid::Uuid;

use project::Column as P;
use project_milestone::Column as M;
use project_ticket::Column as T;

/// A project as stored.
pub type ProjectRow = project::Model;
/// A milestone as stored.
pub type Milestone = project_milestone::Model;

/// Most projects of one answer.
const MOST: u64 = 200;

/// What a list is narrowed to; `unit_id` is also how a unit sees only its own.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub unit_id: Option<Uuid>,
    pub ticket_id: Option<Uuid>,
    pub state: Option<ProjectState>,
    /// With a milestone whose day was before this one and that is not done.
    pub late: Option<NaiveDate>,
}

/// Newest first.
pub async fn list(conn: &impl Conn, county: Uuid, filter: &Filter) -> Result<Vec<ProjectRow>, Error> {
    let of_ticket = |id: Uuid| {
        project_ticket::Entity::find()
            .select_only()
            .column(T::ProjectId)
            .filter(T::TicketId.eq(id))
            .into_query()
    };
    let late = |today: NaiveDate| {
        project_milestone::Entity::find()
            .select_only()
            .column(M::ProjectId)
            .filter(M::DoneOn.is_null().and(M::Day.lt(today.to_string())))
            .into_query()
    };
    Ok(project::Entity::find()
        .filter(
            Condition::all()
                .add(P::CountyId.eq(county))
                .add_option(filter.unit_id.map(|id| P::UnitId.eq(id)))
                .add_option(filter.state.map(|state| P::State.eq(state.as_str())))
                .add_option(filter.ticket_id.map(|id| P::Id.in_subquery(of_ticket(id))))
                .add_option(filter.late.map(|today| {
                    P::State.eq(ProjectState::Open.as_str()).and(P::Id.in_subquery(late(today)))
                })),
        )
        .order_by_desc(P::CreatedAt)
        .order_by_desc(P::Id)
        .limit(MOST)
        .all(conn.raw())
        .await?)
}

pub async fn get(conn: &impl Conn, county: Uuid, id: Uuid) -> Result<Option<ProjectRow>, Error> {
    Ok(project::Entity::find_by_id(id).filter(P::CountyId.eq(county)).one(conn.raw()).await?)
}

/// Locked for change.
pub async fn lock(tx: &Tx, county: Uuid, id: Uuid) -> Result<Option<ProjectRow>, Error> {
    Ok(project::Entity::find_by_id(id)
        .filter(P::CountyId.eq(county))
        .lock(LockType::Update)
        .one(tx.raw())
        .await?)
}

pub async fn insert(tx: &Tx, row: ProjectRow) -> Result<(), Error> {
    project::Entity::insert(row.into_active_model()).exec_without_returning(tx.raw()).await?;
    Ok(())
}

/// Writes a row that is locked.
pub async fn update(tx: &Tx, row: ProjectRow) -> Result<(), Error> {
    let id = row.id;
    let mut active = row.into_active_model().reset_all();
    active.id = Unchanged(id);
    project::Entity::update_many().set(active).filter(P::Id.eq(id)).exec(tx.raw()).await?;
    Ok(())
}

/// The milestones of these projects, each project's in its order.
pub async fn milestones(conn: &impl Conn, projects: Vec<Uuid>) -> Result<Vec<Milestone>, Error> {
    Ok(project_milestone::Entity::find()
        .filter(M::ProjectId.is_in(projects))
        .order_by_asc(M::Place)
        .order_by_asc(M::Id)
        .all(conn.raw())
        .await?)
}

/// Makes the milestones of a locked project exactly these. False where an id is another project's.
pub async fn put_milestones(tx: &Tx, project: Uuid, rows: Vec<Milestone>) -> Result<bool, Error> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    project_milestone::Entity::delete_many()
        .filter(M::ProjectId.eq(project).and(M::Id.is_not_in(ids.clone())))
        .exec(tx.raw())
        .await?;
    for row in rows {
        project_milestone::Entity::insert(row.into_active_model())
            .on_conflict(
                OnConflict::column(M::Id)
                    .update_columns([M::Place, M::Name, M::Day])
                    .action_and_where(Expr::col((project_milestone::Entity, M::ProjectId)).eq(project))
                    .to_owned(),
            )
            .exec_without_returning(tx.raw())
            .await?;
    }
    let own = project_milestone::Entity::find()
        .select_only()
        .column(M::Id)
        .filter(M::ProjectId.eq(project).and(M::Id.is_in(ids.clone())));
    let own: Vec<Uuid> = own.into_tuple().all(tx.raw()).await?;
    Ok(own.len() == ids.len())
}

/// A milestone is done; false when it was done before or there is none.
pub async fn done(
    tx: &Tx,
    (project, id): (Uuid, Uuid),
    on: NaiveDate,
    (by, operation): (Uuid, Uuid),
    note: String,
) -> Result<bool, Error> {
    let touched = project_milestone::Entity::update_many()
        .col_expr(M::DoneOn, Expr::value(on.to_string()))
        .col_expr(M::DoneBy, Expr::value(by))
        .col_expr(M::OperationId, Expr::value(operation))
        .col_expr(M::Note, Expr::value(note))
        .filter(M::Id.eq(id).and(M::ProjectId.eq(project)).and(M::DoneOn.is_null()))
        .exec(tx.raw())
        .await?;
    Ok(touched.rows_affected == 1)
}

/// The tickets of these projects: project, ticket.
pub async fn tickets(conn: &impl Conn, projects: Vec<Uuid>) -> Result<Vec<(Uuid, Uuid)>, Error> {
    Ok(project_ticket::Entity::find()
        .select_only()
        .columns([T::ProjectId, T::TicketId])
        .filter(T::ProjectId.is_in(projects))
        .order_by_asc(T::TicketId)
        .into_tuple()
        .all(conn.raw())
        .await?)
}

/// Makes the tickets of a locked project exactly these.
pub async fn put_tickets(tx: &Tx, county: Uuid, project: Uuid, tickets: &[Uuid]) -> Result<(), Error> {
    project_ticket::Entity::delete_many().filter(T::ProjectId.eq(project)).exec(tx.raw()).await?;
    let rows = tickets.iter().map(|id| {
        project_ticket::Model { project_id: project, ticket_id: *id, county_id: county }.into_active_model()
    });
    if !tickets.is_empty() {
        project_ticket::Entity::insert_many(rows).exec_without_returning(tx.raw()).await?;
    }
    Ok(())
}
