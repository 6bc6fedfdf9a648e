//! Colours 三色: the level of a ticket, the colour of a township's month, and the counters beside it. Pure functions of what the events of
//! tickets say, the calendar and the county's thresholds, so that whoever doubts one can work it out again.

pub mod behind;
pub mod colour;
pub mod history;
pub mod level;
mod limits;
pub mod month;
pub mod rules;
pub mod share;
pub mod why;
