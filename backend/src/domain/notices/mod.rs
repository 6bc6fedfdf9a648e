//! Who is told what: kinds of notices, which events make them for which duty, when the clock reminds, and the words that go out.

pub mod dates;
pub mod events;
pub mod kind;
pub mod message;
pub mod quiet;
pub mod reason;
pub mod settings;
pub mod template;
