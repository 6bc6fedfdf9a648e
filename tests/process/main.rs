//! The real program, as an operator starts, stops and kills it.

mod backup;
mod chaos;
mod crash;
mod demo;
mod doctor;
mod epoch;
mod evidence;
mod heic;
mod hygiene;
mod imports;
mod kill;
mod lan;
mod packaging;
mod people;
mod photos;
mod proxies;
mod restore;
mod restore_killed;
mod serving;
mod settings;
mod tls;
mod upgrade;
