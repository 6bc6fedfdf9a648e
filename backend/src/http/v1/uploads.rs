//! `/api/v1/uploads`: resumable uploads as tus 1.0 asks for them, with creation, checksum and expiration.
//!
//! An upload exists only for a hash and a length that an operation of the caller names, so the operation goes first. Every answer,
//! problems included, carries the tus headers.

use crate::{
    app::{
        App, Caller,
        field::{
            Cut, Piece,
            uploads::{MAX_FILE_BYTES, Standing},
        },
    },
    domain::{
        clock::Instant,
        field::{
            checksum::{self, Checksum},
            media::Sha256,
        },
        problem::{Code, Problem},
    },
    http::{extract::Path, problem::Failure},
};
use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION},
    web,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::StreamExt;
use uuid::Uuid;

const VERSION: &str = "1.0.0";
const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const PIECE_TYPE: &str = "application/offset+octet-stream";

/// What this server offers of tus.
#[utoipa::path(options, path = "/api/v1/uploads", tag = "uploads", responses(
    (status = 204, description = "The extensions, in headers", headers(
        ("Tus-Version" = String), ("Tus-Extension" = String), ("Tus-Max-Size" = u64), ("Tus-Checksum-Algorithm" = String),
    )),
))]
pub async fn options() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((TUS_RESUMABLE, VERSION))
        .insert_header((TUS_VERSION, VERSION))
        .insert_header(("tus-extension", "creation,checksum,expiration"))
        .insert_header(("tus-max-size", MAX_FILE_BYTES.to_string()))
        .insert_header(("tus-checksum-algorithm", checksum::ALGORITHMS))
        .finish()
}

/// Begins an upload, or finds the one begun before. A body is ignored.
#[utoipa::path(post, path = "/api/v1/uploads", tag = "uploads",
    params(
        ("Tus-Resumable" = String, Header, description = "1.0.0"),
        ("Upload-Length" = u64, Header, description = "Bytes of the whole file"),
        ("Upload-Metadata" = String, Header, description = "`sha256` with the base64 of the lower-case hexadecimal hash; other keys are ignored"),
    ),
    responses(
        (status = 201, description = "The upload; an offset equal to the length means that the file is here", headers(
            ("Location" = String), ("Upload-Offset" = u64), ("Upload-Expires" = String),
        )),
        (status = 403, description = "upload_not_named: send the operation first"),
        (status = 412, description = "tus_version"),
        (status = 413, description = "too_large"),
        (status = 429, description = "too_many"),
        (status = 503, description = "storage_low: answers still enter"),
    ),
)]
pub async fn create(app: web::Data<App>, caller: Caller, request: HttpRequest) -> HttpResponse {
    let created = async {
        let (sha256, length) = read_creation(request.headers())?;
        Ok::<_, Failure>(app.create_upload(&caller, sha256, length).await?)
    };
    answer(created.await, |standing| {
        let mut response = HttpResponse::Created();
        response.insert_header((LOCATION, format!("/api/v1/uploads/{}", standing.id)));
        response
    })
}

/// Where an upload stands. Stops a connection that still appends to it.
#[utoipa::path(head, path = "/api/v1/uploads/{id}", tag = "uploads",
    params(("id" = Uuid, Path), ("Tus-Resumable" = String, Header, description = "1.0.0")),
    responses(
        (status = 200, description = "Durable bytes", headers(("Upload-Offset" = u64), ("Upload-Length" = u64), ("Upload-Expires" = String))),
        (status = 404, description = "No such upload of this caller"),
        (status = 412, description = "tus_version"),
    ),
)]
pub async fn standing(
    app: web::Data<App>,
    caller: Caller,
    id: Path<Uuid>,
    request: HttpRequest,
) -> HttpResponse {
    let found = async {
        require_version(request.headers())?;
        Ok::<_, Failure>(app.upload_standing(&caller, id.0).await?)
    };
    answer(found.await, |standing| {
        let mut response = HttpResponse::Ok();
        response.insert_header((LENGTH, standing.length.to_string()));
        response
    })
}

