//! Bad input at the door: every answer is a problem in both languages, carries the safety headers, and echoes nothing.

use lalian::{config::Config, http::admission::Limits, server::Server};
use lalian_tests::{
    backend::{Backend, Database},
    http::{Answer, Http, send},
    stories,
};
use reqwest::Method;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// A server without people: what strangers meet.
struct Door {
    http: Http,
    server: Server,
    _database: Database,
    _folder: TempDir,
}

impl Door {
    async fn start(backend: Backend) -> Self {
        Self::with(backend, |config| config).await
    }

    async fn with(backend: Backend, change: impl FnOnce(Config) -> Config) -> Self {
        let database = Database::migrated(backend).await;
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config { database: database.url.clone().into(), ..Config::for_testing(folder.path()) };
        let server = Server::start(change(config)).await.expect("it starts");
        Self {
            http: Http::new(format!("http://{}", server.addr())),
            server,
            _database: database,
            _folder: folder,
        }
    }
}

/// What must stand on every answer, good or bad.
fn is_safe(answer: &Answer) {
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{answer}");
    assert_eq!(answer.header("referrer-policy"), "no-referrer", "{answer}");
    assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{answer}");
    assert!(
        answer.header("content-security-policy").contains("require-trusted-types-for 'script'"),
        "{answer}"
    );
    assert!(answer.header("permissions-policy").contains("camera=(self)"), "{answer}");
    assert!(!answer.header("x-request-id").is_empty(), "{answer}");
    assert!(answer.header("access-control-allow-origin").is_empty(), "{answer}");
    assert!(answer.header("strict-transport-security").is_empty(), "no HSTS without TLS: {answer}");
    assert!(!answer.header("cache-control").is_empty(), "{answer}");
}

stories! {
    async fn every_answer_carries_the_safety_headers(door: Door) {
        let answers = [
            door.http.get("/api/v1/health").await.expect(200),
            door.http.get("/api/v1/nothing").await.expect_problem(404, "not_found"),
            door.http.delete("/api/v1/health").await.expect_problem(405, "method_not_allowed"),
            door.http.get("/").await,
            door.http.get("/api/v1/health%00").await.expect_problem(400, "malformed"),
        ];
        for answer in &answers {
            is_safe(answer);
        }
        assert!(!answers[0].header("lalian-epoch").is_empty() && !answers[0].header("lalian-server-at").is_empty());
        assert_eq!(answers[2].header("allow"), "GET, HEAD");
        door.server.stop().await.expect("it stops");
    }

    async fn no_route_of_the_table_lets_a_stranger_in(door: Door) {
        use lalian::http::routes::Who;
        for route in lalian::http::routes().iter().filter(|route| route.who != Who::Anyone) {
            let strange = |part: &str| match part.split_once('}') {
                Some((_, ending)) if part.starts_with('{') => format!("{STRANGE_ID}{ending}"),
                _ => part.to_owned(),
            };
            let path = route.path.split('/').map(strange).collect::<Vec<_>>().join("/");
            let method = Method::from_bytes(route.method.as_bytes()).expect("a method");
            let answer = send(door.http.request(method, &path)).await;
            assert_eq!(answer.status, 401, "{} {}: {answer}", route.method, route.path);
        }
        door.server.stop().await.expect("it stops");
    }

    async fn a_problem_speaks_the_asked_language_and_always_both(door: Door) {
        let chinese = door.http.get("/api/v1/nothing").await.expect_problem(404, "not_found");
        assert_eq!(chinese.text("/title"), chinese.text("/title_zh"));
        assert_eq!(chinese.text("/type"), "/problems/not_found");
        assert_eq!(chinese.at("/status"), 404);
        let english = door.http.with("accept-language", "en-GB,zh;q=0.5").get("/api/v1/nothing").await;
        assert_eq!(english.text("/title"), english.text("/title_en"));
        door.server.stop().await.expect("it stops");
    }

    async fn markup_in_an_address_is_never_echoed(door: Door) {
        for path in ["/<script>alert(1)</script>", "/api/v1/%3Cimg%20src=x%20onerror=1%3E", "/api/v1/health/..%2f..%2fetc%2fpasswd"] {
            let answer = door.http.get(path).await;
            assert!([404, 503].contains(&answer.status), "{answer}");
            let body = String::from_utf8_lossy(&answer.bytes).into_owned();
            assert!(!body.contains("<script>") && !body.contains("onerror") && !body.contains("passwd"), "{body}");
            is_safe(&answer);
        }
        door.server.stop().await.expect("it stops");
    }

    async fn a_post_may_stand_for_another_method_but_never_a_get(door: Door) {
        let post = |value: &str| door.http.with("x-http-method-override", value).request(Method::POST, "/api/v1/health");
        for method in ["PUT", "PATCH", "DELETE", "delete"] {
            send(post(method)).await.expect_problem(405, "method_not_allowed");
        }
        for method in ["GET", "CONNECT", "TRACE", "nonsense", "PUT, DELETE"] {
            let answer = send(post(method)).await.expect_problem(400, "malformed");
            assert_eq!(answer.at("/errors/0/field"), "X-HTTP-Method-Override");
        }
        let get = door.http.with("x-http-method-override", "DELETE").get("/api/v1/health").await;
        assert_eq!(get.status, 200, "a GET stays a GET");
        door.server.stop().await.expect("it stops");
    }

    async fn a_request_id_is_taken_over_when_it_is_plain(door: Door) {
        let asked = |id: &str| door.http.with("x-request-id", id);
        let answer = asked("phone-0001-abcdef").get("/api/v1/health").await;
        assert_eq!(answer.header("x-request-id"), "phone-0001-abcdef");
        for id in ["short", "with space inside", "{\"json\":\"injected\"}"] {
            let answer = asked(id).get("/api/v1/health").await;
            assert!(answer.header("x-request-id").len() == 32, "{answer}");
        }
        door.server.stop().await.expect("it stops");
    }

    async fn head_answers_as_get_without_a_body(door: Door) {
        let answer = send(door.http.request(Method::HEAD, "/api/v1/health")).await.expect(200);
        assert!(answer.bytes.is_empty());
        door.server.stop().await.expect("it stops");
    }
}

