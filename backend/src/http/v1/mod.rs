//! Version 1 of the API, one file per resource: request, response, handler, nothing else.

pub mod health;
pub mod photos;
pub mod uploads;
pub mod session;
pub mod well_known;