/// Appends to an upload.
#[utoipa::path(patch, path = "/api/v1/uploads/{id}", tag = "uploads",
    params(
        ("id" = Uuid, Path),
        ("Tus-Resumable" = String, Header, description = "1.0.0"),
        ("Upload-Offset" = u64, Header, description = "Where the body begins"),
        ("Upload-Checksum" = Option<String>, Header, description = "`sha1` or `sha256` and the base64 digest of the body"),
    ),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    responses(
        (status = 204, description = "Durable", headers(("Upload-Offset" = u64), ("Upload-Expires" = String))),
        (status = 404, description = "No such upload of this caller"),
        (status = 409, description = "upload_offset: the server stands elsewhere"),
        (status = 412, description = "tus_version"),
        (status = 413, description = "too_large: more than the file's length"),
        (status = 415, description = "unsupported_type"),
        (status = 460, description = "checksum_mismatch: the piece was not applied, or the whole file is another one and begins anew"),
        (status = 503, description = "storage_low, or another connection sends this file"),
    ),
)]
pub async fn append(
    app: web::Data<App>,
    caller: Caller,
    id: Path<Uuid>,
    request: HttpRequest,
    body: web::Payload,
) -> HttpResponse {
    let piece = match read_piece(request.headers()) {
        Ok(piece) => piece,
        Err(problem) => return failed(problem.into()),
    };
    let body = body.map(|chunk| chunk.map_err(|_cut_off| Cut));
    // A task of its own: when the connection breaks, the framework drops the handler, and what has arrived must still be made durable.
    let appended = actix_web::rt::spawn(async move { app.append_upload(&caller, id.0, piece, body).await });
    match appended.await {
        Ok(outcome) => answer(outcome.map_err(Failure::from), |_| HttpResponse::NoContent()),
        Err(stopped) => failed(crate::app::AppError::Internal(stopped.to_string()).into()),
    }
}

fn answer(
    outcome: Result<Standing, Failure>,
    response: impl Fn(&Standing) -> HttpResponseBuilder,
) -> HttpResponse {
    match outcome {
        Ok(standing) => response(&standing)
            .insert_header((TUS_RESUMABLE, VERSION))
            .insert_header((OFFSET, standing.offset.to_string()))
            .insert_header((EXPIRES, http_date(standing.expires_at)))
            .finish(),
        Err(failure) => failed(failure),
    }
}

/// A problem with the headers that a tus client looks for.
fn failed(failure: Failure) -> HttpResponse {
    let mut response = HttpResponse::from_error(failure);
    for name in [TUS_RESUMABLE, TUS_VERSION] {
        response.headers_mut().insert(name, HeaderValue::from_static(VERSION));
    }
    response
}

fn require_version(headers: &HeaderMap) -> Result<(), Problem> {
    if text(headers, &TUS_RESUMABLE) == Some(VERSION) { Ok(()) } else { Err(Code::TusVersion.into()) }
}

/// The hash and the length of the file that a client announces.
pub fn read_creation(headers: &HeaderMap) -> Result<(Sha256, u64), Problem> {
    require_version(headers)?;
    let length = number(headers, &LENGTH)?;
    Ok((named_hash(headers)?, length))
}

/// What a piece says of itself before its bytes come.
pub fn read_piece(headers: &HeaderMap) -> Result<Piece, Problem> {
    require_version(headers)?;
    if text(headers, &CONTENT_TYPE) != Some(PIECE_TYPE) {
        return Err(Problem::new(Code::UnsupportedType)
            .with_detail(format!("请用 {PIECE_TYPE} 发送。"), format!("Send it as {PIECE_TYPE}.")));
    }
    let offset = number(headers, &OFFSET)?;
    // The door has read it already; a length that is no number does not come here.
    let length = text(headers, &CONTENT_LENGTH).and_then(|length| length.parse().ok());
    let checksum = match headers.get("upload-checksum") {
        None => None,
        Some(value) => Some(value.to_str().ok().and_then(Checksum::parse).ok_or_else(|| {
            Problem::new(Code::Malformed).with_field(
                "Upload-Checksum",
                "应为 sha1 或 sha256 加空格加 base64 摘要",
                "Send sha1 or sha256, a space, and the base64 digest",
            )
        })?),
    };
    Ok(Piece { offset, length, checksum })
}

