//! The one door for field and desk work: sealed operations and the files that they name come in, receipts go out, phones
//! and server compare lists.

pub mod answer;
mod append;
pub mod attachments;
pub mod author;
pub mod blurs;
mod came_back;
pub mod darkroom;
pub mod door;
pub mod entry;
pub mod erasures;
pub mod exports;
pub mod facts;
pub mod findings;
pub mod inspections;
pub mod lanes;
pub mod last_photos;
pub mod operations;
pub mod photos;
pub mod pictures;
mod quarantine;
pub mod rebuild;
pub mod receipts;
pub mod reconcile;
pub mod report;
pub mod rescue;
pub mod settle;
pub mod sync;
pub mod unsent;
pub mod uploads;
mod visit;
pub mod visits;
pub mod waive;

pub use append::{Cut, Piece};
