//! Who stands in for whom, and what others do for a unit: rules without any storage.

pub mod cover;
pub mod delegation;
pub mod referral;
pub mod self_check;
