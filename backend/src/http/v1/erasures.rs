//! `/api/v1/erasures`: bytes erased by two people of the office.

use crate::{
    app::{
        App, Caller,
        field::erasures::{self, ErasureView},
    },
    domain::page::Page,
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

/// Which requests.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ErasuresQuery {
    /// `asked`, `erased` or `withdrawn`; all if absent.
    state: Option<String>,
    cursor: Option<String>,
    /// 1 to 200, 50 if absent.
    limit: Option<u64>,
}

/// Requests to erase photos, newest first.
#[utoipa::path(get, path = "/api/v1/erasures", tag = "photos", params(ErasuresQuery),
    responses((status = 200, description = "One page", body = Page<ErasureView>)))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    query: Query<ErasuresQuery>,
) -> Answer<web::Json<Page<ErasureView>>> {
    let ErasuresQuery { state, cursor, limit } = query.0;
    let page = page(cursor.as_deref(), limit)?;
    Ok(web::Json(erasures::list(&app, &caller, state.as_deref(), &page).await?))
}

/// A photo whose bytes should go, and why.
#[derive(Deserialize, ToSchema)]
pub struct ErasureBody {
    file_id: Uuid,
    reason: String,
}

/// Asks for a photo to be erased; another person confirms.
#[utoipa::path(post, path = "/api/v1/erasures", tag = "photos", params(("Idempotency-Key" = String, Header)), request_body = ErasureBody,
    responses(
        (status = 201, description = "Asked", body = ErasureView),
        (status = 409, description = "wrong_state: already asked for; file_not_here"),
        (status = 410, description = "file_erased"),
        (status = 422, description = "invalid_field"),
    ))]
pub async fn ask(app: web::Data<App>, caller: Caller, write: Write<ErasureBody>) -> Answer {
    let Write { body, once } = write;
    Ok(HttpResponse::Created().json(erasures::ask(&app, &caller, &once, body.file_id, &body.reason).await?))
}

/// The second person's word.
#[derive(Deserialize, ToSchema)]
pub struct ConfirmBody {
    #[serde(default)]
    note: String,
}

/// Confirms as somebody else than who asked: the bytes are gone from this moment. Confirming twice is harmless.
#[utoipa::path(post, path = "/api/v1/erasures/{id}/confirm", tag = "photos", params(("id" = Uuid, Path)), request_body = ConfirmBody,
    responses(
        (status = 200, description = "Erased", body = ErasureView),
        (status = 409, description = "wrong_state: withdrawn, or asked by the caller"),
    ))]
pub async fn confirm(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
    body: Json<ConfirmBody>,
) -> Answer<web::Json<ErasureView>> {
    Ok(web::Json(erasures::confirm(&app, &caller, path.0, &body.0.note).await?))
}

/// Why the photo stays.
#[derive(Deserialize, ToSchema)]
pub struct WithdrawBody {
    reason: String,
}

/// Takes an open request back; the photo stays.
#[utoipa::path(post, path = "/api/v1/erasures/{id}/withdraw", tag = "photos", params(("id" = Uuid, Path)), request_body = WithdrawBody,
    responses(
        (status = 200, description = "Withdrawn", body = ErasureView),
        (status = 409, description = "wrong_state: erased already"),
        (status = 422, description = "invalid_field"),
    ))]
pub async fn withdraw(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
    body: Json<WithdrawBody>,
) -> Answer<web::Json<ErasureView>> {
    Ok(web::Json(erasures::withdraw(&app, &caller, path.0, &body.0.reason).await?))
}
