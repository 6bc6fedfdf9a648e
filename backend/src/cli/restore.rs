//! `restore`: puts a backup back into an empty place.

use super::{
    Outcome,
    backup::{self, wish},
    say,
};
use lalian::{
    app::care::restore::{self, Place},
    config::{BackupArgs, DatabaseArgs, StorageArgs},
    server,
    store::Store,
    telemetry::LogArgs,
};
use secrecy::ExposeSecret;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[expect(clippy::doc_markdown, reason = "these lines are what --help prints")]
pub struct Restore {
    /// 存放处 Where the backups are: a folder or s3://BUCKET/PREFIX?endpoint=URL&region=NAME
    #[arg(value_name = "DIR|URL")]
    from: String,
    /// 私钥文件 File with the secret key
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
    /// 哪一份 Which one; the newest if absent. Phones may have forgotten what only newer ones hold
    #[arg(long, value_name = "NAME")]
    set: Option<String>,
    /// 跳过损坏的照片 Go on without photo files that are damaged there; phones send again what they still have
    #[arg(long)]
    without_damaged: bool,
    /// 本县公布的公钥 The county's published keys, kept from https://…/.well-known/jwks.json: refuses a backup that they did not sign. Sealing keeps a backup secret, it does not tell who made it
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    #[command(flatten)]
    backups: BackupArgs,
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    storage: StorageArgs,
    #[command(flatten)]
    log: LogArgs,
}

impl Restore {
    pub async fn run(self) -> Outcome {
        self.log.start()?;
        let mut wish =
            wish(&self.backups, &self.from, self.identity.as_deref(), self.set, self.without_damaged)?;
        wish.published = backup::published(self.keys.as_deref())?;
        backup::say_origin(&wish).await?;
        let config = backup::config(&self.database, self.storage)?;
        let _lock = server::take(&config)?;
        let place = Place {
            store: Store::connect(config.database.expose_secret()).await?,
            files: server::open_files(&config.storage).await?,
            keys: config.data.join("keys"),
            clock: config.clock,
            random: config.random,
        };
        let done = restore::restore(&place, &wish, &mut |at| {
            say(&format!("文件 files {}/{} · 行 rows {}/{}", at.files, at.of_files, at.rows, at.of_rows));
        })
        .await;
        place.store.close().await;
        let done = done?;
        say(&format!(
            "已恢复 {0}（{1}）。手机下次联系时会重新核对全部内容，把之后的补送上来。\n\
             Restored {0} ({1}). At their next contact phones compare all they have and send what came since.",
            done.set.name,
            done.set.made_at.format("%F %T UTC")
        ));
        if !done.newest {
            say("注意：存放处还有更新的备份。手机可能已忘记只在那里的照片。\n\
                 Mind: there are newer backups. Phones may have forgotten photos that only those hold.");
        }
        if !done.lacking.is_empty() {
            say(&format!(
                "{0} 个照片文件不在备份里，已标为缺失；手机会把自己还有的重新送来。\n\
                 {0} photo files were not in it and count as missing; phones send again what they still have.",
                done.lacking.len()
            ));
        }
        if done.keys == 0 {
            say(
                "签名密钥不来自这份备份：大家需重新登录，群机器人和邮箱要在通知设置里重新填写；旧回执仍可核对。\n\
                 The signing keys are not from this backup: people sign in again, and robots and the mail server are entered anew; former receipts still verify.",
            );
        }
        say(
            "备份之后的决定不在里面：挂失的手机、结束的岗位、删除的照片，请再做一次。然后运行 lalian serve；显示图会自动重新生成，想快些可同时运行 lalian photos rebuild --missing。\n\
             Decisions made since are not in it: lost phones, ended posts, erased photos; please do them again. Then run `lalian serve`; it makes copies for the screen anew by itself, sooner with `lalian photos rebuild --missing` beside it.",
        );
        Ok(())
    }
}
