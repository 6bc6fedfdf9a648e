//! `lalian verify-evidence`: whether an exported photo is what it says, checked by anybody who has the file.

use super::{Outcome, say};
use clap::Args;
use lalian::app::evidence::verify::verify;
use std::path::{Path, PathBuf};

/// Checks an evidence file (导出的照片证据) without the county's server or database.
///
/// 请另外取得本县公布的公钥（https://…/.well-known/jwks.json），用 --keys 给出；不给时用文件里带的公钥，只能说明文件前后一致。
/// Get the county's published keys from elsewhere and name them with --keys; without them those inside the file are used, which only shows
/// that the file fits together.
#[derive(Debug, Args)]
pub struct VerifyEvidence {
    /// The exported file
    file: PathBuf,
    /// The county's published keys (jwks.json)
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
}

impl VerifyEvidence {
    pub fn run(&self) -> Outcome {
        let file = read(&self.file)?;
        let keys = self.keys.as_deref().map(read).transpose()?;
        let checks = verify(&file, keys.as_deref())?;
        for check in &checks {
            let mark = if check.holds { "✓" } else { "✗" };
            let detail =
                if check.detail.is_empty() { String::new() } else { format!("  ({})", check.detail) };
            say(&format!("{mark} {} · {}{detail}", check.zh, check.en));
        }
        if keys.is_none() {
            say(
                "! 用的是文件里带的公钥 · the keys inside the file were used; --keys names the published ones",
            );
        }
        if checks.iter().all(|check| check.holds) {
            say("证据成立 · it holds");
            Ok(())
        } else {
            Err("证据不成立 · it does not hold".into())
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("读不到文件 · cannot read {}: {error}", path.display()))
}
