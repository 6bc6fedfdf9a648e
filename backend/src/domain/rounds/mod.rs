//! rounds: words and rules.
