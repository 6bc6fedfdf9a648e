//! Every failed answer as RFC 9457, in the asked language: ours from the table, actix's own converted.
//!
//! ```json
//! {"type": "/problems/invalid_field", "code": "invalid_field", "status": 422, "title": "有内容不符合要求",
//!  "detail": "请按提示改正后再提交。", "title_zh": "…", "title_en": "…", "next_zh": "…", "next_en": "…",
//!  "errors": [{"field": "/name", "zh": "必填", "en": "Required"}]}
//! ```
//! `title` and `detail` are in the asked language; a phone that switches has both. A server error carries `incident`, the
//! request id beside which the log holds the cause, and only the log.

use super::request_id::RequestId;
use crate::{
    app::AppError,
    domain::problem::{Code, FieldError, Problem},
};
use actix_web::{
    Error, HttpRequest, HttpResponse, ResponseError,
    body::{BoxBody, EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::{JsonPayloadError, PayloadError},
    http::{
        StatusCode,
        header::{ACCEPT_LANGUAGE, CONTENT_RANGE, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER, VARY},
    },
    middleware::Next,
};
use serde::Serialize;
use serde_json::{Map, Value};
use std::fmt;
use utoipa::ToSchema;

/// What a handler returns when it does not succeed.
#[derive(Debug)]
pub struct Failure {
    error: AppError,
    /// Members beside RFC 9457's own (a refused operation names its number and receipt).
    extra: Map<String, Value>,
}

impl Failure {
    /// Adds members to the body; they may not replace the problem's own.
    #[must_use]
    pub fn with(mut self, extra: Map<String, Value>) -> Self {
        self.extra = extra;
        self
    }
}

/// The outcome of a handler.
pub type Answer<T = HttpResponse> = Result<T, Failure>;

impl<E: Into<AppError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { error: error.into(), extra: Map::new() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        let code = match &self.error {
            AppError::Problem(problem) => problem.code,
            _ => Code::Unexpected,
        };
        StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Only the status: [`convert`] knows the asked language and writes the body.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// A problem as an answer outside a handler (in middleware).
pub fn refuse(request: ServiceRequest, problem: impl Into<Problem>) -> ServiceResponse<BoxBody> {
    request.error_response(Failure::from(problem.into()))
}

/// Middleware: writes the body of every answer that failed.
pub async fn convert<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let mut response = next.call(request).await?;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || is_ours(response.headers()) {
        return Ok(response.map_into_left_body());
    }
    let error = response.response().error();
    let problem =
        error.map_or_else(|| of_status(status), |error| of_error(error, status, response.request()));
    let extra = error.and_then(|error| error.as_error::<Failure>()).map(|failure| failure.extra.clone());
    let mut body = Body::new(&problem, status, Lang::asked(response.request()));
    body.extra = extra.unwrap_or_default();
    body.incident = status.is_server_error().then(|| RequestId::of(response.request()));
    let json = serde_json::to_vec(&body).unwrap_or_default();
    if let Some(seconds) = problem.retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    let headers = response.headers_mut();
    if let Some(value) = problem.length.and_then(|n| HeaderValue::try_from(format!("bytes */{n}")).ok()) {
        headers.insert(CONTENT_RANGE, value);
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.append(VARY, HeaderValue::from_static("accept-language"));
    Ok(response.map_body(|_, _| EitherBody::right(BoxBody::new(json))))
}

/// A handler that fails with a JSON body or a page has said what it wants to say; the framework only writes plain text.
fn is_ours(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| !value.as_bytes().starts_with(b"text/plain"))
}

/// What to tell about an error; the cause of a server error goes to the log, once, here.
fn of_error(error: &Error, status: StatusCode, request: &HttpRequest) -> Problem {
    match error.as_error::<Failure>().map(|failure| &failure.error) {
        Some(AppError::Problem(problem)) => return (**problem).clone(),
        Some(cause) => {
            tracing::error!(incident = %RequestId::of(request), cause = %chain(cause), "unexpected error");
        }
        None if status.is_server_error() => {
            tracing::error!(incident = %RequestId::of(request), cause = %error, "unexpected error");
        }
        None => {}
    }
    if let Some(PayloadError::Overflow) = error.as_error::<PayloadError>() {
        return Code::TooLarge.into();
    }
    if let Some(JsonPayloadError::ContentType) = error.as_error::<JsonPayloadError>() {
        return Code::UnsupportedType.into();
    }
    of_status(status)
}

/// An error with everything that led to it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// The general problem of a status that the framework chose.
fn of_status(status: StatusCode) -> Problem {
    let code = match status.as_u16() {
        401 => Code::SignedOut,
        403 => Code::Forbidden,
        404 => Code::NotFound,
        405 => Code::MethodNotAllowed,
        408 => Code::Timeout,
        409 => Code::Conflict,
        410 => Code::Gone,
        412 => Code::TusVersion,
        413 => Code::TooLarge,
        415 => Code::UnsupportedType,
        416 => Code::BadRange,
        422 => Code::InvalidField,
        429 => Code::TooMany,
        400..500 => Code::Malformed,
        503 => Code::Unavailable,
        _ => Code::Unexpected,
    };
    code.into()
}

/// The language that a person asked for; Chinese unless English is preferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    Zh,
    En,
}

