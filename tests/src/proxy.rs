//! Networks as our users have them: a proxy that cuts connections and loses answers, and a government proxy that
//! passes GET, HEAD and POST of up to a megabyte.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What happens to one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    Pass,
    /// The connection breaks after this many bytes of the client have gone through.
    CutAfter(usize),
    /// The request arrives, its answer does not.
    LoseAnswer,
}

/// The largest body that the narrow proxy lets through.
pub const NARROW_LIMIT: usize = 1024 * 1024;

/// A proxy in front of a server; it stops when dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    faults: Arc<AtomicU32>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Gives the connections, in their order, one fault each; later ones pass.
    pub async fn faulty(upstream: SocketAddr, faults: impl IntoIterator<Item = Fault>) -> Self {
        let faults = Mutex::new(faults.into_iter().collect::<VecDeque<_>>());
        let happened = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&happened);
        Self::accept(happened, move |client| {
            let fault = faults.lock().expect("no holder panics").pop_front().unwrap_or(Fault::Pass);
            relay(client, upstream, fault, Arc::clone(&counter))
        })
        .await
    }

    /// Refuses every method but GET, HEAD and POST, and every body above [`NARROW_LIMIT`], with a page of its own.
    pub async fn narrow(upstream: SocketAddr) -> Self {
        let refused = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&refused);
        Self::accept(refused, move |client| pass_narrow(client, upstream, Arc::clone(&counter))).await
    }

    async fn accept<F, T>(faults: Arc<AtomicU32>, serve: F) -> Self
    where
        F: Fn(TcpStream) -> T + Send + 'static,
        T: Future<Output = io::Result<()>> + Send + 'static,
    {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("the port");
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client));
            }
        });
        Self { address, faults, task }
    }

    /// Where clients connect.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many connections were cut, robbed of their answer or refused.
    pub fn faults(&self) -> u32 {
        self.faults.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn relay(
    client: TcpStream,
    server: SocketAddr,
    fault: Fault,
    happened: Arc<AtomicU32>,
) -> io::Result<()> {
    let (from_client, mut to_client) = client.into_split();
    let (mut from_server, to_server) = TcpStream::connect(server).await?.into_split();
    let budget = if let Fault::CutAfter(bytes) = fault { bytes } else { usize::MAX };
    let upward = forward(from_client, to_server, budget);
    let downward = async {
        if fault == Fault::LoseAnswer {
            // The server has answered once its first byte is here.
            let _ = from_server.read_u8().await?;
            return Ok(true);
        }
        tokio::io::copy(&mut from_server, &mut to_client).await?;
        to_client.shutdown().await?;
        Ok::<_, io::Error>(false)
    };
    let broken = tokio::select! {
        cut = upward => cut?,
        lost = downward => lost?,
    };
    if broken {
        happened.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

/// Copies until the budget is used up (true) or the client says no more (never returns: the answer ends the relay).
async fn forward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut budget: usize) -> io::Result<bool> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            to.shutdown().await?;
            return std::future::pending().await;
        }
        let passed = read.min(budget);
        to.write_all(&buffer[..passed]).await?;
        budget -= passed;
        if budget == 0 {
            return Ok(true);
        }
    }
}

async fn pass_narrow(mut client: TcpStream, server: SocketAddr, refused: Arc<AtomicU32>) -> io::Result<()> {
    let (head, rest) = read_head(&mut client).await?;
    let method = head.split(' ').next().unwrap_or_default();
    let length = header(&head, "content-length").and_then(|value| value.parse().ok()).unwrap_or(0_usize);
    if !matches!(method, "GET" | "HEAD" | "POST") || length > NARROW_LIMIT {
        refused.fetch_add(1, Ordering::Relaxed);
        let page = "<html><body>Request denied by policy</body></html>";
        let answer = format!(
            "HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{page}",
            page.len()
        );
        client.write_all(answer.as_bytes()).await?;
        return client.shutdown().await;
    }
    let mut upstream = TcpStream::connect(server).await?;
    let kept = head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let head = kept.chain(["Connection: close"]).collect::<Vec<_>>().join("\r\n") + "\r\n\r\n";
    upstream.write_all(head.as_bytes()).await?;
    upstream.write_all(&rest).await?;
    tokio::io::copy_bidirectional(&mut client, &mut upstream).await?;
    Ok(())
}

/// The head without its empty line, and what of the body came with it.
async fn read_head(client: &mut TcpStream) -> io::Result<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            bytes.truncate(end);
            return Ok((String::from_utf8_lossy(&bytes).into_owned(), rest));
        }
        if client.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}
