//! A thin network: so many bits a second each way for all connections together, half of the round trip each way, and a
//! round trip before a connection carries anything. Packets count with their headers. It can break everything once.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};

/// Payload of a packet on a mobile network, and what IP and TCP add to it.
const PACKET: usize = 1_340;
const HEADERS: usize = 40;

/// What a link can do.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    pub bits_per_second: u32,
    pub round_trip: Duration,
}

/// One direction: when the wire is free again, and what it has carried.
#[derive(Debug)]
struct Wire {
    line: Line,
    free_at: Mutex<Instant>,
    carried: AtomicU64,
}

impl Wire {
    fn new(line: Line) -> Arc<Self> {
        Arc::new(Self { line, free_at: Mutex::new(Instant::now()), carried: AtomicU64::new(0) })
    }

    /// Waits until the wire has taken the packet, and says when it will be at the other end.
    async fn send(&self, bytes: usize) -> Instant {
        let on_wire = (bytes + HEADERS) as f64 * 8.0 / f64::from(self.line.bits_per_second);
        let taken = {
            let mut free_at = self.free_at.lock().expect("no holder panics");
            *free_at = (*free_at).max(Instant::now()) + Duration::from_secs_f64(on_wire);
            *free_at
        };
        self.carried.fetch_add(bytes as u64, Ordering::Relaxed);
        sleep_until(taken).await;
        taken + self.line.round_trip / 2
    }
}

/// The link as a proxy; it stops when dropped.
#[derive(Debug)]
pub struct Thin {
    address: SocketAddr,
    up: Arc<Wire>,
    down: Arc<Wire>,
    broken: watch::Sender<u32>,
    task: JoinHandle<()>,
}

impl Thin {
    /// Stands before a server.
    pub async fn before(upstream: SocketAddr, line: Line) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("the port");
        let (up, down) = (Wire::new(line), Wire::new(line));
        let broken = watch::Sender::new(0);
        let (wires, breaks) = ((Arc::clone(&up), Arc::clone(&down)), broken.clone());
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (up, down, mut cut) = (Arc::clone(&wires.0), Arc::clone(&wires.1), breaks.subscribe());
                tokio::spawn(async move {
                    tokio::select! {
                        _ = carry(client, upstream, up, down) => {}
                        _ = cut.changed() => {}
                    }
                });
            }
        });
        Self { address, up, down, broken, task }
    }

    /// Where the phone connects.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Breaks every connection that there is.
    pub fn cut(&self) {
        self.broken.send_modify(|breaks| *breaks += 1);
    }

    /// Bytes up and down so far, without the packets' headers.
    pub fn carried(&self) -> (u64, u64) {
        (self.up.carried.load(Ordering::Relaxed), self.down.carried.load(Ordering::Relaxed))
    }
}

impl Drop for Thin {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(client: TcpStream, upstream: SocketAddr, up: Arc<Wire>, down: Arc<Wire>) -> io::Result<()> {
    client.set_nodelay(true)?;
    // SYN and its answer.
    sleep(up.line.round_trip).await;
    let server = TcpStream::connect(upstream).await?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        ended = one_way(from_client, to_server, up) => ended,
        ended = one_way(from_server, to_client, down) => ended,
    }
}

/// Packets in order, each there half a round trip after the wire took it.
async fn one_way(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, wire: Arc<Wire>) -> io::Result<()> {
    let (deliver, mut arriving) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let sending = async {
        let mut packet = vec![0; PACKET];
        loop {
            let read = from.read(&mut packet).await?;
            if read == 0 {
                return Ok(());
            }
            let arrives = wire.send(read).await;
            let _ = deliver.send((arrives, packet[..read].to_vec()));
        }
    };
    let receiving = async {
        while let Some((at, packet)) = arriving.recv().await {
            sleep_until(at).await;
            to.write_all(&packet).await?;
        }
        std::future::pending().await
    };
    tokio::select! {
        ended = sending => {
            // What is under way still arrives.
            sleep(wire.line.round_trip).await;
            ended
        }
        ended = receiving => ended,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_as_slow_as_it_says() {
        crate::story::run(async {
            let echo = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
            let address = echo.local_addr().expect("the port");
            tokio::spawn(async move {
                while let Ok((mut client, _)) = echo.accept().await {
                    let mut got = [0; 10_000];
                    let _ = client.read_exact(&mut got).await;
                    let _ = client.write_all(b"all").await;
                    let _ = client.read(&mut got).await;
                }
            });
            let line = Line { bits_per_second: 200_000, round_trip: Duration::from_millis(100) };
            let thin = Thin::before(address, line).await;
            let from = Instant::now();
            let mut client = TcpStream::connect(thin.address).await.expect("connect");
            client.write_all(&[7; 10_000]).await.expect("write");
            let mut answer = [0; 3];
            client.read_exact(&mut answer).await.expect("an answer");
            // 10,320 bytes at 200 kbit/s are 0.41 s; connecting and asking are a round trip each.
            let elapsed = from.elapsed().as_secs_f64();
            assert!((0.6..0.9).contains(&elapsed), "{elapsed}");
            assert_eq!(thin.carried(), (10_000, 3));
            thin.cut();
            assert_eq!(client.read(&mut answer).await.unwrap_or(0), 0, "broken");
        });
    }
}
