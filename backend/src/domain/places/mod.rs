//! places: words and rules.
