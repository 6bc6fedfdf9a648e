//! The program behind the proxies that operators have, with the very files of `backend/packaging`: only names, ports and paths
//! are put in. `tests/run` installs both proxies.

use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};
use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::backend::sqlite_url;
use lalian_tests::demo::Demo;
use lalian_tests::http::{Http, send, try_send};
use lalian_tests::phone::fresh_id;
use lalian_tests::photo::of_size;
use lalian_tests::story;
use lalian_tests::tus::{self, Upload};
use reqwest::Method;
use serde_json::json;
use tokio::process::{Child, Command};

const NAME: &str = "lalian.example.gov.cn";

/// Where Debian keeps programs of operators, which may not be on the path of a test.
fn installed(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/bin".into()]);
    let found = folders.map(|folder| folder.join(program)).find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("{program} is missing; run: tests/run --only install"))
}

fn packaged(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../backend/packaging").join(name);
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Puts one thing in the place of another, which must be there.
fn put(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "the packaged file has no `{from}` any more");
    text.replace(from, to)
}

/// A port that is free now.
fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|socket| socket.local_addr()).expect("a port").port()
}

/// A proxy in front of the program.
struct Front {
    child: Child,
    folder: PathBuf,
    https: u16,
    http: u16,
    certificate: String,
}

impl Front {
    fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.https)
    }

    fn client(&self) -> Http {
        Http::trusting(self.url(), &self.certificate)
    }

    /// A client with another address of its own.
    fn client_from(&self, last: u8) -> Http {
        Http::trusting_from(IpAddr::from([127, 0, 0, last]), self.url(), &self.certificate)
    }

    fn certified(folder: &Path) -> String {
        let made = rcgen::generate_simple_self_signed(vec![NAME.to_owned(), "127.0.0.1".to_owned()]);
        let made = made.expect("a certificate");
        std::fs::write(folder.join("fullchain.pem"), made.cert.pem()).expect("written");
        std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).expect("written");
        made.cert.pem()
    }

    fn started(mut command: Command, folder: &Path, (https, http): (u16, u16), certificate: String) -> Self {
        let log = std::fs::File::create(folder.join("proxy.log")).expect("a log");
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a log")).stderr(log).kill_on_drop(true);
        Self {
            child: command.spawn().expect("it starts"),
            folder: folder.to_owned(),
            https,
            http,
            certificate,
        }
    }

    /// The packaged file for nginx in an instance of its own, which writes below `folder` only.
    fn nginx(folder: &Path, upstream: u16) -> Self {
        let (https, http, certificate) = (free_port(), free_port(), Self::certified(folder));
        let here = folder.display();
        let mut site = packaged("nginx.conf");
        for (from, to) in [
            ("127.0.0.1:8080", format!("127.0.0.1:{upstream}")),
            ("listen 80;", format!("listen 127.0.0.1:{http};")),
            ("listen 443 ssl", format!("listen 127.0.0.1:{https} ssl")),
            ("server_name lalian.example.gov.cn", "server_name 127.0.0.1".to_owned()),
            ("/etc/lalian/tls", here.to_string()),
            ("/var/log/nginx/", format!("{here}/")),
        ] {
            site = put(&site, from, &to);
        }
        std::fs::write(folder.join("lalian.conf"), site).expect("written");
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .iter()
            .map(|name| format!("{name}_temp_path {here}/{name};\n"))
            .collect();
        let whole = format!(
            "daemon off;\nmaster_process off;\npid {here}/nginx.pid;\nevents {{}}\n\
             http {{\n{temporary}include {here}/lalian.conf;\n}}\n"
        );
        std::fs::write(folder.join("whole.conf"), whole).expect("written");
        let mut command = Command::new(installed("nginx"));
        command.arg("-p").arg(folder).arg("-e").arg(folder.join("error.log"));
        command.arg("-c").arg(folder.join("whole.conf"));
        Self::started(command, folder, (https, http), certificate)
    }

    /// The packaged file for Caddy, without its administration port.
    fn caddy(folder: &Path, upstream: u16) -> Self {
        let (https, http, certificate) = (free_port(), free_port(), Self::certified(folder));
        let here = folder.display();
        let mut site = packaged("Caddyfile");
        for (from, to) in [
            ("reverse_proxy 127.0.0.1:8080", format!("reverse_proxy 127.0.0.1:{upstream}")),
            ("\nlalian.example.gov.cn {", "\n127.0.0.1 {".to_owned()),
            ("/etc/lalian/tls", here.to_string()),
            ("/var/log/caddy/", format!("{here}/")),
        ] {
            site = put(&site, from, &to);
        }
        let ports = format!("{{\n\tadmin off\n\thttp_port {http}\n\thttps_port {https}\n}}\n\n");
        std::fs::write(folder.join("Caddyfile"), ports + &site).expect("written");
        let mut command = Command::new(installed("caddy"));
        command.args(["run", "--adapter", "caddyfile", "--config"]).arg(folder.join("Caddyfile"));
        command.env("HOME", folder).env("XDG_DATA_HOME", folder).env("XDG_CONFIG_HOME", folder);
        Self::started(command, folder, (https, http), certificate)
    }

    /// Waits until it answers.
    async fn ready(&mut self) {
        for _ in 0..400 {
            let asked = self.client().request(Method::GET, "/api/v1/health");
            if try_send(asked).await.is_ok_and(|answer| answer.status == 200) {
                return;
            }
            let ended = self.child.try_wait().expect("ask for its state");
            assert!(ended.is_none(), "it ended with {ended:?}:\n{}", self.said());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("it never answered:\n{}", self.said());
    }

    /// Everything that it wrote down.
    fn said(&self) -> String {
        ["proxy.log", "error.log", "lalian.log"]
            .iter()
            .filter_map(|name| std::fs::read_to_string(self.folder.join(name)).ok())
            .collect()
    }
}

