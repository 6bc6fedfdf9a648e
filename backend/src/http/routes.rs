//! The shape of a row of the route table (`super::ROUTES`): who may, what body, which handler.

use super::door;
use crate::domain::people::permission::Action;
use actix_web::{
    HttpResponse, Resource,
    guard::{self, Guard},
    http::Method,
    middleware::from_fn,
    web,
};
use std::collections::BTreeMap;

/// One address and method, and everything that is decided before its handler runs.
pub struct Route {
    pub method: &'static str,
    /// actix's pattern, which is also OpenAPI's: `/api/v1/sites/{id}`.
    pub path: &'static str,
    pub who: Who,
    pub body: Body,
    /// The handler's name, for documents.
    pub handler: &'static str,
    pub(super) mount: fn() -> actix_web::Route,
}

/// Whom the door lets in. Which rows they then see is the use case's matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// No token is read: health, login, public keys; the refresh cookie is the session handler's own matter.
    Anyone,
    /// Anybody signed in, also with a one-time code only.
    Newcomer,
    /// Anybody signed in who has chosen a password, whatever the post.
    Person,
    /// Anybody signed in, or a device's send credential: sealed work arrives also after logout, suspension and the end of
    /// a post. The use case asks whose work it is.
    Sender,
    /// A post whose role may do this.
    May(Action),
    /// Whoever holds an address that we signed for a person whose post may do this: pictures in a page, which carry no token.
    Address(Action),
}

/// What a route reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// Nothing; a body that comes along is ignored.
    None,
    /// JSON of at most so many bytes.
    Json(usize),
    /// Bytes that the handler streams by itself, at most so many.
    Bytes(usize),
}

impl Body {
    pub const fn limit(self) -> usize {
        match self {
            Self::None => 0,
            Self::Json(limit) | Self::Bytes(limit) => limit,
        }
    }
}

/// One actix resource per address, so that another method there is a 405 that names the right ones.
pub(super) fn resources(routes: &'static [Route]) -> Vec<Resource> {
    let mut order: Vec<&'static str> = Vec::new();
    let mut by_path: BTreeMap<&'static str, Vec<&'static Route>> = BTreeMap::new();
    for route in routes {
        by_path
            .entry(route.path)
            .or_insert_with(|| {
                order.push(route.path);
                Vec::new()
            })
            .push(route);
    }
    order.into_iter().filter_map(|path| Some(resource(path, by_path.get(path)?))).collect()
}

fn resource(path: &'static str, routes: &[&'static Route]) -> Resource {
    let own_head = routes.iter().any(|route| route.method == "HEAD");
    let mut allowed: Vec<&str> = routes.iter().map(|route| route.method).collect();
    if allowed.contains(&"GET") && !own_head {
        allowed.push("HEAD");
    }
    let allow = allowed.join(", ");
    let refuse = move || {
        std::future::ready(HttpResponse::MethodNotAllowed().insert_header(("Allow", allow.clone())).finish())
    };
    routes
        .iter()
        .fold(web::resource(path), |resource, &route| {
            resource.route(
                (route.mount)()
                    .guard(method_guard(route.method, own_head))
                    .wrap(from_fn(move |request, next| door::guard(route, request, next))),
            )
        })
        .default_service(web::to(refuse))
}

/// GET answers HEAD as well, unless the address has a HEAD of its own.
fn method_guard(method: &'static str, own_head: bool) -> impl Guard {
    let only = |method: &str| guard::Method(Method::from_bytes(method.as_bytes()).unwrap_or(Method::GET));
    let also = if method == "GET" && !own_head { "HEAD" } else { method };
    guard::Any(only(method)).or(only(also))
}

#[cfg(test)]
mod tests {
    use super::{super::routes, Body};
    use actix_web::dev::ResourceDef;
    use std::collections::HashSet;

    #[test]
    fn no_route_hides_behind_an_earlier_one() {
        let mut earlier: Vec<&str> = Vec::new();
        for route in routes() {
            // A literal address must not be taken for a parameter of one that stands above it.
            let hidden = earlier
                .iter()
                .find(|path| **path != route.path && ResourceDef::new(**path).is_match(route.path));
            assert_eq!(hidden, None, "{} is never reached", route.path);
            earlier.push(route.path);
        }
    }

    #[test]
    fn every_row_is_written_once() {
        let rows: HashSet<_> = routes().iter().map(|route| (route.method, route.path)).collect();
        assert_eq!(rows.len(), routes().len());
    }

    #[test]
    fn what_changes_something_is_never_a_get_and_json_has_a_limit() {
        for route in routes() {
            let writes = ["POST", "PUT", "PATCH", "DELETE"].contains(&route.method);
            assert!(writes || route.body.limit() == 0, "{} {} reads a body", route.method, route.path);
            // What is streamed to a file may be large; what is held in memory may not.
            let most = if matches!(route.body, Body::Bytes(_)) { 2048 } else { 64 };
            assert!(route.body.limit() <= most * 1024 * 1024, "{} {}", route.method, route.path);
        }
    }
}
