//! Queries over places.
