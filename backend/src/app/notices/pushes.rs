//! Browsers that their own person lets us wake. Nothing is said to them: no payload is ever sent.

use super::{channels, keys::Place};
use crate::{
    app::{App, AppError, AppResult, Caller},
    domain::{notices::reason::Reason, people::permission::Action, problem::Problem},
    outgoing::guard::Purpose,
    store::notices::pushes::{self, Push},
};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

/// Browsers of one person; the oldest gives way.
const MOST: usize = 10;

/// What a page needs to ask its browser.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = NoticePush)]
pub struct PushView {
    /// An uncompressed P-256 point, base64url: `applicationServerKey`.
    pub public_key: String,
    /// Browsers of this person that are woken.
    pub on: usize,
}

/// A browser that is woken from now on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = NoticePushAdded)]
pub struct PushAdded {
    pub id: Uuid,
}

impl App {
    pub async fn pushes(&self, caller: &Caller) -> AppResult<PushView> {
        caller.require(Action::ReadNotices)?;
        let on = pushes::of_person(self.store.read(), caller.person_id).await?.len();
        Ok(PushView { public_key: self.notice_keys.public().to_owned(), on })
    }

    /// Keeps a browser of the caller. The same one again has the same id.
    ///
    /// # Errors
    /// `invalid_field` when its push service is not among the known ones.
    pub async fn add_push(&self, caller: &Caller, endpoint: &str) -> AppResult<PushAdded> {
        caller.require(Action::ReadNotices)?;
        let (county, now, id) = (caller.county()?, self.clock.now(), self.random.id());
        let target = self.outgoing.guard.check(Purpose::Push, endpoint).map_err(|why| {
            let (zh, en) = why.words();
            Problem::field("/endpoint", zh, en)
        })?;
        let row = Push {
            id,
            county_id: county,
            person_id: caller.person_id,
            endpoint_hash: hex(&Sha256::digest(target.url.as_str())),
            sealed: self.notice_keys.seal(Place::Push(id), target.url.as_str())?,
            created_at: now,
        };
        let id = self
            .store
            .write(async |tx| {
                let id = pushes::put(tx, row.clone()).await?;
                let mut all = pushes::of_person(tx, caller.person_id).await?;
                all.sort_by_key(|push| (push.id == id, push.created_at));
                for old in all.iter().take(all.len().saturating_sub(MOST)) {
                    pushes::remove(tx, old.id).await?;
                }
                Ok::<_, AppError>(id)
            })
            .await?;
        Ok(PushAdded { id })
    }

    /// Forgets a browser of the caller; one that is gone already is no fault.
    pub async fn remove_push(&self, caller: &Caller, id: Uuid) -> AppResult<()> {
        caller.require(Action::ReadNotices)?;
        let person = caller.person_id;
        self.store.write(async |tx| Ok::<_, AppError>(pushes::remove_own(tx, person, id).await?)).await
    }

    /// Wakes a browser.
    pub(super) async fn wake(&self, id: Uuid, urgent: bool) -> AppResult<Result<(), Reason>> {
        let Some(row) = pushes::get(self.store.read(), id).await? else { return Ok(Err(Reason::PushGone)) };
        let Some(url) = self.notice_keys.unseal(Place::Push(id), &row.sealed) else {
            return Ok(Err(Reason::Unreadable));
        };
        let target = match channels::target(self, Purpose::Push, url.expose_secret()) {
            Ok(target) => target,
            Err(why) => return Ok(Err(why)),
        };
        let origin = target.url.origin().ascii_serialization();
        let contact = match &self.public_url {
            Some(url) => url.origin().ascii_serialization(),
            None => "mailto:lalian@example.invalid".to_owned(),
        };
        let authorization = self.notice_keys.vapid(&origin, &contact, self.clock.now())?;
        Ok(self.outgoing.wake(&target, &authorization, urgent).await)
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
