//! Puts the parts together: database, files, use cases, HTTP. One process can hold several servers (tests do).

use crate::{
    app::{
        App, AppError,
        care::{self, CareError},
        evidence::album::Albums,
        field::{darkroom::Darkroom, lanes::Lanes},
        notices::keys::NoticeKeys,
        people::{address_key::AddressKey, keys::Keys, passwords::Passwords},
        places::areas::AreaCache,
    },
    config::{self, Config, Storage},
    files::{self, Files, seal::Recipients},
    http::{
        State,
        admission::Admission,
        lan::InstallPage,
        listen::{Listen, Listening, Opened},
        pwa::Pwa,
    },
    jobs,
    outgoing::Outgoing,
    store::{self, Store},
};
use secrecy::ExposeSecret;
use std::{
    fs::{File, TryLockError},
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::task::JoinHandle;
use tokio_util::{sync::CancellationToken, task::LocalPoolHandle};

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Config(#[from] config::Error),
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("files: {0}")]
    Files(#[from] files::Error),
    #[error("{what}: {cause}")]
    Io { what: String, cause: io::Error },
    #[error("另一个服务正在使用 {0}。Another server already works on {0}.")]
    Taken(String),
    #[error("这是示例数据库，正式服务不使用它。This is a demo database; a real server does not use it.")]
    IsDemo,
    #[error("这不是示例数据库，示例不会动它。This is not a demo database; the demo leaves it alone.")]
    NotDemo,
    #[error("先运行 lalian migrate。Run `lalian migrate` first: the database has an older shape.")]
    NotMigrated,
    #[error(transparent)]
    App(#[from] AppError),
    #[error(transparent)]
    Care(#[from] CareError),
}

impl Error {
    fn io(path: &Path, cause: io::Error) -> Self {
        Self::Io { what: path.display().to_string(), cause }
    }
}

/// A running server.
pub struct Server {
    app: App,
    listening: Listening,
    /// Hands out the certificate of a demo for phones.
    install: Option<InstallPage>,
    stopping: CancellationToken,
    state: Arc<State>,
    jobs: JoinHandle<()>,
    drain: Duration,
    /// Runs what belongs to no request. Writing closures are async, so their futures stay on the thread they start on.
    _background: LocalPoolHandle,
    /// Held while this process owns the SQLite database.
    _lock: Option<File>,
}

/// How often a replica looks whether `lalian migrate` has run.
const SCHEMA_POLL: Duration = Duration::from_secs(1);

impl Server {
    /// Starts and answers requests when this returns. On SQLite the schema is brought up to date first; on PostgreSQL
    /// only `lalian migrate` does that, and until it has, everything but health answers 503.
    pub async fn start(config: Config) -> Result<Self, Error> {
        config.check()?;
        let lock = take(&config)?;
        let app = open(&config).await?;
        if app.store.is_single_writer() {
            app.store.migrate().await?;
        }
        let state = State::new(
            app.clone(),
            Admission::new(config.limits),
            config.proxies.clone(),
            front_end(config.pwa.as_deref())?,
            config.is_encrypted_in_front(),
        );
        let state = Arc::new(state.with_lan(config.lan.clone()));
        let stopping = CancellationToken::new();
        let background = LocalPoolHandle::new(2);
        if app.store.pending_migrations().await? == 0 {
            admit(&state, config.demo).await?;
        } else {
            let (state, stopping) = (Arc::clone(&state), stopping.clone());
            background.spawn_pinned(move || wait_for_schema(state, config.demo, stopping));
        }
        let jobs = {
            let (app, state, stopping) = (app.clone(), Arc::clone(&state), stopping.clone());
            let workers = config.workers;
            background.spawn_pinned(move || work(app, state, workers, stopping))
        };
        let entrances = config.entrances();
        let listen = Listen {
            entrances: &entrances,
            workers: config.workers,
            connections: config.limits.total * 2,
            drain: config.drain,
        };
        let listening = Listening::start(&listen, &state)
            .map_err(|cause| Error::Io { what: "listen".to_owned(), cause })?;
        let install = match &config.lan {
            Some(lan) => Some(
                InstallPage::start(lan, &listening.opened)
                    .map_err(|cause| Error::Io { what: "page for phones".to_owned(), cause })?,
            ),
            None => None,
        };
        Ok(Self {
            app,
            listening,
            install,
            stopping,
            state,
            jobs,
            drain: config.drain,
            _background: background,
            _lock: lock,
        })
    }

    /// The real address, also when port 0 was asked for.
    pub fn addr(&self) -> SocketAddr {
        self.listening
            .opened
            .first()
            .map_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)), |first| first.addr)
    }

    /// Every address that is listened on, the program's own first.
    pub fn opened(&self) -> &[Opened] {
        &self.listening.opened
    }

    pub fn app(&self) -> &App {
        &self.app
    }

    /// Takes no more requests, lets those and the jobs under way finish, closes the database.
    pub async fn stop(self) -> Result<(), Error> {
        self.stopping.cancel();
        if let Some(install) = self.install {
            install.stop().await;
        }
        let under_way = async { tokio::join!(self.state.close(), self.jobs) };
        if tokio::time::timeout(self.drain, under_way).await.is_err() {
            tracing::warn!("something was still under way; phones and jobs will try again");
        }
        let stopped = self.listening.stop().await;
        self.app.store.close().await;
        stopped.map_err(|cause| Error::Io { what: "stop".to_owned(), cause })
    }

    /// Returns only when the server ends by itself, which is a fault.
    pub async fn ended(&mut self) -> io::Result<()> {
        self.listening.ended().await
    }
}

