//! Use cases over people, posts, sessions and devices.

pub mod address_key;
pub mod choices;
pub mod codes;
pub mod commands;
pub mod devices;
pub mod keeping;
pub(crate) mod key_files;
pub mod keys;
pub mod login;
pub mod me;
pub mod password;
pub mod passwords;
pub mod persons;
pub mod posts;
pub mod published;
pub mod refresh;
pub mod standing;
pub mod sweep;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use std::fmt::Write;

use crate::domain::random::Random;

/// What the database keeps of a secret with 256 bits of randomness: its SHA-256 in hex. Guessing it is hopeless, so it
/// needs no slow hash.
pub(in crate::app) fn hash_of(secret: &str) -> String {
    Sha256::digest(secret).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// 32 random bytes as text.
fn fresh_secret(random: &dyn Random) -> SecretString {
    let mut bytes = [0; 32];
    random.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes).into()
}
