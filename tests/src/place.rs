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

/// Database and files of a moment, as an operator keeps them elsewhere.
#[derive(Debug)]
pub struct Backup {
    folder: TempDir,
    url: Option<String>,
}

impl Place {
    /// Copies the database and the files. Nothing may run on them.
    pub async fn backup(&self) -> Backup {
        let folder = tempfile::tempdir_in(self.folder.path().parent().expect("a parent")).expect("a folder");
        copy(self.folder(), folder.path());
        let url = match self.backend {
            Backend::Sqlite => None,
            Backend::Postgres => Some(Cluster::durable().copy_of(&self.url).await),
        };
        Backup { folder, url }
    }

    /// Puts a backup in the place of everything that is here.
    pub async fn put_back(&mut self, backup: &Backup) {
        for entry in std::fs::read_dir(self.folder()).expect("our folder").flatten() {
            let path = entry.path();
            let removed =
                if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
            removed.expect("make room");
        }
        copy(backup.folder.path(), self.folder());
        if let Some(url) = &backup.url {
            let lost = std::mem::replace(&mut self.url, Cluster::durable().copy_of(url).await);
            Cluster::durable().drop(&lost);
        }
    }
}

impl Drop for Backup {
    fn drop(&mut self) {
        if let Some(url) = &self.url {
            Cluster::durable().drop(url);
        }
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            std::fs::create_dir_all(&target).expect("a folder");
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("copy a file");
        }
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
