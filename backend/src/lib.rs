//! Lalian.
