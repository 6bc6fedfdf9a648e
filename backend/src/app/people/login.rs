//! Signing in: same cost and same answer whether the account exists or not, a delay for the source that guesses, a
//! one-time code where no password is known yet (decisions.md 6).

use super::{
    super::{App, AppError, AppResult, Caller, Origin, caller::Proof},
    devices::{Binding, DeviceGrant, NewDevice},
    hash_of,
    keys::AccessClaims,
    me::Me,
    refresh::{self, Refresh},
    standing::active,
};
use crate::{
    domain::{
        clock::Instant,
        people::{account::Login, code, password},
        problem::{Code, Problem},
    },
    store::{
        Tx, audit,
        people::{
            attempts,
            codes::{self, CodeRow},
            devices,
            persons::{self, PersonRow},
            posts::{self, PostRow},
            sessions::{self, SessionRow},
        },
    },
};
use secrecy::{ExposeSecret, SecretString};
use std::net::IpAddr;

/// What somebody types and brings along.
pub struct SignIn {
    pub login: String,
    /// The password, or a one-time code.
    pub password: SecretString,
    pub device: Option<NewDevice>,
    pub user_agent: Option<String>,
    pub origin: Origin,
}

/// A session that is open now.
pub struct SignedIn {
    pub me: Me,
    pub access_token: SecretString,
    pub refresh: Refresh,
    pub device: Option<DeviceGrant>,
}

/// How somebody proved to be the account's owner.
enum Proven {
    Password,
    Code(CodeRow),
    /// Nobody asked: a pane of the demo's stand.
    Unasked,
}

impl App {
    /// Opens a session. Wrong password and unknown account are the same `bad_credentials`.
    pub async fn sign_in(&self, request: SignIn) -> AppResult<SignedIn> {
        let now = self.clock.now();
        let user_agent = request.user_agent.map(|text| text.chars().take(200).collect::<String>());
        let binding = match request.device {
            Some(device) => Some(Binding::new(device, user_agent.clone(), &*self.random)?),
            None => None,
        };
        let login = Login::parse(&request.login);
        let person = match &login {
            Some(login) => persons::by_login(self.store.read(), login.as_str()).await?,
            None => None,
        };
        let source = self.source(binding.as_ref(), person.as_ref(), &request.origin).await?;
        let attempt = hash_of(&format!("{}\n{source}", login.as_ref().map_or("", Login::as_str)));
        let waits =
            self.store.write(async |tx| Ok::<_, AppError>(attempts::count(tx, &attempt, now).await?)).await?;
        if let Some(wait) = waits {
            let seconds = u32::try_from(wait.num_seconds() + 1).unwrap_or(u32::MAX);
            return Err(Problem::new(Code::LoginDelayed).with_retry_after(seconds).into());
        }
        let proven = self.prove(person.as_ref(), &request.password, now).await?;
        let (Some(person), Some(proven)) = (person.filter(|person| person.status == persons::ACTIVE), proven)
        else {
            tracing::info!("a sign-in was refused");
            return Err(Code::BadCredentials.into());
        };
        self.open_session(person, &proven, binding.as_ref(), user_agent, request.origin, &attempt, now).await
    }

    /// Opens a session of this account without asking for its password; only the demo's stand may.
    pub(in crate::app) async fn sign_in_unasked(
        &self,
        login: &str,
        device: Option<NewDevice>,
        user_agent: Option<String>,
        origin: Origin,
    ) -> AppResult<SignedIn> {
        let now = self.clock.now();
        let user_agent = user_agent.map(|text| text.chars().take(200).collect::<String>());
        let binding = match device {
            Some(device) => Some(Binding::new(device, user_agent.clone(), &*self.random)?),
            None => None,
        };
        let person = persons::by_login(self.store.read(), login).await?;
        let person = person.filter(|person| person.status == persons::ACTIVE).ok_or(Code::BadCredentials)?;
        self.open_session(person, &Proven::Unasked, binding.as_ref(), user_agent, origin, "", now).await
    }

    /// Where a try comes from: a device that is known to be the account's, else the address. Somebody who guesses from
    /// elsewhere thus never delays the owner on their own phone.
    async fn source(
        &self,
        binding: Option<&Binding>,
        person: Option<&PersonRow>,
        origin: &Origin,
    ) -> AppResult<String> {
        if let Some(binding) = binding {
            let known = devices::get(self.store.read(), binding.id()).await?;
            if person.is_some_and(|person| binding.is_known(known.as_ref(), person.id)) {
                return Ok(format!("device {}", binding.id()));
            }
        }
        Ok(match origin.address.as_deref().and_then(|address| address.parse().ok()) {
            // One home or one office has a /64 to itself.
            Some(IpAddr::V6(address)) => format!("net {:x?}", &address.segments()[..4]),
            Some(IpAddr::V4(address)) => format!("address {address}"),
            None => "nowhere".to_owned(),
        })
    }

