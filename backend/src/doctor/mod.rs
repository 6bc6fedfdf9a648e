//! `lalian doctor`: looks at everything that an installation depends on and says what to do. It changes nothing but for a small probe file
//! where files and backups lie.

mod calendar;
mod data;
mod machine;
mod reach;
mod storage;

pub use data::same_disk;

use crate::config::Config;
use serde::Serialize;

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Good,
    /// It works; somebody should look at it.
    Mind,
    /// It does not work, or data is in danger.
    Bad,
}

/// What was found, in both languages, with what to do.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    pub area: &'static str,
    pub level: Level,
    pub zh: String,
    pub en: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub next_zh: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub next_en: String,
}

/// What has been found so far.
#[derive(Debug, Default)]
pub struct Report {
    pub findings: Vec<Finding>,
}

impl Report {
    fn good(&mut self, area: &'static str, zh: impl Into<String>, en: impl Into<String>) {
        self.add(Level::Good, area, (zh.into(), en.into()), ("", ""));
    }

    fn mind(&mut self, area: &'static str, what: (String, String), next: (&str, &str)) {
        self.add(Level::Mind, area, what, next);
    }

    fn bad(&mut self, area: &'static str, what: (String, String), next: (&str, &str)) {
        self.add(Level::Bad, area, what, next);
    }

    fn add(&mut self, level: Level, area: &'static str, (zh, en): (String, String), next: (&str, &str)) {
        let (next_zh, next_en) = (next.0.to_owned(), next.1.to_owned());
        self.findings.push(Finding { area, level, zh, en, next_zh, next_en });
    }

    pub fn worst(&self) -> Level {
        self.findings.iter().map(|finding| finding.level).max().unwrap_or(Level::Good)
    }
}

/// Looks at everything. `thorough` also reads the whole SQLite file.
pub async fn examine(config: &Config, thorough: bool) -> Report {
    let mut report = Report::default();
    let now = config.clock.now();
    machine::settings(config, &mut report);
    machine::clock(now, &mut report);
    machine::tls(config, now, &mut report);
    machine::outgoing(config, &mut report);
    storage::files(config, &mut report).await;
    data::keys(config, &mut report);
    data::database(config, now, thorough, &mut report).await;
    report
}

/// Both languages of the same words.
fn both(zh: impl Into<String>, en: impl Into<String>) -> (String, String) {
    (zh.into(), en.into())
}

const MB: u64 = 1024 * 1024;
