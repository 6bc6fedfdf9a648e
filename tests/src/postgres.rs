//! A private PostgreSQL for the tests: one cluster a checkout, socket only, a template cloned for each test.
//!
//! The cluster belongs to whoever needs it. Every test process holds a shared lock on `in-use`; a watchdog stops the
//! server when nobody has held it for a minute, so a plain `cargo test` leaves nothing running behind it.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait as _, Database};

use crate::text::hex_digest;

/// A running cluster and the lock that keeps it running while this process lives.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    _in_use: File,
}

/// How careful the cluster is with a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// `fsync=off`: for stories, which never lose power.
    Off,
    /// PostgreSQL's defaults: for process tests and for every figure that is published.
    Full,
}

/// The account that runs the server; PostgreSQL refuses to run as root.
#[derive(Debug, Clone, Copy)]
struct Account {
    uid: u32,
    gid: u32,
}

impl Cluster {
    /// The quick cluster of this process's stories.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(Durability::Off))
    }

    /// The durable cluster, for process tests and figures.
    pub fn durable() -> &'static Self {
        static DURABLE: OnceLock<Cluster> = OnceLock::new();
        DURABLE.get_or_init(|| Self::start(Durability::Full))
    }

    fn start(durability: Durability) -> Self {
        let account = unprivileged_account();
        let folder = cluster_folder(durability, account.is_some());
        fs::create_dir_all(&folder).expect("a folder for the test cluster");
        if let Some(Account { uid, gid }) = account {
            chown(&folder, Some(uid), Some(gid)).expect("hand the cluster's folder to its account");
        }
        let starting = lock_file(&folder.join("start.lock"));
        starting.lock().expect("wait for another test that starts the cluster");
        let data = folder.join("data");
        if !data.join("PG_VERSION").exists() {
            create(&folder, &data, account);
        }
        if !answers(&folder) {
            launch(&folder, &data, durability, account);
        }
        let in_use = lock_file(&folder.join("in-use"));
        in_use.lock_shared().expect("say that the cluster is in use");
        Self { folder, _in_use: in_use }
    }

    /// The URL of one of its databases.
    pub fn url(&self, database: &str) -> String {
        let host = self.folder.to_string_lossy().replace('/', "%2F");
        format!("postgres://lalian@{host}/{database}")
    }

    /// A fresh database, a copy of the template `name`, which `fill` makes when this cluster does not have it yet.
    /// `fill` is given the URL of an empty database.
    pub async fn clone_of<F: AsyncFnOnce(String)>(&self, name: &str, fill: F) -> String {
        self.ensure_template(name, fill).await;
        let database = self.fresh_name();
        self.administer(&[format!("CREATE DATABASE {database} TEMPLATE {name} STRATEGY FILE_COPY")]).await;
        self.url(&database)
    }

    /// A fresh, empty database.
    pub async fn empty(&self) -> String {
        let database = self.fresh_name();
        self.administer(&[format!("CREATE DATABASE {database}")]).await;
        self.url(&database)
    }

    /// A copy of a database of this cluster that nobody is connected to: a backup, or one put back.
    pub async fn copy_of(&self, url: &str) -> String {
        let (database, original) =
            (self.fresh_name(), url.rsplit('/').next().expect("a URL ends with its database"));
        self.administer(&[format!("CREATE DATABASE {database} TEMPLATE {original} STRATEGY FILE_COPY")])
            .await;
        self.url(&database)
    }

    /// Drops the database of a URL that this cluster gave out. Waits, so that it also works at the end of a story.
    pub fn drop(&self, url: &str) {
        let database = url.rsplit('/').next().expect("a URL ends with its database");
        let mut dropdb = Command::new(tool_path("dropdb"));
        dropdb.arg("--host").arg(&self.folder).args([
            "--username=lalian",
            "--force",
            "--if-exists",
            database,
        ]);
        let _ = dropdb.stdin(Stdio::null()).stderr(Stdio::null()).status();
    }

    async fn ensure_template<F: AsyncFnOnce(String)>(&self, name: &str, fill: F) {
        let made = self.folder.join(format!("{name}.made"));
        if made.exists() {
            return;
        }
        let making = lock_file(&self.folder.join(format!("{name}.lock")));
        making.lock().expect("wait for another test that makes the template");
        if made.exists() {
            return;
        }
        self.administer(&[
            format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            format!("CREATE DATABASE {name}"),
        ])
        .await;
        fill(self.url(name)).await;
        File::create(&made).expect("note that the template is complete");
    }

    fn fresh_name(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
    }

    async fn administer(&self, statements: &[String]) {
        let connection = Database::connect(self.url("postgres")).await.expect("connect to the test cluster");
        for statement in statements {
            connection
                .execute_unprepared(statement)
                .await
                .unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
        connection.close().await.expect("close the administering connection");
    }
}

