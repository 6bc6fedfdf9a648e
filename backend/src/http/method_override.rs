//! Government proxies often pass only GET, HEAD and POST: a POST may say which method it stands for (decisions.md 4).

use super::problem;
use crate::domain::problem::{Code, Problem};
use actix_web::{
    Error,
    body::{BoxBody, EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
    middleware::Next,
};

const HEADER: &str = "x-http-method-override";

/// Middleware: `POST` + `X-HTTP-Method-Override: PUT|PATCH|DELETE` becomes that method; any other value is refused.
/// On any other method the header means nothing: a GET must never turn into a write.
pub async fn apply<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    if request.method() == Method::POST
        && let Some(value) = request.headers().get(HEADER)
    {
        match meant(value.as_bytes()) {
            Some(method) => request.head_mut().method = method,
            None => return Ok(problem::refuse(request, unusable()).map_into_right_body()),
        }
    }
    Ok(next.call(request).await?.map_into_left_body())
}

fn meant(value: &[u8]) -> Option<Method> {
    [Method::PUT, Method::PATCH, Method::DELETE]
        .into_iter()
        .find(|method| value.eq_ignore_ascii_case(method.as_str().as_bytes()))
}

fn unusable() -> Problem {
    Problem::new(Code::Malformed).with_field(
        "X-HTTP-Method-Override",
        "只能是 PUT、PATCH 或 DELETE",
        "It must be PUT, PATCH or DELETE",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_three_methods_can_be_meant() {
        assert_eq!(meant(b"patch"), Some(Method::PATCH));
        for value in [&b"GET"[..], b"CONNECT", b"", b"PUT, DELETE", b" PUT"] {
            assert_eq!(meant(value), None);
        }
    }
}
