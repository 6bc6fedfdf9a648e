//! Queries over rounds.
