//! The demo county and a real county never touch each other.

use lalian_tests::backend::Backend;
use lalian_tests::demo::{Demo, arguments};
use lalian_tests::http::Http;
use lalian_tests::place::Place;
use lalian_tests::program::{Program, command, run};
use lalian_tests::{stories, story};

/// Runs a command that must be refused, and returns its words.
async fn refusal(place: &Place, arguments: &[&str]) -> String {
    let finished = run(command(place.folder(), arguments).env("LALIAN_DATABASE", &place.url)).await;
    assert!(!finished.status.success(), "{arguments:?}: {}", finished.output);
    finished.output
}

stories! {
    async fn serve_refuses_a_demo_database(place: Place) {
        Demo::start(place.folder(), &place.url).await.program.terminate().await;
        let words = refusal(&place, &["serve", "--bind", "127.0.0.1:0", "--storage", "file:files"]).await;
        assert!(words.contains("示例") && words.contains("demo"), "{words}");
    }

    async fn the_demo_refuses_a_database_that_is_not_one(place: Place) {
        let migrated = run(command(place.folder(), &["migrate"]).env("LALIAN_DATABASE", &place.url)).await;
        assert!(migrated.status.success(), "{}", migrated.output);
        let mut serve = command(place.folder(), &["serve", "--bind", "127.0.0.1:0", "--storage", "file:files"]);
        serve.env("LALIAN_DATABASE", &place.url);
        let mut program = Program::start(serve);
        Http::new(program.url().await).get("/api/v1/health").await.expect(200);
        program.terminate().await;
        let words = refusal(&place, &["demo", "--bind", "127.0.0.1:0", "--storage", "file:files"]).await;
        assert!(words.contains("示例") && words.contains("demo"), "{words}");
        if place.backend == Backend::Sqlite {
            let words = refusal(&place, &["demo", "--reset", "--bind", "127.0.0.1:0", "--storage", "file:files"]).await;
            assert!(words.contains("示例") && words.contains("demo"), "{words}");
        }
        // Nothing was thrown away.
        let mut serve = command(place.folder(), &["serve", "--bind", "127.0.0.1:0", "--storage", "file:files"]);
        serve.env("LALIAN_DATABASE", &place.url);
        let mut program = Program::start(serve);
        Http::new(program.url().await).get("/api/v1/health").await.expect(200);
        program.terminate().await;
    }
}

#[test]
fn the_demo_shows_its_logins_once_marks_itself_and_starts_over_when_asked() {
    story::run(async {
        use lalian::domain::people::role::Role;
        let place = Place::start(Backend::Sqlite).await;
        let first = Demo::start(place.folder(), &place.url).await;
        let office = first.logins(Role::Office).remove(0);
        for role in [
            Role::Inspector,
            Role::Office,
            Role::Department,
            Role::CountyLeader,
            Role::DeputyLeader,
            Role::DeskOfficer,
        ] {
            assert!(!first.logins(role).is_empty(), "{role:?}");
        }
        assert_eq!(first.http().get("/api/v1/health").await.at("/demo"), true);
        first.program.terminate().await;

        let second = Demo::start(place.folder(), &place.url).await;
        assert!(second.logins(Role::Office).is_empty(), "passwords are shown once");
        lalian_tests::actor::Actor::at_desk(&second.http(), &office).await;
        second.program.terminate().await;

        let mut over = arguments(&place.url).to_vec();
        over.push("--reset");
        let mut third = Program::start(command(place.folder(), &over));
        let http = Http::new(third.url().await);
        let body = serde_json::json!({ "login": office.login, "password": office.password });
        assert_eq!(http.post("/api/v1/session", &body).await.status, 401, "other passwords after a reset");
        third.terminate().await;
    });
}
