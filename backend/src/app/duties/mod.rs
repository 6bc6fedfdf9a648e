//! Who stands in for whom, and what others do for a unit.

pub mod colleagues;
pub mod delegations;
pub mod ended_leave;
pub mod gaps;
pub mod gaps_told;
pub mod hand_over;
pub mod liaisons;
pub mod progress;
pub mod readiness;
pub mod referrals;
pub mod self_checks;
pub mod substitutes;
pub mod village;
