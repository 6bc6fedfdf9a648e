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
        Fault::Pass,
        Fault::CutAfter(150_000),
        Fault::LoseAnswer,
        Fault::CutAfter(200_000),
        Fault::CutAfter(90_000),
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
    let request = actor.http.request(reqwest::Method::GET, "/").build().expect("a request");
    let token = request.headers()["authorization"].to_str().expect("text").to_owned();
    client.env("URL", format!("{}/api/v1/uploads", proxy.url())).env("AUTHORIZATION", token);
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
        let world = World::start(lalian_tests::backend::Backend::Sqlite).await;
        let program = installed(".cache/venv/bin/schemathesis");
        let document = tests_folder().join("../backend/openapi.json");
        for role in [Role::Office, Role::Inspector, Role::DeputyLeader] {
            let actor = world.desk(role).await;
            let request = actor.http.request(reqwest::Method::GET, "/").build().expect("a request");
            let token = request.headers()["authorization"].to_str().expect("text").to_owned();
            let mut command = Command::new(&program);
            command.current_dir(tests_folder().join("api/clients"));
            command.arg("run").arg(&document).args(["--url", world.http().base()]);
            command.args(["--header", &format!("Authorization: {token}")]);
            command.args(["--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"]);
            // Signing out or another password would turn the rest of the run into 401s.
            command.args(["--exclude-path-regex", "/session"]);
            command.args([
                "--max-examples",
                &examples().to_string(),
                "--seed",
                "20261122",
                "--workers",
                "2",
                "--no-color",
            ]);
            let output = command.kill_on_drop(true).output().await.expect("schemathesis runs");
            let text = [output.stdout, output.stderr]
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                .concat();
            assert!(output.status.success(), "as {role:?}:\n{text}");
        }
    });
}

/// Examples of an operation, by `LALIAN_TEST_SCALE`.
fn examples() -> u32 {
    let scale =
        std::env::var("LALIAN_TEST_SCALE").ok().and_then(|text| text.parse::<f64>().ok()).unwrap_or(1.0);
    (15.0 * scale).clamp(3.0, 1_000.0) as u32
}
