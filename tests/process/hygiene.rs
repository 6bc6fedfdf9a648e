//! What the log of the real program never holds.

use lalian_tests::{
    http::Http,
    program::{Program, command},
    story,
};
use serde_json::json;

#[test]
fn the_log_names_routes_and_never_what_people_sent() {
    story::run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = command(folder.path(), &["serve", "--bind", "127.0.0.1:0", "--log", "json"]);
        command.env("LALIAN_LOG_LEVEL", "debug").env("LALIAN_DATA", folder.path());
        let mut program = Program::start(command);
        let http = Http::new(program.url().await).with("authorization", "Bearer s3cret-token");
        let login = json!({"login": "13812345678", "password": "s3cret-word", "note": "lon 104.977289"});
        http.post("/api/v1/session", &login).await;
        http.get("/api/v1/sites?q=13812345678&lon=104.977289").await;
        http.get("/api/v1/sites/13812345678").await;
        http.get("/13812345678").await;
        let picture = "/api/v1/pictures/0191a000-0000-7000-8000-000000000000/thumb?pass=s3cret-pass";
        http.get(picture).await.expect_problem(401, "address_ended");
        let finished = program.terminate().await;
        let answered = finished.output.lines().filter(|line| line.contains("\"answered\"")).count();
        assert_eq!(answered, 5, "{}", finished.output);
        assert!(finished.output.contains("\"route\":\"/api/v1/sites/{id}\""), "{}", finished.output);
        for secret in ["13812345678", "s3cret", "104.97"] {
            let line = finished.output.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{secret} is in the log");
        }
    });
}
