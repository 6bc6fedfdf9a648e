//! The demo for phones in the same room, as a phone meets it: the plain page first, then TLS with the certificate from there and
//! with nothing else.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::backend::sqlite_url;
use lalian_tests::demo::Demo;
use lalian_tests::http::{Http, send, try_send};
use lalian_tests::program::{command, run};
use lalian_tests::story;
use lalian_tests::text::base64;
use reqwest::Method;

const LAN: [&str; 4] = ["--lan", "--lan-address", "127.0.0.1", "--lan-port"];

async fn start(folder: &Path) -> Demo {
    let url = sqlite_url(&folder.join("demo.db"));
    Demo::start_with(folder, &url, &[&LAN[..], &["0", "--data", "."]].concat()).await
}

/// The line of the log that says where, or what, once it is there.
async fn told(demo: &Demo, what: &str) -> String {
    for _ in 0..200 {
        let log = demo.program.log();
        if let Some(found) = log.iter().find_map(|line| line.split_once(what)) {
            return found.1.split_whitespace().next().unwrap_or_default().trim_end_matches('/').to_owned();
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("nothing about {what}:\n{}", demo.program.log().join("\n"))
}

/// The certificate that the page hands out, as PEM.
async fn certificate(install: &Http) -> String {
    let file = install.get("/lalian.crt").await.expect(200);
    assert_eq!(file.header("content-type"), "application/x-x509-ca-cert", "Safari installs nothing else");
    let lines: Vec<String> = base64(&file.bytes)
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

#[test]
fn a_phone_in_the_same_room_trusts_it_once_and_has_everything() {
    story::run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let demo = start(folder.path()).await;
        let install = Http::new(told(&demo, "install: ").await);
        let fingerprint = told(&demo, "SHA-256: ").await;
        let log = demo.program.log().join("\n");
        assert!(log.contains('█') && log.contains("\x1b[97;40m"), "a code to scan: {log}");

        // The plain page: the fingerprint of the terminal, both languages, four systems, nothing that runs.
        let page = install.get("/").await.expect(200);
        let text = String::from_utf8(page.bytes.clone()).expect("text");
        assert!(text.contains(&fingerprint), "the same fingerprint as in the terminal");
        for system in ["安卓", "苹果", "鸿蒙", "Windows", "Android", "iPhone", "HarmonyOS"] {
            assert!(text.contains(system), "{system}");
        }
        assert!(
            !text.contains("<script")
                && page.header("content-security-policy").starts_with("default-src 'none'")
        );
        install.get("/api/v1/health").await.expect(404);
        install.get("/../keys/access.json").await.expect(404);
        send(install.request(Method::POST, "/lalian.crt")).await.expect(405);

        // TLS for who trusts that certificate, and for nobody else.
        let url = told(&demo, "lan: ").await;
        let root = certificate(&install).await;
        let phone = Http::trusting(&url, &root);
        let health = phone.get("/api/v1/health").await.expect(200);
        assert!(!health.header("lalian-epoch").is_empty(), "{health}");
        let stranger = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()])
            .expect("a certificate")
            .cert
            .pem();
        let doubting = Http::trusting(&url, &stranger);
        assert!(try_send(doubting.request(Method::GET, "/api/v1/health")).await.is_err());
        let inspector = Actor::on_phone(&phone, &demo.logins(Role::Inspector)[0], "the visitor").await;
        let refresh =
            phone.request(Method::POST, "/api/v1/session/refresh").header("cookie", &inspector.cookie);
        let refreshed =
            send(refresh.header("sec-fetch-site", "same-origin").header("origin", &url)).await.expect(200);
        assert!(refreshed.header("set-cookie").contains("; Secure"), "{refreshed}");

        // The desk beside it needs no certificate, and tells its screens where phones go.
        let told = demo.http().get("/api/v1/demo").await.expect(200);
        assert_eq!(
            (told.text("/lan/url"), told.text("/lan/install_url")),
            (url, install.base().to_owned()),
            "{told}"
        );

        // A pane for phones is shown by the stand for phones and speaks TLS too.
        let seen = phone.get("/api/v1/demo").await.expect(200);
        let pane = Http::trusting(seen.text("/panes/0/url"), &root);
        let pane = pane.get("/api/v1/health").await.expect(200);
        assert!(
            pane.header("content-security-policy")
                .contains(&format!("frame-ancestors {}", seen.text("/stand"))),
            "{pane}"
        );

        // Only its owner reads the key, and a restart is trusted as before.
        let mode = |path: &str| folder.path().join(path).metadata().expect(path).permissions().mode() & 0o777;
        assert_eq!((mode("lan"), mode("lan/authority.json")), (0o700, 0o600));
        assert!(demo.program.terminate().await.status.success());
        let again = start(folder.path()).await;
        assert_eq!(self::told(&again, "SHA-256: ").await, fingerprint);
        let url = self::told(&again, "lan: ").await;
        Http::trusting(url, &root).get("/api/v1/health").await.expect(200);
        assert!(again.program.terminate().await.status.success());
    });
}

#[test]
fn it_is_for_a_room_and_not_for_the_internet() {
    story::run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let url = sqlite_url(&folder.path().join("demo.db"));
        let demo =
            ["demo", "--bind", "127.0.0.1:0", "--database", &url, "--pwa", "none", "--lan", "--lan-address"];
        let refused = run(&mut command(folder.path(), &[&demo[..], &["8.8.8.8"]].concat())).await;
        assert!(!refused.status.success(), "{}", refused.output);
        assert!(
            refused.output.contains("192.168.1.5") && refused.output.contains("不对互联网开放"),
            "{}",
            refused.output
        );
        assert!(!folder.path().join("demo.db").exists(), "refused before anything is made");
    });
}
