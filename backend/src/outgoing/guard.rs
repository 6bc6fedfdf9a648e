//! Which addresses the program may call: an address entered by somebody of the office must not become a way into the network that the
//! server stands in.

use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// Longest address that is read.
const LONGEST: usize = 1024;
const HTTPS: u16 = 443;

/// What an address is for; each has its own well-known hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    WeCom,
    DingTalk,
    Feishu,
    Push,
}

impl Purpose {
    /// Well-known hosts and how the paths of their robots begin; a host that begins with a dot stands for everything below it.
    fn hosts(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Purpose::WeCom => &[("qyapi.weixin.qq.com", "/cgi-bin/webhook/send")],
            Purpose::DingTalk => &[("oapi.dingtalk.com", "/robot/send")],
            Purpose::Feishu => &[
                ("open.feishu.cn", "/open-apis/bot/v2/hook/"),
                ("open.larksuite.com", "/open-apis/bot/v2/hook/"),
            ],
            Purpose::Push => &[
                ("fcm.googleapis.com", "/"),
                (".push.services.mozilla.com", "/"),
                (".push.apple.com", "/"),
                (".notify.windows.com", "/"),
            ],
        }
    }
}

/// Why an address is not called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    NotAnAddress,
    NotHttps,
    UserInfo,
    Fragment,
    Port,
    IpAddress,
    Host,
    Path,
}

impl Refused {
    /// Chinese, English.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Refused::NotAnAddress => ("不是完整的网址", "not a complete address"),
            Refused::NotHttps => ("网址须以 https:// 开头", "the address must begin with https://"),
            Refused::UserInfo => ("网址里不能带用户名或密码", "no user or password may stand in the address"),
            Refused::Fragment => ("网址里不能有 # 部分", "no part after # may stand in the address"),
            Refused::Port => ("网址里不能带端口", "no port may stand in the address"),
            Refused::IpAddress => ("请用域名，不要用 IP 地址", "use a name, not an IP address"),
            Refused::Host => (
                "这个域名不在允许的范围内；如确需使用，请系统管理员用 --outgoing-hosts 加入",
                "this host is not on the list; the operator can add it with --outgoing-hosts",
            ),
            Refused::Path => (
                "这不是群机器人的地址，请从群设置里完整复制",
                "this is no robot's address; copy all of it from the group's settings",
            ),
        }
    }
}

/// An address that may be called, and its name and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub url: Url,
    pub host: String,
    pub port: u16,
}

/// What the operator allows beside the well-known hosts and public networks.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    hosts: Vec<(String, u16)>,
    networks: Vec<IpNet>,
}

impl Guard {
    /// Hosts as `name` or `name:port`.
    pub fn new(hosts: Vec<String>, networks: Vec<IpNet>) -> Self {
        let read = |text: String| {
            let text = text.trim().to_ascii_lowercase();
            match text.rsplit_once(':').and_then(|(host, port)| Some((host.to_owned(), port.parse().ok()?))) {
                Some(with_port) => with_port,
                None => (text, HTTPS),
            }
        };
        Self { hosts: hosts.into_iter().map(read).collect(), networks }
    }

    /// Reads an address that somebody entered, or that a browser named.
    pub fn check(&self, purpose: Purpose, text: &str) -> Result<Target, Refused> {
        let text = text.trim();
        if text.is_empty()
            || text.len() > LONGEST
            || text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\')
        {
            return Err(Refused::NotAnAddress);
        }
        let url = Url::parse(text).map_err(|_not_one| Refused::NotAnAddress)?;
        if url.scheme() != "https" {
            return Err(Refused::NotHttps);
        }
        // An empty user is one too: `https://@host` hides where it leads.
        if !url.username().is_empty() || url.password().is_some() || authority(text).contains('@') {
            return Err(Refused::UserInfo);
        }
        if url.fragment().is_some() {
            return Err(Refused::Fragment);
        }
        let host = match url.host() {
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(_) | Host::Ipv6(_)) => return Err(Refused::IpAddress),
            None => return Err(Refused::NotAnAddress),
        };
        let port = url.port().unwrap_or(HTTPS);
        if self.hosts.contains(&(host.clone(), port)) {
            return Ok(Target { url, host, port });
        }
        let known = |(name, _): &&(&str, &str)| match name.strip_prefix('.') {
            Some(_) => host.len() > name.len() && host.ends_with(name),
            None => host == *name,
        };
        let (_, begins) = purpose.hosts().iter().find(known).ok_or(Refused::Host)?;
        if port != HTTPS {
            return Err(Refused::Port);
        }
        if !url.path().starts_with(begins) {
            return Err(Refused::Path);
        }
        Ok(Target { url, host, port })
    }

    /// Whether a mail server may be called at this name and port at all; its addresses are looked at when it is.
    pub fn check_mail(&self, host: &str, port: u16) -> Result<(), Refused> {
        let plain = !host.is_empty()
            && host.len() <= 253
            && host.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.')
            && host.contains('.')
            && !host.starts_with('.');
        // What a browser would take for an address in numbers is one: 2130706433, 0x7f.1.
        match Host::parse(host) {
            Ok(Host::Domain(_)) if plain => {}
            Ok(Host::Ipv4(_) | Host::Ipv6(_)) => return Err(Refused::IpAddress),
            _ => return Err(Refused::NotAnAddress),
        }
        let listed = self.hosts.contains(&(host.to_ascii_lowercase(), port));
        if listed || matches!(port, 25 | 465 | 587) { Ok(()) } else { Err(Refused::Port) }
    }

    /// Whether a connection to this address may be made: public, or in a network that the operator named.
    pub fn may_reach(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        is_public(ip) || self.networks.iter().any(|network| network.contains(&ip))
    }
}

/// What stands between `//` and the next slash.
fn authority(text: &str) -> &str {
    let after = text.split_once("//").map_or(text, |(_, rest)| rest);
    after.split(['/', '?', '#']).next().unwrap_or_default()
}

/// Whether everybody on the internet means the same machine by this address.
pub fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    // This network, private, loopback, link-local with the clouds' metadata, multicast, reserved.
    let inside = matches!((a, b), (0 | 10 | 127 | 224.., _) | (172, 16..32) | (169, 254) | (192, 168));
    // A carrier's own 100.64/10 (metadata of a Chinese cloud), benchmarks 198.18/15.
    let shared = matches!((a, b), (100, 64..128) | (198, 18 | 19));
    // Protocol assignments, documentation, relays of 6to4, and a cloud's inner service on an address that looks public.
    let special = matches!(
        (a, b, c),
        (192, 0, 0 | 2) | (192, 88, 99) | (198, 51, 100) | (203, 0, 113) | (168, 63, 129)
    );
    !(inside || shared || special)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    // Only 2000::/3 is given out; loopback, unique local, link-local, multicast, NAT64 and what embeds other addresses lie outside.
    let global = s[0] & 0xe000 == 0x2000;
    // Teredo and other protocol assignments 2001::/23, documentation, 6to4 (which carries an IPv4 address inside).
    let special = match s[0] {
        0x2001 => s[1] < 0x0200 || s[1] == 0x0db8,
        0x2002 => true,
        0x3fff => s[1] < 0x1000,
        _ => false,
    };
    global && !special
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
