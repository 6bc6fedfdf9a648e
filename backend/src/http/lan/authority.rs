//! A certificate authority for one machine: made once, kept in the data folder, able to vouch for the private networks it
//! was in and for nothing else.
//!
//! Trusting an authority is a big favour to ask of somebody's phone. So its certificate carries name constraints, a year is
//! its whole life, its key lies in one file that only its owner reads, and leaves live for days.

use crate::app::people::key_files::{Replace, publish};
use crate::domain::clock::Instant;
use aws_lc_rs::digest::{SHA256, digest};
use chrono::TimeDelta;
use ipnet::{IpNet, Ipv4Net};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, PKCS_ECDSA_P256_SHA256, SanType,
};
use rustls::{
    crypto::aws_lc_rs::sign::any_supported_type,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject},
    sign::CertifiedKey,
};
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::Path,
};

/// After that a phone has to trust a new one.
const LIFETIME: TimeDelta = TimeDelta::days(365);
/// Long enough for a demonstration with the machine asleep in between.
const LEAF_LIFETIME: TimeDelta = TimeDelta::days(7);
/// Clocks of phones may be behind.
const EARLIER: TimeDelta = TimeDelta::days(1);
/// The only names that may be vouched for, which is none: permitting a domain that cannot exist forbids all others.
const NO_NAME: &str = "lalian.invalid";

/// Why there is no authority.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0}: {1}")]
    Io(String, io::Error),
    #[error("the certificate cannot be made: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error("the key cannot be used: {0}")]
    Key(#[from] rustls::Error),
    #[error(transparent)]
    Keeping(#[from] crate::app::AppError),
}

/// The file: certificate and key together, so that they can never belong to two authorities.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    name: String,
    made_at: Instant,
    ends_at: Instant,
    networks: Vec<String>,
    certificate: String,
    key: String,
}

impl Kept {
    fn networks(&self) -> Vec<IpNet> {
        self.networks.iter().filter_map(|text| text.parse().ok()).collect()
    }
}

/// The authority, ready to sign.
pub struct Authority {
    kept: Kept,
    certificate: CertificateDer<'static>,
}

/// A leaf and when it must be replaced.
pub struct Leaf {
    pub certified: CertifiedKey,
    pub renew_at: Instant,
}

impl Authority {
    /// The authority of this folder; a new one where there is none that vouches for these networks, is good for a while
    /// and was kept to itself. `tag` tells the authorities of two machines apart.
    pub fn open(folder: &Path, networks: &[IpNet], now: Instant, tag: &str) -> Result<Self, Error> {
        let io = |error| Error::Io(folder.display().to_string(), error);
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(io)?;
        let file = folder.join("authority.json");
        let former = read(&file);
        if let Some(kept) = &former
            && kept.ends_at > now + LEAF_LIFETIME
            && kept.made_at <= now + EARLIER
            && networks.iter().all(|net| kept.networks().iter().any(|known| known.contains(net)))
            && let Ok(certificate) = CertificateDer::from_pem_slice(kept.certificate.as_bytes())
            && KeyPair::from_pem(&kept.key).is_ok()
        {
            return Ok(Self { kept: kept.clone(), certificate });
        }
        // Networks of before stay, so that a machine that goes back and forth between two rooms is trusted in both.
        let mut all = former.map(|kept| kept.networks()).unwrap_or_default();
        all.extend(networks);
        let made = Self::make(&IpNet::aggregate(&all), now, tag)?;
        publish(&file, &made.kept, Replace::Whole)?;
        Ok(made)
    }

    fn make(networks: &[IpNet], now: Instant, tag: &str) -> Result<Self, Error> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let name = format!("Lalian demo 拉练通示例 {} {tag}", now.format("%Y-%m-%d"));
        let ends_at = now + LIFETIME;
        let mut params = parameters(&name);
        (params.not_before, params.not_after) = (moment(now - EARLIER), moment(ends_at));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        let mut permitted: Vec<_> =
            networks.iter().map(|net| GeneralSubtree::IpAddress(subnet(*net))).collect();
        permitted.push(GeneralSubtree::DnsName(NO_NAME.to_owned()));
        params.name_constraints =
            Some(NameConstraints { permitted_subtrees: permitted, excluded_subtrees: Vec::new() });
        let certificate = params.self_signed(&key)?;
        let kept = Kept {
            name,
            made_at: now,
            ends_at,
            networks: networks.iter().map(ToString::to_string).collect(),
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        };
        Ok(Self { kept, certificate: certificate.der().clone() })
    }

    /// A certificate for these addresses, with a key that never lies on a disk.
    pub fn leaf(&self, addresses: &[Ipv4Net], now: Instant) -> Result<Leaf, Error> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "Lalian demo");
        params.subject_alt_names =
            addresses.iter().map(|net| SanType::IpAddress(net.addr().into())).collect();
        let ends_at = (now + LEAF_LIFETIME).min(self.kept.ends_at);
        (params.not_before, params.not_after) = (moment(now - EARLIER), moment(ends_at));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let issuer = Issuer::new(parameters(&self.kept.name), KeyPair::from_pem(&self.kept.key)?);
        let certificate = params.signed_by(&key, &issuer)?;
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let chain = vec![certificate.der().clone(), self.certificate.clone()];
        Ok(Leaf {
            certified: CertifiedKey::new(chain, any_supported_type(&private)?),
            renew_at: now + LEAF_LIFETIME / 2,
        })
    }

    /// What phones install: DER, as all systems take it.
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    pub fn name(&self) -> &str {
        &self.kept.name
    }

    pub fn ends_at(&self) -> Instant {
        self.kept.ends_at
    }

    pub fn networks(&self) -> Vec<IpNet> {
        self.kept.networks()
    }

    /// SHA-256 of the certificate as systems show it, in pairs.
    pub fn fingerprint(&self) -> String {
        let hash = digest(&SHA256, &self.certificate);
        hash.as_ref().iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
    }
}

/// The file, if it is one of ours that nobody else could read: a key that others may have copied signs nothing any more.
fn read(file: &Path) -> Option<Kept> {
    let open_to_others = fs::metadata(file).ok()?.permissions().mode() & 0o077 != 0;
    if open_to_others {
        tracing::warn!("{} could be read by others; a new authority takes its place", file.display());
        return None;
    }
    let kept = serde_json::from_slice(&fs::read(file).ok()?);
    kept.inspect_err(
        |error| tracing::warn!(%error, "{} is unreadable; a new one takes its place", file.display()),
    )
    .ok()
}

/// What issuer and certificate must have in common.
fn parameters(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
}

fn subnet(net: IpNet) -> CidrSubnet {
    match net {
        IpNet::V4(v4) => CidrSubnet::V4(v4.network().octets(), v4.netmask().octets()),
        IpNet::V6(v6) => CidrSubnet::V6(v6.network().octets(), v6.netmask().octets()),
    }
}

/// The other library's time, in whole seconds.
fn moment(at: Instant) -> time::OffsetDateTime {
    time::OffsetDateTime::from_unix_timestamp(at.timestamp()).unwrap_or(time::OffsetDateTime::UNIX_EPOCH)
}

#[cfg(test)]
#[path = "authority_tests.rs"]
mod tests;
