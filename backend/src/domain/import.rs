//! What an import says about a file that it will not take: every fault with its row, field and reason, in both languages.
//!
//! A file is checked whole before anything is written (decisions.md 2, issue "imports"), so a clerk repairs it once and not row by row.

pub mod material;
pub mod person;
pub mod question;
pub mod question_item;
pub mod question_words;
pub mod sheet;
mod table;
pub mod text;

use serde::Serialize;

use super::problem::{Code, Problem};

pub use table::{Line, Table};

/// Largest import file in bytes.
pub const FILE_MAX: usize = 50 * 1024 * 1024;

/// Faults that are listed; the rest are only counted, so that a file of a million bad rows gives a short answer.
pub const LISTED: usize = 100;

/// One fault of an import file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Where: line of a CSV file (the header is line 1), feature of a GeoJSON file (the first is 1), or item code of a checklist.
    pub row: String,
    /// Column, property or key; empty where the row as a whole is at fault.
    pub field: String,
    pub reason_zh: String,
    pub reason_en: String,
}

/// All faults of one file, in the order in which they stand in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Faults {
    pub listed: Vec<Fault>,
    /// All of them, listed or not.
    pub total: usize,
}

impl Faults {
    /// A file that cannot be read at all.
    pub fn whole(zh: impl Into<String>, en: impl Into<String>) -> Self {
        let mut faults = Self::default();
        faults.add("", "", zh, en);
        faults
    }

    pub fn add(
        &mut self,
        row: impl std::fmt::Display,
        field: &str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) {
        self.total += 1;
        if self.listed.len() < LISTED {
            self.listed.push(Fault {
                row: row.to_string(),
                field: field.to_owned(),
                reason_zh: zh.into(),
                reason_en: en.into(),
            });
        }
    }

    /// `value` when nothing was found, else the faults.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.total == 0 { Ok(value) } else { Err(self) }
    }
}

impl std::fmt::Display for Faults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for Fault { row, field, reason_zh, reason_en } in &self.listed {
            writeln!(f, "[{row}] {field}: {reason_zh} · {reason_en}")?;
        }
        write!(f, "共 {0} 处 · {0} in all", self.total)
    }
}

impl std::error::Error for Faults {}

impl From<Faults> for Problem {
    fn from(faults: Faults) -> Self {
        let problem = Self::new(Code::ImportRefused)
            .with_detail(format!("共 {} 处。", faults.total), format!("{} in all.", faults.total));
        faults.listed.into_iter().fold(problem, |problem, fault| {
            let place =
                [fault.row, fault.field].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
            problem.with_field(place.join("/"), fault.reason_zh, fault.reason_en)
        })
    }
}

/// What an import did. The same file a second time gives `created = changed = 0`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    pub created: usize,
    pub changed: usize,
    pub unchanged: usize,
}
