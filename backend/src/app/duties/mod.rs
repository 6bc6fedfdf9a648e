//! Who stands in for whom, and what others do for a unit.

pub mod delegations;
pub mod progress;
pub mod referrals;