    /// The same work for everybody: one hash, one look for a code.
    async fn prove(
        &self,
        person: Option<&PersonRow>,
        given: &SecretString,
        now: Instant,
    ) -> AppResult<Option<Proven>> {
        let text = given.expose_secret();
        let hash = person.and_then(|person| person.password_hash.as_deref());
        let fits = text.len() <= password::LONGEST;
        let checked = if fits { given } else { &SecretString::from("") };
        let right = self.passwords.verify(checked, hash).await? && fits;
        let issued = code::normalise(text).unwrap_or_default();
        let found = codes::get(self.store.read(), &hash_of(&issued)).await?;
        if right {
            return Ok(Some(Proven::Password));
        }
        match found.filter(|row| person.is_some_and(|person| person.id == row.person_id)) {
            // Only who holds the code hears that it is spent.
            Some(row) if row.used_at.is_some() || now >= row.expires_at => Err(Code::CodeUsed.into()),
            found => Ok(found.map(Proven::Code)),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the one place where all of a sign-in comes together")]
    async fn open_session(
        &self,
        mut person: PersonRow,
        proven: &Proven,
        binding: Option<&Binding>,
        user_agent: Option<String>,
        origin: Origin,
        attempt: &str,
        now: Instant,
    ) -> AppResult<SignedIn> {
        let device_id = binding.map(Binding::id);
        let posts = posts::not_ended(self.store.read(), person.id, now).await?;
        let session = SessionRow {
            id: self.random.id(),
            person_id: person.id,
            device_id,
            created_at: now,
            last_used_at: now,
            expires_at: now + refresh::IDLE,
            revoked_at: None,
            revoke_reason: None,
            user_agent,
        };
        let refresh = Refresh::new(now + refresh::IDLE, &*self.random);
        let caller = first_caller(&person, &posts, &session, origin, now);
        let device = self
            .store
            .write(async |tx| {
                let device = match binding {
                    Some(binding) => Some(binding.bind(tx, &person, now).await?),
                    None => None,
                };
                if let Proven::Code(row) = proven {
                    use_code(tx, row, now).await?;
                }
                sessions::insert(tx, session.clone()).await?;
                refresh.begin(tx, session.id, now).await?;
                attempts::forget(tx, attempt).await?;
                audit::append(tx, now, caller.audit("session.open", "session", session.id)).await?;
                Ok::<_, AppError>(device)
            })
            .await?;
        self.forget();
        person.must_change_password |= matches!(proven, Proven::Code(_));
        tracing::info!(person.id = %person.id, session.id = %session.id, "signed in");
        let claims = AccessClaims { sub: person.id, sid: session.id, did: device_id };
        Ok(SignedIn {
            me: self.describe(&person, &posts, session.id, device_id).await?,
            access_token: self.keys.sign_access(&claims)?.into(),
            refresh,
            device,
        })
    }
}

/// Spends a code: whoever holds it now owns the account, so what was open under it before is closed.
async fn use_code(tx: &Tx, row: &CodeRow, now: Instant) -> AppResult<()> {
    if !codes::use_once(tx, &row.hash, now).await? {
        return Err(Code::CodeUsed.into());
    }
    persons::set_password(tx, row.person_id, None, true).await?;
    Ok(sessions::revoke_others(tx, row.person_id, None, now, "one-time code").await?)
}

/// The caller of the request that opens the session, for its audit line.
fn first_caller(
    person: &PersonRow,
    posts: &[PostRow],
    session: &SessionRow,
    origin: Origin,
    now: Instant,
) -> Caller {
    let valid = || posts.iter().filter(|post| post.is_valid_at(now)).map(active);
    Caller {
        person_id: person.id,
        county_id: person.county_id,
        device_id: session.device_id,
        proof: Proof::Session(session.id),
        posts: valid().collect(),
        post: valid().next(),
        origin,
    }
}

/// An access token for a session that lives on.
pub(super) fn token_for(app: &App, session: &SessionRow) -> AppResult<SecretString> {
    let claims = AccessClaims { sub: session.person_id, sid: session.id, did: session.device_id };
    Ok(app.keys.sign_access(&claims)?.into())
}
