//! The county's mail server. Its password is sealed, never shown, and never goes to another server than the one it was entered for.

use super::keys::Place;
use crate::{
    app::{App, AppResult, Caller, Once},
    domain::{
        notices::reason::Reason,
        people::permission::Action,
        problem::{Code, Problem},
    },
    outgoing::mail::{self, MailServer, Security},
    store::{
        audit,
        notices::mail::{self as rows, Mail},
    },
};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// How the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MailSecurity {
    Tls,
    StartTls,
}

impl MailSecurity {
    fn as_str(self) -> &'static str {
        match self {
            Self::Tls => "tls",
            Self::StartTls => "starttls",
        }
    }
}

/// The mail server without its password.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = NoticeMail)]
pub struct MailView {
    /// 0 while none was entered.
    pub version: i32,
    /// Empty: there is none.
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    pub user: String,
    pub has_password: bool,
    pub from: String,
    pub from_name: String,
}

/// The mail server as the office enters it.
#[derive(Debug, Clone)]
pub struct NewMail {
    pub version: i32,
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    pub user: String,
    /// What is not said stays; an empty one is removed.
    pub password: Option<String>,
    pub from: String,
    pub from_name: String,
}

impl App {
    pub async fn mail_server(&self, caller: &Caller) -> AppResult<MailView> {
        caller.require(Action::ManageNotices)?;
        let row = rows::get(self.store.read(), caller.county()?).await?;
        Ok(row.map_or_else(none, |row| view(&row)))
    }

    /// Puts the mail server over the version that was seen.
    ///
    /// # Errors
    /// `invalid_field` with every fault, `conflict` when somebody else changed it meanwhile.
    pub async fn set_mail_server(&self, caller: &Caller, once: &Once, new: &NewMail) -> AppResult<MailView> {
        caller.require(Action::ManageNotices)?;
        let (county, now) = (caller.county()?, self.clock.now());
        let former = rows::get(self.store.read(), county).await?;
        self.check_mail(new, former.as_ref())?;
        let sealed = match &new.password {
            None => former.and_then(|row| row.sealed),
            Some(text) if text.is_empty() => None,
            Some(text) => Some(self.notice_keys.seal(Place::Mail(county), text)?),
        };
        let row = Mail {
            county_id: county,
            host: new.host.trim().to_ascii_lowercase(),
            port: i32::from(new.port),
            security: new.security.as_str().into(),
            login: new.user.trim().into(),
            sealed,
            sender: new.from.trim().into(),
            sender_name: new.from_name.trim().into(),
            version: new.version + 1,
            updated_at: now,
        };
        self.idempotent(caller, once, async |tx| {
            if !rows::put(tx, row.clone()).await? {
                return Err(Code::Conflict.into());
            }
            audit::append(tx, now, caller.audit("notice_mail.set", "notice_mail", county)).await?;
            Ok(view(&row))
        })
        .await
    }

    fn check_mail(&self, new: &NewMail, former: Option<&Mail>) -> AppResult<()> {
        let mut problem = Problem::new(Code::InvalidField);
        let host = new.host.trim();
        if !host.is_empty() {
            if let Err(why) = self.outgoing.guard.check_mail(host, new.port) {
                let field = if why == crate::outgoing::guard::Refused::Port { "/port" } else { "/host" };
                let (zh, en) = match field {
                    "/port" => ("常用端口为 465、587 或 25", "the usual ports are 465, 587 and 25"),
                    _ => ("请填写邮件服务器的域名", "enter the name of the mail server"),
                };
                problem = problem.with_field(field, zh, en);
            }
            if !mail::is_address(new.from.trim()) {
                problem = problem.with_field("/from", "不是邮箱地址", "not an e-mail address");
            }
        }
        for (field, text, most) in [("/user", &new.user, 200), ("/from_name", &new.from_name, 40)] {
            if text.chars().count() > most || text.chars().any(char::is_control) {
                problem = problem.with_field(
                    field,
                    format!("最多 {most} 个字"),
                    format!("at most {most} characters"),
                );
            }
        }
        if new.password.as_ref().is_some_and(|text| text.len() > 200 || text.chars().any(char::is_control)) {
            problem = problem.with_field("/password", "最多 200 个字符", "at most 200 characters");
        }
        // Whoever points it at another server must know the password: it is sent to nobody it was not entered for.
        let moved = former.is_some_and(|row| {
            row.sealed.is_some()
                && (row.host != host.to_ascii_lowercase()
                    || row.port != i32::from(new.port)
                    || row.login != new.user.trim())
        });
        if moved && new.password.is_none() {
            problem = problem.with_field(
                "/password",
                "换了服务器、端口或账号，请重新输入密码",
                "server, port or account changed; enter the password again",
            );
        }
        if problem.errors.is_empty() { Ok(()) } else { Err(problem.into()) }
    }

    /// The mail server ready for use.
    pub(super) async fn open_mail(&self, county: Uuid) -> AppResult<Result<MailServer, Reason>> {
        let row = rows::get(self.store.read(), county).await?.filter(|row| !row.host.is_empty());
        let Some(row) = row else { return Ok(Err(Reason::NoMailServer)) };
        let password = match &row.sealed {
            None => None,
            Some(sealed) => match self.notice_keys.unseal(Place::Mail(county), sealed) {
                Some(text) => Some(text.expose_secret().to_owned()),
                None => return Ok(Err(Reason::Unreadable)),
            },
        };
        let shown = view(&row);
        Ok(Ok(MailServer {
            host: row.host,
            port: shown.port,
            security: match shown.security {
                MailSecurity::Tls => Security::Tls,
                MailSecurity::StartTls => Security::StartTls,
            },
            login: row.login,
            password,
            from: row.sender,
            from_name: row.sender_name,
        }))
    }
}

fn none() -> MailView {
    MailView {
        version: 0,
        host: String::new(),
        port: 465,
        security: MailSecurity::Tls,
        user: String::new(),
        has_password: false,
        from: String::new(),
        from_name: String::new(),
    }
}

fn view(row: &Mail) -> MailView {
    MailView {
        version: row.version,
        host: row.host.clone(),
        port: u16::try_from(row.port).unwrap_or(465),
        security: if row.security == "starttls" { MailSecurity::StartTls } else { MailSecurity::Tls },
        user: row.login.clone(),
        has_password: row.sealed.is_some(),
        from: row.sender.clone(),
        from_name: row.sender_name.clone(),
    }
}
