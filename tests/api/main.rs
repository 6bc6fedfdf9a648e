//! Stories of actors over public HTTP; each runs on SQLite and on PostgreSQL.

mod arrows;
mod door;
mod idempotency;
mod store;
