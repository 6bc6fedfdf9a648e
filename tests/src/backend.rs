//! The two databases, and a fresh copy of a prepared one for each test.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use lalian::store::Store;
use tempfile::TempDir;

use crate::postgres::Cluster;
use crate::text::hex_digest;

/// Where a story runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// One file, one writer: the county profile.
    Sqlite,
    /// A pool: the province profile.
    Postgres,
}

impl Backend {
    /// Both, SQLite last as in every published result.
    pub const ALL: [Self; 2] = [Self::Postgres, Self::Sqlite];

    /// Its name in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// A database of one test, removed with it.
#[derive(Debug)]
pub struct Database {
    /// What `--database` takes.
    pub url: String,
    _file: Option<TempDir>,
}

impl Database {
    /// A copy of the template `name`, made by `fill` from an empty database when this build does not have it yet.
    pub async fn clone_of<F: AsyncFnOnce(String)>(backend: Backend, name: &str, fill: F) -> Self {
        let name = format!("{name}_{}", build());
        match backend {
            Backend::Postgres => Self { url: Cluster::shared().clone_of(&name, fill).await, _file: None },
            Backend::Sqlite => Self::copy_of(&sqlite_template(&name, fill).await),
        }
    }

    /// A database with the schema and no row.
    pub async fn migrated(backend: Backend) -> Self {
        Self::clone_of(backend, "schema", async |url| {
            let store = Store::connect(&url).await.expect("connect");
            store.migrate().await.expect("migrate");
            store.close().await;
        })
        .await
    }

    fn copy_of(template: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the database");
        let file = folder.path().join("lalian.db");
        fs::copy(template, &file).expect("copy the template");
        Self { url: sqlite_url(&file), _file: Some(folder) }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.url.starts_with("postgres:") {
            Cluster::shared().drop(&self.url);
        }
    }
}

/// How the program writes the URL of a file.
pub fn sqlite_url(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}

/// Names this build of the tests and with it the program's: another build makes its templates anew.
pub(crate) fn build() -> String {
    let tests = std::env::current_exe().expect("the path of the running test");
    let built = fs::metadata(&tests).and_then(|metadata| metadata.modified()).expect("when it was built");
    hex_digest(format!("{}{built:?}", tests.display()).as_bytes())[..12].to_owned()
}

async fn sqlite_template<F: AsyncFnOnce(String)>(name: &str, fill: F) -> PathBuf {
    let folder = std::env::temp_dir().join("lalian-sqlite-templates");
    fs::create_dir_all(&folder).expect("a folder for templates");
    let template = folder.join(format!("{name}.db"));
    let lock = File::create(folder.join(format!("{name}.lock"))).expect("a lock file");
    lock.lock().expect("wait for another test that makes the template");
    if !template.exists() {
        let making = tempfile::tempdir_in(&folder).expect("a folder to make it in");
        let file = making.path().join("making.db");
        fill(sqlite_url(&file)).await;
        assert!(!making.path().join("making.db-wal").exists(), "the template's log was not written back");
        fs::rename(&file, &template).expect("publish the template");
    }
    template
}
