//! Binds the addresses and runs actix on them, in this process, until told to stop. Usually one address; the demo's
//! stand has one for each pane beside it, all served by the same workers.

use super::{State, application, lan::Lan};
use crate::domain::demo::Pane;
use actix_web::{HttpServer, dev::ServerHandle, web};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::task::JoinHandle;

/// What TLS is ended with.
#[derive(Debug, Clone)]
pub enum Tls {
    /// A certificate chain and its key, both PEM.
    Files { certificate: PathBuf, key: PathBuf },
    /// What the demo makes for the private addresses of the moment.
    Lan(Arc<Lan>),
}

/// One address to listen on.
#[derive(Debug, Clone)]
pub struct Entrance {
    pub bind: SocketAddr,
    pub tls: Option<Tls>,
    /// The pane of the demo's stand that is served here; none is the program itself.
    pub pane: Option<Pane>,
}

impl Entrance {
    /// The three panes at the ports after `main`, as `main` is encrypted.
    pub fn panes(main: SocketAddr, tls: Option<&Tls>) -> Vec<Self> {
        let port = |number: u16| match main.port() {
            0 => 0,
            port => port.checked_add(number).unwrap_or(0),
        };
        (1..)
            .zip(Pane::ALL)
            .map(|(number, pane)| Self {
                bind: SocketAddr::new(main.ip(), port(number)),
                tls: tls.cloned(),
                pane: Some(pane),
            })
            .collect()
    }

    /// The program and its panes once more, over TLS, for phones in the same room.
    pub fn lan(lan: &Arc<Lan>) -> Vec<Self> {
        let tls = Tls::Lan(Arc::clone(lan));
        let bind = SocketAddr::new(lan.bind_address().into(), lan.port());
        let panes = Self::panes(bind, Some(&tls));
        std::iter::once(Self { bind, tls: Some(tls), pane: None }).chain(panes).collect()
    }

    /// Where to bind: a pane takes any free port where its own is taken, because people find it through the stand and not
    /// by its number; so does what phones find by a code.
    fn free(&self) -> SocketAddr {
        let taken = |error: &io::Error| error.kind() == io::ErrorKind::AddrInUse;
        let found_otherwise = self.pane.is_some() || matches!(self.tls, Some(Tls::Lan(_)));
        match found_otherwise.then(|| TcpListener::bind(self.bind).err()).flatten() {
            Some(error) if taken(&error) => SocketAddr::new(self.bind.ip(), 0),
            _ => self.bind,
        }
    }
}

/// An address that is listened on now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// The real address, also where port 0 was asked for.
    pub addr: SocketAddr,
    pub tls: bool,
    pub pane: Option<Pane>,
}

/// Where and how to listen.
pub struct Listen<'a> {
    /// The first one is the program's own address.
    pub entrances: &'a [Entrance],
    pub workers: usize,
    /// Connections that one worker holds; more wait in the system's queue.
    pub connections: usize,
    /// How long requests under way may take after a stop.
    pub drain: Duration,
}

/// A running HTTP server.
pub struct Listening {
    /// In the order in which they were asked for.
    pub opened: Vec<Opened>,
    handle: ServerHandle,
    task: JoinHandle<io::Result<()>>,
}

impl Listening {
    /// Binds and starts; answers the real addresses, so port 0 works.
    pub fn start(listen: &Listen, state: &Arc<State>) -> io::Result<Self> {
        let data = web::Data::from(Arc::clone(state));
        let mut server = HttpServer::new(move || application(data.clone()))
            .workers(listen.workers)
            .max_connections(listen.connections)
            .client_request_timeout(Duration::from_secs(20))
            .client_disconnect_timeout(Duration::from_secs(5))
            .keep_alive(Duration::from_secs(75))
            .shutdown_timeout(listen.drain.as_secs())
            .disable_signals();
        let mut opened = Vec::with_capacity(listen.entrances.len());
        for entrance in listen.entrances {
            let named =
                |cause: io::Error| io::Error::new(cause.kind(), format!("bind {}: {cause}", entrance.bind));
            server = match &entrance.tls {
                Some(tls) => server.bind_rustls_0_23(entrance.free(), load(tls)?),
                None => server.bind(entrance.free()),
            }
            .map_err(named)?;
            let addr = server.addrs().last().copied().ok_or(io::ErrorKind::AddrNotAvailable)?;
            opened.push(Opened { addr, tls: entrance.tls.is_some(), pane: entrance.pane });
        }
        // Known before the first request can come.
        state.opened(opened.clone());
        let server = server.run();
        let handle = server.handle();
        Ok(Self { opened, handle, task: tokio::spawn(server) })
    }

    /// Takes no new connection, lets requests under way finish, then returns.
    pub async fn stop(self) -> io::Result<()> {
        self.handle.stop(true).await;
        self.task.await.map_err(io::Error::other)?
    }

    /// Returns when the server ends by itself, which it only does on a fault.
    pub async fn ended(&mut self) -> io::Result<()> {
        (&mut self.task).await.map_err(io::Error::other)?
    }
}

/// Reads certificate and key; says which file is no good, also when they do not belong together.
pub fn load(tls: &Tls) -> io::Result<ServerConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth();
    let (certificate, key) = match tls {
        Tls::Files { certificate, key } => (certificate, key),
        Tls::Lan(lan) => return Ok(builder.with_cert_resolver(Arc::clone(lan) as _)),
    };
    let named = |path: &Path, error: &dyn std::fmt::Display| {
        io::Error::new(io::ErrorKind::InvalidInput, format!("{}: {error}", path.display()))
    };
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| named(certificate, &error))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| named(key, &error))?;
    builder.with_single_cert(chain, private).map_err(|error| named(certificate, &error))
}
