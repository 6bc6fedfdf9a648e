//! The program ends TLS itself: what it says over an encrypted connection, and that it says nothing over a plain one.

use lalian::domain::people::role::Role;
use lalian_tests::demo::Demo;
use lalian_tests::http::{Http, send, try_send};
use lalian_tests::place::Place;
use lalian_tests::program::{command, run};
use lalian_tests::stories;
use reqwest::Method;
use serde_json::json;
use std::path::Path;

/// A certificate for this machine and its key, made now; answers the certificate.
fn make_certificate(folder: &Path) -> String {
    let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
    let certificate = made.cert.pem();
    std::fs::write(folder.join("certificate.pem"), &certificate).expect("written");
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).expect("written");
    certificate
}

const TLS: [&str; 4] = ["--tls-certificate", "certificate.pem", "--tls-key", "key.pem"];

stories! {
    async fn it_ends_tls_and_tells_browsers_to_stay_with_it(place: Place) {
        let certificate = make_certificate(place.folder());
        let demo = Demo::start_with(place.folder(), &place.url, &TLS).await;
        assert!(demo.url.starts_with("https://127.0.0.1:"), "{}", demo.url);
        let https = Http::trusting(&demo.url, &certificate);
        let health = https.get("/api/v1/health").await.expect(200);
        assert_eq!((health.at("/ready"), health.header("strict-transport-security")), (json!(true), "max-age=31536000"));
        assert!(!health.header("lalian-epoch").is_empty(), "{health}");

        // The refresh cookie never leaves over a plain connection, and works over this one.
        let login = demo.logins(Role::Inspector).remove(0);
        let body = json!({ "login": login.login, "password": login.password });
        let session = https.post("/api/v1/session", &body).await.expect(200);
        let cookie = session.header("set-cookie").to_owned();
        for word in ["Secure", "HttpOnly", "SameSite=Strict"] {
            assert!(cookie.split("; ").any(|part| part == word), "{word}: {cookie}");
        }
        let cookie = cookie.split(';').next().unwrap_or_default();
        let refresh = https.request(Method::POST, "/api/v1/session/refresh").header("cookie", cookie);
        let refreshed = send(refresh.header("sec-fetch-site", "same-origin")).await.expect(200);
        let signed_in = https.with("authorization", &format!("Bearer {}", refreshed.text("/access_token")));
        signed_in.get("/api/v1/session").await.expect(200);

        // Whoever does not believe the certificate, or does not encrypt, gets nothing.
        let stranger = make_certificate(tempfile::tempdir().expect("a folder").path());
        let doubting = Http::trusting(&demo.url, &stranger);
        assert!(try_send(doubting.request(Method::GET, "/api/v1/health")).await.is_err());
        let plain = Http::new(demo.url.replace("https:", "http:"));
        let answer = try_send(plain.request(Method::GET, "/api/v1/health")).await;
        assert!(answer.as_ref().map_or(true, |answer| answer.header("lalian-epoch").is_empty()), "{answer:?}");
        assert!(demo.program.terminate().await.status.success());
    }

    async fn a_key_that_is_none_is_told_at_the_start(place: Place) {
        make_certificate(place.folder());
        std::fs::write(place.folder().join("key.pem"), "no key").expect("written");
        let arguments = [&["demo", "--empty", "--bind", "127.0.0.1:0", "--database", &place.url, "--pwa", "none"][..], &TLS].concat();
        let ended = run(&mut command(place.folder(), &arguments)).await;
        assert!(!ended.status.success() && ended.output.contains("key.pem"), "{}", ended.output);
    }
}
