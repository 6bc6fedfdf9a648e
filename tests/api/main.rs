//! Stories of actors over public HTTP; each runs on SQLite and on PostgreSQL.

mod arrows;
mod board;
mod capture;
mod desk;
mod door;
mod door_faults;
mod erasure;
mod feed;
mod files_http;
mod files_s3;
mod foreign;
mod idempotency;
mod late_phones;
mod logic;
mod main_job;
mod matrix;
mod paper;
mod people;
mod photos;
mod places;
mod races;
mod real_clients;
mod rescue;
mod settings;
mod store;
mod uploads;
