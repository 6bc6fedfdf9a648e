//! The server's signing keys: one for access tokens, one for receipts, never shared, so that a token can never pass for
//! a receipt nor the other way round (decisions.md 4, 6).
//!
//! A folder holds one file per purpose, readable by its owner only. A retired key keeps its public half and its dates:
//! receipts must verify for as long as a phone may hold one. Running servers notice a rotation by themselves.

use super::{
    super::{AppError, AppResult},
    key_files::{Replace, broken, modified, publish, read},
};
use crate::domain::{
    care::manifest::PublicHalf,
    clock::{Instant, SharedClock},
    random::Random,
};
use aws_lc_rs::{
    agreement::{ECDH_P256, PrivateKey},
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    fmt, fs,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::SystemTime,
};
use uuid::Uuid;

/// How long an access token is good for.
pub const ACCESS_LIFETIME: TimeDelta = TimeDelta::minutes(15);
const ISSUER: &str = "lalian";
const ACCESS_AUDIENCE: &str = "lalian-api";
/// How often a running server looks whether the files were rotated.
pub(super) const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(10);

/// What a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Access,
    Receipt,
}

impl Purpose {
    pub const ALL: [Purpose; 2] = [Purpose::Access, Purpose::Receipt];

    pub fn as_str(self) -> &'static str {
        match self {
            Purpose::Access => "access",
            Purpose::Receipt => "receipt",
        }
    }

    /// The JWS header `typ`: a verifier tells the two apart by it as well as by the key.
    fn typ(self) -> &'static str {
        match self {
            Purpose::Access => "at+jwt",
            Purpose::Receipt => "lalian-receipt+jws",
        }
    }
}

/// What an access token says: who, in which session, on which device. Never roles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// The person.
    pub sub: Uuid,
    /// The session.
    pub sid: Uuid,
    /// The device that the session was opened on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub did: Option<Uuid>,
}

#[derive(Serialize, Deserialize)]
struct AccessBody {
    iss: String,
    aud: String,
    iat: i64,
    exp: i64,
    #[serde(flatten)]
    claims: AccessClaims,
}

/// What everybody may know of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PublicKey {
    pub kid: String,
    #[schema(value_type = String)]
    pub kty: &'static str,
    #[schema(value_type = String)]
    pub crv: &'static str,
    #[schema(value_type = String)]
    pub alg: &'static str,
    #[serde(rename = "use")]
    #[schema(value_type = String)]
    pub usage: &'static str,
    pub x: String,
    pub y: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Instant,
    /// Set once the key signs no more; what it signed before stays good.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub retired_at: Option<Instant>,
}

