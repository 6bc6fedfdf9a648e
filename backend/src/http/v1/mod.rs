//! Version 1 of the API, one file per resource: request, response, handler, nothing else.

pub mod calendar;
pub mod checklists;
pub mod devices;
pub mod divisions;
pub mod health;
pub mod operations;
pub mod people;
pub mod photos;
pub mod posts;
pub mod session;
pub mod site_kinds;
pub mod sites;
pub mod uploads;
pub mod well_known;
