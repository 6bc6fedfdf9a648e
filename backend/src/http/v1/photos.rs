//! `GET /api/v1/photos/{file_id}/{size}`: a photo for those who may see something that names it, with their token. A page shows its
//! pictures by signed addresses instead (`super::pictures`).

use crate::{
    app::{
        App, Caller,
        field::photos::{PhotoRequest, Shown},
    },
    domain::field::media::{FileKind, PhotoSize, Span},
    files::Opened,
    http::{extract::Path, problem::Answer},
};
use actix_web::{
    HttpRequest, HttpResponse,
    body::SizedStream,
    http::header::{
        ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_RANGE,
        CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH, IF_RANGE, RANGE, RETRY_AFTER,
    },
    web,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The copies are on their way.
#[derive(Debug, Serialize, ToSchema)]
pub struct BeingMade {
    /// Always `being_made`.
    state: &'static str,
    zh: &'static str,
    en: &'static str,
}

pub(super) const BEING_MADE: BeingMade = BeingMade {
    state: "being_made",
    zh: "照片已收到，预览图正在生成，稍等片刻即可查看。",
    en: "The photo has arrived; its preview is being made and can be seen in a moment.",
};

/// A photo in one of three sizes; of a voice note there is only the original. Opening an original is written to the audit log.
#[utoipa::path(get, path = "/api/v1/photos/{file_id}/{size}", tag = "photos",
    params(
        ("file_id" = Uuid, Path),
        ("size" = inline(PhotoSize), Path),
        ("If-None-Match" = Option<String>, Header),
        ("Range" = Option<String>, Header, description = "One span of bytes, for originals"),
    ),
    responses(
        (status = 200, description = "The bytes", body = Vec<u8>, content_type = "image/jpeg"),
        (status = 202, description = "The photo is here, its copies are being made", body = BeingMade),
        (status = 206, description = "The span of an original", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 304, description = "Unchanged"),
        (status = 404, description = "Not found in the caller's scope, or no_preview"),
        (status = 409, description = "file_not_here: the photo is still on its way"),
        (status = 416, description = "bad_range"),
    ),
)]
pub async fn photo(
    app: web::Data<App>,
    caller: Caller,
    path: Path<(Uuid, PhotoSize)>,
    request: HttpRequest,
) -> Answer {
    let (file_id, size) = path.0;
    let text = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let asked = PhotoRequest {
        file_id,
        size,
        known_tag: text(IF_NONE_MATCH),
        span: text(RANGE).and_then(Span::parse),
        span_tag: text(IF_RANGE),
    };
    Ok(match app.show_photo(&caller, asked).await? {
        Shown::Here { opened, kind, tag } => show(file_id, size, opened, kind, &tag, CACHING),
        Shown::Unchanged { tag } => HttpResponse::NotModified()
            .insert_header((ETAG, tag))
            .insert_header((CACHE_CONTROL, CACHING))
            .finish(),
        Shown::BeingMade => HttpResponse::Accepted().insert_header((RETRY_AFTER, "2")).json(BEING_MADE),
    })
}

/// Kept by this browser, and asked for again each time: whoever may no longer see it gets no answer from a cache, and others
/// get a short "unchanged".
pub(super) const CACHING: &str = "private, no-cache";

pub(super) fn show(
    file_id: Uuid,
    size: PhotoSize,
    opened: Opened,
    kind: Option<FileKind>,
    tag: &str,
    caching: &str,
) -> HttpResponse {
    let Opened { length, range, bytes } = opened;
    let whole = range.end - range.start == length;
    let mut response = if whole { HttpResponse::Ok() } else { HttpResponse::PartialContent() };
    response
        .insert_header((ETAG, tag))
        .insert_header((CACHE_CONTROL, caching))
        // What is compressed already is not compressed again, and spans stay spans.
        .insert_header((CONTENT_ENCODING, "identity"))
        .insert_header((CONTENT_TYPE, kind.map_or("application/octet-stream", FileKind::media_type)));
    if size == PhotoSize::Original {
        let name = format!("{file_id}.{}", kind.map_or("bin", FileKind::extension));
        response
            .insert_header((ACCEPT_RANGES, "bytes"))
            .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
            .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"));
    }
    if !whole {
        let (first, last) = (range.start, range.end.saturating_sub(1));
        response.insert_header((CONTENT_RANGE, format!("bytes {first}-{last}/{length}")));
    }
    response.body(SizedStream::new(range.end - range.start, bytes))
}
