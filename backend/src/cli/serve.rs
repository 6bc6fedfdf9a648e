//! `serve` and `migrate`: the program as a service.

use super::{FOLDER, Outcome, lan, say};
use lalian::{
    config::{Config, DatabaseArgs, NetworkArgs, StorageArgs},
    server::Server,
    store::Store,
    telemetry::LogArgs,
};
use secrecy::ExposeSecret;
use tokio::signal::unix::{SignalKind, signal};

#[derive(Debug, clap::Args)]
pub struct Serve {
    #[command(flatten)]
    pub network: NetworkArgs,
    #[command(flatten)]
    pub database: DatabaseArgs,
    #[command(flatten)]
    pub storage: StorageArgs,
    #[command(flatten)]
    pub log: LogArgs,
}

impl Serve {
    pub async fn run(self) -> Outcome {
        self.log.start()?;
        until_stopped(self.config(FOLDER)?).await
    }

    /// The settings, with `data` as the folder when none is named.
    pub fn config(self, data: &str) -> Result<Config, lalian::config::Error> {
        Config::new(&self.database, self.storage, self.network, data)
    }
}

/// What an installation without any account says: otherwise its first page asks for a password that nobody has.
const FIRST_ACCOUNT: &str = "还没有账号。另开一个终端建第一个管理员（--data、--database 与本命令相同）：\n\
    No accounts yet. Make the first administrator in another terminal (with the same --data and --database):\n    \
    lalian user add admin --name 管理员 --role platform_admin\n\
    它会给出一次性登录码，用来登录。It prints a one-time code to sign in with.";

/// Serves until the system or the operator says stop, then lets work under way finish.
pub async fn until_stopped(config: Config) -> Outcome {
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    let mut terminate = signal(SignalKind::terminate())?;
    let lan = config.lan.clone();
    let mut server = Server::start(config).await?;
    say(&format!("listening on {scheme}://{}", server.addr()));
    if !server.app().has_accounts().await {
        say(FIRST_ACCOUNT);
    }
    if let [_, panes @ ..] = server.opened()
        && !panes.is_empty()
    {
        // Those for phones are found by a code.
        let panes = panes.iter().filter(|pane| lan.is_none() || !pane.tls);
        let panes: Vec<String> = panes.map(|pane| format!("{scheme}://{}", pane.addr)).collect();
        say(&format!("演示台的三个画面 panes of the stand: {}", panes.join(" ")));
    }
    let watch = lan.map(|lan| {
        say(&lan::sheet(&lan));
        lan::watch(lan)
    });
    tokio::select! {
        ended = server.ended() => return Ok(ended?),
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    tracing::info!("stopping: requests under way may finish");
    if let Some(watch) = watch {
        watch.abort();
    }
    server.stop().await?;
    Ok(())
}

#[derive(Debug, clap::Args)]
pub struct Migrate {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    log: LogArgs,
}

impl Migrate {
    pub async fn run(self) -> Outcome {
        self.log.start()?;
        let data = self.database.folder(FOLDER);
        let url = self.database.url(&data)?;
        if url.expose_secret().starts_with("sqlite:") {
            std::fs::create_dir_all(&data)?;
        }
        let store = Store::connect(url.expose_secret()).await?;
        let migrated = store.migrate().await;
        store.close().await;
        migrated?;
        say("数据库已是最新。The database is up to date.");
        Ok(())
    }
}
