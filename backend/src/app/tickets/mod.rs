//! Tickets: commands from phones and desks, and what people read of them.

pub mod commands;
pub mod reads;
pub mod show;
