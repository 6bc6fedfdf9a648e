//! What stands behind a token or a send credential right now. Read from the database for each request, kept for at most
//! five seconds, and dropped at once when this process changes it: an ended post is refused at the next request.

use super::{
    super::{
        App, AppResult, Caller, Origin,
        caller::{ActivePost, Proof},
    },
    address_key::Holder,
    hash_of,
};
use crate::{
    domain::{clock::Instant, problem::Code},
    store::people::{
        devices,
        persons::{self, PersonRow},
        posts::{self, PostRow},
        sessions,
    },
};
use chrono::TimeDelta;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use uuid::Uuid;

const KEPT: TimeDelta = TimeDelta::seconds(5);
/// Far above what is active within five seconds; only a bound.
const MOST: usize = 10_000;
/// How long a revoked device may still send what it sealed before.
pub const DRAIN: TimeDelta = TimeDelta::days(30);

/// A person as far as requests need to know, with what proved it.
#[derive(Debug, Clone)]
struct Standing {
    person_id: Uuid,
    county_id: Option<Uuid>,
    active: bool,
    must_change_password: bool,
    posts: Vec<PostRow>,
    device_id: Option<Uuid>,
    /// When the session or the drain ends.
    until: Option<Instant>,
    /// Of a device.
    credential_hash: Option<String>,
}

/// A caller, and whether a password must be chosen before anything else.
#[derive(Debug, Clone)]
pub struct Admitted {
    pub caller: Caller,
    pub must_change_password: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Session(Uuid),
    Device(Uuid),
}

/// The short memory.
#[derive(Default)]
pub struct Standings(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    kept: HashMap<Key, (Instant, Arc<Standing>)>,
    /// Grows with every change, so that what was read before a change is not kept after it.
    changes: u64,
}

impl Standings {
    /// Drops what is known: somebody's posts, password, sessions or devices changed. Changes are rare, reading again is
    /// cheap, so no list of who is concerned is kept.
    pub fn forget(&self) {
        let mut memory = self.memory();
        memory.changes += 1;
        memory.kept.clear();
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn get(
        &self,
        key: Key,
        now: Instant,
        read: impl Future<Output = AppResult<Option<Standing>>>,
    ) -> AppResult<Option<Arc<Standing>>> {
        let changes = {
            let memory = self.memory();
            if let Some((at, standing)) = memory.kept.get(&key)
                && now - *at < KEPT
                && now >= *at
            {
                return Ok(Some(Arc::clone(standing)));
            }
            memory.changes
        };
        let Some(standing) = read.await?.map(Arc::new) else { return Ok(None) };
        let mut memory = self.memory();
        if memory.changes == changes {
            if memory.kept.len() >= MOST {
                memory.kept.clear();
            }
            memory.kept.insert(key, (now, Arc::clone(&standing)));
        }
        Ok(Some(standing))
    }
}

impl App {
    /// Who an access token stands for. `post` is the one that the client wants to act under.
    pub async fn admit_token(&self, token: &str, post: Option<Uuid>, origin: Origin) -> AppResult<Admitted> {
        let claims = self.keys.verify_access(token).ok_or(Code::SignedOut)?;
        let now = self.clock.now();
        let reading = self.read_session(claims.sid, now);
        let standing = self.standings.get(Key::Session(claims.sid), now, reading).await?;
        let standing = standing
            .filter(|s| s.active && s.person_id == claims.sub && s.device_id == claims.did)
            .filter(|s| s.until.is_none_or(|until| now < until))
            .ok_or(Code::SignedOut)?;
        Ok(Admitted {
            caller: standing.caller(Proof::Session(claims.sid), now, post, origin),
            must_change_password: standing.must_change_password,
        })
    }

