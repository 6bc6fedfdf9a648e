//! Checks a receipt as an outsider would: with nothing but the published keys.

use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::Value;

use crate::http::Http;
use crate::text::{from_base64url, hex_digest};

/// Why a receipt is not one.
#[derive(Debug, PartialEq, Eq)]
pub enum Invalid {
    /// Not three parts of base64url JSON.
    Form,
    /// Another kind of token, algorithm or audience.
    Kind,
    /// No published key has its `kid`.
    UnknownKey,
    /// The signature is not the key's.
    Signature,
}

/// The published keys.
pub async fn published_keys(http: &Http) -> Value {
    http.get("/.well-known/jwks.json").await.expect(200).json()
}

/// The claims of a receipt whose signature one of the keys made.
pub fn verify(receipt: &str, keys: &Value) -> Result<Value, Invalid> {
    let parts: Vec<&str> = receipt.split('.').collect();
    let [head, claims, signature] = parts[..] else { return Err(Invalid::Form) };
    let part = |text: &str| serde_json::from_slice::<Value>(&decode(text)?).ok();
    let (header, body) = (part(head).ok_or(Invalid::Form)?, part(claims).ok_or(Invalid::Form)?);
    let is_receipt = header["alg"] == "ES256" && header["typ"] == "lalian-receipt+jws";
    if !is_receipt || body["iss"] != "lalian" || body["aud"] != "lalian-device" {
        return Err(Invalid::Kind);
    }
    let keys = keys["keys"].as_array().map(Vec::as_slice).unwrap_or_default();
    let key = keys.iter().find(|key| key["kid"] == header["kid"]).ok_or(Invalid::UnknownKey)?;
    let coordinate = |name: &str| key[name].as_str().map(from_base64url).unwrap_or_default();
    let point = [vec![4], coordinate("x"), coordinate("y")].concat();
    let key = VerifyingKey::from_sec1_bytes(&point).expect("a published key is a point of P-256");
    let signature =
        Signature::from_slice(&decode(signature).ok_or(Invalid::Form)?).map_err(|_| Invalid::Form)?;
    key.verify(format!("{head}.{claims}").as_bytes(), &signature).map_err(|_| Invalid::Signature)?;
    Ok(body)
}

/// How the next receipt of the chain names this one.
pub fn link(receipt: &str) -> String {
    format!("sha-256:{}", hex_digest(receipt.as_bytes()))
}

fn decode(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).ok()
}
