//! Every setting: one flag and one `LALIAN_*` variable each, read once, checked before anything starts.

use crate::{
    app::demo::made::Made,
    domain::{
        client::ClientVersion,
        clock::{SharedClock, SystemClock},
        people::password,
        random::{SharedRandom, SystemRandom},
    },
    http::{
        admission::Limits,
        lan::{Lan, is_private},
        listen::{Entrance, Tls},
    },
    outgoing::OutgoingSettings,
};
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use url::{Host, Url};

mod care;
mod data;
mod network;

pub use care::{BackupArgs, BackupPlan};
pub use data::{DatabaseArgs, StorageArgs};
pub use network::{NetworkArgs, OutgoingArgs};

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{path}: {cause}")]
    File { path: String, cause: std::io::Error },
    #[error("{0}")]
    Unusable(String),
}

/// Where objects lie.
pub use crate::files::Place as Storage;

/// Everything that a server needs to start.
#[derive(Clone)]
pub struct Config {
    pub data: PathBuf,
    /// `sqlite:PATH` or `postgres://…`; secret because of the password inside.
    pub database: SecretString,
    pub storage: Storage,
    pub disk_floor_bytes: u64,
    pub bind: SocketAddr,
    pub tls: Option<Tls>,
    /// More addresses to listen on: the panes of the demo's stand.
    pub more_entrances: Vec<Entrance>,
    /// The demo's way in for phones of the same room.
    pub lan: Option<Arc<Lan>>,
    pub proxies: Vec<IpNet>,
    pub public_url: Option<Url>,
    pub pwa: Option<PathBuf>,
    pub workers: usize,
    pub limits: Limits,
    /// Oldest front end that may begin new visits.
    pub min_client: Option<ClientVersion>,
    /// The operator's word that what is written is also elsewhere.
    pub storage_replicated: bool,
    pub drain: Duration,
    /// Whom the program itself may call.
    pub outgoing: OutgoingSettings,
    /// Where backups go each day; nowhere unless it was said.
    pub backups: Option<BackupPlan>,
    /// Runs the demo county: needs a demo database, as everything else refuses one.
    pub demo: bool,
    /// The program whose children open photographs: this one. Without it they are opened in this process.
    pub developer: Option<PathBuf>,
    pub password_cost: password::Cost,
    pub clock: SharedClock,
    pub random: SharedRandom,
}

impl Config {
    /// From flags and variables; `data` is where things lie when nothing is said.
    pub fn new(
        database: &DatabaseArgs,
        storage: StorageArgs,
        network: NetworkArgs,
        data: &str,
    ) -> Result<Self, Error> {
        let data = database.folder(data);
        Ok(Self {
            database: database.url(&data)?,
            disk_floor_bytes: storage.disk_floor_mb * 1024 * 1024,
            storage: storage.resolve(&data)?,
            data,
            bind: network.bind,
            tls: network
                .tls_certificate
                .zip(network.tls_key)
                .map(|(certificate, key)| Tls::Files { certificate, key }),
            more_entrances: Vec::new(),
            lan: None,
            proxies: network.behind_proxy,
            public_url: network.public_url,
            pwa: network.pwa,
            workers: network.workers.map_or_else(processors, usize::from),
            limits: Limits { total: network.max_requests, per_peer: network.max_requests_per_peer },
            min_client: network.min_client,
            storage_replicated: network.storage_replicated,
            drain: Duration::from_secs(network.drain_s),
            backups: network.backups.resolve(None)?,
            outgoing: network.outgoing.resolve()?,
            demo: false,
            developer: Some(own_program()),
            password_cost: password::Cost::STANDARD,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
        })
    }

    /// For tests: everything below `data`, a free port on loopback, cheap passwords, one worker.
    pub fn for_testing(data: &Path) -> Self {
        Self {
            database: format!("sqlite:{}", data.join("lalian.db").display()).into(),
            storage: Storage::Disk(data.join("files")),
            disk_floor_bytes: 0,
            data: data.to_owned(),
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            tls: None,
            more_entrances: Vec::new(),
            lan: None,
            proxies: Vec::new(),
            public_url: None,
            pwa: Some(data.join("no-front-end")),
            workers: 1,
            limits: Limits { total: 512, per_peer: 512 },
            min_client: None,
            storage_replicated: false,
            drain: Duration::from_secs(5),
            outgoing: OutgoingSettings::default(),
            backups: None,
            demo: false,
            developer: None,
            password_cost: password::Cost::CHEAP,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
        }
    }

