//! What a photo proves: fingerprints of pictures, what a file says of itself, and the rules that turn facts into flags (R81, domain.md 4.7).
//! Flags are hints for people; only exact reuse is decided by the machine.

pub mod fingerprint;
pub mod flag;
pub mod rules;
#[cfg(test)]
mod rules_tests;
pub mod stamp;
pub mod verdict;
