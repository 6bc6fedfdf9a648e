//! What the program says while it works: one structured line per event on standard error.

use clap::{Args, ValueEnum};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// How the log looks.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "日志 Log")]
pub struct LogArgs {
    /// 日志格式 Shape of the log [default: text on a terminal, json elsewhere]
    #[arg(long, global = true, env = "LALIAN_LOG", value_name = "SHAPE")]
    log: Option<Shape>,
    /// 记录级别 What is logged: error, warn, info, debug, or a filter such as info,sqlx=debug
    #[arg(long, global = true, env = "LALIAN_LOG_LEVEL", value_name = "FILTER", default_value = QUIET)]
    log_level: String,
}

/// Ours speak from `info` on; other people's only when something is wrong.
const QUIET: &str = "warn,lalian=info";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shape {
    Text,
    Json,
}

impl LogArgs {
    /// Starts logging for the whole process.
    pub fn start(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let filter = EnvFilter::try_new(&self.log_level)?;
        let terminal = std::io::stderr().is_terminal();
        let shape = self.log.unwrap_or(if terminal { Shape::Text } else { Shape::Json });
        let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
        match shape {
            Shape::Text => subscriber.with_ansi(terminal).with_target(false).try_init(),
            Shape::Json => {
                subscriber.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
            }
        }
    }
}
