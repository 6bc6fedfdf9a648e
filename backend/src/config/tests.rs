//! Settings from flags: what is refused, and what nothing said means.

use super::*;
use clap::{CommandFactory, Parser};
use std::fs;

#[derive(Parser)]
struct All {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    storage: StorageArgs,
    #[command(flatten)]
    network: NetworkArgs,
}

fn config(arguments: &[&str]) -> Result<Config, String> {
    let arguments = ["lalian"].iter().chain(arguments);
    let all = All::try_parse_from(arguments).map_err(|error| error.to_string())?;
    Config::new(&all.database, all.storage, all.network, "data").map_err(|error| error.to_string())
}

#[test]
fn every_setting_has_its_variable_and_its_words() {
    for argument in All::command().get_arguments().filter(|argument| argument.get_id() != "help") {
        let variable = argument.get_env().and_then(|name| name.to_str()).unwrap_or_default();
        let expected = format!("LALIAN_{}", argument.get_id().as_str().to_uppercase());
        assert_eq!(variable, expected);
        assert!(argument.get_help().is_some(), "{expected} is not explained");
    }
}

#[test]
fn nothing_said_means_the_county_profile_on_loopback() {
    let config = config(&[]).unwrap();
    assert_eq!(config.sqlite_file().unwrap(), Path::new("data/lalian.db"));
    assert!(matches!(&config.storage, Storage::Disk(path) if path == Path::new("data/files")));
    assert!(config.check().is_ok());
}

#[test]
fn storage_counts_as_replicated_only_when_the_operator_says_so() {
    assert!(!config(&[]).unwrap().storage_replicated);
    assert!(config(&["--storage-replicated"]).unwrap().storage_replicated);
}

#[test]
fn off_loopback_needs_encryption() {
    let refused = |arguments: &[&str]| config(arguments).unwrap().check().is_err();
    assert!(refused(&["--bind", "0.0.0.0:80"]));
    assert!(refused(&["--bind", "[::]:80"]));
    assert!(!refused(&["--bind", "[::1]:80"]));
    assert!(!refused(&["--bind", "0.0.0.0:80", "--behind-proxy", "10.0.0.5,192.168.0.0/16"]));
    assert!(!refused(&["--bind", "0.0.0.0:80", "--tls-certificate", "c.pem", "--tls-key", "k.pem"]));
    assert!(config(&["--tls-certificate", "c.pem"]).is_err(), "a certificate without its key");
    assert!(config(&["--behind-proxy", "everybody"]).is_err());
}

#[test]
fn a_bucket_is_read_from_its_url_and_its_secret_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    fs::write(&file, "s3cret\n").unwrap();
    let config = config(&[
        "--storage",
        "s3://photos/county/a?endpoint=http://127.0.0.1:9000&region=cn",
        "--s3-access-key",
        "id",
        "--s3-secret-key-file",
        file.to_str().unwrap(),
    ])
    .unwrap();
    let Storage::Bucket(bucket) = config.storage else { panic!("a bucket") };
    assert_eq!((bucket.bucket.as_str(), bucket.prefix.as_str()), ("photos", "county/a"));
    assert_eq!(bucket.endpoint.as_deref(), Some("http://127.0.0.1:9000"));
    assert_eq!(bucket.secret_key.unwrap().expose_secret(), "s3cret");
}

#[test]
fn unusable_addresses_of_data_are_refused() {
    assert!(config(&["--database", "mysql://x"]).is_err());
    assert!(config(&["--storage", "ftp://x"]).is_err());
    assert!(config(&["--database-file", "/nowhere/at/all"]).is_err());
}

#[test]
fn secrets_are_never_shown() {
    let config = config(&["--database", "postgres://u:hidden@h/d"]).unwrap();
    assert!(!format!("{:?}", config.database).contains("hidden"));
}

#[test]
fn a_demo_is_open_to_nobody_outside_this_machine() {
    let check = |arguments: &[&str]| Config { demo: true, ..config(arguments).unwrap() }.check();
    let tls = ["--tls-certificate", "c.pem", "--tls-key", "k.pem"];
    assert!(check(&[]).is_ok() && check(&tls).is_ok());
    for outside in ["0.0.0.0:443", "[::]:443", "8.8.8.8:443", "192.168.1.5:443"] {
        let refused = check(&[&["--bind", outside][..], &tls].concat()).unwrap_err().to_string();
        assert!(refused.contains("--lan") && refused.contains("示例"), "{refused}");
    }
    let behind = ["--behind-proxy", "127.0.0.1", "--public-url"];
    assert!(
        check(&[&behind[..], &["https://127.0.0.1"]].concat()).is_ok(),
        "trying a proxy on one's own machine"
    );
    for outside in [
        &behind[..2],
        &[&behind[..], &["https://8.8.8.8"]].concat(),
        &[&behind[..], &["https://lalian.example"]].concat(),
    ] {
        let refused = check(outside).unwrap_err().to_string();
        assert!(refused.contains("--behind-proxy"), "{refused}");
    }
}
