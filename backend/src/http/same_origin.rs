//! The refresh cookie travels with every request that a browser makes to its path, so whoever made the browser ask must
//! be a page of ours: `Origin` and `Sec-Fetch-Site` say who (decisions.md 6). No other site can forge either.

use super::problem::Failure;
use crate::domain::problem::Code;
use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{HOST, HeaderMap, ORIGIN},
};
use std::future::{Ready, ready};
use url::Url;

/// Taken by a handler as a promise: no other site caused this request. Programs that are no browser send neither header.
pub struct SameOrigin;

impl FromRequest for SameOrigin {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(if is_ours(request.headers()) { Ok(Self) } else { Err(Code::WrongOrigin.into()) })
    }
}

fn is_ours(headers: &HeaderMap) -> bool {
    let site_is_ours = headers.get("sec-fetch-site").is_none_or(|site| site == "same-origin");
    let origin_is_ours = headers.get_all(ORIGIN).all(|origin| {
        // A proxy may rewrite Host and keep what the browser asked for beside it; a page cannot add that header unasked.
        let hosts = headers.get_all(HOST).chain(headers.get_all("x-forwarded-host"));
        let origin = origin.to_str().unwrap_or_default();
        hosts.filter_map(|host| host.to_str().ok()).any(|host| is_at(origin, host))
    });
    site_is_ours && origin_is_ours
}

/// True when this origin is at that host and port.
fn is_at(origin: &str, host: &str) -> bool {
    let Some(origin) = Url::parse(origin).ok().filter(|url| matches!(url.scheme(), "http" | "https")) else {
        return false;
    };
    let Ok(ours) = Url::parse(&format!("{}://{}", origin.scheme(), host.trim())) else { return false };
    (origin.host(), origin.port_or_known_default()) == (ours.host(), ours.port_or_known_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn allowed(headers: &[(&'static str, &'static str)]) -> bool {
        let request =
            headers.iter().fold(TestRequest::post(), |request, header| request.append_header(*header));
        is_ours(request.to_http_request().headers())
    }

    #[test]
    fn our_own_pages_and_programs_may() {
        assert!(allowed(&[("host", "lalian.example:8080")]));
        assert!(allowed(&[("host", "lalian.example:8080"), ("origin", "http://lalian.example:8080")]));
        assert!(allowed(&[("host", "lalian.example"), ("origin", "https://lalian.example:443")]));
        assert!(allowed(&[
            ("host", "127.0.0.1:80"),
            ("origin", "http://127.0.0.1"),
            ("sec-fetch-site", "same-origin")
        ]));
        let proxied = [
            ("host", "10.0.0.9:8080"),
            ("x-forwarded-host", "county.example"),
            ("origin", "https://county.example"),
        ];
        assert!(allowed(&proxied));
    }

    #[test]
    fn every_other_site_may_not() {
        let host = ("host", "lalian.example");
        for origin in [
            "https://evil.example",
            "https://lalian.example.evil.example",
            "https://evil.example/lalian.example",
            "https://lalian.example:8443",
            "https://lalian.example@evil.example",
            "null",
            "",
            "file://lalian.example",
        ] {
            assert!(!allowed(&[host, ("origin", origin)]), "{origin}");
        }
        for site in ["cross-site", "same-site", "none", ""] {
            assert!(!allowed(&[host, ("sec-fetch-site", site)]), "{site}");
            assert!(
                !allowed(&[host, ("origin", "https://lalian.example"), ("sec-fetch-site", site)]),
                "{site}"
            );
        }
        assert!(!allowed(&[host, ("origin", "https://lalian.example"), ("origin", "https://evil.example")]));
    }
}
