//! `backup`: make one now, check one, list them, make the pair of keys.

use super::{FOLDER, Outcome, Workplace, say};
use clap::{Args, Subcommand};
use lalian::{
    app::{
        care::{
            self, CareError,
            back_up::{MadeBy, Order},
            origin::{self, Origin},
            restore::Wish,
            verify,
        },
        people::published::Published,
    },
    config::{BackupArgs, Config, NetworkArgs},
    doctor,
    files::{
        Place,
        seal::{self, Identities, Recipients},
    },
    server,
};
use secrecy::ExposeSecret;
use std::{io::Write, os::unix::fs::OpenOptionsExt, path::PathBuf};

/// Sets that are kept by a command that does not say.
const KEEP: usize = 14;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Backup {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    make: Make,
}

#[derive(Debug, Args)]
#[expect(clippy::doc_markdown, reason = "these lines are what --help prints")]
struct Make {
    /// 存放处 Where to: a folder on another disk or s3://BUCKET/PREFIX?endpoint=URL&region=NAME
    #[arg(long, value_name = "DIR|URL")]
    to: Option<String>,
    /// 公钥 Public key that can open it, age1…; may be given several times
    #[arg(long, value_name = "AGE1")]
    recipient: Vec<String>,
    /// 连同密钥 Put the secret keys of the server in it too, always encrypted
    #[arg(long)]
    with_keys: bool,
    /// 保留份数 Complete backups that stay there, this one counted
    #[arg(long, value_name = "N", default_value_t = KEEP)]
    keep: usize,
    /// 算数 Counts although it lies elsewhere than --backup-to (LALIAN_BACKUP_TO) says: phones may forget photos that it holds
    #[arg(long)]
    counts: bool,
    #[command(flatten)]
    args: BackupArgs,
    #[command(flatten)]
    place: Workplace,
}

#[derive(Debug, Args)]
struct Source {
    /// 存放处 Where the backups are
    #[arg(value_name = "DIR|URL")]
    from: String,
    #[command(flatten)]
    args: BackupArgs,
}

#[derive(Debug, Subcommand)]
enum What {
    /// 核对 Check a backup; with the secret key every byte of it
    Verify {
        #[command(flatten)]
        from: Source,
        /// 私钥文件 File with the secret key
        #[arg(long, value_name = "FILE")]
        identity: Option<PathBuf>,
        /// 哪一份 Which one; the newest if absent
        #[arg(long, value_name = "NAME")]
        set: Option<String>,
        /// 本县公布的公钥 The county's published keys (jwks.json): refuses a backup that they did not sign
        #[arg(long, value_name = "FILE")]
        keys: Option<PathBuf>,
    },
    /// 列出 List the complete backups of a place
    List {
        #[command(flatten)]
        from: Source,
    },
    /// 生成密钥对 Make a pair of keys: the secret one goes into FILE, the public one is shown
    Key {
        /// 私钥文件 Where the secret key goes; keep it away from the server
        file: PathBuf,
    },
}

impl Backup {
    pub async fn run(self) -> Outcome {
        match self.what {
            None => self.make.run().await,
            Some(What::Key { file }) => key(&file),
            Some(What::List { from }) => list(&from).await,
            Some(What::Verify { from, identity, set, keys }) => {
                let mut wish = wish(&from.args, &from.from, identity.as_deref(), set, false)?;
                wish.published = published(keys.as_deref())?;
                check(&wish).await
            }
        }
    }
}

impl Make {
    async fn run(self) -> Outcome {
        self.place.log.start()?;
        let mut plan = self
            .args
            .resolve(self.to.as_deref())?
            .ok_or("请用 --to 说明备份放到哪里。Say where the backup goes with --to.")?;
        if !self.recipient.is_empty() {
            plan.recipients = self.recipient;
        }
        let configured = self.args.resolve(None)?.is_some_and(|daily| daily.shown == plan.shown);
        let counts = self.counts || configured;
        let with_keys = self.with_keys || plan.with_keys;
        let config: Config = self.place.config()?;
        if let Place::Disk(folder) = &plan.place
            && doctor::same_disk(folder, &config.data)
        {
            say(SAME_DISK);
        }
        let app = server::open(&config).await?;
        if app.store.pending_migrations().await? > 0 {
            app.store.close().await;
            return Err(server::Error::NotMigrated.into());
        }
        let outcome = async {
            let order = Order {
                place: plan.place.clone(),
                shown: plan.shown.clone(),
                recipients: Recipients::parse(&plan.recipients).map_err(CareError::Recipient)?,
                keys: with_keys.then(|| config.data.join("keys")),
                made_by: if counts { MadeBy::Command } else { MadeBy::Trial },
                keep: self.keep,
            };
            if order.recipients.is_open() {
                say(OPEN);
            }
            app.back_up(&order, &mut |row| {
                say(&format!("行 rows {} · 文件 files {}/{}", row.rows, row.files_done, row.files));
            })
            .await
        };
        let outcome = outcome.await;
        app.store.close().await;
        let made = outcome?;
        let row = made.row;
        say(&format!(
            "备份完成。Done: {}/{} · 行 rows {} · 文件 files {}（新 new {}，{} MB）",
            row.target,
            row.name,
            row.rows,
            row.files,
            row.files_new,
            row.bytes_new / 1_000_000
        ));
        if !counts {
            say(TRIAL);
        }
        if row.faults > 0 {
            say(&format!(
                "注意：服务器上有 {0} 个照片文件缺失或损坏，不在备份里；手机会继续保留自己的。\n\
                 Mind: {0} photo files are missing or damaged on the server and not in the backup; phones keep theirs.",
                row.faults
            ));
        }
        for name in made.removed {
            say(&format!("旧备份已删除 removed: {name}"));
        }
        Ok(())
    }
}

