//! E-mail by the county's own mail server: encrypted, at the addresses that were looked at, certificate by name.

use super::{Outgoing, PATIENCE, guard::Refused};
use crate::domain::notices::reason::Reason;
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp::{
        Error,
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
    },
};
use std::time::Duration;
use tokio::{net::TcpStream, time::timeout};

/// All commands of one message together.
const WHOLE: Duration = Duration::from_secs(20);

/// How the connection is encrypted; there is no other way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// From the first byte.
    Tls,
    /// Begun in clear text and never gone on with so.
    StartTls,
}

/// A mail server and whose name stands on the letters.
#[derive(Debug, Clone)]
pub struct MailServer {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub login: String,
    pub password: Option<String>,
    pub from: String,
    pub from_name: String,
}

/// One letter.
#[derive(Debug, Clone)]
pub struct Letter<'a> {
    pub to: &'a [String],
    pub subject: &'a str,
    pub text: &'a str,
}

/// Whether this is an address that mail can go to.
pub fn is_address(text: &str) -> bool {
    text.len() <= 254 && text.is_ascii() && text.parse::<Address>().is_ok()
}

impl Outgoing {
    /// Hands a letter to the mail server.
    pub async fn post(&self, server: &MailServer, letter: &Letter<'_>) -> Result<(), Reason> {
        self.is_on()?;
        self.guard.check_mail(&server.host, server.port).map_err(|why: Refused| {
            if why == Refused::IpAddress { Reason::AddressRefused } else { Reason::NotAllowedHost }
        })?;
        let message = message(server, letter)?;
        let addresses = self.addresses(&server.host, server.port).await?;
        // Whether anybody is there is asked by itself: only before the first word is it certain that nothing was sent.
        let mut reached = None;
        for address in addresses {
            if matches!(timeout(PATIENCE, TcpStream::connect(address)).await, Ok(Ok(_))) {
                reached = Some(address);
                break;
            }
        }
        let address = reached.ok_or(Reason::Unreachable)?;
        let mut tls = TlsParameters::builder(server.host.clone());
        if let Some(root) = &self.root {
            tls = tls.add_root_certificate(Certificate::from_pem(root).map_err(|_not_pem| Reason::Tls)?);
        }
        let tls = tls.build().map_err(|_unusable| Reason::Tls)?;
        // The address stands where lettre wants a name, so that nobody looks it up again; the certificate is checked by the name.
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(address.ip().to_string())
            .port(server.port)
            .timeout(Some(PATIENCE))
            .tls(match server.security {
                Security::Tls => Tls::Wrapper(tls),
                Security::StartTls => Tls::Required(tls),
            });
        if let Some(password) = server.password.clone().filter(|_| !server.login.is_empty()) {
            transport = transport.credentials(Credentials::new(server.login.clone(), password));
        }
        let transport = transport.build();
        let sent = timeout(WHOLE, transport.send(message)).await.map_err(|_elapsed| Reason::NoAnswer)?;
        sent.map(drop).map_err(|error| reason_of(&error))
    }
}

fn message(server: &MailServer, letter: &Letter<'_>) -> Result<Message, Reason> {
    let unusable = |_not_one| Reason::MailRefused;
    let from = Mailbox::new(
        (!server.from_name.is_empty()).then(|| one_line(&server.from_name)),
        server.from.parse::<Address>().map_err(unusable)?,
    );
    let mut message = Message::builder().from(from).subject(one_line(letter.subject));
    for to in letter.to {
        message = message.to(Mailbox::new(None, to.parse::<Address>().map_err(unusable)?));
    }
    let message = message.header(ContentType::TEXT_PLAIN);
    message.body(letter.text.to_owned()).map_err(|_unusable| Reason::MailRefused)
}

/// What stands in a head is one line; lettre would panic at a name that is not.
fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

fn reason_of(error: &Error) -> Reason {
    if error.is_tls() {
        Reason::Tls
    } else if error.is_permanent() || error.is_client() {
        Reason::MailRefused
    } else if error.is_transient() {
        Reason::HttpError
    } else {
        // Broken off somewhere between the first word and the last answer.
        Reason::NoAnswer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_plain_and_names_cannot_add_lines() {
        assert!(is_address("office@example.gov.cn"));
        for bad in [
            "",
            "a",
            "a@",
            "@b.cn",
            "a b@c.cn",
            "a@b.cn\r\nBcc: x@y.cn",
            "a@b.cn, c@d.cn",
            "名@例.cn",
            "<a@b.cn>",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
        let server = MailServer {
            host: "smtp.example.cn".into(),
            port: 465,
            security: Security::Tls,
            login: String::new(),
            password: None,
            from: "office@example.gov.cn".into(),
            from_name: "县办\r\nBcc: x@y.cn".into(),
        };
        let to = ["a@b.cn".to_owned()];
        let letter =
            Letter { to: &to, subject: "云坪镇\r\nBcc: z@y.cn", text: "待签收 1 件\n.\nQUIT" };
        let made = message(&server, &letter).unwrap().formatted();
        let made = String::from_utf8_lossy(&made);
        let head = made.split("\r\n\r\n").next().unwrap_or_default();
        assert!(head.lines().all(|line| !line.to_ascii_lowercase().starts_with("bcc")), "{head}");
    }
}
