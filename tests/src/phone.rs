//! A phone: one local database of one person, with a key that never leaves it, sealing work as the PWA does.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, SecondsFormat, Utc};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::text::{base64url, hex_digest};

/// The install and its signing key.
#[derive(Debug)]
pub struct Phone {
    pub id: Uuid,
    key: SigningKey,
    seq: AtomicI64,
}

impl Phone {
    /// The phone of a seed: the same key and id each time.
    pub fn new(seed: &str) -> Self {
        let key = SigningKey::from_slice(&Sha256::digest(seed.as_bytes())).expect("a scalar in range");
        Self { id: id_from(&format!("phone {seed}")), key, seq: AtomicI64::new(0) }
    }

    /// What it hands over at login.
    pub fn public_key(&self) -> Value {
        let point = self.key.verifying_key().to_encoded_point(false);
        let coordinate = |bytes: Option<&p256::FieldBytes>| base64url(bytes.expect("not the identity"));
        json!({ "kty": "EC", "crv": "P-256", "x": coordinate(point.x()), "y": coordinate(point.y()) })
    }

    /// The `device` member of a login.
    pub fn registration(&self) -> Value {
        json!({ "id": self.id, "name": "测试手机", "public_key": self.public_key(), "app_version": APP_VERSION })
    }

    /// The next number of its gap-free sequence.
    pub fn next_seq(&self) -> i64 {
        self.seq.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The number it has sealed through.
    pub fn sealed_through(&self) -> i64 {
        self.seq.load(Ordering::Relaxed)
    }

    /// The value of `Lalian-Signature` for a body.
    pub fn sign(&self, body: &[u8]) -> String {
        let signature: Signature = self.key.sign(body);
        format!("es256 {}", base64url(&signature.to_bytes()))
    }
}

/// What the harness calls itself.
pub const APP_VERSION: &str = "0.1.0-tests";

/// A photo that an operation names, with its bytes at hand.
#[derive(Debug, Clone)]
pub struct Photo {
    pub file_id: Uuid,
    pub bytes: Vec<u8>,
    pub role: &'static str,
    pub item: Option<String>,
    pub position: Option<(f64, f64)>,
    /// Members of its entry that are otherwise than usual.
    pub more: Value,
}

impl Photo {
    /// The hash that names its bytes.
    pub fn sha256(&self) -> String {
        hex_digest(&self.bytes)
    }

    fn reference(&self, taken_at: DateTime<Utc>) -> Value {
        let position = self.position.map(|place| position_at(place, taken_at));
        let mut entry = json!({
            "file_id": self.file_id, "sha256": self.sha256(), "bytes": self.bytes.len(), "media_type": "image/jpeg",
            "role": self.role, "item_path": self.item, "instance_key": "", "of_file_id": null,
            "taken_at": stamp(taken_at), "capture": "in_page", "capture_reason": null, "reencoded": false,
            "position": position, "heading": null,
        });
        let more = self.more.as_object().into_iter().flatten();
        entry
            .as_object_mut()
            .expect("an object")
            .extend(more.map(|(key, value)| (key.clone(), value.clone())));
        entry
    }
}

/// A position of the browser, accurate to eight metres.
pub fn position_at((lon, lat): (f64, f64), at: DateTime<Utc>) -> Value {
    json!({
        "lon": lon, "lat": lat, "accuracy_m": 8.0, "fixed_at": stamp(at), "source": "browser", "datum": "wgs84",
    })
}

/// An operation before it is sealed; every field may be set otherwise.
#[derive(Debug)]
pub struct Draft<'a> {
    pub id: Uuid,
    pub phone: Option<&'a Phone>,
    pub seq: Option<i64>,
    pub photos: Vec<Photo>,
    /// The envelope without `device` and `files`.
    pub envelope: Value,
    made_at: DateTime<Utc>,
}

/// An operation as its author finished it: bytes, number and signature never change again.
#[derive(Debug, Clone)]
pub struct Sealed {
    pub id: Uuid,
    pub seq: Option<i64>,
    pub bytes: Vec<u8>,
    pub signature: Option<String>,
    pub sealed_through: Option<i64>,
    pub photos: Vec<Photo>,
}