    /// Refuses what would be unsafe: passwords and photos in clear text on a network.
    pub fn check(&self) -> Result<(), Error> {
        let loopback = self.bind.ip().to_canonical().is_loopback();
        let unusable = |text: &str| Err(Error::Unusable(text.to_owned()));
        if self.demo {
            self.check_demo(loopback)?;
        }
        if !loopback && self.tls.is_none() && self.proxies.is_empty() {
            return unusable(
                "离开本机必须加密：请给出 --tls-certificate 和 --tls-key，或用 --behind-proxy 列出前面的代理。\n\
                 Off loopback the connection must be encrypted: give --tls-certificate and --tls-key, \
                 or list the proxies in front with --behind-proxy.",
            );
        }
        if self.limits.total == 0 || self.limits.per_peer == 0 {
            return unusable("--max-requests must be at least 1");
        }
        Ok(())
    }

    /// Panes of the demo ask for no password, so it must not be open to strangers, encrypted or not: this machine, or phones of the same room.
    fn check_demo(&self, loopback: bool) -> Result<(), Error> {
        let unusable = |text: &str| Err(Error::Unusable(text.to_owned()));
        // An address that leads nowhere outside is how somebody tries his proxy on his own machine.
        if !self.proxies.is_empty() && !self.has_private_address() {
            return unusable(
                "示例不用密码就能进，不能放在代理后面给别人用：去掉 --behind-proxy；同一房间的手机用 lalian demo --lan。\n\
                 The demo lets in without a password and must not stand behind a proxy: take away --behind-proxy; for phones of the \
                 same room use lalian demo --lan.",
            );
        }
        if !loopback && self.lan.is_none() {
            return unusable(
                "示例不用密码就能进，只在本机运行：请用 127.0.0.1；同一房间的手机用 lalian demo --lan。\n\
                 The demo lets in without a password and stays on this machine: bind 127.0.0.1; for phones of the same room use \
                 lalian demo --lan.",
            );
        }
        Ok(())
    }

    /// True when the address that others use is a number of this machine or of its room.
    fn has_private_address(&self) -> bool {
        let number = match self.public_url.as_ref().and_then(Url::host) {
            Some(Host::Ipv4(number)) => number.into(),
            Some(Host::Ipv6(number)) => number.into(),
            Some(Host::Domain(_)) | None => return false,
        };
        is_private(number)
    }

    /// True when a proxy in front of us speaks HTTPS with browsers.
    pub fn is_encrypted_in_front(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    /// Every address to listen on, the program's own first.
    pub fn entrances(&self) -> Vec<Entrance> {
        let main = Entrance { bind: self.bind, tls: self.tls.clone(), pane: None };
        std::iter::once(main).chain(self.more_entrances.iter().cloned()).collect()
    }

    /// Where a demo on SQLite and a local folder is kept as it was made, beside its data.
    pub fn made_copy(&self) -> Option<Made> {
        let Storage::Disk(files) = &self.storage else { return None };
        let kept = self.demo && self.sqlite_file().is_some();
        kept.then(|| Made { folder: self.data.join("made"), files: files.clone(), anew: Arc::default() })
    }

    /// The SQLite file, if the database is one.
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        let path = self.database.expose_secret().strip_prefix("sqlite:")?;
        Some(PathBuf::from(path.split('?').next().unwrap_or_default().trim_start_matches("//")))
    }
}

/// This very program, also after its file was replaced by another version.
fn own_program() -> PathBuf {
    let own = Path::new("/proc/self/exe");
    if own.exists() {
        own.to_owned()
    } else {
        std::env::current_exe().unwrap_or_else(|_unknown| "lalian".into())
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

#[cfg(test)]
mod tests;
