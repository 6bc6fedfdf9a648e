//! One https request, bound to the addresses that were looked at.

use super::{ANSWER, Outgoing, PATIENCE, guard::Target};
use crate::domain::notices::reason::Reason;
use reqwest13::{Certificate, Client, Error, RequestBuilder, StatusCode, redirect::Policy};

/// What came back.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub status: StatusCode,
    pub body: Vec<u8>,
}

impl Outgoing {
    /// Sends what `build` makes of a client; answers what came back, whatever its status but a redirect.
    pub(super) async fn call(
        &self,
        target: &Target,
        build: impl FnOnce(Client) -> RequestBuilder,
    ) -> Result<Answer, Reason> {
        self.is_on()?;
        let addresses = self.addresses(&target.host, target.port).await?;
        let mut client = Client::builder()
            .https_only(true)
            .http1_only()
            .no_proxy()
            .redirect(Policy::none())
            .retry(reqwest13::retry::never())
            .referer(false)
            .user_agent("lalian")
            .timeout(PATIENCE)
            .connect_timeout(PATIENCE)
            .pool_max_idle_per_host(0)
            .resolve_to_addrs(&target.host, &addresses);
        if let Some(root) = &self.root {
            let roots = Certificate::from_pem_bundle(root).map_err(|_not_pem| Reason::Tls)?;
            client = client.tls_certs_merge(roots);
        }
        let client = client.build().map_err(|_no_tls| Reason::Tls)?;
        let whole = async {
            let mut answer = build(client).send().await.map_err(|error| reason_of(&error))?;
            let status = answer.status();
            if status.is_redirection() {
                return Err(Reason::Redirected);
            }
            let mut body = Vec::new();
            // It was taken in; an answer that breaks off is no reason to send again.
            while let Some(piece) = answer.chunk().await.map_err(|_broken| Reason::NoAnswer)? {
                if body.len() + piece.len() > ANSWER {
                    return Err(Reason::NoAnswer);
                }
                body.extend_from_slice(&piece);
            }
            Ok(Answer { status, body })
        };
        // A second clock around the client's own, which starts anew with each phase.
        tokio::time::timeout(PATIENCE, whole).await.map_err(|_elapsed| Reason::NoAnswer)?
    }
}

/// Only what certainly never reached the other side is worth another try.
fn reason_of(error: &Error) -> Reason {
    if is_tls(error) {
        Reason::Tls
    } else if error.is_connect() || error.is_builder() {
        Reason::Unreachable
    } else {
        Reason::NoAnswer
    }
}

/// Whether a certificate or handshake lies at the bottom of it, however often it was wrapped.
fn is_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    if error.is::<rustls::Error>() {
        return true;
    }
    // An I/O error hides what it holds from its own chain of causes.
    let held = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    held.is_some_and(|held| is_tls(held)) || error.source().is_some_and(is_tls)
}

/// What a status alone says.
pub(super) fn by_status(status: StatusCode) -> Result<(), Reason> {
    match status.as_u16() {
        200..300 => Ok(()),
        404 | 410 => Err(Reason::NotFound),
        429 => Err(Reason::TooMany),
        400..500 => Err(Reason::RobotRefused),
        _ => Err(Reason::HttpError),
    }
}
