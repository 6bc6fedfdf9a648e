//! Tickets: commands from phones and desks, and what people read of them.

mod allowed;
pub mod board;
pub mod commands;
pub mod issue;
mod lifted;
mod look_back;
mod mend;
mod merge;
mod milestone;
pub mod names;
pub mod narrow;
mod office;
pub mod reads;
mod referral;
mod relapse;
mod repair;
mod requests;
pub mod show;
mod step;
pub mod sweep;
mod verify;
