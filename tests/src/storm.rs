//! A network in bad weather: every connection ends before its time, at a random byte of a request or of an answer, or
//! with the answer swallowed after the server has committed. The weather of a seed is the same each time.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::photo::Noise;

/// How one connection ends, if it lives that long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weather {
    /// After this many bytes of requests, in the middle of whatever is under way.
    CutUp(u64),
    /// After this many bytes of answers.
    CutDown(u64),
    /// The server answers so many times; the last answer is swallowed whole.
    LoseAnswer(u64),
    /// After this many bytes of requests nothing moves any more, and only then it breaks.
    Stall(u64, Duration),
}

impl Weather {
    fn draw(noise: &mut Noise) -> Self {
        match noise.bits() % 20 {
            0..8 => Self::CutUp(any_size(noise, 21)),
            8..13 => Self::CutDown(any_size(noise, 16)),
            13..19 => Self::LoseAnswer(1 + noise.bits() % 24),
            _ => Self::Stall(any_size(noise, 21), Duration::from_millis(200 + noise.bits() % 1_000)),
        }
    }
}

/// Below 2^`bits`, evenly over the orders of magnitude: heads of requests are hit as often as the middles of photos.
fn any_size(noise: &mut Noise, bits: u64) -> u64 {
    let size = noise.bits() % bits;
    (1 << size) + noise.bits() % (1 << size)
}

/// What is counted.
#[derive(Debug, Default)]
struct Counts {
    connections: AtomicU64,
    cuts: AtomicU64,
    lost: AtomicU64,
}

/// The proxy; it stops when dropped.
#[derive(Debug)]
pub struct Storm {
    address: SocketAddr,
    upstream: Arc<Mutex<SocketAddr>>,
    counts: Arc<Counts>,
    task: JoinHandle<()>,
}

impl Storm {
    /// Stands before a server that may move.
    pub async fn before(upstream: SocketAddr, seed: u64) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("the port");
        let upstream = Arc::new(Mutex::new(upstream));
        let counts = Arc::new(Counts::default());
        let (server, counter) = (Arc::clone(&upstream), Arc::clone(&counts));
        let task = tokio::spawn(async move {
            let mut noise = Noise::new(seed);
            while let Ok((client, _)) = listener.accept().await {
                counter.connections.fetch_add(1, Ordering::Relaxed);
                let server = *server.lock().expect("no holder panics");
                tokio::spawn(relay(client, server, Weather::draw(&mut noise), Arc::clone(&counter)));
            }
        });
        Self { address, upstream, counts, task }
    }

    /// Where phones connect.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The server was started again somewhere else.
    pub fn moved(&self, upstream: SocketAddr) {
        *self.upstream.lock().expect("no holder panics") = upstream;
    }

    /// Connections that were broken in the middle of something, those that lost a whole answer among them.
    pub fn cuts(&self) -> u64 {
        self.counts.cuts.load(Ordering::Relaxed)
    }

    /// Answers that the server gave and nobody got.
    pub fn lost_answers(&self) -> u64 {
        self.counts.lost.load(Ordering::Relaxed)
    }
}

impl Drop for Storm {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Passes bytes both ways until the weather or one of the sides ends it; dropping both ends is the cut.
async fn relay(
    client: TcpStream,
    server: SocketAddr,
    weather: Weather,
    counts: Arc<Counts>,
) -> io::Result<()> {
    let _ = client.set_nodelay(true);
    let server = TcpStream::connect(server).await?;
    let _ = server.set_nodelay(true);
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let mut up_budget = match weather {
        Weather::CutUp(bytes) | Weather::Stall(bytes, _) => bytes,
        Weather::CutDown(_) | Weather::LoseAnswer(_) => u64::MAX,
    };
    let mut down_budget = if let Weather::CutDown(bytes) = weather { bytes } else { u64::MAX };
    let mut answers_left = if let Weather::LoseAnswer(answers) = weather { answers } else { u64::MAX };
    let (mut up, mut down) = (vec![0; 16 * 1024], vec![0; 16 * 1024]);
    // Bytes went up since the last answer began, so the next byte down begins one.
    let mut asked = false;
    loop {
        tokio::select! {
            read = from_client.read(&mut up) => {
                let read = read? as u64;
                if read == 0 { return Ok(()) }
                asked = true;
                let passed = read.min(up_budget);
                to_server.write_all(&up[..passed as usize]).await?;
                up_budget -= passed;
                if up_budget == 0 {
                    if let Weather::Stall(_, time) = weather { tokio::time::sleep(time).await; }
                    break;
                }
            }
            read = from_server.read(&mut down) => {
                let read = read? as u64;
                if read == 0 { return Ok(()) }
                if asked {
                    asked = false;
                    answers_left -= 1;
                    if answers_left == 0 {
                        counts.lost.fetch_add(1, Ordering::Relaxed);
                        break;
                    }
                }
                let passed = read.min(down_budget);
                to_client.write_all(&down[..passed as usize]).await?;
                down_budget -= passed;
                if down_budget == 0 { break }
            }
        }
    }
    counts.cuts.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Weather;
    use crate::photo::Noise;

    #[test]
    fn every_kind_of_weather_comes_and_a_seed_repeats_it() {
        let draw = || {
            let mut noise = Noise::new(7);
            (0..200).map(|_| Weather::draw(&mut noise)).collect::<Vec<_>>()
        };
        let drawn = draw();
        assert_eq!(drawn, draw());
        assert!(drawn.iter().any(|weather| matches!(weather, Weather::CutUp(1..400))));
        assert!(drawn.iter().any(|weather| matches!(weather, Weather::CutUp(100_000..))));
        assert!(drawn.iter().any(|weather| matches!(weather, Weather::CutDown(1..400))));
        assert!(drawn.iter().any(|weather| matches!(weather, Weather::LoseAnswer(1..4))));
        assert!(drawn.iter().any(|weather| matches!(weather, Weather::Stall(..))));
    }
}
