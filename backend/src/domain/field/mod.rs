//! field: words and rules.
