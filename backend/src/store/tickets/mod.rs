//! Queries over tickets.
