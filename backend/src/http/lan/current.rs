//! What is good right now: the machine's private addresses, a certificate for them, and the authority behind it. All three
//! change while the demo runs (another network, a new address, an old leaf) and nobody has to restart anything.

use super::{
    addresses::{self, is_private},
    authority::{Authority, Error},
};
use crate::domain::{
    clock::{Instant, SharedClock},
    random::SharedRandom,
};
use ipnet::Ipv4Net;
use rustls::{
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use std::{
    fmt,
    net::Ipv4Addr,
    path::PathBuf,
    sync::{Arc, OnceLock, RwLock},
};

/// What the operator says of it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the authority is kept.
    pub folder: PathBuf,
    /// This address only, instead of all private ones.
    pub address: Option<Ipv4Addr>,
    /// The first of the ports: the program itself, then what else listens beside it.
    pub port: u16,
}

/// The demo's way to phones of the same room.
pub struct Lan {
    settings: Settings,
    clock: SharedClock,
    now: RwLock<Now>,
    /// Told once everything listens.
    ports: OnceLock<Ports>,
    tag: String,
}

#[derive(Debug, Clone, Copy)]
struct Ports {
    main: u16,
    install: u16,
}

struct Now {
    addresses: Vec<Ipv4Net>,
    authority: Arc<Authority>,
    certified: Arc<CertifiedKey>,
    renew_at: Instant,
}

/// No private address: there is no room.
const NO_ADDRESS: &str = "这台机器没有局域网地址：先连上和手机相同的无线网，或打开手机热点让电脑连上，再试一次。\n\
    This machine has no address in a local network: join the phone's Wi-Fi, or its hotspot, and try again.";
const NOT_PRIVATE: &str = "--lan-address 只能是局域网地址（如 192.168.1.5），示例不对互联网开放。\n\
    --lan-address must be a private address such as 192.168.1.5; the demo is not for the Internet.";

impl Lan {
    /// Looks where this machine is and prepares a certificate for it.
    pub fn open(settings: Settings, clock: SharedClock, random: &SharedRandom) -> Result<Self, String> {
        if settings.address.is_some_and(|address| !is_private(address.into())) {
            return Err(NOT_PRIVATE.to_owned());
        }
        let addresses = settings.look();
        if addresses.is_empty() {
            return Err(NO_ADDRESS.to_owned());
        }
        let mut tag = random.id().simple().to_string();
        tag.truncate(6);
        let now = Now::make(&settings, addresses, clock.now(), &tag).map_err(|error| error.to_string())?;
        Ok(Self { settings, clock, now: RwLock::new(now), ports: OnceLock::new(), tag })
    }

    /// Looks again; true when phones must be told something new (another address, another authority).
    pub fn look_again(&self) -> Result<bool, Error> {
        let found = self.settings.look();
        let (addresses, authority, renew_at) = {
            let now = self.read();
            (now.addresses.clone(), Arc::clone(&now.authority), now.renew_at)
        };
        // Without a network the last address may come back with it.
        let moved = !found.is_empty() && found != addresses;
        let at = self.clock.now();
        if !moved && at < renew_at {
            return Ok(false);
        }
        let next = Now::make(&self.settings, if moved { found } else { addresses }, at, &self.tag)?;
        let another = next.authority.fingerprint() != authority.fingerprint();
        *self.now.write().unwrap_or_else(std::sync::PoisonError::into_inner) = next;
        Ok(moved || another)
    }

    /// Where everything listens, once it does.
    pub fn listens(&self, main: u16, install: u16) {
        let _ = self.ports.set(Ports { main, install });
    }

    /// The address that phones use.
    pub fn address(&self) -> Ipv4Addr {
        self.read().addresses.first().map_or(Ipv4Addr::LOCALHOST, Ipv4Net::addr)
    }

    /// The program, for a phone that trusts the authority.
    pub fn url(&self) -> String {
        self.url_at(self.ports.get().map_or(self.settings.port, |ports| ports.main))
    }

    /// Something else that listens with the same certificate.
    pub fn url_at(&self, port: u16) -> String {
        format!("https://{}:{port}", self.address())
    }

    /// The plain page that hands out the authority's certificate.
    pub fn install_url(&self) -> String {
        format!("http://{}:{}", self.address(), self.ports.get().map_or(0, |ports| ports.install))
    }

    pub fn authority(&self) -> Arc<Authority> {
        Arc::clone(&self.read().authority)
    }

    /// Where to listen: the named address, or all of them, for addresses come and go.
    pub fn bind_address(&self) -> Ipv4Addr {
        self.settings.address.unwrap_or(Ipv4Addr::UNSPECIFIED)
    }

    /// The port that the operator asked for; 0 means any.
    pub fn port(&self) -> u16 {
        self.settings.port
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Now> {
        self.now.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Settings {
    fn look(&self) -> Vec<Ipv4Net> {
        match self.address {
            Some(address) => vec![addresses::around(address)],
            None => addresses::of_this_machine(),
        }
    }
}

impl Now {
    fn make(settings: &Settings, addresses: Vec<Ipv4Net>, at: Instant, tag: &str) -> Result<Self, Error> {
        let authority = Authority::open(&settings.folder, &addresses::networks(&addresses), at, tag)?;
        let leaf = authority.leaf(&addresses, at)?;
        Ok(Self {
            addresses,
            authority: Arc::new(authority),
            certified: Arc::new(leaf.certified),
            renew_at: leaf.renew_at,
        })
    }
}

impl ResolvesServerCert for Lan {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.read().certified))
    }
}

impl fmt::Debug for Lan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lan").field("address", &self.address()).finish_non_exhaustive()
    }
}
