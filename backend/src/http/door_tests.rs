//! The door with routes of its own: what a handler never sees, and what happens when one breaks.

use super::{
    extract::{Entity, Json, Query, Write},
    method_override, problem,
    problem::Answer,
    routes::{self, Body, Route, Who},
};
use crate::app::Once;
use actix_web::{
    App, HttpResponse,
    http::{Method, StatusCode},
    middleware::from_fn,
    test::{self, TestRequest},
    web,
};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Note {
    text: String,
}

#[derive(Deserialize)]
struct Page {
    limit: Option<u8>,
}

async fn echo(Json(note): Json<Note>) -> Answer {
    Ok(HttpResponse::Ok().body(note.text))
}

async fn keep(Entity(bytes): Entity) -> Answer {
    Ok(HttpResponse::Ok().body(bytes.len().to_string()))
}

async fn write(write: Write<Note>) -> Answer {
    Ok(HttpResponse::Ok().body(write.once.fingerprint + &write.body.text))
}

async fn remove(once: Once) -> Answer {
    Ok(HttpResponse::Ok().body(once.key))
}

async fn list(Query(page): Query<Page>) -> Answer {
    Ok(HttpResponse::Ok().body(page.limit.unwrap_or(50).to_string()))
}

async fn breaks() -> Answer {
    panic!("row 42 of table person is broken")
}

static ROUTES: &[Route] = &[
    row("POST", "/notes", Who::Anyone, Body::Json(100), || web::route().to(echo)),
    row("PUT", "/notes/{id}", Who::Anyone, Body::Json(100), || web::route().to(write)),
    row("DELETE", "/notes/{id}", Who::Anyone, Body::None, || web::route().to(remove)),
    row("PUT", "/bytes", Who::Anyone, Body::Bytes(100), || web::route().to(keep)),
    row("GET", "/notes", Who::Anyone, Body::None, || web::route().to(list)),
    row("GET", "/breaks", Who::Anyone, Body::None, || web::route().to(breaks)),
    row("POST", "/private", Who::Person, Body::Json(100), || web::route().to(echo)),
];

const fn row(
    method: &'static str,
    path: &'static str,
    who: Who,
    body: Body,
    mount: fn() -> actix_web::Route,
) -> Route {
    Route { method, path, who, body, handler: "", mount }
}

/// Status and body of a request that went through the door.
async fn ask(request: TestRequest) -> (StatusCode, Value) {
    let app = App::new().wrap(from_fn(method_override::apply)).wrap(from_fn(problem::convert)).configure(
        |config| {
            for resource in routes::resources(ROUTES) {
                config.service(resource);
            }
        },
    );
    let app = test::init_service(app).await;
    let response = test::call_service(&app, request.to_request()).await;
    let status = response.status();
    let body = test::read_body(response).await;
    let text = || Value::String(String::from_utf8_lossy(&body).into_owned());
    (status, serde_json::from_slice(&body).unwrap_or_else(|_not_json| text()))
}

fn post(content_type: &'static str, body: &'static str) -> TestRequest {
    TestRequest::post().uri("/notes").insert_header(("content-type", content_type)).set_payload(body)
}

const JSON: &str = "application/json";

