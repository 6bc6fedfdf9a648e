//! Where rows and files lie.

use super::{Error, Storage};
use crate::files::BucketSettings;
use clap::Args;
use secrecy::SecretString;
use std::{
    fs,
    path::{Path, PathBuf},
};
use url::Url;

/// Where the database is.
#[derive(Debug, Clone, Args)]
#[expect(clippy::doc_markdown, reason = "these lines are what --help prints")]
#[command(next_help_heading = "数据 Data")]
pub struct DatabaseArgs {
    /// 数据目录 Folder of the county profile: database and files [default: data, for the demo data/demo]
    #[arg(long, global = true, env = "LALIAN_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// 数据库 Database: sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME [default: sqlite in the data folder]
    #[arg(long, global = true, env = "LALIAN_DATABASE", value_name = "URL", hide_env_values = true)]
    pub(super) database: Option<String>,
    /// 存放数据库地址的文件 File that holds the database URL, so that its password stands in no command line
    #[arg(
        long,
        global = true,
        env = "LALIAN_DATABASE_FILE",
        value_name = "FILE",
        conflicts_with = "database"
    )]
    pub(super) database_file: Option<PathBuf>,
}

/// Where files are.
#[derive(Debug, Clone, Args)]
#[expect(clippy::doc_markdown, reason = "these lines are what --help prints")]
#[command(next_help_heading = "文件 Files")]
pub struct StorageArgs {
    /// 文件存放处 Files: file:DIR or s3://BUCKET/PREFIX?endpoint=URL&region=NAME [default: files in the data folder]
    #[arg(long, global = true, env = "LALIAN_STORAGE", value_name = "URL")]
    pub(super) storage: Option<String>,
    /// S3 访问键 S3 access key; without it, where AWS tools look
    #[arg(long, global = true, env = "LALIAN_S3_ACCESS_KEY", value_name = "KEY", hide_env_values = true)]
    pub(super) s3_access_key: Option<String>,
    /// 存放 S3 密钥的文件 File that holds the S3 secret key
    #[arg(long, global = true, env = "LALIAN_S3_SECRET_KEY_FILE", value_name = "FILE")]
    pub(super) s3_secret_key_file: Option<PathBuf>,
    /// S3 密钥 S3 secret key; a file is the better place
    #[arg(
        long,
        env = "LALIAN_S3_SECRET_KEY",
        value_name = "KEY",
        hide_env_values = true,
        conflicts_with = "s3_secret_key_file"
    )]
    pub(super) s3_secret_key: Option<String>,
    /// 剩余空间低于此数时暂缓收文件 Below this many free megabytes files wait (503) while answers still enter
    #[arg(long, global = true, env = "LALIAN_DISK_FLOOR_MB", value_name = "MB", default_value_t = 1024)]
    pub(super) disk_floor_mb: u64,
}

impl DatabaseArgs {
    pub fn folder(&self, default: &str) -> PathBuf {
        self.data.clone().unwrap_or_else(|| default.into())
    }

    /// The URL, from wherever it was given.
    pub fn url(&self, data: &Path) -> Result<SecretString, Error> {
        let url = match (&self.database, &self.database_file) {
            (Some(url), _) => url.clone(),
            (None, Some(file)) => read(file)?,
            (None, None) => format!("sqlite:{}", data.join("lalian.db").display()),
        };
        let known = ["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme));
        known.then(|| url.into()).ok_or_else(|| {
            Error::Unusable("the database URL must begin with sqlite: or postgres:".to_owned())
        })
    }
}

impl StorageArgs {
    pub(super) fn resolve(self, data: &Path) -> Result<Storage, Error> {
        let Some(text) = &self.storage else { return Ok(Storage::Disk(data.join("files"))) };
        let secret_key = match (self.s3_secret_key, &self.s3_secret_key_file) {
            (Some(key), _) => Some(key.into()),
            (None, Some(file)) => Some(read(file)?.into()),
            (None, None) => None,
        };
        place(text, self.s3_access_key, secret_key)
    }
}

/// A folder or a bucket from its URL.
pub(super) fn place(
    text: &str,
    access_key: Option<String>,
    secret_key: Option<SecretString>,
) -> Result<Storage, Error> {
    if let Some(path) = text.strip_prefix("file:") {
        return Ok(Storage::Disk(path.trim_start_matches("//").into()));
    }
    let url = Url::parse(text).ok().filter(|url| url.scheme() == "s3");
    let Some((url, bucket)) = url.as_ref().and_then(|url| Some((url, url.host_str()?))) else {
        return Err(Error::Unusable(
            "the storage URL must look like file:DIR or s3://BUCKET/PREFIX".to_owned(),
        ));
    };
    let parameter =
        |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    Ok(Storage::Bucket(BucketSettings {
        bucket: bucket.to_owned(),
        prefix: url.path().trim_matches('/').to_owned(),
        endpoint: parameter("endpoint"),
        region: parameter("region"),
        access_key,
        secret_key,
    }))
}

/// A secret from a file, without its final newline.
pub(super) fn read(file: &Path) -> Result<String, Error> {
    fs::read_to_string(file)
        .map(|text| text.trim_end().to_owned())
        .map_err(|cause| Error::File { path: file.display().to_string(), cause })
}
