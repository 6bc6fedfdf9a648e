//! `/api/v1/rounds`: review rounds and their release.

use crate::{
    app::{
        App, Caller, Once,
        rounds::{self, NewRound, RoundView},
    },
    domain::page::Page,
    http::{
        extract::{Path, Write},
        problem::Answer,
    },
};
use actix_web::{HttpResponse, web};
use uuid::Uuid;

/// Rounds that the caller may know of, newest first.
#[utoipa::path(get, path = "/api/v1/rounds", tag = "rounds", responses((status = 200, description = "Rounds", body = Page<RoundView>)))]
pub async fn list(app: web::Data<App>, caller: Caller) -> Answer<web::Json<Page<RoundView>>> {
    Ok(web::Json(Page { items: rounds::list(&app, &caller).await?, next: None }))
}

/// Begins a round.
#[utoipa::path(post, path = "/api/v1/rounds", tag = "rounds", request_body = NewRound,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 201, description = "Begun", body = RoundView), (status = 422, description = "invalid_field")))]
pub async fn begin(app: web::Data<App>, caller: Caller, write: Write<NewRound>) -> Answer {
    Ok(HttpResponse::Created().json(rounds::begin(&app, &caller, &write.once, write.body).await?))
}

/// Shows an unannounced round to the townships; clocks of issued tickets start now.
#[utoipa::path(post, path = "/api/v1/rounds/{id}/release", tag = "rounds",
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, description = "Released", body = RoundView), (status = 409, description = "wrong_state: it is visible already")))]
pub async fn release(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
    once: Once,
) -> Answer<web::Json<RoundView>> {
    Ok(web::Json(rounds::release(&app, &caller, &once, path.0).await?))
}
