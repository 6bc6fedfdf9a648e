//! standards: words and rules.
