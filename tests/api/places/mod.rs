//! Places and standards: what files bring in, and what each post is shown of it.

mod follow;
mod found;
mod imports;
mod reads;

use lalian::{
    app::{
        App, Caller,
        people::{persons::NewPerson, posts::NewPost},
        standards::examples,
    },
    config::Config,
    domain::{
        clock::Instant,
        import::Imported,
        people::role::Role,
        places::{division, geojson, site},
        standards::checklist::{Library, Pictures},
    },
    server::{self, Server},
    store::{
        Store,
        field::inspections::{self, InspectionRow},
        places::divisions::{self, Division},
    },
};
use lalian_tests::{
    actor::{Actor, Login},
    backend::{Backend, Database},
    http::Http,
};
use serde_json::Value;
use std::path::Path;
use tempfile::TempDir;
use uuid::Uuid;

const REGIONS: &[u8] = include_bytes!("../../../backend/demo/regions.geojson");
const DIVISIONS: &str = include_str!("../../../backend/demo/divisions.csv");
const SITES: &str = include_str!("../../../backend/demo/sites.csv");
const CHECKLISTS: &[u8] = include_bytes!("../../../backend/demo/checklists.json");

/// The example pictures that the demo's file names.
fn pictures() -> Pictures {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../backend/demo/examples");
    let Ok(entries) = std::fs::read_dir(folder) else { return Pictures::new() };
    let files = entries.map(|entry| {
        let entry = entry.expect("an entry");
        (entry.file_name().into_string().expect("a name"), std::fs::read(entry.path()).expect("a picture"))
    });
    examples::pictures(files.collect()).expect("pictures that open")
}

fn config(url: &str, folder: &Path) -> Config {
    Config { database: url.to_owned().into(), ..Config::for_testing(folder) }
}

async fn import_county(app: &App) -> [Imported; 3] {
    let caller = Caller::system(None);
    let rows = geojson::divisions(REGIONS).expect("divisions");
    let divisions = app.import_divisions(&caller, &rows).await.expect("imported");
    let library = Library::parse(CHECKLISTS, &pictures()).expect("checklists");
    let checklists = app.import_checklists(&caller, &library).await.expect("imported");
    let sites = site::from_csv(SITES.as_bytes()).expect("sites");
    [divisions, checklists, app.import_sites(&caller, &sites).await.expect("imported")]
}

/// A database that holds the demo county's registers and nobody.
async fn database(backend: Backend) -> Database {
    Database::clone_of(backend, "registers", async |url| {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::connect(&url).await.expect("connect");
        store.migrate().await.expect("migrate");
        store.close().await;
        let app = server::open(&config(&url, folder.path())).await.expect("it opens");
        import_county(&app).await;
        app.store.close().await;
    })
    .await
}

/// The registers without a server: what commands work with.
struct Registers {
    app: App,
    database: Database,
    folder: TempDir,
}

impl Registers {
    async fn start(backend: Backend) -> Self {
        Self::over(database(backend).await).await
    }

    async fn over(database: Database) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let app = server::open(&config(&database.url, folder.path())).await.expect("it opens");
        Self { app, database, folder }
    }

    async fn county(&self) -> Uuid {
        divisions::counties(self.app.store.read()).await.expect("read")[0].id
    }

    async fn division(&self, code: &str) -> Division {
        let all = divisions::of_county(self.app.store.read(), self.county().await).await.expect("read");
        all.into_iter().find(|division| division.code.as_str() == code).expect("this code")
    }

    async fn import_divisions(&self, csv: &str) -> Result<Imported, String> {
        let rows = division::from_csv(csv.as_bytes()).map_err(|faults| faults.to_string())?;
        self.app.import_divisions(&Caller::system(None), &rows).await.map_err(|error| format!("{error:?}"))
    }

    async fn import_regions(&self, text: &str) -> Result<Imported, String> {
        let rows = geojson::divisions(text.as_bytes()).map_err(|faults| faults.to_string())?;
        self.app.import_divisions(&Caller::system(None), &rows).await.map_err(|error| format!("{error:?}"))
    }

    async fn import_sites(&self, csv: &str) -> Result<Imported, String> {
        let rows = site::from_csv(csv.as_bytes()).map_err(|faults| faults.to_string())?;
        self.app.import_sites(&Caller::system(None), &rows).await.map_err(|error| format!("{error:?}"))
    }

    async fn import_checklists(&self, json: &[u8]) -> Result<Imported, String> {
        let library = Library::parse(json, &pictures()).map_err(|faults| faults.to_string())?;
        self.app
            .import_checklists(&Caller::system(None), &library)
            .await
            .map_err(|error| format!("{error:?}"))
    }
}

/// The registers behind a server, with people.
struct County {
    http: Http,
    server: Server,
    _database: Database,
    _folder: TempDir,
}

impl County {
    async fn start(backend: Backend) -> Self {
        let database = database(backend).await;
        let folder = tempfile::tempdir().expect("a folder");
        let server = Server::start(config(&database.url, folder.path())).await.expect("it starts");
        let http = Http::new(format!("http://{}", server.addr()));
        Self { http, server, _database: database, _folder: folder }
    }

    /// Somebody of this role in the unit with this division code.
    async fn somebody(&self, role: Role, code: &str) -> Actor {
        let app = self.server.app();
        let county = divisions::counties(app.store.read()).await.expect("read")[0].id;
        let all = divisions::of_county(app.store.read(), county).await.expect("read");
        let unit = all.iter().find(|division| division.code.as_str() == code).expect("this code").id;
        let login = Login { login: format!("{}-{code}", role.as_str()), password: "long enough 8".into() };
        let new = NewPerson::parse(&login.login, "示例", None, None, Some(county)).expect("a person");
        let hash = app.passwords.hash(&login.password.clone().into(), &*app.random).await.expect("hashed");
        app.store
            .write(async |tx| {
                app.ensure_person(tx, &new, &[NewPost::now(role, Some(unit))], Some(&hash)).await
            })
            .await
            .expect("made");
        Actor::at_desk(&self.http, &login).await
    }
}

impl County {
    /// A visit of this site on a day of November 2026, as the store keeps it; unannounced until it is released.
    async fn visit(&self, site: &Value, day: u32, released: bool, score_permille: i32) {
        let app = self.server.app();
        let id = |name: &str| site[name].as_str().and_then(|text| text.parse().ok()).expect("an id");
        let at: Instant = format!("2026-11-{day:02}T00:00:00Z").parse().expect("an instant");
        let row = InspectionRow {
            id: app.random.id(),
            county_id: divisions::counties(app.store.read()).await.expect("read")[0].id,
            operation_id: app.random.id(),
            round_id: None,
            site_id: id("id"),
            checklist_id: None,
            township_id: id("township_id"),
            village_id: id("village_id"),
            person_id: app.random.id(),
            post_id: app.random.id(),
            outcome: "inspected".into(),
            answers: Value::Array(Vec::new()),
            passes: 1,
            fails: 0,
            not_applicable: 0,
            not_observed: 0,
            score_permille,
            people_present: String::new(),
            note: String::new(),
            lon: None,
            lat: None,
            accuracy_m: None,
            distance_m: None,
            observed_at: at,
            local_day: format!("2026-11-{day:02}"),
            accepted_at: at,
            visible_from: released.then_some(at),
            revision: 1,
            version: 1,
            capture: None,
            entered_by: None,
            filled_by: None,
            far_reason: None,
            source: None,
        };
        let inserted = app.store.write(async |tx| inspections::insert(tx, row.clone()).await).await;
        assert!(inserted.expect("written"));
    }
}

const COUNTY: &str = "519901000000";
