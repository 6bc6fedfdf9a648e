//! Queries over colours: what a month is worked out from, the months themselves, who is told, and what was talked about.

pub mod appeals;
pub mod copies;
pub mod leaders;
pub mod months;
pub mod stories;
pub mod talks;