impl<'a> Draft<'a> {
    /// Work of `kind` (with its version) by `(person, post)`, finished at `made_at`.
    pub fn new(
        phone: Option<&'a Phone>,
        (person, post): (Uuid, Uuid),
        kind: &str,
        payload: Value,
        made_at: DateTime<Utc>,
    ) -> Self {
        let id = fresh_id();
        let envelope = json!({
            "schema": "lalian.operation/1", "operation_id": id, "kind": kind,
            "author": { "person_id": person, "post_id": post }, "entered_by": null,
            "capture": if phone.is_some() { "phone" } else { "desktop" },
            "after": [], "made_at": stamp(made_at),
            "clock": {
                "tz": "Asia/Shanghai", "boot_id": "boot-1", "last_server_at": stamp(made_at),
                "device_at_last_server": stamp(made_at), "monotonic_ms": 0,
            },
            "app_version": APP_VERSION, "payload": payload,
        });
        Self { id, phone, seq: None, photos: Vec::new(), envelope, made_at }
    }

    /// Sets one member of the envelope.
    #[must_use]
    pub fn with(mut self, member: &str, value: Value) -> Self {
        self.envelope[member] = value;
        self
    }

    /// Uses an id of the test's own.
    #[must_use]
    pub fn with_id(mut self, id: Uuid) -> Self {
        self.id = id;
        self.with("operation_id", json!(id))
    }

    /// Uses a number of the test's own.
    #[must_use]
    pub fn with_seq(mut self, seq: i64) -> Self {
        self.seq = Some(seq);
        self
    }

    /// Names operations that must have arrived first.
    #[must_use]
    pub fn after(self, ids: &[Uuid]) -> Self {
        self.with("after", json!(ids))
    }

    /// Adds a photo.
    #[must_use]
    pub fn photo(mut self, role: &'static str, item: Option<&str>, bytes: Vec<u8>) -> Self {
        let item = item.map(str::to_owned);
        self.photos.push(Photo { file_id: fresh_id(), bytes, role, item, position: None, more: Value::Null });
        self
    }

    /// Adds a file whose entry says more than that of a photo: a voice note, a drawing.
    #[must_use]
    pub fn file(mut self, role: &'static str, bytes: Vec<u8>, more: Value) -> Self {
        self.photos.push(Photo { file_id: fresh_id(), bytes, role, item: None, position: None, more });
        self
    }

    /// Fixes the bytes: serialised once, numbered, signed.
    pub fn seal(mut self) -> Sealed {
        let seq = self.phone.map(|phone| self.seq.unwrap_or_else(|| phone.next_seq()));
        self.envelope["device"] =
            self.phone.map_or(Value::Null, |phone| json!({ "id": phone.id, "seq": seq }));
        self.envelope["files"] = self.photos.iter().map(|photo| photo.reference(self.made_at)).collect();
        let bytes = serde_json::to_vec(&self.envelope).expect("JSON");
        Sealed {
            id: self.id,
            seq,
            signature: self.phone.map(|phone| phone.sign(&bytes)),
            sealed_through: self.phone.map(Phone::sealed_through),
            bytes,
            photos: self.photos,
        }
    }
}

impl Sealed {
    /// The hash that names it.
    pub fn sha256(&self) -> String {
        hex_digest(&self.bytes)
    }
}

/// RFC 3339 in UTC with microseconds.
pub fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// An id that no other call of this process returns; stories that must repeat to the byte name their own.
pub fn fresh_id() -> Uuid {
    Uuid::new_v4()
}

/// The id of a name, the same each time.
pub fn id_from(name: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::signature::Verifier as _;
    use p256::ecdsa::{Signature, VerifyingKey};
    use serde_json::json;

    use super::{Draft, Phone, fresh_id};
    use crate::text::from_base64url;

    #[test]
    fn the_signature_verifies_over_the_sealed_bytes_with_the_registered_key() {
        let phone = Phone::new("one");
        let now = chrono::DateTime::from_timestamp(1_800_000_000, 0).expect("an instant");
        let sealed = Draft::new(Some(&phone), (fresh_id(), fresh_id()), "x/1", json!({}), now).seal();
        let key = phone.public_key();
        let coordinate = |name: &str| from_base64url(key[name].as_str().expect("text"));
        let key = VerifyingKey::from_sec1_bytes(&[vec![4], coordinate("x"), coordinate("y")].concat())
            .expect("a key");
        let signature = sealed.signature.expect("signed");
        let raw = from_base64url(signature.strip_prefix("es256 ").expect("the algorithm first"));
        key.verify(&sealed.bytes, &Signature::from_slice(&raw).expect("r and s")).expect("valid");
        assert_eq!((sealed.seq, phone.sealed_through()), (Some(1), 1));
    }
}
