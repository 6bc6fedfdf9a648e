//! Where a county draws its lines (domain.md 4.5): every one a setting with a default and bounds.

use crate::domain::standards::settings::Fault;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;
use utoipa::ToSchema;

/// Thresholds of ticket levels and of the colours of townships.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ColourRules {
    /// Working days past its date up to which a ticket is at level 2; beyond, 3.
    pub overdue_days: u32,
    /// Times sent back by a check that make level 2.
    pub rework: u32,
    /// Times accepted late that make level 2.
    pub accepted_late: u32,
    /// Times reminded twice without anything done that make level 3.
    pub reissued: u32,
    /// Times found "not done" by a check that make level 3.
    pub hollow: u32,
    /// Tickets due in a month from which on their share counts; below, their number does.
    pub small_base: u32,
    /// Share of tickets done in time, in thousandths, below which a month is yellow.
    pub on_time_permille: u32,
    /// Of few tickets, how many that were not in time make a month yellow.
    pub late_count: u32,
    /// Tickets overdue at the end of a month that make it yellow, and red.
    pub overdue_yellow: u32,
    pub overdue_red: u32,
    /// Working days past its date beyond which one ticket makes a month red.
    pub long_days: u32,
    /// Checks of a month that found "not done" and make it yellow, and red.
    pub hollow_yellow: u32,
    pub hollow_red: u32,
    /// Working days after publication within which a township appeals.
    pub appeal_days: u32,
    /// Working days after publication within which its main leader hands in a plan.
    pub plan_days: u32,
}

impl Default for ColourRules {
    fn default() -> Self {
        Self {
            overdue_days: 5,
            rework: 2,
            accepted_late: 2,
            reissued: 3,
            hollow: 1,
            small_base: 10,
            on_time_permille: 900,
            late_count: 2,
            overdue_yellow: 3,
            overdue_red: 5,
            long_days: 10,
            hollow_yellow: 1,
            hollow_red: 2,
            appeal_days: 3,
            plan_days: 3,
        }
    }
}

impl ColourRules {
    /// Everything that cannot be used as it is; each field by its pointer in the settings.
    pub fn faults(&self) -> Vec<Fault> {
        let numbers: [(&str, u32, RangeInclusive<u32>); 15] = [
            ("overdue_days", self.overdue_days, 1..=60),
            ("rework", self.rework, 1..=20),
            ("accepted_late", self.accepted_late, 1..=20),
            ("reissued", self.reissued, 1..=20),
            ("hollow", self.hollow, 1..=20),
            ("small_base", self.small_base, 0..=100),
            ("on_time_permille", self.on_time_permille, 0..=1_000),
            ("late_count", self.late_count, 1..=100),
            ("overdue_yellow", self.overdue_yellow, 1..=1_000),
            // Red is never easier to reach than yellow.
            ("overdue_red", self.overdue_red, self.overdue_yellow..=1_000),
            ("long_days", self.long_days, 1..=250),
            ("hollow_yellow", self.hollow_yellow, 1..=1_000),
            ("hollow_red", self.hollow_red, self.hollow_yellow..=1_000),
            ("appeal_days", self.appeal_days, 1..=30),
            ("plan_days", self.plan_days, 1..=30),
        ];
        numbers
            .into_iter()
            .filter(|(_, value, bounds)| !bounds.contains(value))
            .map(|(field, _, bounds)| {
                let (low, high) = (bounds.start(), bounds.end());
                (
                    format!("/colours/{field}"),
                    format!("应在 {low} 到 {high} 之间"),
                    format!("{low} to {high}"),
                )
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_usable_and_red_is_never_easier_than_yellow() {
        assert_eq!(ColourRules::default().faults(), []);
        let bad =
            ColourRules { overdue_red: 2, hollow: 0, on_time_permille: 1_001, ..ColourRules::default() };
        let fields: Vec<String> = bad.faults().into_iter().map(|fault| fault.0).collect();
        assert_eq!(fields, ["/colours/hollow", "/colours/on_time_permille", "/colours/overdue_red"]);
    }
}
