//! `/api/v1/projects`: building work behind tickets, with its milestones.

use crate::{
    app::{
        App, Caller,
        projects::{self, ProjectBody, ProjectView, Wanted},
    },
    domain::{
        page::Page,
        problem::{Code, Problem},
        projects::ProjectState,
    },
    http::{
        extract::{Path, Query, Write},
        problem::Answer,
    },
};
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Which projects.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ProjectsQuery {
    unit_id: Option<Uuid>,
    ticket_id: Option<Uuid>,
    /// `open`, `done` or `dropped`.
    state: Option<String>,
    /// With a milestone whose day has passed.
    late: Option<bool>,
}

/// Projects that the caller may see, newest first.
#[utoipa::path(get, path = "/api/v1/projects", tag = "projects", params(ProjectsQuery),
    responses((status = 200, description = "Projects", body = Page<ProjectView>)))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    query: Query<ProjectsQuery>,
) -> Answer<web::Json<Page<ProjectView>>> {
    let asked = query.0;
    let wrong =
        || Problem::new(Code::Malformed).with_field("state", "没有这种状态", "there is no such state");
    let state = asked.state.map(|word| ProjectState::parse(&word).ok_or_else(wrong)).transpose()?;
    let wanted = Wanted {
        unit_id: asked.unit_id,
        ticket_id: asked.ticket_id,
        state,
        late: asked.late.unwrap_or(false),
    };
    Ok(web::Json(projects::list(&app, &caller, &wanted).await?))
}

/// Begins a project.
#[utoipa::path(post, path = "/api/v1/projects", tag = "projects", request_body = ProjectBody,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 201, description = "Begun", body = ProjectView), (status = 422, description = "invalid_field")))]
pub async fn begin(app: web::Data<App>, caller: Caller, write: Write<ProjectBody>) -> Answer {
    let Write { body, once } = write;
    Ok(HttpResponse::Created().json(projects::begin(&app, &caller, &once, body).await?))
}

/// One project.
#[utoipa::path(get, path = "/api/v1/projects/{id}", tag = "projects", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The project", body = ProjectView)))]
pub async fn get(app: web::Data<App>, caller: Caller, path: Path<Uuid>) -> Answer<web::Json<ProjectView>> {
    Ok(web::Json(projects::get(&app, &caller, path.0).await?))
}

/// A project as it should be, over the version that was seen.
#[derive(Deserialize, ToSchema)]
pub struct ProjectEdit {
    version: i32,
    state: ProjectState,
    /// Needed where a milestone moves or goes.
    #[serde(default)]
    reason: String,
    #[serde(flatten)]
    project: ProjectBody,
}

/// Changes a project.
#[utoipa::path(put, path = "/api/v1/projects/{id}", tag = "projects", request_body = ProjectEdit,
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, description = "Changed", body = ProjectView), (status = 409, description = "conflict"), (status = 422, description = "invalid_field")))]
pub async fn edit(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
    write: Write<ProjectEdit>,
) -> Answer<web::Json<ProjectView>> {
    let Write { body: ProjectEdit { version, state, reason, project }, once } = write;
    let how = (version, state, reason.as_str());
    Ok(web::Json(projects::edit(&app, &caller, &once, path.0, how, project).await?))
}
