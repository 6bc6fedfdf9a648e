//! Queries over notices: what the events leave for the job, the inbox of a duty, the days that were reminded of.

pub mod channels;
pub mod days;
pub mod inbox;
pub mod mail;
pub mod messages;
pub mod outbox;
pub mod pushes;