const SAME_DISK: &str = "注意：存放处和数据在同一块盘上，盘坏了就都没了。换一块盘、网络盘或 S3。\n\
    Mind: the place lies on the same disk as the data; both go with it. Use another disk, a network share or S3.";
const TRIAL: &str = "这份备份不在每日备份的存放处，手机不会因此删除照片。要算数，请用 --backup-to（LALIAN_BACKUP_TO）写明存放处，或加 --counts。\n\
    This backup does not lie where the daily ones go, so phones forget nothing because of it. To make it count name the place with \
    --backup-to (LALIAN_BACKUP_TO), or add --counts.";
const OPEN: &str = "注意：没有公钥，备份不加密，拿到的人都能读。Mind: without a public key the backup is not encrypted; whoever has it can read it.";

/// The secret keys of a file.
pub fn identities(file: Option<&std::path::Path>) -> Result<Option<Identities>, CareError> {
    let read = |file: &std::path::Path| {
        Identities::read(file).map_err(|error| CareError::Identity(format!("{}: {error}", file.display())))
    };
    file.map(read).transpose()
}

/// What is read from where.
pub fn wish(
    args: &BackupArgs,
    from: &str,
    identity: Option<&std::path::Path>,
    set: Option<String>,
    without_damaged: bool,
) -> Result<Wish, Box<dyn std::error::Error + Send + Sync>> {
    let plan = args.resolve(Some(from))?.ok_or("no place")?;
    Ok(Wish {
        vault: care::vault_at(&plan.place)?,
        shown: plan.shown,
        set,
        identities: identities(identity)?,
        without_damaged,
        published: None,
    })
}

/// The county's published keys from a file.
pub fn published(file: Option<&std::path::Path>) -> Result<Option<Published>, CareError> {
    let wrong = |file: &std::path::Path, why: &dyn std::fmt::Display| {
        CareError::Published(format!("{}: {why}", file.display()))
    };
    let read = |file: &std::path::Path| {
        let bytes = std::fs::read(file).map_err(|error| wrong(file, &error))?;
        Published::parse(&bytes).map_err(|error| wrong(file, &error))
    };
    file.map(read).transpose()
}

/// Says where a backup comes from, as far as that can be told.
pub async fn say_origin(wish: &Wish) -> Result<(), CareError> {
    let (set, origin) = origin::of_wish(wish).await?;
    let made = format!("{} · {} · lalian {}", set.name, set.made_at.format("%F %T UTC"), set.program);
    say(&match origin {
        Origin::Verified(key) => {
            format!("来源已核对 Origin verified: {made} · 签名密钥 key {key}")
        }
        Origin::Claimed(key) => format!(
            "来源 Origin: {made} · 自称签名密钥 says key {key}。没有核对：加密只保密，不证明是谁做的；用 --keys jwks.json 核对。Not verified: sealing keeps secrets, it does not tell who made it; --keys jwks.json does."
        ),
        Origin::Unsigned => {
            format!(
                "来源 Origin: {made} · 没有签名，无法核对是谁做的。Not signed: nobody can tell who made it."
            )
        }
    });
    Ok(())
}

async fn check(wish: &Wish) -> Outcome {
    say_origin(wish).await?;
    let found = verify::verify(wish, &mut |files, all| say(&format!("文件 files {files}/{all}"))).await?;
    let set = &found.set;
    say(&format!(
        "{} · {} · 文件 files {} · 行 rows {} · 到 through {}",
        set.name,
        set.made_at.format("%F %T UTC"),
        set.file_count,
        set.tables.values().sum::<u64>(),
        set.newest_seq
    ));
    if !set.lacking.is_empty() {
        say(&format!(
            "备份时服务器上就缺 {0} 个文件。The server itself lacked {0} files when it was made.",
            set.lacking.len()
        ));
    }
    if let Some(first) = found.damaged.first() {
        return Err(CareError::Originals { count: found.damaged.len(), first: first.sha256.clone() }.into());
    }
    say(if found.opened {
        "完好：每个字节都已打开核对。Whole: every byte was opened and checked."
    } else {
        "从外面看完好；用 --identity 才能核对里面。Whole as seen from outside; only --identity checks what is in it."
    });
    Ok(())
}

async fn list(from: &Source) -> Outcome {
    let wish = wish(&from.args, &from.from, None, None, false)?;
    let sets = care::complete(&wish.vault).await?;
    if sets.is_empty() {
        return Err(CareError::NoSet(wish.shown).into());
    }
    for set in sets {
        say(&format!(
            "{} · {} · 文件 files {} · {}",
            set.name,
            set.made_at.format("%F %T UTC"),
            set.file_count,
            if set.is_sealed() { "已加密 encrypted" } else { "未加密 not encrypted" }
        ));
    }
    Ok(())
}

/// Never over a key that is there: what it opens would be lost.
fn key(file: &std::path::Path) -> Outcome {
    let (secret, public) = seal::new_identity();
    let written = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    let mut target = written.map_err(|error| format!("{}: {error}", file.display()))?;
    target.write_all(secret.expose_secret().as_bytes())?;
    target.sync_all()?;
    say(&format!(
        "公钥 public key: {public}\n私钥在 {0}。把它放到服务器之外保管：丢了它，备份就打不开。\n\
         The secret key is in {0}. Keep it away from the server: without it no backup opens.",
        file.display()
    ));
    Ok(())
}

/// Settings of `restore`, which opens no server.
pub fn config(
    database: &lalian::config::DatabaseArgs,
    storage: lalian::config::StorageArgs,
) -> Result<Config, lalian::config::Error> {
    Config::new(database, storage, NetworkArgs::default(), FOLDER)
}
