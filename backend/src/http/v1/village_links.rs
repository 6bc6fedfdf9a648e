//! `/api/v1/village-links` and `/api/v1/village-drafts`: the desk officer's side of photos from a village without an account.

use super::{
    delegations::DutyReason,
    photos::{BEING_MADE, CACHING, show},
};
use crate::{
    app::{
        App, Caller, Once,
        duties::village::{
            drafts::{self, DraftState, VillageDraftView},
            links::{self, VillageLinkList, VillageLinkView},
        },
        field::photos::Shown,
    },
    domain::{field::media::PhotoSize, page::Page},
    http::{
        extract::{Path, Query, Write},
        paging::page,
        problem::Answer,
    },
};
use actix_web::{HttpResponse, http::header::RETRY_AFTER, web};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Of which ticket.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LinksQuery {
    ticket_id: Uuid,
}

/// The links of a ticket, newest first; never their tokens.
#[utoipa::path(get, path = "/api/v1/village-links", tag = "village_links", params(LinksQuery),
    responses((status = 200, description = "All of them", body = VillageLinkList)))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    query: Query<LinksQuery>,
) -> Answer<web::Json<VillageLinkList>> {
    Ok(web::Json(links::list(&app, &caller, query.0.ticket_id).await?))
}

/// For which ticket.
#[derive(Deserialize, ToSchema)]
pub struct NewVillageLink {
    ticket_id: Uuid,
}

/// Makes a link; its token is told in this answer only.
#[utoipa::path(post, path = "/api/v1/village-links", tag = "village_links", params(("Idempotency-Key" = String, Header)),
    request_body = NewVillageLink, responses(
        (status = 201, description = "Made", body = VillageLinkView),
        (status = 404, description = "Not in the caller's scope"),
        (status = 409, description = "wrong_state"),
    ))]
pub async fn make(app: web::Data<App>, caller: Caller, write: Write<NewVillageLink>) -> Answer {
    Ok(HttpResponse::Created().json(links::make(&app, &caller, &write.once, write.body.ticket_id).await?))
}

/// Takes a link back.
#[utoipa::path(post, path = "/api/v1/village-links/{id}/revoke", tag = "village_links",
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)), responses(
        (status = 200, description = "Taken back", body = VillageLinkView),
        (status = 404, description = "Not in the caller's scope"),
    ))]
pub async fn revoke(
    app: web::Data<App>,
    caller: Caller,
    id: Path<Uuid>,
    once: Once,
) -> Answer<web::Json<VillageLinkView>> {
    Ok(web::Json(links::revoke(&app, &caller, &once, id.0).await?))
}

/// Which drafts.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DraftsQuery {
    ticket_id: Option<Uuid>,
    /// `waiting`, `adopted` or `discarded`; all if absent.
    state: Option<DraftState>,
    cursor: Option<String>,
    /// 1 to 200, 50 if absent.
    limit: Option<u64>,
}

/// What came by links of the township, newest first.
#[utoipa::path(get, path = "/api/v1/village-drafts", tag = "village_drafts", params(DraftsQuery),
    responses((status = 200, description = "One page", body = Page<VillageDraftView>)))]
pub async fn drafts(
    app: web::Data<App>,
    caller: Caller,
    query: Query<DraftsQuery>,
) -> Answer<web::Json<Page<VillageDraftView>>> {
    let DraftsQuery { ticket_id, state, cursor, limit } = query.0;
    let page = page(cursor.as_deref(), limit)?;
    Ok(web::Json(drafts::list(&app, &caller, ticket_id, state, &page).await?))
}

/// A photo of a draft, as a copy made by the server; there is no original here.
#[utoipa::path(get, path = "/api/v1/village-drafts/{id}/photos/{no}/{size}", tag = "village_drafts",
    params(("id" = Uuid, Path), ("no" = i32, Path), ("size" = inline(PhotoSize), Path)), responses(
        (status = 200, description = "The bytes", body = Vec<u8>, content_type = "image/jpeg"),
        (status = 202, description = "Its copies are being made", body = super::photos::BeingMade),
        (status = 404, description = "Not in the caller's scope, or no_preview"),
    ))]
pub async fn photo(app: web::Data<App>, caller: Caller, path: Path<(Uuid, i32, PhotoSize)>) -> Answer {
    let (id, no, size) = path.0;
    Ok(shown(id, size, drafts::photo(&app, &caller, id, no, size).await?))
}

/// A picture, or word that it is being made.
pub(super) fn shown(id: Uuid, size: PhotoSize, shown: Shown) -> HttpResponse {
    match shown {
        Shown::Here { opened, kind, tag } => show(id, size, opened, kind, &tag, CACHING),
        Shown::Unchanged { .. } => HttpResponse::NotModified().finish(),
        Shown::BeingMade => HttpResponse::Accepted().insert_header((RETRY_AFTER, "2")).json(BEING_MADE),
    }
}

/// Puts a draft aside.
#[utoipa::path(post, path = "/api/v1/village-drafts/{id}/discard", tag = "village_drafts",
    params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)), request_body = DutyReason, responses(
        (status = 200, description = "Put aside", body = VillageDraftView),
        (status = 404, description = "Not in the caller's scope"),
        (status = 409, description = "wrong_state: taken over already"),
        (status = 422, description = "invalid_field"),
    ))]
pub async fn discard(
    app: web::Data<App>,
    caller: Caller,
    id: Path<Uuid>,
    write: Write<DutyReason>,
) -> Answer<web::Json<VillageDraftView>> {
    Ok(web::Json(drafts::discard(&app, &caller, &write.once, id.0, &write.body.reason).await?))
}
