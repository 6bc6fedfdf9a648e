//! Words and rules. Pure: no async, no I/O, no SQL, no HTTP.

pub mod campaigns;
pub mod care;
pub mod client;
pub mod clock;
pub mod colours;
pub mod demo;
pub mod duties;
pub mod evidence;
pub mod feedback;
pub mod field;
pub mod import;
pub mod look_backs;
pub mod names;
pub mod notices;
pub mod page;
pub mod people;
pub mod places;
pub mod problem;
pub mod projects;
pub mod random;
pub mod reports;
pub mod rounds;
pub mod standards;
pub mod tickets;
