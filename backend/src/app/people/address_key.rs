//! The secret behind addresses of pictures: an `<img>` carries no token, so its address is signed for one photo, one size, one person
//! in one session and post, and ends within the hour. A key of its own, so that nothing else we sign can pass for an address.
//!
//! Who holds an address has no more than its person has at that moment: session, post and scope are asked again whenever it is used.

use super::{
    super::{AppError, AppResult},
    key_files::{Replace, broken, modified, publish, read},
    keys::LOOK_AGAIN,
};
use crate::domain::{
    clock::{Instant, SharedClock},
    field::media::PictureSize,
    random::Random,
};
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use chrono::{DateTime, TimeDelta};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    fmt, fs,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::{PoisonError, RwLock},
    time::SystemTime,
};
use uuid::Uuid;

/// Addresses change at whole half hours, so that a page asked for twice names the same ones and the browser's own memory serves it.
const STEP: TimeDelta = TimeDelta::minutes(30);
/// Told apart from anything else that could ever be signed with this key.
const CONTEXT: &[u8] = b"lalian-picture/1\0";
/// Person, session, post and end stand in the open, before the signature.
const OPEN: usize = 16 + 16 + 16 + 8;
const SIGNATURE: usize = 32;

/// What one address is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    pub file_id: Uuid,
    pub size: PictureSize,
    pub holder: Holder,
}

/// For whom it was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    pub person: Uuid,
    pub session: Uuid,
    pub post: Uuid,
}

/// The key as it lies in its file.
#[derive(Clone, Serialize, Deserialize)]
struct Stored {
    kid: String,
    created_at: Instant,
    /// 32 bytes, base64url.
    secret: SecretText,
}

/// A secret that no debug output shows.
#[derive(Clone, Deserialize)]
pub(in crate::app) struct SecretText(pub(in crate::app) SecretString);

impl Serialize for SecretText {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose_secret())
    }
}

struct Loaded {
    key: hmac::Key,
    changed: Option<SystemTime>,
    looked_at: Instant,
}

/// Signs addresses and reads them back; shared by the whole server.
pub struct AddressKey {
    folder: PathBuf,
    clock: SharedClock,
    loaded: RwLock<Loaded>,
}

impl fmt::Debug for AddressKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AddressKey").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl AddressKey {
    /// Loads the key of a folder; makes folder and key when they are not there yet.
    pub fn open(folder: &Path, clock: SharedClock, random: &dyn Random) -> AppResult<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|e| broken(folder, &e))?;
        let now = clock.now();
        let path = path(folder);
        if !path.exists() {
            publish(&path, &fresh(now, random), Replace::Never)?;
        }
        let loaded = load(&path, now)?;
        Ok(Self { folder: folder.to_owned(), clock, loaded: RwLock::new(loaded) })
    }

    /// Puts a new key in place of the present one, with which all addresses end; answers its id.
    pub fn rotate(folder: &Path, now: Instant, random: &dyn Random) -> AppResult<String> {
        let next = fresh(now, random);
        publish(&path(folder), &next, Replace::Whole)?;
        Ok(next.kid)
    }

    /// The key's id and age, without the secret.
    pub fn list(folder: &Path) -> AppResult<(String, Instant)> {
        let stored: Stored = read(&path(folder))?;
        Ok((stored.kid, stored.created_at))
    }

    /// The text that makes an address good, and when it ends: after 30 to 60 minutes.
    pub fn sign(&self, grant: &Grant) -> (String, Instant) {
        let until = end_after(self.clock.now());
        let mut pass = open_part(&grant.holder, until).to_vec();
        let signature = self.with_key(|key| hmac::sign(key, &message(grant, &pass)));
        pass.extend_from_slice(signature.as_ref());
        (BASE64.encode(pass), until)
    }

    /// For whom this text makes this picture's address good, until when; `None` for every other text.
    pub fn verify(&self, file_id: Uuid, size: PictureSize, pass: &str) -> Option<(Holder, Instant)> {
        // Longer ones are not even decoded.
        let bytes = (pass.len() <= 256).then(|| BASE64.decode(pass).ok()).flatten()?;
        if bytes.len() != OPEN + SIGNATURE {
            return None;
        }
        let (open, signature) = bytes.split_at(OPEN);
        let id = |at: usize| Uuid::from_slice(open.get(at..at + 16)?).ok();
        let holder = Holder { person: id(0)?, session: id(16)?, post: id(32)? };
        let seconds = i64::from_be_bytes(open.get(48..)?.try_into().ok()?);
        let grant = Grant { file_id, size, holder };
        let good = self.with_key(|key| hmac::verify(key, &message(&grant, open), signature).is_ok());
        let until = DateTime::from_timestamp(seconds, 0)?;
        let now = self.clock.now();
        (good && now < until && until <= now + STEP * 2).then_some((holder, until))
    }

    /// Looks now and then whether the key was changed. A file that cannot be read leaves the key in memory as it is.
    fn with_key<T>(&self, work: impl FnOnce(&hmac::Key) -> T) -> T {
        let now = self.clock.now();
        let due = |loaded: &Loaded| now - loaded.looked_at >= LOOK_AGAIN;
        {
            let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
            if !due(&loaded) {
                return work(&loaded.key);
            }
        }
        let mut loaded = self.loaded.write().unwrap_or_else(PoisonError::into_inner);
        if due(&loaded) {
            loaded.looked_at = now;
            let path = path(&self.folder);
            if modified(&path) != loaded.changed {
                match load(&path, now) {
                    Ok(newer) => *loaded = newer,
                    Err(error) => {
                        tracing::error!(%error, "the key of picture addresses could not be read again");
                    }
                }
            }
        }
        work(&loaded.key)
    }
}

/// The end of the half hour after the present one.
fn end_after(now: Instant) -> Instant {
    let step = STEP.num_seconds();
    let end = (now.timestamp().div_euclid(step) + 2) * step;
    DateTime::from_timestamp(end, 0).unwrap_or(now)
}

fn open_part(holder: &Holder, until: Instant) -> [u8; OPEN] {
    let mut open = [0; OPEN];
    open[..16].copy_from_slice(holder.person.as_bytes());
    open[16..32].copy_from_slice(holder.session.as_bytes());
    open[32..48].copy_from_slice(holder.post.as_bytes());
    open[48..].copy_from_slice(&until.timestamp().to_be_bytes());
    open
}

fn message(grant: &Grant, open: &[u8]) -> Vec<u8> {
    [CONTEXT, grant.file_id.as_bytes(), &[grant.size as u8], open].concat()
}

fn fresh(now: Instant, random: &dyn Random) -> Stored {
    let mut secret = [0; 32];
    random.fill(&mut secret);
    let kid = BASE64.encode(&Sha256::digest([CONTEXT, &secret].concat())[..12]);
    Stored { kid, created_at: now, secret: SecretText(BASE64.encode(secret).into()) }
}

fn load(path: &Path, now: Instant) -> AppResult<Loaded> {
    let changed = modified(path);
    let stored: Stored = read(path)?;
    let secret = BASE64.decode(stored.secret.0.expose_secret()).ok().filter(|secret| secret.len() == 32);
    let secret = secret.ok_or_else(|| AppError::Internal(format!("{}: no usable key", path.display())))?;
    Ok(Loaded { key: hmac::Key::new(hmac::HMAC_SHA256, &secret), changed, looked_at: now })
}

fn path(folder: &Path) -> PathBuf {
    folder.join("photo.json")
}

#[cfg(test)]
#[path = "address_key_tests.rs"]
mod tests;
