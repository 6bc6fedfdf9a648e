//! `/api/v1/village-link`: for whoever holds a link, without account and cookie. The token comes in the header `Lalian-Link`; it stands in no
//! address that a server or proxy writes down.

use super::village_links::shown;
use crate::{
    app::{
        App,
        duties::village::stranger::{self, DraftTaken, SentDraft, VillagePhotoTaken, VillageTicket},
        field::Cut,
    },
    domain::{
        field::media::{PhotoSize, Sha256},
        problem::{Code, Problem},
    },
    http::{
        auth::origin,
        extract::{Json, Path},
        problem::{Answer, Failure},
    },
};
use actix_web::{HttpRequest, web};
use futures_util::StreamExt;
use uuid::Uuid;

/// The token; empty where there is none, which is answered like a wrong one.
fn token(request: &HttpRequest) -> &str {
    request.headers().get("lalian-link").and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// What a link shows. Reading it changes nothing.
#[utoipa::path(get, path = "/api/v1/village-link", tag = "village_link", params(("Lalian-Link" = String, Header)),
    responses(
        (status = 200, description = "The ticket, as little as the photo needs", body = VillageTicket),
        (status = 404, description = "link_ended: whatever is wrong with it"),
        (status = 429, description = "too_many"),
    ))]
pub async fn look(app: web::Data<App>, request: HttpRequest) -> Answer<web::Json<VillageTicket>> {
    Ok(web::Json(stranger::look(&app, token(&request), &origin(&request)).await?))
}

/// One photo of the fault.
#[utoipa::path(get, path = "/api/v1/village-link/before", tag = "village_link", params(("Lalian-Link" = String, Header)),
    responses(
        (status = 200, description = "The bytes", body = Vec<u8>, content_type = "image/jpeg"),
        (status = 202, description = "Its copies are being made", body = super::photos::BeingMade),
        (status = 404, description = "link_ended, or no_preview"),
        (status = 429, description = "too_many"),
    ))]
pub async fn before(app: web::Data<App>, request: HttpRequest) -> Answer {
    let picture = stranger::look_before(&app, token(&request), &origin(&request)).await?;
    Ok(shown(Uuid::nil(), PhotoSize::Display, picture))
}

/// Sends one photo; the same again is the same answer.
#[utoipa::path(put, path = "/api/v1/village-link/photos/{sha256}", tag = "village_link",
    params(("sha256" = String, Path), ("Lalian-Link" = String, Header)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses(
        (status = 200, description = "It is here", body = VillagePhotoTaken),
        (status = 404, description = "link_ended"),
        (status = 409, description = "link_full"),
        (status = 413, description = "too_large"),
        (status = 415, description = "unsupported_type: no photo by its first bytes"),
        (status = 429, description = "too_many"),
        (status = 460, description = "checksum_mismatch"),
    ))]
pub async fn send_photo(
    app: web::Data<App>,
    path: Path<String>,
    request: HttpRequest,
    body: web::Payload,
) -> Answer<web::Json<VillagePhotoTaken>> {
    let sha256 = Sha256::parse(&path.0)
        .ok_or_else(|| Problem::new(Code::Malformed).with_field("sha256", "不是 SHA-256", "no SHA-256"))?;
    let (token, origin) = (token(&request).to_owned(), origin(&request));
    let body = body.map(|chunk| chunk.map_err(|_cut_off| Cut));
    // A task of its own: a connection that breaks must not leave staged bytes behind.
    let sent =
        actix_web::rt::spawn(async move { stranger::send_photo(&app, &token, &origin, sha256, body).await });
    match sent.await {
        Ok(outcome) => Ok(web::Json(outcome?)),
        Err(stopped) => Err(Failure::from(crate::app::AppError::Internal(stopped.to_string()))),
    }
}

/// Hands in photos that are here, with a name.
#[utoipa::path(post, path = "/api/v1/village-link/drafts", tag = "village_link", params(("Lalian-Link" = String, Header)),
    request_body = SentDraft, responses(
        (status = 200, description = "It waits for the township's desk", body = DraftTaken),
        (status = 404, description = "link_ended"),
        (status = 409, description = "link_full"),
        (status = 422, description = "invalid_field"),
        (status = 429, description = "too_many"),
    ))]
pub async fn send_draft(
    app: web::Data<App>,
    request: HttpRequest,
    body: Json<SentDraft>,
) -> Answer<web::Json<DraftTaken>> {
    Ok(web::Json(stranger::send_draft(&app, token(&request), &origin(&request), &body.0).await?))
}
