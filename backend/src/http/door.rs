//! What stands before every handler: the row of the route table decides on length, type and caller before a byte of
//! the body is read, and a handler that breaks becomes an answer like any other.

use super::{
    auth,
    extract::{BodyLimit, too_large},
    problem::{Failure, refuse},
    routes::{Body, Route, Who},
};
use crate::{
    app::AppError,
    domain::problem::{Code, Problem},
};
use actix_web::{
    Error, HttpMessage, HttpResponse,
    body::BoxBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING},
    middleware::Next,
};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;

/// Middleware around one route.
pub async fn guard(
    route: &'static Route,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if let Err(problem) = check_body(route.body, &request) {
        return Ok(refuse(request, problem));
    }
    if let Err(failure) = check_caller(route.who, &request).await {
        return Ok(request.error_response(failure));
    }
    let kept = request.request().clone();
    match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(answer) => answer,
        Err(_panic) => {
            let failure = Failure::from(AppError::Internal("a handler panicked".into()));
            Ok(ServiceResponse::new(kept, HttpResponse::from_error(failure)))
        }
    }
}

fn check_body(body: Body, request: &ServiceRequest) -> Result<(), Problem> {
    let headers = request.headers();
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let length = match text(CONTENT_LENGTH) {
        Some(length) => {
            Some(length.trim().parse::<usize>().map_err(|_not_a_number| Problem::new(Code::Malformed))?)
        }
        None => None,
    };
    let limit = body.limit();
    request.extensions_mut().insert(BodyLimit(limit));
    if length.is_some_and(|length| length > limit) && !matches!(body, Body::None) {
        return Err(too_large(limit));
    }
    let comes = length.unwrap_or(0) > 0 || headers.contains_key(TRANSFER_ENCODING);
    if matches!(body, Body::Json(_)) && comes && !text(CONTENT_TYPE).is_some_and(is_json) {
        return Err(Problem::new(Code::UnsupportedType)
            .with_detail("请用 application/json 发送。", "Send it as application/json."));
    }
    Ok(())
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Puts the caller beside the request, or says why there is none.
async fn check_caller(who: Who, request: &ServiceRequest) -> Result<(), Failure> {
    let action = match who {
        Who::Anyone => return Ok(()),
        Who::Newcomer | Who::Person | Who::Sender => None,
        Who::May(action) => Some(action),
        Who::Address(action) => {
            let (caller, until) = auth::holder(request.request(), action).await?;
            request.extensions_mut().insert(caller);
            request.extensions_mut().insert(until);
            return Ok(());
        }
    };
    let caller = auth::authenticate(request.request(), who).await?;
    if let Some(action) = action {
        caller.require(action)?;
    }
    request.extensions_mut().insert(caller);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_comes_under_several_names() {
        for name in ["application/json", "Application/JSON; charset=utf-8", "application/problem+json"] {
            assert!(is_json(name), "{name}");
        }
        for name in ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonp", "text/json"]
        {
            assert!(!is_json(name), "{name}");
        }
    }
}
