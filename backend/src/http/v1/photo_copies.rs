//! Copies of photos that people take along: `/photos/{file_id}/stamped`, and what the office covered: `/photos/{file_id}/blurs`.

use super::photos::{BEING_MADE, BeingMade};
use crate::{
    app::{
        App, Caller,
        field::{
            blurs::{self, BlurList, BlurView},
            exports::{self, Exported, Wish},
        },
    },
    domain::field::area::Area,
    http::{
        extract::{Path, Query, Write},
        problem::Answer,
    },
};
use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER},
    web,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// How the copy should be.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StampQuery {
    /// With the office's newest cover over faces and plates.
    #[serde(default)]
    covered: bool,
    /// With what the photographer drew over it.
    #[serde(default = "yes")]
    drawing: bool,
}

const fn yes() -> bool {
    true
}

/// A photo with site, item, time, place, ticket and hash in a strip below. Made for this request, and audited.
#[utoipa::path(get, path = "/api/v1/photos/{file_id}/stamped", tag = "photos",
    params(("file_id" = Uuid, Path), StampQuery),
    responses(
        (status = 200, description = "The copy", body = Vec<u8>, content_type = "image/jpeg"),
        (status = 202, description = "The photo is here, its copies are being made", body = BeingMade),
        (status = 404, description = "Not in the caller's scope; no_preview; not covered yet"),
        (status = 409, description = "file_not_here"),
        (status = 410, description = "file_erased"),
    ))]
pub async fn stamped(
    app: web::Data<App>,
    caller: Caller,
    path: Path<Uuid>,
    query: Query<StampQuery>,
) -> Answer {
    let StampQuery { covered, drawing } = query.0;
    let name = format!("{}{}.jpg", path.0, if covered { "-covered" } else { "" });
    Ok(match exports::stamped(&app, &caller, path.0, Wish { covered, drawing }).await? {
        Exported::Ready(made) => attachment(&app, &name, made),
        Exported::BeingMade => HttpResponse::Accepted().insert_header((RETRY_AFTER, "2")).json(BEING_MADE),
    })
}

/// What was covered on a photo, newest first; the newest counts.
#[utoipa::path(get, path = "/api/v1/photos/{file_id}/blurs", tag = "photos", params(("file_id" = Uuid, Path)),
    responses((status = 200, description = "The covers", body = BlurList), (status = 404, description = "Not in the caller's scope")))]
pub async fn blurs(app: web::Data<App>, caller: Caller, path: Path<Uuid>) -> Answer<web::Json<BlurList>> {
    Ok(web::Json(blurs::list(&app, &caller, path.0).await?))
}

/// Rectangles in shares of width and height.
#[derive(Deserialize, ToSchema)]
pub struct BlurBody {
    areas: Vec<Area>,
}

/// Covers areas of a photo for circulars; the photo itself stays as it is.
#[utoipa::path(post, path = "/api/v1/photos/{file_id}/blurs", tag = "photos",
    params(("file_id" = Uuid, Path), ("Idempotency-Key" = String, Header)), request_body = BlurBody,
    responses(
        (status = 201, description = "Covered", body = BlurView),
        (status = 404, description = "Not in the caller's scope, or no_preview"),
        (status = 409, description = "file_not_here"),
        (status = 410, description = "file_erased"),
        (status = 422, description = "invalid_field: an area that is not on the picture"),
        (status = 425, description = "not_yet: the copies are being made"),
    ))]
pub async fn blur(app: web::Data<App>, caller: Caller, path: Path<Uuid>, write: Write<BlurBody>) -> Answer {
    let Write { body, once } = write;
    Ok(HttpResponse::Created().json(blurs::make(&app, &caller, &once, path.0, &body.areas).await?))
}

/// The picture under its newest cover, without words.
#[utoipa::path(get, path = "/api/v1/photos/{file_id}/blurred", tag = "photos", params(("file_id" = Uuid, Path)),
    responses(
        (status = 200, description = "The covered copy", body = Vec<u8>, content_type = "image/jpeg"),
        (status = 202, description = "The photo is here, its copies are being made", body = BeingMade),
        (status = 404, description = "Not in the caller's scope, or not covered yet"),
    ))]
pub async fn blurred(app: web::Data<App>, caller: Caller, path: Path<Uuid>) -> Answer {
    Ok(match blurs::show(&app, &caller, path.0).await? {
        Some(made) => attachment(&app, &format!("{}-covered.jpg", path.0), made),
        None => HttpResponse::Accepted().insert_header((RETRY_AFTER, "2")).json(BEING_MADE),
    })
}

/// A covered copy has no words of its own: in a demo the name of its file says that it shows nothing real.
fn attachment(app: &App, name: &str, jpeg: impl actix_web::body::MessageBody + 'static) -> HttpResponse {
    let mark = if app.demo { "example-data-" } else { "" };
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "image/jpeg"))
        .insert_header((CONTENT_ENCODING, "identity"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{mark}{name}\"")))
        .body(jpeg)
}
