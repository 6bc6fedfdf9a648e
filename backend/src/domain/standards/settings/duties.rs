//! What a county sets about duties: when silence is long, how delay is told upwards, how long one stands in for another, and what a link
//! for the village allows.

use super::Fault;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;
use utoipa::ToSchema;

/// Days are working days where nothing else is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DutyRules {
    /// Whole working days without a step of the unit after which an open ticket shows as standing still.
    pub no_progress_days: u32,
    /// Day of the month until which townships look at each of their sites themselves 自查; 0 = not asked for.
    pub self_check_day: u32,
    /// Calendar days ahead in which the end of the only holder of a duty shows.
    pub ending_days: u32,
    /// Longest delegation, in calendar days.
    pub delegation_days: u32,
    /// Longest time that somebody stands in for another, in calendar days.
    pub substitute_days: u32,
    /// Days of delay after which desk officer and deputy are told; 0 = never.
    pub escalate_deputy_days: u32,
    /// … the main leader.
    pub escalate_leader_days: u32,
    /// … the county leader in charge.
    pub escalate_county_days: u32,
    /// Hours that a link for the village is good.
    pub village_link_hours: u32,
    /// Photos that one link takes.
    pub village_link_photos: u32,
    /// Days that the form offers a department.
    pub referral_days: u32,
}

impl Default for DutyRules {
    fn default() -> Self {
        Self {
            no_progress_days: 5,
            self_check_day: 0,
            ending_days: 14,
            delegation_days: 92,
            substitute_days: 92,
            escalate_deputy_days: 1,
            escalate_leader_days: 3,
            escalate_county_days: 6,
            village_link_hours: 72,
            village_link_photos: 6,
            referral_days: 5,
        }
    }
}

impl DutyRules {
    pub(super) fn faults(&self) -> Vec<Fault> {
        let numbers: [(&str, u32, RangeInclusive<u32>); 11] = [
            ("no_progress_days", self.no_progress_days, 1..=60),
            // Every month has it.
            ("self_check_day", self.self_check_day, 0..=28),
            ("ending_days", self.ending_days, 1..=90),
            ("delegation_days", self.delegation_days, 1..=366),
            ("substitute_days", self.substitute_days, 1..=366),
            ("escalate_deputy_days", self.escalate_deputy_days, 0..=60),
            ("escalate_leader_days", self.escalate_leader_days, 0..=60),
            ("escalate_county_days", self.escalate_county_days, 0..=90),
            ("village_link_hours", self.village_link_hours, 1..=168),
            ("village_link_photos", self.village_link_photos, 1..=12),
            ("referral_days", self.referral_days, 1..=120),
        ];
        numbers
            .into_iter()
            .filter(|(_, value, bounds)| !bounds.contains(value))
            .map(|(field, _, bounds)| {
                let (low, high) = (bounds.start(), bounds.end());
                (format!("/duties/{field}"), format!("应在 {low} 到 {high} 之间"), format!("{low} to {high}"))
            })
            .collect()
    }

    /// Days of delay of each step of the ladder.
    pub fn ladder(&self) -> [u32; 3] {
        [self.escalate_deputy_days, self.escalate_leader_days, self.escalate_county_days]
    }
}
