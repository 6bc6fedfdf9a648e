//! The demo's stand 演示台 as a browser sees it: one origin with three panes in frames. Everything here depends on the
//! entrance by which a request came; without panes, nothing here applies, and every answer keeps its usual headers.

use super::listen::Opened;
use crate::domain::demo::Pane;
use actix_web::{
    HttpRequest,
    http::header::{CONTENT_SECURITY_POLICY, HOST, HeaderMap, HeaderName, HeaderValue, X_FRAME_OPTIONS},
};
use std::net::IpAddr;
use url::Host;

/// The stand by the host name that this browser uses. Frames of another name would be another site, whose cookies and
/// storage browsers keep apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stand {
    /// The pane to which the request came; none is the stand's own origin.
    pub pane: Option<Pane>,
    pub origin: String,
    pub panes: Vec<(Pane, String)>,
}

impl Stand {
    /// As this request came to it; `None` where the entrance has no panes beside it.
    pub fn seen(entrances: &[Opened], request: &HttpRequest) -> Option<Self> {
        let config = request.app_config();
        let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        Self::at(entrances, (config.local_addr().ip(), config.local_addr().port()), config.secure(), host)
    }

    fn at(entrances: &[Opened], (ip, port): (IpAddr, u16), tls: bool, host: &str) -> Option<Self> {
        // Panes belong to the entrance of the same address and encryption.
        let beside = || entrances.iter().filter(|one| one.addr.ip() == ip && one.tls == tls);
        let here = beside().find(|one| one.addr.port() == port)?;
        let main = beside().find(|one| one.pane.is_none())?;
        let name = name_of(host, ip);
        let origin = |port: u16| format!("{}://{name}:{port}", if tls { "https" } else { "http" });
        let panes: Vec<_> = beside().filter_map(|one| Some((one.pane?, origin(one.addr.port())))).collect();
        (!panes.is_empty()).then(|| Self { pane: here.pane, origin: origin(main.addr.port()), panes })
    }

    /// Lets the stand show its panes, and a pane be shown by its stand and nobody else.
    pub(super) fn frame(&self, headers: &mut HeaderMap, csp: &str, permissions: &str) {
        let origins = || self.panes.iter().map(|(_, origin)| origin.as_str());
        let policy = if self.pane.is_some() {
            headers.remove(X_FRAME_OPTIONS);
            csp.replace("frame-ancestors 'none'", &format!("frame-ancestors {}", self.origin))
        } else {
            let quoted: Vec<String> = origins().map(|origin| format!("\"{origin}\"")).collect();
            let lent = permissions.replace("(self)", &format!("(self {})", quoted.join(" ")));
            put(headers, HeaderName::from_static("permissions-policy"), &lent);
            format!("{csp}; frame-src {}", origins().collect::<Vec<_>>().join(" "))
        };
        // Stricter ones of a handler stay.
        if !headers.contains_key(CONTENT_SECURITY_POLICY) {
            put(headers, CONTENT_SECURITY_POLICY, &policy);
        }
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}

/// The name in `Host`, where it is one of this machine's; a header could say anything, and what we answer names it.
fn name_of(host: &str, ip: IpAddr) -> String {
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host }
    });
    let ours =
        |named: IpAddr| named == ip || (ip.is_loopback() && named.is_loopback()) || ip.is_unspecified();
    let known = match Host::parse(name) {
        Ok(Host::Domain(domain)) => ip.is_loopback() && domain == "localhost",
        Ok(Host::Ipv4(address)) => ours(address.into()),
        Ok(Host::Ipv6(address)) => ours(address.into()),
        Err(_) => false,
    };
    match ip {
        _ if known => name.to_owned(),
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, SocketAddr};

    const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn entrances(tls: bool) -> Vec<Opened> {
        let panes = std::iter::once(None).chain(Pane::ALL.map(Some));
        let opened = |(port, pane)| Opened { addr: SocketAddr::new(LOCAL, port), tls, pane };
        (8080..).zip(panes).map(opened).collect()
    }

    #[test]
    fn a_server_without_panes_has_no_stand() {
        let alone = &entrances(false)[..1];
        assert_eq!(Stand::at(alone, (LOCAL, 8080), false, "127.0.0.1:8080"), None);
    }

    #[test]
    fn panes_have_the_name_that_the_browser_uses() {
        let at = |port, host| Stand::at(&entrances(false), (LOCAL, port), false, host).unwrap();
        let stand = at(8080, "localhost:8080");
        assert_eq!((stand.pane, stand.origin.as_str()), (None, "http://localhost:8080"));
        assert_eq!(stand.panes[1], (Pane::Township, "http://localhost:8082".to_owned()));
        let pane = at(8082, "127.0.0.1:8082");
        assert_eq!((pane.pane, pane.origin.as_str()), (Some(Pane::Township), "http://127.0.0.1:8080"));
    }

    #[test]
    fn a_foreign_name_is_never_repeated() {
        for host in ["evil.example:8081", "10.0.0.1", "", "a b", "127.0.0.1 https://evil.example", "[::1"] {
            let stand = Stand::at(&entrances(false), (LOCAL, 8081), false, host).unwrap();
            assert_eq!(stand.origin, "http://127.0.0.1:8080", "{host}");
        }
    }

    #[test]
    fn entrances_of_another_address_or_encryption_are_another_stand() {
        let lan: IpAddr = "192.168.1.5".parse().unwrap();
        let more =
            entrances(true).into_iter().map(|one| Opened { addr: (lan, one.addr.port()).into(), ..one });
        let all: Vec<_> = entrances(false).into_iter().chain(more).collect();
        let stand = Stand::at(&all, (lan, 8083), true, "192.168.1.5:8083").unwrap();
        assert_eq!((stand.pane, stand.origin.as_str()), (Some(Pane::Office), "https://192.168.1.5:8080"));
        assert!(stand.panes.iter().all(|(_, origin)| origin.starts_with("https://192.168.1.5:")));
    }
}
