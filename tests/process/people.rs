//! Accounts as an operator makes them, and a log in which nobody's secrets stand, however much it tells.

use lalian_tests::http::{Answer, Http, send};
use lalian_tests::phone::Phone;
use lalian_tests::program::{Program, command, run};
use reqwest::Method;
use serde_json::{Value, json};

const PASSWORD: &str = "云坪山下的第三棵槐树";
const WRONG: &str = "a guess that was wrong";
const NUMBER: &str = "13800001111";

#[test]
fn the_first_administrator_comes_in_by_a_code_and_the_log_keeps_every_secret() {
    lalian_tests::story::run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let here = |arguments: &[&str]| command(folder.path(), arguments);
        let add = ["user", "add", NUMBER, "--name", "管理员", "--role", "platform_admin"];
        let link = ["--public-url", "https://lalian.example"];
        let added = run(&mut here(&[&add[..], &link[..]].concat())).await;
        assert!(added.status.success(), "{}", added.output);
        let code = added
            .output
            .lines()
            .find_map(|line| line.split("one-time code: ").nth(1))
            .expect("a code")
            .to_owned();
        assert!(
            added.output.contains(&format!("https://lalian.example/#/signin?login={NUMBER}&code={code}"))
        );
        let twice = run(&mut here(&add)).await;
        assert!(!twice.status.success() && twice.output.contains("This login is taken"), "{}", twice.output);

        let serve = ["serve", "--bind", "127.0.0.1:0", "--log-level", "debug"];
        let mut program = Program::start(here(&serve));
        let http = Http::new(program.url().await);
        let sign_in = async |password: &str, phone: Option<&Phone>| {
            let mut body = json!({ "login": NUMBER, "password": password });
            if let Some(phone) = phone {
                body["device"] = phone.registration();
            }
            http.post("/api/v1/session", &body).await
        };
        sign_in(WRONG, None).await.expect_problem(401, "bad_credentials");
        let first = sign_in(&code, None).await.expect(200);
        let session = bearer(&http, &first);
        session.post("/api/v1/session/password", &json!({ "new_password": PASSWORD })).await.expect(204);
        let phone = Phone::new("log");
        let second = sign_in(PASSWORD, Some(&phone)).await.expect(200);
        let cookie = second.header("set-cookie").split(';').next().expect("a cookie").to_owned();
        let refreshing = http.with("cookie", &cookie).request(Method::POST, "/api/v1/session/refresh");
        let third = send(refreshing).await.expect(200);
        let found = bearer(&http, &third).get(&format!("/api/v1/people?q={NUMBER}")).await.expect(200);
        assert_eq!(found.at("/items/0/name"), "管理员");
        http.with("authorization", "Bearer forged.token.here")
            .get("/api/v1/session")
            .await
            .expect_problem(401, "signed_out");
        let credential = second.text("/device/send_credential");

        let listed = run(&mut here(&["user", "list"])).await;
        assert!(
            listed.output.contains(NUMBER) && listed.output.contains("platform_admin"),
            "{}",
            listed.output
        );
        let ended = run(&mut here(&["user", "end", NUMBER])).await;
        assert!(ended.status.success(), "{}", ended.output);
        sign_in(PASSWORD, None).await.expect_problem(401, "bad_credentials");

        let finished = program.terminate().await;
        assert!(finished.status.success(), "{}", finished.output);
        assert!(finished.output.contains("signed in"), "the log was read: {}", finished.output);
        let tokens = [&first, &second, &third].map(|answer| answer.text("/access_token"));
        let secrets =
            [PASSWORD, WRONG, NUMBER, &code, &credential, "forged.token", "管理员", cookie_value(&cookie)];
        for secret in secrets.into_iter().chain(tokens.iter().map(String::as_str)) {
            let line = finished.output.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{secret} stands in the log");
        }
        let kept = std::fs::read(folder.path().join("data/lalian.db")).expect("the database");
        for secret in [PASSWORD, &code, &credential, cookie_value(&cookie)] {
            assert!(!contains(&kept, secret.as_bytes()), "{secret} stands in the database");
        }
    });
}

#[test]
fn a_forgotten_password_is_reset_at_the_machine() {
    lalian_tests::story::run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let here = |arguments: &[&str]| command(folder.path(), arguments);
        let added =
            run(&mut here(&["user", "add", "root", "--name", "管理员", "--role", "platform_admin"])).await;
        let reset = run(&mut here(&["user", "reset", "ROOT"])).await;
        let code = |output: &str| {
            output.lines().find_map(|line| line.split("one-time code: ").nth(1)).map(str::to_owned)
        };
        let (old, new) = (code(&added.output).expect("a code"), code(&reset.output).expect("a code"));
        let missing = run(&mut here(&["user", "reset", "nobody"])).await;
        assert!(!missing.status.success() && missing.output.contains("Not found"), "{}", missing.output);
        let unit = run(&mut here(&["user", "add", "x1", "--name", "x", "--role", "inspector"])).await;
        assert!(!unit.status.success() && unit.output.contains("Import divisions first"), "{}", unit.output);
        let mut program = Program::start(here(&["serve", "--bind", "127.0.0.1:0"]));
        let http = Http::new(program.url().await);
        let sign_in = async |password: &str| {
            http.post("/api/v1/session", &json!({ "login": "root", "password": password })).await
        };
        sign_in(&old).await.expect_problem(401, "bad_credentials");
        let first = sign_in(&new).await.expect(200);
        assert_eq!(first.at("/posts/0/role"), "platform_admin");
        assert_eq!(first.at("/posts/0/county_id"), Value::Null);
        program.kill().await;
    });
}

fn bearer(http: &Http, answer: &Answer) -> Http {
    http.with("authorization", &format!("Bearer {}", answer.text("/access_token")))
}

fn cookie_value(cookie: &str) -> &str {
    cookie.split_once('=').expect("name=value").1
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
