//! The private addresses of this machine: where phones of the same room can find it.

use crate::domain::problem::{Code, Problem};
use crate::http::{State, problem::refuse};
use actix_web::{
    Error,
    body::{BoxBody, EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
    web,
};
use ipnet::{IpNet, Ipv4Net};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

/// Bridges and tunnels of programs on this machine; no phone is on the other end.
const NOT_A_ROOM: [&str; 9] =
    ["docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "cni", "podman", "tailscale"];
/// An authority for half the Internet's private space would be worth stealing.
const WIDEST: u8 = 16;

/// Addresses that lead nowhere outside: the authority vouches for nothing else, the demo answers nobody else.
pub fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            // 100.64/10 is what phone networks and some campus networks give out.
            let shared = first == 100 && (64..128).contains(&second);
            v4.is_private() || v4.is_link_local() || v4.is_loopback() || shared
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

/// The private IPv4 addresses with the networks around them, the one that leads out of this machine first.
pub fn of_this_machine() -> Vec<Ipv4Net> {
    let outward = outward();
    let mut found: Vec<Ipv4Net> = if_addrs::get_if_addrs()
        .unwrap_or_default()
        .into_iter()
        .filter(|interface| !NOT_A_ROOM.iter().any(|begin| interface.name.starts_with(begin)))
        .filter_map(|interface| match interface.addr {
            if_addrs::IfAddr::V4(v4) => Ipv4Net::new(v4.ip, v4.prefixlen.clamp(WIDEST, 32)).ok(),
            if_addrs::IfAddr::V6(_) => None,
        })
        .filter(|net| !net.addr().is_loopback() && is_private(net.addr().into()))
        .collect();
    found.sort_by_key(|net| (Some(net.addr()) != outward, net.addr()));
    found.dedup();
    found
}

/// One named address with the network around it, as wide as its interface says.
pub fn around(address: Ipv4Addr) -> Ipv4Net {
    of_this_machine().into_iter().find(|net| net.addr() == address).unwrap_or_else(|| Ipv4Net::from(address))
}

/// The address from which this machine would call the outside. Nothing is sent: connecting a datagram socket only asks the
/// system for its route.
fn outward() -> Option<Ipv4Addr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    match socket.local_addr().ok()? {
        SocketAddr::V4(v4) => Some(*v4.ip()),
        SocketAddr::V6(_) => None,
    }
}

/// Middleware of what listens beyond loopback in the demo: somebody from outside the private networks gets nothing, on a
/// machine that also has a public address too.
pub async fn refuse_foreign<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    // Nothing of the demo is for strangers; a real county is.
    let open = request.app_data::<web::Data<State>>().is_some_and(|state| !state.app.demo);
    if open || request.peer_addr().is_some_and(|peer| is_private(peer.ip())) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    Ok(refuse(request, Problem::new(Code::NotFound)).map_into_right_body())
}

/// The networks as the authority's file keeps them.
pub fn networks(addresses: &[Ipv4Net]) -> Vec<IpNet> {
    addresses.iter().map(|net| IpNet::V4(net.trunc())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_lead_nowhere_outside_are_private() {
        let private = |text: &str| is_private(text.parse().unwrap());
        for inside in [
            "192.168.1.5",
            "10.0.0.9",
            "172.16.3.4",
            "172.31.255.1",
            "169.254.7.7",
            "100.64.0.1",
            "127.0.0.1",
            "fd00::1",
            "fe80::1",
            "::1",
            "::ffff:10.1.2.3",
        ] {
            assert!(private(inside), "{inside}");
        }
        for outside in
            ["8.8.8.8", "172.32.0.1", "100.128.0.1", "192.169.0.1", "240e::1", "::ffff:1.1.1.1", "0.0.0.0"]
        {
            assert!(!private(outside), "{outside}");
        }
    }

    #[test]
    fn what_this_machine_tells_of_itself_is_private_and_no_wider_than_a_room() {
        for net in of_this_machine() {
            assert!(is_private(net.addr().into()) && net.prefix_len() >= WIDEST, "{net}");
        }
        assert_eq!(around(Ipv4Addr::new(192, 168, 250, 250)).addr(), Ipv4Addr::new(192, 168, 250, 250));
    }
}
