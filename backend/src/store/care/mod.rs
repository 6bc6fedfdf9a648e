//! Care for the data as a whole: reading all of it as of one moment, putting it back, and the record of backups.

pub mod backups;
pub mod dump;
pub mod health;
pub mod load;
pub mod schema;
