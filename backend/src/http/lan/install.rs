//! The plain page beside the encrypted one: it hands out the authority's certificate, its fingerprint and the steps for each
//! system, and nothing else. Plain, because a phone that does not trust us yet can open nothing better.

use super::{Lan, qr};
use crate::domain::clock::SHANGHAI;
use crate::http::listen::Opened;
use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    dev::ServerHandle,
    http::{
        Method,
        header::{
            ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
            X_FRAME_OPTIONS,
        },
    },
    middleware::{DefaultHeaders, from_fn},
    web,
};
use std::{io, net::TcpListener, sync::Arc, time::Duration};
use tokio::task::JoinHandle;

const PAGE: &str = include_str!("install.html");
const STYLE: &str = include_str!("install.css");
/// Ports of the program and its three panes come first.
const BEHIND: u16 = 4;
const CSP: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A small server of its own: the program proper never answers over a plain connection that leaves the machine.
pub struct InstallPage {
    handle: ServerHandle,
    task: JoinHandle<io::Result<()>>,
}

impl InstallPage {
    /// Binds and starts behind what listens already, and tells `lan` where both are.
    pub fn start(lan: &Arc<Lan>, opened: &[Opened]) -> io::Result<Self> {
        let data = web::Data::from(Arc::clone(lan));
        let app = move || {
            App::new()
                .app_data(data.clone())
                .wrap(from_fn(super::refuse_foreign))
                .wrap(
                    DefaultHeaders::new()
                        .add((CONTENT_SECURITY_POLICY, CSP))
                        .add((X_CONTENT_TYPE_OPTIONS, "nosniff"))
                        .add((X_FRAME_OPTIONS, "DENY"))
                        .add((REFERRER_POLICY, "no-referrer"))
                        .add((CACHE_CONTROL, "no-store")),
                )
                .default_service(web::to(serve))
        };
        let server = HttpServer::new(app)
            .workers(1)
            .max_connections(64)
            .client_request_timeout(Duration::from_secs(20))
            .shutdown_timeout(1)
            .disable_signals();
        let (address, port) = (lan.bind_address(), lan.port());
        let wished = if port == 0 { 0 } else { port.saturating_add(BEHIND) };
        let socket =
            TcpListener::bind((address, wished)).or_else(|_taken| TcpListener::bind((address, 0)))?;
        let install = socket.local_addr()?.port();
        let server = server.listen(socket)?.run();
        let main = opened.iter().rfind(|one| one.tls && one.pane.is_none());
        lan.listens(main.map_or(port, |main| main.addr.port()), install);
        let handle = server.handle();
        Ok(Self { handle, task: tokio::spawn(server) })
    }

    pub async fn stop(self) {
        self.handle.stop(false).await;
        self.task.abort();
    }
}

async fn serve(request: HttpRequest, lan: web::Data<Lan>) -> HttpResponse {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return HttpResponse::MethodNotAllowed().insert_header((ALLOW, "GET, HEAD")).finish();
    }
    match request.path() {
        "/" => HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page(&lan)),
        "/install.css" => HttpResponse::Ok().content_type("text/css; charset=utf-8").body(STYLE),
        // The type by which Safari offers to install it; all others keep it as a file.
        "/lalian.crt" => HttpResponse::Ok()
            .content_type("application/x-x509-ca-cert")
            .body(lan.authority().certificate().to_vec()),
        _ => HttpResponse::NotFound().content_type("text/plain; charset=utf-8").body("404"),
    }
}

/// The page as it is right now. What is put in is our own: addresses, networks, dates, a name without markup.
fn page(lan: &Lan) -> String {
    let (authority, url) = (lan.authority(), lan.url());
    let ends = authority.ends_at().with_timezone(&SHANGHAI);
    let networks: Vec<_> = authority.networks().iter().map(ToString::to_string).collect();
    [
        ("fingerprint", authority.fingerprint()),
        ("name", authority.name().to_owned()),
        ("networks", networks.join(", ")),
        ("ends_zh", ends.format("%Y 年 %-m 月 %-d 日").to_string()),
        ("ends_en", ends.format("%Y-%m-%d").to_string()),
        ("qr", qr::svg(&format!("{url}/"), &url)),
        ("url", url),
    ]
    .iter()
    .fold(PAGE.to_owned(), |page, (name, value)| page.replace(&format!("{{{{{name}}}}}"), value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{clock::SystemClock, random::SystemRandom};
    use crate::http::lan::Settings;

    #[test]
    fn nothing_is_left_open_in_the_page_and_nothing_runs_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            folder: folder.path().join("lan"),
            address: Some([192, 168, 1, 5].into()),
            port: 8443,
        };
        let lan = Lan::open(settings, Arc::new(SystemClock), &(Arc::new(SystemRandom) as _)).unwrap();
        lan.listens(8443, 8447);
        let page = page(&lan);
        assert!(!page.contains("{{") && !page.contains("<script") && !page.contains("style="), "{page}");
        assert!(page.contains(&lan.authority().fingerprint()) && page.contains("https://192.168.1.5:8443/"));
        assert_eq!(page.matches("<details>").count(), 8, "four systems in two languages");
        assert_eq!(lan.install_url(), "http://192.168.1.5:8447");
    }
}