/// What phones and desks need of a proxy.
async fn proves(front: &mut Front, demo: &Demo) {
    front.ready().await;
    let https = front.client();

    // TLS, our own headers, and a plain address that leads to the encrypted one.
    let health = https.get("/api/v1/health").await.expect(200);
    assert_eq!(health.header("strict-transport-security"), "max-age=31536000", "{health}");
    for header in ["lalian-epoch", "lalian-server-at", "x-request-id", "content-security-policy"] {
        assert!(!health.header(header).is_empty(), "{header}: {health}");
    }
    let plain = Http::new(format!("http://127.0.0.1:{}", front.http)).get("/tickets").await;
    assert!(
        matches!(plain.status, 301 | 308) && plain.header("location").starts_with("https://127.0.0.1"),
        "{plain}"
    );

    // A session over it: the cookie is secure, and Host is what the browser's Origin says.
    let inspector = demo.logins(Role::Inspector).remove(0);
    let phone = Actor::on_phone(&https, &inspector, &format!("phone at {}", front.https)).await;
    let refresh = https.request(Method::POST, "/api/v1/session/refresh").header("cookie", &phone.cookie);
    let refresh = refresh.header("sec-fetch-site", "same-origin").header("origin", front.url());
    let refreshed = send(refresh).await.expect(200);
    assert!(refreshed.header("set-cookie").contains("; Secure"), "{refreshed}");

    // Sealed work (PUT), photos (POST, PATCH, HEAD), the receipt. The larger photo goes in one piece, as on a good network.
    let photos = [of_size(u64::from(front.https), 700_000), of_size(u64::from(front.https) + 1, 6_000_000)];
    let payload = json!({
        "finding_id": fresh_id(), "site_id": null, "item_code": null, "instance_key": "", "title": "大照片", "note": "",
        "severity": "minor", "is_static": false, "position": null, "fixed_on_spot": false,
    });
    let draft = phone.draft("finding.report/1", payload);
    let sealed = photos.iter().fold(draft, |draft, photo| draft.photo("before", None, photo.clone())).seal();
    phone.put(&sealed).await.expect(201);
    kept_where_the_signal_broke(&phone.http, &photos[0]).await;
    let upload = Upload::of(&tus::create(&phone.http, &photos[1]).await.expect(201));
    upload.patch(&phone.http, 0, &photos[1]).await.expect(204);
    phone.verified_receipt(&sealed).await;

    // A proxy further out may pass nothing but POST.
    let through_post = phone.http.with("x-http-method-override", "PUT");
    let again = through_post.request(Method::POST, &format!("/api/v1/operations/{}", sealed.id));
    let again = again.header("content-type", "application/json").body(sealed.bytes.clone());
    let again = again.header("lalian-signature", sealed.signature.as_deref().unwrap_or_default());
    send(again).await.expect(200);

    // What is too long is refused by us, in our words.
    let long = phone.http.request(Method::PUT, &format!("/api/v1/operations/{}", fresh_id()));
    let long = long.header("content-type", "application/json").body(vec![b' '; 300 * 1024]);
    send(long).await.expect_problem(413, "too_large");

    addresses_are_real(front, &inspector.login).await;
    let log = std::fs::read_to_string(front.folder.join("lalian.log")).expect("an access log");
    assert!(log.contains("/api/v1/health") && !log.contains("kept-from-logs"), "{log}");
    assert!(!log.contains(&phone.cookie) && !log.contains("Bearer ey"), "{log}");
}

