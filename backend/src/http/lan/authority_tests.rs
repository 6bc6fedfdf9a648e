//! What clients that trust this authority, and nothing else, make of its certificates.

use super::*;
use chrono::{TimeZone, Utc};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection,
    crypto::aws_lc_rs::default_provider, pki_types::ServerName, server::ResolvesServerCert,
    time_provider::TimeProvider,
};
use std::{net::Ipv4Addr, sync::Arc};

fn at() -> Instant {
    Utc.with_ymd_and_hms(2026, 11, 30, 2, 0, 0).unwrap()
}

fn net(text: &str) -> Ipv4Net {
    text.parse().unwrap()
}

fn open(folder: &Path, networks: &[&str], now: Instant) -> Authority {
    let networks: Vec<IpNet> = networks.iter().map(|net| net.parse().unwrap()).collect();
    Authority::open(folder, &networks, now, "abc123").unwrap()
}

#[derive(Debug)]
struct Fixed(Arc<CertifiedKey>);

impl ResolvesServerCert for Fixed {
    fn resolve(&self, _: rustls::server::ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

#[derive(Debug)]
struct Stopped(Instant);

impl TimeProvider for Stopped {
    fn current_time(&self) -> Option<rustls::pki_types::UnixTime> {
        let seconds = u64::try_from(self.0.timestamp()).ok()?;
        Some(rustls::pki_types::UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)))
    }
}

/// A whole handshake in memory, with a client that trusts this root alone.
fn shake(root: &Authority, leaf: Leaf, address: [u8; 4], now: Instant) -> Result<(), rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(root.certificate().clone()).unwrap();
    let client = ClientConfig::builder_with_details(default_provider().into(), Arc::new(Stopped(now)))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let server = ServerConfig::builder_with_provider(default_provider().into())
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Fixed(Arc::new(leaf.certified))));
    let name = ServerName::IpAddress(Ipv4Addr::from(address).into());
    let mut client = ClientConnection::new(client.into(), name)?;
    let mut server = ServerConnection::new(server.into())?;
    while client.is_handshaking() {
        let mut wire = Vec::new();
        client.write_tls(&mut wire).unwrap();
        server.read_tls(&mut wire.as_slice()).unwrap();
        server.process_new_packets()?;
        let mut wire = Vec::new();
        server.write_tls(&mut wire).unwrap();
        client.read_tls(&mut wire.as_slice()).unwrap();
        client.process_new_packets()?;
    }
    Ok(())
}

#[test]
fn a_client_that_trusts_it_is_served_at_the_address_of_now_and_nobody_else_s() {
    let folder = tempfile::tempdir().unwrap();
    let authority = open(folder.path(), &["192.168.1.0/24"], at());
    let leaf = |address: &str| authority.leaf(&[net(address)], at()).unwrap();
    shake(&authority, leaf("192.168.1.5/24"), [192, 168, 1, 5], at()).unwrap();
    assert!(shake(&authority, leaf("192.168.1.5/24"), [192, 168, 1, 6], at()).is_err(), "another address");
    let stranger = open(tempfile::tempdir().unwrap().path(), &["192.168.1.0/24"], at());
    assert!(shake(&stranger, leaf("192.168.1.5/24"), [192, 168, 1, 5], at()).is_err(), "another authority");
}

#[test]
fn it_cannot_vouch_for_what_lies_outside_its_networks() {
    let folder = tempfile::tempdir().unwrap();
    let authority = open(folder.path(), &["192.168.1.0/24"], at());
    for (text, address) in [("8.8.8.8/32", [8, 8, 8, 8]), ("192.168.2.5/24", [192, 168, 2, 5])] {
        let stolen = authority.leaf(&[net(text)], at()).unwrap();
        let refused = shake(&authority, stolen, address, at()).unwrap_err();
        assert!(format!("{refused:?}").contains("NameConstraint"), "{refused:?}");
    }
}

#[test]
fn leaves_live_for_days_and_survive_a_phone_s_slow_clock() {
    let folder = tempfile::tempdir().unwrap();
    let authority = open(folder.path(), &["10.0.0.0/16"], at());
    let shaken = |now| {
        let leaf = authority.leaf(&[net("10.0.0.9/16")], at()).unwrap();
        assert!(leaf.renew_at < at() + LEAF_LIFETIME);
        shake(&authority, leaf, [10, 0, 0, 9], now)
    };
    shaken(at() - TimeDelta::hours(20)).unwrap();
    shaken(at() + TimeDelta::days(6)).unwrap();
    assert!(shaken(at() + TimeDelta::days(8)).is_err());
}

#[test]
fn the_same_folder_keeps_its_authority_until_it_must_change() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path(), &["192.168.1.0/24"], at());
    let print = |networks: &[&str], now| open(folder.path(), networks, now).fingerprint();
    assert_eq!(print(&["192.168.1.0/24"], at() + TimeDelta::days(30)), first.fingerprint());
    let second = print(&["10.9.0.0/24"], at() + TimeDelta::days(31));
    assert_ne!(second, first.fingerprint(), "a network that the first one cannot vouch for");
    assert_eq!(print(&["192.168.1.0/24"], at() + TimeDelta::days(32)), second, "and back again");
    assert_ne!(print(&["10.9.0.0/24"], at() + TimeDelta::days(400)), second, "a year is over");
}

#[test]
fn its_key_is_its_owner_s_alone_and_one_that_others_could_read_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let lan = folder.path().join("lan");
    let first = open(&lan, &["192.168.1.0/24"], at()).fingerprint();
    let file = lan.join("authority.json");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&lan), mode(&file)), (0o700, 0o600));
    assert_eq!(fs::read_dir(&lan).unwrap().count(), 1, "no key of a leaf, nothing half written");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let second = open(&lan, &["192.168.1.0/24"], at()).fingerprint();
    assert_ne!(second, first);
    assert_eq!(mode(&file), 0o600);
    fs::write(&file, "half a fi").unwrap();
    assert_ne!(open(&lan, &["192.168.1.0/24"], at()).fingerprint(), second, "an unreadable file is replaced");
}
