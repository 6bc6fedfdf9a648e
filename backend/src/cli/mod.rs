//! The commands of the program: one binary, one subcommand for each thing an operator does.

mod backup;
mod demo;
mod develop;
mod doctor;
mod epoch;
mod evidence;
mod front_end;
mod import;
mod keys;
mod lan;
mod openapi;
mod photos;
mod restore;
mod serve;
mod user;

use clap::{Parser, Subcommand};
use lalian::{
    app::AppError,
    config::{Config, DatabaseArgs, NetworkArgs, StorageArgs},
    telemetry::LogArgs,
};
use std::{error::Error, fmt::Write as _, io::Write as _};

/// Where a command ends when it fails: a sentence for the operator.
pub type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

/// Lalian 拉练通: field review of a county, from the phone without signal to the ticket that is closed.
///
/// 每个开关都有同名的 LALIAN_* 变量，密钥可以放在文件里（*_FILE）。Every flag is also a variable LALIAN_*; secrets can come from files (*_FILE).
#[derive(Debug, Parser)]
#[command(name = "lalian", version, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 正式服务 Serve a county (or, on PostgreSQL and S3, be one of many replicas)
    Serve(Box<serve::Serve>),
    /// 示例县 Serve the invented demo county on this machine; the first run prints who can log in
    Demo(Box<demo::Demo>),
    /// 更新数据库结构 Bring the database to the shape that this version needs
    Migrate(serve::Migrate),
    /// 导入区划、点位、清单 Take over a county's registers from files
    Import(Box<import::Import>),
    /// 账号 Make, list, reset and end accounts
    User(Box<user::User>),
    /// 签名密钥 Show or renew the keys that sign receipts and access tokens
    Keys(keys::Keys),
    /// 备份 Make, check and list backups; a running server need not stop
    Backup(Box<backup::Backup>),
    /// 恢复 Put a backup back into an empty place
    Restore(Box<restore::Restore>),
    /// 体检 Look at settings, clock, disk, TLS, database, files, keys and backups, and say what to do
    Doctor(Box<doctor::Doctor>),
    /// 用其他办法放回旧副本之后 Renew the mark by which phones see that an older copy was put back
    Epoch(Box<epoch::Epoch>),
    /// 照片的显示副本 Make the copies of photographs for the screen again
    Photos(Box<photos::Photos>),
    /// 核对证据 Check an exported photo without the server
    VerifyEvidence(evidence::VerifyEvidence),
    /// 接口文档 Write the OpenAPI document
    Openapi(openapi::OpenApi),
    /// 由服务自己启动 Started by the server for itself, to open photographs apart from everything else
    #[command(hide = true)]
    Develop(develop::Develop),
}

/// Settings of a command that works on the data without serving.
#[derive(Debug, clap::Args)]
pub struct Workplace {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    storage: StorageArgs,
    #[command(flatten)]
    log: LogArgs,
}

impl Workplace {
    /// The settings with which `serve` would find the same data.
    fn config(&self) -> Result<Config, lalian::config::Error> {
        Config::new(&self.database, self.storage.clone(), NetworkArgs::default(), FOLDER)
    }
}

/// The folder of a real county when none is named.
const FOLDER: &str = "data";

/// Runs a command to its end.
pub fn run(cli: Cli) -> Outcome {
    if let Command::Develop(develop) = cli.command {
        return develop.run();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve(serve) => serve.run().await,
            Command::Demo(demo) => demo.run().await,
            Command::Migrate(migrate) => migrate.run().await,
            Command::Import(import) => Box::pin(import.run()).await,
            Command::User(user) => user.run().await,
            Command::Keys(keys) => keys.run(),
            Command::Backup(backup) => Box::pin(backup.run()).await,
            Command::Restore(restore) => Box::pin(restore.run()).await,
            Command::Doctor(doctor) => doctor.run().await,
            Command::Epoch(epoch) => epoch.run().await,
            Command::Photos(photos) => photos.run().await,
            Command::VerifyEvidence(verify) => verify.run(),
            Command::Develop(develop) => develop.run(),
            Command::Openapi(openapi) => openapi.run(),
        }
    })
}

/// A line for the person at the terminal.
pub fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// A use case's refusal as sentences for the operator.
pub fn plain(error: AppError) -> Box<dyn Error + Send + Sync> {
    let AppError::Problem(problem) = error else { return error.into() };
    let ((title_zh, title_en), (next_zh, next_en)) = (problem.code.title(), problem.code.next());
    let mut text = format!("{title_zh}。{next_zh}\n{title_en}. {next_en}");
    for field in &problem.errors {
        let _ = write!(text, "\n  {}: {} · {}", field.field, field.zh, field.en);
    }
    if let Some((zh, en)) = &problem.detail {
        let _ = write!(text, "\n  {zh} · {en}");
    }
    text.into()
}

/// Why a command failed, with everything that led to it.
pub fn complain(error: &(dyn Error + 'static)) {
    let mut text = format!("lalian: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_defined() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_explains_itself() {
        for command in Cli::command().get_subcommands() {
            assert!(command.get_about().is_some(), "{}", command.get_name());
        }
    }
}
