//! Binds the address and runs actix on it, in this process, until told to stop.

use super::{State, application};
use actix_web::{HttpServer, dev::ServerHandle, web};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::task::JoinHandle;

/// A certificate chain and its key, both PEM.
#[derive(Debug, Clone)]
pub struct Tls {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// Where and how to listen.
pub struct Listen<'a> {
    pub bind: SocketAddr,
    pub tls: Option<&'a Tls>,
    pub workers: usize,
    /// Connections that one worker holds; more wait in the system's queue.
    pub connections: usize,
    /// How long requests under way may take after a stop.
    pub drain: Duration,
}

/// A running HTTP server.
pub struct Listening {
    pub addr: SocketAddr,
    handle: ServerHandle,
    task: JoinHandle<io::Result<()>>,
}

impl Listening {
    /// Binds and starts; answers the real address, so port 0 works.
    pub fn start(listen: &Listen, state: Arc<State>) -> io::Result<Self> {
        let data = web::Data::from(state);
        let server = HttpServer::new(move || application(data.clone()))
            .workers(listen.workers)
            .max_connections(listen.connections)
            .client_request_timeout(Duration::from_secs(20))
            .client_disconnect_timeout(Duration::from_secs(5))
            .keep_alive(Duration::from_secs(75))
            .shutdown_timeout(listen.drain.as_secs())
            .disable_signals();
        let server = match listen.tls {
            Some(tls) => server.bind_rustls_0_23(listen.bind, load(tls)?)?,
            None => server.bind(listen.bind)?,
        };
        let addr = server.addrs().first().copied().ok_or(io::ErrorKind::AddrNotAvailable)?;
        let server = server.run();
        let handle = server.handle();
        Ok(Self { addr, handle, task: tokio::spawn(server) })
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
    let named = |path: &Path, error: &dyn std::fmt::Display| {
        io::Error::new(io::ErrorKind::InvalidInput, format!("{}: {error}", path.display()))
    };
    let chain = CertificateDer::pem_file_iter(&tls.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| named(&tls.certificate, &error))?;
    let key = PrivateKeyDer::from_pem_file(&tls.key).map_err(|error| named(&tls.key, &error))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| named(&tls.certificate, &error))
}
