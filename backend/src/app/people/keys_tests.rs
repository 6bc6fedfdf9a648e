use super::*;
use crate::domain::{clock::Clock, random::SystemRandom as OurRandom};
use aws_lc_rs::signature::KeyPair;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};
use std::{
    os::unix::fs::PermissionsExt,
    sync::atomic::{AtomicI64, Ordering},
};

/// A clock that a test turns by hand.
#[derive(Default)]
struct Dial(AtomicI64);

impl Clock for Dial {
    fn now(&self) -> Instant {
        Instant::from_timestamp(1_760_000_000 + self.0.load(Ordering::SeqCst), 0).unwrap()
    }
}

fn memory() -> (Arc<Dial>, Keys) {
    let dial = Arc::new(Dial::default());
    (Arc::clone(&dial), Keys::for_testing(dial, &OurRandom).unwrap())
}

fn claims() -> AccessClaims {
    AccessClaims { sub: Uuid::from_u128(1), sid: Uuid::from_u128(2), did: Some(Uuid::from_u128(3)) }
}

/// A token like ours in everything but what a test changes.
#[expect(clippy::needless_pass_by_value, reason = "each forgery builds its own parts")]
fn forged(keys: &Keys, header: Value, body: Value, purpose: Purpose) -> String {
    let ring = keys.ring(purpose);
    let mut text = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(body.to_string()));
    let signature = ring.pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
    text.push('.');
    BASE64.encode_string(signature, &mut text);
    text
}

fn parts(keys: &Keys) -> (Value, Value) {
    let token = keys.sign_access(&claims()).unwrap();
    let mut parts =
        token.split('.').map(|part| serde_json::from_slice(&BASE64.decode(part).unwrap_or_default()));
    (parts.next().unwrap().unwrap(), parts.next().unwrap().unwrap())
}

#[test]
fn a_token_says_who_and_nothing_about_roles_until_it_ends() {
    let (dial, keys) = memory();
    let token = keys.sign_access(&claims()).unwrap();
    assert_eq!(keys.verify_access(&token), Some(claims()));
    let (header, body) = parts(&keys);
    assert_eq!((header["alg"].as_str(), header["typ"].as_str()), (Some("ES256"), Some("at+jwt")));
    let names: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["aud", "did", "exp", "iat", "iss", "sid", "sub"]);
    dial.0.store(ACCESS_LIFETIME.num_seconds() - 1, Ordering::SeqCst);
    assert_eq!(keys.verify_access(&token), Some(claims()));
    dial.0.store(ACCESS_LIFETIME.num_seconds(), Ordering::SeqCst);
    assert_eq!(keys.verify_access(&token), None);
}

#[test]
fn a_token_that_differs_anywhere_is_nobody() {
    let (_, keys) = memory();
    let (header, body) = parts(&keys);
    let good = forged(&keys, header.clone(), body.clone(), Purpose::Access);
    assert!(keys.verify_access(&good).is_some(), "the forging itself works");
    let changed = |at: &str, value: Value| {
        let (mut header, mut body) = (header.clone(), body.clone());
        let target = if header.get(at).is_some() { &mut header } else { &mut body };
        target[at] = value;
        forged(&keys, header, body, Purpose::Access)
    };
    for (at, value) in [
        ("typ", json!("lalian-receipt+jws")),
        ("typ", json!("JWT")),
        ("kid", json!("another")),
        ("alg", json!("HS256")),
        ("alg", json!("none")),
        ("alg", json!("ES384")),
        ("aud", json!("lalian-device")),
        ("aud", json!(null)),
        ("iss", json!("somebody")),
        ("exp", json!("soon")),
        ("sub", json!("not an id")),
    ] {
        assert_eq!(keys.verify_access(&changed(at, value.clone())), None, "{at} = {value}");
    }
    for text in ["", "a.b.c", "Bearer", &good[..good.len() - 4], &good.replace('.', "")] {
        assert_eq!(keys.verify_access(text), None, "{text}");
    }
}

#[test]
fn an_unsigned_token_and_one_keyed_with_our_public_key_are_nobody() {
    let (_, keys) = memory();
    let (mut header, body) = parts(&keys);
    header["alg"] = json!("none");
    let unsigned = format!("{}.{}.", BASE64.encode(header.to_string()), BASE64.encode(body.to_string()));
    assert_eq!(keys.verify_access(&unsigned), None);
    let ring = keys.ring(Purpose::Access);
    let mut hmac = Header::new(Algorithm::HS256);
    (hmac.kid, hmac.typ) = (Some(ring.kid.clone()), Some("at+jwt".into()));
    let secret = EncodingKey::from_secret(ring.pair.public_key().as_ref());
    assert_eq!(keys.verify_access(&jsonwebtoken::encode(&hmac, &body, &secret).unwrap()), None);
}

#[test]
fn the_receipt_key_opens_no_door() {
    let (_, keys) = memory();
    let (mut header, body) = parts(&keys);
    assert_eq!(keys.verify_access(&forged(&keys, header.clone(), body.clone(), Purpose::Receipt)), None);
    header["kid"] = json!(keys.ring(Purpose::Receipt).kid);
    assert_eq!(keys.verify_access(&forged(&keys, header, body.clone(), Purpose::Receipt)), None);
    assert_eq!(keys.verify_access(&keys.sign_receipt(&body).unwrap()), None);
}

#[test]
fn keys_outlive_the_program_and_only_their_owner_reads_them() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("keys");
    let dial = Arc::new(Dial::default());
    let first = Keys::open(&folder, dial.clone(), &OurRandom).unwrap();
    let token = first.sign_access(&claims()).unwrap();
    let again = Keys::open(&folder, dial, &OurRandom).unwrap();
    assert_eq!(again.verify_access(&token), Some(claims()));
    assert_eq!(again.jwks(), first.jwks());
    for purpose in Purpose::ALL {
        let mode = fs::metadata(path(&folder, purpose)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{purpose:?}");
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "nothing half made is left");
}

#[test]
fn a_running_server_takes_up_a_rotation_and_still_knows_what_it_signed() {
    let folder = tempfile::tempdir().unwrap();
    let dial = Arc::new(Dial::default());
    let keys = Keys::open(folder.path(), dial.clone(), &OurRandom).unwrap();
    let (token, old) = (keys.sign_access(&claims()).unwrap(), keys.jwks());
    dial.0.store(60, Ordering::SeqCst);
    for purpose in Purpose::ALL {
        Keys::rotate(folder.path(), purpose, dial.now(), &OurRandom).unwrap();
    }
    dial.0.store(90, Ordering::SeqCst);
    assert_eq!(keys.verify_access(&token), Some(claims()), "a token of the old key lives out its time");
    let published = keys.jwks();
    assert_eq!(published.len(), 2);
    assert_eq!(
        (&published[0].kid, published[0].retired_at),
        (&old[0].kid, Some(old[0].created_at + TimeDelta::seconds(60)))
    );
    let receipt = keys.sign_receipt(&json!({"sub": "1"})).unwrap();
    assert_eq!(jsonwebtoken::decode_header(receipt).unwrap().kid.as_ref(), Some(&published[1].kid));
    let text = fs::read_to_string(path(folder.path(), Purpose::Receipt)).unwrap();
    assert_eq!(text.matches("\"private\": null").count(), 1, "a retired key signs no more");
}