/// Opens database and files for use cases, without serving (commands use this too).
pub async fn open(config: &Config) -> Result<App, Error> {
    let store = Store::connect(config.database.expose_secret()).await?;
    let files = open_files(&config.storage).await?;
    // Before keys are made: a restore that goes on brings its own.
    care::unfinished::refuse_half(&files, &store).await?;
    let folder = config.data.join("keys");
    let keys = Keys::open(&folder, Arc::clone(&config.clock), &*config.random)?;
    let address_key = AddressKey::open(&folder, Arc::clone(&config.clock), &*config.random)?;
    let notice_keys = NoticeKeys::open(&folder, config.clock.now(), &*config.random)?;
    Ok(App {
        store,
        files,
        keys: Arc::new(keys),
        address_key: Arc::new(address_key),
        passwords: Arc::new(Passwords::new(config.password_cost, &*config.random)?),
        pace: Arc::default(),
        standings: Arc::default(),
        clock: Arc::clone(&config.clock),
        random: Arc::clone(&config.random),
        demo: config.demo,
        made: config.made_copy(),
        turn: Arc::default(),
        disk_floor_bytes: config.disk_floor_bytes,
        scratch: config.data.join("scratch"),
        min_client: config.min_client.clone(),
        public_url: config.public_url.clone(),
        outgoing: Arc::new(Outgoing::new(config.outgoing.clone())),
        notice_keys: Arc::new(notice_keys),
        storage_replicated: config.storage_replicated,
        backups: backup_plan(config)?.map(Arc::new),
        lanes: Lanes::default(),
        darkroom: match &config.developer {
            Some(program) => {
                Darkroom::with_children(program.clone(), config.workers, config.data.join("scratch"))
            }
            None => Darkroom::here(),
        },
        reader: config.developer.clone(),
        albums: Albums::default(),
        bell: Arc::default(),
        heard: Arc::default(),
        area_cache: AreaCache::default(),
        middles: crate::app::colours::middles::Middles::default(),
        facts: Arc::default(),
    })
}

/// Opens the place of files.
pub async fn open_files(storage: &Storage) -> Result<Files, Error> {
    Ok(match storage {
        Storage::Disk(folder) => Files::disk(folder).await?,
        Storage::Bucket(settings) => Files::bucket(settings)?,
    })
}

/// Where backups go by the schedule, as use cases take it.
pub fn backup_plan(config: &Config) -> Result<Option<care::Plan>, Error> {
    let Some(plan) = &config.backups else { return Ok(None) };
    let recipients = Recipients::parse(&plan.recipients).map_err(CareError::Recipient)?;
    if plan.with_keys && recipients.is_open() {
        return Err(CareError::KeysInClear.into());
    }
    Ok(Some(care::Plan {
        place: plan.place.clone(),
        shown: plan.shown.clone(),
        recipients,
        keys: plan.with_keys.then(|| config.data.join("keys")),
    }))
}

