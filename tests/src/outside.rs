//! What lies outside: a robot, a push service or a mail server of a test's own, on TLS, which remembers what it was told.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lalian::outgoing::OutgoingSettings;
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// What somebody sent: an HTTP request, or a letter with its envelope as lines of the head.
#[derive(Debug, Clone, Default)]
pub struct Heard {
    pub line: String,
    pub head: Vec<(String, String)>,
    pub body: String,
}

impl Heard {
    /// A header by its name in small letters.
    pub fn header(&self, name: &str) -> &str {
        self.head.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

/// How an HTTP server answers.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: &'static str,
    pub head: &'static str,
    pub body: String,
    pub after: Duration,
}

impl Reply {
    /// 200 with this body.
    pub fn ok(body: &str) -> Self {
        Self { status: "200 OK", head: "", body: body.to_owned(), after: Duration::ZERO }
    }

    /// A status with nothing in it.
    pub fn status(status: &'static str) -> Self {
        Self { status, ..Self::ok("") }
    }
}

/// What happened at a server so far.
#[derive(Debug, Default)]
struct Log {
    connections: usize,
    heard: Vec<Heard>,
    replies: Vec<Reply>,
}

/// A running server; it stops when dropped.
#[derive(Debug)]
pub struct Outside {
    pub port: u16,
    /// Its certificate, PEM.
    pub certificate: String,
    log: Arc<Mutex<Log>>,
    task: JoinHandle<()>,
}

/// The name that its certificate is made for.
pub const NAME: &str = "outside.test";

impl Outside {
    /// A server that gives these answers in turn, the last one for ever.
    pub async fn http(replies: Vec<Reply>) -> Self {
        Self::start(replies, false).await
    }

    /// A mail server that takes every letter but those to `nobody@…`.
    pub async fn mail() -> Self {
        Self::start(Vec::new(), true).await
    }

    async fn start(replies: Vec<Reply>, mail: bool) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let made = rcgen::generate_simple_self_signed(vec![NAME.to_owned()]).expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("a server's TLS");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let log = Arc::new(Mutex::new(Log { replies, ..Log::default() }));
        let seen = Arc::clone(&log);
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                seen.lock().expect("a log").connections += 1;
                let (acceptor, log) = (acceptor.clone(), Arc::clone(&seen));
                tokio::spawn(async move { serve(socket, acceptor, log, mail).await });
            }
        });
        Self { port, certificate: made.cert.pem(), log, task }
    }

    /// Everything that it was told.
    pub fn heard(&self) -> Vec<Heard> {
        self.log.lock().expect("a log").heard.clone()
    }

    /// How often somebody came at all.
    pub fn connections(&self) -> usize {
        self.log.lock().expect("a log").connections
    }

    /// What it answers from now on.
    pub fn answer(&self, replies: Vec<Reply>) {
        self.log.lock().expect("a log").replies = replies;
    }

    /// Its address for robots and push services.
    pub fn url(&self, path: &str) -> String {
        format!("https://{NAME}:{}{path}", self.port)
    }

    /// Lets a server reach this one by its name; without the network it may not.
    pub fn allowed(&self, ip: &str) -> OutgoingSettings {
        OutgoingSettings {
            hosts: vec![format!("{NAME}:{}", self.port)],
            networks: vec!["127.0.0.0/8".parse().expect("a network")],
            root: Some(self.certificate.clone().into_bytes()),
            names: [(NAME.to_owned(), ip.split(',').map(|ip| ip.parse().expect("an address")).collect())]
                .into(),
            ..OutgoingSettings::default()
        }
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(socket: TcpStream, acceptor: TlsAcceptor, log: Arc<Mutex<Log>>, mail: bool) {
    let Ok(stream) = acceptor.accept(socket).await else { return };
    let stream = BufReader::new(stream);
    let _ = if mail { letters(stream, &log).await } else { requests(stream, &log).await };
}

async fn requests(mut stream: BufReader<TlsStream<TcpStream>>, log: &Mutex<Log>) -> std::io::Result<()> {
    let mut heard = Heard::default();
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    line.trim_end().clone_into(&mut heard.line);
    loop {
        line.clear();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        heard.head.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut body = vec![0; heard.header("content-length").parse().unwrap_or(0)];
    stream.read_exact(&mut body).await?;
    heard.body = String::from_utf8_lossy(&body).into_owned();
    let reply = {
        let mut log = log.lock().expect("a log");
        log.heard.push(heard);
        if log.replies.len() > 1 { log.replies.remove(0) } else { log.replies[0].clone() }
    };
    tokio::time::sleep(reply.after).await;
    let Reply { status, head, body, .. } = reply;
    let text = format!(
        "HTTP/1.1 {status}\r\n{head}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(text.as_bytes()).await?;
    stream.shutdown().await
}

async fn letters(mut stream: BufReader<TlsStream<TcpStream>>, log: &Mutex<Log>) -> std::io::Result<()> {
    let mut heard = Heard::default();
    let mut line = String::new();
    stream.write_all(b"220 outside.test\r\n").await?;
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let said = line.trim_end().to_owned();
        let word = said.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer = match word.as_str() {
            "EHLO" => "250-outside.test\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
            "RCPT" if said.contains("nobody@") => "550 no such box",
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        let answer = if word == "AUTH" { "235 welcome" } else { answer };
        heard.head.push((word.to_ascii_lowercase(), said));
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        if word == "DATA" {
            loop {
                line.clear();
                stream.read_line(&mut line).await?;
                if line.trim_end() == "." {
                    break;
                }
                heard.body.push_str(&line);
            }
            log.lock().expect("a log").heard.push(std::mem::take(&mut heard));
            stream.write_all(b"250 taken\r\n").await?;
        }
    }
}