/// A key as it lies in the file.
#[derive(Clone, Serialize, Deserialize)]
struct StoredKey {
    kid: String,
    x: String,
    y: String,
    created_at: Instant,
    retired_at: Option<Instant>,
    /// PKCS #8, base64url; dropped when the key retires.
    private: Option<String>,
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct KeyFile {
    keys: Vec<StoredKey>,
}

/// The keys of one purpose, ready for use.
struct Ring {
    purpose: Purpose,
    keys: Vec<StoredKey>,
    kid: String,
    /// The encoded JWS header of the signing key.
    header: String,
    pair: EcdsaKeyPair,
    changed: Option<SystemTime>,
}

struct Loaded {
    access: Arc<Ring>,
    receipt: Arc<Ring>,
    looked_at: Instant,
}

/// Signs and verifies; shared by the whole server.
pub struct Keys {
    folder: Option<PathBuf>,
    clock: SharedClock,
    loaded: RwLock<Loaded>,
    /// Tokens that were verified, by their hash, until they end: a phone sends the same one hundreds of times.
    verified: Mutex<HashMap<[u8; 32], (AccessClaims, i64)>>,
}

/// Far above the sessions of a quarter of an hour; only a bound.
const VERIFIED: usize = 20_000;

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Keys {
    /// Loads the keys of a folder; makes the folder and the keys when they are not there yet.
    pub fn open(folder: &Path, clock: SharedClock, random: &dyn Random) -> AppResult<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|e| broken(folder, &e))?;
        let now = clock.now();
        let ring = |purpose| {
            let path = path(folder, purpose);
            if !path.exists() {
                let file = KeyFile { keys: vec![fresh(now, random)?] };
                publish(&path, &file, Replace::Never)?;
            }
            load(folder, purpose)
        };
        let loaded =
            Loaded { access: ring(Purpose::Access)?, receipt: ring(Purpose::Receipt)?, looked_at: now };
        Ok(Self {
            folder: Some(folder.to_owned()),
            clock,
            loaded: RwLock::new(loaded),
            verified: Mutex::default(),
        })
    }

    /// Keys that live in memory only.
    pub fn for_testing(clock: SharedClock, random: &dyn Random) -> AppResult<Self> {
        let now = clock.now();
        let ring =
            |purpose| Ok::<_, AppError>(Arc::new(Ring::new(purpose, vec![fresh(now, random)?], None)?));
        let loaded =
            Loaded { access: ring(Purpose::Access)?, receipt: ring(Purpose::Receipt)?, looked_at: now };
        Ok(Self { folder: None, clock, loaded: RwLock::new(loaded), verified: Mutex::default() })
    }

    /// Retires the signing key of a purpose and makes the next one; answers the new key's id.
    pub fn rotate(folder: &Path, purpose: Purpose, now: Instant, random: &dyn Random) -> AppResult<String> {
        let path = path(folder, purpose);
        let mut file: KeyFile = read(&path)?;
        for key in file.keys.iter_mut().filter(|key| key.retired_at.is_none()) {
            key.retired_at = Some(now);
            key.private = None;
        }
        let next = fresh(now, random)?;
        let kid = next.kid.clone();
        file.keys.push(next);
        publish(&path, &file, Replace::Whole)?;
        Ok(kid)
    }

    /// The keys of a folder, oldest first, without their secrets.
    pub fn list(folder: &Path, purpose: Purpose) -> AppResult<Vec<PublicKey>> {
        Ok(read::<KeyFile>(&path(folder, purpose))?.keys.iter().map(StoredKey::public).collect())
    }

    /// Public halves of the keys that signed receipts, for a backup.
    pub fn receipt_halves(&self) -> Vec<PublicHalf> {
        let half = |key: &StoredKey| PublicHalf {
            kid: key.kid.clone(),
            x: key.x.clone(),
            y: key.y.clone(),
            created_at: key.created_at,
            retired_at: key.retired_at,
        };
        self.ring(Purpose::Receipt).keys.iter().map(half).collect()
    }

    /// Publishes keys of a former installation as retired ones, so that its receipts still verify. Makes the folder's own keys first where
    /// there are none. Answers how many are new.
    pub fn adopt(
        folder: &Path,
        halves: &[PublicHalf],
        clock: &SharedClock,
        random: &dyn Random,
    ) -> AppResult<usize> {
        Self::open(folder, Arc::clone(clock), random)?;
        let path = path(folder, Purpose::Receipt);
        let mut file: KeyFile = read(&path)?;
        let known = file.keys.len();
        for half in halves {
            if file.keys.iter().all(|key| key.kid != half.kid) {
                let retired = StoredKey {
                    kid: half.kid.clone(),
                    x: half.x.clone(),
                    y: half.y.clone(),
                    created_at: half.created_at,
                    retired_at: Some(half.retired_at.unwrap_or_else(|| clock.now())),
                    private: None,
                };
                // The last one that is not retired signs; former ones stand before it.
                file.keys.insert(0, retired);
            }
        }
        let new = file.keys.len() - known;
        if new > 0 {
            publish(&path, &file, Replace::Whole)?;
        }
        Ok(new)
    }

    /// A compact JWS over a receipt's claims.
    pub fn sign_receipt<T: Serialize>(&self, claims: &T) -> AppResult<String> {
        self.ring(Purpose::Receipt).sign(claims)
    }

    /// A compact JWT for a session, good for [`ACCESS_LIFETIME`].
    pub fn sign_access(&self, claims: &AccessClaims) -> AppResult<String> {
        let now = self.clock.now();
        self.ring(Purpose::Access).sign(&AccessBody {
            iss: ISSUER.into(),
            aud: ACCESS_AUDIENCE.into(),
            iat: now.timestamp(),
            exp: (now + ACCESS_LIFETIME).timestamp(),
            claims: claims.clone(),
        })
    }

    /// What a token of ours says while it is good; `None` for every other text.
    pub fn verify_access(&self, token: &str) -> Option<AccessClaims> {
        let now = self.clock.now();
        let name: [u8; 32] = Sha256::digest(token).into();
        let remembered = self.verified().get(&name).cloned();
        let (claims, ends) = match remembered {
            Some(known) => known,
            None => self.verify(token, now)?,
        };
        if now.timestamp() >= ends {
            return None;
        }
        let mut verified = self.verified();
        if verified.len() >= VERIFIED {
            verified.clear();
        }
        verified.entry(name).or_insert_with(|| (claims.clone(), ends));
        Some(claims)
    }

    fn verified(&self) -> MutexGuard<'_, HashMap<[u8; 32], (AccessClaims, i64)>> {
        self.verified.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Key, type, algorithm, signature, issuer and audience; answers when the token ends, which is judged by our clock.
    fn verify(&self, token: &str, now: Instant) -> Option<(AccessClaims, i64)> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        if header.typ.as_deref() != Some(Purpose::Access.typ()) {
            return None;
        }
        let ring = self.ring(Purpose::Access);
        let key = ring.keys.iter().find(|key| Some(&key.kid) == header.kid.as_ref())?;
        if key.retired_at.is_some_and(|at| now >= at + ACCESS_LIFETIME) {
            return None;
        }
        let key = DecodingKey::from_ec_components(&key.x, &key.y).ok()?;
        let mut rules = Validation::new(Algorithm::ES256);
        rules.set_audience(&[ACCESS_AUDIENCE]);
        rules.set_issuer(&[ISSUER]);
        rules.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        // The crate would read the machine's clock.
        rules.validate_exp = false;
        let body = jsonwebtoken::decode::<AccessBody>(token, &key, &rules).ok()?.claims;
        Some((body.claims, body.exp))
    }

    /// The public receipt keys, retired ones with their date; what `/.well-known/jwks.json` shows.
    pub fn jwks(&self) -> Vec<PublicKey> {
        self.ring(Purpose::Receipt).keys.iter().map(StoredKey::public).collect()
    }

    fn ring(&self, purpose: Purpose) -> Arc<Ring> {
        self.look_again();
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(match purpose {
            Purpose::Access => &loaded.access,
            Purpose::Receipt => &loaded.receipt,
        })
    }

    /// Takes up rotated files. A file that cannot be read leaves the keys in memory as they are.
    fn look_again(&self) {
        let Some(folder) = &self.folder else { return };
        let now = self.clock.now();
        let due = |loaded: &Loaded| now - loaded.looked_at >= LOOK_AGAIN;
        if !due(&self.loaded.read().unwrap_or_else(PoisonError::into_inner)) {
            return;
        }
        let mut loaded = self.loaded.write().unwrap_or_else(PoisonError::into_inner);
        if !due(&loaded) {
            return;
        }
        loaded.looked_at = now;
        let newer = |ring: &Ring| {
            let changed = modified(&path(folder, ring.purpose));
            (changed != ring.changed).then(|| load(folder, ring.purpose))
        };
        for outcome in [newer(&loaded.access), newer(&loaded.receipt)].into_iter().flatten() {
            match outcome {
                Ok(ring) if ring.purpose == Purpose::Access => loaded.access = ring,
                Ok(ring) => loaded.receipt = ring,
                Err(error) => tracing::error!(%error, "the signing keys could not be read again"),
            }
        }
    }
}

