//! `doctor`: what an operator should look at, before and while serving.

use super::{FOLDER, Outcome, say};
use lalian::{
    config::{Config, DatabaseArgs, NetworkArgs, StorageArgs},
    doctor::{self, Level},
    telemetry::LogArgs,
};
use std::fmt::Write;

#[derive(Debug, clap::Args)]
pub struct Doctor {
    /// 以 JSON 输出 For machines
    #[arg(long)]
    json: bool,
    /// 通读数据库文件 Read the whole SQLite file for damage; takes a while
    #[arg(long)]
    thorough: bool,
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    storage: StorageArgs,
    #[command(flatten)]
    log: LogArgs,
}

impl Doctor {
    pub async fn run(self) -> Outcome {
        self.log.start()?;
        let config = Config::new(&self.database, self.storage, self.network, FOLDER)?;
        let report = doctor::examine(&config, self.thorough).await;
        if self.json {
            say(&serde_json::to_string_pretty(&report.findings)?);
        } else {
            let mut text = String::new();
            for finding in &report.findings {
                let mark = match finding.level {
                    Level::Good => "✓",
                    Level::Mind => "!",
                    Level::Bad => "✗",
                };
                writeln!(text, "{mark} {:<9} {} · {}", finding.area, finding.zh, finding.en)?;
                if !finding.next_en.is_empty() {
                    writeln!(text, "            → {}。{}", finding.next_zh, finding.next_en)?;
                }
            }
            say(text.trim_end());
        }
        if report.worst() == Level::Bad {
            return Err("有需要处理的问题。Something has to be done.".into());
        }
        Ok(())
    }
}
