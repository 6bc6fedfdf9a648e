//! Version 1 of the API, one file per resource: request, response, handler, nothing else.

pub mod audit;
pub mod calendar;
pub mod checklists;
pub mod departments;
pub mod devices;
pub mod divisions;
pub mod erasures;
pub mod figures;
pub mod health;
pub mod imports;
pub mod inspections;
pub mod operations;
pub mod people;
pub mod phones;
pub mod photo_flags;
pub mod photos;
pub mod posts;
pub mod rounds;
pub mod session;
pub mod settings;
pub mod site_kinds;
pub mod sites;
pub mod sync;
pub mod tickets;
pub mod uploads;
pub mod well_known;
