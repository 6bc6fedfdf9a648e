//! The harness: real servers on port 0, real databases, and actors that speak as users do.
//!
//! A story is an `async fn` that takes a [`World`](world::World); [`stories!`] runs it on SQLite and on PostgreSQL.

pub mod actor;
pub mod archive;
pub mod backend;
pub mod bucket;
pub mod care;
pub mod chaos;
pub mod children;
pub mod clock;
pub mod corpus;
pub mod demo;
pub mod desk;
pub mod explain;
pub mod fuzz;
pub mod http;
pub mod ledger;
pub mod model;
pub mod oracle;
pub mod outbox;
pub mod outside;
pub mod phone;
pub mod photo;
pub mod place;
pub mod postgres;
pub mod program;
pub mod proxy;
pub mod receipt;
pub mod rescue;
pub mod sheet;
pub mod storm;
pub mod story;
pub mod text;
pub mod thin;
pub mod tus;
pub mod visit;
pub mod world;
