//! The key that seals where messages go (addresses of robots, the mail server's password, browsers), and the key that names this server to
//! push services. One file beside the other keys, made once: what is sealed with it cannot be read without it, so it is never rotated.

use crate::{
    app::{
        AppError, AppResult,
        people::{
            address_key::SecretText,
            key_files::{Replace, broken, publish, read},
        },
    },
    domain::{clock::Instant, random::Random},
};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{fmt, fs, os::unix::fs::DirBuilderExt, path::Path};
use uuid::Uuid;

/// How what is sealed begins, so that another way can follow.
const FORM: &str = "1.";
/// How long a push service may believe one signature.
const VAPID_LIFETIME: TimeDelta = TimeDelta::hours(12);

/// The keys as they lie in their file.
#[derive(Serialize, Deserialize)]
struct Stored {
    created_at: Instant,
    /// 32 bytes, base64url.
    sealing: SecretText,
    /// PKCS #8, base64url.
    push: SecretText,
}

/// What a sealed text belongs to; it opens nowhere else.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    Channel(Uuid),
    Mail(Uuid),
    Push(Uuid),
}

impl Place {
    fn name(self) -> String {
        match self {
            Place::Channel(id) => format!("lalian-channel/{id}"),
            Place::Mail(id) => format!("lalian-mail/{id}"),
            Place::Push(id) => format!("lalian-push/{id}"),
        }
    }
}

/// Seals and opens, and signs for push services; shared by the whole server.
pub struct NoticeKeys {
    sealing: RandomizedNonceKey,
    pair: EcdsaKeyPair,
    public: String,
}

impl fmt::Debug for NoticeKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NoticeKeys").field("public", &self.public).finish_non_exhaustive()
    }
}

impl NoticeKeys {
    /// Loads the keys of a folder; makes folder and keys when they are not there yet.
    pub fn open(folder: &Path, now: Instant, random: &dyn Random) -> AppResult<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|e| broken(folder, &e))?;
        let path = folder.join("notices.json");
        if !path.exists() {
            publish(&path, &fresh(now, random)?, Replace::Never)?;
        }
        let stored: Stored = read(&path)?;
        let unusable = || AppError::Internal(format!("{}: no usable key", path.display()));
        let decode = |text: &SecretText| BASE64.decode(text.0.expose_secret()).ok();
        let sealing =
            decode(&stored.sealing).and_then(|key| RandomizedNonceKey::new(&AES_256_GCM, &key).ok());
        let pair = decode(&stored.push)
            .and_then(|der| EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).ok())
            .ok_or_else(unusable)?;
        let public = BASE64.encode(pair.public_key().as_ref());
        Ok(Self { sealing: sealing.ok_or_else(unusable)?, pair, public })
    }

    /// The key by which browsers know this server.
    pub fn public(&self) -> &str {
        &self.public
    }

    pub(super) fn seal(&self, place: Place, text: &str) -> AppResult<String> {
        let mut bytes = text.as_bytes().to_vec();
        let nonce = self
            .sealing
            .seal_in_place_append_tag(Aad::from(place.name()), &mut bytes)
            .map_err(|_unspecified| AppError::Internal("a secret could not be sealed".into()))?;
        let sealed = [nonce.as_ref().as_slice(), &bytes].concat();
        Ok(format!("{FORM}{}", BASE64.encode(sealed)))
    }

    /// What was sealed here for this place; `None` for everything else.
    pub(super) fn unseal(&self, place: Place, sealed: &str) -> Option<SecretString> {
        let bytes = BASE64.decode(sealed.strip_prefix(FORM)?).ok()?;
        let (nonce, text) = bytes.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut text = text.to_vec();
        let opened = self.sealing.open_in_place(nonce, Aad::from(place.name()), &mut text).ok()?;
        Some(std::str::from_utf8(opened).ok()?.to_owned().into())
    }

    /// The `Authorization` line of a request to a push service (RFC 8292).
    pub(super) fn vapid(&self, origin: &str, contact: &str, now: Instant) -> AppResult<String> {
        let head = BASE64.encode(r#"{"typ":"JWT","alg":"ES256"}"#);
        let claims = json!({ "aud": origin, "exp": (now + VAPID_LIFETIME).timestamp(), "sub": contact });
        let mut token = format!("{head}.{}", BASE64.encode(claims.to_string()));
        let signature = self
            .pair
            .sign(&SystemRandom::new(), token.as_bytes())
            .map_err(|_unspecified| AppError::Internal("the push key does not sign".into()))?;
        token.push('.');
        BASE64.encode_string(signature, &mut token);
        Ok(format!("vapid t={token}, k={}", self.public))
    }
}

fn fresh(now: Instant, random: &dyn Random) -> AppResult<Stored> {
    let mut sealing = [0; 32];
    random.fill(&mut sealing);
    let failed = |_unspecified| AppError::Internal("no new push key".into());
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?;
    let der = pair.to_pkcs8v1().map_err(failed)?;
    Ok(Stored {
        created_at: now,
        sealing: SecretText(BASE64.encode(sealing).into()),
        push: SecretText(BASE64.encode(der.as_ref()).into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        clock::{Clock, SystemClock},
        random::SystemRandom as Chance,
    };
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    fn keys(folder: &Path) -> NoticeKeys {
        NoticeKeys::open(folder, SystemClock.now(), &Chance).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_in_its_place_only_and_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let one = keys(folder.path());
        let (id, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let sealed = one.seal(Place::Channel(id), "https://x/secret").unwrap();
        assert!(!sealed.contains("secret"));
        assert_ne!(sealed, one.seal(Place::Channel(id), "https://x/secret").unwrap(), "never the same twice");
        let opened = |keys: &NoticeKeys, place, text: &str| {
            keys.unseal(place, text).map(|text| text.expose_secret().to_owned())
        };
        assert_eq!(
            opened(&keys(folder.path()), Place::Channel(id), &sealed).as_deref(),
            Some("https://x/secret")
        );
        for place in [Place::Channel(other), Place::Mail(id), Place::Push(id)] {
            assert_eq!(opened(&one, place, &sealed), None);
        }
        for broken in ["", "1.", "1.AAAA", "2.AAAA", &sealed[..sealed.len() - 2], &sealed.replace("1.", "")] {
            assert_eq!(opened(&one, Place::Channel(id), broken), None, "{broken}");
        }
        let strange = tempfile::tempdir().unwrap();
        assert_eq!(opened(&keys(strange.path()), Place::Channel(id), &sealed), None, "another key");
    }

    #[test]
    fn a_push_service_can_check_who_calls() {
        let folder = tempfile::tempdir().unwrap();
        let keys = keys(folder.path());
        let line = keys.vapid("https://fcm.googleapis.com", "mailto:a@b.cn", SystemClock.now()).unwrap();
        let (token, key) = line.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, BASE64.decode(key).unwrap());
        public.verify(signed.as_bytes(), &BASE64.decode(signature).unwrap()).unwrap();
        let claims = BASE64.decode(signed.split_once('.').unwrap().1).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(claims["aud"], "https://fcm.googleapis.com");
        assert_eq!(BASE64.decode(keys.public()).unwrap().len(), 65);
    }
}
