//! When backups are made and how many stay. Where they go is the operator's matter (`--backup-to`), not the county's.

use super::Fault;
use chrono::NaiveTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Backups of the installation; where several counties share one, each of their times counts and the highest number stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CareRules {
    /// Time of day, `HH:MM`, Asia/Shanghai.
    pub backup_at: String,
    /// Complete backups that stay.
    pub keep_backups: u32,
}

impl Default for CareRules {
    fn default() -> Self {
        Self { backup_at: "02:30".into(), keep_backups: 14 }
    }
}

impl CareRules {
    /// The time of day; `None` when it is none.
    pub fn at(&self) -> Option<NaiveTime> {
        NaiveTime::parse_from_str(&self.backup_at, "%H:%M").ok()
    }

    pub(super) fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.at().is_none() {
            faults.push((
                "/care/backup_at".into(),
                "应为时刻，如 02:30".into(),
                "a time of day such as 02:30".into(),
            ));
        }
        if !(2..=366).contains(&self.keep_backups) {
            faults.push(("/care/keep_backups".into(), "应在 2 到 366 之间".into(), "2 to 366".into()));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bad_value_is_named() {
        assert!(CareRules::default().faults().is_empty());
        let bad = CareRules { backup_at: "25:00".into(), keep_backups: 1 };
        let fields: Vec<String> = bad.faults().into_iter().map(|fault| fault.0).collect();
        assert_eq!(fields, ["/care/backup_at", "/care/keep_backups"]);
    }
}
