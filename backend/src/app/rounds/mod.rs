//! Use cases over rounds.