    /// Who the holder of a signed address is now: the same person, in a session that goes on, with a post that is still held.
    pub async fn admit_holder(&self, holder: &Holder, origin: Origin) -> AppResult<Caller> {
        let now = self.clock.now();
        let reading = self.read_session(holder.session, now);
        let standing = self.standings.get(Key::Session(holder.session), now, reading).await?;
        let standing = standing
            .filter(|s| s.active && s.person_id == holder.person && !s.must_change_password)
            .filter(|s| s.until.is_none_or(|until| now < until))
            .ok_or(Code::AddressEnded)?;
        let caller = standing.caller(Proof::Session(holder.session), now, Some(holder.post), origin);
        if caller.post.is_none() { Err(Code::AddressEnded.into()) } else { Ok(caller) }
    }

    /// Who a send credential stands for: also somebody signed out, suspended or without a post, since what was sealed
    /// must arrive.
    pub async fn admit_device(&self, device: Uuid, credential: &str, origin: Origin) -> AppResult<Caller> {
        let now = self.clock.now();
        let reading = self.read_device(device, now);
        let standing = self.standings.get(Key::Device(device), now, reading).await?;
        let hash = hash_of(credential);
        // Comparing hashes: what a clock could tell is no help in finding the secret.
        let standing = standing
            .filter(|s| s.credential_hash.as_ref() == Some(&hash))
            .filter(|s| s.until.is_none_or(|until| now < until))
            .ok_or(Code::SignedOut)?;
        Ok(standing.caller(Proof::SendCredential, now, None, origin))
    }

    async fn read_session(&self, id: Uuid, now: Instant) -> AppResult<Option<Standing>> {
        let conn = self.store.read();
        let Some(session) = sessions::get(conn, id).await? else { return Ok(None) };
        if session.revoked_at.is_some() {
            return Ok(None);
        }
        let Some(person) = persons::get(conn, session.person_id).await? else { return Ok(None) };
        let posts = posts::not_ended(conn, person.id, now).await?;
        let (device_id, until) = (session.device_id, Some(session.expires_at));
        Ok(Some(Standing { device_id, until, ..Standing::of(&person, posts) }))
    }

    async fn read_device(&self, id: Uuid, now: Instant) -> AppResult<Option<Standing>> {
        let conn = self.store.read();
        let Some(device) = devices::get(conn, id).await? else { return Ok(None) };
        let Some(person) = persons::get(conn, device.person_id).await? else { return Ok(None) };
        let posts = posts::not_ended(conn, person.id, now).await?;
        Ok(Some(Standing {
            device_id: Some(id),
            until: device.revoked_at.map(|at| at + DRAIN),
            credential_hash: device.credential_hash,
            ..Standing::of(&person, posts)
        }))
    }
}

impl Standing {
    fn of(person: &PersonRow, posts: Vec<PostRow>) -> Self {
        Self {
            person_id: person.id,
            county_id: person.county_id,
            active: person.status == persons::ACTIVE,
            must_change_password: person.must_change_password,
            posts,
            device_id: None,
            until: None,
            credential_hash: None,
        }
    }

    /// A post that was named but is not held leaves none: what needs a post is refused, what needs none still works.
    fn caller(&self, proof: Proof, now: Instant, wanted: Option<Uuid>, origin: Origin) -> Caller {
        let valid = || self.posts.iter().filter(|post| post.is_valid_at(now));
        let acting = match wanted {
            Some(id) => valid().find(|post| post.id == id),
            None => valid().next(),
        };
        Caller {
            person_id: self.person_id,
            // What a device sends is its own person's, whatever posts they hold elsewhere.
            county_id: match (proof, acting) {
                (Proof::Session(_), Some(post)) => post.county_id,
                _ => self.county_id,
            },
            device_id: self.device_id,
            proof,
            posts: valid().map(active).collect(),
            post: acting.map(active),
            origin,
        }
    }
}

/// The part of a post that use cases need.
pub fn active(post: &PostRow) -> ActivePost {
    ActivePost {
        id: post.id,
        role: post.role,
        unit_kind: post.unit_kind,
        unit_id: post.unit_id,
        township_id: post.township_id,
    }
}
