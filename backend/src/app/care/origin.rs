//! Who made a set. Sealing keeps it secret, but anybody who knows the public key can seal; so the manifest, which holds the hash of every
//! piece, is signed with the key that signs receipts, and whoever has the published keys can tell a set of this county from a made-up one.

use super::{CareError, CareResult, at_target, restore::Wish, sets};
use crate::{
    app::{
        App, AppResult,
        evidence::custody::digest,
        people::published::{Published, named_key},
    },
    domain::{
        care::manifest::{MANIFEST, Manifest, part},
        field::receipt::{ISSUER, named_hash},
    },
    files::Vault,
};
use serde::{Deserialize, Serialize};

const SCHEMA: &str = "lalian.backup/1";
const AUDIENCE: &str = "lalian-backup";
pub(super) const SIGNATURE: &str = "manifest.jws";

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    schema: String,
    iss: String,
    aud: String,
    iat: i64,
    set: String,
    /// Hash of the manifest as it lies there.
    manifest: String,
}

/// What a set says of its maker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// An older version wrote it.
    Unsigned,
    /// By a key that calls itself so; nobody gave the published keys.
    Claimed(String),
    /// Verified with the published keys.
    Verified(String),
}

/// The signature that lies beside a manifest.
pub(super) fn sign(app: &App, set: &str, manifest: &[u8]) -> AppResult<Vec<u8>> {
    let claims = Claims {
        schema: SCHEMA.into(),
        iss: ISSUER.into(),
        aud: AUDIENCE.into(),
        iat: app.clock.now().timestamp(),
        set: set.into(),
        manifest: named_hash(&digest(manifest)),
    };
    Ok(app.keys.sign_receipt(&claims)?.into_bytes())
}

/// Where the set that is wished for comes from, with its manifest.
pub async fn of_wish(wish: &Wish) -> CareResult<(Manifest, Origin)> {
    let (set, _newest) = sets::find(&wish.vault, &wish.shown, wish.set.as_deref()).await?;
    let origin = origin(&wish.vault, &set, wish.published.as_ref()).await?;
    Ok((set, origin))
}

/// Where a set comes from. With the published keys one that they did not sign is refused.
pub(super) async fn origin(
    vault: &Vault,
    set: &Manifest,
    published: Option<&Published>,
) -> CareResult<Origin> {
    let read = async |name: &str| vault.read(&part(&set.name, name)).await.map_err(at_target);
    let signed = read(SIGNATURE).await?;
    let key = signed.as_deref().and_then(named_key);
    let Some(published) = published else {
        return Ok(key.map_or(Origin::Unsigned, Origin::Claimed));
    };
    let (Some(signed), Some(key)) = (signed, key) else {
        return Err(CareError::NotSigned(set.name.clone()));
    };
    let manifest = read(MANIFEST).await?.unwrap_or_default();
    let claims: Option<Claims> = published.claims(&signed, AUDIENCE);
    let ours = claims.is_some_and(|claims| {
        claims.schema == SCHEMA
            && claims.set == set.name
            && claims.manifest == named_hash(&digest(&manifest))
            // What is used is what was signed, also when the place changes under our hands.
            && Manifest::parse(&manifest).as_ref() == Ok(set)
    });
    if ours { Ok(Origin::Verified(key)) } else { Err(CareError::NotOurs(set.name.clone())) }
}
