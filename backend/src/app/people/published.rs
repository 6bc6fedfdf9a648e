//! The published keys (`jwks.json`) in the hands of somebody who has neither server nor database.

use crate::domain::field::receipt::ISSUER;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::{Deserialize, de::DeserializeOwned};

/// The public halves of the keys that sign receipts, evidence and backups.
#[derive(Debug, Clone, Deserialize)]
pub struct Published {
    keys: Vec<Jwk>,
}

#[derive(Debug, Clone, Deserialize)]
struct Jwk {
    kid: String,
    x: String,
    y: String,
}

impl Published {
    pub fn parse(jwks: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(jwks)
    }

    /// The claims of a JWS of ours; `None` when no key of these made it, or it is for somebody else.
    pub fn claims<T: DeserializeOwned>(&self, signed: &[u8], audience: &str) -> Option<T> {
        let text = std::str::from_utf8(signed).ok()?;
        let header = jsonwebtoken::decode_header(text).ok()?;
        let key = self.keys.iter().find(|key| Some(&key.kid) == header.kid.as_ref())?;
        let key = DecodingKey::from_ec_components(&key.x, &key.y).ok()?;
        let mut rules = Validation::new(Algorithm::ES256);
        rules.set_audience(&[audience]);
        rules.set_issuer(&[ISSUER]);
        rules.set_required_spec_claims(&["aud", "iss"]);
        // What was signed once stays signed.
        rules.validate_exp = false;
        Some(jsonwebtoken::decode::<T>(text, &key, &rules).ok()?.claims)
    }
}

/// Which key a JWS says made it; a claim until it is verified.
pub fn named_key(signed: &[u8]) -> Option<String> {
    jsonwebtoken::decode_header(std::str::from_utf8(signed).ok()?).ok()?.kid
}
