//! Signing in and staying in, posts, devices, codes: what people meet before any work.

mod codes;
mod devices;
mod lists;
mod posts;
mod sessions;

use std::sync::Arc;

use lalian_tests::actor::Actor;
use lalian_tests::http::{Answer, Http, send};
use lalian_tests::phone::{Phone, fresh_id};
use lalian_tests::world::World;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

const SESSION: &str = "/api/v1/session";

async fn try_login(http: &Http, login: &str, password: &str, phone: Option<&Phone>) -> Answer {
    let mut body = json!({ "login": login, "password": password });
    if let Some(phone) = phone {
        body["device"] = phone.registration();
    }
    http.post(SESSION, &body).await
}

/// A client that carries a session's token.
fn bearer(http: &Http, answer: &Answer) -> Http {
    http.with("authorization", &format!("Bearer {}", answer.text("/access_token")))
}

/// What a browser does with its cookie.
async fn refresh(http: &Http, cookie: &str) -> Answer {
    send(http.with("cookie", cookie).request(Method::POST, "/api/v1/session/refresh")).await
}

async fn write(http: &Http, path: &str, body: &Value) -> Answer {
    http.with("idempotency-key", &fresh_id().simple().to_string()).post(path, body).await
}

/// What a stranger could tell two refusals apart by.
fn shown(answer: &Answer) -> (u16, Value, String) {
    let mut body = answer.json();
    for member in ["instance", "incident"] {
        body[member] = Value::Null;
    }
    (answer.status, body, answer.header("set-cookie").to_owned())
}

/// The office makes somebody with a desk officer's post in its first township, and hands over the code.
async fn newcomer(world: &World, office: &Actor, login: &str) -> (Uuid, String) {
    let unit = world.township_id(0).await;
    let body =
        json!({ "login": login, "name": "新来的", "posts": [{ "role": "desk_officer", "unit_id": unit }] });
    let made = write(&office.http, "/api/v1/people", &body).await.expect(201);
    let id: Uuid = made.text("/id").parse().expect("an id");
    (id, code_for(office, id).await)
}

async fn code_for(office: &Actor, person: Uuid) -> String {
    office.http.post(&format!("/api/v1/people/{person}/code"), &json!({})).await.expect(200).text("/code")
}

/// The phone's credential is taken although its person is signed out: an operation that nobody sent is not found, which
/// only somebody who was let in is told.
async fn admitted(actor: &Actor) {
    let path = format!("/api/v1/operations/{}/receipt", fresh_id());
    actor.sending_only().get(&path).await.expect_problem(404, "not_found");
}

/// The world's time, as tokens and wire have it.
trait Now {
    fn clock_now(&self) -> i64;
    fn clock_at(&self) -> chrono::DateTime<chrono::Utc>;
}

impl Now for World {
    fn clock_now(&self) -> i64 {
        self.clock_at().timestamp()
    }

    fn clock_at(&self) -> chrono::DateTime<chrono::Utc> {
        use lalian::domain::clock::Clock;
        Arc::clone(&self.clock).now()
    }
}
