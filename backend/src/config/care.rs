//! Where backups go and to whom they are sealed.

use super::{
    Error, Storage,
    data::{place, read},
};
use clap::{Args, builder::BoolishValueParser};
use std::path::{Path, PathBuf};

/// The place of backups; its S3 keys are its own, because a machine should not be able to destroy its copies.
#[derive(Debug, Clone, Default, Args)]
#[expect(clippy::doc_markdown, reason = "these lines are what --help prints")]
#[expect(clippy::struct_field_names, reason = "fields are named as their flags and variables")]
#[command(next_help_heading = "备份 Backups")]
pub struct BackupArgs {
    /// 备份存放处 Where backups go: a folder on another disk, or s3://BUCKET/PREFIX?endpoint=URL&region=NAME; the server makes one each day at the time in its settings
    #[arg(long, env = "LALIAN_BACKUP_TO", value_name = "DIR|URL")]
    backup_to: Option<String>,
    /// 备份公钥 Public keys that can open backups, age1… (`lalian backup key` makes a pair); without one they are not encrypted
    #[arg(long, env = "LALIAN_BACKUP_RECIPIENT", value_name = "AGE1,AGE1", value_delimiter = ',')]
    backup_recipient: Vec<String>,
    /// 连同签名密钥 Put the secret keys of the server in it too, always encrypted
    #[arg(long, env = "LALIAN_BACKUP_WITH_KEYS", value_parser = BoolishValueParser::new())]
    backup_with_keys: bool,
    /// 备份存放处的 S3 访问键 S3 access key of the place of backups; without it, where AWS tools look
    #[arg(long, env = "LALIAN_BACKUP_S3_ACCESS_KEY", value_name = "KEY", hide_env_values = true)]
    backup_s3_access_key: Option<String>,
    /// 存放其 S3 密钥的文件 File that holds its S3 secret key
    #[arg(long, env = "LALIAN_BACKUP_S3_SECRET_KEY_FILE", value_name = "FILE")]
    backup_s3_secret_key_file: Option<PathBuf>,
}

/// What was said about backups.
#[derive(Debug, Clone)]
pub struct BackupPlan {
    pub place: Storage,
    /// The place without secrets.
    pub shown: String,
    pub recipients: Vec<String>,
    pub with_keys: bool,
}

impl BackupArgs {
    /// The plan; `from` is a place that the command names itself.
    pub fn resolve(&self, from: Option<&str>) -> Result<Option<BackupPlan>, Error> {
        let Some(text) = from.or(self.backup_to.as_deref()) else { return Ok(None) };
        let secret = match &self.backup_s3_secret_key_file {
            Some(file) => Some(read(file)?.into()),
            None => None,
        };
        let folder = !text.contains("://") && !text.starts_with("file:");
        let storage = if folder {
            Storage::Disk(Path::new(text).to_owned())
        } else {
            place(text, self.backup_s3_access_key.clone(), secret)?
        };
        let shown = match &storage {
            Storage::Disk(path) => path.display().to_string(),
            Storage::Bucket(bucket) => format!("s3://{}/{}", bucket.bucket, bucket.prefix),
        };
        let recipients = self.backup_recipient.iter().filter(|key| !key.trim().is_empty()).cloned().collect();
        Ok(Some(BackupPlan { place: storage, shown, recipients, with_keys: self.backup_with_keys }))
    }
}
