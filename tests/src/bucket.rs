//! A real S3 interface in this process, over a folder: signatures are checked, conditional writes are kept.

use std::fs;
use std::net::Ipv4Addr;

use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto::Builder;
use lalian::files::BucketSettings;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::net::TcpListener;
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
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let executor = hyper_util::rt::TokioExecutor::new();
                    let _ = Builder::new(executor).serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
        Self { endpoint, folder, task }
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

impl Drop for Bucket {
    fn drop(&mut self) {
        self.task.abort();
    }
}
