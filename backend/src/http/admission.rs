//! How many requests may be under way at once: in all, and from one address, so that neither a storm nor a single
//! broken phone keeps the others out. Refusals come before a byte of the body is read.

use super::{State, problem};
use crate::domain::problem::{Code, Problem};
use actix_web::{
    Error, HttpRequest,
    body::{BoxBody, EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
    web,
};
use ipnet::IpNet;
use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

/// Requests under way. A village office often sits behind one address, so the limit of a peer is generous.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub total: usize,
    pub per_peer: usize,
}

/// Counts what is under way.
#[derive(Debug)]
pub struct Admission {
    limits: Limits,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    total: usize,
    peers: HashMap<IpAddr, usize>,
}

impl Admission {
    pub fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self { limits, counts: Mutex::default() })
    }

    /// True when nothing is under way.
    pub fn is_idle(&self) -> bool {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).total == 0
    }

    /// A place for one request, or why there is none now.
    fn enter(self: &Arc<Self>, peer: Option<IpAddr>) -> Result<Place, Problem> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.total >= self.limits.total {
            return Err(Problem::new(Code::Unavailable).with_retry_after(2));
        }
        if let Some(peer) = peer {
            let mine = counts.peers.entry(peer).or_default();
            if *mine >= self.limits.per_peer {
                return Err(Problem::new(Code::TooMany).with_retry_after(1));
            }
            *mine += 1;
        }
        counts.total += 1;
        Ok(Place { admission: Arc::clone(self), peer })
    }
}

/// Given back when dropped, also when the client goes away.
struct Place {
    admission: Arc<Admission>,
    peer: Option<IpAddr>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.admission.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.total -= 1;
        if let Some(peer) = self.peer
            && let Some(mine) = counts.peers.get_mut(&peer)
        {
            *mine -= 1;
            if *mine == 0 {
                counts.peers.remove(&peer);
            }
        }
    }
}

/// Middleware: one place per request, from its first header to the last byte handed over to the handler's answer.
/// Before the database is ready, and while the server stops, only the health route is answered.
pub async fn admit<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let Some(state) = request.app_data::<web::Data<State>>().cloned() else {
        return Ok(next.call(request).await?.map_into_left_body());
    };
    // Beyond loopback the demo is for the room that it stands in, whatever other addresses this machine has.
    let foreign = |peer: SocketAddr| !super::lan::is_private(peer.ip());
    if state.lan.is_some() && request.peer_addr().is_some_and(foreign) {
        return Ok(problem::refuse(request, Code::NotFound).map_into_right_body());
    }
    let path = request.path();
    let health = path == super::HEALTH;
    if !state.is_ready() && !health && super::is_api(path) {
        let problem = Problem::new(Code::NotReady).with_retry_after(2);
        return Ok(problem::refuse(request, problem).map_into_right_body());
    }
    if path_is_broken(&request) {
        return Ok(problem::refuse(request, Code::Malformed).map_into_right_body());
    }
    // A full house must still be able to say that it is alive.
    let place =
        if health { None } else { Some(state.admission.enter(peer(request.request(), &state.proxies))) };
    match place {
        Some(Err(problem)) => Ok(problem::refuse(request, problem).map_into_right_body()),
        Some(Ok(_place)) => {
            // Whoever puts the demo's county back waits for all others, and they for him.
            let alone = !super::is_api(request.path()) || request.path() == super::RESET;
            let _turn = if alone { None } else { state.app.turn().await };
            Ok(next.call(request).await?.map_into_left_body())
        }
        None => Ok(next.call(request).await?.map_into_left_body()),
    }
}

/// NUL has no meaning in any address of ours, and PostgreSQL cannot keep it.
fn path_is_broken(request: &ServiceRequest) -> bool {
    request.uri().path_and_query().is_some_and(|whole| whole.as_str().contains("%00"))
}

/// The client's address: the nearest hop that is not one of our own proxies. Without listed proxies the header
/// `X-Forwarded-For` is somebody's claim and is not read.
pub fn peer(request: &HttpRequest, proxies: &[IpNet]) -> Option<IpAddr> {
    let socket = request.peer_addr()?.ip().to_canonical();
    let headers = request.headers().get_all("x-forwarded-for");
    let hops: Vec<&str> =
        headers.filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(',')).collect();
    Some(nearest_foreign(socket, &hops, proxies))
}

fn nearest_foreign(socket: IpAddr, hops: &[&str], proxies: &[IpNet]) -> IpAddr {
    let ours = |address: IpAddr| proxies.iter().any(|net| net.contains(&address));
    let mut nearest = socket;
    for hop in hops.iter().rev() {
        if !ours(nearest) {
            break;
        }
        let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
        nearest = address.to_canonical();
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn places_are_given_back() {
        let admission = Admission::new(Limits { total: 3, per_peer: 2 });
        let [one, two] = ["10.0.0.1", "10.0.0.2"].map(|text| Some(address(text)));
        let first = admission.enter(one).ok().unwrap();
        let second = admission.enter(one).ok().unwrap();
        assert_eq!(admission.enter(one).err().unwrap().code, Code::TooMany);
        let third = admission.enter(two).ok().unwrap();
        assert_eq!(admission.enter(None).err().unwrap().code, Code::Unavailable);
        drop((first, second, third));
        assert!(admission.enter(one).is_ok());
        assert!(admission.counts.lock().unwrap().peers.is_empty(), "idle peers are forgotten");
    }

    #[test]
    fn only_listed_proxies_are_believed() {
        let proxies: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
        let [proxy, inner, stranger] = ["10.1.1.1", "10.2.2.2", "203.0.113.9"].map(address);
        assert_eq!(nearest_foreign(stranger, &["198.51.100.7"], &proxies), stranger, "a stranger's claim");
        assert_eq!(nearest_foreign(proxy, &["198.51.100.7"], &proxies), address("198.51.100.7"));
        assert_eq!(nearest_foreign(proxy, &["1.2.3.4", "203.0.113.9", "10.2.2.2"], &proxies), stranger);
        assert_eq!(nearest_foreign(proxy, &["junk", "10.2.2.2"], &proxies), inner, "junk ends the walk");
        assert_eq!(nearest_foreign(proxy, &["198.51.100.7"], &[]), proxy, "no proxies listed");
    }
}
