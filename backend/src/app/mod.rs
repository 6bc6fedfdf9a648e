//! Use cases, one file per verb family: each checks the caller, owns one transaction, and writes the audit row.

pub mod caller;
pub mod error;
pub mod field;
pub mod people;
pub mod places;
pub mod reports;
pub mod rounds;
pub mod standards;
pub mod tickets;

pub use caller::{Caller, Origin};
pub use error::{AppError, AppResult};

use crate::{
    domain::{clock::SharedClock, random::SharedRandom},
    store::Store,
};

/// What every use case works with. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub store: Store,
    pub clock: SharedClock,
    pub random: SharedRandom,
}