#[actix_web::test]
async fn a_good_body_comes_in() {
    assert_eq!(ask(post(JSON, r#"{"text":"好"}"#)).await, (StatusCode::OK, "好".into()));
}

#[actix_web::test]
async fn bad_bodies_are_problems_that_name_what_is_wrong() {
    for (content_type, body, status, code, field) in [
        ("text/plain", r#"{"text":"a"}"#, 415, "unsupported_type", None),
        ("application/x-www-form-urlencoded", "text=a", 415, "unsupported_type", None),
        (JSON, "{\"text\":", 400, "malformed", None),
        (JSON, "", 400, "malformed", None),
        (JSON, "\u{feff}{}", 400, "malformed", None),
        (JSON, r#"{"text":7}"#, 422, "invalid_field", Some("/text")),
        (JSON, "{}", 422, "invalid_field", Some("/text")),
        (JSON, "7", 422, "invalid_field", Some("")),
        (JSON, r#"{"text":"\u0000"}"#, 422, "invalid_field", Some("")),
    ] {
        let (got, problem) = ask(post(content_type, body)).await;
        assert_eq!((got.as_u16(), problem["code"].as_str()), (status, Some(code)), "{body}: {problem}");
        assert_eq!(problem["errors"][0]["field"].as_str(), field, "{body}: {problem}");
        assert!(problem["title_zh"].is_string() && problem["title_en"].is_string());
    }
}

#[actix_web::test]
async fn deep_nesting_is_refused_and_not_followed() {
    let deep = "[".repeat(90);
    let request = TestRequest::post().uri("/notes").insert_header(("content-type", JSON)).set_payload(deep);
    assert_eq!(
        ask(request).await.0,
        StatusCode::UNPROCESSABLE_ENTITY,
        "the first bracket is already no object"
    );
}

#[actix_web::test]
async fn too_much_is_refused_whether_announced_or_not() {
    let text = format!(r#"{{"text":"{}"}}"#, "a".repeat(200));
    let announced = post(JSON, "{}").insert_header(("content-length", "5000"));
    assert_eq!(ask(announced).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let unannounced =
        TestRequest::post().uri("/notes").insert_header(("content-type", JSON)).set_payload(text);
    let (status, problem) = ask(unannounced).await;
    assert_eq!((status, problem["code"].as_str()), (StatusCode::PAYLOAD_TOO_LARGE, Some("too_large")));
    assert!(problem["detail"].as_str().unwrap().contains("100"), "it names the limit: {problem}");
    let bytes = TestRequest::put().uri("/bytes").set_payload("a".repeat(101));
    assert_eq!(ask(bytes).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let exact = TestRequest::put().uri("/bytes").set_payload("a".repeat(100));
    assert_eq!(ask(exact).await.0, StatusCode::OK);
    let lies = post(JSON, "{}").insert_header(("content-length", "-1"));
    assert_eq!(ask(lies).await.0, StatusCode::BAD_REQUEST);
}

#[actix_web::test]
async fn a_small_gzip_cannot_become_a_large_body() {
    // 12,000 spaces, packed.
    let bomb = include_bytes!("bomb.gz").to_vec();
    assert!(bomb.len() < 100);
    let request =
        TestRequest::put().uri("/bytes").insert_header(("content-encoding", "gzip")).set_payload(bomb);
    assert_eq!(ask(request).await.0, StatusCode::PAYLOAD_TOO_LARGE);
}

#[actix_web::test]
async fn a_stranger_s_body_is_not_read() {
    let request =
        TestRequest::post().uri("/private").insert_header(("content-type", JSON)).set_payload("{broken");
    let (status, problem) = ask(request).await;
    assert_eq!((status, problem["code"].as_str()), (StatusCode::UNAUTHORIZED, Some("signed_out")));
}

#[actix_web::test]
async fn desk_writes_need_a_key() {
    let put = |key: Option<&'static str>| {
        let request = TestRequest::put()
            .uri("/notes/1")
            .insert_header(("content-type", JSON))
            .set_payload(r#"{"text":"a"}"#);
        key.into_iter().fold(request, |request, key| request.insert_header(("idempotency-key", key)))
    };
    for key in [
        None,
        Some(""),
        Some("with space"),
        Some("a-key-of-more-than-sixty-four-characters-is-not-a-key-that-we-can-keep"),
    ] {
        let (status, problem) = ask(put(key)).await;
        assert_eq!(
            (status.as_u16(), problem["errors"][0]["field"].as_str()),
            (400, Some("Idempotency-Key")),
            "{key:?}"
        );
    }
    assert_eq!(ask(put(Some("k1"))).await.0, StatusCode::OK);
    let delete = TestRequest::delete().uri("/notes/1").insert_header(("idempotency-key", "k2"));
    assert_eq!(ask(delete).await, (StatusCode::OK, "k2".into()));
}

#[actix_web::test]
async fn a_wrong_method_names_the_right_ones_and_an_override_reaches_its_route() {
    assert_eq!(
        ask(TestRequest::default().method(Method::PATCH).uri("/notes/1")).await.0,
        StatusCode::METHOD_NOT_ALLOWED
    );
    let overridden = TestRequest::post()
        .uri("/notes/1")
        .insert_header(("x-http-method-override", "DELETE"))
        .insert_header(("idempotency-key", "k3"));
    assert_eq!(ask(overridden).await, (StatusCode::OK, "k3".into()));
}

#[actix_web::test]
async fn a_query_is_judged_like_a_body() {
    assert_eq!(ask(TestRequest::get().uri("/notes?limit=5")).await, (StatusCode::OK, 5.into()));
    for query in ["limit=many", "limit=-1", "limit=256", "limit="] {
        let (status, problem) = ask(TestRequest::get().uri(&format!("/notes?{query}"))).await;
        assert_eq!(
            (status.as_u16(), problem["errors"][0]["field"].as_str()),
            (400, Some("limit")),
            "{query}"
        );
    }
}

#[actix_web::test]
async fn a_handler_that_breaks_is_an_answer_without_its_cause() {
    let (status, problem) = ask(TestRequest::get().uri("/breaks")).await;
    assert_eq!((status, problem["code"].as_str()), (StatusCode::INTERNAL_SERVER_ERROR, Some("unexpected")));
    assert!(problem["incident"].is_string());
    assert!(!problem.to_string().contains("42"), "{problem}");
}
