//! The one door for field and desk work: sealed operations come in, receipts go out, phones and server compare lists.

pub mod answer;
pub mod author;
pub mod entry;
pub mod facts;
pub mod findings;
pub mod inspections;
pub mod operations;
pub mod photos;
pub mod receipts;
pub mod uploads;
