//! Queries over standards.