impl Ring {
    fn new(purpose: Purpose, keys: Vec<StoredKey>, changed: Option<SystemTime>) -> AppResult<Self> {
        let unusable = || AppError::Internal(format!("no usable {} key", purpose.as_str()));
        let key = keys.iter().rev().find(|key| key.retired_at.is_none()).ok_or_else(unusable)?;
        let private = SecretString::from(key.private.clone().ok_or_else(unusable)?);
        let der = BASE64.decode(private.expose_secret()).map_err(|_not_base64| unusable())?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der)
            .map_err(|_not_a_key| unusable())?;
        let kid = key.kid.clone();
        let header = format!(r#"{{"alg":"ES256","kid":"{kid}","typ":"{}"}}"#, purpose.typ());
        Ok(Self { purpose, kid, header: BASE64.encode(header), pair, keys, changed })
    }

    fn sign<T: Serialize>(&self, claims: &T) -> AppResult<String> {
        let claims = serde_json::to_vec(claims)
            .map_err(|error| AppError::Internal(format!("claims do not serialise: {error}")))?;
        let mut text = format!("{}.{}", self.header, BASE64.encode(claims));
        let signature = self
            .pair
            .sign(&SystemRandom::new(), text.as_bytes())
            .map_err(|_unspecified| AppError::Internal(format!("key {} does not sign", self.kid)))?;
        text.push('.');
        BASE64.encode_string(signature, &mut text);
        Ok(text)
    }
}

impl StoredKey {
    fn public(&self) -> PublicKey {
        PublicKey {
            kid: self.kid.clone(),
            kty: "EC",
            crv: "P-256",
            alg: "ES256",
            usage: "sig",
            x: self.x.clone(),
            y: self.y.clone(),
            created_at: self.created_at,
            retired_at: self.retired_at,
        }
    }
}

/// A new pair; its id is the key's own thumbprint (RFC 7638).
fn fresh(now: Instant, random: &dyn Random) -> AppResult<StoredKey> {
    let failed = |what: &str| AppError::Internal(format!("no new key: {what}"));
    let mut secret = [0; 32];
    // A number outside the curve's order is no key; that happens once in 2^32 tries.
    let private = (0..8)
        .find_map(|_| {
            random.fill(&mut secret);
            PrivateKey::from_private_key(&ECDH_P256, &secret).ok()
        })
        .ok_or_else(|| failed("randomness"))?;
    let der: Pkcs8V1Der = private.as_der().map_err(|_unspecified| failed("encoding"))?;
    let public = private.compute_public_key().map_err(|_unspecified| failed("public half"))?;
    let point = public.as_ref();
    let (x, y) = (BASE64.encode(&point[1..33]), BASE64.encode(&point[33..65]));
    let thumbprint = Sha256::digest(format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#));
    Ok(StoredKey {
        kid: BASE64.encode(thumbprint),
        x,
        y,
        created_at: now,
        retired_at: None,
        private: Some(BASE64.encode(der.as_ref())),
    })
}

fn path(folder: &Path, purpose: Purpose) -> PathBuf {
    folder.join(format!("{}.json", purpose.as_str()))
}

fn load(folder: &Path, purpose: Purpose) -> AppResult<Arc<Ring>> {
    let path = path(folder, purpose);
    let changed = modified(&path);
    Ok(Arc::new(Ring::new(purpose, read::<KeyFile>(&path)?.keys, changed)?))
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
