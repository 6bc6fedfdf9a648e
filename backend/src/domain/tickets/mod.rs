//! tickets: words and rules.
