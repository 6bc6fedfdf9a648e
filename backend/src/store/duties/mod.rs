//! Queries about who stands in for whom, and about what others do for a unit.

pub mod delegations;
pub mod liaisons;
pub mod links;
pub mod pace;
pub mod referrals;
