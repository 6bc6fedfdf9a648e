//! How repairs are checked, how long the county takes for it, and how closed tickets are looked at again.

use super::Fault;
use crate::domain::tickets::command::SEVERITIES;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;
use utoipa::ToSchema;

/// Checks by the county, acceptance on paper, and looking back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = CheckRules)]
pub struct Checks {
    /// Severities that pass on site only.
    pub on_site: Vec<String>,
    /// Working days that the county allows itself for a check.
    pub check_days: u32,
    /// Days within which a signed sheet counts at the time that stands on it.
    pub signed_sheet_days: u32,
    /// Share of closed tickets that a look-back draws, in percent …
    pub look_back_percent: u32,
    /// … and of townships where a repair turned out not to be done …
    pub look_back_flagged_percent: u32,
    /// … within so many days before the draw.
    pub look_back_flagged_days: u32,
}

impl Default for Checks {
    fn default() -> Self {
        Self {
            on_site: vec!["critical".into(), "major".into()],
            check_days: 3,
            signed_sheet_days: 10,
            look_back_percent: 10,
            look_back_flagged_percent: 30,
            look_back_flagged_days: 90,
        }
    }
}

impl Checks {
    pub(super) fn faults(&self) -> Vec<Fault> {
        let numbers: [(&str, u32, RangeInclusive<u32>); 5] = [
            ("check_days", self.check_days, 1..=30),
            ("signed_sheet_days", self.signed_sheet_days, 0..=60),
            ("look_back_percent", self.look_back_percent, 0..=100),
            ("look_back_flagged_percent", self.look_back_flagged_percent, 0..=100),
            ("look_back_flagged_days", self.look_back_flagged_days, 1..=365),
        ];
        let mut faults: Vec<Fault> = numbers
            .into_iter()
            .filter(|(_, value, bounds)| !bounds.contains(value))
            .map(|(field, _, bounds)| {
                let (low, high) = (bounds.start(), bounds.end());
                (format!("/checks/{field}"), format!("应在 {low} 到 {high} 之间"), format!("{low} to {high}"))
            })
            .collect();
        if self.on_site.iter().any(|word| !SEVERITIES.contains(&word.as_str())) {
            faults.push((
                "/checks/on_site".into(),
                "应为 critical、major、minor 中的若干个".into(),
                "any of critical, major, minor".into(),
            ));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bad_value_is_named() {
        assert!(Checks::default().faults().is_empty());
        let bad = Checks { on_site: vec!["huge".into()], check_days: 0, ..Checks::default() };
        let fields: Vec<String> = bad.faults().into_iter().map(|fault| fault.0).collect();
        assert_eq!(fields, ["/checks/check_days", "/checks/on_site"]);
        assert!(Checks { on_site: Vec::new(), ..Checks::default() }.faults().is_empty(), "all by photo");
    }
}
