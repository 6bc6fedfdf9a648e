//! The demo for phones in the same room: TLS at this machine's private address by an authority of its own, and a plain page
//! that hands out its certificate and says how to trust it.
//!
//! Browsers give camera, position and a worker only to encrypted pages, and nobody can get a bought certificate for
//! `192.168.1.5`. So the demo is its own authority, one that can vouch for nothing but the networks this machine is in.

mod addresses;
mod authority;
mod current;
mod install;
mod qr;

pub use addresses::{is_private, refuse_foreign};
pub use current::{Lan, Settings};
pub use install::InstallPage;
pub use qr::terminal as terminal_qr;
