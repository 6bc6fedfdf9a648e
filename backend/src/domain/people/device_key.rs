//! The public half of the key that a device seals its work with, as the wire has it (JWK, RFC 7517).

use crate::domain::problem::Problem;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde::{Deserialize, Serialize};

/// A P-256 public key. Members that browsers add (`ext`, `key_ops`) are not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DeviceKey {
    /// `EC`.
    pub kty: String,
    /// `P-256`.
    pub crv: String,
    /// 32 bytes, base64url.
    pub x: String,
    /// 32 bytes, base64url.
    pub y: String,
}

impl DeviceKey {
    /// The uncompressed point, 65 bytes; whether it lies on the curve is the cryptography's to judge.
    pub fn point(&self) -> Result<[u8; 65], Problem> {
        let refuse = || {
            Problem::field(
                "/device/public_key",
                "应为 P-256 公钥（JWK）",
                "Expected a P-256 public key as JWK",
            )
        };
        if self.kty != "EC" || self.crv != "P-256" {
            return Err(refuse());
        }
        let mut point = [4; 65];
        for (at, part) in [(1, &self.x), (33, &self.y)] {
            let bytes = BASE64.decode(part).map_err(|_not_base64| refuse())?;
            let bytes: [u8; 32] = bytes.try_into().map_err(|_length| refuse())?;
            point[at..at + 32].copy_from_slice(&bytes);
        }
        Ok(point)
    }

    /// The text that is kept and compared: one key, one text.
    pub fn canonical(&self) -> String {
        format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, self.x, self.y)
    }

    /// Reads [`Self::canonical`].
    pub fn from_canonical(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(x: &str, y: &str) -> DeviceKey {
        DeviceKey { kty: "EC".into(), crv: "P-256".into(), x: x.into(), y: y.into() }
    }

    #[test]
    fn only_two_coordinates_of_32_bytes_make_a_point() {
        let (x, y) = (BASE64.encode([7; 32]), BASE64.encode([9; 32]));
        let point = key(&x, &y).point().unwrap();
        assert_eq!((point[0], point[1], point[33]), (4, 7, 9));
        assert_eq!(DeviceKey::from_canonical(&key(&x, &y).canonical()), Some(key(&x, &y)));
        assert!(key(&x, &BASE64.encode([9; 31])).point().is_err());
        assert!(key(&x, "ab\"}").point().is_err());
        assert!(DeviceKey { crv: "P-384".into(), ..key(&x, &y) }.point().is_err());
    }
}
