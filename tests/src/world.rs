//! A server of one's own with the demo county in it, and the people who use it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lalian::config::Config;
use lalian::domain::people::role::Role;
use lalian::server::{self, Server};
use secrecy::ExposeSecret as _;
use tempfile::TempDir;
use uuid::Uuid;

use crate::actor::{Actor, Login};
use crate::backend::{Backend, Database};
use crate::clock::{Seeded, TestClock};
use crate::http::Http;
use crate::ledger::Ledger;
use crate::oracle::Held;
use crate::visit::Site;

/// The seed of the demo county that every story starts from.
const SEED: u64 = 0x1a11a;

/// One server, one database, one clock. Stopped and removed when dropped.
pub struct World {
    pub backend: Backend,
    pub clock: Arc<TestClock>,
    server: Option<Server>,
    config: Config,
    logins: Vec<(Role, Login)>,
    database: Database,
    folder: TempDir,
}

impl World {
    /// The demo county, on a Monday morning.
    pub async fn start(backend: Backend) -> Self {
        Self::start_by_chance(backend, SEED + 1).await
    }

    /// The same county on a machine of its own: other ids, other keys.
    pub async fn start_elsewhere(backend: Backend) -> Self {
        Self::start_by_chance(backend, SEED + 2).await
    }

    async fn start_by_chance(backend: Backend, seed: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the server");
        let clock = TestClock::new();
        let database = Database::clone_of(backend, "demo", async |url| make_demo(backend, &url).await).await;
        let config = Config {
            database: database.url.clone().into(),
            demo: true,
            clock: Arc::clone(&clock) as _,
            random: Seeded::new(seed),
            ..Config::for_testing(folder.path())
        };
        let server = Server::start(config.clone()).await.expect("the server starts");
        let logins = read_logins(backend);
        Self { backend, clock, server: Some(server), config, logins, database, folder }
    }

    /// The running server.
    pub fn server(&self) -> &Server {
        self.server.as_ref().expect("it runs")
    }

    /// Where the server keeps its files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where the server keeps everything now: a restore may have moved it.
    pub fn data(&self) -> &Path {
        &self.config.data
    }

    /// How the server was started.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Stops the server and starts it again on the same data, perhaps with other settings; the address changes.
    pub async fn restart(&mut self, change: impl FnOnce(&mut Config)) {
        let server = self.server.take().expect("it runs");
        server.stop().await.expect("it stops");
        change(&mut self.config);
        self.server = Some(Server::start(self.config.clone()).await.expect("it starts again"));
    }

    /// One more server on the same database and files, as a second replica would be; PostgreSQL only.
    pub async fn beside(&self) -> Server {
        let data = self.folder.path().join("beside");
        std::fs::create_dir_all(&data).expect("a folder of its own");
        Server::start(Config { data, ..self.config.clone() }).await.expect("the second server starts")
    }

    /// What the server holds of what these phones sealed, asked for in every way that there is.
    pub async fn held(&self, phones: &[&Actor], ledger: &Ledger) -> Held {
        let asked = Held::ask(&self.office().await, phones, ledger).await;
        asked.with_rows_and_objects(&self.database.url, &self.folder.path().join("files")).await
    }

    /// Somebody who has not logged in.
    pub fn http(&self) -> Http {
        Http::new(format!("http://{}", self.server().addr()))
    }

    /// How the people of a role log in, in the order in which the demo made them.
    pub fn logins(&self, role: Role) -> Vec<Login> {
        self.logins.iter().filter(|(of, _)| *of == role).map(|(_, login)| login.clone()).collect()
    }

    /// The first person of a role at a desk.
    pub async fn desk(&self, role: Role) -> Actor {
        self.desk_of(role, 0).await
    }

    /// A later person of a role at a desk.
    pub async fn desk_of(&self, role: Role, number: usize) -> Actor {
        Actor::at_desk(&self.http(), &self.login(role, number)).await.with_clock(&self.clock)
    }

    /// The first person of a role with a phone.
    pub async fn phone(&self, role: Role) -> Actor {
        self.phone_of(role, 0).await
    }

    /// A later person of a role with a phone.
    pub async fn phone_of(&self, role: Role, number: usize) -> Actor {
        self.named_phone(role, number, "phone").await
    }

    /// A person may have several phones; each name is one.
    pub async fn named_phone(&self, role: Role, number: usize, name: &str) -> Actor {
        let seed = format!("{name} of {role:?} {number}");
        Actor::on_phone(&self.http(), &self.login(role, number), &seed).await.with_clock(&self.clock)
    }

    /// The inspector with a phone.
    pub async fn inspector(&self) -> Actor {
        self.phone(Role::Inspector).await
    }

    /// The office at its desk.
    pub async fn office(&self) -> Actor {
        self.desk(Role::Office).await
    }

    /// The staff of the demo's townships, first or second.
    pub async fn township(&self, number: usize, duty: Role) -> Actor {
        self.desk_of(duty, number).await
    }

    /// A site of a kind in the first (0) or second (1) township that has staff.
    pub async fn site(&self, actor: &Actor, kind: &str, township: usize) -> Site {
        let id = self.township_id(township).await;
        Site::some(actor, kind, id).await.into_iter().next().expect("the township has a site of the kind")
    }

    /// The id of a township that has staff.
    pub async fn township_id(&self, number: usize) -> Uuid {
        self.township(number, Role::DeskOfficer).await.unit()
    }

    fn login(&self, role: Role, number: usize) -> Login {
        let of_role = self.logins(role);
        of_role.get(number).cloned().unwrap_or_else(|| panic!("the demo has {} of {role:?}", of_role.len()))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            // A story that failed must not hang on its way out; the process ends soon anyway.
            drop(server);
        }
    }
}

async fn make_demo(backend: Backend, url: &str) {
    let folder = tempfile::tempdir().expect("a folder to make the county in");
    let config = Config {
        database: url.to_owned().into(),
        demo: true,
        clock: TestClock::new(),
        random: Seeded::new(SEED),
        ..Config::for_testing(folder.path())
    };
    let app = server::open_new(&config).await.expect("open the empty database");
    let people = app.make_demo().await.expect("make the demo county");
    app.store.close().await;
    let lines = people.iter().map(|person| {
        format!("{}\t{}\t{}\n", person.role.as_str(), person.login, person.password.expose_secret())
    });
    std::fs::write(logins_file(backend), lines.collect::<String>())
        .expect("keep the logins beside the template");
}

fn read_logins(backend: Backend) -> Vec<(Role, Login)> {
    let text = std::fs::read_to_string(logins_file(backend)).expect("the template's logins");
    let login = |line: &str| {
        let [role, login, password] = line.split('\t').collect::<Vec<_>>()[..] else { return None };
        Some((Role::parse(role)?, Login { login: login.to_owned(), password: password.to_owned() }))
    };
    text.lines().filter_map(login).collect()
}

fn logins_file(backend: Backend) -> PathBuf {
    Path::new(&std::env::temp_dir()).join(format!(
        "lalian-demo-logins-{}-{}",
        backend.name(),
        crate::backend::build()
    ))
}