impl Lang {
    pub fn asked(request: &HttpRequest) -> Self {
        request
            .headers()
            .get(ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok())
            .map_or(Self::Zh, Self::preferred)
    }

    /// The better weighted of the two languages; Chinese wins a tie.
    fn preferred(header: &str) -> Self {
        let weight = |lang: &str| {
            header
                .split(',')
                .filter_map(|part| {
                    let mut pieces = part.trim().split(';');
                    let tag = pieces.next()?.trim().to_ascii_lowercase();
                    (tag == lang || tag.starts_with(&format!("{lang}-"))).then(|| {
                        pieces
                            .find_map(|piece| piece.trim().strip_prefix("q=")?.parse::<f32>().ok())
                            .unwrap_or(1.0)
                    })
                })
                .fold(0.0, f32::max)
        };
        if weight("en") > weight("zh") { Self::En } else { Self::Zh }
    }

    fn pick(self, zh: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

/// A problem on the wire (RFC 9457, `application/problem+json`).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Body {
    /// `/problems/{code}`.
    #[serde(rename = "type")]
    kind: String,
    /// Stable word to branch on.
    code: &'static str,
    /// The HTTP status.
    status: u16,
    /// What happened, in the asked language.
    title: &'static str,
    /// More about this case, where there is more, and what to do next, in the asked language.
    detail: String,
    title_zh: &'static str,
    title_en: &'static str,
    /// What to do next.
    next_zh: &'static str,
    next_en: &'static str,
    /// The number to quote when the fault is the server's.
    #[serde(skip_serializing_if = "Option::is_none")]
    incident: Option<String>,
    /// The fields that are not as required.
    errors: Vec<Field>,
    #[serde(flatten)]
    #[schema(ignore)]
    extra: Map<String, Value>,
}

/// One field of a problem.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProblemField)]
#[expect(clippy::struct_field_names, reason = "`field` is its name on the wire")]
pub struct Field {
    /// JSON pointer into the body, or the name of a query parameter or header.
    field: String,
    zh: String,
    en: String,
}

impl Body {
    fn new(problem: &Problem, status: StatusCode, lang: Lang) -> Self {
        let (title_zh, title_en) = problem.code.title();
        let (next_zh, next_en) = problem.code.next();
        let detail = match (&problem.detail, lang) {
            (Some((zh, _)), Lang::Zh) => format!("{zh}{next_zh}"),
            (Some((_, en)), Lang::En) => format!("{en} {next_en}"),
            (None, _) => lang.pick(next_zh, next_en).to_owned(),
        };
        Self {
            kind: format!("/problems/{}", problem.code.as_str()),
            code: problem.code.as_str(),
            status: status.as_u16(),
            title: lang.pick(title_zh, title_en),
            detail,
            title_zh,
            title_en,
            next_zh,
            next_en,
            incident: None,
            errors: problem.errors.iter().map(Field::new).collect(),
            extra: Map::new(),
        }
    }
}

impl Field {
    fn new(error: &FieldError) -> Self {
        Self { field: error.field.clone(), zh: error.zh.clone(), en: error.en.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_unless_english_is_preferred() {
        for (header, expected) in [
            ("en", Lang::En),
            ("en-GB,en;q=0.9", Lang::En),
            ("zh-CN,zh;q=0.9,en;q=0.8", Lang::Zh),
            ("en;q=0.5, zh;q=0.4", Lang::En),
            ("en;q=0.5, zh-Hans;q=0.5", Lang::Zh),
            ("fr", Lang::Zh),
            ("", Lang::Zh),
            ("en;q=banana;;;", Lang::En),
        ] {
            assert_eq!(Lang::preferred(header), expected, "{header}");
        }
    }

    #[test]
    fn the_framework_s_statuses_keep_their_number() {
        for status in [400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 416, 422, 429, 500, 503] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(of_status(status).code.status(), status.as_u16());
        }
    }

    #[test]
    fn a_server_error_tells_no_cause() {
        let failure = Failure::from(AppError::Internal("secret table name".into()));
        assert_eq!(failure.status_code(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = Body::new(&of_status(failure.status_code()), failure.status_code(), Lang::En);
        assert!(!serde_json::to_string(&body).unwrap().contains("secret"));
    }
}
