//! `/api/v1/delegations`: a deputy lets desk officers sign in his place.

use crate::{
    app::{
        App, Caller,
        duties::delegations::{self, DelegationList, DelegationView, NewDelegation},
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

/// Which ones.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DelegationsQuery {
    township_id: Option<Uuid>,
    /// Only those that are good now or will be.
    #[serde(default)]
    active: bool,
}

/// Those that the caller may read, newest first.
#[utoipa::path(get, path = "/api/v1/delegations", tag = "delegations", params(DelegationsQuery),
    responses((status = 200, description = "All of them", body = DelegationList)))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    query: Query<DelegationsQuery>,
) -> Answer<web::Json<DelegationList>> {
    let DelegationsQuery { township_id, active } = query.0;
    Ok(web::Json(delegations::list(&app, &caller, township_id, active).await?))
}

/// Gives leave by severity, from day to day.
#[utoipa::path(post, path = "/api/v1/delegations", tag = "delegations", params(("Idempotency-Key" = String, Header)),
    request_body = NewDelegation, responses(
        (status = 201, description = "Given", body = DelegationView),
        (status = 422, description = "invalid_field"),
    ))]
pub async fn give(app: web::Data<App>, caller: Caller, write: Write<NewDelegation>) -> Answer {
    Ok(HttpResponse::Created().json(delegations::give(&app, &caller, &write.once, &write.body).await?))
}

/// Why something ends.
#[derive(Deserialize, ToSchema)]
pub struct DutyReason {
    #[serde(default)]
    pub reason: String,
}

/// Takes a delegation back, from now on.
#[utoipa::path(post, path = "/api/v1/delegations/{id}/revoke", tag = "delegations",
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)), request_body = DutyReason, responses(
        (status = 200, description = "Taken back", body = DelegationView),
        (status = 404, description = "Not in the caller's scope"),
    ))]
pub async fn revoke(
    app: web::Data<App>,
    caller: Caller,
    id: Path<Uuid>,
    write: Write<DutyReason>,
) -> Answer<web::Json<DelegationView>> {
    Ok(web::Json(delegations::revoke(&app, &caller, &write.once, id.0, &write.body.reason).await?))
}