/// Half a photo and then nothing: the half is not sent again.
async fn kept_where_the_signal_broke(http: &Http, photo: &[u8]) {
    let upload = Upload::of(&tus::create(http, photo).await.expect(201));
    let half = Bytes::copy_from_slice(&photo[..photo.len() / 2]);
    let broken = stream::iter([Ok(half)]).chain(stream::once(async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        Err(std::io::Error::other("the signal is gone"))
    }));
    let request = http
        .request(Method::PATCH, &upload.location)
        .header("Tus-Resumable", "1.0.0")
        .header("Upload-Offset", 0)
        .header("Content-Type", "application/offset+octet-stream")
        .header("Content-Length", photo.len())
        .body(reqwest::Body::wrap_stream(broken));
    assert!(try_send(request).await.is_err(), "the connection broke");
    let mut arrived = 0;
    for _ in 0..100 {
        arrived = upload.offset(http).await;
        if arrived > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(arrived > 0, "what came before the break is kept");
    upload.patch(http, arrived, &photo[arrived..]).await.expect(204);
}

/// Wrong passwords slow down the address that they come from, whatever it claims to be, and no other one.
async fn addresses_are_real(front: &Front, login: &str) {
    let (guesser, other) = (front.client_from(2), front.client_from(3));
    let wrong = json!({ "login": login, "password": "not this one" });
    let address = "/api/v1/session?x=kept-from-logs";
    let mut slowed = false;
    for guess in 0_u8..12 {
        let claimed = guesser.with("x-forwarded-for", &format!("203.0.113.{guess}"));
        slowed = claimed.post(address, &wrong).await.status == 429;
        if slowed {
            break;
        }
    }
    assert!(slowed, "another claimed address is no other source");
    other.post(address, &wrong).await.expect_problem(401, "bad_credentials");
}

#[test]
fn the_packaged_proxies_carry_everything_that_phones_need() {
    story::run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let url = sqlite_url(&folder.path().join("demo.db"));
        let arguments = ["--behind-proxy", "127.0.0.1", "--public-url", "https://127.0.0.1"];
        let demo = Demo::start_with(folder.path(), &url, &arguments).await;
        let upstream = demo.url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
        for start in [Front::nginx, Front::caddy] {
            let own = tempfile::tempdir().expect("a folder");
            let mut front = start(own.path(), upstream);
            proves(&mut front, &demo).await;
            front.child.kill().await.expect("it stops");
        }
        assert!(demo.program.terminate().await.status.success());
    });
}
