//! Keeping a session alive over a network that loses answers: the token before the newest yields a successor again while
//! that successor was never used; only an older one shows that somebody else holds the chain, and ends the session. What
//! a device sealed is not touched by any of this: its send credential works on (decisions.md 6).

use super::{
    super::{App, AppError, AppResult, Caller, Origin, caller::Proof},
    fresh_secret, hash_of,
    login::{SignedIn, token_for},
};
use crate::{
    domain::{clock::Instant, problem::Code, random::Random},
    store::{
        Tx,
        audit::{self, AuditRow},
        people::{
            persons, posts,
            sessions::{self, RefreshRow, SessionRow},
        },
    },
};
use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

/// A session that nobody used for so long is over.
pub const IDLE: TimeDelta = TimeDelta::days(30);
/// A session is over after so long, however busy it was.
const LONGEST: TimeDelta = TimeDelta::days(180);

/// A refresh token on its way to the cookie.
pub struct Refresh {
    pub secret: SecretString,
    pub expires_at: Instant,
}

impl Refresh {
    pub(super) fn new(expires_at: Instant, random: &dyn Random) -> Self {
        Self { secret: fresh_secret(random), expires_at }
    }

    /// Stores the first token of a session.
    pub(super) async fn begin(&self, tx: &Tx, session: Uuid, now: Instant) -> AppResult<()> {
        self.store(tx, session, None, now).await
    }

    async fn store(&self, tx: &Tx, session_id: Uuid, parent: Option<&str>, now: Instant) -> AppResult<()> {
        let row = RefreshRow {
            hash: hash_of(self.secret.expose_secret()),
            session_id,
            created_at: now,
            expires_at: self.expires_at,
            used_at: None,
            parent_hash: parent.map(str::to_owned),
        };
        Ok(sessions::insert_token(tx, row).await?)
    }
}

/// What became of a presented token. A replay must be committed, so it is no error inside the transaction.
enum Outcome {
    Next(SessionRow),
    Over,
}

impl App {
    /// The next access and refresh token for a refresh token, or `signed_out`.
    pub async fn refresh(&self, presented: &SecretString, origin: &Origin) -> AppResult<SignedIn> {
        let now = self.clock.now();
        let hash = hash_of(presented.expose_secret());
        let token = sessions::token(self.store.read(), &hash).await?.ok_or(Code::SignedOut)?;
        let session = sessions::get(self.store.read(), token.session_id).await?.ok_or(Code::SignedOut)?;
        let expires_at = (now + IDLE).min(session.created_at + LONGEST);
        let next = Refresh::new(expires_at, &*self.random);
        let outcome =
            self.store.write(async |tx| self.step(tx, &hash, &session, &next, origin, now).await).await?;
        let Outcome::Next(session) = outcome else {
            self.forget();
            return Err(Code::SignedOut.into());
        };
        let conn = self.store.read();
        let person = persons::get(conn, session.person_id).await?.ok_or(Code::SignedOut)?;
        let posts = posts::not_ended(conn, person.id, now).await?;
        Ok(SignedIn {
            me: self.describe(&person, &posts, session.id, session.device_id).await?,
            access_token: token_for(self, &session)?,
            refresh: next,
            device: None,
        })
    }

    async fn step(
        &self,
        tx: &Tx,
        hash: &str,
        session: &SessionRow,
        next: &Refresh,
        origin: &Origin,
        now: Instant,
    ) -> AppResult<Outcome> {
        // Taking the session's row first puts simultaneous refreshes in line.
        if !sessions::touch(tx, session.id, now, next.expires_at).await? {
            return Ok(Outcome::Over);
        }
        let Some(token) = sessions::token(tx, hash).await? else { return Ok(Outcome::Over) };
        let person = persons::get(tx, session.person_id).await?;
        if now >= token.expires_at || person.is_none_or(|person| person.status != persons::ACTIVE) {
            return Ok(Outcome::Over);
        }
        let passed = sessions::went_on_from(tx, hash, None).await?;
        let overtaken = match &token.parent_hash {
            Some(parent) => sessions::went_on_from(tx, parent, Some(hash)).await?,
            None => false,
        };
        if passed || overtaken {
            sessions::revoke(tx, session.id, now, "refresh token replayed").await?;
            audit::append(tx, now, told("session.replayed", session, origin)).await?;
            tracing::warn!(session.id = %session.id, "an old refresh token came back; its session is closed");
            return Ok(Outcome::Over);
        }
        sessions::use_token(tx, hash, now).await?;
        sessions::forget_expired(tx, session.id, now).await?;
        next.store(tx, session.id, Some(hash), now).await?;
        Ok(Outcome::Next(session.clone()))
    }

    /// Ends the session of a refresh token, if there is one. What the device sealed still drains.
    pub async fn sign_out(&self, presented: &SecretString, origin: &Origin) -> AppResult<()> {
        let hash = hash_of(presented.expose_secret());
        let Some(token) = sessions::token(self.store.read(), &hash).await? else { return Ok(()) };
        self.end_session(token.session_id, origin).await
    }

    /// Ends the caller's own session.
    pub async fn sign_out_caller(&self, caller: &Caller) -> AppResult<()> {
        match caller.proof {
            Proof::Session(id) => self.end_session(id, &caller.origin).await,
            Proof::SendCredential | Proof::Rescue(_) | Proof::System => Ok(()),
        }
    }

    async fn end_session(&self, id: Uuid, origin: &Origin) -> AppResult<()> {
        let now = self.clock.now();
        let Some(session) = sessions::get(self.store.read(), id).await? else { return Ok(()) };
        let person = persons::get(self.store.read(), session.person_id).await?;
        let county_id = person.and_then(|person| person.county_id);
        self.store
            .write(async |tx| {
                // Told once: the cookie and the token of one sign-out both lead here.
                if sessions::revoke(tx, id, now, "signed out").await? {
                    let line = AuditRow { county_id, ..told("session.close", &session, origin) };
                    audit::append(tx, now, line).await?;
                }
                Ok::<_, AppError>(())
            })
            .await?;
        self.forget();
        Ok(())
    }
}

/// What happened to a session, told without a caller: its own token says who.
fn told(action: &'static str, session: &SessionRow, origin: &Origin) -> AuditRow {
    AuditRow {
        person_id: Some(session.person_id),
        session_id: Some(session.id),
        device_id: session.device_id,
        address: origin.address.clone(),
        request_id: origin.request_id.clone(),
        action,
        noun: "session",
        object_id: Some(session.id.to_string()),
        ..AuditRow::default()
    }
}