/// The hash in `Upload-Metadata`: `key base64(value)`, separated by commas.
fn named_hash(headers: &HeaderMap) -> Result<Sha256, Problem> {
    headers
        .get("upload-metadata")
        .and_then(|value| value.to_str().ok())
        .into_iter()
        .flat_map(|metadata| metadata.split(','))
        .find_map(|pair| pair.trim().strip_prefix("sha256 "))
        .and_then(|value| STANDARD.decode(value.trim()).ok())
        .and_then(|value| Sha256::parse(std::str::from_utf8(&value).ok()?))
        .ok_or_else(|| {
            Problem::new(Code::Malformed).with_field(
                "Upload-Metadata",
                "应含 sha256 键，值为 64 位小写十六进制摘要的 base64",
                "Send the key sha256 with the base64 of 64 lower-case hexadecimal digits",
            )
        })
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64, Problem> {
    text(headers, name).and_then(|value| value.trim().parse().ok()).ok_or_else(|| {
        Problem::new(Code::Malformed).with_field(
            name.as_str(),
            "应为不小于 0 的整数",
            "Send a whole number, zero or more",
        )
    })
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The form of dates in HTTP headers (RFC 9110, 5.6.7).
fn http_date(at: Instant) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    #[test]
    fn the_hash_is_found_among_other_metadata() {
        let hash = "00ff0123456789abcdef0123456789abcdef0123456789abcdef0123456789ab";
        let value = STANDARD.encode(hash);
        for metadata in [
            format!("sha256 {value}"),
            format!("filename YS5qcGc=,sha256 {value}, filetype aW1hZ2UvanBlZw=="),
        ] {
            let found = named_hash(&headers(&[("upload-metadata", &metadata)])).unwrap();
            assert_eq!(found.to_string(), hash);
        }
        for metadata in
            ["", "sha256", "sha256 !", "filename YS5qcGc=", &format!("sha256 {}", STANDARD.encode("AB"))]
        {
            let problem = named_hash(&headers(&[("upload-metadata", metadata)])).unwrap_err();
            assert_eq!(problem.errors[0].field, "Upload-Metadata", "{metadata}");
        }
    }

    #[test]
    fn a_piece_needs_version_type_and_offset() {
        let whole = [("tus-resumable", VERSION), ("content-type", PIECE_TYPE), ("upload-offset", "7")];
        assert_eq!(read_piece(&headers(&whole)).unwrap().offset, 7);
        let code = |pairs: &[(&'static str, &str)]| read_piece(&headers(pairs)).unwrap_err().code;
        assert_eq!(code(&whole[1..]), Code::TusVersion);
        assert_eq!(code(&[whole[0], whole[2]]), Code::UnsupportedType);
        assert_eq!(code(&whole[..2]), Code::Malformed);
        assert_eq!(code(&[whole[0], whole[1], ("upload-offset", "-1")]), Code::Malformed);
        assert_eq!(code(&[whole[0], whole[1], whole[2], ("upload-checksum", "crc32 AAAA")]), Code::Malformed);
    }

    #[test]
    fn dates_are_written_as_http_wants_them() {
        let at = chrono::DateTime::parse_from_rfc3339("2026-11-22T09:05:03+08:00").unwrap().to_utc();
        assert_eq!(http_date(at), "Sun, 22 Nov 2026 01:05:03 GMT");
    }
}