/// [`open`], and brings the schema up to date on either database: for a county that nobody else serves yet.
pub async fn open_new(config: &Config) -> Result<App, Error> {
    make_folder(config)?;
    let app = open(config).await?;
    app.store.migrate().await?;
    Ok(app)
}

/// [`open`], with the schema of this version: on SQLite it is brought there, on PostgreSQL that is `lalian migrate`'s matter.
pub async fn open_migrated(config: &Config) -> Result<App, Error> {
    make_folder(config)?;
    let app = open(config).await?;
    if app.store.is_single_writer() {
        app.store.migrate().await?;
    } else if app.store.pending_migrations().await? > 0 {
        return Err(Error::NotMigrated);
    }
    Ok(app)
}

/// Makes the folder of the SQLite database.
fn make_folder(config: &Config) -> Result<(), Error> {
    let Some(database) = config.sqlite_file() else { return Ok(()) };
    match database.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => std::fs::create_dir_all(folder).map_err(|cause| Error::io(folder, cause)),
        None => Ok(()),
    }
}

/// Takes the SQLite database for this process until the file is dropped: its one writer batches commits in memory, so a
/// second server on the same file would wait for locks all day.
pub fn take(config: &Config) -> Result<Option<File>, Error> {
    make_folder(config)?;
    let Some(database) = config.sqlite_file() else { return Ok(None) };
    let path = PathBuf::from(format!("{}.lock", database.display()));
    let lock = File::create(&path).map_err(|cause| Error::io(&path, cause))?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(TryLockError::WouldBlock) => Err(Error::Taken(database.display().to_string())),
        Err(TryLockError::Error(cause)) => Err(Error::io(&path, cause)),
    }
}

/// The front end: the folder that was named, the one inside the binary, or the checkout's.
fn front_end(named: Option<&Path>) -> Result<Pwa, Error> {
    #[cfg(feature = "embed")]
    if named.is_none() {
        return Ok(Pwa::embedded());
    }
    let dist = named.map_or_else(checkout_dist, Path::to_owned);
    Pwa::read(&dist).map_err(|cause| Error::io(&dist, cause))
}

/// `pwa/dist` beside the working directory, or above the program (`target/release/lalian` in a checkout).
pub fn checkout_dist() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    std::iter::once(PathBuf::new())
        .chain(program.ancestors().skip(1).map(Path::to_owned))
        .map(|folder| folder.join("pwa"))
        .find(|pwa| pwa.join("package.json").is_file())
        .unwrap_or_else(|| "pwa".into())
        .join("dist")
}

/// Opens the API on a database whose schema is right, unless it is of the other sort.
async fn admit(state: &State, demo: bool) -> Result<(), Error> {
    match (state.app.is_demo_database().await?, demo) {
        (true, false) => return Err(Error::IsDemo),
        (false, true) => return Err(Error::NotDemo),
        _ => {}
    }
    state.open(state.app.epoch().await?);
    Ok(())
}

/// The job workers, from the moment the database can be used.
async fn work(app: App, state: Arc<State>, workers: usize, stopping: CancellationToken) {
    while !state.is_ready() {
        tokio::select! {
            () = tokio::time::sleep(SCHEMA_POLL) => {}
            () = stopping.cancelled() => return,
        }
    }
    if let Err(error) = app.files.probe().await {
        tracing::error!(%error, "files cannot be stored now; answers still enter");
    }
    // A converter may have been installed while nothing ran; the schedule would come to it within the hour.
    if let Err(error) = app.order_missing_copies().await {
        tracing::error!(%error, "photos without copies could not be looked for");
    }
    jobs::run(app, workers, stopping).await;
}

async fn wait_for_schema(state: Arc<State>, demo: bool, stopping: CancellationToken) {
    tracing::warn!("the database waits for `lalian migrate`; everything but health answers 503 until then");
    loop {
        tokio::select! {
            () = tokio::time::sleep(SCHEMA_POLL) => {}
            () = stopping.cancelled() => return,
        }
        let outcome = match state.app.store.pending_migrations().await {
            Ok(0) => admit(&state, demo).await,
            Ok(_) => continue,
            Err(error) => Err(error.into()),
        };
        match outcome {
            Ok(()) => return tracing::info!("the database is ready"),
            Err(error) => tracing::error!(%error, "the database cannot be used yet"),
        }
    }
}
