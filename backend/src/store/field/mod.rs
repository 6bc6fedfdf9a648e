//! Queries over field.
