//! The only code that calls out: group robots, push services and mail servers, each through the same guard.
//!
//! https only; hosts from a list; every address that a name leads to is looked at and the connection is bound to those addresses; no
//! redirect is followed, no proxy is asked; five seconds, 64 KB. What a message says and when is the use cases' matter.

pub mod guard;
pub mod mail;
pub mod push;
pub mod robots;
mod web;

use crate::domain::notices::reason::Reason;
use guard::Guard;
use ipnet::IpNet;
use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

/// How long a name, a connection and an answer may take, together.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most that an answer may say.
const ANSWER: usize = 64 * 1024;

/// What the operator allows.
#[derive(Debug, Clone)]
pub struct OutgoingSettings {
    /// False: nothing goes out.
    pub on: bool,
    /// More hosts for robots and push services: `relay.example.gov.cn` or, with a port of its own, `relay.example.gov.cn:8443`.
    pub hosts: Vec<String>,
    /// Private networks that may be reached all the same: an own relay or mail server.
    pub networks: Vec<IpNet>,
    /// One more root certificate, PEM.
    pub root: Option<Vec<u8>>,
    /// Names that tests answer themselves; nothing else sets it.
    pub names: BTreeMap<String, Vec<IpAddr>>,
}

impl Default for OutgoingSettings {
    fn default() -> Self {
        Self { on: true, hosts: Vec::new(), networks: Vec::new(), root: None, names: BTreeMap::new() }
    }
}

/// Sends to others; shared by the whole server.
#[derive(Debug)]
pub struct Outgoing {
    pub guard: Guard,
    on: bool,
    root: Option<Vec<u8>>,
    names: BTreeMap<String, Vec<IpAddr>>,
}

impl Outgoing {
    pub fn new(settings: OutgoingSettings) -> Self {
        let OutgoingSettings { on, hosts, networks, root, names } = settings;
        Self { guard: Guard::new(hosts, networks), on, root, names }
    }

    fn is_on(&self) -> Result<(), Reason> {
        if self.on { Ok(()) } else { Err(Reason::SwitchedOff) }
    }

    /// All addresses of a name, when every one of them may be reached. One that may not refuses them all: a name that also leads inside
    /// is not to be trusted with the others.
    async fn addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, Reason> {
        let found: Vec<SocketAddr> = if let Some(known) = self.names.get(host) {
            known.iter().map(|ip| SocketAddr::new(*ip, port)).collect()
        } else {
            let looking = tokio::time::timeout(PATIENCE, tokio::net::lookup_host((host, port)));
            let found = looking.await.map_err(|_elapsed| Reason::Unreachable)?;
            found.map_err(|_unknown| Reason::Unreachable)?.take(16).collect()
        };
        if found.is_empty() {
            return Err(Reason::Unreachable);
        }
        if found.iter().all(|address| self.guard.may_reach(address.ip())) {
            Ok(found)
        } else {
            Err(Reason::AddressRefused)
        }
    }
}
