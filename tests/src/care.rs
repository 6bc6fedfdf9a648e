//! A place for backups with its pair of keys, and an empty place that one is put back into.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lalian::app::care::back_up::{Made, MadeBy, Order};
use lalian::app::care::restore::{self, Place, Restored, Wish};
use lalian::app::care::{self, CareError};
use lalian::domain::clock::SystemClock;
use lalian::domain::random::SystemRandom;
use lalian::files::seal::{self, Identities, Recipients};
use lalian::files::{Files, Place as Storage};
use lalian::store::Store;
use secrecy::ExposeSecret as _;
use tempfile::TempDir;

use crate::backend::{Backend, sqlite_url};
use crate::bucket::Bucket;
use crate::postgres::Cluster;
use crate::world::World;

/// Where backups go, and the keys that open them.
pub struct Care {
    pub folder: TempDir,
    pub place: Storage,
    pub identity: PathBuf,
    pub public: String,
    /// Sets that stay.
    pub keep: usize,
}

impl Care {
    /// A folder.
    pub fn on_disk() -> Self {
        let folder = tempfile::tempdir().expect("a folder for backups");
        let place = Storage::Disk(folder.path().join("backups"));
        Self::at(place, folder)
    }

    /// A bucket.
    pub fn in_bucket(bucket: &Bucket) -> Self {
        Self::at(Storage::Bucket(bucket.settings("backups")), tempfile::tempdir().expect("a folder for keys"))
    }

    fn at(place: Storage, folder: TempDir) -> Self {
        let (secret, public) = seal::new_identity();
        let identity = folder.path().join("identity");
        std::fs::write(&identity, secret.expose_secret()).expect("keep the key");
        Self { folder, place, identity, public, keep: 10 }
    }

    /// The folder in which sets and files lie.
    pub fn path(&self) -> &Path {
        let Storage::Disk(path) = &self.place else { panic!("in a bucket") };
        path
    }

    /// What a backup of this server asks for.
    pub fn order(&self, world: &World, with_keys: bool) -> Order {
        Order {
            place: self.place.clone(),
            shown: "test".into(),
            recipients: Recipients::parse(std::slice::from_ref(&self.public)).expect("a key"),
            keys: with_keys.then(|| world.data().join("keys")),
            made_by: MadeBy::Command,
            keep: self.keep,
        }
    }

    /// Makes a backup.
    pub async fn back_up(&self, world: &World) -> Made {
        self.try_back_up(world).await.expect("a backup")
    }

    /// The same, when it may fail.
    pub async fn try_back_up(&self, world: &World) -> Result<Made, CareError> {
        world.server().app().back_up(&self.order(world, true), &mut |_row| {}).await
    }

    /// Its secret key.
    pub fn wish_keys(&self) -> Option<Identities> {
        Some(Identities::read(&self.identity).expect("the key"))
    }

    /// What is read from it.
    pub fn wish(&self) -> Wish {
        Wish {
            vault: care::vault_at(&self.place).expect("the place"),
            shown: "test".into(),
            set: None,
            identities: self.wish_keys(),
            without_damaged: false,
            published: None,
        }
    }
}

/// An empty place.
pub struct Fresh {
    pub folder: TempDir,
    pub url: String,
    pub storage: Storage,
}

impl Fresh {
    /// A database and a folder for files.
    pub async fn on(backend: Backend) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = match backend {
            Backend::Sqlite => sqlite_url(&folder.path().join("lalian.db")),
            Backend::Postgres => Cluster::shared().empty().await,
        };
        let storage = Storage::Disk(folder.path().join("files"));
        Self { folder, url, storage }
    }

    /// The same with files in a bucket.
    #[must_use]
    pub fn with_bucket(mut self, bucket: &Bucket) -> Self {
        self.storage = Storage::Bucket(bucket.settings("restored"));
        self
    }

    /// Puts a backup back into it.
    pub async fn restore(&self, wish: &Wish) -> Result<Restored, CareError> {
        let place = Place {
            store: Store::connect(&self.url).await.expect("the database"),
            files: match &self.storage {
                Storage::Disk(folder) => Files::disk(folder).await.expect("the folder"),
                Storage::Bucket(settings) => Files::bucket(settings).expect("the bucket"),
            },
            keys: self.folder.path().join("keys"),
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
        };
        let done = restore::restore(&place, wish, &mut |_at| {}).await;
        place.store.close().await;
        done
    }

    /// Lets a server go on from here.
    pub async fn serve(&self, world: &mut World) {
        let (url, storage, data) = (self.url.clone(), self.storage.clone(), self.folder.path().to_owned());
        world
            .restart(|config| {
                config.database = url.into();
                config.storage = storage;
                config.data = data;
            })
            .await;
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if self.url.starts_with("postgres:") {
            Cluster::shared().drop(&self.url);
        }
    }
}
