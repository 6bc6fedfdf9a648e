//! Queries over reports.
