//! `epoch`: after an older copy of database and files was put back, phones have to compare everything once.

use super::{Outcome, Workplace, plain, say};
use clap::{Args, Subcommand};
use lalian::{app::Caller, server};

#[derive(Debug, Args)]
pub struct Epoch {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    place: Workplace,
}

#[derive(Debug, Subcommand)]
enum What {
    /// 恢复备份之后 After putting back an older copy and before `serve`: every phone compares all it has and sends what is missing
    Renew {
        /// 确认 Yes, an older copy was put back
        #[arg(long)]
        restored: bool,
    },
}

impl Epoch {
    pub async fn run(self) -> Outcome {
        self.place.log.start()?;
        let What::Renew { restored } = self.what;
        if !restored {
            return Err("只在放回旧备份之后使用：每台手机都会重新核对全部内容。确认请加 --restored。\n\
                 Only after putting back an older copy: every phone compares all it has. Confirm with --restored."
                .into());
        }
        let config = self.place.config()?;
        // Where one process owns the database it must not be serving; replicas on other machines cannot be seen from here.
        let _lock = server::take(&config)?;
        let app = server::open_migrated(&config).await?;
        let renewed = app.renew_epoch(&Caller::system(None)).await;
        app.store.close().await;
        say(&renewed.map_err(plain)?.to_string());
        Ok(())
    }
}
