//! `/api/v1/photos/{file_id}`: everything that speaks for or against a photo, to read and to take along.

use crate::{
    app::{
        App, Caller,
        evidence::{
            custody,
            page::{self, PhotoPage},
        },
    },
    http::{extract::Path, problem::Answer},
};
use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE},
    web,
};
use uuid::Uuid;

/// The witnesses of a photo: places, clocks, what its file says, its likes, its way to the receipt.
#[utoipa::path(get, path = "/api/v1/photos/{file_id}", tag = "photos", params(("file_id" = Uuid, Path)),
    responses((status = 200, description = "The page", body = PhotoPage), (status = 404, description = "Not in the caller's scope")))]
pub async fn page(app: web::Data<App>, caller: Caller, path: Path<Uuid>) -> Answer<web::Json<PhotoPage>> {
    Ok(web::Json(page::get(&app, &caller, path.0).await?))
}

/// The chain of custody as one file, for whoever checks it without the server (`lalian verify-evidence`). Audited.
#[utoipa::path(get, path = "/api/v1/photos/{file_id}/evidence", tag = "photos", params(("file_id" = Uuid, Path)),
    responses(
        (status = 200, description = "A zip: `lalian.evidence/1`", body = Vec<u8>, content_type = "application/zip"),
        (status = 404, description = "Not in the caller's scope"),
        (status = 409, description = "file_not_here: photo or receipt are still on their way"),
        (status = 410, description = "file_erased"),
    ))]
pub async fn evidence(app: web::Data<App>, caller: Caller, path: Path<Uuid>) -> Answer {
    let file = custody::export(&app, &caller, path.0).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/zip"))
        .insert_header((CONTENT_ENCODING, "identity"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"evidence-{}.zip\"", path.0)))
        .body(file))
}
