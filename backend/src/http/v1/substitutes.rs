//! `/api/v1/substitutes`: somebody stands in for a while.

use super::delegations::DutyReason;
use crate::{
    app::{
        App, Caller,
        duties::substitutes::{self, NewSubstitute, SubstituteList, SubstituteView},
    },
    http::{
        extract::{Path, Query, Write},
        problem::Answer,
    },
};
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use uuid::Uuid;

/// Of which unit.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UnitQuery {
    pub unit_id: Option<Uuid>,
}

/// Running and coming ones.
#[utoipa::path(get, path = "/api/v1/substitutes", tag = "substitutes", params(UnitQuery),
    responses((status = 200, description = "All of them", body = SubstituteList)))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    query: Query<UnitQuery>,
) -> Answer<web::Json<SubstituteList>> {
    Ok(web::Json(substitutes::list(&app, &caller, query.0.unit_id).await?))
}

/// Names somebody of the same unit.
#[utoipa::path(post, path = "/api/v1/substitutes", tag = "substitutes", params(("Idempotency-Key" = String, Header)),
    request_body = NewSubstitute, responses(
        (status = 201, description = "Named", body = SubstituteView),
        (status = 404, description = "Not the caller's post"),
        (status = 409, description = "wrong_state: somebody stands in already"),
        (status = 422, description = "invalid_field"),
    ))]
pub async fn name(app: web::Data<App>, caller: Caller, write: Write<NewSubstitute>) -> Answer {
    Ok(HttpResponse::Created().json(substitutes::name(&app, &caller, &write.once, &write.body).await?))
}

/// Ends it early.
#[utoipa::path(post, path = "/api/v1/substitutes/{id}/end", tag = "substitutes",
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)), request_body = DutyReason, responses(
        (status = 200, description = "Ended", body = SubstituteView),
        (status = 404, description = "Not the caller's"),
    ))]
pub async fn end(
    app: web::Data<App>,
    caller: Caller,
    id: Path<Uuid>,
    write: Write<DutyReason>,
) -> Answer<web::Json<SubstituteView>> {
    Ok(web::Json(substitutes::end(&app, &caller, &write.once, id.0, &write.body.reason).await?))
}
