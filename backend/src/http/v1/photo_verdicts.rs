//! `/api/v1/photo-verdicts`: that a photo does not show the repair which it claims, as two people find.

use crate::{
    app::{
        App, Caller,
        evidence::verdicts::{self, VerdictView},
    },
    domain::{
        evidence::verdict::{VerdictState, VerdictStep},
        page::Page,
    },
    http::{
        extract::{Json, Path, Query, Write},
        paging::page,
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
pub struct VerdictsQuery {
    /// `proposed`, `confirmed`, `declined`, `withdrawn` or `lifted`; all if absent.
    state: Option<VerdictState>,
    cursor: Option<String>,
    /// 1 to 200, 50 if absent.
    limit: Option<u64>,
}

/// The county's, newest first.
#[utoipa::path(get, path = "/api/v1/photo-verdicts", tag = "photo_verdicts", params(VerdictsQuery),
    responses((status = 200, description = "One page", body = Page<VerdictView>)))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    query: Query<VerdictsQuery>,
) -> Answer<web::Json<Page<VerdictView>>> {
    let VerdictsQuery { state, cursor, limit } = query.0;
    let page = page(cursor.as_deref(), limit)?;
    Ok(web::Json(verdicts::list(&app, &caller, state, &page).await?))
}

/// A photo that does not show its repair, and why.
#[derive(Deserialize, ToSchema)]
pub struct VerdictBody {
    file_id: Uuid,
    reason: String,
}

/// Proposes it; another person decides.
#[utoipa::path(post, path = "/api/v1/photo-verdicts", tag = "photo_verdicts", params(("Idempotency-Key" = String, Header)), request_body = VerdictBody,
    responses(
        (status = 201, description = "Proposed", body = VerdictView),
        (status = 404, description = "Not in the caller's scope"),
        (status = 409, description = "wrong_state: proposed already, one's own photo, or none that claims a repair; file_not_here"),
        (status = 410, description = "file_erased"),
        (status = 422, description = "invalid_field"),
    ))]
pub async fn propose(app: web::Data<App>, caller: Caller, write: Write<VerdictBody>) -> Answer {
    let Write { body, once } = write;
    Ok(HttpResponse::Created()
        .json(verdicts::propose(&app, &caller, &once, body.file_id, &body.reason).await?))
}

/// A person's word on a proposal.
#[derive(Deserialize, ToSchema)]
pub struct VerdictDecision {
    decision: VerdictStep,
    reason: String,
}

/// Confirms or declines as a second person, withdraws as the first, or lifts what was confirmed. Guarded by its state.
#[utoipa::path(post, path = "/api/v1/photo-verdicts/{id}/decision", tag = "photo_verdicts", params(("id" = Uuid, Path)), request_body = VerdictDecision,
    responses(
        (status = 200, description = "As it is now", body = VerdictView),
        (status = 404, description = "Not in the caller's county"),
        (status = 409, description = "wrong_state: decided already, or it takes another person"),
        (status = 422, description = "invalid_field"),
    ))]
pub async fn decide(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
    body: Json<VerdictDecision>,
) -> Answer<web::Json<VerdictView>> {
    Ok(web::Json(verdicts::decide(&app, &caller, path.0, body.0.decision, &body.0.reason).await?))
}
