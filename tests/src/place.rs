//! A folder and a durable database for the real program.

use std::path::Path;

use tempfile::TempDir;

use crate::backend::{Backend, sqlite_url};
use crate::postgres::Cluster;

/// Both, and an empty database on the same disk for comparison.
#[derive(Debug)]
pub struct Place {
    folder: TempDir,
    pub backend: Backend,
    pub url: String,
    /// For what the same database does when it is asked for nothing else.
    pub floor_url: String,
}

impl Place {
    /// Fresh ones, on the disk that the checkout is on.
    pub async fn start(backend: Backend) -> Self {
        let parent = Path::new(env!("CARGO_MANIFEST_DIR")).join(".cache");
        std::fs::create_dir_all(&parent).expect("a folder for measurements");
        let folder = tempfile::tempdir_in(parent).expect("a folder for this run");
        let (url, floor_url) = match backend {
            Backend::Sqlite => {
                (sqlite_url(&folder.path().join("lalian.db")), sqlite_url(&folder.path().join("floor.db")))
            }
            Backend::Postgres => (Cluster::durable().empty().await, Cluster::durable().empty().await),
        };
        Self { folder, backend, url, floor_url }
    }

    /// Where the program runs and keeps its files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.backend == Backend::Postgres {
            Cluster::durable().drop(&self.url);
            Cluster::durable().drop(&self.floor_url);
        }
    }
}
