//! Lalian.

pub mod domain;
