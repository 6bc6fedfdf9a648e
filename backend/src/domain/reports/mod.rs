//! reports: words and rules.
