//! A real S3 interface in this process, over a folder: signatures are checked, conditional writes are kept. It can run out of room, and then
//! says so as storage servers do.

use std::fs;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto::Builder;
use lalian::files::BucketSettings;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const BUCKET: &str = "photos";
const ACCESS_KEY: &str = "TESTACCESSKEY";
const SECRET_KEY: &str = "test-secret-key";

/// A running S3 server with one empty bucket; it stops when dropped.
#[derive(Debug)]
pub struct Bucket {
    endpoint: String,
    folder: TempDir,
    task: JoinHandle<()>,
    room: Arc<AtomicU64>,
}

impl Bucket {
    /// Starts on a free port.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder for objects");
        fs::create_dir(folder.path().join(BUCKET)).expect("the bucket");
        let mut service = S3ServiceBuilder::new(FileSystem::new(folder.path()).expect("a file system"));
        service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let service = service.build();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let room = Arc::new(AtomicU64::new(u64::MAX));
        let left = Arc::clone(&room);
        let task = tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let (service, left) = (service.clone(), Arc::clone(&left));
                tokio::spawn(async move {
                    if !has_room(&mut socket, &left).await {
                        return;
                    }
                    let mut server = Builder::new(hyper_util::rt::TokioExecutor::new());
                    // One request a connection, so that each is looked at for its length.
                    server.http1().keep_alive(false);
                    let _ = server.serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
        Self { endpoint, folder, task, room }
    }

    /// From now on so many bytes more are taken in.
    pub fn leave_room(&self, bytes: u64) {
        self.room.store(bytes, Ordering::SeqCst);
    }

    /// How a server reaches it; objects lie under `prefix`.
    pub fn settings(&self, prefix: &str) -> BucketSettings {
        BucketSettings {
            bucket: BUCKET.into(),
            prefix: prefix.into(),
            endpoint: Some(self.endpoint.clone()),
            region: Some("test-1".into()),
            access_key: Some(ACCESS_KEY.into()),
            secret_key: Some(SECRET_KEY.to_owned().into()),
        }
    }

    /// The same with a secret that is not the bucket's.
    pub fn settings_of_a_stranger(&self) -> BucketSettings {
        BucketSettings { secret_key: Some("another-secret".to_owned().into()), ..self.settings("") }
    }

    /// The folder in which objects of a prefix lie.
    pub fn path(&self, prefix: &str) -> std::path::PathBuf {
        self.folder.path().join(BUCKET).join(prefix)
    }

    /// How many objects lie under a prefix.
    pub fn objects_under(&self, prefix: &str) -> usize {
        fn count(path: &std::path::Path) -> usize {
            let Ok(entries) = fs::read_dir(path) else { return 0 };
            entries
                .map(|entry| entry.expect("an entry"))
                // The server keeps metadata of its own in hidden files.
                .filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'))
                .map(|entry| if entry.path().is_dir() { count(&entry.path()) } else { 1 })
                .sum()
        }
        count(&self.folder.path().join(BUCKET).join(prefix))
    }
}

/// Looks at what is asked before the server reads it. What brings more than there is room for is answered here, and what is put into a bucket
/// that nobody made: the server would make it, where S3 says `NoSuchBucket`.
async fn has_room(socket: &mut TcpStream, left: &AtomicU64) -> bool {
    let mut seen = vec![0; 16 * 1024];
    let mut known = 0;
    let head = loop {
        match socket.peek(&mut seen).await {
            Ok(0) | Err(_) => return false,
            Ok(length) => {
                let text = String::from_utf8_lossy(&seen[..length]);
                if let Some(end) = text.find("\r\n\r\n") {
                    break text[..end].to_owned();
                }
                if length == known {
                    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                }
                known = length;
            }
        }
    };
    let brings = head.starts_with("PUT ") || head.starts_with("POST ");
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<u64>().ok())?
    });
    let length = length.unwrap_or(0);
    let take = |room: u64| room.checked_sub(length);
    let path = head.split(' ').nth(1).unwrap_or_default();
    let is_here = path.trim_start_matches('/').split(['/', '?']).next() == Some(BUCKET);
    if is_here && (!brings || left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok()) {
        return true;
    }
    // Read to its end: whoever is still sending would not hear the answer.
    let mut rest = head.len() as u64 + 4 + length;
    while rest > 0 {
        let most = usize::try_from(rest).unwrap_or(usize::MAX).min(seen.len());
        match socket.read(&mut seen[..most]).await {
            Ok(0) | Err(_) => return false,
            Ok(read) => rest -= read as u64,
        }
    }
    let answer = if is_here {
        "HTTP/1.1 507 Insufficient Storage\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned()
    } else {
        let said = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message></Error>";
        let length = said.len();
        format!(
            "HTTP/1.1 404 Not Found\r\ncontent-type: application/xml\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{said}"
        )
    };
    let _ = socket.write_all(answer.as_bytes()).await;
    let _ = socket.shutdown().await;
    false
}

impl Drop for Bucket {
    fn drop(&mut self) {
        self.task.abort();
    }
}
