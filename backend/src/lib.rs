//! Lalian 拉练通: a county's field review, from the phone without signal to the ticket that is closed.
//!
//! Layers, innermost first; an arrow means "may name":
//! `domain <- store, files, imaging, reading, outgoing <- app <- jobs, http <- server <- main`.
//! `http` is the only layer that knows actix, `store` the only one that knows SQL, `domain` knows neither.
//! In each layer a noun lives in the area of the same name: people, places, standards, rounds, field, tickets, notices, reports.

pub mod app;
pub mod config;
pub mod doctor;
pub mod domain;
pub mod files;
pub mod http;
pub mod imaging;
pub mod jobs;
pub mod outgoing;
pub mod reading;
pub mod server;
pub mod store;
pub mod telemetry;
