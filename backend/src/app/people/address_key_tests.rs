use super::*;
use crate::domain::{clock::Clock, random::SystemRandom};
use std::{
    os::unix::fs::PermissionsExt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

/// A clock that a test turns by hand; it starts on a whole hour.
#[derive(Default)]
struct Dial(AtomicI64);

impl Clock for Dial {
    fn now(&self) -> Instant {
        DateTime::from_timestamp(1_760_004_000 + self.0.load(Ordering::SeqCst), 0).unwrap()
    }
}

fn grant() -> Grant {
    let id = Uuid::from_u128;
    Grant {
        file_id: id(1),
        size: PictureSize::Thumb,
        holder: Holder { person: id(2), session: id(3), post: id(4) },
    }
}

fn open() -> (tempfile::TempDir, Arc<Dial>, AddressKey) {
    let folder = tempfile::tempdir().unwrap();
    let dial = Arc::new(Dial::default());
    let key = AddressKey::open(&folder.path().join("keys"), dial.clone(), &SystemRandom).unwrap();
    (folder, dial, key)
}

#[test]
fn an_address_stays_the_same_for_half_an_hour_and_ends_within_an_hour() {
    let (_folder, dial, key) = open();
    let (pass, until) = key.sign(&grant());
    assert_eq!(until - dial.now(), TimeDelta::hours(1));
    assert_eq!(key.verify(grant().file_id, PictureSize::Thumb, &pass), Some((grant().holder, until)));
    dial.0.store(1799, Ordering::SeqCst);
    assert_eq!(key.sign(&grant()), (pass.clone(), until), "the browser keeps what it has");
    assert!(until - dial.now() > TimeDelta::minutes(30));
    dial.0.store(1800, Ordering::SeqCst);
    let (next, later) = key.sign(&grant());
    assert!(next != pass && later - dial.now() == TimeDelta::hours(1));
    dial.0.store(3599, Ordering::SeqCst);
    assert!(key.verify(grant().file_id, PictureSize::Thumb, &pass).is_some());
    dial.0.store(3600, Ordering::SeqCst);
    assert_eq!(key.verify(grant().file_id, PictureSize::Thumb, &pass), None);
    // A clock that was set back far makes nothing good for long.
    dial.0.store(-90_000, Ordering::SeqCst);
    assert_eq!(key.verify(grant().file_id, PictureSize::Thumb, &pass), None);
}

#[test]
fn every_part_is_bound() {
    let (_folder, _dial, key) = open();
    let (pass, _) = key.sign(&grant());
    let file = grant().file_id;
    assert_eq!(key.verify(Uuid::from_u128(9), PictureSize::Thumb, &pass), None, "another photo");
    assert_eq!(key.verify(file, PictureSize::Display, &pass), None, "another size");
    let bytes = BASE64.decode(&pass).unwrap();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert_eq!(key.verify(file, PictureSize::Thumb, &BASE64.encode(changed)), None, "byte {at}");
    }
    for text in ["", "x", "%%%", &pass[..pass.len() - 4], &format!("{pass}AAAA"), &"A".repeat(5000)] {
        assert_eq!(key.verify(file, PictureSize::Thumb, text), None, "{text}");
    }
    let (_other_folder, _other_dial, other) = open();
    assert_eq!(other.verify(file, PictureSize::Thumb, &pass), None, "another server's key");
}

#[test]
fn the_key_is_its_owner_s_file_and_a_new_one_ends_all_addresses() {
    let (folder, dial, key) = open();
    let keys = folder.path().join("keys");
    let mode = fs::metadata(path(&keys)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (pass, _) = key.sign(&grant());
    let again = AddressKey::open(&keys, dial.clone(), &SystemRandom).unwrap();
    assert!(again.verify(grant().file_id, PictureSize::Thumb, &pass).is_some(), "replicas share it");
    let (first, _) = AddressKey::list(&keys).unwrap();
    let next = AddressKey::rotate(&keys, dial.now(), &SystemRandom).unwrap();
    assert_ne!(first, next);
    dial.0.store(11, Ordering::SeqCst);
    assert_eq!(key.verify(grant().file_id, PictureSize::Thumb, &pass), None);
    assert!(!format!("{key:?}").contains("secret"));
    // A broken file leaves the running server with what it has.
    let (pass, _) = key.sign(&grant());
    fs::write(path(&keys), "{").unwrap();
    dial.0.store(22, Ordering::SeqCst);
    assert!(key.verify(grant().file_id, PictureSize::Thumb, &pass).is_some());
}
