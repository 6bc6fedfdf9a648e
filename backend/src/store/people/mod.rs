//! Queries over people, posts, sessions and devices.

pub mod attempts;
pub mod codes;
pub mod devices;
pub mod persons;
pub mod posts;
pub mod sessions;
pub mod units;

use super::Error;

/// The word of a closed set, or an error that names where a strange one stands.
fn word<T>(
    parse: impl Fn(&str) -> Option<T>,
    table: &'static str,
    column: &'static str,
    value: &str,
) -> Result<T, Error> {
    parse(value).ok_or_else(|| Error::Inconsistent { table, column, value: value.to_owned() })
}
