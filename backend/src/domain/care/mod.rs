//! Care for the data as a whole: what a backup says of itself, and which of them are kept.

pub mod certificate;
pub mod manifest;
