//! Clients that nobody here wrote: tus-js-client and tuspy through a cutting proxy, schemathesis over the whole API.

use std::path::{Path, PathBuf};

use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::phone::fresh_id;
use lalian_tests::photo;
use lalian_tests::proxy::{Fault, Proxy};
use lalian_tests::stories;
use lalian_tests::world::World;
use serde_json::json;
use tokio::process::Command;

fn tests_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Something that `tests/run --only install` puts in place.
fn installed(path: &str) -> PathBuf {
    let path = tests_folder().join(path);
    assert!(path.exists(), "{} is missing; run: tests/run --only install", path.display());
    path
}

/// Lets a client upload 900 KB over a connection that breaks four times, and asks for the receipt.
async fn upload_with(world: &World, client: Command) {
    let inspector = world.inspector().await;
    let bytes = photo::of_size(77, 900_000);
    let payload = json!({
        "finding_id": fresh_id(), "site_id": null, "item_code": null, "instance_key": "", "title": "大照片", "note": "",
        "severity": "minor", "is_static": false, "position": null, "fixed_on_spot": false,
    });
    let sealed = inspector.draft("finding.report/1", payload).photo("before", None, bytes.clone()).seal();
    inspector.put(&sealed).await.expect(201);

    let faults = [
        Fault::CutAfter(150_000),
        Fault::CutAfter(90_000),
        Fault::LoseAnswer,
        Fault::CutAfter(200_000),
        Fault::CutAfter(120_000),
    ];
    let proxy = Proxy::faulty(world.server().addr(), faults).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("photo.jpg");
    std::fs::write(&file, &bytes).expect("write the photo");
    let (status, said) = talk(client, &inspector, &proxy, &file, &sealed.photos[0].sha256()).await;
    assert!(status, "{said}");
    assert!(proxy.faults() >= 2, "the connection was cut {} times: {said}", proxy.faults());
    let claims = inspector.verified_receipt(&sealed).await;
    assert_eq!(claims["files"][0]["bytes"], json!(bytes.len()));
}

async fn talk(
    mut client: Command,
    actor: &Actor,
    proxy: &Proxy,
    file: &Path,
    sha256: &str,
) -> (bool, String) {
    client.env("URL", format!("{}/api/v1/uploads", proxy.url())).env("AUTHORIZATION", token_of(actor));
    client.env("FILE", file).env("SHA256", sha256).env("CHUNK", "131072").kill_on_drop(true);
    let output = client.output().await.expect("the client runs");
    let text =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (output.status.success(), text)
}

stories! {
    async fn tus_js_client_brings_the_bytes_over_a_broken_connection(world: World) {
        installed("api/clients/node_modules/tus-js-client");
        let mut node = Command::new("node");
        node.arg(tests_folder().join("api/clients/tus.mjs"));
        upload_with(&world, node).await;
    }

    async fn tuspy_brings_the_bytes_over_a_broken_connection(world: World) {
        let mut python = Command::new(installed(".cache/venv/bin/python"));
        python.arg(tests_folder().join("api/clients/tus.py"));
        upload_with(&world, python).await;
    }
}

#[test]
fn schemathesis_finds_no_failure_and_no_undocumented_answer() {
    lalian_tests::story::run(async {
        let program = installed(".cache/venv/bin/schemathesis");
        let folder = tempfile::tempdir().expect("a folder");
        let document = folder.path().join("openapi.json");
        std::fs::write(&document, lalian::http::openapi::text().expect("the document")).expect("write it");
        for role in [Role::Office, Role::Inspector, Role::DeputyLeader] {
            let world = World::start(lalian_tests::backend::Backend::Sqlite).await;
            let ids = some_ids(&world).await;
            let actor = world.desk(role).await;
            let mut command = Command::new(&program);
            command.current_dir(folder.path()).env("SCHEMATHESIS_HOOKS", "hooks").env("IDS", ids);
            command.env("PYTHONPATH", tests_folder().join("api/clients"));
            command.arg("run").arg(&document).args(["--url", world.http().base()]);
            command.args(["--header", &format!("Authorization: {}", token_of(&actor))]);
            command.args(["--checks", CHECKS, "--suppress-health-check", "all", "--no-color"]);
            // Signing out or another password would turn the rest of the run into 401s.
            command.args(["--exclude-path-regex", "/session"]);
            command.args(["--max-examples", &examples().to_string(), "--seed", "20261122", "--workers", "1"]);
            let output = command.kill_on_drop(true).output().await.expect("schemathesis runs");
            let text = [output.stdout, output.stderr]
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                .concat();
            assert!(output.status.success(), "as {role:?}:\n{text}");
        }
    });
}

/// A 500, an undocumented status or content type, and a body that is not as documented.
const CHECKS: &str =
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

/// Ids that exist, by the noun of their address.
async fn some_ids(world: &World) -> String {
    let inspector = world.inspector().await;
    let site = world.site(&inspector, "bus_shelter", 0).await;
    let visit = site.visit(&inspector, &["BUS-01", "BUS-03"]);
    let sealed = visit.draft(&inspector, 9).seal();
    inspector.send(&sealed).await;
    let tickets = world.office().await.list("/api/v1/tickets").await;
    let of = |rows: &[serde_json::Value]| rows.iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
    json!({
        "operations": [sealed.id], "inspections": [visit.inspection], "tickets": of(&tickets), "sites": [site.id()],
        "photos": sealed.photos.iter().map(|photo| photo.file_id).collect::<Vec<_>>(),
        "devices": [inspector.phone.as_ref().expect("a phone").id], "checklists": [site.checklist["id"]],
        "divisions": [world.township_id(0).await], "people": [inspector.person()], "posts": [inspector.post()],
    })
    .to_string()
}

fn token_of(actor: &Actor) -> String {
    let request = actor.http.request(reqwest::Method::GET, "/").build().expect("a request");
    request.headers()["authorization"].to_str().expect("text").to_owned()
}

/// Examples of an operation, by `LALIAN_TEST_SCALE`.
fn examples() -> u32 {
    let scale =
        std::env::var("LALIAN_TEST_SCALE").ok().and_then(|text| text.parse::<f64>().ok()).unwrap_or(1.0);
    (15.0 * scale).clamp(3.0, 1_000.0) as u32
}