#[test]
fn behind_https_browsers_are_told_to_stay_there() {
    lalian_tests::story::run(async {
        let public = |config| Config { public_url: "https://lalian.example".parse().ok(), ..config };
        let door = Door::with(Backend::Sqlite, public).await;
        let answer = door.http.get("/api/v1/health").await.expect(200);
        assert!(answer.header("strict-transport-security").starts_with("max-age="), "{answer}");
        door.server.stop().await.expect("it stops");
    });
}

#[test]
fn one_address_cannot_take_all_places() {
    lalian_tests::story::run(async {
        let few = |config| Config { limits: Limits { total: 8, per_peer: 1 }, ..config };
        let door = Door::with(Backend::Sqlite, few).await;
        // Somebody announces a body and never sends it; his one place stays taken.
        let mut slow = tokio::net::TcpStream::connect(door.server.addr()).await.expect("connect");
        let head = "POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 90\r\n\r\n";
        slow.write_all(head.as_bytes()).await.expect("sent");
        let refused = async {
            loop {
                let answer = door.http.get("/api/v1/nothing").await;
                if answer.status != 404 {
                    return answer;
                }
            }
        };
        let refused =
            tokio::time::timeout(std::time::Duration::from_secs(10), refused).await.expect("refused");
        assert!(!refused.expect_problem(429, "too_many").header("retry-after").is_empty());
        door.http.get("/api/v1/health").await.expect(200);
        drop(slow);
        let free = async { while door.http.get("/api/v1/nothing").await.status != 404 {} };
        tokio::time::timeout(std::time::Duration::from_secs(10), free)
            .await
            .expect("the place is given back");
        door.server.stop().await.expect("it stops");
    });
}

/// An id that nothing has.
const STRANGE_ID: &str = "00000000-0000-4000-8000-000000000000";

#[test]
fn a_replica_answers_503_until_the_schema_is_there_and_then_works() {
    lalian_tests::story::run(async {
        let database = Database::clone_of(Backend::Postgres, "empty", async |_url| {}).await;
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config { database: database.url.clone().into(), ..Config::for_testing(folder.path()) };
        let server = Server::start(config).await.expect("it starts without a schema");
        let http = Http::new(format!("http://{}", server.addr()));
        let health = http.get("/api/v1/health").await.expect(503);
        assert_eq!((health.at("/alive"), health.at("/ready")), (true.into(), false.into()));
        let refused = http.get("/api/v1/nothing").await.expect_problem(503, "not_ready");
        assert!(!refused.header("retry-after").is_empty());
        server.app().store.migrate().await.expect("the operator migrates");
        let ready = async {
            while http.get("/api/v1/health").await.status != 200 {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), ready).await.expect("it notices");
        server.stop().await.expect("it stops");
    });
}

#[test]
fn two_servers_never_share_a_sqlite_file() {
    lalian_tests::story::run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Server::start(Config::for_testing(folder.path())).await.expect("the first starts");
        let second = Server::start(Config::for_testing(folder.path())).await;
        assert!(matches!(second, Err(lalian::server::Error::Taken(_))));
        first.stop().await.expect("it stops");
        let third = Server::start(Config::for_testing(folder.path())).await.expect("the lock is given back");
        third.stop().await.expect("it stops");
    });
}

#[test]
fn what_is_under_way_at_a_stop_is_answered_and_nothing_new_begins() {
    lalian_tests::story::run(async {
        let door = Door::start(Backend::Postgres).await;
        let mut slow = tokio::net::TcpStream::connect(door.server.addr()).await.expect("connect");
        let body = r#"{"login":"nobody","password":"nothing-like-a-password"}"#;
        let head = format!(
            "POST /api/v1/session HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        slow.write_all(head.as_bytes()).await.expect("sent");
        let busy = async { while door.http.get("/api/v1/health").await.status != 200 {} };
        busy.await;
        let (server, http) = (door.server, door.http);
        let stopping = tokio::task::spawn_local(server.stop());
        let refused = async {
            loop {
                let answer = http.get("/api/v1/nothing").await;
                if answer.status != 404 {
                    return answer;
                }
            }
        };
        refused.await.expect_problem(503, "not_ready");
        assert!(!stopping.is_finished(), "it waits for the request under way");
        slow.write_all(body.as_bytes()).await.expect("the rest of it");
        let mut answer = String::new();
        slow.read_to_string(&mut answer).await.expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
        stopping.await.expect("no panic").expect("it stops");
    });
}
