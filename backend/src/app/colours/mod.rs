//! Colours: worked out from events, proposed by the clock, confirmed and published by people, appealed by townships.

pub mod appeals;
pub mod counters;
pub mod leaders;
pub mod middles;
pub mod months;
pub mod rows;
mod show;
pub mod talks;
pub mod tell;
pub(in crate::app) mod work;

pub use show::{ColourDetail, ColourRow};
