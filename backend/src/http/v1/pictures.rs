//! Pictures in a page: `/photos/addresses` signs, `/pictures/{file_id}/{size}` shows to whoever holds such an address. An `<img>` can
//! send no token, and the browser's own memory serves what it has seen within the hour.

use super::photos::{BEING_MADE, BeingMade, show};
use crate::{
    app::{
        App, AppError, Caller,
        field::{
            photos::{PhotoRequest, Shown},
            pictures::{self, PictureAddresses},
        },
    },
    domain::{
        field::media::PictureSize,
        problem::{Code, Problem},
    },
    http::{
        auth::GoodUntil,
        extract::{Path, Query},
        problem::Answer,
    },
};
use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH, RETRY_AFTER},
    web,
};
use serde::Deserialize;
use uuid::Uuid;

/// Which pictures, in which size.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    #[param(inline)]
    size: PictureSize,
    /// Ids of photos, with commas between them.
    file_ids: String,
}

/// Addresses for the pictures of a page, good for this person, this session and this size for 30 to 60 minutes.
#[utoipa::path(get, path = "/api/v1/photos/addresses", tag = "photos", params(Wanted),
    responses(
        (status = 200, description = "One entry for each photo asked for", body = PictureAddresses),
        (status = 422, description = "invalid_field: too many, or no ids"),
    ))]
pub async fn addresses(
    app: web::Data<App>,
    caller: Caller,
    query: Query<Wanted>,
) -> Answer<web::Json<PictureAddresses>> {
    let Wanted { size, file_ids } = query.0;
    let ids: Option<Vec<Uuid>> = file_ids.split(',').map(|id| Uuid::parse_str(id.trim()).ok()).collect();
    let ids = ids.ok_or_else(|| {
        Problem::field("file_ids", "应为照片编号，用逗号隔开", "Ids of photos, separated by commas")
    })?;
    Ok(web::Json(pictures::addresses(&app, &caller, size, ids).await?))
}

/// Stands for a picture in a page. The address that the server signed is all that it needs, and it is good for nothing else.
#[utoipa::path(get, path = "/api/v1/pictures/{file_id}/{size}", tag = "photos",
    params(
        ("file_id" = Uuid, Path),
        ("size" = inline(PictureSize), Path),
        ("pass" = String, Query, description = "From /photos/addresses"),
        ("If-None-Match" = Option<String>, Header),
    ),
    responses(
        (status = 200, description = "The bytes", body = Vec<u8>, content_type = "image/jpeg"),
        (status = 202, description = "The copies are being made", body = BeingMade),
        (status = 304, description = "Unchanged"),
        (status = 401, description = "address_ended: whatever is wrong with the address"),
        (status = 410, description = "file_erased"),
    ))]
pub async fn picture(
    app: web::Data<App>,
    caller: Caller,
    path: Path<(Uuid, PictureSize)>,
    request: HttpRequest,
) -> Answer {
    let (file_id, size) = path.0;
    let known_tag = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let asked = PhotoRequest { file_id, size: size.into(), known_tag, span: None, span_tag: None };
    let shown = app.show_photo(&caller, asked).await.map_err(|error| match &error {
        // The sight was taken away after the address was signed: that is told like any other end of it.
        AppError::Problem(problem) if matches!(problem.code, Code::NotFound | Code::Forbidden) => {
            Code::AddressEnded.into()
        }
        _ => error,
    })?;
    // This browser keeps it as long as the address lives; pages then have another one for it.
    let until = request.extensions().get::<GoodUntil>().map(|good| good.0);
    let left = until.map_or(0, |until| (until - app.clock.now()).num_seconds().max(0));
    let caching = format!("private, max-age={left}, immutable");
    Ok(match shown {
        Shown::Here { opened, kind, tag } => show(file_id, size.into(), opened, kind, &tag, &caching),
        Shown::Unchanged { tag } => HttpResponse::NotModified()
            .insert_header((ETAG, tag))
            .insert_header((CACHE_CONTROL, caching))
            .finish(),
        Shown::BeingMade => HttpResponse::Accepted().insert_header((RETRY_AFTER, "2")).json(BEING_MADE),
    })
}
