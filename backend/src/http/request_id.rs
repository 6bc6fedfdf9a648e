//! Outermost middleware: gives every request an id, one log line, and an answer even when a handler breaks.
//!
//! The log names the route's template, never the address with its ids, query strings, bodies, tokens or positions.

use super::State;
use actix_web::{
    Error, HttpMessage, HttpRequest,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{HeaderName, HeaderValue},
    middleware::Next,
    web,
};
use std::{fmt, time::Instant};
use tracing::Instrument;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Names one request in the answer, the log and the audit record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// The id of a request that went through [`assign`].
    pub fn of(request: &HttpRequest) -> String {
        request.extensions().get::<Self>().map(|id| id.0.clone()).unwrap_or_default()
    }

    /// A caller's own id, if it is short and plain enough to stand in a log.
    fn accept(value: &HeaderValue) -> Option<Self> {
        let text = value.to_str().ok()?;
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        (plain && (8..=64).contains(&text.len())).then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Middleware: see the module.
pub async fn assign<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let started = Instant::now();
    let id = request.headers().get(HEADER).and_then(RequestId::accept).unwrap_or_else(|| fresh(&request));
    let span = tracing::info_span!("request", request_id = %id);
    request.extensions_mut().insert(id.clone());
    let method = request.method().clone();
    let mut response = next.call(request).instrument(span.clone()).await?;
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(HEADER, value);
    }
    let route = response.request().match_pattern();
    tracing::info!(
        parent: &span,
        method = %method,
        route = route.as_deref().unwrap_or("-"),
        status = response.status().as_u16(),
        ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "answered"
    );
    Ok(response)
}

fn fresh(request: &ServiceRequest) -> RequestId {
    let random = request.app_data::<web::Data<State>>().map(|state| &state.app.random);
    RequestId(random.map_or_else(String::new, |random| random.id().simple().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_ids_are_taken_over() {
        let accept = |text: &'static str| RequestId::accept(&HeaderValue::from_static(text));
        assert!(accept("phone-1234_ABC").is_some());
        for text in ["short", "has space in it", "<script>alert(1)</script>", "", "semi;colon;semi"] {
            assert_eq!(accept(text), None, "{text}");
        }
        assert_eq!(RequestId::accept(&HeaderValue::from_str(&"a".repeat(65)).unwrap()), None);
    }
}
