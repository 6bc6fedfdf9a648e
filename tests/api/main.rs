//! Stories of actors over public HTTP; each runs on SQLite and on PostgreSQL.

mod arrows;
mod door;
mod files_s3;
mod idempotency;
mod store;
mod uploads;
