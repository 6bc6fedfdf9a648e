//! What phones and the office know of unsent work: `/api/v1/devices/{id}/reconcile` and `/api/v1/devices/unsent`.

use crate::{
    app::{
        App, Caller,
        field::{
            reconcile::{self, Reconcile, Reconciled},
            unsent::{self, UnsentBoard},
        },
    },
    http::{
        extract::{Json, Path},
        problem::Answer,
    },
};
use actix_web::web;
use uuid::Uuid;

/// Lays the phone's list beside the server's: what either side lacks, and what may be forgotten.
#[utoipa::path(post, path = "/api/v1/devices/{id}/reconcile", tag = "devices", params(("id" = Uuid, Path)), request_body = Reconcile,
    responses((status = 200, description = "Both sides", body = Reconciled)))]
pub async fn reconcile(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
    body: Json<Reconcile>,
) -> Answer<web::Json<Reconciled>> {
    Ok(web::Json(reconcile::reconcile(&app, &caller, path.0, body.0).await?))
}

/// What phones still hold. A safety board, never a score.
#[utoipa::path(get, path = "/api/v1/devices/unsent", tag = "devices", responses((status = 200, description = "The board", body = UnsentBoard)))]
pub async fn unsent(app: web::Data<App>, caller: Caller) -> Answer<web::Json<UnsentBoard>> {
    Ok(web::Json(unsent::board(&app, &caller).await?))
}