/// One folder a checkout and an account, under a short path because a socket's has 107 bytes at most; the durable one on
/// a real disk, for `/tmp` may be memory.
fn cluster_folder(durability: Durability, as_root: bool) -> PathBuf {
    let kind = if durability == Durability::Off { "quick" } else { "durable" };
    let owner = if as_root { "root" } else { "user" };
    let checkout = hex_digest(env!("CARGO_MANIFEST_DIR").as_bytes());
    let parent = if durability == Durability::Off { std::env::temp_dir() } else { PathBuf::from("/var/tmp") };
    parent.join(format!("lalian-pg-{kind}-{owner}-{}", &checkout[..10]))
}

fn lock_file(path: &Path) -> File {
    let file = File::options().create(true).truncate(false).write(true).open(path).expect("open a lock file");
    // The watchdog runs as another account when the tests run as root.
    let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o666));
    file
}

fn create(folder: &Path, data: &Path, account: Option<Account>) {
    let mut initdb = server_tool("initdb", account);
    initdb.current_dir(folder).args([
        "--username=lalian",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
    ]);
    run(initdb.arg("--no-sync").arg("--pgdata").arg(data));
}

fn launch(folder: &Path, data: &Path, durability: Durability, account: Option<Account>) {
    let mut settings = format!("-k {} -h '' -c max_connections=300", folder.display());
    if durability == Durability::Off {
        settings
            .push_str(" -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off");
    }
    let mut pg_ctl = server_tool("pg_ctl", account);
    pg_ctl.current_dir(folder).arg("--pgdata").arg(data).arg("--log").arg(folder.join("log"));
    run(pg_ctl.args(["--wait", "--options", &settings, "start"]));

    let stop = tool_path("pg_ctl");
    let script = format!(
        "while sleep 60; do flock -n start.lock flock -n in-use \
         sh -c '{} -D data -m fast stop && rm -rf data *.made' && exit; done",
        stop.display()
    );
    let mut watchdog = Command::new("sh");
    watchdog.args(["-c", &script]).current_dir(folder).process_group(0);
    watchdog.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    become_account(&mut watchdog, account);
    watchdog.spawn().expect("start the watchdog that stops an idle cluster");
}

fn answers(folder: &Path) -> bool {
    let mut ready = Command::new(tool_path("pg_isready"));
    ready.arg("--quiet").arg("--host").arg(folder).stdout(Stdio::null());
    ready.status().is_ok_and(|status| status.success())
}

fn server_tool(name: &str, account: Option<Account>) -> Command {
    let mut command = Command::new(tool_path(name));
    become_account(&mut command, account);
    command
}

fn become_account(command: &mut Command, account: Option<Account>) {
    if let Some(Account { uid, gid }) = account {
        command.uid(uid).gid(gid);
    }
}

/// Debian keeps the server's programs out of the PATH.
fn tool_path(name: &str) -> PathBuf {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = debian.map(|entry| entry.path().join("bin").join(name)).filter(|path| path.exists()).max();
    newest.unwrap_or_else(|| PathBuf::from(name))
}

fn unprivileged_account() -> Option<Account> {
    let id = |arguments: &[&str]| -> Option<u32> {
        let output = Command::new("id").args(arguments).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    (id(&["-u"]) == Some(0)).then(|| {
        let known = |name: &str| Some(Account { uid: id(&["-u", name])?, gid: id(&["-g", name])? });
        known("postgres")
            .or_else(|| known("nobody"))
            .expect("an account that may run PostgreSQL: postgres or nobody")
    })
}

fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| {
        panic!("PostgreSQL is not installed ({error}); tests/run installs it, or: apt-get install postgresql")
    });
    if !output.status.success() {
        let _ = std::io::stderr().write_all(&output.stderr);
        panic!("{command:?} failed");
    }
}
