//! What every answer tells the browser to refuse (decisions.md 6). No CORS: no other origin has business here.

use super::State;
use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
        STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
    },
    middleware::Next,
    web,
};
use chrono::SecondsFormat;

/// Only our own files run, and no string becomes markup or script: `svelte-trusted-html` is the framework's own policy
/// for its compiled templates, `lalian` the front end's for the addresses of its workers. Sound is only ever played from the
/// page's own memory (voice notes).
pub const CSP: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'self'; \
    manifest-src 'self'; font-src 'self'; style-src 'self'; img-src 'self' blob:; media-src blob:; frame-ancestors 'none'; \
    base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; \
    trusted-types svelte-trusted-html lalian";

/// The motion sensors are there for one thing: which way the camera looked (the browser gives no compass without all three).
const PERMISSIONS: &str = "camera=(self), geolocation=(self), microphone=(self), accelerometer=(self), \
    gyroscope=(self), magnetometer=(self), display-capture=(), midi=(), payment=(), usb=()";

const ALWAYS: [(HeaderName, &str); 5] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Proof that an answer is ours, not a hotel's login page: a phone counts an API answer without it as offline.
const EPOCH: HeaderName = HeaderName::from_static("lalian-epoch");
/// Our clock, by which a phone measures its own.
const SERVER_AT: HeaderName = HeaderName::from_static("lalian-server-at");

/// Oldest front end that may begin new visits; absent where any may.
const MIN_CLIENT: HeaderName = HeaderName::from_static("lalian-min-client");

/// Middleware: puts the headers on every answer. A handler may set a stricter `Content-Security-Policy` (originals are
/// served sandboxed) and its own `Cache-Control`; without one, nothing is kept by anybody.
pub async fn secure<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let state = request.app_data::<web::Data<State>>().cloned();
    let api = super::is_api(request.path());
    let stand = state.as_ref().and_then(|state| state.stand(request.request()));
    let encrypted = state.as_ref().is_some_and(|state| state.is_encrypted(request.request()));
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Some(stand) = stand {
        stand.frame(headers, CSP, PERMISSIONS);
    }
    for (name, value) in [(CONTENT_SECURITY_POLICY, CSP), (CACHE_CONTROL, "no-store")] {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    let Some(state) = state else { return Ok(response) };
    if encrypted {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if api {
        let now = state.app.clock.now().to_rfc3339_opts(SecondsFormat::Micros, true);
        let oldest = state.app.min_client.as_ref().map(ToString::to_string);
        let epoch = state.epoch().map(|epoch| epoch.to_string());
        for (name, value) in [(EPOCH, epoch), (SERVER_AT, Some(now)), (MIN_CLIENT, oldest)] {
            if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
                headers.insert(name, value);
            }
        }
    }
    Ok(response)
}
